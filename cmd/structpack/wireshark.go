package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/structpack/internal/cut"
	"example.com/structpack/internal/show"
)

var protocol = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// wireshark writes a dissector of frames in Lua, for Wireshark and tshark.
func (c *call) wireshark() error {
	name := c.value("wireshark")
	if !protocol.MatchString(name) {
		return usageError(fmt.Sprintf("--wireshark %q: the name of a protocol is lowercase letters, digits and _", name))
	}
	if len(c.args) > 0 || !c.has("format") {
		return usageError("--wireshark goes with --format, and with no directory; see structpack gen --help")
	}
	port := 0
	if c.has("port") {
		n, err := number("port", c.value("port"))
		if err != nil || n < 1 || n > 65535 {
			return cmp.Or(err, error(usageError("--port is from 1 to 65535")))
		}
		port = n
	}
	layout, err := cut.Parse(c.value("format"), c.value("rules"))
	if err != nil {
		return err
	}
	r, err := c.record(layout.Header())
	if err != nil {
		return err
	}
	code, err := dissector(name, port, layout, r)
	if err != nil {
		return err
	}
	if c.output == "" || c.output == "-" {
		_, err := c.out.WriteString(code)
		return err
	}
	return os.WriteFile(c.output, []byte(code), 0o666)
}

// luaTypes are the types of fields in Wireshark, by the codes of numbers.
var luaTypes = map[string]string{
	"b": "int8", "B": "uint8", "h": "int16", "H": "uint16", "i": "int32", "I": "uint32", "l": "int32", "L": "uint32",
	"q": "int64", "Q": "uint64", "f": "float", "d": "double", "?": "bool",
}

func dissector(name string, port int, layout *cut.Layout, r *record) (string, error) {
	whole, counted, err := measured(layout, r)
	if err != nil {
		return "", err
	}
	size := r.s.Size()
	var fields, adds strings.Builder
	declare := func(abbr, label, typ string) {
		fmt.Fprintf(&fields, "\t%s = ProtoField.%s(%q, %q),\n", abbr, typ, name+"."+abbr, label)
	}
	used := []string{"payload"}
	add := "add"
	if strings.HasPrefix(r.s.Format(), "<") {
		add = "add_le"
	}
	var length string
	for i := range r.columns {
		column := &r.columns[i]
		f := column.Field
		if column.Count == 0 {
			continue
		}
		label := cmp.Or(column.Name, "value"+strconv.Itoa(column.First))
		abbr := abbreviation(label, &used)
		typ, known := luaTypes[f.Code]
		if !known {
			typ = "bytes"
		}
		declare(abbr, label, typ)
		each := f.Size / f.Values
		for k := range column.Count {
			at := f.Offset + (column.First-f.Index+k)*each
			if each == 0 {
				continue
			}
			how := add
			if !known {
				how = "add" // bytes have no order
			}
			fmt.Fprintf(&adds, "\ttree:%s(fields.%s, frame(%d, %d))\n", how, abbr, at, each)
			if column.First+k == layout.Length {
				read := "uint64():tonumber()"
				if add == "add_le" && known {
					read = "le_" + read
				}
				length = fmt.Sprintf("buffer(offset + %d, %d):%s", at, each, read)
			}
		}
	}
	declare("payload", "payload", "bytes")
	total := strconv.FormatInt(whole, 10)
	if length != "" {
		total = fmt.Sprintf("%s + %d", length, whole-counted)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "-- A dissector for Wireshark of frames with a header %s", show.Visible(r.s.Format()))
	fmt.Fprintf(&b, ".\n-- Written by structpack gen --wireshark.\n\nlocal proto = Proto(%q, %q)\nlocal fields = {\n%s}\nproto.fields = fields\n\n", name, strings.ToUpper(name), &fields)
	fmt.Fprintf(&b, "-- size returns how many bytes a frame has, by its header.\nlocal function size(buffer, pinfo, offset)\n\treturn %s\nend\n\n", total)
	fmt.Fprintf(&b, "local function dissect(buffer, pinfo, root)\n\tlocal frame = buffer()\n\tlocal tree = root:add(proto, frame)\n%s", &adds)
	fmt.Fprintf(&b, "\tif frame:len() > %d then tree:add(fields.payload, frame(%d)) end\n", size, size)
	fmt.Fprintf(&b, "\treturn frame:len()\nend\n\nfunction proto.dissector(buffer, pinfo, root)\n\tpinfo.cols.protocol = proto.name\n\tdissect_tcp_pdus(buffer, root, %d, size, dissect)\n\treturn buffer:len()\nend\n\n", size)
	if port > 0 {
		fmt.Fprintf(&b, "DissectorTable.get(\"tcp.port\"):add(%d, proto)\n", port)
	} else {
		b.WriteString("DissectorTable.get(\"tcp.port\"):add_for_decode_as(proto)\n")
	}
	return b.String(), nil
}

// measured returns how many bytes a frame has, and what its length is then.
func measured(layout *cut.Layout, r *record) (size, length int64, err error) {
	var values []any
	for _, f := range r.s.Fields() {
		for i := range f.Values {
			if at := f.Index + i; at != layout.Length && !slices.Contains(layout.Fixed, at) {
				values = append(values, zero(f.Code))
			}
		}
	}
	var payload []byte
	if layout.Length >= 0 {
		payload = make([]byte, 64) // more than a trailer has, which is counted with it
	}
	frame, err := layout.Append(nil, payload, values...)
	if err != nil || layout.Length < 0 {
		return int64(len(frame)), 0, err
	}
	f, err := layout.Parse(frame)
	return int64(len(frame)), f.Int(layout.Length), err
}

// zero returns a value that a code packs as zeros.
func zero(code string) any {
	switch code {
	case "?":
		return false
	case "c":
		return []byte{0}
	case "s", "p":
		return []byte(nil)
	case "F", "D", "Zf", "Zd":
		return complex128(0)
	}
	return 0
}

// abbreviation makes a name that Lua and Wireshark take, and nothing else has.
func abbreviation(label string, used *[]string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(label))
	if keyword[name] || name[0] >= '0' && name[0] <= '9' {
		name = "f_" + name
	}
	for slices.Contains(*used, name) {
		name += "_"
	}
	*used = append(*used, name)
	return name
}

var keyword = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true, "for": true, "function": true, "goto": true, "if": true,
	"in": true, "local": true, "nil": true, "not": true, "or": true, "repeat": true, "return": true, "then": true, "true": true, "until": true, "while": true,
}
