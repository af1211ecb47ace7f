package structpack_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"example.com/structpack"
)

// The tables say how each function ends for each kind of fault: ok, or with the kind of
// error; eof and cut are those of a stream that ends before or inside the structure. The
// last column is in every error. Whatever fails changes nothing, neither bytes nor
// destinations nor values.
const (
	structFaults = `
fault                    | Pack   | AppendPack | PackInto | Unpack | AppendUnpack | IterUnpack | UnpackFrom | Scan   | ScanFrom | Read   | ReadAt | says
a bad format             | format | format     | format   | format | format       | format     | format     | format | format   | format | format | bad char in struct format
a count of 0             | ok     | ok         | ok       | ok     | ok           | ok         | ok         | ok     | ok       | ok     | ok     |
and nothing for it       | ok     | ok         | ok       | ok     | ok           | ok         | ok         | ok     | ok       | ok     | ok     |
and a value for it       | count  | count      | count    | ok     | ok           | ok         | ok         | count  | count    | count  | count  | expected
a slice for an item      | ok     | ok         | ok       | ok     | ok           | ok         | ok         | ok     | ok       | ok     | ok     |
of another length        | count  | count      | count    | ok     | ok           | ok         | ok         | type   | type     | type   | type   | 3 values
of another type          | type   | type       | type     | ok     | ok           | ok         | ok         | type   | type     | type   | type   | value 1 ('H' at byte 2
an int for H             | ok     | ok         | ok       | ok     | ok           | ok         | ok         | ok     | ok       | ok     | ok     |
an int8 for H            | range  | range      | range    | ok     | ok           | ok         | ok         | type   | type     | type   | type   | ('H' at byte 1
a number out of range    | range  | range      | range    | ok     | ok           | ok         | ok         | ok     | ok       | ok     | ok     | value 1 ('H' at byte 2): 'H' format requires 0 <= number <= 65535
a value of another type  | type   | type       | type     | ok     | ok           | ok         | ok         | type   | type     | type   | type   | value 1 ('H' at byte 2, got
too few values           | count  | count      | count    | ok     | ok           | ok         | ok         | count  | count    | count  | count  | expected
too many values          | count  | count      | count    | ok     | ok           | ok         | ok         | count  | count    | count  | count  | expected
a byte too few           | ok     | ok         | buffer   | buffer | buffer       | buffer     | buffer     | buffer | buffer   | cut    | cut    | 2
a byte too many          | ok     | ok         | ok       | buffer | buffer       | buffer     | ok         | buffer | ok       | ok     | ok     | (got 4)
no bytes                 | ok     | ok         | buffer   | buffer | buffer       | ok         | buffer     | buffer | buffer   | eof    | eof    | 0
an offset                | ok     | ok         | ok       | buffer | buffer       | buffer     | ok         | buffer | ok       | ok     | ok     | (got 4)
one from the end         | ok     | ok         | ok       | ok     | ok           | ok         | ok         | ok     | ok       | ok     | -      |
one across the end       | ok     | ok         | buffer   | ok     | ok           | ok         | buffer     | ok     | buffer   | ok     | -      | offset -1
one before the beginning | ok     | ok         | buffer   | ok     | ok           | ok         | buffer     | ok     | buffer   | ok     | -      | offset -4 out of range for 3-byte buffer
one beyond the end       | ok     | ok         | buffer   | ok     | ok           | ok         | buffer     | ok     | buffer   | ok     | eof    | 3 bytes
the largest offset       | ok     | ok         | buffer   | ok     | ok           | ok         | buffer     | ok     | buffer   | ok     | eof    | bytes
more than memory         | buffer | buffer     | buffer   | buffer | buffer       | buffer     | buffer     | buffer | buffer   | cut    | cut    | 2000000000`

	codecFaults = `
fault                    | Pack   | AppendPack | PackInto | Write  | AppendPackSlice | Unpack | UnpackFrom | AppendUnpackSlice | All    | Read   | ReadAt | says
a bad format             | format | format     | format   | format | format          | format | format     | format            | format | format | format | bad char in struct format
a count of 0             | ok     | ok         | ok       | ok     | ok              | ok     | ok         | ok                | ok     | ok     | ok     |
and nothing for it       | ok     | ok         | ok       | ok     | ok              | ok     | ok         | ok                | ok     | ok     | ok     |
and a slice with values  | count  | count      | count    | count  | count           | ok     | ok         | ok                | ok     | ok     | ok     | "0H" at byte 1: a slice of 1 elements for 0 values
a slice for an item      | ok     | ok         | ok       | ok     | ok              | ok     | ok         | ok                | ok     | ok     | ok     |
of another length        | count  | count      | count    | count  | count           | ok     | ok         | ok                | ok     | ok     | ok     | a slice of 2 elements for 3 values
an int for H             | ok     | ok         | ok       | ok     | ok              | ok     | ok         | ok                | ok     | ok     | ok     |
out of range             | range  | range      | range    | range  | range           | ok     | ok         | ok                | ok     | ok     | ok     | 'H' format requires 0 <= number <= 65535
an int8 for H            | type   | type       | type     | type   | type            | type   | type       | type              | type   | type   | type   | cannot take uint16
too few fields           | count  | count      | count    | count  | count           | count  | count      | count             | count  | count  | count  | no field for this value
too many fields          | count  | count      | count    | count  | count           | count  | count      | count             | count  | count  | count  | no value is left for field
a blank field            | type   | type       | type     | type   | type            | type   | type       | type              | type   | type   | type   | 2x in the format is for its bytes
a tag without meaning    | type   | type       | type     | type   | type            | type   | type       | type              | type   | type   | type   | the tag structpack:"skip" means nothing
a C string               | ok     | ok         | ok       | ok     | ok              | ok     | ok         | ok                | ok     | ok     | ok     |
that does not fit        | range  | range      | range    | range  | range           | ok     | ok         | ok                | ok     | ok     | ok     | 4 bytes and a NUL do not fit into 4 bytes
a byte too few           | ok     | ok         | buffer   | ok     | ok              | buffer | buffer     | buffer            | buffer | cut    | cut    | 2
a byte too many          | ok     | ok         | ok       | ok     | ok              | buffer | ok         | buffer            | buffer | ok     | ok     | (got 4)
no bytes                 | ok     | ok         | buffer   | ok     | ok              | buffer | buffer     | ok                | ok     | eof    | eof    | 0
one from the end         | ok     | ok         | ok       | ok     | ok              | ok     | ok         | ok                | ok     | ok     | -      |
one across the end       | ok     | ok         | buffer   | ok     | ok              | ok     | buffer     | ok                | ok     | ok     | -      | offset -1
the largest offset       | ok     | ok         | buffer   | ok     | ok              | ok     | buffer     | ok                | ok     | ok     | eof    | bytes
more than memory         | buffer | buffer     | buffer   | buffer | buffer          | buffer | buffer     | buffer            | buffer | cut    | cut    | 2000000000`
)

