// Package browser tests the page to look at bytes in a real browser. It is a module
// of its own, because driving a browser takes modules that nobody else should have.
package browser

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/structpack/internal/web/golden"
	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

var shots = flag.String("shots", "", "the directory for pictures of the page")

var (
	root     = filepath.Join("..", "..", "..")
	testdata = filepath.Join(root, "cmd", "structpack", "testdata")
	pages    []page // as the command makes them
	asking   page   // of a server that cannot build the engine, and answers
	browser  context.Context
)

// A page is where the page is: at a server, or in a file with its engine.
type page struct{ name, address string }

// serve starts the command as a server, until it is stopped.
func serve(command string, environment ...string) (address string, stop func(), err error) {
	server := exec.Command(command, "web")
	server.Env = append(os.Environ(), environment...)
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		return "", nil, err
	}
	stop = func() {
		server.Process.Kill()
		server.Wait()
	}
	if address, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		stop()
	}
	return strings.TrimSpace(address), stop, err
}

func TestMain(m *testing.M) {
	flag.Parse()
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// run builds the command, lets it make the page in both ways, and starts a browser.
func run(m *testing.M) (int, error) {
	program := "chromium"
	if _, err := exec.LookPath(program); err != nil {
		fmt.Println("skipped: there is no browser:", err)
		return 0, nil
	}
	dir, err := os.MkdirTemp("", "structpack")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	command := filepath.Join(dir, "structpack")
	build := exec.Command("go", "build", "-o", command, "./cmd/structpack")
	build.Dir, build.Env = root, append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("%s", out)
	}
	if out, err := exec.Command(command, "web", "-static", filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		return 1, fmt.Errorf("%s", out)
	}
	served, stop, err := serve(command)
	if err != nil {
		return 1, err
	}
	defer stop()
	without, stop, err := serve(command, "PATH=")
	if err != nil {
		return 1, err
	}
	defer stop()
	pages = []page{{"served", served}, {"static", "file://" + filepath.ToSlash(filepath.Join(dir, "page", "index.html"))}}
	asking = page{"asking", without}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Flag("no-sandbox", true), chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.WSURLReadTimeout(60*time.Second),
		chromedp.Flag("disable-frame-rate-limit", true), chromedp.Flag("disable-gpu-vsync", true)) // TestKeystroke is not about when a display is ready for a picture
	all, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	var end context.CancelFunc
	browser, end = chromedp.NewContext(all)
	defer end()
	if err := chromedp.Do(browser); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// A tab is the page in a tab of the browser.
type tab struct {
	*testing.T
	ctx context.Context
}

// A shown page stays in its tab, and the tests follow links in it, one after the other.
type shown struct {
	ctx  context.Context
	test *testing.T // that is running
}

var tabs = map[string]*shown{}

