package frame

// A readAhead is how much a Reader asks of its stream, and what it goes by.
type readAhead struct {
	ahead int  // how much to read ahead
	asked int  // the size of the last read
	full  bool // it brought as much
	last  int  // how many bytes were there after it, or after one before that was full
	small int  // how many reads in a row brought little
	exact bool // not to read ahead
}

// room returns where to read to: after what is there, at least one byte. What
// is wanted may be more than that. After a frame that is larger than what is
// read ahead nothing is read, so that the next one begins at the beginning.
func (r *Reader) room(want int) []byte {
	if r.buf == nil {
		r.begin()
	}
	have := r.end - r.start
	size := len(r.b)
	need := 0
	if have == size {
		need = min(want, 4*size)
	}
	if r.full || !r.idles {
		need = max(need, r.ahead)
	}
	switch {
	case need > size:
		to := getBuffer(need)
		copy(to.b, r.b[r.start:r.end])
		r.buf.put()
		r.buf, r.b, r.start, r.end = to, to.b, 0, have
	case r.start > 0 && (r.start+want > size || size-r.end < r.ahead/2):
		copy(r.b, r.b[r.start:r.end])
		r.start, r.end = 0, have
	}
	b := r.b[r.end:]
	if n := r.start + want - r.end; (want > largest || r.exact) && n < len(b) {
		b = b[:n]
	}
	r.asked = len(b)
	return b
}

// begin takes a buffer. A stream that may be silent while the buffer waits gets
// a tiny one, unless there was more in the stream the last time;
// and so does one of which so little is expected, or nothing yet.
func (r *Reader) begin() {
	n := tiny - shift
	if !r.idles || r.full || r.raw != nil && r.last >= n {
		n = r.ahead
	}
	r.buf = getBuffer(n)
	r.b = r.buf.b
}

// adapt learns from the size of a read how much to read ahead.
func (r *Reader) adapt(n int) {
	const most = largest - shift
	if !r.full {
		r.last = 0
	}
	r.full, r.last = n == r.asked, max(r.last, r.end-r.start)
	switch {
	case len(r.b) == tiny-shift:
	case r.full && n >= r.ahead/2:
		r.ahead = min(4*r.ahead, most)
		r.small = 0
	case n >= r.ahead/8:
		r.small = 0
	default:
		if r.small++; r.small == 8 {
			r.small = 0
			r.ahead = max(r.ahead/4, smallest-shift)
		}
	}
}