// A fault is what a row of the tables calls functions with.
type fault struct {
	format string
	data   string
	offset int
	values []any        // to pack
	dests  func() []any // to scan into

}

func (f *fault) buffer() []byte { return []byte(f.data) }

// pack returns the calls that pack, by a function each that appends and puts into.
func packCalls(f *fault, t *testing.T, appendTo func(dst []byte) ([]byte, error), into func(buf []byte, offset int) error) map[string]func() error {
	return map[string]func() error{
		"AppendPack": func() error {
			got, err := appendTo([]byte("kept"))
			if !bytes.HasPrefix(got, []byte("kept")) || err != nil && len(got) != 4 {
				t.Errorf("dst is %q, %v", got, err)
			}
			return err
		},
		"PackInto": func() error {
			buf := f.buffer()
			err := into(buf, f.offset)
			if err != nil && string(buf) != f.data {
				t.Errorf("the buffer is %q, and was %q", buf, f.data)
			}
			return err
		},
	}
}

// scanned calls a function with destinations, which an error leaves alone.
func (f *fault) scanned(t *testing.T, scan func(dests ...any) error) func() error {
	return func() error {
		var dests []any
		if f.dests != nil {
			dests = f.dests()
		}
		before := pointees(dests)
		err := scan(dests...)
		if after := pointees(dests); err != nil && len(dests) > 0 && !reflect.DeepEqual(before, after) {
			t.Errorf("destinations are %v, and were %v", after, before)
		}
		for _, d := range dests {
			if v := reflect.ValueOf(d).Elem(); err == nil && v.Kind() == reflect.Slice && v.IsNil() {
				t.Error("a slice is nil")
			}
		}
		return err
	}
}

