package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/oracle"
)

// document prints all of it.
func document(w io.Writer, all []*column) {
	var home, away []*column // the platform that all versions were asked on, and the newest of each other
	for _, c := range all {
		if c.platform == all[0].platform {
			home = append(home, c)
			continue
		}
		if n := len(away); n > 0 && away[n-1].platform == c.platform {
			away[n-1] = c
			continue
		}
		away = append(away, c)
	}
	fixtures, madeUp := 0, 0
	for _, c := range all {
		fixtures += c.fixtures.Cases
		madeUp += c.madeUp.Cases
	}
	fmt.Fprintf(w, `# Compatibility

Written by `+"`go run ./internal/oracle/matrix`"+`, which asked %d Pythons %d questions of the [fixtures](../testdata/README.md) and
%d that were made up, and compared their answers with structpack's, asked in every way it can be.
To write it again: a file with a line for each Python, its platform and the command that runs it, and

    go run ./internal/oracle/matrix -pythons pythons.txt > docs/COMPATIBILITY.md

The reference is CPython 3.15. A cell says how far structpack agrees with a Python for a code:

| | |
|---|---|
`, len(all), fixtures, madeUp)
	for l, meaning := range meanings {
		if meaning != "" && count(all, level(l)) > 0 {
			fmt.Fprintf(w, "| %s | %s |\n", marks[l], meaning)
		}
	}
	fmt.Fprintf(w, "\nNo prefix means `@`, and `!` means `>`.\n\n## Versions, on %s\n\n", all[0].platform)
	table(w, home, func(c *column) string { return c.version() })
	fmt.Fprintf(w, "\n## Platforms, each with the newest Python asked there\n\n")
	table(w, away, func(c *column) string { return c.platform + " " + c.version() })
	fmt.Fprintf(w, "\n## Sizes and alignment in native mode\n\nBytes, and alignment where it is not the same. Codes that are not here are alike everywhere.\n\n")
	sizes(w, all)
	fmt.Fprint(w, "\n## The Pythons\n\nstructpack answered on "+runtime.GOOS+"/"+runtime.GOARCH+", by `CompileFor`. How the two are compared on one and the same machine, under\nemulation too, stands in `internal/oracle/ask`.\n\nA signalling NaN: what the platform's C makes of a float `7f812345` that it casts to double, and of a double\n`7ff0000000000001` that it hands on. structpack keeps both as they are, everywhere.\n\n")
	pythons(w, all)
	fmt.Fprint(w, "\n## Different on purpose\n\nResults that are not the same, with how many of the questions had them.\n\n| | in | questions |\n|---|---|---|\n")
	reasons(w, all, func(c *oracle.Checker) map[string]int { return c.Apart })
	fmt.Fprint(w, "\nNot to be compared, because the Python does not have it, or not so:\n\n| | in | questions |\n|---|---|---|\n")
	reasons(w, all, func(c *oracle.Checker) map[string]int { return c.LeftOut })
	fmt.Fprint(w, "\n## Other words\n\nMistakes that older CPythons describe in other words; structpack uses 3.15's. N stands for a number.\n\n| 3.15 | before | |\n|---|---|---|\n")
	sentences(w, home)
}

var marks = [...]string{same: "●", words: "◐", results: "○", absent: "–", problem: "**?**", nothing: ""}

var meanings = [...]string{
	same:    "in everything: bytes, values, and errors to the word",
	words:   "in everything but the words of some errors, which are [below](#other-words)",
	results: "in everything but some results that are [different on purpose](#different-on-purpose), and perhaps words",
	absent:  "that Python does not have the code",
	problem: "not everywhere, and nobody knows why",
}

func count(all []*column, l level) (n int) {
	for _, c := range all {
		for _, got := range c.rows {
			if got == l {
				n++
			}
		}
	}
	return n
}

// version is a Python's, without the last number.
func (c *column) version() string {
	return fmt.Sprintf("%d.%d", c.Version()/100, c.Version()%100)
}

// table prints codes by Pythons. Rows that are alike are one.
func table(w io.Writer, columns []*column, title func(*column) string) {
	fmt.Fprint(w, "| codes | prefixes |")
	for _, c := range columns {
		fmt.Fprintf(w, " %s |", title(c))
	}
	fmt.Fprintf(w, "\n|---|---|%s\n", strings.Repeat(":-:|", len(columns)))

	// By their marks the codes, and by those and a code the prefixes.
	type line struct{ codes, prefixes, marks string }
	prefixesOf := map[[2]string][]string{}
	var order [][2]string
	for _, code := range codes {
		for _, prefix := range prefixes {
			var marksOf strings.Builder
			for _, c := range columns {
				marksOf.WriteString(" " + marks[c.rows[row{prefix, code}]] + " |")
			}
			if strings.Trim(marksOf.String(), " |") == "" {
				continue // a native code in standard mode
			}
			key := [2]string{marksOf.String(), code}
			if prefixesOf[key] == nil {
				order = append(order, key)
			}
			prefixesOf[key] = append(prefixesOf[key], "`"+prefix+"`")
		}
	}
	var lines []line
	for _, key := range order {
		l := line{prefixes: strings.Join(prefixesOf[key], " "), marks: key[0]}
		if i := slices.IndexFunc(lines, func(m line) bool { return m.prefixes == l.prefixes && m.marks == l.marks }); i >= 0 {
			lines[i].codes += " `" + key[1] + "`"
			continue
		}
		l.codes = "`" + key[1] + "`"
		lines = append(lines, l)
	}
	for _, l := range lines {
		fmt.Fprintf(w, "| %s | %s |%s\n", l.codes, l.prefixes, l.marks)
	}
}

