// Package structformat defines an analyzer that checks the formats of package
// structpack, and the values, destinations and types that go with them.
//
// It has no rules of its own: formats are compiled by the library, values and
// types are shown to the library, and what it answers is the diagnostic. So a
// diagnostic is the sentence of the error that the program would have met.
package structformat

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/annotation"
	"example.com/structpack/internal/gotype"
	_ "example.com/structpack/structvet/internal/skew"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Analyzer checks the calls of structpack whose format is known: a constant, or
// a variable that is assigned once. Facts say, from package to package, which of
// their variables hold formats, and which of their functions pass a format and
// values on.
var Analyzer = &analysis.Analyzer{
	Name: "structvet", // as the command and its comments are called
	Doc: `check structpack formats, and the values and types that go with them

It finds formats that do not compile; values and Scan destinations that are too
few, too many, of the wrong type or out of range; constants that s and p cut;
pointers that ? packs as true whatever they point to; type assertions on results
of Unpack that never hold; types that a Codec does not bind; and frame layouts
that are refused. With -native it also finds formats without a prefix.

A comment //structvet:ignore silences its line, the next line if it stands alone,
and the whole file if it stands above the package clause.`,
	Requires:         []*analysis.Analyzer{inspect.Analyzer},
	Run:              run,
	RunDespiteErrors: true,
	FactTypes:        []analysis.Fact{new(function), new(holds)},
}

var native bool

func init() {
	Analyzer.Flags.BoolVar(&native, "native", false,
		"also report formats without a prefix that mean something else on other machines")
}

// The categories of diagnostics: the rules.
const (
	badFormat  = "format"
	badCount   = "count"
	badType    = "type"
	badRange   = "range"
	cutText    = "cut"
	trueAlways = "truth"
	badDest    = "scan"
	badAssert  = "assert"
	badCodec   = "codec"
	badLayout  = "layout"
	badCompare = "compare"
	badLength  = "length"
	badTail    = "tail"
	keptRecord = "record"
	noPrefix   = "native"

	badGenerated = "generated"
)

// The packages whose calls are checked. Their paths are asked for, so that they
// are right wherever the module lives.
var (
	corePath  = reflect.TypeFor[structpack.Struct]().PkgPath()
	framePath = reflect.TypeFor[frame.Layout]().PkgPath()
)

// A checker checks one package.
type checker struct {
	pass     *analysis.Pass
	info     *types.Info
	reader   gotype.Reader    // of types as they are where the package runs
	target   []structpack.ABI // the ABIs that the package may be compiled for
	root     inspector.Cursor
	vars     map[*types.Var]*variable
	consts   map[*types.Const]ast.Expr
	decls    map[*types.Func]inspector.Cursor // the functions that are declared
	fields   map[*structpack.Struct][]structpack.Field
	many     map[ast.Node]bool                 // functions that ask for the platform
	writable map[*types.Var]bool               // the fields that other packages can write to
	rescue   map[ast.Node]rescue               // what functions do about panics
	gotos    map[ast.Node]bool                 // functions that have a goto
	asked    func() []error                    // the errors that the program asks for after a call
	changes  int                               // whether layouts of connections change: 1 no, 2 yes
	row      *ast.CallExpr                     // the call that is checked for a row of a table
	sink     *[]analysis.Diagnostic            // takes the diagnostics for one of several formats
	uses     map[*types.Var][]inspector.Cursor // of variables that may hold results of Unpack
	wraps    map[types.Object]*function        // the functions of this package that pass a format or values on
	said     map[said]bool
	ignored  map[line]bool
}

// A said is a diagnostic that was made. A constant in one place may be the format
// of many calls.
type said struct {
	pos     token.Pos
	message string
}

type line struct {
	file *token.File
	line int // 0 stands for all
}

