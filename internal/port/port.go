// Package port writes Go code from recorded calls of Python's struct module: a type
// for each layout, with the names that the Python source uses.
package port

import (
	"cmp"
	"fmt"
	"go/format"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.com/structpack"
	"example.com/structpack/fixture"
)

// Options say what is written beside the types.
type Options struct {
	Package string   // the name of the package
	Files   []string // the recordings, as the test names them
}

// Code returns a Go file with the types, and a test file that replays the
// recordings through them.
func Code(recs []*fixture.Recording, o Options) (code, test []byte, err error) {
	g := &generator{names: map[string]bool{}}
	for _, rec := range recs {
		g.read(rec)
	}
	g.unify()
	g.name()
	if code, err = format.Source(g.code(o)); err != nil {
		return nil, nil, fmt.Errorf("port: the code is wrong: %w", err)
	}
	if test, err = format.Source(g.test(o)); err != nil {
		return nil, nil, fmt.Errorf("port: the test is wrong: %w", err)
	}
	return code, test, nil
}

// Stats count what Code made of recordings.
type Stats struct {
	Types  int
	Fields int // of all types
	Named  int // fields whose names are the source's
}

// Count returns the counts for what Code writes.
func Count(recs []*fixture.Recording) (st Stats) {
	g := &generator{names: map[string]bool{}}
	for _, rec := range recs {
		g.read(rec)
	}
	g.unify()
	g.name()
	for _, r := range g.records {
		st.Types++
		for _, f := range r.fields {
			st.Fields++
			if f.named {
				st.Named++
			}
		}
	}
	return st
}

// A site is the calls of one place with one format.
type site struct {
	place    fixture.Place
	op       string
	format   string
	names    []string
	receiver string
	class    string
	typ      string
	abi      structpack.ABI
	calls    int
	failed   bool // all of them
}

// A record is a type to be written.
type record struct {
	name   string
	codec  string // the name of the variable
	s      *structpack.Struct
	format string // as the first site has it; with %d where counts vary
	varies []int  // the items whose counts vary, by index in s.Fields
	fields []field
	sites  []*site
}

// A field is one of a record, for one item of the format or one value of it.
type field struct {
	name   string
	named  bool // by the source
	typ    string
	code   string // for the comment
	offset int
	item   int // index in s.Fields
}

type generator struct {
	sites   []*site
	records []*record
	skipped []string // places without a type, and why
	names   map[string]bool
}

// read collects the sites of a recording.
func (g *generator) read(rec *fixture.Recording) {
	type key struct {
		place      fixture.Place
		op, format string
	}
	found := map[key]*site{}
	for i := range rec.Calls {
		c := &rec.Calls[i]
		if c.Op == "calcsize" {
			continue
		}
		k := key{c.Place, c.Op, c.Format}
		s := found[k]
		if s == nil {
			s = &site{place: c.Place, op: c.Op, format: c.Format, abi: c.ABI, failed: true}
			found[k] = s
			g.sites = append(g.sites, s)
		}
		s.calls++
		if c.Error == "" {
			s.failed = false
		}
		if s.names == nil {
			s.names = c.Names
		}
		s.receiver = cmp.Or(s.receiver, c.Receiver)
		s.class = cmp.Or(s.class, c.Class)
		s.typ = cmp.Or(s.typ, c.Type)
	}
	slices.SortStableFunc(g.sites, func(a, b *site) int {
		return cmp.Or(strings.Compare(a.place.File, b.place.File), cmp.Compare(a.place.Line, b.place.Line), strings.Compare(a.format, b.format))
	})
}

// unify makes records of the sites: one for those that agree in format and names.
func (g *generator) unify() {
	var fixed []*site
	for i := 0; i < len(g.sites); {
		j := i + 1
		for j < len(g.sites) && g.sites[j].place == g.sites[i].place && g.sites[j].op == g.sites[i].op {
			j++
		}
		if r := varying(g.sites[i:j]); r != nil {
			g.add(r)
		} else {
			fixed = append(fixed, g.sites[i:j]...)
		}
		i = j
	}
	for _, s := range fixed {
		plan, err := structpack.CompileFor(s.abi, s.format)
		switch {
		case err != nil:
			g.skip(s, err.Error())
			continue
		case s.failed:
			g.skip(s, "all of its calls failed")
			continue
		case plan.NumValues() == 0:
			g.skip(s, "no values")
			continue
		case plan.Size() > 1<<20 || len(plan.Fields()) > 2000:
			g.skip(s, "too large for a type")
			continue
		}
		r := &record{s: plan, format: s.format, sites: []*site{s}}
		r.setFields(s.names)
		g.add(r)
	}
}

func (g *generator) skip(s *site, why string) {
	g.skipped = append(g.skipped, fmt.Sprintf("%s %q: %s", where(s), s.format, why))
}

