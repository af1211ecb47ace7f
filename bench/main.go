// Bench measures structpack beside hand-written code, encoding/binary and
// CPython, in one run, and prints a table:
//
//	go run .            the table on standard output
//	go run . -o FILE    and in a file
//
// All contestants take turns for a number of passes, and the median of each is
// printed, as nanoseconds, as a ratio to hand-written code, and as a multiple
// of CPython's speed. STRUCTPACK_PYTHON names the Python; python3 if it is not set.
package main

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"example.com/structpack"
)

// A contestant does one thing n times.
type contestant struct {
	format string
	what   string // "pack" or "unpack"
	name   string
	run    func(n int)
}

const hand, python = "hand-written", "CPython"

// buf is what is packed into; the records, and the variables they are scanned
// into, are package variables, so that no contestant gets constants.
var buf = make([]byte, 128)

func packer(format, name string, pack func(s *structpack.Struct)) contestant {
	s := structpack.MustCompile(format)
	return contestant{format, "pack", name, func(n int) {
		for range n {
			pack(s)
		}
	}}
}

func unpacker(format, name string, data []byte, unpack func(s *structpack.Struct, data []byte)) contestant {
	s := structpack.MustCompile(format)
	return contestant{format, "unpack", name, func(n int) {
		for range n {
			unpack(s, data)
		}
	}}
}

// record lists the contestants that need no more than the Go struct.
func record[T any](format string, order binary.ByteOrder, r *T, put, get func(*T, []byte)) []contestant {
	data := make([]byte, structpack.MustCompile(format).Size())
	put(r, data)
	times := func(f func()) func(int) {
		return func(n int) {
			for range n {
				f()
			}
		}
	}
	into := new(T)
	return []contestant{
		{format, "pack", hand, times(func() { put(r, buf) })},
		{format, "unpack", hand, times(func() { get(into, data) })},
		{format, "pack", "encoding/binary Encode", times(func() { binary.Encode(buf, order, r) })},
		{format, "unpack", "encoding/binary Decode", times(func() { binary.Decode(data, order, into) })},
		unpacker(format, "Struct.Unpack", data, func(s *structpack.Struct, data []byte) { s.Unpack(data) }),
	}
}

func contestants() []contestant {
	const w1, w2, w3 = "!ci4sf", "!HHIIBBHHH", "<bBhHiIqQfd?8s2xbBhHiIqQ"
	big, little := binary.BigEndian, binary.LittleEndian
	dst := make([]byte, 0, 128)
	n, h, m := &name, &header, &many
	ni, hi := [1]int{int(n.I)}, [9]int{int(h.Src), int(h.Dst), int(h.Seq), int(h.Ack), int(h.Offset), int(h.Flags), int(h.Window), int(h.Sum), int(h.Urgent)}
	text, long := []byte("spam"), []byte("abcdefgh")

	all := record(w1, big, n, (*Name).put, (*Name).get)
	d1, d2, d3 := make([]byte, 13), make([]byte, 20), make([]byte, 83)
	n.put(d1)
	h.put(d2)
	m.put(d3)
	var o1 Name
	var o2 Header
	var o3 Many
	all = append(all,
		packer(w1, "Struct.PackInto", func(s *structpack.Struct) { s.PackInto(buf, 0, n.C, n.I, text, n.F) }),
		packer(w1, "Struct.PackInto, int", func(s *structpack.Struct) { s.PackInto(buf, 0, n.C, ni[0], text, n.F) }),
		packer(w1, "Struct.AppendPack", func(s *structpack.Struct) { s.AppendPack(dst, n.C, n.I, text, n.F) }),
		packer(w1, "AppendPack by format", func(*structpack.Struct) { structpack.AppendPack(dst, w1, n.C, n.I, text, n.F) }),
		unpacker(w1, "Struct.Scan", d1, func(s *structpack.Struct, data []byte) { s.Scan(data, &o1.C, &o1.I, &text, &o1.F) }))
	all = append(all, record(w2, big, h, (*Header).put, (*Header).get)...)
	all = append(all,
		packer(w2, "Struct.PackInto", func(s *structpack.Struct) {
			s.PackInto(buf, 0, h.Src, h.Dst, h.Seq, h.Ack, h.Offset, h.Flags, h.Window, h.Sum, h.Urgent)
		}),
		packer(w2, "Struct.PackInto, int", func(s *structpack.Struct) {
			s.PackInto(buf, 0, hi[0], hi[1], hi[2], hi[3], hi[4], hi[5], hi[6], hi[7], hi[8])
		}),
		packer(w2, "Struct.AppendPack", func(s *structpack.Struct) {
			s.AppendPack(dst, h.Src, h.Dst, h.Seq, h.Ack, h.Offset, h.Flags, h.Window, h.Sum, h.Urgent)
		}),
		packer(w2, "AppendPack by format", func(*structpack.Struct) {
			structpack.AppendPack(dst, w2, h.Src, h.Dst, h.Seq, h.Ack, h.Offset, h.Flags, h.Window, h.Sum, h.Urgent)
		}),
		unpacker(w2, "Struct.Scan", d2, func(s *structpack.Struct, data []byte) {
			s.Scan(data, &o2.Src, &o2.Dst, &o2.Seq, &o2.Ack, &o2.Offset, &o2.Flags, &o2.Window, &o2.Sum, &o2.Urgent)
		}))
	all = append(all, record(w3, little, m, (*Many).put, (*Many).get)...)
	return append(all,
		packer(w3, "Struct.PackInto", func(s *structpack.Struct) {
			s.PackInto(buf, 0, m.A, m.B, m.C, m.D, m.E, m.F, m.G, m.H, m.I, m.J, m.K, long, m.A2, m.B2, m.C2, m.D2, m.E2, m.F2, m.G2, m.H2)
		}),
		packer(w3, "Struct.AppendPack", func(s *structpack.Struct) {
			s.AppendPack(dst, m.A, m.B, m.C, m.D, m.E, m.F, m.G, m.H, m.I, m.J, m.K, long, m.A2, m.B2, m.C2, m.D2, m.E2, m.F2, m.G2, m.H2)
		}),
		unpacker(w3, "Struct.Scan", d3, func(s *structpack.Struct, data []byte) {
			s.Scan(data, &o3.A, &o3.B, &o3.C, &o3.D, &o3.E, &o3.F, &o3.G, &o3.H, &o3.I, &o3.J, &o3.K, &long,
				&o3.A2, &o3.B2, &o3.C2, &o3.D2, &o3.E2, &o3.F2, &o3.G2, &o3.H2)
		}))
}

