package frame_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// agentMessages are those of draft-ietf-sshm-ssh-agent, section 3: the length counts
// the byte that says what a message is.
var agentMessages = frame.MustLayout("!IB", frame.LengthAt(0), frame.CountsFrom(1))

// Numbers of messages, from section 6.1.
const (
	agentFailure       = 5
	agentSuccess       = 6
	agentListKeys      = 11
	agentKeys          = 12
	agentSign          = 13
	agentSignature     = 14
	agentAddKey        = 17
	agentRemoveAllKeys = 19
)

// sshString is a string of RFC 4251, section 5.
func sshString[T ~string | ~[]byte](s T) []byte {
	b, err := structpack.Pack("!I", len(s))
	if err != nil {
		panic(err)
	}
	return append(b, s...)
}

// TestSSHAgent gives a key to an ssh-agent, lists it, and has something signed.
func TestSSHAgent(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it listens on a pipe there")
	}
	path := peer.Find(t, "ssh-agent")
	socket := peer.SocketPath(t)
	agent := peer.Start(t, exec.Command(path, "-D", "-a", socket))
	agent.LineWith("SSH_AUTH_SOCK=") // it listens
	c := dialPeer(t, "unix", socket, agentMessages)

	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	public := private.Public().(ed25519.PublicKey)
	key := append(sshString("ssh-ed25519"), sshString(public)...)
	comment := "a key of a test"
	listed := bytes.Join([][]byte{{0, 0, 0, 1}, sshString(key), sshString(comment)}, nil)
	data := []byte("what is to be signed")

	var signature []byte
	for _, tt := range []struct {
		name    string
		message int
		payload []byte
		answer  uint64
		want    []byte // nil is anything
	}{
		{"list no keys", agentListKeys, nil, agentKeys, make([]byte, 4)},
		{"sign with a key that is not there", agentSign, bytes.Join([][]byte{sshString(key), sshString(data), make([]byte, 4)}, nil), agentFailure, []byte{}},
		{"add a key", agentAddKey, bytes.Join([][]byte{key, sshString(private), sshString(comment)}, nil), agentSuccess, []byte{}},
		{"list it", agentListKeys, nil, agentKeys, listed},
		{"sign", agentSign, bytes.Join([][]byte{sshString(key), sshString(data), make([]byte, 4)}, nil), agentSignature, nil},
		{"remove all", agentRemoveAllKeys, nil, agentSuccess, []byte{}},
		{"list no keys any more", agentListKeys, nil, agentKeys, make([]byte, 4)},
	} {
		if err := c.Write(tt.payload, tt.message); err != nil {
			t.Fatal(err)
		}
		f, err := c.Next()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if f.Uint(1) != tt.answer || tt.want != nil && !bytes.Equal(f.Payload, tt.want) {
			t.Errorf("%s: message %d, % x, want %d, % x", tt.name, f.Uint(1), f.Payload, tt.answer, tt.want)
		}
		if tt.message == agentSign && f.Uint(1) == agentSignature {
			signature = bytes.Clone(f.Payload)
		}
	}
	// A signature is a string of two strings: the algorithm and the signature itself.
	head := 4 + len(sshString("ssh-ed25519")) + 4
	if len(signature) != head+ed25519.SignatureSize || !ed25519.Verify(public, data, signature[head:]) {
		t.Errorf("no signature: % x", signature)
	}

	// Messages that come together are answered in their order.
	for range 50 {
		if err := c.Write(nil, agentListKeys); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 50 {
		if f, err := c.Next(); err != nil || f.Uint(1) != agentKeys {
			t.Fatalf("answer %d: % x, %v", i, f.Head, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	agent.Signal(os.Interrupt)
	agent.Wait()
}
