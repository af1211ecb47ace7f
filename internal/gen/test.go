package gen

import "fmt"

// harnessPath is the package that does the work of generated tests, so that a
// mistake in it is mended without generating them again.
const harnessPath = "example.com/structpack/structpacktest"

// test writes the file that compares the methods with a Codec.
func (s *source) test(command string, records []*record) ([]byte, error) {
	c := s.coder(records)
	lib, testing := c.use(libraryPath, "structpack"), c.std("testing")
	harness := c.use(harnessPath, "structpacktest")
	for _, r := range records {
		plan := fmt.Sprintf("%s.MustCompile(%q)", lib, r.Format)
		c.f("// TestStructpack%[1]s compares the methods of %[1]s with a %[2]s.Codec.\n", r.Type, lib)
		c.f("func TestStructpack%s(t *%s.T) {\n", r.Type, testing)
		if s.ABI != nil {
			c.f("s, err := %s.CompileFor(%s, %q)\nif err != nil {\nt.Fatal(err)\n}\n", lib, c.abi(), r.Format)
			plan = "s"
		}
		c.f("if err := %s.TestMethods[%s](%s); err != nil {\nt.Error(err)\n}\n}\n\n", harness, r.Type, plan)
	}
	return c.finish(command, records)
}
