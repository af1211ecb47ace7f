package show

import (
	"math/big"
	"strings"
	"testing"
)

// TestParseInt is the rule for every number on the command line.
func TestParseInt(t *testing.T) {
	for _, tt := range []struct {
		text, want string // empty for an error
	}{
		{"0", "0"}, {"-0", "0"}, {"7", "7"}, {"+7", "7"}, {"-7", "-7"}, {"010", "10"}, {"-0010", "-10"},
		{"0x1f", "31"}, {"0X1F", "31"}, {"-0x10", "-16"}, {"0o17", "15"}, {"0b101", "5"},
		{"1_000", "1000"}, {"0x_ff", "255"}, {"0xf_f", "255"},
		{"", ""}, {"-", ""}, {"+-1", ""}, {"0x", ""}, {"0x_", ""}, {"_1", ""}, {"1_", ""}, {"1__0", ""},
		{"0xg", ""}, {"0o8", ""}, {"0b2", ""}, {"1e3", ""}, {"1.0", ""}, {" 1", ""}, {"a", ""}, {"١", ""},
	} {
		got, err := ParseInt(tt.text)
		if err != nil {
			got = nil
		}
		if want, _ := new(big.Int).SetString(tt.want, 10); (got == nil) != (want == nil) || got != nil && got.Cmp(want) != 0 {
			t.Errorf("%q: got %v, %v, want %s", tt.text, got, err, tt.want)
		}
	}
}

// TestParseIntLong sees that a number of a million digits is not read to its end,
// except for zeros before it, and is out of range as it should be.
func TestParseIntLong(t *testing.T) {
	n, err := ParseInt("-" + strings.Repeat("9", 1<<20))
	if err != nil || n.Sign() >= 0 || n.BitLen() < 1000 || n.BitLen() > 2000 {
		t.Errorf("%d bits, %v", n.BitLen(), err)
	}
	n, err = ParseInt(strings.Repeat("0", 1<<20) + "7")
	if err != nil || n.Cmp(big.NewInt(7)) != 0 {
		t.Errorf("got %v, %v", n, err)
	}
	if _, err := ParseInt(strings.Repeat("9", 1<<20) + "x"); err == nil || len(err.Error()) > 200 {
		t.Errorf("got %v", err)
	}
}

func TestHuman(t *testing.T) {
	for _, tt := range []struct {
		code string
		v    any
		want string
	}{
		{"B", uint8(9), "9"}, {"B", uint8(10), "10 (0xa)"}, {"H", uint16(62), "62 (0x3e)"}, {"Q", uint64(1 << 63), "9223372036854775808 (0x8000000000000000)"},
		{"b", int8(62), "62"}, {"i", int32(-62), "-62"}, {"?", true, "true"}, {"d", 1.5, "1.5"},
		{"c", byte('a'), `"a"`}, {"c", byte(0), "00"}, {"c", byte(0xe9), "e9"},
		{"s", []byte("IHDR"), `"IHDR"`}, {"s", []byte("a\x00"), `"a" (1 NUL)`}, {"s", []byte("eth0\x00\x00"), `"eth0" (2 NULs)`},
		{"s", []byte("a  "), `"a  "`}, {"s", []byte("GET /\r\n"), `"GET /\r\n"`}, {"s", []byte("Gr\u00fc\u00dfe"), `"Grüße"`},
		{"s", []byte{}, `""`}, {"s", []byte{0, 0}, "00 00"}, {"s", []byte{127, 0, 0, 1}, "7f 00 00 01"},
		{"s", []byte("a\x00b"), "61 00 62"}, {"s", []byte("\x1b[31m"), "1b 5b 33 31 6d"}, {"s", []byte("\u202eabc"), "e2 80 ae 61 62 63"}, {"s", []byte("\xebx"), "eb 78"},
	} {
		if got := Human(tt.code, tt.v); got != tt.want {
			t.Errorf("%s %v: got %s, want %s", tt.code, tt.v, got, tt.want)
		}
	}
}