// open opens the page with a link's fragment.
func open(t *testing.T, p page, fragment url.Values) *tab {
	t.Helper()
	if tabs[p.name] == nil {
		ctx, _ := chromedp.NewContext(browser) // ends with the browser
		s := &shown{ctx, t}
		tabs[p.name] = s
		err := chromedp.Listen(ctx, func(event any) {
			switch event := event.(type) {
			case *runtime.EventExceptionThrown:
				s.test.Errorf("%s: %s", event.ExceptionDetails.Text, event.ExceptionDetails.Exception.Description)
			case *runtime.EventConsoleAPICalled:
				s.test.Errorf("the page writes to its console: %s", event.Type)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		tab := &tab{t, ctx}
		tab.do(chromedp.Navigate(p.address))
		tab.wait(`document.documentElement.dataset.ready != null`)
		if p != asking {
			tab.wait(`document.documentElement.dataset.engine != null`)
		}
	}
	s := tabs[p.name]
	s.test = t
	tab := &tab{t, s.ctx}
	eval[bool](tab, fmt.Sprintf(`open(%q).then(() => true)`, fragment.Encode()))
	return tab
}

func (t *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(t.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval returns what an expression of JavaScript is, waiting for a promise.
func eval[T any](t *tab, script string) (v T) {
	t.Helper()
	v, err := chromedp.Run(t.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// script runs JavaScript.
func script(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool]("(() => { "+text+"; return true })()")(ctx, t)
		return err
	})
}

// focus goes to an element, as a person does with the tab key.
func focus(selector string) chromedp.Action[chromedp.Void] {
	return script(fmt.Sprintf("document.querySelector(%q).focus()", selector))
}

// keys types at the end of a text.
func keys(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := focus(selector)(ctx, t); err != nil {
			return err
		}
		_, err := chromedp.KeyEvent(text)(ctx, t)
		return err
	})
}

// wait waits until an expression is true.
func (t *tab) wait(script string) {
	t.Helper()
	if _, err := chromedp.Run(t.ctx, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}

// rows are the rows of the table, with a blank between their cells.
func (t *tab) rows() []string {
	return eval[[]string](t, `Array.from(document.querySelectorAll("#rows tr"), tr => Array.from(tr.cells, c => c.textContent).join(" ").replace(/[ \t\n]+/g, " ").trim())`)
}

func (t *tab) text(selector string) string {
	return eval[string](t, fmt.Sprintf(`document.querySelector(%q).textContent`, selector))
}

func link(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

func data(b string) string { return base64.RawURLEncoding.EncodeToString([]byte(b)) }

// each runs a test with both pages.
func each(t *testing.T, test func(t *testing.T, p page)) {
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) { test(t, p) })
	}
}

// TestGolden wants of the page what the command explain shows. One tab gets all cases, as
// links that are followed one after the other.
func TestGolden(t *testing.T) {
	each(t, func(t *testing.T, p page) {
		for _, c := range golden.Cases {
			data, err := c.Bytes(testdata)
			if err != nil {
				t.Fatal(err)
			}
			facts, want, err := c.Table(testdata)
			if err != nil {
				t.Fatal(err)
			}
			q := link("f", c.Format, "n", c.Fields, "abi", c.ABI, "o", c.Offset, "d", base64.RawURLEncoding.EncodeToString(data))
			if c.Each {
				q.Set("each", "1")
			}
			tab := open(t, p, q)
			if got, _, _ := strings.Cut(facts, ";"); !strings.HasPrefix(tab.text("#facts"), got) {
				t.Errorf("%s: got %q, want %q", c.Name, tab.text("#facts"), facts)
			}
			got := slices.DeleteFunc(tab.rows(), func(s string) bool { return s == "" })
			for i, row := range got {
				got[i] = golden.Row(strings.TrimSuffix(row, " —")) // no data
			}
			if diff := cmp.Diff(append([]string{}, want...), got, cmp.Comparer(func(a, b string) bool { return golden.Same(a, b) || golden.Same(b, a) })); diff != "" {
				t.Errorf("%s: %s", c.Name, diff)
			}
		}
	})
}

// TestTyping types a format with a mistake, letter by letter, and corrects it.
func TestTyping(t *testing.T) {
	for _, p := range append([]page{asking}, pages...) {
		t.Run(p.name, func(t *testing.T) { typing(t, p) })
	}
}

func typing(t *testing.T, p page) {
	tab := open(t, p, link("f", "", "d", ""))
	tab.do(keys("#format", "!2H3y"))
	tab.wait(`document.querySelector("#paint u")?.textContent === "3y"`)
	if got := tab.text("#error"); got != "bad char in struct format" {
		t.Errorf("got %q", got)
	}
	tab.do(keys("#format", kb.Backspace+"s"))
	tab.wait(`document.querySelectorAll("#rows tr").length === 2`)
	if got := tab.text("#error") + tab.text("#facts"); got != "7 bytes, 3 values, big-endian, standard sizes, no alignment" {
		t.Errorf("got %q", got)
	}
}

// TestKeystroke prints how long letters take, from the key to the painted answer: what a
// person feels, and no reason to fail.
func TestKeystroke(t *testing.T) {
	each(t, func(t *testing.T, p page) {
		png, err := os.ReadFile(filepath.Join(testdata, "gray.png"))
		if err != nil {
			t.Fatal(err)
		}
		tab := open(t, p, link("f", "", "d", data(string(png))))
		// The page calls when it has painted, because to be asked would take its time.
		painted := make(chan bool, 1)
		ctx, stop := context.WithCancel(tab.ctx)
		defer stop()
		err = chromedp.Listen(ctx, func(event any) {
			if _, ok := event.(*runtime.EventBindingCalled); ok {
				painted <- true
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		tab.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, runtime.AddBinding, runtime.AddBindingParams{Name: "painted"})
			return err
		}))
		// What is posted when a frame begins comes after its painting.
		tab.do(script(`
			const times = window.times = [], frame = new MessageChannel();
			let pressed;
			const press = event => { pressed = event.timeStamp; };
			const watch = new MutationObserver(() => requestAnimationFrame(() => frame.port2.postMessage("")));
			frame.port1.onmessage = () => { times.push(performance.now() - pressed); painted(""); };
			addEventListener("keydown", press, true);
			watch.observe(document.documentElement, {attributeFilter: ["data-ready"]});
			window.unwatch = () => { watch.disconnect(); removeEventListener("keydown", press, true); }`))
		const format = "!HHIIBBHHH 8sI4s2I5BI 3c2e4x?bBhHiIqQfd10s16p2F2Dl"
		for _, browser := range []string{"fresh", "warm"} { // when it has compiled what is used often
			tab.do(focus("#format"), script(`times.length = 0; $("format").value = ""`))
			for i := range format {
				tab.do(chromedp.KeyEvent(format[i : i+1]))
				select {
				case <-painted:
				case <-time.After(20 * time.Second):
					t.Fatalf("no answer to %q", format[:i+1])
				}
			}
			all := eval[[]float64](tab, "times.toSorted((a, b) => a - b)")
			n := len(all)
			t.Logf("%s: %d letters: median %.1f ms, 95th percentile %.1f ms, longest %.1f ms", browser, n, all[n/2], all[n*95/100], all[n-1])
		}
		tab.do(script("unwatch()"))
		if got := tab.text("#error") + tab.text("#facts"); !strings.HasPrefix(got, "185 bytes, 43 values, big-endian") {
			t.Errorf("got %q", got)
		}
	})
}

