package gen

import "example.com/structpack/internal/annotation"

// addAbove adds the types of the package that have their format above them, as in
//
//	//structpack:"!"
//	type Header struct {
//
// to this run if it is for those, and to other runs.
func (s *source) addAbove(own bool) error {
	if !own && len(s.above) == 0 {
		return nil
	}
	found, err := s.formatsAbove()
	if err != nil {
		if own {
			return err
		}
		return nil // the run for them will say so
	}
	if !own {
		for _, c := range s.above {
			c.Records = found
			others, err := s.compileOthers(c, "")
			if err != nil {
				continue
			}
			s.others = append(s.others, others...)
		}
		return nil
	}
	if len(found) == 0 {
		return fail(s.Where, `no type of package %s has a line //structpack:"FORMAT" above it, and there is no -type`, s.path)
	}
	for _, r := range found {
		if where := s.lines[r.Type]; where != "" {
			return fail(r.pos, "type %s has another format at %s", r.Type, where)
		}
	}
	s.Records = found
	return nil
}

// formatsAbove returns the types that have their format above them.
func (s *source) formatsAbove() (found []Record, err error) {
	for _, f := range s.files {
		all, err := annotation.Read(f)
		if err != nil {
			return nil, fail(s.at(err.Comment), "%s", err.Msg)
		}
		for _, a := range all {
			found = append(found, Record{Type: a.Type.Name.Name, Format: a.Format, pos: s.at(a.Comment)})
		}
	}
	return found, nil
}

// sameConstraint returns an error if types that have their format above them are for
// other builds than others: all their code is in one file.
func (s *source) sameConstraint(records []*record) error {
	for _, r := range records {
		if r.pos != "" && s.constraint([]*record{r}) != s.constraint(records[:1]) {
			return fail(r.pos, "type %s is for other builds than %s, and their code is in one file: a go:generate line of its own is for it, with -type", r.Type, records[0].Type)
		}
	}
	return nil
}
