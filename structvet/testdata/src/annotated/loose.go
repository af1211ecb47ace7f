package annotated

//structpack:"!H" // want `no type is declared below this format`

var n int
