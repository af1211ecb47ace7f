package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"example.com/structpack/internal/web"
)

const webHelp = `Usage: structpack web [OPTION...]

Serves a page to look at bytes, and prints its address, until it is ended: the
layout of a format as one types it, with values and bytes to change, code to
take away, and frames. The server listens on 127.0.0.1, for browsers of this
machine only, and has no files to give.

The page gets its engine as WebAssembly, so that nothing of the data leaves the
browser, as soon as the go command has built it. Until then, or if there is no
go command, the server answers.

  --port N      the port; without it, a free one
  --static DIR  serve nothing, and write the page to DIR/index.html: one file
                with the whole engine inside, which works without a server.
                The go command builds it, and is needed for that.
`

func (c *call) web() error {
	if len(c.args) > 0 {
		return usageError("web takes no arguments; see structpack web --help")
	}
	// Whoever ends the command ends the go command too, and both clear up.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.has("static") {
		return webStatic(ctx, c.value("static"))
	}
	port := 0
	if c.has("port") {
		var err error
		if port, err = number("port", c.value("port")); err != nil {
			return err
		}
		if port < 0 || port > 65535 {
			return usageError("--port is a number up to 65535")
		}
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	_, number, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "http://%s/\n", l.Addr())
	if err := c.out.Flush(); err != nil {
		return err
	}
	if c.env.listening != nil {
		c.env.listening(l.Addr())
	}
	find := sync.OnceValue(func() *web.Engine {
		e, err := buildEngine(ctx)
		if err != nil {
			return nil // the server answers
		}
		return e
	})
	go find()
	server := &http.Server{Handler: web.Handler(number, find), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	err = server.Serve(l)
	ended := ctx.Err() != nil
	stop()
	find() // has cleared up
	if ended {
		return nil
	}
	return err
}

// webStatic writes the page as a file.
func webStatic(ctx context.Context, dir string) error {
	e, err := buildEngine(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "index.html"), web.Static(e).HTML, 0o666)
}

// buildEngine builds the engine of the page. It is not kept with the command: as
// many programs as there are versions of Go and of the library would be in the
// repository, each of more than a megabyte, and whoever has the command from its
// source has the go command too.
func buildEngine(ctx context.Context) (*web.Engine, error) {
	source, err := source(ctx)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "structpack")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	output := filepath.Join(temp, "engine.wasm")
	// Without inlining the engine is a fourteenth smaller, and answers as fast as one types;
	// the tag leaves out a thirtieth, which the page does not use.
	build := goCommand(ctx, "build", "-trimpath", "-buildvcs=false", "-tags=structpack_page", "-gcflags=all=-l", "-ldflags=-s -w", "-o", output, "./internal/web/wasm")
	build.Dir = source
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOWORK=off", "GOTMPDIR="+temp) // go leaves files there when it is interrupted
	if err := runGo(build, nil); err != nil {
		return nil, err
	}
	var e web.Engine
	if e.Wasm, err = os.ReadFile(output); err != nil {
		return nil, err
	}
	var root bytes.Buffer
	env := goCommand(ctx, "env", "GOROOT") // of the toolchain that has built it
	env.Dir = source
	if err := runGo(env, &root); err != nil {
		return nil, err
	}
	e.Exec, err = os.ReadFile(filepath.Join(strings.TrimSpace(root.String()), "lib", "wasm", "wasm_exec.js"))
	return &e, err
}

// source finds the source of the command: where it was built from, or where the
// module of the working directory has it.
func source(ctx context.Context) (string, error) {
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		root := filepath.Dir(filepath.Dir(filepath.Dir(file)))
		if _, err := os.Stat(filepath.Join(root, "internal", "web", "wasm")); err == nil {
			return root, nil
		}
	}
	var dir bytes.Buffer
	if err := runGo(goCommand(ctx, "list", "-m", "-f", "{{.Dir}}", "example.com/structpack"), &dir); err != nil {
		return "", fmt.Errorf("the source of the engine is not where this command was built, and not in a module that is required here: %w", err)
	}
	return strings.TrimSpace(dir.String()), nil
}

// goCommand is the go command, interrupted when ctx ends.
func goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second // it waits for its compilers
	return cmd
}

// runGo runs the go command, whose error is what it says.
func runGo(cmd *exec.Cmd, out *bytes.Buffer) error {
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if out != nil {
		cmd.Stdout = out
	}
	err := cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return fmt.Errorf("go %s: %s", cmd.Args[1], cmp.Or(strings.TrimSpace(errs.String()), err.Error()))
	}
	return err
}
