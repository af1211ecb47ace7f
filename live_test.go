package structpack_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/structpack"
	"example.com/structpack/fuzz"
)

// TestLive asks a Python on this machine about cases made up on the spot.
//
// STRUCTPACK_PYTHON names the Python, or the command that runs one; without it
// python3 is asked. STRUCTPACK_CASES says how many cases, STRUCTPACK_SEED
// repeats a run.
func TestLive(t *testing.T) {
	command := strings.Fields(os.Getenv("STRUCTPACK_PYTHON"))
	if len(command) == 0 {
		command = []string{"python3"}
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skip("no Python to ask: ", err)
	}
	cases, seed := number(t, "STRUCTPACK_CASES", 5000), number(t, "STRUCTPACK_SEED", int(time.Now().UnixNano()))
	python := start(t, append(command, filepath.Join("testdata", "oracle.py")))
	h := python.header(t)
	var major, minor int
	if _, err := fmt.Sscanf(h.Python, "%d.%d", &major, &minor); err != nil || major < 3 || minor < 6 {
		t.Skipf("Python %q is older than 3.6", h.Python)
	}
	t.Logf("CPython %s, seed %d", h.Python, seed)

	c := checker{abi: h.abi(), sentences: minor >= 15}
	r := rand.New(rand.NewSource(int64(seed)))
	counts := map[string]int{}
	failed := 0
	for range cases {
		q := question(r, c.abi, minor)
		if reason := differs(q, minor); reason != "" {
			c.skip(reason)
			continue
		}
		a := python.ask(t, q)
		if minor < 15 && strings.ContainsAny(q.Format, "ef") && nan.Match(a.OK) {
			c.skip("NaN payloads, kept since 3.14")
			continue
		}
		counts[a.Op+outcome(a)]++
		if problem := c.check(a); problem != "" {
			t.Errorf("%s\n%s", problem, a)
			if failed++; failed == 20 {
				t.Fatal("and so on")
			}
		}
	}
	t.Logf("%d cases agree, asked in %d ways: %v; left out: %v", c.cases, c.ways, counts, c.skipped)
}

// nan matches a NaN among the results.
var nan = regexp.MustCompile(`"[7f]ff[0-9a-f]{13}"`)

func outcome(r *request) string {
	if r.Error != "" {
		return " refused"
	}
	return ""
}

func number(t *testing.T, variable string, otherwise int) int {
	s := os.Getenv(variable)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// A python is a running oracle.py.
type python struct {
	in  *json.Encoder
	out *bufio.Scanner
}

func start(t *testing.T, command []string) *python {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", command, err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	return &python{json.NewEncoder(in), lines}
}

func (p *python) call(t *testing.T, question, answer any) {
	if err := p.in.Encode(question); err != nil {
		t.Fatal(err)
	}
	if !p.out.Scan() {
		t.Fatal("Python stopped: ", p.out.Err())
	}
	if err := json.Unmarshal(p.out.Bytes(), answer); err != nil {
		t.Fatalf("%s: %v", p.out.Bytes(), err)
	}
}

func (p *python) header(t *testing.T) header {
	var a struct{ OK header }
	p.call(t, request{Op: "header"}, &a)
	return a.OK
}

func (p *python) ask(t *testing.T, q *request) *request {
	a := new(request)
	p.call(t, q, a)
	return a
}

// question makes up a request.
func question(r *rand.Rand, abi structpack.ABI, minor int) *request {
	q := &request{Format: fuzz.Format(r)}
	for minor < 15 && strings.ContainsAny(q.Format, "FDZ") {
		q.Format = fuzz.Format(r)
	}
	if r.Intn(10) == 0 {
		q = &request{Op: "calcsize", FormatBytes: hex.EncodeToString([]byte(fuzz.BadFormat(r)))}
		return q
	}
	s, err := structpack.CompileFor(abi, q.Format)
	if err != nil {
		panic(err)
	}
	buffer := func(n int) {
		b := make([]byte, max(n, 0))
		r.Read(b)
		if r.Intn(4) == 0 {
			clear(b)
		}
		q.Hex = hex.EncodeToString(b)
	}
	offset := func() {
		o := int64(r.Intn(s.Size()+8) - s.Size()/2)
		q.Offset = &o
	}
	switch q.Op = pick(r, "pack", "pack", "pack", "unpack", "unpack", "pack_into", "unpack_from", "iter_unpack", "calcsize"); q.Op {
	case "pack", "pack_into":
		values := fuzz.Values(r, s)
		if r.Intn(3) == 0 {
			values, _ = fuzz.BadValues(r, s)
		}
		for _, v := range values {
			q.Values = append(q.Values, tagOf(v))
		}
		if q.Op == "pack_into" {
			buffer(s.Size() + r.Intn(9) - 2)
			offset()
		}
	case "unpack":
		buffer(s.Size() + pick(r, 0, 0, 0, 0, 0, 0, 1, -1))
	case "unpack_from":
		buffer(s.Size() + r.Intn(9) - 2)
		offset()
	case "iter_unpack":
		buffer(s.Size()*r.Intn(4) + pick(r, 0, 0, 0, 0, 1))
	}
	return q
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.Intn(len(all))] }

