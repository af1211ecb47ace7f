package annotated

// structpack: `<Hy` // want `"y" at byte 2: bad char in struct format`
type Raw struct{ A uint16 }
