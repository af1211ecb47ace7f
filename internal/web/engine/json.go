package engine

import (
	"strconv"
	"unicode/utf8"
)

// An answer is JSON in the making. Package encoding/json would be a seventh of the
// page, which is loaded through the network.
type answer struct {
	b     []byte
	comma bool
}

func (a *answer) separate() {
	if a.comma {
		a.b = append(a.b, ',')
	}
	a.comma = true
}

// open begins an object or an array: what is in it is added by inside.
func (a *answer) open(brackets string, inside func()) {
	a.b = append(a.b, brackets[0])
	a.comma = false
	inside()
	a.b = append(a.b, brackets[1])
	a.comma = true
}

func (a *answer) key(name string) {
	a.separate()
	a.b = append(appendString(a.b, name), ':')
}

func (a *answer) object(name string, inside func()) {
	a.key(name)
	a.open("{}", inside)
}

func (a *answer) list(name string, inside func()) {
	a.key(name)
	a.open("[]", inside)
}

// item adds an object to an array.
func (a *answer) item(inside func()) {
	a.separate()
	a.open("{}", inside)
}

func (a *answer) text(name, s string) {
	a.key(name)
	a.b = appendString(a.b, s)
}

func (a *answer) number(name string, n int64) {
	a.key(name)
	a.b = strconv.AppendInt(a.b, n, 10)
}

func (a *answer) truth(name string, is bool) {
	a.key(name)
	a.b = strconv.AppendBool(a.b, is)
}

func (a *answer) texts(name string, all []string) {
	a.list(name, func() {
		for _, s := range all {
			a.separate()
			a.b = appendString(a.b, s)
		}
	})
}

func appendString(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, "\ufffd"...)
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}
