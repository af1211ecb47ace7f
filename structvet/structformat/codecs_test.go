//structvet:ignore it is analyzed without this line

package structformat_test

import (
	"runtime"

	"example.com/structpack"
)

type (
	Ports  struct{ Source, Destination uint16 }
	hidden struct{ Length uint16 }
	octets [4]byte
	count  int16
	alias  = Ports

	record struct {
		_ int64
		Ports
		hidden
		Skip func()    `structpack:"-"`
		Tail [2]octets `json:"tail"`
	}
	pointing struct{ *Ports }
	reading  struct {
		Ports
		err error
	}
	pair[A, B any] struct {
		First  A
		Second B
	}
	machine struct {
		I int
		U uint
		P uintptr
	}
)

var _ = reading{}.err

// here returns the line that it is called from.
func here() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

func refusal[T any](_ *structpack.Codec[T], err error) error { return err }

// codecs are bound when they are made, and analyzed as this file is read.
var codecs = []struct {
	line int
	err  error
}{
	{here(), refusal(structpack.NewCodec[Ports](structpack.MustCompile("!HH")))},
	{here(), refusal(structpack.NewCodec[Ports](structpack.MustCompile("!H")))},
	{here(), refusal(structpack.NewCodec[Ports](structpack.MustCompile("!3H")))},
	{here(), refusal(structpack.NewCodec[Ports](structpack.MustCompile("!HxB2x")))},
	{here(), refusal(structpack.NewCodec[alias](structpack.MustCompile("!Hi")))},
	{here(), refusal(structpack.NewCodec[*Ports](structpack.MustCompile("!HH")))},
	{here(), refusal(structpack.NewCodec[[2]Ports](structpack.MustCompile("!4H")))},
	{here(), refusal(structpack.NewCodec[[2]Ports](structpack.MustCompile("!3Hh")))},
	{here(), refusal(structpack.NewCodec[[]Ports](structpack.MustCompile("!4H")))},
	{here(), refusal(structpack.NewCodec[[0]Ports](structpack.MustCompile("!")))},
	{here(), refusal(structpack.NewCodec[[0]Ports](structpack.MustCompile("!H")))},
	{here(), refusal(structpack.NewCodec[record](structpack.MustCompile("!3H4s4s")))},
	{here(), refusal(structpack.NewCodec[record](structpack.MustCompile("!3H8B")))},
	{here(), refusal(structpack.NewCodec[record](structpack.MustCompile("!3H4s5s")))},
	{here(), refusal(structpack.NewCodec[record](structpack.MustCompile("!2H4s4s")))},
	{here(), refusal(structpack.NewCodec[pointing](structpack.MustCompile("!HH")))},
	{here(), refusal(structpack.NewCodec[reading](structpack.MustCompile("!HH")))},
	{here(), refusal(structpack.NewCodec[reading](structpack.MustCompile("!HHB")))},
	{here(), refusal(structpack.NewCodec[pair[byte, octets]](structpack.MustCompile("!B4c")))},
	{here(), refusal(structpack.NewCodec[pair[count, []count]](structpack.MustCompile("!h3h")))},
	{here(), refusal(structpack.NewCodec[pair[count, []count]](structpack.MustCompile("!4h")))},
	{here(), refusal(structpack.NewCodec[pair[count, []count]](structpack.MustCompile("!h")))},
	{here(), refusal(structpack.NewCodec[pair[int8, bool]](structpack.MustCompile("!c?")))},
	{here(), refusal(structpack.NewCodec[pair[any, error]](structpack.MustCompile("!c?")))},
	{here(), refusal(structpack.NewCodec[pair[string, []byte]](structpack.MustCompile("4s3p")))},
	{here(), refusal(structpack.NewCodec[pair[octets, octets]](structpack.MustCompile("4s4p")))},
	{here(), refusal(structpack.NewCodec[pair[float32, complex64]](structpack.MustCompile("eF")))},
	{here(), refusal(structpack.NewCodec[pair[float32, complex64]](structpack.MustCompile("fD")))},
	{here(), refusal(structpack.NewCodec[machine](structpack.MustCompile("=iIL")))},
	{here(), refusal(structpack.NewCodec[machine](structpack.MustCompile("=qQQ")))},
	{here(), refusal(structpack.NewCodec[machine](structpack.MustCompile("@lLN")))},
	{here(), refusal(structpack.NewCodec[machine](structpack.MustCompile("@nNP")))},
	{here(), refusal(structpack.NewCodec[machine](structpack.MustCompile("@IiP")))},
	{here(), refusal(structpack.NewCodec[count](structpack.MustCompile("b")))},
	{here(), refusal(structpack.NewCodec[count](structpack.MustCompile("B")))},
	{here(), refusal(structpack.NewCodec[map[int]int](structpack.MustCompile("B")))},
	{here(), refusal(structpack.NewCodec[func(int) error](structpack.MustCompile("B")))},
	{here(), refusal(structpack.NewCodec[chan<- int](structpack.MustCompile("B")))},
	{here(), refusal(structpack.NewCodec[struct{}](structpack.MustCompile("4x")))},
	{here(), refusal(structpack.NewCodec[struct{}](structpack.MustCompile("?")))},
	{here(), refusal(structpack.NewCodec[[3][2][1]count](structpack.MustCompile("6h")))},
	{here(), refusal(structpack.NewCodec[[3][2][1]count](structpack.MustCompile("5hH")))},
	{here(), refusal(structpack.NewCodec[[2][]count](structpack.MustCompile("4h3h")))},
	{here(), refusal(structpack.NewCodec[[2][4]byte](structpack.MustCompile("4s4s")))},
}
