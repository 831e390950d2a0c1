package policy

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// file is a rule file being read: its name, its lines for finding columns
// inside block scalars, and what was found wrong so far.
type file struct {
	name     string
	lines    []string
	problems *Problems
	rule     string // id of the rule being read, for problems
}

func (f *file) pos(n *yaml.Node) Pos { return Pos{File: f.name, Line: n.Line, Column: n.Column} }

func (f *file) bad(n *yaml.Node, format string, args ...any) {
	f.problems.add(f.pos(n), f.rule, format, args...)
}

// mapping calls the function registered for each key of n. Unknown and
// repeated keys are problems; nothing is ever skipped in silence.
func (f *file) mapping(n *yaml.Node, keys map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.bad(n, "a mapping is expected here, with %s", listKeys(keys))
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := keys[key.Value]
		switch {
		case !ok:
			f.bad(key, "unknown key %q; known are %s", key.Value, listKeys(keys))
		case seen[key.Value]:
			f.bad(key, "the key %q is there twice", key.Value)
		case value.Kind == yaml.AliasNode:
			f.bad(value, "aliases (*name) are not allowed in rule files")
		default:
			seen[key.Value] = true
			read(value)
		}
	}
}

func listKeys(keys map[string]func(*yaml.Node)) string {
	names := make([]string, 0, len(keys))
	for k := range keys {
		names = append(names, k)
	}
	return strings.Join(sortedStrings(names), ", ")
}

func (f *file) sequence(n *yaml.Node, each func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		f.bad(n, "a list is expected here")
		return
	}
	for _, e := range n.Content {
		if e.Kind == yaml.AliasNode {
			f.bad(e, "aliases (*name) are not allowed in rule files")
			continue
		}
		each(e)
	}
}

func (f *file) text(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			f.bad(n, "a text is expected here")
			return
		}
		*into = strings.TrimSpace(n.Value)
	}
}

func (f *file) texts(into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		f.sequence(n, func(e *yaml.Node) {
			var s string
			f.text(&s)(e)
			*into = append(*into, s)
		})
	}
}

func (f *file) boolean(into *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Decode(into) != nil {
			f.bad(n, "true or false is expected here")
		}
	}
}

func (f *file) number(into **int64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var v int64
		if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || n.Decode(&v) != nil {
			f.bad(n, "a whole number is expected here")
			return
		}
		*into = &v
	}
}

// source reads an expression and remembers where its lines begin.
func (f *file) source(into *Source) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			f.bad(n, "an expression is expected here")
			return
		}
		*into = Source{Text: strings.TrimRight(n.Value, "\n "), Pos: f.pos(n)}
		into.lines = f.sourceLines(n, strings.Count(into.Text, "\n")+1)
	}
}

func (f *file) sourceLines(n *yaml.Node, count int) []Pos {
	switch n.Style {
	case yaml.LiteralStyle: // text starts on the next line, indented
		out := make([]Pos, 0, count)
		for i := range count {
			line := n.Line + 1 + i
			if line > len(f.lines) {
				return nil
			}
			raw := f.lines[line-1]
			indent := len(raw) - len(strings.TrimLeft(raw, " "))
			if i > 0 { // inner lines may be indented further than the block
				indent = min(indent, out[0].Column-1)
			}
			out = append(out, Pos{File: f.name, Line: line, Column: indent + 1})
		}
		return out
	case yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle:
		p := f.pos(n)
		p.Column++
		return []Pos{p}
	case 0:
		return []Pos{f.pos(n)}
	}
	return nil // folded text: only its beginning is certain
}

// scalar reads any value of a parameter: number, truth, text or list of texts.
func (f *file) scalar(n *yaml.Node) any {
	var v any
	if err := n.Decode(&v); err != nil {
		f.bad(n, "this value cannot be read")
		return nil
	}
	switch v.(type) {
	case int, int64, bool, string, float64, []any:
		return v
	}
	f.bad(n, "a number, true or false, a text or a list of texts is expected here")
	return nil
}

// parse reads the YAML of a file into its one document.
func (f *file) parse(data []byte) *yaml.Node {
	if len(data) > maxFile {
		f.problems.add(Pos{File: f.name}, "", "the file has %d bytes and may have %d", len(data), maxFile)
		return nil
	}
	f.lines = strings.Split(string(data), "\n")
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		f.problems.add(yamlPlace(f.name, err), "", "not valid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		f.problems.add(Pos{File: f.name}, "", "the file is empty")
		return nil
	}
	return doc.Content[0]
}

// maxFile is the largest rule file that is read, in bytes.
const maxFile = 64 << 20

// yamlPlace takes the line out of the parser's message, which is the only
// place it gives it in.
func yamlPlace(name string, err error) Pos {
	p := Pos{File: name}
	if _, scanErr := fmt.Sscanf(err.Error(), "yaml: line %d:", &p.Line); scanErr != nil {
		p.Line = 1
	}
	return p
}
