package show

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// HexReader returns the bytes that a text shows in hex. The text is a dump with
// addresses, as xxd, hexdump, od, tcpdump and Wireshark write them, or digits
// with nothing between them, or blanks, commas, colons, dashes, 0x or \x.
//
// Nothing is guessed: whatever is neither digits nor where such a dump has its
// addresses and its text is an error with its line and column, and so is an
// address that does not follow from the lines before it.
func HexReader(r io.Reader) io.Reader {
	return &hexReader{in: bufio.NewReader(r)}
}

type hexReader struct {
	in   *bufio.Reader
	form func(h *hexReader) error // reads more; nil before the first line decides
	out  []byte                   // bytes to hand out
	err  error
	line int // of what is read, from 1

	plain plainText
	dump  dumpText
}

func (h *hexReader) Read(p []byte) (int, error) {
	for len(h.out) == 0 && h.err == nil {
		if h.form == nil {
			h.err = h.begin()
		} else {
			h.err = h.form(h)
		}
	}
	if len(h.out) == 0 {
		return 0, h.err
	}
	n := copy(p, h.out)
	h.out = h.out[n:]
	return n, nil
}

// blanks may be between the digits of a line, also those of a printer.
const blanks = " \t\r\v\f"

// mostLine is longer than any line of a dump.
const mostLine = 4096

// begin reads as much of the first line as decides how to read on: no more,
// because the rest may come late.
func (h *hexReader) begin() error {
	h.line = 1
	var line []byte
	for {
		b, err := h.in.ReadByte()
		if err != nil && err != io.EOF {
			return err
		}
		if err == nil {
			line = append(line, b)
		}
		if err == nil && strings.IndexByte(blanks+"\n", b) >= 0 && len(line) < mostLine && len(bytes.TrimSpace(line)) == 0 {
			if b == '\n' {
				h.line++
				line = line[:0]
			}
			continue
		}
		if err == nil && b != '\n' && len(line) < mostLine && !isPlain(line) {
			continue
		}
		switch text := string(line); {
		case isHeading(text) || isDump(text) && !isDoubtful(text):
			h.form = (*hexReader).readDump
			return h.addLine(text)
		case isDump(text):
			second, err := h.in.ReadSlice('\n')
			if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
				return err
			}
			if follows(text, string(second)) {
				h.form = (*hexReader).readDump
				h.dump.second = string(second)
				return h.addLine(text)
			}
			line = append(line, second...)
		}
		h.form = (*hexReader).readPlain
		return h.addPlain(line)
	}
}

// isDoubtful reports whether what may be an address may as well be digits: 000010
// before one blank and pairs of digits.
func isDoubtful(line string) bool {
	d, _ := takeApart(line)
	if d.colon || d.text != "" || len(d.address)%2 == 1 {
		return false
	}
	groups := strings.Fields(d.body)
	return len(groups) == 0 || len(groups[0]) >= len(d.address) || !strings.Contains(strings.TrimSpace(line), "  ")
}

// follows reports whether the second line of a text has the address that makes
// an address of the first line's.
func follows(first, second string) bool {
	d, _ := takeApart(first)
	next, ok := takeApart(second)
	if strings.TrimSpace(second) == "*" {
		return true
	}
	a, _ := strconv.ParseUint(d.address, 16, 64)
	b, _ := strconv.ParseUint(next.address, 16, 64)
	digits := len(strings.Join(strings.Fields(d.body), ""))
	return ok && len(next.address) == len(d.address) && b == a+uint64(digits/2)
}

// isPlain reports whether the beginning of a line belongs to no dump: an address
// has four digits or more.
func isPlain(line []byte) bool {
	s := strings.TrimLeft(string(line), blanks)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789abcdefABCDEF"))
	return digits > 0 && digits < 4 && len(s) > digits && s[digits] == ' '
}

// A plainText is how far a text without addresses is read.
type plainText struct {
	column int
	group  []byte // the digits of a group, and 0x or \x before them: what is not handed out of it
	at     int    // its column
	inside bool   // a part of the group has been handed out
	colon  bool   // a colon came last
}

// readPlain reads more of a text without addresses.
func (h *hexReader) readPlain() error {
	if _, err := h.in.Peek(1); err == io.EOF {
		if err := h.endGroup(); err != nil {
			return err
		}
		return io.EOF
	} else if err != nil {
		return err
	}
	b, _ := h.in.Peek(h.in.Buffered())
	err := h.addPlain(b)
	h.in.Discard(len(b))
	return err
}

