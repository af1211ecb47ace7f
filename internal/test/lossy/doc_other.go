//go:build !linux

// Package lossy is for Linux only.
package lossy