// TestEdit changes a value, and then a byte, by the keyboard alone.
func TestEdit(t *testing.T) {
	each(t, func(t *testing.T, p page) {
		tab := open(t, p, link("f", ">HI4s", "n", "id,length,name", "d", data("\x00\x07\x00\x00\x00\x05abcd")))
		tab.do(focus("#rows tr"), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
		tab.wait(`document.activeElement.closest("#rows")?.querySelector("input")?.value === "5"`)
		tab.do(chromedp.KeyEvent("0x1020"), chromedp.KeyEvent(kb.Enter))
		tab.wait(`$("text").value === "00 07 00 00 10 20 61 62 63 64"`)
		tab.wait(`document.querySelector("#rows tr:nth-child(2)").cells[5].textContent === "4128 (0x1020)"`)
		tab.wait(`document.activeElement.dataset.row === "1"`)
		tab.do(focus("#grid"), chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent("f"))
		tab.wait(`$("text").value.startsWith("00 f7")`)
		tab.wait(`document.querySelector("#rows .value").textContent === "247 (0xf7)" && state.high`)
		tab.do(chromedp.KeyEvent("e"))
		tab.wait(`$("text").value.startsWith("00 fe") && document.querySelector("#rows .value").textContent === "254 (0xfe)"`)
		// A value out of range changes nothing, and says why.
		tab.do(focus("#rows tr"), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent("70000"), chromedp.KeyEvent(kb.Enter))
		tab.wait(`$("dataerror").textContent === "'H' format requires 0 <= number <= 65535"`)
		tab.do(chromedp.KeyEvent(kb.Escape))
		if got := tab.rows()[0]; got != "0 2 id H unsigned short 254 (0xfe)" {
			t.Errorf("got %q", got)
		}
	})
}

// TestMark goes from item to item: format, table and grid show the same one.
func TestMark(t *testing.T) {
	tab := open(t, pages[0], link("f", "@bhi", "d", data("abcdefgh")))
	for i, want := range []string{"b|0|1 61", "|1|1 62", "h|2|2 63 64", "i|4|4 65 66 67 68"} {
		tab.do(focus("#rows tr[tabindex='0']"))
		if i > 0 {
			tab.do(chromedp.KeyEvent(kb.ArrowDown))
		}
		got := eval[string](tab, `(document.querySelector("#paint .on")?.textContent || "") + "|" + Array.from(document.querySelector("#rows .on").cells, c => c.textContent).slice(0, 2).join("|") + " " +
			Array.from(document.querySelectorAll("#grid .line > i.on"), i => i.textContent).join(" ")`)
		if got != want {
			t.Errorf("row %d: got %q, want %q", i, got, want)
		}
	}
	if got := tab.text("#detail"); !strings.Contains(got, "Go typeint32") || !strings.Contains(got, "-2147483648 … 2147483647") {
		t.Errorf("got %q", got)
	}
}

// TestForms gives data in each way.
func TestForms(t *testing.T) {
	tab := open(t, pages[1], link("f", "<4s", "d", ""))
	for form, text := range map[string]string{"hex": "00000000: 7465 7874  text", "text": "text", "base64": "dGV4dA=="} {
		tab.do(script(fmt.Sprintf(`document.querySelector('input[value=%q]').click(); $("text").value = %q; $("text").dispatchEvent(new Event("input")); 1`, form, text)))
		tab.wait(`document.querySelector("#rows .value")?.textContent === '"text"'`)
		tab.do(script(`$("text").value = ""; $("text").dispatchEvent(new Event("input")); 1`))
		tab.wait(`document.querySelector("#rows .value")?.textContent === "—"`)
	}
	tab.do(script(`document.querySelector('input[value="hex"]').click(); $("text").value = "zz"; $("text").dispatchEvent(new Event("input")); 1`))
	tab.wait(`$("dataerror").textContent.includes("is not a hex digit")`)
}

// TestFiles opens files that a person has never seen before: what they are is said, and
// laid out, and their parts are cut.
func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, p page) {
		tab := open(t, p, link("f", "", "d", ""))
		file, _ := filepath.Abs(filepath.Join(testdata, "gray.png"))
		tab.do(chromedp.SetUploadFiles("#file", []string{file}))
		tab.wait(`document.querySelectorAll("#rows tr").length === 11`)
		if got := tab.text("#hint"); !strings.Contains(got, "This is a PNG image") {
			t.Errorf("got %q", got)
		}
		if high := eval[int](tab, `$("text").offsetHeight`); high != 0 {
			t.Error("the text of data is shown beside the file")
		}
		tab.do(script(`Array.from($("hint").querySelectorAll("button")).find(b => b.textContent === "its chunks").click()`))
		tab.wait(`document.querySelectorAll(".frame").length >= 3`)
		if got := eval[[]string](tab, `Array.from(document.querySelectorAll(".frame td:nth-child(3)"), c => c.textContent)`); !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, "type=IDAT") }) {
			t.Errorf("got %q", got)
		}
		if !strings.HasPrefix(tab.text("#dataerror"), "") || tab.text("#cut .error, #error") != "" {
			t.Errorf("errors: %q %q", tab.text("#dataerror"), tab.text("#cut"))
		}
	})
}

