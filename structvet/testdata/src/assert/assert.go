// Package assert asserts types that unpacked values do not have.
package assert

import (
	"encoding/json"
	"fmt"

	"example.com/structpack"
)

var header = structpack.MustCompile("!HBi4sd")

type (
	number int32
	label  string
)

func results(data []byte) {
	values, err := structpack.Unpack("!HBi4sd?cZf", data)
	if err != nil {
		return
	}
	_ = values[0].(int)                    // want `unpack "!HBi4sd\?cZf": value 0 \('H' at byte 1\) has type uint16, never int`
	_ = values[2].(int)                    // want `value 2 \('i' at byte 3\) has type int32, never int`
	_ = values[3].(string)                 // want `value 3 \('s' at byte 4\) has type \[\]byte, never string`
	_ = values[4].(float32)                // want `value 4 \('d' at byte 6\) has type float64, never float32`
	_ = values[2].(number)                 // want `never assert.number`
	_ = values[2].(fmt.Stringer)           // want `never fmt.Stringer`
	_ = values[3].(label)                  // want `never assert.label`
	_ = values[3].(json.RawMessage)        // want `never json.RawMessage`
	_ = values[6].(string)                 // want `value 6 \('c' at byte 8\) has type (byte|uint8), never string`
	n, ok := values[2].(int64)             // want `never int64`
	fmt.Println(n, ok, values[1].(uint16)) // want `value 1 \('B' at byte 2\) has type uint8, never uint16`

	_ = values[0].(uint16)
	_ = values[1].(byte)
	_ = values[2].(int32)
	_ = values[3].([]byte)
	_ = values[4].(float64)
	_ = values[5].(bool)
	_ = values[6].(uint8)
	_ = values[7].(complex64)
	_ = values[2].(any)
	_ = values[2].(interface{})
}

func sources(data []byte, values []any) {
	a, _ := header.Unpack(data)
	_ = a[0].(int) // want `unpack "!HBi4sd": value 0`
	b, _ := header.UnpackFrom(data, 4)
	_ = b[0].(int) // want `unpack_from "!HBi4sd": value 0`
	c, _ := structpack.UnpackFrom("!H", data, 4)
	_ = c[0].(int) // want `unpack_from "!H": value 0`
	d, _ := header.AppendUnpack(nil, data)
	_ = d[0].(int) // want `value 0`
	e, _ := header.AppendUnpack(values[:0], data)
	_ = e[0].(int) // want `value 0`
	f, _ := header.AppendUnpack(make([]any, 1), data)
	_ = f[0].(int)
	iter, _ := structpack.IterUnpack("!Hi", data)
	for values := range iter {
		_ = values[1].(int) // want `iter_unpack "!Hi": value 1`
	}
	var g []any
	g, _ = header.Unpack(data)
	_ = g[2].(int) // want `value 2`
	native, _ := structpack.Unpack("lLnNP", data)
	_ = native[0].(int32)  // want `has type int64, never int32`
	_ = native[2].(uint64) // want `has type int64, never uint64`
	_ = native[4].(int64)  // want `has type uint64, never int64`
	standard, _ := structpack.Unpack("=l", data)
	_ = standard[0].(int32)
	_ = standard[0].(int64) // want `has type int32, never int64`
}

func elements(data []byte, i int) {
	values, _ := structpack.Unpack("!4Hi", data)
	_ = values[i].(uint16)
	_ = values[i].(int32)
	_ = values[i].(int) // want `unpack "!4Hi": no value has type int`
	for _, v := range values {
		_ = v.(uint16)
		_ = v.(string) // want `no value has type string`
		switch v.(type) {
		case string, int: // code for all kinds
		}
	}
	for i := range values {
		_ = values[i].(uint64) // want `no value has type uint64`
	}
	first := values[0]
	_ = first.(uint16)
	_ = first.(int32) // want `value 0 \('H' at byte 2|1\)`
	switch v := values[4].(type) {
	case int32:
	case int, uint32: // want `never int$` `never uint32`
	case nil:
	case fmt.Stringer: // want `never fmt.Stringer`
	default:
		_ = v
	}
	switch first.(type) {
	case uint16, any:
	case string: // want `never string`
	}
}

// changed has values that may have become others.
func changed(data []byte, normalize func([]any)) []any {
	a, _ := header.Unpack(data)
	normalize(a)
	_ = a[0].(int)
	b, _ := header.Unpack(data)
	b[0] = 1
	_ = b[0].(int)
	c, _ := header.Unpack(data)
	c = []any{1}
	_ = c[0].(int)
	d, _ := header.Unpack(data)
	d2 := d
	d2[0] = 1
	_ = d[0].(int)
	e, _ := header.Unpack(data)
	p := &e[0]
	*p = 1
	_ = e[0].(int)
	f, _ := header.Unpack(data)
	copy(f, []any{1})
	_ = f[0].(int)
	var g struct{ values []any }
	g.values, _ = header.Unpack(data)
	_ = g.values[0].(int)
	h := []any{1}
	_ = h[0].(int)
	i, _ := header.Unpack(data)
	fmt.Println(i...)
	_ = i[0].(int) // want `value 0`
	j, _ := header.Unpack(data)
	normalize(j[:1])
	_ = j[0].(int)
	return i
}

func generic[T any](data []byte) T {
	values, _ := header.Unpack(data)
	_ = values[0].([]T)
	return values[0].(T)
}
