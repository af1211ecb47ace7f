// Package once holds formats in variables, some of which are assigned once.
package once

import "example.com/structpack"

var (
	header  = structpack.MustCompile("!HB")
	alias   = header
	changed = structpack.MustCompile("!HB")
	pointed = structpack.MustCompile("!HB")
	set     *structpack.Struct
)

var tuple, tupleErr = structpack.Compile("!HB")

func init() {
	set = structpack.MustCompile("!HB")
	changed = structpack.MustCompile("!H")
	change(&pointed)
}

func change(s **structpack.Struct) { *s = nil }

func calls(many bool, parameter *structpack.Struct, field struct{ s *structpack.Struct }) {
	header.Pack(1)                          // want `pack "!HB"`
	alias.Pack(1)                           // want `pack "!HB"`
	set.Pack(1)                             // want `pack "!HB"`
	tuple.Pack(1)                           // want `pack "!HB"`
	structpack.MustCompile("!HB").Pack(1)   // want `pack "!HB"`
	(structpack.MustCompile("!HB")).Pack(1) // want `pack "!HB"`
	func() { header.Pack(1) }()             // want `pack "!HB"`

	changed.Pack(1)
	pointed.Pack(1)
	parameter.Pack(1)
	field.s.Pack(1)

	local, err := structpack.Compile("!I")
	if err != nil {
		return
	}
	local.Pack(-1)       // want `pack "!I"`
	go local.Pack("")    // want `pack "!I"`
	defer local.Pack("") // want `pack "!I"`

	either := local
	if many {
		either = structpack.MustCompile("!4I")
	}
	either.Pack(1, 2, 3, 4)

	for _, s := range []*structpack.Struct{header, local} {
		s.Pack(1, 2, 3) // want `pack "!HB": pack expected 2 items for packing \(got 3\)`
	}
	var loop *structpack.Struct
	for range 2 {
		loop.Pack(1, 2, 3)
		loop = loop
	}
	for _, format := range []string{"!H", "!I"} {
		s := structpack.MustCompile(format)
		s.Pack(1, 2) // want `pack "!H": pack expected 1 items for packing \(got 2\)`
	}
	method := header.Pack
	method(1) // want `pack "!HB": pack expected 2 items for packing \(got 1\)`
}

type embedding struct{ *structpack.Struct }

func embedded(e embedding) { e.Pack(1) }
