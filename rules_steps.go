package structpack

import (
	"example.com/structpack/internal/mem"
	"example.com/structpack/internal/rules"
)

func init() {
	rules.Steps = func(s any) []mem.Step {
		s.(*Struct).flatten() // the first use makes no steps
		if f := s.(*Struct).flatten(); f.quick >= 0 && !f.texts && len(f.pads) == 0 {
			return f.steps
		}
		return nil
	}
}
