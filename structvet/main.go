// Structvet checks the formats of package structpack at vet time, and what is
// packed, unpacked and scanned by them:
//
//	go vet -vettool=$(which structvet) ./...
//	structvet ./...
//
// README.md says what each rule says.
package main

import (
	"example.com/structpack/structvet/structformat"
	"golang.org/x/tools/go/analysis/singlechecker"
)

func main() { singlechecker.Main(structformat.Analyzer) }
