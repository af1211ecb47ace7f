// Package formats finds the constant formats in the source of Go packages.
package formats

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/annotation"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/load"
	"example.com/structpack/internal/rules"
)

// The packages whose functions take formats. Their paths are asked for, so that they
// are right wherever the module lives.
var (
	corePath  = reflect.TypeFor[structpack.Struct]().PkgPath()
	framePath = reflect.TypeFor[frame.Layout]().PkgPath()
)

// argument says which argument of a function is a format, by the function's full name.
var argument = map[string]int{
	corePath + ".Pack": 0, corePath + ".AppendPack": 1, corePath + ".PackInto": 0,
	corePath + ".Unpack": 0, corePath + ".UnpackFrom": 0, corePath + ".IterUnpack": 0,
	corePath + ".Scan": 0, corePath + ".ScanFrom": 0, corePath + ".CalcSize": 0,
	corePath + ".Compile": 0, corePath + ".MustCompile": 0, corePath + ".CompileFor": 1,
	corePath + ".MustCodec":  0,
	framePath + ".NewLayout": 0, framePath + ".MustLayout": 0,
	framePath + ".NewLayoutOf": 0, framePath + ".MustLayoutOf": 0,
}

// Find returns the formats that the packages of patterns use, sorted, each once. A
// pattern is one of the go command, such as ./...; tests count too. A format counts if
// it is a constant, or is made of constants that reach it through variables, fields,
// elements, parameters and results; a prefix alone is the format that a type has by it.
func Find(patterns ...string) ([]string, error) {
	var all []string
	for _, pattern := range patterns {
		found, err := find(pattern)
		if err != nil {
			return nil, err
		}
		for _, some := range found {
			all = append(all, some...)
		}
	}
	all = slices.DeleteFunc(all, func(format string) bool { return !utf8.ValidString(format) }) // no Python has it
	slices.Sort(all)
	return slices.Compact(all), nil
}

// find returns the formats by the directories of the files that have the calls.
func find(pattern string) (map[string][]string, error) {
	p, err := load.Packages(pattern, true)
	if err != nil {
		return nil, err
	}
	found := map[string][]string{}
	add := func(pos token.Pos, some []string) {
		dir := filepath.Dir(p.Fset.Position(pos).Filename)
		found[dir] = append(found[dir], some...)
	}
	f := newFlow(p)
	for call := range f.callees {
		add(call.Pos(), f.formatsOf(call))
	}
	for _, pkg := range p.Packages {
		for _, file := range pkg.Files {
			add(file.Package, f.comments(pkg, file))
		}
	}
	return found, nil
}

// formatsOf returns the formats that a call has for a function of the library.
func (f *flow) formatsOf(call *ast.CallExpr) (all []string) {
	for _, name := range f.libraryFunctions(call.Fun) {
		at, ok := argument[name]
		switch {
		case name == corePath+".NewCodec" && len(call.Args) == 1:
			for _, s := range f.trace(source{expr: call.Args[0]}) {
				if made, ok := ast.Unparen(s.expr).(*ast.CallExpr); ok && s.result == 0 {
					for _, prefix := range f.formatsArgument(made) {
						all = append(all, f.derived(call, prefix)...)
					}
				}
			}
		case ok && at < len(call.Args):
			for _, text := range f.texts(call.Args[at]) {
				if isPrefix(text) {
					all = append(all, f.derived(call, text)...)
				} else {
					all = append(all, text)
				}
			}
		}
	}
	return all
}

// formatsArgument returns the texts that a call has for the format that it compiles.
func (f *flow) formatsArgument(call *ast.CallExpr) (all []string) {
	for _, name := range f.libraryFunctions(call.Fun) {
		if at, ok := argument[name]; ok && at < len(call.Args) {
			all = append(all, f.texts(call.Args[at])...)
		}
	}
	return all
}

// isPrefix reports whether a format is a prefix alone. It has no values.
func isPrefix(text string) bool {
	return text == "" || len(text) == 1 && strings.Contains("@=<>!", text)
}

// derived returns the formats that the type arguments of a call have by a prefix.
func (f *flow) derived(call *ast.CallExpr, prefix string) (all []string) {
	if !isPrefix(prefix) {
		return nil
	}
	for _, t := range f.typeArguments(call.Fun, 0, deepest) {
		all = append(all, f.derive(t, prefix)...)
	}
	return all
}

func (f *flow) derive(t types.Type, prefix string) []string {
	s, err := structpack.Compile(prefix)
	if err != nil || !gotype.Bindable(t) {
		return nil
	}
	reader := gotype.Reader{Sizes: f.Sizes}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		reader.Own = named.Obj().Pkg()
	}
	made, err := rules.Derive(s, reader.Type(t))
	if err != nil {
		return nil
	}
	return []string{made.(*structpack.Struct).Format()}
}

// comments returns the formats in comments for structpack gen: above types, as
//
//	//structpack:"!"
//
// and in lines that run it, or that say it was run.
func (f *flow) comments(pkg *load.Package, file *ast.File) (all []string) {
	add := func(text, names string) {
		if !isPrefix(text) {
			all = append(all, text)
			return
		}
		for name := range strings.SplitSeq(names, ",") {
			if t, ok := pkg.Types.Scope().Lookup(name).(*types.TypeName); ok {
				all = append(all, f.derive(t.Type(), text)...)
			}
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if run, ok := strings.CutPrefix(c.Text, "//go:generate "); ok {
				runs(run, add)
			} else if run, ok := strings.CutPrefix(c.Text, "// Code generated by "); ok {
				runs(strings.TrimSuffix(run, "; DO NOT EDIT."), add)
			}
		}
	}
	above, _ := annotation.Read(file) // of a file with mistakes what is right
	for _, a := range above {
		add(a.Format, a.Type.Name.Name)
	}
	return all
}

// runs calls add with each format of a command line of structpack gen, and the names
// of the types that it is for.
func runs(line string, add func(format, names string)) {
	words := split(line)
	gen := slices.Index(words, "gen")
	if gen < 1 {
		return
	}
	var names, formats []string
	for words = words[gen+1:]; len(words) > 0; {
		name, value, ok := strings.Cut(strings.TrimLeft(words[0], "-"), "=")
		words = words[1:]
		if !ok && len(words) > 0 {
			value = words[0]
		}
		switch name {
		case "type", "new":
			names = append(names, value)
		case "format":
			formats = append(formats, value)
		}
	}
	for i, format := range formats[:min(len(formats), len(names))] {
		add(format, names[i])
	}
}

// split splits a line as go generate does.
func split(line string) (words []string) {
	for {
		line = strings.TrimLeft(line, " \t")
		if line == "" {
			return words
		}
		end := strings.IndexAny(line+" ", " \t")
		word := line[:end]
		if prefix, err := strconv.QuotedPrefix(line); err == nil && line[0] == '"' {
			word, _ = strconv.Unquote(prefix)
			end = len(prefix)
		}
		words = append(words, word)
		line = line[end:]
	}
}

// texts returns the constant texts that an expression may be.
func (f *flow) texts(e ast.Expr) (all []string) {
	for _, v := range f.values(e) {
		if v.Kind() == constant.String {
			all = append(all, constant.StringVal(v))
		}
	}
	return all
}
