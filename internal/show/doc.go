// Package show has the forms in which people give and read structures: values
// as text and JSON, and layouts as tables, grids of bytes, pictures and C.
//
// Whatever is written here goes to terminals, and may come from an enemy: bytes,
// formats and names are escaped where they are not printable.
package show
