module example.com/structpack/structvet

go 1.26.0

require (
	example.com/structpack v0.1.0
	github.com/google/go-cmp v0.7.0
	golang.org/x/mod v0.42.0
	golang.org/x/tools v0.52.0
)

require (
	github.com/golangci/plugin-module-register v0.1.2
	golang.org/x/sync v0.24.0 // indirect
)