// add adds a record, or the sites of it to one that agrees in format and names. A
// record without names agrees with one of the same file and name, and so does one
// that the same Struct packs or unpacks.
func (g *generator) add(r *record) {
	for _, old := range g.records {
		if old.format != r.format || len(old.varies) != len(r.varies) {
			continue
		}
		same := old.agrees(r)
		none := func(r *record) bool { return !slices.ContainsFunc(r.fields, func(f field) bool { return f.named }) }
		alike := r.sites[0].named() != "" && r.sites[0].named() == old.sites[0].named() && r.sites[0].place.File == old.sites[0].place.File
		switch {
		case same:
			for i, f := range r.fields {
				if !old.fields[i].named {
					old.fields[i] = f
				}
			}
			old.sites = append(old.sites, r.sites...)
			return
		case alike && r.sites[0].receiver == old.sites[0].receiver && typeName(r.sites[0].receiver) != "" && slices.EqualFunc(old.fields, r.fields, sameType):
			// It is one Struct. What a result is assigned to is a better name than what an
			// argument is made of.
			if old.packs() && !r.packs() && !none(r) {
				old.fields = r.fields
			}
			old.sites = append(old.sites, r.sites...)
			return
		case alike && none(r):
			old.sites = append(old.sites, r.sites...)
			return
		case alike && none(old):
			old.fields = r.fields
			old.sites = append(old.sites, r.sites...)
			return
		}
	}
	g.records = append(g.records, r)
}

func sameType(a, b field) bool { return a.typ == b.typ }

// packs reports whether the names come from arguments.
func (r *record) packs() bool { return strings.HasPrefix(r.sites[0].op, "pack") }

// agrees reports whether the fields of two records are the same: the source may
// have names for some of them in one place only, such as where constants are packed.
func (r *record) agrees(other *record) bool {
	named := 0
	for i, a := range r.fields {
		if i >= len(other.fields) || a.typ != other.fields[i].typ {
			return false
		}
		b := other.fields[i]
		switch {
		case a.named && b.named && a.name != b.name:
			return false
		case a.named && b.named:
			named++
		}
	}
	if len(r.fields) != len(other.fields) {
		return false
	}
	return named > 0 && r.sites[0].place.File == other.sites[0].place.File || named == len(r.fields)
}

// setFields makes the fields, one for each item of the format; or one for each
// value of a repeated item, if the source has names for them.
func (r *record) setFields(names []string) {
	used := map[string]bool{"AppendBinary": true, "Unpack": true} // the methods of a type whose counts vary
	add := func(name, typ, code string, offset, item int) {
		f := field{name: exported(strings.TrimPrefix(name, "*")), typ: typ, code: code, offset: offset, item: item}
		f.named = f.name != ""
		if !f.named {
			f.name = "V" + strconv.Itoa(len(r.fields))
		}
		f.name = unique(f.name, used)
		r.fields = append(r.fields, f)
	}
	at := func(i int) string {
		if i < len(names) && !slices.ContainsFunc(names[:i], func(s string) bool { return strings.HasPrefix(s, "*") }) {
			return names[i]
		}
		return ""
	}
	items := r.s.Fields()
	for i := 0; i < len(items); i++ {
		f := items[i]
		code := r.s.Format()[f.Pos:f.End]
		elem := typeOf(f)
		switch {
		case f.Values == 0 && !slices.Contains(r.varies, i):
		case f.Code == "s" && !slices.Contains(r.varies, i) && f.Count <= 1024:
			add(at(f.Index), fmt.Sprintf("[%d]byte", f.Count), code, f.Offset, i)
		case f.Code == "s" || f.Code == "p":
			add(at(f.Index), "[]byte", code, f.Offset, i)
		case slices.Contains(r.varies, i):
			add(at(f.Index), "[]"+elem, code, f.Offset, i)
		case f.Values == 1:
			// Values in a row that have no names of their own are an array.
			n := 1
			for i+n < len(items) && items[i+n].Code == f.Code && items[i+n].Values == 1 && plainName(names, f.Index+n) && !slices.Contains(r.varies, i+n) {
				n++
			}
			if n > 2 && (plainName(names, f.Index) || strings.HasPrefix(names[f.Index], "*")) {
				name := ""
				if f.Index < len(names) {
					name = names[f.Index]
				}
				add(name, fmt.Sprintf("[%d]%s", n, elem), fmt.Sprintf("%d times %s", n, code), f.Offset, i)
				i += n - 1
				continue
			}
			add(at(f.Index), elem, code, f.Offset, i)
		case apart(names, f):
			for k := range f.Values {
				add(names[f.Index+k], elem, f.Code, f.Offset+k*f.Size/f.Values, i)
			}
		default:
			add(at(f.Index), fmt.Sprintf("[%d]%s", f.Count, elem), code, f.Offset, i)
		}
	}
}

