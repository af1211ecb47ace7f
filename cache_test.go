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
			if s := cache[i][j].Load(); s != nil {
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

func mustCache(t *testing.T, format string) *Struct {
	t.Helper()
	s, err := cached(format)
	if err != nil {
		t.Fatal(err)
	}
	if s.format != format {
		t.Fatalf("cached(%q) is that of %q", format, s.format)
	}
	return s
}

func TestCacheKeeps(t *testing.T) {
	clear(cache[:])
	s := mustCache(t, "!ci4sf")
	if again := mustCache(t, "!ci4sf"); again != s {
		t.Error("compiled once more")
	}
	if other := mustCache(t, "!ci4sd"); other == s {
		t.Error("two formats share a Struct")
	}
	if _, err := CalcSize("!ci4sf"); err != nil || !isCached("!ci4sf") {
		t.Errorf("CalcSize: %v; cached: %v", err, isCached("!ci4sf"))
	}
}

func TestCacheLeavesOut(t *testing.T) {
	clear(cache[:])
	longest := strings.Repeat("b", cacheLongest)
	mustCache(t, longest)
	if !isCached(longest) {
		t.Errorf("a format of %d bytes is not kept", len(longest))
	}
	long := longest + "b"
	if first := mustCache(t, long); mustCache(t, long) == first || isCached(long) {
		t.Errorf("a format of %d bytes is kept", len(long))
	}
	n := len(cacheContents())
	if _, err := cached("!ci4sf$"); !errors.Is(err, ErrFormat) {
		t.Errorf("a bad format: %v", err)
	}
	if len(cacheContents()) != n {
		t.Error("a bad format is kept")
	}
}

// TestCacheCopiesFormats: a cached format that is a piece of a large string
// must not keep that string alive.
func TestCacheCopiesFormats(t *testing.T) {
	clear(cache[:])
	large := strings.Repeat("ih", 1<<10)
	piece := large[:6]
	s := mustCache(t, piece)
	if unsafe.StringData(s.format) == unsafe.StringData(piece) {
		t.Error("the cache holds the caller's string")
	}
}

// TestCacheIsBounded fills the cache with more formats than it has places for,
// as costly as they can be.
func TestCacheIsBounded(t *testing.T) {
	clear(cache[:])
	const places = cacheSets * cacheWays
	items := strings.NewReplacer("0", "xb", "1", "xB") // 64 values, each between pads: the longest plans
	for i := range 20 * places {
		format := items.Replace(fmt.Sprintf("%064b", i))
		mustCache(t, format)
		if !isCached(format) {
			t.Fatalf("format %d is not kept: %q", i, format)
		}
	}
	all := cacheContents()
	if len(all) != places {
		t.Errorf("%d formats are kept, want %d", len(all), places)
	}
	bytes := 0
	for _, s := range all {
		bytes += footprint(s)
	}
	if most := 3 << 20; bytes > most {
		t.Errorf("%d formats take %d bytes, want at most %d", len(all), bytes, most)
	}
	clear(cache[:])
}

// footprint returns the bytes of a Struct and of what it points to.
func footprint(s *Struct) int {
	n := sizes(reflect.ValueOf(s).Elem()) + len(s.format)
	if f := s.flat.Load(); f != nil {
		n += sizes(reflect.ValueOf(f).Elem())
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

// TestCacheEvicts fills one set: the newest format is always kept, and room is
// made for it in turn, so that none stays for good.
func TestCacheEvicts(t *testing.T) {
	clear(cache[:])
	set := func(format string) uint64 { return maphash.String(cacheSeed, format) % cacheSets }
	var same []string
	for i := 1; len(same) < 3*cacheWays; i++ {
		if format := fmt.Sprintf("%dB", i); set(format) == 0 {
			same = append(same, format)
		}
	}
	for i, format := range same {
		mustCache(t, format)
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
	clear(cache[:])
}

// TestCacheConcurrently has goroutines push each other's formats out; run with
// -race.
func TestCacheConcurrently(t *testing.T) {
	clear(cache[:])
	const formats = 3 * cacheSets * cacheWays
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 4 * formats {
				n := (i*(2*g+1) + g) % formats
				format := fmt.Sprintf("<%dsH", n)
				s, err := cached(format)
				if err != nil || s.format != format || s.size != n+2 {
					t.Errorf("cached(%q) = %v, %v", format, s, err)
					return
				}
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
	clear(cache[:])
}
