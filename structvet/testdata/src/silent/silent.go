// Package silent has mistakes that comments silence.
package silent

import "example.com/structpack"

func calls() {
	structpack.Pack("!B", 300) //structvet:ignore
	structpack.Pack("!B", 300) //structvet:ignore as the test of a reader wants it
	//structvet:ignore
	structpack.Pack("!B", 300)
	//structvet:ignore

	structpack.Pack("!B", 300) // want `'B' format requires`
	structpack.Pack("!B", 300) //structvet:ignored // want `'B' format requires`
	structpack.Pack("!B", 1)   //structvet:ignore
	structpack.Pack("!B", 300) // want `'B' format requires`
	structpack.Pack("!BB",
		300, // want `'B' format requires`
		300, //structvet:ignore
	)
}
