package gen

import "fmt"

// harnessPath is the package that does the work of generated tests, so that a
// mistake in it is mended without generating them again.
const harnessPath = "example.com/structpack/structpacktest"

// test writes the file that compares the methods with a Codec.
func (s *source) test(command string, records []*record) ([]byte, error) {
	c := s.coder(records)
	for _, r := range records {
		fields := ""
		if r.hides {
			fields = ", " + r.own("fields")
			c.f("// %s returns pointers to what takes values.\nfunc %s(v *%s) []any {\nreturn []any{", r.own("fields"), r.own("fields"), r.Type)
			for i, x := range r.variables {
				c.f("&%s,", x)
				if i%4 == 3 {
					c.f("\n")
				}
			}
			c.f("}\n}\n\n")
		}
		c.compare(r, r.Type, fmt.Sprintf("the methods of %s", r.Type), fmt.Sprintf("TestMethods[%s]", r.Type), fields)
		if s.Slices {
			c.compare(r, r.Type+"Slices", fmt.Sprintf("%s and %s", r.packAll(), r.unpackAll()), fmt.Sprintf("TestSlices[%s]", r.Type), fmt.Sprintf(", %s, %s%s", r.packAll(), r.unpackAll(), fields))
		}
		if s.View {
			hidden := ""
			if len(r.hidden) > 0 {
				hidden = ", map[string]any{\n"
				for _, method := range r.hidden {
					hidden += fmt.Sprintf("%q: %s,\n", method, method)
				}
				hidden += "}"
			}
			c.compare(r, r.viewName(), r.viewName(), fmt.Sprintf("TestView[%s]", r.Type), ", "+r.newView()+hidden)
		}
	}
	return c.finish(command, records)
}

// compare writes a test that calls a function of the harness.
func (c *coder) compare(r *record, name, what, function, arg string) {
	lib, testing := c.use(libraryPath, "structpack"), c.std("testing")
	harness := c.use(harnessPath, "structpacktest")
	plan := fmt.Sprintf("%s.MustCompile(%q)", lib, r.Format)
	c.f("// TestStructpack%s compares %s with a %s.Codec.\n", name, what, lib)
	c.f("func TestStructpack%s(t *%s.T) {\n", name, testing)
	if c.ABI != nil {
		c.f("s, err := %s.CompileFor(%s, %q)\nif err != nil {\nt.Fatal(err)\n}\n", lib, c.abi(), r.Format)
		plan = "s"
	}
	c.f("if err := %s.%s(%s%s); err != nil {\nt.Error(err)\n}\n}\n\n", harness, function, plan, arg)
}
