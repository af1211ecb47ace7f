module example.com/structpack/bench

go 1.25.0

require (
	example.com/structpack v0.0.0
	github.com/go-restruct/restruct v1.2.0-alpha
	github.com/google/go-cmp v0.7.0
	github.com/libp2p/go-msgio v0.3.0
	github.com/lunixbochs/struc v0.0.0-20241101090106-8d528fa2c543
	golang.org/x/net v0.55.0
)

require (
	github.com/libp2p/go-buffer-pool v0.0.2 // indirect
	github.com/multiformats/go-varint v0.0.6 // indirect
	github.com/pkg/errors v0.8.1 // indirect
	golang.org/x/text v0.37.0 // indirect
)

replace example.com/structpack => ../
