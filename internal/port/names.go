package port

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// initialisms are written in one case, as Go does.
var initialisms = map[string]string{}

func init() {
	for s := range strings.FieldsSeq("ACK API ASCII CPU CRC CRC32 CSS DNS EOF FIN GUID HTML HTTP HTTPS ICMP ID IP IPv4 IPv6 JSON MAC MD5 MTU NTP OS PID QPS RAM RGB RPC RST SHA1 SLA SMTP SQL SSH SYN TCP TLS TTL UDP UID UI URI URL UTF8 UUID VM XML") {
		initialisms[strings.ToUpper(s)] = s
	}
}

// words cuts a Python name into words: at underscores, and where the case changes.
func words(name string) (all []string) {
	var word []rune
	end := func() {
		if len(word) > 0 {
			all = append(all, string(word))
			word = nil
		}
	}
	runes := []rune(name)
	for i, c := range runes {
		if c >= 0x80 || !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			end()
			continue
		}
		if i > 0 && unicode.IsUpper(c) && (unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			end()
		}
		word = append(word, c)
	}
	end()
	return all
}

// exported makes an exported Go name of a Python name, or "" if nothing is left.
func exported(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		upper := strings.ToUpper(w)
		if s, ok := initialisms[upper]; ok {
			b.WriteString(s)
			continue
		}
		rest := w[1:]
		if upper == w && len(w) > 1 {
			rest = strings.ToLower(rest)
		}
		b.WriteString(strings.ToUpper(w[:1]) + rest)
	}
	out := b.String()
	if out == "" {
		return ""
	}
	if unicode.IsDigit(rune(out[0])) {
		return "V" + out
	}
	return out
}

// generic are words that say that something is a Struct or a format, and not which.
var generic = map[string]bool{"struct": true, "fmt": true, "format": true, "formats": true, "st": true, "s": true, "self": true, "cls": true,
	"packer": true, "unpacker": true, "unpack": true, "pack": true, "codec": true, "layout": true, "structure": true, "str": true, "f": true}

// typeName makes the name of a type of what the source calls a Struct or a format.
func typeName(receiver string) string {
	var left []string
	for _, w := range words(receiver) {
		if !generic[strings.ToLower(w)] {
			left = append(left, w)
		}
	}
	return exported(strings.Join(left, "_"))
}

// verbs are what functions around a struct are called after, beside its subject.
var verbs = map[string]bool{"parse": true, "unpack": true, "pack": true, "read": true, "write": true, "decode": true, "encode": true, "load": true,
	"dump": true, "get": true, "put": true, "from": true, "to": true, "bytes": true, "init": true, "make": true, "build": true, "serialize": true,
	"deserialize": true, "recv": true, "send": true, "locals": true, "lambda": true, "module": true, "listcomp": true, "genexpr": true, "main": true,
	"struct": true, "data": true, "buf": true}

// functionName makes the name of a type of the function that a call stands in: its
// subject, or the class of a method that has none.
func functionName(qualified string) string {
	parts := strings.Split(qualified, ".")
	for i, part := range slices.Backward(parts) {
		var left []string
		for _, w := range words(part) {
			if !verbs[strings.ToLower(w)] {
				left = append(left, w)
			}
		}
		name := exported(strings.Join(left, "_"))
		if name == "" {
			continue
		}
		if i > 0 && len(name) < 4 {
			name = exported(parts[i-1]) + name
		}
		return name
	}
	return ""
}

// unexported makes the name of a variable of the name of a type.
func unexported(name string) string {
	runes := []rune(name)
	for i := range runes {
		if i > 0 && (!unicode.IsUpper(runes[i]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			break
		}
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}

// unique adds a number to a name that is taken, and takes it.
func unique(name string, taken map[string]bool) string {
	try := name
	for n := 2; taken[try]; n++ {
		try = name + strconv.Itoa(n)
		if unicode.IsDigit(rune(name[len(name)-1])) {
			try = name + "_" + strconv.Itoa(n)
		}
	}
	taken[try] = true
	return try
}