func (h *hexReader) addPlain(text []byte) error {
	p := &h.plain
	h.out = h.out[:0]
	for _, b := range text {
		p.column++
		after := p.colon
		p.colon = false
		switch {
		case isHex(b):
			if len(p.group) == 0 && !p.inside {
				p.at = p.column
			}
			p.group = append(p.group, b)
			if string(p.group[:1]) == `\` && len(p.group) == 4 { // \x0102 is not one group
				if err := h.endGroup(); err != nil {
					return err
				}
			}
			continue
		case (b == 'x' || b == 'X') && len(p.group) == 1 && p.group[0] == '0' && !p.inside:
			p.group = append(p.group, b)
			continue
		case b == 'x' && len(p.group) == 1 && p.group[0] == '\\':
			p.group = append(p.group, b)
			continue
		case b == '\\':
			if err := h.endGroup(); err != nil {
				return err
			}
			p.group, p.at = append(p.group, b), p.column
			continue
		}
		if err := h.endGroup(); err != nil {
			return err
		}
		switch {
		case b == '\n':
			h.line++
			p.column = 0
		case after && (b == ' ' || b == '\t'):
			return h.wrong(p.column-1, "a blank after a colon is a dump's, which the first line is not from")
		case b == ':':
			p.colon = true
		case strings.IndexByte(" \t\r\v\f,-", b) < 0:
			return h.notHex(p.column, b)
		}
	}
	// Whole bytes are handed out at once: the rest of a group may be far away, or late.
	if n := len(p.group); n > 0 && n%2 == 0 && (isHex(p.group[1]) || n > 2) && p.group[0] != '\\' {
		p.inside = true
		h.out = appendHex(h.out, strings.TrimPrefix(strings.TrimPrefix(string(p.group), "0x"), "0X"))
		p.group = p.group[:0]
	}
	return nil
}

// endGroup makes bytes of a group of digits.
func (h *hexReader) endGroup() error {
	p := &h.plain
	group, inside := string(p.group), p.inside
	p.group, p.inside = p.group[:0], false
	switch {
	case group == "":
		return nil
	case group[0] == '\\' && len(group) != 4:
		return h.wrong(p.at, `two hex digits are expected after \x`)
	case group[0] == '\\':
		group = group[2:]
	case len(group) > 1 && !isHex(group[1]):
		if group = group[2:]; group == "" {
			return h.wrong(p.at, "hex digits are expected after 0x")
		}
		if len(group) == 1 {
			group = "0" + group
		}
	}
	if len(group)%2 == 1 {
		if inside {
			return h.wrong(p.at, "an odd number of hex digits")
		}
		return h.wrong(p.at, fmt.Sprintf("%s: an odd number of hex digits", quote(group)))
	}
	h.out = appendHex(h.out, group)
	return nil
}

// A dumpText is how far a dump is read.
type dumpText struct {
	bases   []int          // the bases that all addresses so far agree with
	start   map[int]uint64 // the first address, by base
	n       uint64         // bytes since then
	last    []byte         // of the last line
	held    []byte         // the last line, while the last word may have to be cut
	star    bool           // the last line is repeated up to the next address
	fill    uint64         // bytes of that still to hand out
	next    []byte         // what follows them
	word    int            // bytes of a word; 0 if the digits are bytes
	second  string         // the second line, if it was needed to know what the first is
	heading bool           // lines without an address belong to a heading
}

// mostFill limits what the star of a dump stands for: bytes that nobody sent.
const mostFill = 1 << 30

// readDump reads a line of a dump.
func (h *hexReader) readDump() error {
	d := &h.dump
	h.out = h.out[:0]
	if d.fill > 0 {
		for len(h.out) < mostLine && d.fill > 0 {
			h.out = append(h.out, d.last...)
			d.fill -= uint64(len(d.last))
		}
		return nil
	}
	if d.next != nil {
		h.take()
		return nil
	}
	if d.second != "" {
		h.line++
		line := d.second
		d.second = ""
		return h.addLine(line)
	}
	line, err := h.in.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull:
		return h.wrong(mostLine, "the line is too long for a dump")
	case err == io.EOF && len(line) > 0, err == nil:
		h.line++
		return h.addLine(string(line))
	case err == io.EOF && len(d.held) > 0:
		h.out, d.held = append(h.out, d.held...), nil
		return nil
	}
	return err
}

// A dumpLine is a line of a dump taken apart.
type dumpLine struct {
	address string
	colon   bool
	body    string // the digits
	column  int    // of the body, from 0
	text    string // what is beside the digits
}

// takeApart finds the parts of a line of a dump. It reports false if there is no address.
func takeApart(line string) (d dumpLine, ok bool) {
	s := strings.TrimRight(line, blanks+"\n")
	rest := strings.TrimLeft(s, blanks)
	rest = strings.TrimPrefix(rest, "0x")
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789abcdefABCDEF"))
	d.address, rest = rest[:digits], rest[digits:]
	if digits < 4 || digits > 16 {
		return d, false
	}
	rest, d.colon = strings.CutPrefix(rest, ":")
	apart := len(rest) - len(strings.TrimLeft(rest, blanks))
	switch {
	case rest == "":
		return d, true // the end of hexdump and od
	case apart == 0, !d.colon && digits == 4 && apart == 1 && rest[0] == ' ':
		return d, false // 01020304:05 and 0800 45 are digits
	}
	d.body = rest[apart:]
	d.column = len(s) - len(d.body)
	// The text beside the digits begins after two blanks if the address has a colon
	// (xxd, tcpdump). Others have two blanks between eight bytes too, and a bar
	// (hexdump -C), > (od) or a third blank (Wireshark) before the text.
	end := -1
	for _, mark := range []string{"  |", "  >", "   ", "  "} {
		if mark == "  " && !d.colon {
			break
		}
		if i := strings.Index(d.body, mark); i >= 0 && (end < 0 || i < end) {
			end = i
		}
	}
	if end >= 0 {
		d.body, d.text = d.body[:end], strings.TrimLeft(d.body[end:], blanks)
		if len(d.text) > 1 && (d.text[0] == '|' && strings.HasSuffix(d.text, "|") || d.text[0] == '>' && strings.HasSuffix(d.text, "<")) {
			d.text = d.text[1 : len(d.text)-1]
		}
	}
	return d, true
}

// isDump reports whether a line may be the first of a dump: an address and groups
// of digits, all of one length if no colon says what the first is.
func isDump(line string) bool {
	d, ok := takeApart(line)
	if !ok || d.body == "" {
		return false
	}
	groups := strings.Fields(d.body)
	return d.colon || !slices.ContainsFunc(groups, func(g string) bool { return len(g) != len(groups[0]) })
}

// isHeading reports whether a line is what tcpdump writes above a packet.
func isHeading(line string) bool {
	for _, start := range []string{"IP ", "IP6 ", "ARP, ", "ARP "} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	// 12:34:56.789012, perhaps after a date
	if len(line) > 11 && line[4] == '-' && line[7] == '-' && line[10] == ' ' {
		line = line[11:]
	}
	if len(line) < 16 || line[15] != ' ' {
		return false
	}
	for i, b := range []byte(line[:15]) {
		switch i {
		case 2, 5:
			if b != ':' {
				return false
			}
		case 8:
			if b != '.' {
				return false
			}
		default:
			if b < '0' || b > '9' {
				return false
			}
		}
	}
	return true
}

// addLine makes bytes of a line of a dump.
func (h *hexReader) addLine(line string) error {
	d := &h.dump
	h.out = h.out[:0]
	switch trimmed := strings.TrimSpace(line); {
	case trimmed == "":
		return nil
	case isHeading(line):
		d.heading = true
		return nil
	case trimmed == "*":
		if len(d.last) == 0 {
			return h.notHex(strings.Index(line, "*")+1, '*')
		}
		d.star = true
		return nil
	}
	l, ok := takeApart(line)
	if !ok {
		if d.heading { // it goes on with -v
			return nil
		}
		return h.noAddress(line)
	}
	d.heading = false
	b, word, err := h.groups(l)
	if err != nil {
		return err
	}
	if err := h.addressed(&l, len(b)); err != nil {
		return err
	}
	h.out = append(h.out, d.held...)
	d.held, d.next = nil, b
	if word > 0 {
		d.word = word
	}
	if d.fill > 0 { // of the line before, and then this one
		return nil
	}
	h.take()
	return nil
}

// take hands out the bytes of a line. Words wait: the address at the end of the
// dump may say that the last of them was filled up.
func (h *hexReader) take() {
	d := &h.dump
	if len(d.next) > 0 {
		d.last = d.next
	}
	if d.word > 0 {
		d.held = d.next
	} else {
		h.out = append(h.out, d.next...)
	}
	d.next = nil
}

// noAddress is the error for a line without one: the place of what is not hex, if
// there is such a thing.
func (h *hexReader) noAddress(line string) error {
	for i := range len(line) {
		if b := line[i]; !isHex(b) && strings.IndexByte(blanks+"\n:", b) < 0 {
			return h.notHex(i+1, b)
		}
	}
	return h.wrong(len(line)-len(strings.TrimLeft(line, blanks))+1, "an address is expected, as in the lines before")
}

// groups makes bytes of the digits of a line.
func (h *hexReader) groups(l dumpLine) (b []byte, word int, err error) {
	column := l.column
	for s := l.body; s != ""; {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789abcdefABCDEF"))
		if digits == 0 {
			if strings.IndexByte(blanks+"-", s[0]) < 0 { // a dash is between eight bytes of some dumps
				return nil, 0, h.notHex(column+1, s[0])
			}
			s, column = s[1:], column+1
			continue
		}
		group := s[:digits]
		if digits == 6 && !l.colon && len(l.address) == 7 {
			return nil, 0, h.wrong(column+1, fmt.Sprintf("%q is octal: write the dump with od -t x1", group))
		}
		if digits%2 == 1 {
			return nil, 0, h.wrong(column+1, fmt.Sprintf("%q: an odd number of hex digits", group))
		}
		at := len(b)
		b = appendHex(b, group)
		if !l.colon && digits > 2 { // hexdump and od -x write words as the machine has them
			slices.Reverse(b[at:])
			word = digits / 2
		}
		s, column = s[digits:], column+digits
	}
	if l.text == "" {
		return b, word, nil
	}
	// The text beside the digits shows whether they are what they are taken for: words
	// of xxd -e and bits of xxd -b look like bytes. Blanks at its ends are lost.
	text := []rune(l.text)
	wrong := len(text) != len(b) && len(text) != len(bytes.Trim(b, " "))
	for i := 0; i < len(b) && len(text) == len(b); i++ {
		wrong = wrong || '!' <= b[i] && b[i] <= '~' && text[i] != rune(b[i])
	}
	if wrong {
		return nil, 0, h.wrong(l.column+1, fmt.Sprintf("the bytes do not match the text %q beside them", l.text))
	}
	return b, word, nil
}

// addressed checks the address of a line of n bytes, and how much a star before
// it stands for. An address of seven digits may be hex, octal or decimal: how the
// addresses go on says which.
func (h *hexReader) addressed(l *dumpLine, n int) error {
	d := &h.dump
	at := make(map[int]uint64)
	for _, base := range []int{16, 8, 10} {
		if u, err := strconv.ParseUint(l.address, base, 64); err == nil && (base == 16 || len(l.address) == 7 && !l.colon) {
			at[base] = u
		}
	}
	if d.start == nil || at[16] == 0 && n > 0 && d.n > 0 { // the first line, or another packet's
		d.start, d.n, d.star, d.bases = at, uint64(n), false, slices.Collect(maps.Keys(at))
		return nil
	}
	var bases []int
	var gaps []uint64
	var cut uint64
	for _, base := range d.bases {
		u, ok := at[base]
		if !ok || u < d.start[base] {
			continue
		}
		offset := u - d.start[base]
		switch {
		case d.star && offset > d.n && (offset-d.n)%uint64(len(d.last)) == 0:
			gaps = append(gaps, offset-d.n)
		case offset == d.n && !d.star:
		case n == 0 && offset < d.n && d.n-offset < uint64(min(d.word, len(d.held)+1)) && !d.star: // the last word was filled up
			cut = d.n - offset
		default:
			continue
		}
		bases = append(bases, base)
	}
	switch {
	case len(bases) == 0:
		return h.wrong(1, fmt.Sprintf("the address %s does not follow from the lines before", l.address))
	case len(gaps) > 1:
		return h.wrong(1, fmt.Sprintf("the address %s may be hex, octal or decimal, and so nobody knows how many lines the star stands for", l.address))
	case len(gaps) == 1 && gaps[0] > mostFill:
		return h.wrong(1, "the star stands for more than 1 GiB")
	case len(gaps) == 1:
		d.fill = gaps[0]
		d.n += d.fill
	}
	d.held = d.held[:len(d.held)-int(cut)]
	d.n -= cut
	d.star = false
	d.bases = bases
	d.n += uint64(n)
	return nil
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f'
}

// appendHex appends the bytes of an even number of hex digits.
func appendHex(dst []byte, digits string) []byte {
	for i := 0; i+1 < len(digits); i += 2 {
		u, _ := strconv.ParseUint(digits[i:i+2], 16, 8)
		dst = append(dst, byte(u))
	}
	return dst
}

func (h *hexReader) notHex(column int, b byte) error {
	what := strconv.QuoteToASCII(string(rune(b)))
	if b >= 0x80 {
		what = fmt.Sprintf("the byte %#02x", b)
	}
	return h.wrong(column, what+" is not a hex digit")
}

func (h *hexReader) wrong(column int, what string) error {
	return errors.New("line " + strconv.Itoa(h.line) + ", column " + strconv.Itoa(column) + ": " + what)
}
