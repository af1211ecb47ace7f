package frame_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand"
	"os"
	"testing"

	"example.com/structpack/frame"
)

// fuzzLimit is the MaxPayload of the fuzz targets: small, so that it is met.
const fuzzLimit = 1000

// foundStreams are what readers of frames were found to wait for, to allocate, or to take for a
// length that it is not.
var foundStreams = []string{
	"ffffffff", "ffffffffffffffff", "fffffffffffffffe 00", // -1: github.com/tokio-rs/tokio/issues/3940
	"7fffffff 6869", "80000000 6869", "7fffffffffffffff 6869", // 2 GiB, and the largest signed length
	"00001147cbb4e000 6869", "00e0b4cb47110000 6869", // 19 trillion bytes: github.com/ipfs/kubo/issues/1175
	"00800000 6869", "00000080", // 8 MiB that never come
	"00000001", "01000000", "0000", "00", // a length less than the header that it counts: github.com/netty/netty/pull/16633
	"474554202f20485454502f312e310d0a0d0a",             // an HTTP request
	"485454502f312e3120343030204261640d0a",             // and an answer
	"16030100a5010000a1",                               // a TLS ClientHello
	"15030300020246",                                   // and an alert
	"5353482d322e302d4f70656e5353480d0a",               // an SSH banner
	"505249202a20485454502f322e300d0a0d0a534d0d0a0d0a", // HTTP/2's preface
}

// addFound adds them for each protocol, alone and after a frame.
func addFound(f *testing.F) {
	for i, tt := range protocols {
		for _, found := range foundStreams {
			f.Add(byte(i), int64(i), unhex(found))
			f.Add(byte(i), int64(-i), append(clone(unhex(tt.bytes)), unhex(found)...))
		}
	}
}

// FuzzReader reads arbitrary bytes in arbitrary pieces, with deadlines that pass
// between them, frame by frame with Next or with ReadHeader and Payload, of which
// some is read and some is left, and compares with Cut.
func FuzzReader(f *testing.F) {
	addFound(f)
	for i, tt := range protocols {
		whole := unhex(tt.bytes)
		f.Add(byte(i), int64(1), append(clone(whole), whole...))
		f.Add(byte(i), int64(i), append(clone(whole), 0, 1, 2))
		large, err := tt.layout.Append(nil, make([]byte, 256), tt.values...)
		if err == nil {
			f.Add(byte(i), int64(-i), append(large, whole...))
		}
	}
	f.Fuzz(func(t *testing.T, protocol byte, seed int64, stream []byte) {
		l := protocols[int(protocol)%len(protocols)].layout
		random := rand.New(rand.NewSource(seed))
		src := &script{timeouts: random.Intn(2) == 0}
		for most, b := 1+random.Intn(600), stream; len(b) > 0; {
			n := min(len(b), 1+random.Intn(most))
			src.pieces = append(src.pieces, b[:n])
			b = b[n:]
		}
		r := frame.NewReader(src, l)
		if random.Intn(2) == 0 {
			r = &frame.NewConn(newRecorder(src), l).Reader
		}
		r.MaxPayload = fuzzLimit
		for b, i := stream, 0; ; i++ {
			want, rest, wantErr := l.Cut(b)
			got, size, err := fuzzNext(r, random)
			var tooLarge *frame.SizeError
			switch {
			case errors.As(wantErr, &tooLarge):
				if err == nil || err.Error() != wantErr.Error() {
					t.Fatalf("frame %d: %v, want %v", i, err, wantErr)
				}
			case errors.As(err, &tooLarge):
				// That is for Next to say, before it needs the payload.
				if tooLarge.Limit != fuzzLimit || tooLarge.Size <= fuzzLimit || wantErr == nil && int64(len(want.Payload)) != tooLarge.Size || wantErr == io.EOF {
					t.Fatalf("frame %d: %v, want %v", i, err, wantErr)
				}
				wantErr = err
			case err != wantErr:
				t.Fatalf("frame %d: %v, want %v", i, err, wantErr)
			case err == nil && (!bytes.Equal(got.Head, want.Head) || size != int64(len(want.Payload)) || !bytes.HasPrefix(want.Payload, got.Payload)):
				t.Fatalf("frame %d: %x %x of %d, want %x %x", i, got.Head, got.Payload, size, want.Head, want.Payload)
			}
			if wantErr != nil {
				if _, again := r.Next(); again == nil || again.Error() != err.Error() {
					t.Fatalf("frame %d: %v, then %v", i, err, again)
				}
				return
			}
			b = rest
		}
	})
}