// functions returns the functions of the package, or the methods of s.
func (f *fault) functions(t *testing.T, s *structpack.Struct) map[string]func() error {
	data := f.buffer()
	var calls map[string]func() error
	if s == nil {
		calls = packCalls(f, t, func(dst []byte) ([]byte, error) { return structpack.AppendPack(dst, f.format, f.values...) },
			func(buf []byte, offset int) error { return structpack.PackInto(f.format, buf, offset, f.values...) })
		calls["Pack"] = func() error { _, err := structpack.Pack(f.format, f.values...); return err }
		calls["Unpack"] = func() error { _, err := structpack.Unpack(f.format, data); return err }
		calls["IterUnpack"] = func() error { _, err := structpack.IterUnpack(f.format, data); return err }
		calls["UnpackFrom"] = func() error { _, err := structpack.UnpackFrom(f.format, data, f.offset); return err }
		calls["Scan"] = f.scanned(t, func(dests ...any) error { return structpack.Scan(f.format, data, dests...) })
		calls["ScanFrom"] = f.scanned(t, func(dests ...any) error { return structpack.ScanFrom(f.format, data, f.offset, dests...) })
		return calls
	}
	calls = packCalls(f, t, func(dst []byte) ([]byte, error) { return s.AppendPack(dst, f.values...) },
		func(buf []byte, offset int) error { return s.PackInto(buf, offset, f.values...) })
	calls["Pack"] = func() error { _, err := s.Pack(f.values...); return err }
	calls["Unpack"] = func() error { _, err := s.Unpack(data); return err }
	calls["AppendUnpack"] = func() error {
		got, err := s.AppendUnpack([]any{"kept"}, data)
		if got[0] != "kept" || err != nil && len(got) != 1 {
			t.Errorf("dst is %v, %v", got, err)
		}
		return err
	}
	calls["IterUnpack"] = func() error { _, err := s.IterUnpack(data); return err }
	calls["UnpackFrom"] = func() error { _, err := s.UnpackFrom(data, f.offset); return err }
	calls["Scan"] = f.scanned(t, func(dests ...any) error { return s.Scan(data, dests...) })
	calls["ScanFrom"] = f.scanned(t, func(dests ...any) error { return s.ScanFrom(data, f.offset, dests...) })
	calls["Read"] = f.scanned(t, func(dests ...any) error { return s.Read(bytes.NewReader(data), dests...) })
	calls["ReadAt"] = f.scanned(t, func(dests ...any) error { return s.ReadAt(bytes.NewReader(data), int64(f.offset), dests...) })
	return calls
}