// TestDrop drops a capture on the page, and looks at its header and its packets.
func TestDrop(t *testing.T) {
	each(t, func(t *testing.T, p page) {
		tab := open(t, p, link("f", "", "d", ""))
		file, err := filepath.Abs(filepath.Join(testdata, "loopback.pcap"))
		if err != nil {
			t.Fatal(err)
		}
		drag := func(event input.DispatchDragEventType) {
			t.Helper()
			tab.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, input.DispatchDragEvent, input.DispatchDragEventParams{Type: event, X: 200, Y: 200, Data: &input.DragData{Items: []*input.DragDataItem{}, Files: []string{file}, DragOperationsMask: 1}})
				return err
			}))
		}
		drag(input.DispatchDragEventTypeDragEnter)
		drag(input.DispatchDragEventTypeDragOver)
		tab.wait(`!$("drop").hidden`)
		drag(input.DispatchDragEventTypeDrop)
		tab.wait(`$("drop").hidden && $("filename").textContent === "loopback.pcap"`)
		tab.wait(`document.querySelectorAll("#rows tr").length === 7`)
		if got := tab.text("#hint"); !strings.HasPrefix(got, "This is a packet capture: ") {
			t.Errorf("got %q", got)
		}
		if got := tab.rows()[1]; got != "4 2 major H unsigned short 2" {
			t.Errorf("got %q", got)
		}
		tab.do(script(`Array.from($("hint").querySelectorAll("button")).find(b => b.textContent === "its packets").click()`))
		tab.wait(`document.querySelectorAll(".frame").length > 0`)
		if got := tab.text("#error") + tab.text("#dataerror"); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