// fuzzNext returns the next frame in one of the ways of a Reader; of the payload
// maybe not all is read. An error in the middle of a payload that is not read
// shows with the next frame.
func fuzzNext(r *frame.Reader, random *rand.Rand) (f frame.Frame, size int64, err error) {
	again := func(call func() error) {
		for err = errTimeout; errors.Is(err, os.ErrDeadlineExceeded); {
			err = call()
		}
	}
	if random.Intn(2) == 0 {
		again(func() error { f, err = r.Next(); return err })
		return f, int64(len(f.Payload)), err
	}
	again(func() error { f, size, err = r.ReadHeader(); return err })
	if err != nil {
		return f, size, err
	}
	f = f.Clone()
	all := random.Intn(4) > 0
	for int64(len(f.Payload)) < size {
		p := make([]byte, random.Intn(9))
		var n int
		switch random.Intn(8) {
		case 0:
			if !all {
				// Whether the rest is there is found here, for Cut has found it.
				b := new(bytes.Buffer)
				again(func() error { _, err := io.Copy(b, r.Payload()); return err })
				return f, size, err
			}
		case 1:
			b := new(bytes.Buffer)
			again(func() error { _, err := io.Copy(b, r.Payload()); return err })
			f.Payload = append(f.Payload, b.Bytes()...)
			return f, size, err
		}
		again(func() error { n, err = r.Payload().Read(p); return err })
		f.Payload = append(f.Payload, p[:n]...)
		if err != nil {
			return f, size, err
		}
	}
	return f, size, nil
}

// FuzzSplit compares a Scanner with Split, fed in arbitrary pieces, with Cut;
// and a frame that was cut with the one that is made of its parts.
func FuzzSplit(f *testing.F) {
	addFound(f)
	for i, tt := range protocols {
		whole := unhex(tt.bytes)
		f.Add(byte(i), int64(1), append(clone(whole), whole...))
		f.Add(byte(i), int64(i), append(clone(whole), 0, 1, 2))
	}
	f.Fuzz(func(t *testing.T, protocol byte, seed int64, stream []byte) {
		l := protocols[int(protocol)%len(protocols)].layout
		random := rand.New(rand.NewSource(seed))
		fed := 0
		for b := stream; ; {
			want, rest, wantErr := l.Cut(b)
			// Split sees more and more of what is left.
			var advance int
			var token []byte
			var err error
			for seen := 0; ; {
				advance, token, err = l.Split(b[:seen], seen == len(b))
				if err != nil || token != nil || seen == len(b) {
					break
				}
				if advance != 0 {
					t.Fatalf("at %d: advance %d without a token", fed, advance)
				}
				seen += min(len(b)-seen, 1+random.Intn(9))
			}
			if wantErr == io.EOF {
				if err != nil || token != nil {
					t.Fatalf("at %d: %x, %v, want the end", fed, token, err)
				}
				return
			}
			if wantErr != nil {
				if err == nil || err.Error() != wantErr.Error() || token != nil {
					t.Fatalf("at %d: %x, %v, want %v", fed, token, err, wantErr)
				}
				return
			}
			if whole := b[:len(b)-len(rest)]; err != nil || advance != len(whole) || !bytes.Equal(token, whole) {
				t.Fatalf("at %d: %d, %x, %v, want %x", fed, advance, token, err, whole)
			}
			parsed, err := l.Parse(token)
			if err != nil || !bytes.Equal(parsed.Head, want.Head) || !bytes.Equal(parsed.Payload, want.Payload) {
				t.Fatalf("at %d: Parse: %x %x, %v, want %x %x", fed, parsed.Head, parsed.Payload, err, want.Head, want.Payload)
			}
			dst := &sink{}
			w := frame.NewWriter(dst, l)
			if err := w.WriteFrame(want); err != nil {
				t.Fatal(err)
			}
			if w.Flush(); !bytes.Equal(dst.all(), token) {
				t.Fatalf("at %d: WriteFrame: %x, want %x", fed, dst.all(), token)
			}
			fed += advance
			b = rest
		}
	})
}
