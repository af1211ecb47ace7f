// Package compare compares unpacked values with what they never equal.
package compare

import "example.com/structpack"

func numbers(b []byte, want int64) bool {
	v, err := structpack.Unpack("<HbcI", b)
	if err != nil {
		return false
	}
	if v[0] == 7 || v[0] != 7 { // want `value 0 \('H' at byte 1\) has type uint16, never int: the comparison is always false` `the comparison is always true`
		return true
	}
	if 1<<9 == v[0] { // want `always false`
		return true
	}
	if v[0] == 1<<16 { // want `always false`
		return true
	}
	if v[1] == -1 || v[2] == 'A' { // want `has type int8, never int` `has type uint8, never rune`
		return true
	}
	if v[2] == byte('A') || v[0] == uint16(7) || v[3] == any(want) {
		return true
	}
	if f, err := structpack.Unpack("<f", b); err == nil && f[0] == 1.5 { // want `has type float32, never float64`
		return true
	}
	return v[3] == want // want `has type uint32, never int64`
}

func cases(b []byte) string {
	v, err := structpack.Unpack("!cH", b)
	if err != nil {
		return ""
	}
	switch v[0] {
	case 'Q', 'X': // want `has type uint8, never rune: the case is never taken` `the case is never taken`
		return "query"
	case byte('Z'):
		return "ready"
	}
	switch kind := v[1]; kind {
	case 1: // want `has type uint16, never int: the case is never taken`
		return "one"
	}
	return ""
}

type magic string

func texts(b []byte, want magic) bool {
	v, err := structpack.Unpack("<4s4p", b)
	if err != nil {
		return false
	}
	first := v[0]
	return v[0] == "RIFF" && // want `has type \[\]byte, never string: the comparison is always false`
		"WAV" != v[1] && // want `always true`
		first == "RIFF" && // want `always false`
		v[1] == want // want `has type \[\]byte, never compare.magic`
}

// several has no fix: the types are not the same.
func several(b []byte, wide bool) bool {
	format := "<H"
	if wide {
		format = "<I"
	}
	v, err := structpack.Unpack(format, b)
	return err == nil && v[0] == 7 // want `always false`
}