// tagOf makes a Python value of a Go value; of one that Python does not have, None.
func tagOf(v any) tagged {
	if n, ok := v.(*big.Int); ok && n != nil {
		return tag("int", n.String())
	}
	r := reflect.ValueOf(v)
	switch {
	case v == nil:
	case r.CanInt(), r.CanUint():
		return tag("int", fmt.Sprint(v))
	case r.Kind() == reflect.Bool:
		return tag("bool", r.Bool())
	case r.Kind() == reflect.Float32:
		return tag("float", bitsOf(widened(r.Convert(reflect.TypeFor[float32]()).Interface().(float32))))
	case r.Kind() == reflect.Float64:
		return tag("float", bitsOf(r.Float()))
	case r.CanComplex():
		return tag("complex", [2]string{bitsOf(real(r.Complex())), bitsOf(imag(r.Complex()))})
	case r.Kind() == reflect.String:
		return tag("bytes", hex.EncodeToString([]byte(r.String())))
	case (r.Kind() == reflect.Slice || r.Kind() == reflect.Array) && r.Type().Elem().Kind() == reflect.Uint8:
		return tag("bytes", fmt.Sprintf("%x", v))
	}
	return tag("none", true)
}

// differs names what an older Python is known to do otherwise, or any Python
// cannot be asked; all of it has fixtures from 3.15.
func differs(q *request, minor int) string {
	switch format := q.format(); {
	case strings.Contains(format, "0p"):
		return "0p, for which CPython writes a byte beside the result"
	case minor < 15 && strings.ContainsAny(format, "FDZ"):
		return "codes that came with 3.14 and 3.15"
	case minor < 15 && strings.ContainsAny(format, "fe") && (q.signals() || q.payload()):
		return "NaN payloads, kept since 3.14"
	case minor < 15 && strings.Contains(format, "f") && !strings.ContainsAny(format[:1], "=<>!") && q.huge():
		return "numbers too large for a native f, which became infinite"
	case minor < 15 && strings.IndexFunc(format, func(c rune) bool { return c >= 0x80 || c == 0 }) >= 0:
		return "formats that are not ASCII, or have a NUL"
	}
	return ""
}

// huge reports whether there is a number among the values that no float32 holds.
func (r *request) huge() bool {
	return slices.ContainsFunc(r.Values, func(v tagged) bool {
		switch v.kind() {
		case "int":
			return len(as[string](v)) > 38
		case "float":
			f := math.Abs(floatOf(as[string](v)))
			return f > math.MaxFloat32 && !math.IsInf(f, 0)
		}
		return false
	})
}

// payload reports whether there is a NaN among the values whose bits matter.
func (r *request) payload() bool {
	return slices.ContainsFunc(r.Values, func(v tagged) bool {
		if v.kind() != "float" {
			return false
		}
		f := floatOf(as[string](v))
		return f != f && math.Float64bits(f)<<1 != 0x7ff8<<49
	})
}
