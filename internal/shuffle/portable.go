//go:build !purego

package shuffle

import "unsafe"

// The routines in Go. They run where there is no assembly, and are compiled where
// there is, because the tests compare it with them.

func oneGo(p *Step, dst, src unsafe.Pointer) {
	steps := unsafe.Slice(p, 1+max(p.Load[0], -p.Load[0])+p.Store[0])
	for i := range steps[1:] {
		steps[1+i].do(dst, src)
	}
}

func rowsGo(step *Step, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	for i := range n {
		step.do(unsafe.Add(dst, i*dstStride), unsafe.Add(src, i*srcStride))
	}
}

func swapGo(dst, src unsafe.Pointer, n int, mask *[16]byte, _ bool) {
	for i := 0; i < n; i += len(mask) {
		in, out := *(*[16]byte)(unsafe.Add(src, i)), (*[16]byte)(unsafe.Add(dst, i))
		for j, from := range mask {
			out[j] = in[from]
		}
	}
}

// do does a step for one record.
func (s *Step) do(dst, src unsafe.Pointer) {
	var in, out [wide]byte
	for i, at := range s.Load {
		copy(in[i*word:], (*[word]byte)(unsafe.Add(src, at))[:])
	}
	for i, from := range s.From {
		if from != zero {
			out[i] = min(in[from], s.Most[i])
		}
	}
	for i, at := range s.Store {
		copy((*[word]byte)(unsafe.Add(dst, at))[:], out[i*word:])
	}
}
