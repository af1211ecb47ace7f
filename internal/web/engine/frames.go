package engine

import (
	"fmt"
	"io"
	"strings"

	"example.com/structpack/internal/cut"
	"example.com/structpack/internal/show"
)

// frames cuts the data into frames: what is in it from the offset on.
func (q *question) frames(a *answer) {
	if !q.prepare(a) {
		return
	}
	l, err := cut.Parse(q.layout.Struct.Format(), q.Get("rules"))
	if err != nil {
		a.failure("rules", err)
		return
	}
	a.text("layout", l.String())
	if l.Length >= 0 {
		a.number("length", int64(l.Length))
	}
	rest := q.data[min(max(q.layout.Base-q.base, 0), int64(len(q.data))):]
	at := q.layout.Base
	a.list("frames", func() {
		for n := 0; len(rest) > 0 && n < mostFrames; n++ {
			f, after, cutting := l.Cut(rest)
			if cutting != nil {
				err = fmt.Errorf("frame %d at %08x: %w", n, at, cutting)
				if cutting == io.ErrUnexpectedEOF {
					err = fmt.Errorf("%w after %s", err, show.Count(len(rest), "byte"))
				}
				return
			}
			values, _ := l.Header().Unpack(f.Head[:l.Header().Size()]) // it has been read
			var head []string
			for i := range q.layout.Columns {
				c := &q.layout.Columns[i]
				for j, v := range values[c.First : c.First+c.Count] {
					text := show.FormatText(c.Field.Code, v)
					if c.Name != "" {
						text = c.Label(j) + "=" + text
					}
					head = append(head, text)
				}
			}
			a.item(func() {
				a.number("at", at)
				a.text("head", strings.Join(head, " "))
				a.number("size", int64(len(f.Payload)))
				a.text("payload", show.Human("s", f.Payload[:min(len(f.Payload), 256)]))
			})
			at += int64(len(rest) - len(after))
			rest = after
		}
	})
	if err != nil {
		a.failure("data", err)
	}
	a.number("left", int64(len(rest))+q.total-q.base-int64(len(q.data)))
}
