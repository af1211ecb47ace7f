// Package golden has the golden files of the command explain as cases for the page,
// so that both show the same.
package golden

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A Case is what the page is given, and the file with what it shows.
type Case struct {
	Name   string // of the golden file, after explain-
	Format string
	ABI    string
	Fields string
	Offset string
	Each   bool
	File   string // in the command's testdata
	Data   string // if there is no file
}

// Cases are those drawings of the command's test that have a table of one structure.
var Cases = []Case{
	{Name: "simple", Format: "!ci4sf"},
	{Name: "native", Format: "@bhxd3s2I0q"},
	{Name: "png", Format: ">8sI4s2I5BI", File: "gray.png"},
	{Name: "png-names", Format: ">8sI4s2I5BI", File: "gray.png", Fields: "signature,length,type,width,height,depth,color,compression,filter,interlace,crc"},
	{Name: "zip", Format: "<4s5H3I2H9s", File: "hello.zip"},
	{Name: "pcap", Format: "<I2H4I", File: "loopback.pcap"},
	{Name: "pcap-packet", Format: "<4I", File: "loopback.pcap", Offset: "24"},
	{Name: "pcap-from-the-end", Format: "<2I", File: "loopback.pcap", Offset: "-8", Fields: "a,b"},
	{Name: "padding-not-zero", Format: "<4xH", File: "hello.zip"},
	{Name: "truncated", Format: "!4s4Hxd", Fields: "magic,sizes,rest", Data: "PK\x03\x04\x00\x01\x00\x02\x00"},
	{Name: "text", Format: "!8s8s8s4s2s3p", Data: "eth0\x00\x00\x00\x00name    \xc3\xa4\xe2\x80\xae\x1b[0\x7f\x00\x00\x01\r\n\x02ab"},
	{Name: "each", Format: "!B3H", Fields: "id,sizes", Each: true, Data: "\x07\x00\x09\x00\x0a\xff\xff"},
	{Name: "empty", Format: "<"},
	{Name: "c-tail", Format: "@QI"},
	{Name: "c-tail-386", Format: "@QB", ABI: "ilp32-le-align4"},
	{Name: "wide", Format: "<16I", File: "loopback.pcap"},
	{Name: "white-space", Format: "<\r\t2H\v\f\n2H"},
}

// Bytes returns the data of a case; testdata is the command's directory of that name.
func (c *Case) Bytes(testdata string) ([]byte, error) {
	if c.File == "" {
		return []byte(c.Data), nil
	}
	return os.ReadFile(filepath.Join(testdata, c.File))
}

var escape = regexp.MustCompile("\x1b\\[[0-9]*m")

// Table returns what the golden file has of a case: what the format amounts to, and
// the rows of the table with a blank between their cells, except for the indexes.
func (c *Case) Table(testdata string) (facts string, rows []string, err error) {
	text, err := os.ReadFile(filepath.Join(testdata, "explain-"+c.Name+".golden"))
	if err != nil {
		return "", nil, err
	}
	blocks := strings.Split(escape.ReplaceAllString(string(text), ""), "\n\n")
	for line := range strings.Lines(blocks[0]) { // with the format before it, and C's size after it
		if strings.Contains(line, "endian") {
			facts = strings.TrimSpace(line)
		}
	}
	lines := strings.Split(strings.TrimRight(blocks[1], "\n"), "\n")
	if strings.Contains(blocks[0], "more, write") {
		facts += "; " + blocks[0][strings.Index(blocks[0], "write ")+len("write "):]
	}
	index := strings.Index(lines[0], "index")
	name := index + 8 // or the code, if there are no names
	for _, line := range lines[1:] {
		runes := []rune(line + strings.Repeat(" ", name))
		from := 0
		if strings.Contains(lines[0], " at ") {
			from = 9 // after the address
		}
		rows = append(rows, Row(string(runes[from:index]), string(runes[name:])))
	}
	return facts, rows, nil
}

// Row joins the cells of a row.
func Row(cells ...string) string {
	return strings.Join(strings.Fields(strings.Join(cells, " ")), " ")
}

// Same reports whether a row of the page is that of a golden file, which may have
// been cut to the width of a terminal.
func Same(row, golden string) bool {
	if start, ok := strings.CutSuffix(golden, "…"); ok {
		return strings.HasPrefix(row, strings.TrimSpace(start))
	}
	return row == golden
}