// plainName reports whether the value at an index has no name.
func plainName(names []string, index int) bool { return index >= len(names) || names[index] == "" }

// apart reports whether the values of a repeated item have names of their own.
func apart(names []string, f structpack.Field) bool {
	if len(names) < f.Index+f.Values || f.Values > 64 {
		return false
	}
	own := names[f.Index : f.Index+f.Values]
	for i, n := range own {
		if n == "" || strings.HasPrefix(n, "*") || slices.Contains(own[:i], n) {
			return false
		}
	}
	return true
}

// typeOf returns the Go type of a value of f, as Unpack has it.
func typeOf(f structpack.Field) string {
	if f.Type == nil {
		return ""
	}
	return f.Type.String()
}

// varying returns a record for the sites of one place whose formats are the same
// except for some repeat counts, or nil.
func varying(sites []*site) *record {
	if len(sites) < 2 {
		return nil
	}
	first, err := structpack.CompileFor(sites[0].abi, sites[0].format)
	if err != nil {
		return nil
	}
	items := first.Fields()
	varies := map[int]bool{}
	for _, s := range sites[1:] {
		other, err := structpack.CompileFor(s.abi, s.format)
		if err != nil || s.abi != sites[0].abi || prefix(s.format) != prefix(sites[0].format) {
			return nil
		}
		fields := other.Fields()
		if len(fields) != len(items) {
			return nil
		}
		for i, f := range fields {
			switch {
			case f.Code != items[i].Code:
				return nil
			case f.Count != items[i].Count:
				varies[i] = true
			}
		}
	}
	// Every format must have a count where they vary, and an item with a value.
	for i := range varies {
		for _, s := range sites {
			other, _ := structpack.CompileFor(s.abi, s.format)
			if f := other.Fields()[i]; f.Code == "x" || f.End-f.Pos == len(f.Code) {
				return nil
			}
		}
	}
	if len(varies) == 0 || native(sites[0].format) {
		return nil
	}
	r := &record{s: first, sites: sites}
	var b strings.Builder
	b.WriteString(prefix(sites[0].format))
	for i, f := range items {
		if varies[i] {
			r.varies = append(r.varies, i)
			b.WriteString("%d" + f.Code)
		} else {
			b.WriteString(sites[0].format[f.Pos:f.End])
		}
	}
	r.format = b.String()
	for _, s := range sites { // a recording may have written the format in another way
		var n []any
		for range r.varies {
			n = append(n, new(int))
		}
		if _, err := fmt.Sscanf(s.format, r.format, n...); err != nil {
			return nil
		}
	}
	var names []string
	for _, s := range sites { // the format whose names there are most of
		if len(s.names) > len(names) {
			names = s.names
			r.s, _ = structpack.CompileFor(s.abi, s.format)
		}
	}
	r.setFields(names)
	return r
}

func prefix(format string) string {
	if format != "" && strings.ContainsAny(format[:1], "@=<>!") {
		return format[:1]
	}
	return ""
}

func native(format string) bool { p := prefix(format); return p == "" || p == "@" }

// name gives each record a name: what the source calls the Struct, or the function
// that the calls stand in, or the file.
func (g *generator) name() {
	for _, r := range g.records {
		name := ""
		for _, s := range r.sites {
			if name = s.named(); name != "" {
				break
			}
		}
		if name == "" {
			name = functionName(r.sites[0].place.Func)
		}
		if name == "" {
			name = exported(strings.TrimSuffix(path.Base(r.sites[0].place.File), ".py"))
		}
		r.name = unique(cmp.Or(name, "Record"), g.names)
		r.codec = unique(unexported(r.name)+"Codec", g.names)
	}
	slices.SortStableFunc(g.records, func(a, b *record) int {
		return cmp.Or(strings.Compare(a.sites[0].place.File, b.sites[0].place.File), cmp.Compare(a.sites[0].place.Line, b.sites[0].place.Line))
	})
}

// named returns what the source calls the type: the class that the values go into,
// the class of an object whose method was inherited, or the name of the Struct.
func (s *site) named() string {
	if name := exported(s.typ); name != "" {
		return name
	}
	if s.class != "" && !strings.HasPrefix(s.place.Func, s.class+".") {
		return exported(s.class)
	}
	return typeName(s.receiver)
}

func where(s *site) string {
	if s.place == (fixture.Place{}) {
		return s.op
	}
	if s.place.Func == "" || s.place.Func == "<module>" {
		return s.place.String() + ", " + s.op
	}
	return fmt.Sprintf("%s, %s in %s", s.place, s.op, s.place.Func)
}
