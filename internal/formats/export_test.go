package formats

// FindByDir is find for tests.
var FindByDir = find