// TestForeign pastes the declaration of a C struct, and the bytes that it had on another
// machine: big-endian, with 4 bytes for a long and a pointer.
func TestForeign(t *testing.T) {
	tab := open(t, pages[1], link("f", "", "d", ""))
	tab.do(script(`$("format").value = "struct reading { char kind; double value; long time; short channel[3]; };"; $("format").dispatchEvent(new Event("input"))`))
	tab.wait(`$("facts").textContent.includes("reading: use")`)
	tab.do(script(`$("abi").value = "ilp32-be"; $("abi").dispatchEvent(new Event("change"))`),
		script(`$("text").value = "74 00000000000000 3ff8000000000000 00000005 0001 0002 0003 000000000000"; $("text").dispatchEvent(new Event("input"))`))
	tab.wait(`document.querySelector("#rows .value")?.textContent.includes("t")`)
	want := []string{`0 1 kind c char "t"`, `1 7 alignment`, `8 8 value d double 1.5`, `16 4 time l long 5`, `20 6 channel 3h short[3] 1 2 3`, `26 6 alignment`, `32 0 0d double[0]`}
	if diff := cmp.Diff(want, tab.rows()); diff != "" {
		t.Error(diff)
	}
	tab.do(script(`Array.from($("facts").querySelectorAll("button"))[1].click()`)) // the same bytes on every machine
	tab.wait(`$("format").value.startsWith(">")`)
	if got := tab.rows()[2]; !strings.HasSuffix(got, "value d double 1.5") {
		t.Errorf("got %q", got)
	}
}

// TestLarge opens a file that is larger than what the engine is given at a time.
func TestLarge(t *testing.T) {
	each(t, func(t *testing.T, p page) {
		file := filepath.Join(t.TempDir(), "large")
		b := make([]byte, 3<<20)
		copy(b[len(b)-4:], "end.")
		copy(b[2<<20:], "middle")
		if err := os.WriteFile(file, b, 0o666); err != nil {
			t.Fatal(err)
		}
		tab := open(t, p, link("f", "4s", "d", ""))
		tab.do(chromedp.SetUploadFiles("#file", []string{file}))
		tab.wait(`$("filesize").textContent === "3,145,728 bytes" && document.querySelector("#rows .value").textContent === "00 00 00 00"`)
		for offset, want := range map[string]string{"-4": `"end."`, "0x200000": `"midd"`, "0": "00 00 00 00"} {
			tab.do(script(fmt.Sprintf(`$("offset").value = %q; $("offset").dispatchEvent(new Event("input"))`, offset)))
			tab.wait(fmt.Sprintf(`document.querySelector("#rows .value").textContent === %q`, want))
		}
	})
}

