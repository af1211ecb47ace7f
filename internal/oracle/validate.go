package oracle

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// Limits of a case that comes from a file that anybody may have written.
const (
	maxDigits = 10_000  // of an integer: parsing takes the square of it
	maxTimes  = 1 << 20 // values, after they are repeated
	maxBytes  = 1 << 26 // of a buffer, after it is repeated
	maxDepth  = 8       // of lists in lists
)

// Validate reports what is wrong with a case. The other methods panic if it is
// given one that is not valid.
func (c *Case) Validate() error {
	if c.FormatBytes != "" {
		if err := isHex("format_bytes", c.FormatBytes); err != nil {
			return err
		}
	}
	if err := isHex("hex", c.Hex); err != nil {
		return err
	}
	times := c.times()
	if times < 0 || times > maxTimes || len(c.Values) > 0 && times > maxTimes/len(c.Values) {
		return fmt.Errorf("times: %d is not from 0 to %d values", times, maxTimes)
	}
	if len(c.Hex) > 0 && times > 2*maxBytes/len(c.Hex) {
		return fmt.Errorf("hex: more than %d bytes", maxBytes)
	}
	for i := range c.Values {
		if err := c.Values[i].validate(0); err != nil {
			return fmt.Errorf("values: value %d: %w", i, err)
		}
	}
	switch c.Op {
	case "calcsize", "pack", "pack_into", "unpack", "unpack_from", "iter_unpack", "floats_both", "floats_pack":
	default:
		return fmt.Errorf("op: %q is no function of struct", c.Op)
	}
	if c.Error != "" {
		return nil
	}
	if err := c.validateOK(); err != nil {
		return fmt.Errorf("ok: %w", err)
	}
	return nil
}

// validateOK reports whether the result has the type that the function returns.
func (c *Case) validateOK() error {
	if c.OK == nil {
		return fmt.Errorf("neither a result nor an error")
	}
	var rows [][]Value
	switch c.Op {
	case "calcsize":
		var n int
		return json.Unmarshal(c.OK, &n)
	case "unpack", "unpack_from":
		rows = make([][]Value, 1)
		if err := json.Unmarshal(c.OK, &rows[0]); err != nil {
			return err
		}
	case "iter_unpack":
		if err := json.Unmarshal(c.OK, &rows); err != nil {
			return err
		}
	default:
		var packed string
		if err := json.Unmarshal(c.OK, &packed); err != nil {
			return err
		}
		return isHex("result", packed)
	}
	for _, row := range rows {
		for i := range row {
			if err := row[i].validate(0); err != nil {
				return fmt.Errorf("value %d: %w", i, err)
			}
		}
	}
	return nil
}

func (v *Value) validate(depth int) error {
	kinds := 0
	for _, set := range []bool{v.Int != nil, v.Float != nil, v.Complex != nil, v.Bytes != nil, v.Str != nil, v.Bool != nil, v.None, v.Object, v.List != nil} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return fmt.Errorf("%d types, want 1", kinds)
	}
	switch {
	case v.Int != nil:
		if len(*v.Int) > maxDigits {
			return fmt.Errorf("int: more than %d digits", maxDigits)
		}
		if _, ok := new(big.Int).SetString(*v.Int, 10); !ok || strings.Contains(*v.Int, "_") || strings.HasPrefix(*v.Int, "+") {
			return fmt.Errorf("int: %.40q is no integer", *v.Int)
		}
	case v.Float != nil:
		return isBits("float", *v.Float)
	case v.Complex != nil:
		if err := isBits("complex", v.Complex[0]); err != nil {
			return err
		}
		return isBits("complex", v.Complex[1])
	case v.Bytes != nil:
		return isHex("bytes", *v.Bytes)
	case v.List != nil:
		if depth == maxDepth {
			return fmt.Errorf("list: more than %d lists in each other", maxDepth)
		}
		for i := range *v.List {
			if err := (*v.List)[i].validate(depth + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func isHex(name, s string) error {
	if _, err := hex.DecodeString(s); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func isBits(name, s string) error {
	if len(s) != 16 {
		return fmt.Errorf("%s: %.40q is not the 64 bits of a double in hexadecimal", name, s)
	}
	return isHex(name, s)
}

// Go returns a Go value for a Python value: an int64, or a uint64 or *big.Int if
// it is larger; a float64, complex128, bool, string, or []byte; nil for None, and
// for a list or an object a []any of its length or an empty struct.
func (v *Value) Go() any {
	switch {
	case v.Bool != nil:
		return *v.Bool
	case v.Int != nil:
		n, _ := new(big.Int).SetString(*v.Int, 10)
		switch {
		case n.IsInt64():
			return n.Int64()
		case n.IsUint64():
			return n.Uint64()
		}
		return n
	case v.Float != nil:
		return floatOf(*v.Float)
	case v.Complex != nil:
		return complex(floatOf(v.Complex[0]), floatOf(v.Complex[1]))
	case v.Bytes != nil:
		return unhex(*v.Bytes)
	case v.Str != nil:
		return *v.Str
	case v.List != nil:
		return make([]any, len(*v.List))
	case v.Object:
		return struct{}{}
	}
	return nil
}

// Packed returns the bytes of a result, for the functions that return some.
func (a *Answer) Packed() []byte { return unhex(ok[string](a)) }

// Results returns the values of a result, a row a structure, for the functions that
// return some.
func (c *Case) Results() [][]Value {
	if c.Op == "iter_unpack" {
		return ok[[][]Value](&c.Answer)
	}
	return [][]Value{ok[[]Value](&c.Answer)}
}
