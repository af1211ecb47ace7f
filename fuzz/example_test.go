package fuzz_test

import (
	"errors"
	"fmt"
	"math/rand"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/fuzz/generate"
	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"
)

// The code of a user: records that carry their own format.

var length = structpack.MustCompile("!H")

func seal(format string, values ...any) ([]byte, error) {
	record, err := length.Pack(len(format))
	if err != nil {
		return nil, err
	}
	return structpack.AppendPack(append(record, format...), format, values...)
}

func unseal(record []byte) ([]any, error) {
	var n uint16
	if err := length.ScanFrom(record, 0, &n); err != nil {
		return nil, err
	}
	rest := record[length.Size():]
	if int(n) > len(rest) {
		return nil, errors.New("record is too short")
	}
	return structpack.Unpack(string(rest[:n]), rest[n:])
}

// The generators test one's own code with formats and values of every kind.
// What fails is shrunk to the items and values that matter before it is
// printed. In a test, properties.TestingRun(t) takes the place of Run.
func Example() {
	properties := gopter.NewProperties(gopter.DefaultTestParameters())
	properties.Property("what is sealed can be unsealed", prop.ForAll(func(c fuzz.Case) bool {
		record, err := seal(c.Format, c.Values...)
		if err != nil {
			return false
		}
		values, err := unseal(record)
		return err == nil && len(values) == len(c.Values)
	}, generate.Cases()))
	properties.Property("what does not fit is not sealed", prop.ForAll(func(c fuzz.Case) bool {
		_, err := seal(c.Format, c.Values...)
		return err != nil
	}, generate.BadCases()))
	properties.Property("nor is anything by a bad format", prop.ForAll(func(format string) bool {
		_, err := seal(format)
		return errors.Is(err, structpack.ErrFormat)
	}, generate.BadFormats()))
	properties.Run(gopter.ConsoleReporter(false))

	// Output:
	// + what is sealed can be unsealed: OK, passed 100 tests.
	// + what does not fit is not sealed: OK, passed 100 tests.
	// + nor is anything by a bad format: OK, passed 100 tests.
}

// Without gopter a loop does as well. The seed makes it repeatable.
func ExampleValues() {
	r := rand.New(rand.NewSource(1))
	for range 1000 {
		s := structpack.MustCompile(fuzz.Format(r))
		values := fuzz.Values(r, s)
		if record, err := seal(s.Format(), values...); err != nil {
			fmt.Printf("%q, %v: %v\n", s.Format(), values, err)
		} else if _, err := unseal(record); err != nil {
			fmt.Printf("%q, %x: %v\n", s.Format(), record, err)
		}
	}
	// Output:
}