// measure returns how long one run takes, in nanoseconds.
func measure(c contestant, at time.Duration) float64 {
	for n := 1000; ; n *= 2 {
		start := time.Now()
		c.run(n)
		if d := time.Since(start); d >= at {
			return float64(d.Nanoseconds()) / float64(n)
		}
	}
}

// askPython runs cpython.py.
func askPython(command []string) (map[string]map[string]float64, string, error) {
	cmd := exec.Command(command[0], append(command[1:], filepath.Join(sourceDir(), "cpython.py"))...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, "", err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(out, &raw); err != nil {
		return nil, "", err
	}
	var version string
	times := map[string]map[string]float64{}
	for k, v := range raw {
		if k == "version" {
			err = json.Unmarshal(v, &version)
		} else {
			m := map[string]float64{}
			err = json.Unmarshal(v, &m)
			times[k] = m
		}
		if err != nil {
			return nil, "", err
		}
	}
	return times, version, nil
}

func sourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// ballast makes the heap as large as that of a program of some size. With next
// to nothing on it the collector would run every few megabytes, and what
// allocates would be measured with a collector that nobody has.
var ballast = make([]byte, 64<<20)

func main() {
	defer runtime.KeepAlive(ballast)
	passes := flag.Int("passes", 9, "how often everybody takes a turn")
	at := flag.Duration("time", 20*time.Millisecond, "how long a turn lasts at least")
	file := flag.String("o", "", "write the table to this file too")
	flag.Parse()

	command := strings.Fields(os.Getenv("STRUCTPACK_PYTHON"))
	if len(command) == 0 {
		command = []string{"python3"}
	}
	all := contestants()
	times := make([][]float64, len(all))
	snake := map[string]map[string][]float64{}
	version := ""
	for range *passes {
		for i, c := range all {
			times[i] = append(times[i], measure(c, *at))
		}
		answer, v, err := askPython(command)
		if err != nil {
			fmt.Fprintln(os.Stderr, "no CPython to compare with:", err)
			continue
		}
		version = v
		for format, whats := range answer {
			for what, t := range whats {
				if snake[format] == nil {
					snake[format] = map[string][]float64{}
				}
				snake[format][what] = append(snake[format][what], t)
			}
		}
	}

	var out io.Writer = os.Stdout
	if *file != "" {
		f, err := os.Create(*file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		out = io.MultiWriter(os.Stdout, f)
	}
	fmt.Fprintf(out, "# Results\n\n%s, %s/%s, %s, %s; CPython %s. Medians of %d passes in turn; 64 MiB on the heap; written by `go run . -o RESULTS.md`.\n",
		time.Now().UTC().Format("2006-01-02"), runtime.GOOS, runtime.GOARCH, cpu(), runtime.Version(), version, *passes)
	for i, c := range all {
		if c.name != hand {
			continue
		}
		base := median(times[i])
		var ours float64
		fmt.Fprintf(out, "\n| `%s` %s | ns | ratio to hand-written | times as fast as CPython |\n|---|---|---|---|\n", c.format, c.what)
		if ts := snake[c.format][c.what]; len(ts) > 0 {
			ours = median(ts)
		}
		for j, d := range all {
			if d.format == c.format && d.what == c.what {
				t := median(times[j])
				fmt.Fprintf(out, "| %s | %.1f | %.2f | %s |\n", d.name, t, t/base, multiple(ours, t))
			}
		}
		if ours > 0 {
			fmt.Fprintf(out, "| %s `%s` | %.1f | %.2f | 1 |\n", python, map[string]string{"pack": "pack_into", "unpack": "unpack_from"}[c.what], ours, ours/base)
		}
	}
}

func multiple(python, t float64) string {
	if python == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", python/t)
}

// cpu names the processor, where Linux tells.
func cpu() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown CPU"
	}
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}
