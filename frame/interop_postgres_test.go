//go:build unix

package frame_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
	"github.com/google/go-cmp/cmp"
)

// The messages of PostgreSQL's protocol 3.0. Those before a session begins have
// no type; the lengths of all of them count themselves.
var (
	pgStartup  = frame.MustLayout("!I", frame.CountsHeader())
	pgMessages = frame.MustLayout("!cI", frame.CountsFrom(1))
	pgValues   = frame.MustLayout("!i") // in a DataRow
)

// startPostgres makes a cluster of databases and serves it. It returns the path
// of the socket. PostgreSQL does not run as root: root runs it as somebody else.
func startPostgres(t *testing.T) string {
	const binaries = "/usr/lib/postgresql/*/bin"
	initdb, postgres := peer.Find(t, "initdb", binaries), peer.Find(t, "postgres", binaries)
	dir := filepath.Dir(peer.SocketPath(t))
	var attr syscall.SysProcAttr
	if os.Geteuid() == 0 {
		attr.Credential = someUser(t)
		if err := os.Chown(dir, int(attr.Credential.Uid), int(attr.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.SysProcAttr = dir, &attr
		return cmd
	}
	p := peer.StartMerged(t, command(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"))
	if out, status := p.Rest(), p.Wait(); status != 0 {
		t.Fatalf("initdb: status %d\n%s", status, out)
	}
	server := peer.StartMerged(t, command(postgres, "-D", data, "-k", dir, "-h", "", "-F"))
	t.Cleanup(func() {
		server.Signal(os.Interrupt) // its fast shutdown
		if out, status := server.Rest(), server.Wait(); status != 0 {
			t.Errorf("postgres: status %d\n%s", status, out)
		}
	})
	server.LineWith("ready to accept connections")
	return filepath.Join(dir, ".s.PGSQL.5432")
}

func someUser(t *testing.T) *syscall.Credential {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	t.Skip("root may not run PostgreSQL, and there is no other user")
	return nil
}

// A pgSession is a connection to a PostgreSQL server.
type pgSession struct {
	*frame.Conn
	t *testing.T
}

// query sends a query; result reads its answer. Several may be sent before that.
func (s pgSession) query(sql string) {
	s.t.Helper()
	if err := s.Write([]byte(sql+"\x00"), "Q"); err != nil {
		s.t.Fatal(err)
	}
}

// result returns the rows, values joined by commas, and the tag of the command
// or the code of an error.
func (s pgSession) result() (rows []string, tag string) {
	s.t.Helper()
	for f, err := range s.Frames() {
		if err != nil {
			s.t.Fatal(err)
		}
		switch kind := f.Uint(0); kind {
		case 'T': // RowDescription
		case 'D':
			rows = append(rows, pgRow(s.t, f.Payload))
		case 'C':
			tag = strings.TrimRight(string(f.Payload), "\x00")
		case 'E':
			tag = pgCode(f.Payload)
		case 'Z':
			return rows, tag
		default:
			s.t.Fatalf("message %q: %q", kind, f.Payload)
		}
	}
	s.t.Fatal("the server has closed the connection")
	return nil, ""
}

// pgRow returns the values of a DataRow: their number, then frames.
func pgRow(t *testing.T, payload []byte) string {
	t.Helper()
	var values []string
	for b := payload[2:]; ; {
		f, rest, err := pgValues.Cut(b)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		values, b = append(values, string(f.Payload)), rest
	}
	if n := binary.BigEndian.Uint16(payload); int(n) != len(values) {
		t.Errorf("%d values instead of %d", len(values), n)
	}
	return strings.Join(values, ",")
}

// pgCode returns the SQLSTATE of an ErrorResponse.
func pgCode(payload []byte) string {
	for field := range strings.SplitSeq(string(payload), "\x00") {
		if code, ok := strings.CutPrefix(field, "C"); ok {
			return code
		}
	}
	return ""
}

// TestPostgreSQL starts a session on the server's Unix-domain socket, and asks
// some questions.
func TestPostgreSQL(t *testing.T) {
	socket := startPostgres(t)
	nc, err := net.DialTimeout("unix", socket, peer.Guard)
	if err != nil {
		t.Fatal(err)
	}
	s := pgSession{peerConn(t, nc, pgMessages), t}

	// The layout of what comes before the session is another one. The answer to
	// SSLRequest is one byte, and no message.
	request, err := pgStartup.Append(nil, []byte("\x04\xd2\x16\x2f"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nc.Write(request); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 1)
	if _, err := io.ReadFull(nc, answer); err != nil || answer[0] != 'N' {
		t.Fatalf("answer %q to SSLRequest, %v", answer, err)
	}
	w := frame.NewWriter(nc, pgStartup)
	if err := w.Write([]byte("\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00")); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var kinds []byte
	for f, err := range s.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		kind := byte(f.Uint(0))
		if kind == 'R' && string(f.Payload) != "\x00\x00\x00\x00" {
			t.Errorf("authentication % x", f.Payload)
		}
		if kinds = append(kinds, kind); kind == 'Z' {
			break
		}
	}
	if diff := cmp.Diff("RSKZ", string(slices.Compact(kinds))); diff != "" {
		t.Fatal("the start of a session: ", diff)
	}

	var numbers []string
	for i := range 2000 {
		numbers = append(numbers, fmt.Sprintf("%d,%d", i+1, (i+1)*(i+1)))
	}
	questions := []struct {
		sql  string
		rows []string
		tag  string
	}{
		{"SELECT 1, 'zwei', length('größe')", []string{"1,zwei,5"}, "SELECT 1"},
		{"SELECT n, n * n FROM generate_series(1, 2000) n", numbers, "SELECT 2000"},
		{"SELECT 1 / 0", nil, "22012"},
		{"SELEKT", nil, "42601"},
		{"SELECT repeat('x', 200000), ''", []string{strings.Repeat("x", 200000) + ","}, "SELECT 1"},
		{"CREATE TEMP TABLE t (b bytea)", nil, "CREATE TABLE"},
		{"INSERT INTO t VALUES ('\\x00ff'), ('\\x')", nil, "INSERT 0 2"},
		{"TABLE t", []string{"\\x00ff", "\\x"}, "SELECT 2"},
	}
	check := func(i int, rows []string, tag string) {
		t.Helper()
		if diff := cmp.Diff(questions[i].rows, rows); diff != "" || tag != questions[i].tag {
			t.Errorf("%s: %.1000s, %s", questions[i].sql, diff, tag)
		}
	}
	for i, q := range questions {
		s.query(q.sql)
		rows, tag := s.result()
		check(i, rows, tag)
	}
	// All at once; the answers come in the order of the questions.
	s.query("DROP TABLE t")
	for _, q := range questions {
		s.query(q.sql)
	}
	if _, tag := s.result(); tag != "DROP TABLE" {
		t.Error(tag)
	}
	for i := range questions {
		rows, tag := s.result()
		check(i, rows, tag)
	}

	// A row larger than MaxPayload is read as a stream.
	s.query("SELECT repeat('y', 3000000)")
	if f, err := s.Next(); err != nil || f.Uint(0) != 'T' {
		t.Fatal(f, err)
	}
	f, size, err := s.ReadHeader()
	if err != nil || f.Uint(0) != 'D' || size != 2+4+3000000 {
		t.Fatal(f, size, err)
	}
	if n, err := io.Copy(io.Discard, s.Payload()); err != nil || n != size {
		t.Fatalf("%d of %d bytes, %v", n, size, err)
	}
	if _, tag := s.result(); tag != "SELECT 1" {
		t.Error(tag)
	}

	if err := s.Write(nil, "X"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(); err != io.EOF {
		t.Errorf("after Terminate: %v", err)
	}
}
