package frame_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"io"
	"math/rand"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/structpack/frame"
)

var soak = flag.Duration("soak", 0, "how long TestSoak goes on, beyond two rounds")

// TestSoak throws random bytes at a Server, round after round, while honest clients
// work beside it: every answer of theirs is right, and after every round there are
// as many goroutines, and there is as much memory, as after the first one.
//
//	go test ./frame -run TestSoak -v -soak 5m
func TestSoak(t *testing.T) {
	checkGoroutines(t)
	const (
		hostile = 12 // at a time
		each    = 10 // connections of one of them in a round
		slack   = 4 << 20
	)
	s := &frame.Server{Layout: idKind, Handle: echo, MaxPayload: 1 << 16, FrameTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second}
	var listeners []net.Listener
	var served []<-chan error
	for _, tr := range transports[:3] {
		ln := tr.listen(t)
		listeners = append(listeners, ln)
		served = append(served, serve(t, s, ln))
	}

	stop := make(chan struct{})
	var answers atomic.Int64
	var honest sync.WaitGroup
	for i := range 2 * len(listeners) {
		c := dial(t, transports[i/2], listeners[i/2])
		honest.Go(func() {
			defer c.Close()
			random := rand.New(rand.NewSource(int64(i)))
			payload := make([]byte, 20_000)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				c.NetConn().SetDeadline(time.Now().Add(guard))
				want := payload[:random.Intn(len(payload))]
				random.Read(want)
				if err := c.Write(want, n&0xffff, 7); err != nil {
					t.Error(err)
					return
				}
				f, err := c.Next()
				if err != nil || f.Int(0) != int64(n&0xffff) || f.Int(1) != 7 || !bytes.Equal(f.Payload, want) {
					t.Errorf("client %d, frame %d: %v, %v", i, n, f, err)
					return
				}
				answers.Add(1)
				time.Sleep(time.Millisecond) // or there would be nothing else
			}
		})
	}

	// Honest connections may be parked now, and later have goroutines, as the poller has.
	base := runtime.NumGoroutine() + 2*len(listeners) + 1
	var first, most uint64
	var connections, thrown int64
	end := time.Now().Add(*soak)
	round := 0
	for ; round < 2 || time.Now().Before(end); round++ {
		var all sync.WaitGroup
		var sent atomic.Int64
		for h := range hostile {
			all.Go(func() {
				for i := range each {
					random := rand.New(rand.NewSource(int64((round*hostile+h)*each + i)))
					which := random.Intn(len(listeners))
					connect := transports[which].dial
					if random.Intn(4) == 0 {
						connect = dialListener // without the handshake, if there is one
					}
					c, err := connect(listeners[which])
					if err != nil {
						t.Error(err)
						return
					}
					sent.Add(throw(c, random))
				}
			})
		}
		all.Wait()
		connections, thrown = connections+hostile*each, thrown+sent.Load()
		for last := time.Now().Add(guard); runtime.NumGoroutine() > base; time.Sleep(time.Millisecond) {
			if time.Now().After(last) {
				t.Fatalf("round %d: %d goroutines, there were %d", round, runtime.NumGoroutine(), base)
			}
		}
		now := reachable()
		if round == 0 {
			first = now
		}
		if most = max(most, now); most > first+slack {
			t.Fatalf("round %d: %d KiB are reachable, after the first it were %d", round, now>>10, first>>10)
		}
		if t.Failed() {
			break
		}
	}
	close(stop)
	honest.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, done := range served {
		wait(t, "the end of Serve", done)
	}
	t.Logf("%d rounds: %d hostile connections, %d MiB thrown, %d honest answers; %d goroutines after each, %d to %d KiB reachable",
		round, connections, thrown>>20, answers.Load(), base, first>>10, most>>10)
}

// throw does something of no sense to a connection, closes it, and returns how many
// bytes it has sent.
func throw(c net.Conn, random *rand.Rand) (sent int64) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Duration(1+random.Intn(50)) * time.Millisecond))
	write := func(b []byte) bool {
		n, err := c.Write(b)
		sent += int64(n)
		return err == nil
	}
	garbage := make([]byte, 1+random.Intn(1<<uint(1+random.Intn(16))))
	random.Read(garbage)
	header := func(size uint32) []byte { return binary.BigEndian.AppendUint32(garbage[:3:3], size) }
	if len(garbage) < 3 {
		header = func(uint32) []byte { return garbage }
	}
	switch random.Intn(7) {
	case 0: // garbage, and then nothing
		write(garbage)
		io.Copy(io.Discard, c)
	case 1: // frames, and garbage after them
		for range random.Intn(10) {
			write(append(header(uint32(len(garbage))), garbage...))
		}
		write(garbage)
	case 2: // a claim, and a part of it
		write(append(header(uint32(random.Intn(1<<17))), garbage...))
		io.Copy(io.Discard, c)
	case 3: // any length
		write(header(random.Uint32()))
		io.Copy(io.Discard, c)
	case 4: // byte by byte
		for _, b := range garbage[:min(len(garbage), 20)] {
			if !write([]byte{b}) {
				break
			}
			time.Sleep(time.Millisecond)
		}
	case 5: // frames, and nobody who reads the answers
		for whole := append(header(uint32(len(garbage))), garbage...); write(whole); {
		}
	case 6: // nothing at all
	}
	if tcp, ok := c.(*net.TCPConn); ok && random.Intn(3) == 0 {
		tcp.SetLinger(0)
	}
	return sent
}
