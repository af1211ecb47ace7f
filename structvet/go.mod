module example.com/structpack/structvet

go 1.25.0

require (
	example.com/structpack v0.1.0
	github.com/google/go-cmp v0.7.0
	golang.org/x/mod v0.39.0
	golang.org/x/tools v0.49.0
)

require (
	github.com/golangci/plugin-module-register v0.1.2
	github.com/leanovate/gopter v0.2.9 // indirect
	golang.org/x/sync v0.22.0 // indirect
)