// codecOf makes the calls of a Codec of T, of which v is packed.
//
//go:noinline
func codecOf[T any](v T) func(*fault, *testing.T) map[string]func() error {
	return func(f *fault, t *testing.T) map[string]func() error {
		s, err := structpack.Compile(f.format)
		var c *structpack.Codec[T]
		if err == nil {
			c, err = structpack.NewCodec[T](s)
		}
		if err != nil {
			calls := map[string]func() error{}
			for name := range strings.FieldsSeq("Pack AppendPack PackInto Write AppendPackSlice Unpack UnpackFrom AppendUnpackSlice All Read ReadAt") {
				calls[name] = func() error { return err }
			}
			return calls
		}
		data := f.buffer()
		into := func(unpack func(*T) error) func() error {
			return func() error {
				got := v
				err := unpack(&got)
				if err != nil && !reflect.DeepEqual(got, v) {
					t.Errorf("the value is %+v, and was %+v", got, v)
				}
				return err
			}
		}
		calls := packCalls(f, t, func(dst []byte) ([]byte, error) { return c.AppendPack(dst, &v) },
			func(buf []byte, offset int) error { return c.PackInto(buf, offset, &v) })
		calls["Pack"] = func() error { _, err := c.Pack(&v); return err }
		calls["Write"] = func() error {
			var w bytes.Buffer
			err := c.Write(&w, &v)
			if err != nil && w.Len() > 0 {
				t.Errorf("%d bytes are written", w.Len())
			}
			return err
		}
		calls["AppendPackSlice"] = func() error {
			got, err := c.AppendPackSlice([]byte("kept"), []T{v, v})
			if !bytes.HasPrefix(got, []byte("kept")) || err != nil && len(got) != 4 {
				t.Errorf("dst is %q, %v", got, err)
			}
			return err
		}
		calls["Unpack"] = into(func(v *T) error { return c.Unpack(data, v) })
		calls["UnpackFrom"] = into(func(v *T) error { return c.UnpackFrom(data, f.offset, v) })
		calls["AppendUnpackSlice"] = func() error {
			got, err := c.AppendUnpackSlice([]T{v}, data)
			if !reflect.DeepEqual(got[0], v) || err != nil && len(got) != 1 {
				t.Errorf("dst is %+v, %v", got, err)
			}
			return err
		}
		calls["All"] = func() error { _, err := c.All(data); return err }
		calls["Read"] = into(func(v *T) error { return c.Read(bytes.NewReader(data), v) })
		calls["ReadAt"] = into(func(v *T) error { return c.ReadAt(bytes.NewReader(data), int64(f.offset), v) })
		return calls
	}
}

// ends are the words of the tables.
var ends = map[string]error{
	"ok": nil, "format": structpack.ErrFormat, "count": structpack.ErrCount, "type": structpack.ErrType,
	"range": structpack.ErrRange, "buffer": structpack.ErrBuffer, "eof": io.EOF, "cut": io.ErrUnexpectedEOF,
}

// checkFaults calls the functions of a row of a table, of those that there are.
func checkFaults(t *testing.T, head, row []string, calls map[string]func() error) {
	says := row[len(row)-1]
	for i, name := range head[1 : len(head)-1] {
		call, cell := calls[name], row[i+1]
		if call == nil || cell == "-" {
			continue
		}
		want, ok := ends[cell]
		if !ok {
			t.Fatalf("%q in the table", cell)
		}
		err := call()
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %s", name, err, cell)
		}
		var e *structpack.Error
		if errors.As(err, &e) && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, which does not say %q", name, err, says)
		}
	}
}

