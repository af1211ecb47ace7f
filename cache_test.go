package structpack

import (
	"errors"
	"fmt"
	"hash/maphash"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

// cacheContents returns the compiled formats that the cache holds.
func cacheContents() (all []*Struct) {
	for i := range cache {
		for j := range cache[i] {
			if s := cache[i][j].s.Load(); s != nil {
				all = append(all, s)
			}
		}
	}
	return all
}

func isCached(format string) bool {
	for _, s := range cacheContents() {
		if s.format == format {
			return true
		}
	}
	return false
}

// clearCache makes the cache as it is when a program begins.
func clearCache() {
	clear(cache[:])
	clear(seen[:])
	refused.Store(0)
}

// use looks a format up, as a function of the package does, and reports whether it was
// compiled for this use only.
func use(t *testing.T, format string) (once bool) {
	t.Helper()
	s, tmp, err := lookup(format)
	if err != nil {
		t.Fatal(err)
	}
	if s.format != format {
		t.Fatalf("lookup(%q) is that of %q", format, s.format)
	}
	tmp.release()
	return tmp != nil
}

// TestCacheKeeps: a format is kept from the second use on.
func TestCacheKeeps(t *testing.T) {
	clearCache()
	if once := use(t, "!ci4sf"); !once || isCached("!ci4sf") {
		t.Error("a format is kept at its first use")
	}
	if once := use(t, "!ci4sf"); once || !isCached("!ci4sf") {
		t.Error("a format is not kept at its second use")
	}
	first, _, _ := lookup("!ci4sf")
	if again, _, _ := lookup("!ci4sf"); again != first {
		t.Error("compiled once more")
	}
	for range 2 {
		if _, err := CalcSize("!ci4sd"); err != nil {
			t.Error(err)
		}
	}
	if !isCached("!ci4sd") || first.format != "!ci4sf" {
		t.Error("two formats share a Struct")
	}
	clearCache()
}

func TestCacheLeavesOut(t *testing.T) {
	clearCache()
	longest := strings.Repeat("b", cacheLongest)
	long := longest + "b"
	for range 3 {
		use(t, longest)
		if once := use(t, long); !once || isCached(long) {
			t.Errorf("a format of %d bytes is kept", len(long))
		}
		if _, _, err := lookup("!ci4sf$"); !errors.Is(err, ErrFormat) {
			t.Errorf("a bad format: %v", err)
		}
	}
	if !isCached(longest) {
		t.Errorf("a format of %d bytes is not kept", len(longest))
	}
	if n := len(cacheContents()); n != 1 {
		t.Errorf("%d formats are kept, want one", n)
	}
	clearCache()
}

// TestCacheCopiesFormats: a cached format that is a piece of a large string
// must not keep that string alive, and nor must one that is used once.
func TestCacheCopiesFormats(t *testing.T) {
	clearCache()
	large := strings.Repeat("ih", 1<<10)
	piece := large[:6]
	_, tmp, _ := lookup(piece)
	if tmp.release(); tmp.s.format != "" {
		t.Error("a scratch holds the caller's string")
	}
	s, _, _ := lookup(piece)
	if unsafe.StringData(s.format) == unsafe.StringData(piece) {
		t.Error("the cache holds the caller's string")
	}
	clearCache()
}

// TestScratch: what is compiled into memory that is used again is what Compile makes.
func TestScratch(t *testing.T) {
	for _, format := range []string{"", "!ci4sf", "@bd0q", "17s3x4H", "0s0i", strings.Repeat("xB", 60), "<H", "B", "200p"} {
		want, err := Compile(format)
		if err != nil {
			t.Fatal(err)
		}
		got, tmp, err := compileScratch(format)
		if err != nil {
			t.Fatal(err)
		}
		if got.Plan() != want.Plan() || got.large != want.large || len(got.empty) != len(want.empty) {
			t.Errorf("%q: got %v, want %v", format, got, want)
		}
		tmp.release()
		if _, _, err := compileScratch(format + "$"); err == nil {
			t.Errorf("%q is compiled", format+"$")
		}
	}
}

// TestCacheIsBounded fills the cache with more formats than it has places for,
// as costly as they can be.
func TestCacheIsBounded(t *testing.T) {
	clearCache()
	const places = cacheSets * cacheWays
	items := strings.NewReplacer("0", "xb", "1", "xB") // 64 values, each between pads: the longest plans
	kept := 0
	for i := range 20 * places {
		format := items.Replace(fmt.Sprintf("%064b", i))
		for range 4 { // it is flattened and gets a form, too
			if s, tmp, err := lookup(format); err != nil {
				t.Fatal(err)
			} else if tmp == nil {
				s.flatten()
				s.formed(formAfter)
			} else {
				tmp.release()
			}
		}
		if isCached(format) {
			kept++
		}
	}
	all := cacheContents()
	if len(all) != places {
		t.Errorf("%d formats are kept, want %d", len(all), places)
	}
	if kept < 2*places {
		t.Errorf("only %d formats were ever kept", kept)
	}
	bytes, most := 0, 0
	for _, s := range all {
		bytes += footprint(s)
		most = max(most, footprint(s))
	}
	t.Logf("%d formats take %d bytes, the largest of them %d", len(all), bytes, most)
	if most := 9 << 20; bytes > most {
		t.Errorf("%d formats take %d bytes, want at most %d", len(all), bytes, most)
	}
	clearCache()
}

// TestCacheIsFlat uses more formats in turn than there are places: most places keep
// theirs from one round to the next, and formats that are used once push none out.
func TestCacheIsFlat(t *testing.T) {
	clearCache()
	const places = cacheSets * cacheWays
	round := func() {
		for i := range 4 * places {
			use(t, fmt.Sprintf("%ds", i))
		}
	}
	for range 10 {
		round()
	}
	before := cacheContents()
	round()
	stayed := 0
	for _, s := range before {
		if isCached(s.format) {
			stayed++
		}
	}
	if len(before) < places*3/4 || stayed < len(before)*2/3 {
		t.Errorf("%d of %d formats stayed", stayed, len(before))
	}
	before = cacheContents()
	for i := range 4 * places {
		use(t, fmt.Sprintf("%dH", i))
	}
	for _, s := range before {
		if !isCached(s.format) {
			t.Errorf("%q was pushed out by formats that are used once", s.format)
		}
	}
	clearCache()
}

// footprint returns the bytes of a Struct and of what it points to.
func footprint(s *Struct) int {
	n := sizes(reflect.ValueOf(s).Elem()) + len(s.format)
	if f := s.flat.Load(); f != nil {
		n += sizes(reflect.ValueOf(f).Elem())
	}
	if f := s.form.Load(); f != nil {
		n += sizes(reflect.ValueOf(f).Elem())
		if f.Form != nil {
			n += sizes(reflect.ValueOf(f.Form).Elem())
		}
	}
	return n
}

// sizes returns the bytes of a struct and of its slices.
func sizes(v reflect.Value) int {
	n := int(v.Type().Size())
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice {
			n += f.Cap() * int(f.Type().Elem().Size())
		}
	}
	return n
}

