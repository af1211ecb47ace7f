//structvet:ignore all of the file

package silent

import "example.com/structpack"

func more() {
	structpack.Pack("!B", 300)
	structpack.Pack("!w")
}
