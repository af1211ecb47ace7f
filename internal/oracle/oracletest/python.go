// Package oracletest makes a test binary a Python, for tests of the commands
// that ask one.
package oracletest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/oracle"
)

// variable names the version of Python that the test binary is to be.
const variable = "ORACLE_TEST_PYTHON"

// Main is for TestMain. It runs the tests, or, if the binary is run as a
// Python, answers questions as given, the header aside.
func Main(m *testing.M, answer func(*oracle.Question) oracle.Answer) {
	version := os.Getenv(variable)
	if version == "" {
		os.Exit(m.Run())
	}
	out := bufio.NewWriter(os.Stdout)
	lines := json.NewEncoder(out)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if in.Text() == "" {
			if err := out.Flush(); err != nil {
				panic(err)
			}
			continue
		}
		var q oracle.Question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		a := answer(&q)
		if q.Op == "header" {
			a = OK(header(version))
		}
		if err := lines.Encode(a); err != nil {
			panic(err)
		}
	}
}

func header(version string) oracle.Header {
	abi := structpack.HostABI()
	h := oracle.Header{Python: version, Implementation: "CPython", ByteOrder: "little", Long: abi.Long, Pointer: abi.Pointer, Align8: abi.Align8}
	if abi.BigEndian {
		h.ByteOrder = "big"
	}
	return h
}

// OK is a good answer.
func OK(result any) oracle.Answer {
	b, err := json.Marshal(result)
	if err != nil {
		panic(fmt.Sprintf("%v: %v", result, err))
	}
	return oracle.Answer{OK: b}
}

// Python returns the command that runs the test binary as a Python. Where the
// test runs under an emulator that its children do not have, it is skipped.
func Python(t *testing.T, version string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(variable, version)
	if err := exec.Command(exe).Run(); err != nil {
		t.Skip("the test binary cannot be run by itself: ", err)
	}
	return exe
}