// TestCacheEvicts fills one set: what is used more often than others is kept in the end,
// and room is made for it in turn, so that none stays for good.
func TestCacheEvicts(t *testing.T) {
	clearCache()
	set := func(format string) uint64 { return maphash.String(cacheSeed, format) % cacheSets }
	var same []string
	for i := 1; len(same) < 3*cacheWays; i++ {
		if format := fmt.Sprintf("%dB", i); set(format) == 0 {
			same = append(same, format)
		}
	}
	for i, format := range same {
		for range 2 + cacheStay {
			use(t, format)
		}
		if !isCached(format) {
			t.Errorf("%q is not kept", format)
		}
		if got, want := len(cacheContents()), min(i+1, cacheWays); got != want {
			t.Errorf("after %d formats %d are kept, want %d", i+1, got, want)
		}
	}
	for _, format := range same[:cacheWays] {
		if isCached(format) {
			t.Errorf("%q, one of the first, is still kept", format)
		}
	}
	clearCache()
}

// TestCacheConcurrently has goroutines push each other's formats out; run with
// -race.
func TestCacheConcurrently(t *testing.T) {
	clearCache()
	const formats = 3 * cacheSets * cacheWays
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 4 * formats {
				n := (i*(2*g+1) + g) % formats
				format := fmt.Sprintf("<%dsH", n)
				s, tmp, err := lookup(format)
				if err != nil || s.format != format || s.size != n+2 {
					t.Errorf("lookup(%q) = %v, %v", format, s, err)
					return
				}
				tmp.release()
				if size, err := CalcSize(format); err != nil || size != n+2 {
					t.Errorf("CalcSize(%q) = %d, %v", format, size, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := len(cacheContents()); n > cacheSets*cacheWays {
		t.Errorf("%d formats are kept", n)
	}
	clearCache()
}
