module example.com/structpack

go 1.25.0

require (
	github.com/google/go-cmp v0.7.0
	// Not later: v0.2.10 and v0.2.11 bring 160 modules into the graph.
	github.com/leanovate/gopter v0.2.9
)