// rowsOfFaults returns the head and the rows of a table.
func rowsOfFaults(table string) (head []string, rows [][]string) {
	for line := range strings.Lines(strings.TrimSpace(table)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows[0], rows[1:]
}

// TestFaults goes through the tables.
func TestFaults(t *testing.T) {
	small := func(f fault) fault { // of the rows about data and offsets
		f.format, f.values, f.dests = "<BH", []any{1, 2}, func() []any { return []any{new(byte), new(uint16)} }
		return f
	}
	into := func(dests ...any) func() []any {
		return func() (all []any) {
			for _, d := range dests {
				all = append(all, reflect.New(reflect.TypeOf(d).Elem()).Interface())
			}
			return all
		}
	}
	const three = "\x01\x02\x00\x03\x00\x04\x00"
	faults := map[string]fault{
		"a bad format":             {format: "<By", data: "\x01", values: []any{1}, dests: into(new(byte))},
		"a count of 0":             {format: "<0HB", data: "\x01", values: []any{[]uint16{}, 1}, dests: into(new([]uint16), new(byte))},
		"and nothing for it":       {format: "<B0H", data: "\x01", values: []any{1}, dests: into(new(byte))},
		"and a value for it":       {format: "<B0H", data: "\x01", values: []any{1, 2}, dests: into(new(byte), new(uint16))},
		"a slice for an item":      {format: "<B3H", data: three, values: []any{1, []uint16{2, 3, 4}}, dests: into(new(byte), new([]uint16))},
		"of another length":        {format: "<B3H", data: three, values: []any{1, []uint16{2, 3}}, dests: into(new(byte), new([2]uint16))},
		"of another type":          {format: "<B3H", data: three, values: []any{1, []string{"", "", ""}}, dests: into(new(byte), new([]string))},
		"an int for H":             {format: "<H", data: "\x01\x02", values: []any{1}, dests: into(new(int))},
		"an int8 for H":            {format: "<H", data: "\x01\x02", values: []any{int8(-1)}, dests: into(new(int8))},
		"a number out of range":    {format: "<BH", data: "\x01\x02\x03", values: []any{1, 70000}, dests: into(new(byte), new(uint16))},
		"a value of another type":  {format: "<BH", data: "\x01\x02\x03", values: []any{1, "2"}, dests: into(new(byte), new(string))},
		"too few values":           {format: "<BH", data: "\x01\x02\x03", values: []any{1}, dests: into(new(byte))},
		"too many values":          {format: "<BH", data: "\x01\x02\x03", values: []any{1, 2, 3}, dests: into(new(byte), new(uint16), new(byte))},
		"a byte too few":           small(fault{data: "\x01\x02"}),
		"a byte too many":          small(fault{data: "\x01\x02\x03\x04"}),
		"no bytes":                 small(fault{}),
		"an offset":                small(fault{data: "\x01\x02\x03\x04", offset: 1}),
		"one from the end":         small(fault{data: "\x01\x02\x03", offset: -3}),
		"one across the end":       small(fault{data: "\x01\x02\x03", offset: -1}),
		"one before the beginning": small(fault{data: "\x01\x02\x03", offset: -4}),
		"one beyond the end":       small(fault{data: "\x01\x02\x03", offset: 4}),
		"the largest offset":       small(fault{data: "\x01\x02\x03", offset: math.MaxInt}),
		"more than memory":         {format: "<2000000000xB", data: "\x01\x02\x03", values: []any{1}, dests: into(new(byte))},
	}
	head, rows := rowsOfFaults(structFaults)
	for _, row := range rows {
		t.Run("Struct/"+row[0], func(t *testing.T) {
			f, ok := faults[row[0]]
			if !ok {
				t.Fatal("no such fault")
			}
			checkFaults(t, head, row, f.functions(t, nil))
			if s, err := structpack.Compile(f.format); err == nil {
				checkFaults(t, head, row, f.functions(t, s))
			}
		})
	}
	if len(rows) != len(faults) {
		t.Errorf("%d rows for %d faults", len(rows), len(faults))
	}

	type pair struct {
		A uint8
		B uint16
	}
	one := codecOf(pair{1, 2})
	type codecFault struct {
		fault
		calls func(*fault, *testing.T) map[string]func() error
	}
	codecs := map[string]codecFault{
		"a bad format": {fault{format: "<By", data: "\x01"}, codecOf(struct{ A uint8 }{1})},
		"a count of 0": {fault{format: "<0HB", data: "\x01"}, codecOf(struct {
			V []uint16
			B uint8
		}{nil, 1})},
		"and nothing for it": {fault{format: "<B0H", data: "\x01"}, codecOf(struct{ B uint8 }{1})},
		"and a slice with values": {fault{format: "<0HB", data: "\x01"}, codecOf(struct {
			V []uint16
			B uint8
		}{[]uint16{7}, 1})},
		"a slice for an item": {fault{format: "<B3H", data: three}, codecOf(struct {
			B uint8
			V []uint16
		}{1, []uint16{2, 3, 4}})},
		"of another length": {fault{format: "<B3H", data: three}, codecOf(struct {
			B uint8
			V []uint16
		}{1, []uint16{2, 3}})},
		"an int for H":   {fault{format: "<H", data: "\x01\x02"}, codecOf(struct{ A int }{1})},
		"out of range":   {fault{format: "<H", data: "\x01\x02"}, codecOf(struct{ A int }{70000})},
		"an int8 for H":  {fault{format: "<H", data: "\x01\x02"}, codecOf(struct{ A int8 }{1})},
		"too few fields": {fault{format: "<BH", data: "\x01\x02\x03"}, codecOf(struct{ A uint8 }{1})},
		"too many fields": {fault{format: "<BH", data: "\x01\x02\x03"}, codecOf(struct {
			A uint8
			B uint16
			C uint8
		}{})},
		"a blank field": {fault{format: "<BHB", data: "\x01\x02\x03\x04"}, codecOf(struct {
			A uint8
			_ uint16
			B uint8
		}{})},
		"a tag without meaning": {fault{format: "<BH", data: "\x01\x02\x03"}, codecOf(struct {
			A uint8 `structpack:"skip"`
			B uint16
		}{})},
		"a C string": {fault{format: "<4s", data: "ab\x00c"}, codecOf(struct {
			S string `structpack:",cstr"`
		}{"abc"})},
		"that does not fit": {fault{format: "<4s", data: "ab\x00c"}, codecOf(struct {
			S string `structpack:",cstr"`
		}{"abcd"})},
		"a byte too few":     {fault{format: "<BH", data: "\x01\x02"}, one},
		"a byte too many":    {fault{format: "<BH", data: "\x01\x02\x03\x04"}, one},
		"no bytes":           {fault{format: "<BH"}, one},
		"one from the end":   {fault{format: "<BH", data: "\x01\x02\x03", offset: -3}, one},
		"one across the end": {fault{format: "<BH", data: "\x01\x02\x03", offset: -1}, one},
		"the largest offset": {fault{format: "<BH", data: "\x01\x02\x03", offset: math.MaxInt}, one},
		"more than memory":   {fault{format: "<2000000000xB", data: "\x01\x02\x03"}, codecOf(struct{ A uint8 }{1})},
	}
	head, rows = rowsOfFaults(codecFaults)
	for _, row := range rows {
		t.Run("Codec/"+row[0], func(t *testing.T) {
			f, ok := codecs[row[0]]
			if !ok {
				t.Fatal("no such fault")
			}
			checkFaults(t, head, row, f.calls(&f.fault, t))
		})
	}
	if len(rows) != len(codecs) {
		t.Errorf("%d rows for %d faults", len(rows), len(codecs))
	}
}

// TestRefusedPackInto: a buffer is as it was, whatever the size of the structure is, and
// whichever value is refused.
func TestRefusedPackInto(t *testing.T) {
	for n := 1; n <= 300; n++ {
		s := structpack.MustCompile("<" + strings.Repeat("B", n))
		values, before := make([]any, n), bytes.Repeat([]byte{0x55}, n+2)
		for i := range values {
			values[i] = 7
		}
		buf := bytes.Clone(before)
		for _, bad := range []int{0, n / 2, n - 1} {
			values[bad] = 256
			for range 3 { // also by the plan that is made when a Struct is used again
				if err := s.PackInto(buf, 1, values...); !errors.Is(err, structpack.ErrRange) || !bytes.Equal(buf, before) {
					t.Fatalf("%d bytes, value %d: %v\n%x", n, bad, err, buf)
				}
			}
			values[bad] = 7
		}
		if err := s.PackInto(buf, 1, values...); err != nil || !bytes.Equal(buf, append(append([]byte{0x55}, bytes.Repeat([]byte{7}, n)...), 0x55)) {
			t.Fatalf("%d bytes: %v\n%x", n, err, buf)
		}
	}
}

// TestBadABIs: every size and alignment is looked at.
func TestBadABIs(t *testing.T) {
	for _, good := range structpack.ABIs() {
		for _, n := range []int{-4, 0, 1, 2, 3, 5, 6, 7, 9, 16, 1 << 30} {
			for i := range 3 {
				abi := good
				*[]*int{&abi.Long, &abi.Pointer, &abi.Align8}[i] = n
				s, err := structpack.CompileFor(abi, "@b")
				if s != nil || err == nil || !strings.Contains(err.Error(), "not a C ABI") {
					t.Errorf("%+v: %v, %v", abi, s, err)
				}
			}
		}
		if _, err := structpack.CompileFor(good, "@b"); err != nil {
			t.Error(err)
		}
	}
}
