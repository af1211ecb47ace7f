// Package declared leaves the declaration of its types to the generator.
package declared

//go:generate go run example.com/structpack/cmd/structpack gen -new Chunk -fields Length,Type,Box,Color -format ">I4s4HB" -new point -fields X,Y,Z -format "<3d"

// Area returns the area of the chunk's box.
func (c *Chunk) Area() int { return int(c.Box[2]) * int(c.Box[3]) }

func origin() ([]byte, error) {
	b, err := new(point).MarshalBinary()
	return b[:pointSize], err
}

var _ = origin
