//go:build js && wasm

// Wasm is the engine of the page as WebAssembly: it gives the page one function.
package main

import (
	"syscall/js"

	"example.com/structpack/internal/web/engine"
)

func main() {
	js.Global().Set("structpackEngine", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return engine.Answer(args[0].String())
	}))
	select {}
}