// sizes prints what native codes take, by ABI, as the Pythons answered.
func sizes(w io.Writer, all []*column) {
	byABI := map[string]*column{}
	var names []string
	for _, c := range all {
		name := c.ABI().Name
		if byABI[name] == nil {
			names = append(names, name)
		}
		byABI[name] = c
	}
	fmt.Fprintf(w, "| code | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat(":-:|", len(names)))
	same := map[string]string{} // the codes of a line
	var lines []string
	for _, code := range codes {
		var cells []string
		for _, name := range names {
			size := byABI[name].sizes["@"+code]
			cell := fmt.Sprint(size)
			if align := byABI[name].sizes["@b"+code] - size; align != size {
				cell += fmt.Sprintf(", to %d", align)
			}
			cells = append(cells, cell)
		}
		if len(slices.Compact(slices.Clone(cells))) == 1 {
			continue
		}
		line := strings.Join(cells, " | ")
		if same[line] == "" {
			lines = append(lines, line)
		}
		same[line] += " `" + code + "`"
	}
	for _, line := range lines {
		fmt.Fprintf(w, "|%s | %s |\n", same[line], line)
	}
	var others []string
	for _, abi := range structpack.ABIs() {
		if byABI[abi.Name] == nil {
			others = append(others, abi.Name)
		}
	}
	if len(others) > 0 {
		fmt.Fprintf(w, "\nFor %s, the fixtures have what Pythons answered that were not asked here.\n", strings.Join(others, " and "))
	}
}

func pythons(w io.Writer, all []*column) {
	fmt.Fprint(w, "| platform | CPython | ABI | signalling NaN | questions | in so many ways | disagreements |\n|---|---|---|---|--:|--:|--:|\n")
	for i := 0; i < len(all); {
		c := all[i]
		var versions []string
		questions, ways, problems := 0, 0, 0
		for ; i < len(all) && all[i].platform == c.platform; i++ {
			versions = append(versions, all[i].Python)
			questions += all[i].fixtures.Cases + all[i].madeUp.Cases
			ways += all[i].fixtures.Ways + all[i].madeUp.Ways
			problems += len(all[i].problems)
		}
		fmt.Fprintf(w, "| %s | %s | %s | `%s` `%s` | %d | %d | %d |\n",
			c.platform, strings.Join(versions, ", "), c.ABI().Name, c.NaN.Cast, c.NaN.Double, questions, ways, problems)
	}
}

// reasons prints a table of counts, with the Pythons that have any.
func reasons(w io.Writer, all []*column, counts func(*oracle.Checker) map[string]int) {
	sum := map[string]int{}
	in := map[string][]*column{}
	for _, c := range all {
		for _, checker := range []*oracle.Checker{c.fixtures, c.madeUp} {
			for reason, n := range counts(checker) {
				sum[reason] += n
				if !slices.Contains(in[reason], c) {
					in[reason] = append(in[reason], c)
				}
			}
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(sum)) {
		fmt.Fprintf(w, "| %s | %s | %d |\n", reason, whereabouts(in[reason], all), sum[reason])
	}
}

// whereabouts names a set of Pythons: all, some versions, or, if
// there are others of these versions, by platform.
func whereabouts(some, all []*column) string {
	if len(some) == len(all) {
		return "all"
	}
	byVersion := func(a, b *column) int { return cmp.Compare(a.Version(), b.Version()) }
	oldest, newest := slices.MinFunc(some, byVersion), slices.MaxFunc(some, byVersion)
	between, before := 0, 0
	for _, c := range all {
		switch {
		case c.Version() < oldest.Version():
			before++
		case c.Version() <= newest.Version():
			between++
		}
	}
	if between == len(some) && before == 0 && byVersion(oldest, newest) < 0 {
		return "up to " + newest.version()
	}
	if between == len(some) {
		return span(oldest, newest)
	}
	var parts []string
	for i := 0; i < len(some); {
		c := some[i]
		first := i
		for ; i < len(some) && some[i].platform == c.platform; i++ {
		}
		parts = append(parts, c.platform+" "+span(some[first], some[i-1]))
	}
	return strings.Join(parts, ", ")
}

// span names two versions and all between them.
func span(oldest, newest *column) string {
	if oldest.version() == newest.version() {
		return oldest.version()
	}
	return oldest.version() + "–" + newest.version()
}

// sentences prints which sentence of 3.15 was another, and in which versions.
func sentences(w io.Writer, home []*column) {
	type pair struct{ ours, theirs string }
	versions := map[pair][]*column{}
	for _, c := range home {
		for ours, all := range c.others {
			for theirs := range all {
				versions[pair{ours, theirs}] = append(versions[pair{ours, theirs}], c)
			}
		}
	}
	pairs := slices.SortedFunc(maps.Keys(versions), func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.ours, b.ours), -cmp.Compare(versions[a][0].Version(), versions[b][0].Version()), cmp.Compare(a.theirs, b.theirs))
	})
	last := ""
	for _, p := range pairs {
		ours := p.ours
		if ours == last {
			ours = ""
		}
		last = p.ours
		some := versions[p]
		fmt.Fprintf(w, "| %s | %s | %s |\n", ours, p.theirs, span(some[0], some[len(some)-1]))
	}
}