// TestLink follows the link of a page, and finds everything again.
func TestLink(t *testing.T) {
	each(t, func(t *testing.T, p page) {
		q := link("f", "!HBI", "n", "id,kind,length", "o", "1", "abi", "lp64-be", "r", "LengthAt(2)", "tab", "frames", "d", data("-\x00\x07\x01\x00\x00\x00\x05hello"))
		tab := open(t, p, q)
		tab.wait(`document.querySelectorAll(".frame").length === 1`)
		tab.do(keys("#format", "B"))
		tab.wait(`location.hash.includes("HBIB")`)
		again, err := url.ParseQuery(strings.TrimPrefix(eval[string](tab, "location.hash"), "#"))
		q.Set("f", "!HBIB")
		if diff := cmp.Diff(q, again); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
	})
}

// TestPanes looks at what is below the bytes.
func TestPanes(t *testing.T) {
	tab := open(t, pages[1], link("f", "@clq", "d", data("abcdefgh"), "tab", "abis"))
	tab.wait(`document.querySelectorAll("#pane .diff").length > 0`)
	if got := eval[string](tab, `Array.from(document.querySelectorAll("#pane tbody tr:first-child td"), c => c.textContent).join(" ")`); got != "24 24 16 (differs) 16 (differs) 16 (differs) 16 (differs)" {
		t.Errorf("got %q", got)
	}
	tab.do(focus("#tab-abis"), chromedp.KeyEvent(kb.ArrowRight))
	tab.wait(`document.querySelectorAll("#pane td.agree").length > 30`)
	tab.do(focus("#tab-pythons"), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	for form, want := range map[string]string{"go": "type Record struct", "python": "struct.Struct('@clq')", "cstruct": "struct record {", "command": "structpack explain --hex --abi lp64-le '@clq'", "markdown": "| offset | size |", "link": "#f=%40clq"} {
		tab.wait(fmt.Sprintf(`document.querySelector('input[value=%q]') !== null`, form))
		tab.do(script(fmt.Sprintf(`document.querySelector('input[value=%q]').click()`, form)))
		tab.wait(fmt.Sprintf(`document.querySelector("#pane pre")?.textContent.includes(%q)`, want))
	}
	tab.do(script(`document.querySelector('input[value="svg"]').click()`))
	tab.wait(`document.querySelector("#pane img")?.naturalWidth > 100`)
}

// TestNothingLeaves sees that the page of a file asks nobody for anything.
func TestNothingLeaves(t *testing.T) {
	tab := open(t, pages[1], link("f", "<H"))
	if got := eval[string](tab, `fetch("http://127.0.0.1:1/").then(() => "answered", error => error.message)`); got != "Failed to fetch" {
		t.Errorf("got %q", got)
	}
	if n := eval[int](tab, `performance.getEntriesByType("resource").filter(e => !e.name.startsWith("data:")).length`); n > 1 { // which was refused
		t.Errorf("%d requests", n)
	}
}

// TestNames sees that everything a person can use has a name for those who do not see it.
func TestNames(t *testing.T) {
	tab := open(t, pages[0], link("f", "<HI", "d", data("abcdef")))
	nameless := eval[[]string](tab, `Array.from(document.querySelectorAll("button, input, select, textarea, [role=application], [role=tabpanel], table")).filter(e =>
		!(e.labels?.length || e.ariaLabel || e.getAttribute("aria-labelledby") || e.textContent.trim())).map(e => e.outerHTML)`)
	if len(nameless) > 0 {
		t.Errorf("without a name: %q", nameless)
	}
	if n := eval[int](tab, `document.querySelectorAll("#table thead th[scope=col]").length`); n != 6 {
		t.Errorf("%d heads of columns", n)
	}
}

// TestTree reads the table as the browser gives it to a screen reader.
func TestTree(t *testing.T) {
	tab := open(t, pages[1], link("f", "@bH", "n", "kind,port", "d", data("a\x00\x50\x00")))
	tree, err := chromedp.Run(tab.ctx, func(ctx context.Context, t *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	if err != nil {
		t.Fatal(err)
	}
	text := func(v *accessibility.Value) string {
		if v == nil {
			return ""
		}
		return strings.Trim(string(v.Value), `"`)
	}
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range tree.Nodes {
		nodes[n.NodeID] = n
	}
	// What is in the table, in the order of reading: roles, and the names of cells.
	var got []string
	var read func(id accessibility.NodeID)
	read = func(id accessibility.NodeID) {
		n := nodes[id]
		switch role := text(n.Role); role {
		case "table", "columnheader", "gridcell", "cell":
			got = append(got, role+" "+text(n.Name))
		case "row":
			got = append(got, role)
		}
		for _, child := range n.ChildIDs {
			read(child)
		}
	}
	for _, n := range tree.Nodes {
		if text(n.Role) == "table" && !n.Ignored && strings.HasPrefix(text(n.Name), "The items") {
			read(n.NodeID)
		}
	}
	want := []string{
		"table The items of the format, and their values",
		"row", "columnheader offset", "columnheader size", "columnheader name", "columnheader code", "columnheader C type", "columnheader value",
		"row", "cell 0", "cell 1", "cell kind", "cell b", "cell signed char", "cell 97",
		"row", "cell 1", "cell 1", "cell ", "cell ", "cell alignment", "cell ",
		"row", "cell 2", "cell 2", "cell port", "cell H", "cell unsigned short", "cell 80 (0x50)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSize limits what comes through the network. The figure is that of gzip.
func TestSize(t *testing.T) {
	if len(pages) == 0 {
		t.Skip("there is no page")
	}
	page, err := os.ReadFile(strings.TrimPrefix(pages[1].address, "file://"))
	if err != nil {
		t.Fatal(err)
	}
	var n counter
	w, _ := gzip.NewWriterLevel(&n, gzip.BestCompression)
	w.Write(page)
	w.Close()
	t.Logf("%d bytes, compressed %d", len(page), n)
	if n > 1_200_000 {
		t.Errorf("the page has %d bytes, compressed: more than 1.2 MB", n)
	}
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// TestLooks takes pictures, and sees that nothing is wider than the window.
func TestLooks(t *testing.T) {
	png, err := os.ReadFile(filepath.Join(testdata, "gray.png"))
	if err != nil {
		t.Fatal(err)
	}
	q := link("f", ">8sI4s2I5BI", "n", "signature,length,type,width,height,depth,color,compression,filter,interlace,crc", "d", base64.RawURLEncoding.EncodeToString(png))
	padding := link("f", "@cqhi", "n", "kind,when,port,count", "d", data("a\x00\x00\x00\x00\x00\x00\x00\x2a\x00\x00\x00\x00\x00\x00\x00\x50\x00\x00\x00\x03\x00\x00\x00"), "tab", "abis")
	for _, tt := range []struct {
		name          string
		width, height int64
		dark          string
		link          url.Values
	}{
		{"light", 1280, 900, "light", q},
		{"dark", 1280, 900, "dark", padding},
		{"narrow", 400, 1400, "light", q},
		{"narrow-dark", 400, 1400, "dark", padding},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tab := open(t, pages[0], tt.link)
			tab.do(chromedp.EmulateViewport(tt.width, tt.height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: tt.dark}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
				return err
			}))
			tab.wait(`across === (innerWidth < 800 ? 8 : 16)`)
			tab.wait(`$("pane").children.length > 1`)
			tab.do(script(`mark(3)`))
			if wide := eval[int64](tab, `document.documentElement.scrollWidth`); wide > tt.width {
				t.Errorf("the page is %d wide", wide)
			}
			picture, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if *shots != "" {
				if err := os.WriteFile(filepath.Join(*shots, "page-"+tt.name+".png"), picture, 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
