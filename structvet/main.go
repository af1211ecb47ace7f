// Structvet checks the formats of package structpack at vet time, and what is
// packed, unpacked and scanned by them:
//
//	go vet -vettool=$(which structvet) ./...
//	structvet ./...
//
// README.md says what each rule says.
package main

import (
	"os"
	"runtime/debug"
	"strings"

	"example.com/structpack/structvet/structformat"
	"golang.org/x/tools/go/analysis/singlechecker"
)

func main() {
	// go vet starts a process for each package, most of which end before collecting
	// garbage is worth its time.
	if strings.HasSuffix(os.Args[len(os.Args)-1], ".cfg") && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	singlechecker.Main(structformat.Analyzer)
}
