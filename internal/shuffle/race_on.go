//go:build race && !purego && (amd64 || arm64)

package shuffle

// race is whether the race detector looks on. It does not see what assembly loads
// and stores, so moves are used, which it sees.
const race = true
