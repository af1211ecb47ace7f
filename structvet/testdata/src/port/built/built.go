// Package built has formats that are collected, rightly, in ways that are hard to follow.
package built

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"example.com/structpack"
)

func reset(all [][]any) (err error) {
	var b strings.Builder
	for _, values := range all {
		b.Reset()
		b.WriteByte('<')
		for range values {
			b.WriteByte('I')
		}
		if _, err = structpack.Pack(b.String(), values...); err != nil {
			return err
		}
	}
	return nil
}

func closure(wide bool, n int) ([]byte, error) {
	var b strings.Builder
	add := func(code string) { b.WriteString(code) }
	b.WriteString("<")
	add("B")
	if wide {
		add("Q")
	}
	return structpack.Pack(b.String(), n, n)
}

func head(w io.StringWriter) { w.WriteString("<HH") }

func helper(a, b int) ([]byte, error) {
	var format strings.Builder
	head(&format)
	format.WriteString("I")
	return structpack.Pack(format.String(), a, b, 0)
}

func correlated(wide bool, n int, text string) ([]byte, error) {
	var b strings.Builder
	b.WriteString("<")
	if wide {
		b.WriteString("16")
	}
	if wide {
		b.WriteString("s")
	} else {
		b.WriteString("I")
	}
	if wide {
		return structpack.Pack(b.String(), text)
	}
	return structpack.Pack(b.String(), n)
}

func twice(n int) (one, two []byte, err error) {
	var b bytes.Buffer
	b.WriteString("<H")
	if one, err = structpack.Pack(b.String(), n); err != nil {
		return nil, nil, err
	}
	b.WriteString("f")
	two, err = structpack.Pack(b.String(), n, 1.5)
	return one, two, err
}

func copied(n int) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("<H")
	c := &b
	c.WriteString("f")
	return structpack.Pack(b.String(), n, 1.5)
}

func falls(kind int) ([]byte, error) {
	var b strings.Builder
	b.WriteString("<")
	switch kind {
	case 2:
		b.WriteString("f")
		fallthrough
	case 1:
		b.WriteString("f")
	}
	if kind == 2 {
		return structpack.Pack(b.String(), 1.5, 2.5)
	}
	return structpack.Pack(b.String(), 1.5)
}

func jumps(n int) ([]byte, error) {
	var b strings.Builder
	b.WriteString("<")
again:
	b.WriteString("f")
	if n--; n > 0 {
		goto again
	}
	return structpack.Pack(b.String(), 1.5, 2.5)
}

func sliced(more []string, values ...any) ([]byte, error) {
	parts := []string{"<", "H"}
	parts[1] = "f"
	if len(more) > 0 {
		parts = append(parts, more...)
	}
	return structpack.Pack(strings.Join(parts, ""), append([]any{1.5}, values...)...)
}

func shortened(n int) ([]byte, error) {
	parts := []string{"<", "H"}
	parts = parts[:1]
	parts = append(parts, "f")
	return structpack.Pack(strings.Join(parts, ""), 1.5)
}

func spaced(n int) ([]byte, error) {
	parts := []string{"<", "H"}
	parts = append(parts, fmt.Sprint(n)+"s")
	return structpack.Pack(strings.Join(parts, " "), 1, "text")
}

func sorted(n int) ([]byte, error) {
	parts := []string{"H", "f"}
	slices.Reverse(parts)
	return structpack.Pack("<"+strings.Join(parts, ""), 1.5, 2)
}

type maker struct{ strings.Builder }

func (m *maker) make(n int) ([]byte, error) {
	m.WriteString("<f")
	return structpack.Pack(m.String(), 1.5)
}

func later(n int) ([]byte, error) {
	var b strings.Builder
	defer b.Reset()
	b.WriteString("<H")
	return structpack.Pack(b.String(), n)
}

// Tables whose rows change, and comparisons that hold.

type row struct {
	format string
	values []any
}

func changed() error {
	table := []row{{"<H", []any{1.5}}, {"<B", []any{300}}}
	for i := range table {
		table[i].values = []any{7}
	}
	for _, r := range table {
		if _, err := structpack.Pack(r.format, r.values...); err != nil {
			return err
		}
	}
	return nil
}

func skipped() error {
	for _, r := range []row{{"<H", []any{1}}, {format: "<HH"}, {values: []any{1}}} {
		if len(r.values) == 0 || r.format == "" {
			continue
		}
		if _, err := structpack.Pack(r.format, r.values...); err != nil {
			return err
		}
	}
	return nil
}

func prefixed() error {
	for _, r := range []row{{"H", []any{1}}, {"2s", []any{"ab"}}} {
		if _, err := structpack.Pack("<"+r.format, r.values...); err != nil {
			return err
		}
	}
	return nil
}

var names = map[any]string{1: "one"}

func named(data []byte) (string, error) {
	v, err := structpack.Unpack("<B", data)
	if err != nil {
		return "", err
	}
	names[uint8(2)] = "two"
	return names[v[0]], nil
}

func compared(data []byte, want any, all []any) bool {
	v, err := structpack.Unpack("<BH", data)
	if err != nil || reflect.DeepEqual(v[0], want) || reflect.DeepEqual(v, all) {
		return false
	}
	all = append(all, uint16(2))
	return slices.Contains(all, v[1]) || slices.Contains([]any{nil, want}, v[1])
}
