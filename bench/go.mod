module example.com/structpack/bench

go 1.25.0

require (
	example.com/structpack v0.0.0
	github.com/go-restruct/restruct v1.2.0-alpha
	github.com/lunixbochs/struc v0.0.0-20241101090106-8d528fa2c543
)

require github.com/pkg/errors v0.8.1 // indirect

replace example.com/structpack => ../
