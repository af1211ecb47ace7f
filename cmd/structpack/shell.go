package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"example.com/structpack"
)

const completionHelp = `Usage: structpack completion bash|zsh|fish

Writes what completes command lines of structpack in a shell. To have it always:

  source <(structpack completion bash)     in ~/.bashrc
  source <(structpack completion zsh)      in ~/.zshrc, after compinit
  structpack completion fish | source      in ~/.config/fish/config.fish
`

const manHelp = `Usage: structpack man

Writes the manual page. To read it: structpack man | man -l -
`

// summaries are the lines of the help that name the commands.
func summaries() map[string]string {
	all := map[string]string{"help": "what a command does", "version": "which version this is"}
	for line := range strings.Lines(topHelp) {
		if line, ok := strings.CutPrefix(line, "  "); ok {
			name, text, _ := strings.Cut(line, " ")
			all[name] = strings.TrimSpace(text)
		}
	}
	return all
}

// choices are the values that an option can have, if they can be listed.
func (o *option) choices() []string {
	switch o.name {
	case "color":
		return []string{"always", "auto", "never"}
	case "abi":
		names := []string{}
		for _, abi := range structpack.ABIs() {
			names = append(names, abi.Name)
		}
		if strings.Contains(o.text, `"all"`) {
			names = append(names, "all")
		}
		return names
	}
	return nil
}

// arguments are what a command takes, if that can be listed and is no file.
func arguments(command string) []string {
	switch command {
	case "completion":
		return shells
	case "help":
		return names()
	case "man", "version", "web":
		return []string{}
	}
	return nil
}

var shells = []string{"bash", "zsh", "fish"}

func (c *call) completion() error {
	if len(c.args) != 1 || !slices.Contains(shells, c.args[0]) {
		return usageError("completion takes the name of a shell: bash, zsh or fish")
	}
	var b strings.Builder
	switch c.args[0] {
	case "bash":
		bash(&b)
	case "zsh":
		zsh(&b)
	case "fish":
		fish(&b)
	}
	_, err := c.out.WriteString(b.String())
	return err
}

func names() []string {
	var all []string
	for _, cmd := range commands() {
		all = append(all, cmd.name)
	}
	return append(all, "help", "version")
}

func bash(b *strings.Builder) {
	b.WriteString("_structpack() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n\tCOMPREPLY=()\n")
	fmt.Fprintf(b, "\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")\n\t\treturn\n\tfi\n", strings.Join(names(), " "))
	b.WriteString("\tcase ${COMP_WORDS[1]}:$before in\n")
	var flags strings.Builder
	for _, cmd := range commands() {
		var all []string
		for _, o := range optionsOf(cmd.help) {
			all = append(all, o.flag)
			if list := o.choices(); list != nil {
				fmt.Fprintf(b, "\t%s:%s) words='%s' ;;\n", cmd.name, o.flag, strings.Join(list, " "))
			}
		}
		fmt.Fprintf(&flags, "\t\t%s:-*) words='%s' ;;\n", cmd.name, strings.Join(all, " "))
	}
	b.WriteString("\tesac\n\tif [ -z \"$words\" ]; then\n\t\tcase ${COMP_WORDS[1]}:$word in\n" + flags.String())
	for _, name := range names() {
		if list := arguments(name); list != nil {
			fmt.Fprintf(b, "\t\t%s:*) words='%s ' ;;\n", name, strings.Join(list, " ")) // a blank is no file
		}
	}
	b.WriteString("\t\tesac\n\tfi\n\tif [ -n \"$words\" ]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n\telse\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n\tfi\n}\ncomplete -o filenames -F _structpack structpack\n")
}

