package conformance_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/conformance"
)

// library returns package structpack as it is for a platform.
func library(abi structpack.ABI) conformance.Implementation {
	with := func(format string, use func(s *structpack.Struct) error) error {
		s, err := structpack.CompileFor(abi, format)
		if err != nil {
			return err
		}
		return use(s)
	}
	return conformance.Implementation{
		CalcSize: func(format string) (n int, err error) {
			err = with(format, func(s *structpack.Struct) error { n = s.Size(); return nil })
			return n, err
		},
		Pack: func(format string, values ...any) (data []byte, err error) {
			err = with(format, func(s *structpack.Struct) error { data, err = s.Pack(values...); return err })
			return data, err
		},
		PackInto: func(format string, buf []byte, offset int, values ...any) error {
			return with(format, func(s *structpack.Struct) error { return s.PackInto(buf, offset, values...) })
		},
		Unpack: func(format string, data []byte) (values []any, err error) {
			err = with(format, func(s *structpack.Struct) error { values, err = s.Unpack(data); return err })
			return values, err
		},
		UnpackFrom: func(format string, data []byte, offset int) (values []any, err error) {
			err = with(format, func(s *structpack.Struct) error { values, err = s.UnpackFrom(data, offset); return err })
			return values, err
		},
		IterUnpack: func(format string, data []byte) (rows [][]any, err error) {
			err = with(format, func(s *structpack.Struct) error {
				all, err := s.IterUnpack(data)
				if err != nil {
					return err
				}
				for row := range all {
					rows = append(rows, row)
				}
				return nil
			})
			return rows, err
		},
	}
}

// fits reports whether this machine's int can count what a platform's can.
func fits(abi structpack.ABI) bool { return abi.Pointer == 4 || math.MaxInt > math.MaxInt32 }

// platform returns the ABI of a platform.
func platform(t *testing.T, name string) structpack.ABI {
	t.Helper()
	for _, abi := range structpack.ABIs() {
		if abi.Name == name {
			return abi
		}
	}
	t.Fatalf("no ABI is called %s", name)
	return structpack.ABI{}
}

// TestConformance asks package structpack all questions, on every platform.
func TestConformance(t *testing.T) {
	for _, name := range conformance.Platforms() {
		t.Run(name, func(t *testing.T) {
			if abi := platform(t, name); fits(abi) {
				conformance.Run(t, name, library(abi))
			}
		})
	}
}

// TestMessages holds the errors to CPython's text.
func TestMessages(t *testing.T) {
	for _, name := range conformance.Platforms() {
		abi := platform(t, name)
		if !fits(abi) {
			continue
		}
		im, n := library(abi), 0
		for q := range conformance.Questions(name) {
			if q.Error == "" {
				continue
			}
			var err error
			switch q.Op {
			case "calcsize":
				_, err = im.CalcSize(q.Format)
			case "pack":
				_, err = im.Pack(q.Format, q.Values...)
			case "pack_into":
				err = im.PackInto(q.Format, q.Data, q.Offset, q.Values...)
			case "unpack":
				_, err = im.Unpack(q.Format, q.Data)
			case "unpack_from":
				_, err = im.UnpackFrom(q.Format, q.Data, q.Offset)
			case "iter_unpack":
				_, err = im.IterUnpack(q.Format, q.Data)
			}
			var e *structpack.Error
			if !errors.As(err, &e) || e.Reason != q.Message {
				t.Errorf("got %v, want %s\n%s", err, q.Message, &q)
			}
			n++
		}
		if n < 1000 {
			t.Errorf("%s: %d questions about mistakes", name, n)
		}
	}
}

// TestWrongAnswers has implementations that are wrong, and one that has nothing.
func TestWrongAnswers(t *testing.T) {
	right := library(structpack.LP64)
	questions := slices.Collect(conformance.Questions("lp64-le"))
	for _, tt := range []struct {
		name   string
		change func(im *conformance.Implementation)
		wrong  string // what it is wrong about, "" for nothing
	}{
		{"right", func(*conformance.Implementation) {}, ""},
		{"without iter_unpack", func(im *conformance.Implementation) { im.IterUnpack = nil }, ""},
		{"calcsize of another format", func(im *conformance.Implementation) {
			im.CalcSize = func(format string) (int, error) { return right.CalcSize(strings.ReplaceAll(format, "e", "f")) }
		}, "<e"},
		{"pack takes everything", func(im *conformance.Implementation) {
			im.Pack = func(format string, values ...any) ([]byte, error) {
				data, _ := right.Pack(format, values...)
				return data, nil
			}
		}, ">H"},
		{"unpack in another order", func(im *conformance.Implementation) {
			im.Unpack = func(format string, data []byte) ([]any, error) {
				return right.Unpack(strings.ReplaceAll(format, ">", "<"), data)
			}
		}, ">q"},
		{"unpack panics", func(im *conformance.Implementation) {
			im.Unpack = func(format string, data []byte) ([]any, error) { panic("no") }
		}, "<?"},
		{"pack_into does nothing", func(im *conformance.Implementation) {
			im.PackInto = func(string, []byte, int, ...any) error { return nil }
		}, "buffers"},
		{"other signs", func(im *conformance.Implementation) {
			im.Unpack = func(format string, data []byte) ([]any, error) {
				return right.Unpack(strings.ReplaceAll(format, "h", "H"), data)
			}
		}, "@h"},
		{"NaNs without their payload", func(im *conformance.Implementation) {
			im.Unpack = func(format string, data []byte) ([]any, error) {
				values, err := right.Unpack(format, data)
				for i, v := range values {
					if f, ok := v.(float64); ok && f != f {
						values[i] = math.NaN()
					}
				}
				return values, err
			}
		}, "<d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !fits(structpack.LP64) {
				t.Skip("an int of 32 bits")
			}
			im := right
			tt.change(&im)
			found := tt.wrong == ""
			for i := range questions {
				q := &questions[i]
				if err := im.Ask(q); err != nil && !errors.Is(err, errors.ErrUnsupported) {
					found = found || q.About == tt.wrong
					if tt.wrong == "" {
						t.Errorf("%v\n%s", err, q)
					}
				}
			}
			if !found {
				t.Errorf("%s counts as right", tt.wrong)
			}
		})
	}
	for _, s := range conformance.Scores("", conformance.Implementation{}) {
		if s.Asked > 0 {
			t.Errorf("asked nobody: %+v", s)
		}
	}
}
