package gen

import "fmt"

// harnessPath is the package that does the work of generated tests, so that a
// mistake in it is mended without generating them again.
const harnessPath = "example.com/structpack/structpacktest"

// test writes the file that compares the methods with a Codec.
func (s *source) test(command string, records []*record) ([]byte, error) {
	c := s.coder(records)
	for _, r := range records {
		c.compare(r, r.Type, fmt.Sprintf("the methods of %s", r.Type), fmt.Sprintf("TestMethods[%s]", r.Type), "")
		if s.View {
			c.compare(r, r.viewName(), r.viewName(), fmt.Sprintf("TestView[%s]", r.Type), ", New"+r.viewName())
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