// quoted is a text between single quotes of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func zsh(b *strings.Builder) {
	escape := strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`, `\`, `\\`).Replace
	about := summaries()
	b.WriteString("#compdef structpack\n\n_structpack() {\n\tlocal -a commands\n\tcommands=(\n")
	for _, name := range names() {
		fmt.Fprintf(b, "\t\t%s\n", quoted(name+":"+escape(about[name])))
	}
	b.WriteString("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n")
	for _, cmd := range commands() {
		fmt.Fprintf(b, "\t%s)\n\t\t_arguments \\\n", cmd.name)
		for _, o := range optionsOf(cmd.help) {
			spec := o.flag + "[" + escape(o.text) + "]"
			if o.value != "" {
				spec += ":" + o.value + ":"
				if list := o.choices(); list != nil {
					spec += "(" + strings.Join(list, " ") + ")"
				}
			}
			fmt.Fprintf(b, "\t\t\t%s \\\n", quoted(spec))
		}
		rest := "'*:file:_files'"
		if list := arguments(cmd.name); list != nil {
			rest = quoted("1:argument:(" + strings.Join(list, " ") + ")")
		}
		fmt.Fprintf(b, "\t\t\t%s\n\t\t;;\n", rest)
	}
	b.WriteString("\thelp)\n\t\t_describe command commands\n\t\t;;\n")
	b.WriteString("\tesac\n}\n\nif [ \"$funcstack[1]\" = _structpack ]; then\n\t_structpack \"$@\"\nelse\n\tcompdef _structpack structpack\nfi\n")
}

func fish(b *strings.Builder) {
	about := summaries()
	for _, name := range names() {
		fmt.Fprintf(b, "complete -c structpack -n __fish_use_subcommand -f -a %s -d %s\n", name, quoted(about[name]))
	}
	for _, cmd := range commands() {
		for _, o := range optionsOf(cmd.help) {
			kind := "-l"
			if !strings.HasPrefix(o.flag, "--") {
				kind = "-s"
			}
			fmt.Fprintf(b, "complete -c structpack -n '__fish_seen_subcommand_from %s' %s %s -d %s", cmd.name, kind, o.name, quoted(o.text))
			if o.value != "" {
				b.WriteString(" -r")
			}
			if list := o.choices(); list != nil {
				b.WriteString(" -f -a " + quoted(strings.Join(list, " ")))
			}
			b.WriteByte('\n')
		}
	}
	for _, name := range names() {
		if list := arguments(name); list != nil {
			fmt.Fprintf(b, "complete -c structpack -n '__fish_seen_subcommand_from %s' -f -a %s\n", name, quoted(strings.Join(list, " ")))
		}
	}
}

// man writes the help texts as a manual page.
func (c *call) man() error {
	var b strings.Builder
	b.WriteString(".TH STRUCTPACK 1\n.SH NAME\nstructpack \\- pack, unpack and look at binary data by the formats of Python's struct module\n.SH SYNOPSIS\n.nf\n")
	for _, cmd := range commands() {
		usage, _, _ := strings.Cut(cmd.help, "\n")
		b.WriteString(roff(strings.TrimPrefix(usage, "Usage: ")) + "\n")
	}
	b.WriteString(".fi\n.SH DESCRIPTION\n")
	_, text, _ := strings.Cut(topHelp, "\n")
	manText(&b, text)
	for _, cmd := range commands() {
		fmt.Fprintf(&b, ".SH %s\n", roff(strings.ToUpper(cmd.name)))
		_, text, _ := strings.Cut(cmd.help, "\n")
		manText(&b, text)
	}
	b.WriteString(".SH ABIS\n")
	manText(&b, abiHelp())
	_, err := c.out.WriteString(b.String())
	return err
}

// manText writes paragraphs as they are, options as a list, and other lines that
// are indented as a table.
func manText(b *strings.Builder, text string) {
	table := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		indented := strings.HasPrefix(line, "  ")
		option := strings.HasPrefix(line, "  -")
		if table && (!indented || option) {
			b.WriteString(".fi\n")
			table = false
		}
		switch {
		case line == "":
			b.WriteString(".PP\n")
		case option:
			flag, text, ok := strings.Cut(strings.TrimSpace(line), "  ")
			if !ok { // a value that leaves one blank
				i := strings.LastIndexFunc(flag, func(r rune) bool { return unicode.IsUpper(r) }) + 1
				flag, text = flag[:i], flag[i:]
			}
			fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(flag), roff(strings.TrimSpace(text)))
		case strings.HasPrefix(line, "      "):
			b.WriteString(roff(strings.TrimSpace(line)) + "\n")
		case indented:
			if !table {
				b.WriteString(".nf\n")
				table = true
			}
			b.WriteString(roff(line) + "\n")
		default:
			b.WriteString(roff(line) + "\n")
		}
	}
	if table {
		b.WriteString(".fi\n")
	}
}

// roff escapes what roff has its own use for.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...").Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
