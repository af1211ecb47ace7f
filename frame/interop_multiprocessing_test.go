package frame_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// A pyConnection is the Connection of Python's multiprocessing.connection.
type pyConnection struct{ *frame.Conn }

var pyMessages = frame.MustLayout("!i", frame.LengthFunc(multiprocessing))

func (c pyConnection) send(message []byte) error { return c.Write(message, len(message)) }

// sendLong sends the length in the form for more than 2 GiB.
func (c pyConnection) sendLong(message []byte) error {
	b := binary.BigEndian.AppendUint64(nil, uint64(len(message)))
	return c.Write(append(b, message...), -1)
}

func (c pyConnection) recv() ([]byte, error) {
	f, err := c.Next()
	return f.Payload, err
}

var errRefused = errors.New("digest sent was rejected")

// deliverChallenge asks the other side for proof that it has the key. Before
// CPython 3.12 a challenge was 20 random bytes, and the answer their MD5; it is
// now longer, and begins with the name of a digest, as the answer does.
func (c pyConnection) deliverChallenge(key string, prefix string) error {
	random := make([]byte, 20)
	rand.Read(random)
	challenge := append([]byte(prefix), random...)
	if err := c.send(append([]byte("#CHALLENGE#"), challenge...)); err != nil {
		return err
	}
	answer, err := c.recv()
	if err != nil {
		return err
	}
	digest := answer
	sum := pyMAC(key, challenge, md5.New)
	if rest, ok := bytes.CutPrefix(answer, []byte("{sha256}")); ok {
		digest, sum = rest, pyMAC(key, challenge, sha256.New)
	}
	if !hmac.Equal(digest, sum) {
		if err := c.send([]byte("#FAILURE#")); err != nil {
			return err
		}
		return errors.Join(errRefused, c.Flush())
	}
	return c.send([]byte("#WELCOME#"))
}

// answerChallenge proves to have the key.
func (c pyConnection) answerChallenge(key string) error {
	message, err := c.recv()
	if err != nil {
		return err
	}
	challenge, ok := bytes.CutPrefix(message, []byte("#CHALLENGE#"))
	if !ok {
		return fmt.Errorf("%q is no challenge", message)
	}
	answer := pyMAC(key, challenge, md5.New)
	if bytes.HasPrefix(challenge, []byte("{sha256}")) {
		answer = append([]byte("{sha256}"), pyMAC(key, challenge, sha256.New)...)
	}
	if err := c.send(answer); err != nil {
		return err
	}
	if message, err = c.recv(); err == nil && string(message) != "#WELCOME#" {
		err = errRefused
	}
	return err
}

func pyMAC(key string, message []byte, digest func() hash.Hash) []byte {
	h := hmac.New(digest, []byte(key))
	h.Write(message)
	return h.Sum(nil)
}

// TestPythonListener calls a Listener of multiprocessing.connection.
func TestPythonListener(t *testing.T) {
	for _, network := range peer.Some(peer.Networks()) {
		for _, tt := range []struct{ name, key, mine string }{
			{"without a key", "", ""},
			{"with a key", "secret", "secret"},
			{"with the wrong key", "secret", "guess"},
		} {
			t.Run(network+" "+tt.name, func(t *testing.T) {
				p := startPython(t, "multiprocessing_peer.py", "listen", peer.FreeAddress(t, network), tt.key)
				var address string
				var minor int
				if _, err := fmt.Sscan(p.Line(), &address, &minor); err != nil {
					t.Fatal(err)
				}
				c := pyConnection{dialPeer(t, network, address, pyMessages)}
				if tt.key != "" {
					c.MaxPayload = 256 // as Python has it: nobody is trusted yet
					err := c.answerChallenge(tt.mine)
					if tt.mine != tt.key {
						if err != errRefused {
							t.Errorf("the wrong key: %v", err)
						}
						wantDone(t, p, "refused: digest received was wrong")
						return
					}
					if err == nil {
						err = c.deliverChallenge(tt.key, "{sha256}")
					}
					if err != nil {
						t.Fatal(err)
					}
					c.MaxPayload = 0
				}
				echo := func(size int, send func([]byte) error) {
					t.Helper()
					want := interopPayload(size)
					if err := send(want); err != nil {
						t.Fatal(err)
					}
					if got, err := c.recv(); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("%d bytes: %d came back, %v", size, len(got), err)
					}
				}
				for _, size := range interopSizes {
					echo(size, c.send)
					if minor >= 8 {
						echo(size, c.sendLong)
					}
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
				wantDone(t, p, "done")
			})
		}
	}
}

// TestPythonClient is called by a Client of multiprocessing.connection.
func TestPythonClient(t *testing.T) {
	for _, network := range peer.Some(peer.Networks()) {
		for _, tt := range []struct{ name, key, its, prefix, want string }{
			{"without a key", "", "", "", "done"},
			{"with a key", "secret", "secret", "{sha256}", "done"},
			{"with a key, as before 3.12", "secret", "secret", "", "done"},
			{"with the wrong key", "secret", "guess", "{sha256}", "refused: digest sent was rejected"},
		} {
			t.Run(network+" "+tt.name, func(t *testing.T) {
				ln := peer.Listen(t, network)
				p := startPython(t, "multiprocessing_peer.py", "call", ln.Addr().String(), tt.its)
				c := pyConnection{acceptPeer(t, ln, pyMessages)}
				var err error
				if tt.key != "" {
					c.MaxPayload = 256
					if err = c.deliverChallenge(tt.key, tt.prefix); err == nil {
						err = c.answerChallenge(tt.key)
					}
					c.MaxPayload = 0
				}
				for err == nil {
					var message []byte
					if message, err = c.recv(); err == nil {
						err = c.send(message)
					}
				}
				if refused := strings.HasPrefix(tt.want, "refused"); refused && !errors.Is(err, errRefused) || !refused && err != io.EOF {
					t.Error(err)
				}
				wantDone(t, p, tt.want)
			})
		}
	}
}

// TestPythonLargeMessage reads a message that needs the long form of a length,
// and is larger than what the test could keep.
func TestPythonLargeMessage(t *testing.T) {
	if !peer.All() || runtime.GOOS == "windows" {
		t.Skip("2 GiB")
	}
	ln := peer.Listen(t, "unix")
	p := startPython(t, "multiprocessing_peer.py", "large", ln.Addr().String())
	if minor, err := strconv.Atoi(p.Line()); err != nil {
		t.Fatal(err)
	} else if minor < 8 {
		t.Skip("this Python has no long form")
	}
	c := pyConnection{acceptPeer(t, ln, pyMessages)}
	f, size, err := c.ReadHeader()
	if err != nil || size != 1<<31 || len(f.Head) != 12 || f.Int(0) != -1 {
		t.Fatalf("header % x, %d bytes, %v", f.Head, size, err)
	}
	n, err := io.Copy(io.Discard, c.Payload())
	if err != nil || n != size {
		t.Fatalf("%d of %d bytes, %v", n, size, err)
	}
	if err := c.send([]byte("thank you")); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	wantDone(t, p, "thank you\ndone")
}