func run(pass *analysis.Pass) (any, error) {
	if !concerned(pass) {
		return nil, nil
	}
	c := &checker{
		pass:   pass,
		info:   pass.TypesInfo,
		root:   pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root(),
		vars:   map[*types.Var]*variable{},
		decls:  map[*types.Func]inspector.Cursor{},
		many:   map[ast.Node]bool{},
		gotos:  map[ast.Node]bool{},
		fields: map[*structpack.Struct][]structpack.Field{},
		wraps:  map[types.Object]*function{},
		said:   map[said]bool{},
		rescue: map[ast.Node]rescue{},
		asked:  func() []error { return nil },
	}
	c.reader.Sizes, c.target = target(pass.TypesSizes)
	c.ignored = ignoredLines(pass)
	c.indexVariables()
	c.findWrappers()
	c.exportHolders()
	c.checkGenerated()
	c.checkAnnotations()
	for cur := range c.root.Preorder((*ast.CallExpr)(nil), (*ast.TypeAssertExpr)(nil), (*ast.TypeSwitchStmt)(nil), (*ast.IndexExpr)(nil),
		(*ast.BinaryExpr)(nil), (*ast.SwitchStmt)(nil), (*ast.RangeStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.CallExpr:
			c.checkCall(cur, n)
		case *ast.TypeAssertExpr:
			c.checkAssert(cur, n)
		case *ast.TypeSwitchStmt:
			c.checkSwitch(n)
		case *ast.IndexExpr:
			c.checkIndex(cur, n)
			c.checkKey(n)
		case *ast.BinaryExpr:
			c.checkCompare(n)
		case *ast.SwitchStmt:
			c.checkCases(n)
		case *ast.RangeStmt:
			c.checkKept(n)
		}
	}
	return nil, nil
}

// concerned reports whether a package has to do with structpack: it imports it, or
// packages that have told something about it, or its types have formats above them.
func concerned(pass *analysis.Pass) bool {
	concerns := func(path string) bool { return path == corePath || path == framePath }
	return concerns(pass.Pkg.Path()) ||
		slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool { return concerns(p.Path()) }) ||
		len(pass.AllObjectFacts()) > 0 || slices.ContainsFunc(pass.Files, annotation.Has)
}

// diagnose makes a diagnostic about a range of the source.
func diagnose(at analysis.Range, category, message string) analysis.Diagnostic {
	return analysis.Diagnostic{Pos: at.Pos(), End: at.End(), Category: category, Message: message}
}

// report makes a diagnostic, unless it is silenced or was made before.
func (c *checker) report(d analysis.Diagnostic) {
	d.Message = strings.TrimPrefix(strings.TrimPrefix(d.Message, "structpack: "), "frame: ")
	key := said{d.Pos, d.Message}
	l := lineOf(c.pass.Fset, d.Pos)
	if !d.Pos.IsValid() || c.said[key] || c.ignored[l] || c.ignored[line{l.file, 0}] {
		return
	}
	if c.row != nil && l != lineOf(c.pass.Fset, c.row.Pos()) {
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: c.row.Pos(), End: c.row.End(), Message: "the call is here"})
	}
	if c.sink != nil {
		*c.sink = append(*c.sink, d)
		return
	}
	c.said[key] = true
	c.pass.Report(d)
}

func lineOf(fset *token.FileSet, pos token.Pos) line {
	f := fset.File(pos)
	if f == nil {
		return line{}
	}
	return line{f, f.PositionFor(pos, false).Line}
}

// ignoredLines finds the lines that comments silence.
func ignoredLines(pass *analysis.Pass) map[line]bool {
	ignored := map[line]bool{}
	for _, file := range pass.Files {
		var code map[line]bool // lines with something else than comments
		for _, group := range file.Comments {
			for _, comment := range group.List {
				if !ignores(comment.Text) {
					continue
				}
				if code == nil {
					code = codeLines(pass.Fset, file)
				}
				l := lineOf(pass.Fset, comment.Pos())
				switch {
				case comment.Pos() < file.Package:
					l.line = 0
				case !code[l]:
					l.line++
				}
				ignored[l] = true
			}
		}
	}
	return ignored
}

// ignores reports whether a comment silences this check, in its own words or as
// golangci-lint has it.
func ignores(comment string) bool {
	word, _, _ := strings.Cut(strings.TrimPrefix(comment, "//"), " ")
	if word == "structvet:ignore" || word == "nolint" {
		return true
	}
	linters, ok := strings.CutPrefix(word, "nolint:")
	return ok && slices.ContainsFunc(strings.Split(linters, ","), func(name string) bool { return name == "structvet" || name == "all" })
}

func codeLines(fset *token.FileSet, file *ast.File) map[line]bool {
	lines := map[line]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.Comment, *ast.CommentGroup:
			return false
		}
		lines[lineOf(fset, n.Pos())] = true
		lines[lineOf(fset, n.End()-1)] = true
		return true
	})
	return lines
}

// agreed returns the error of the first ABI if there is one for each.
func agreed(structs []*structpack.Struct, ask func(*structpack.Struct) error) error {
	var first error
	for _, s := range structs {
		err := ask(s)
		if err == nil {
			return nil
		}
		first = cmp.Or(first, err)
	}
	return first
}
