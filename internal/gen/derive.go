package gen

import (
	"go/types"
	"slices"

	"example.com/structpack"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
)

// derives reports whether the format is only a prefix, and stands for the layout of
// the type.
func (r *record) derives() bool {
	return !r.New && len(r.Format) == 1 && slices.Contains([]byte("@=<>!"), r.Format[0])
}

// derive makes the formats of the records that have only a prefix. It needs their
// types for that, so the package is type-checked for it. The sizes are not known
// yet, and what is wrong because of that is right the next time.
func (s *source) derive(records []*record) error {
	all := slices.Concat(records, s.others)
	if !slices.ContainsFunc(all, (*record).derives) {
		return nil
	}
	wrong := s.check(records)
	if s.pkg == nil {
		return wrong
	}
	for _, r := range all {
		name, ok := s.pkg.Scope().Lookup(r.Type).(*types.TypeName)
		if !ok || !r.derives() {
			continue
		}
		t, ok := name.Type().(*types.Named)
		if !ok || name.IsAlias() || t.TypeParams().Len() > 0 {
			continue // which is refused when it is checked
		}
		reader := gotype.Reader{Sizes: types.SizesFor("gc", s.arch), Own: s.pkg}
		err := s.deriveOne(r, t, &reader)
		if err == nil || !slices.Contains(records, r) {
			continue
		}
		if f := reader.Field; wrong != nil && f != nil && f.Type() == types.Typ[types.Invalid] {
			return wrong
		}
		return err
	}
	return nil
}

// deriveOne makes the format of a record.
func (s *source) deriveOne(r *record, t types.Type, reader *gotype.Reader) error {
	abis := []structpack.ABI{r.abi}
	if r.everywhere && r.Format == "@" {
		abis = structpack.ABIs() // the code is for all of them
	}
	var first *structpack.Struct
	for _, abi := range abis {
		prefix, err := structpack.CompileFor(abi, r.Format)
		if err != nil {
			return failed(s.declared(r.Type), err)
		}
		derived, err := rules.Derive(prefix, reader.Type(t))
		if err != nil {
			return s.refused(r, reader, err)
		}
		plan := derived.(*structpack.Struct)
		if first == nil {
			first = plan
		} else if plan.Format() != first.Format() { // what is else different, fits says
			return fail(s.declared(r.Type), "type %s is %q for %s and %q for %s: name the platform with -abi, or begin the format with <, > or !",
				r.Type, first.Format(), abis[0].Name, plan.Format(), abi.Name)
		}
	}
	if err := fits(first, len(abis) > 1, s.declared(r.Type)); err != nil {
		return err
	}
	r.s, r.Format = first, first.Format()
	return nil
}
