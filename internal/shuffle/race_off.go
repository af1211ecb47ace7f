//go:build !race && !purego && (amd64 || arm64)

package shuffle

const race = false
