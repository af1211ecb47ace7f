// Package wrapped has functions that pass formats and values on, and variables
// that hold formats.
package wrapped

import (
	"io"

	"example.com/structpack"
	"example.com/structpack/frame"
)

var (
	Header        = structpack.MustCompile("!HB")                // want Header:`holds !HB`
	Compiled, err = structpack.Compile("!4s")                    // want Compiled:`holds !4s`
	Layout        = frame.MustLayout("!cI")                      // want Layout:`holds !cI`
	Codec         = structpack.MustCodec[int32]("!i")            // want Codec:`holds !i`
	Windows, _    = structpack.CompileFor(structpack.LLP64, "l") // want Windows:`holds l`
	Late          *structpack.Struct                             // want Late:`holds !Q`
	Shared        = structpack.MustCompile("!HB")                // want Shared:`holds !HB`
	Changed       = structpack.MustCompile("!HB")
	notExported   = structpack.MustCompile("!HB")
)

func init() {
	Late = structpack.MustCompile("!Q")
	Changed = structpack.MustCompile("!B")
}

func Write(w io.Writer, format string, values ...any) error { // want Write:`packs argument 1 from argument 2`
	b, err := structpack.Pack(format, values...)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

type Packer struct{ buf []byte }

func (p *Packer) Pack(format string, values ...any) { // want Pack:`packs argument 0 from argument 1`
	var err error
	if p.buf, err = structpack.AppendPack(p.buf, format, values...); err != nil {
		panic(err)
	}
}

func Read(r io.Reader, format string, dests ...any) error { // want Read:`scans argument 1 from argument 2`
	s, err := structpack.Compile(format)
	if err != nil {
		return err
	}
	b := make([]byte, s.Size())
	if _, err := io.ReadFull(r, b); err != nil {
		return err
	}
	return s.Scan(b, dests...)
}

func WriteHeader(w io.Writer, values ...any) error { // want WriteHeader:`packs "!HB" from argument 1`
	b, err := Header.Pack(values...)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

type Generic[T any] struct{ v T }

func (Generic[T]) Pack(format string, values ...any) ([]byte, error) { // want Pack:`packs argument 0 from argument 1`
	return structpack.Pack(format, values...)
}
