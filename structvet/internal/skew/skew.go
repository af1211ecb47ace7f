// Package skew compiles with a library that has the internal packages that structvet
// was written for, and with no other one. It stands alone so that its error is the
// only one.
package skew

import "example.com/structpack/internal/rules"

const _ = rules.UpgradeStructvetWithTheLibrary1
