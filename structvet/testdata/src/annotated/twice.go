package annotated

// structpack:"!H"
// structpack:"!I" // want `type Twice has two formats above it`
type Twice uint16
