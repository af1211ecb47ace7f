// Package internal has the text of package floats, for package gen. It is here
// because a package can embed only what is below it, and not in package floats
// because the library would then import package embed.
package internal

import _ "embed"

//go:embed floats/floats.go
var Floats string
