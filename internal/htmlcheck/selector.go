package htmlcheck

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A selector is the part of CSS that tests need: tag, #id, .class, [attr],
// [attr=value], [attr^=value], [attr*=value], combined by "a b" (inside) and
// "a > b" (directly inside), with "," for either.
type selector []compound

// compound is one element's conditions, and how it lies under the one before.
type compound struct {
	tag    string
	conds  []cond
	direct bool
}

type cond struct{ attr, op, value string }

func parse(t testing.TB, s string) []selector {
	t.Helper()
	var out []selector
	for _, one := range strings.Split(s, ",") {
		var sel selector
		direct := false
		for _, word := range words(one) {
			if word == ">" {
				direct = true
				continue
			}
			c, ok := parseCompound(word)
			if !ok {
				t.Fatalf("htmlcheck: cannot read selector %q", s)
			}
			c.direct = direct
			direct = false
			sel = append(sel, c)
		}
		if len(sel) == 0 {
			t.Fatalf("htmlcheck: empty selector in %q", s)
		}
		out = append(out, sel)
	}
	return out
}

// words splits at blanks outside brackets.
func words(s string) []string {
	depth := 0
	return strings.FieldsFunc(s, func(r rune) bool {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		}
		return depth == 0 && (r == ' ' || r == '\n' || r == '\t')
	})
}

func parseCompound(w string) (compound, bool) {
	var c compound
	i := strings.IndexAny(w, "#.[")
	if i < 0 {
		i = len(w)
	}
	c.tag, w = w[:i], w[i:]
	for w != "" {
		rest := w[1:]
		switch w[0] {
		case '#', '.':
			end := strings.IndexAny(rest, "#.[")
			if end < 0 {
				end = len(rest)
			}
			if w[0] == '#' {
				c.conds = append(c.conds, cond{"id", "=", rest[:end]})
			} else {
				c.conds = append(c.conds, cond{"class", "~=", rest[:end]})
			}
			w = rest[end:]
		case '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return c, false
			}
			c.conds = append(c.conds, parseAttr(rest[:end]))
			w = rest[end+1:]
		default:
			return c, false
		}
	}
	return c, c.tag != "" || len(c.conds) > 0
}

func parseAttr(s string) cond {
	for _, op := range []string{"^=", "*=", "="} {
		if name, value, ok := strings.Cut(s, op); ok {
			return cond{name, op, strings.Trim(value, `"'`)}
		}
	}
	return cond{attr: s}
}

// match returns the descendants of root that fit, in document order.
func match(root *html.Node, selectors []selector) []*html.Node {
	var out []*html.Node
	for n := range root.Descendants() {
		if slices.ContainsFunc(selectors, func(s selector) bool { return fits(n, s, root) }) {
			out = append(out, n)
		}
	}
	return out
}

// fits reports whether n fits the last compound and its ancestors, up to and
// excluding root's parent, the others.
func fits(n *html.Node, s selector, root *html.Node) bool {
	last := s[len(s)-1]
	if !last.fits(n) {
		return false
	}
	if len(s) == 1 {
		return true
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if fits(p, s[:len(s)-1], root) {
			return true
		}
		if last.direct || p == root {
			return false
		}
	}
	return false
}

func (c compound) fits(n *html.Node) bool {
	if n.Type != html.ElementNode || c.tag != "" && c.tag != "*" && c.tag != n.Data {
		return false
	}
	for _, k := range c.conds {
		if !k.fits(n) {
			return false
		}
	}
	return true
}

func (k cond) fits(n *html.Node) bool {
	v, ok := attr(n, k.attr)
	switch k.op {
	case "=":
		return ok && v == k.value
	case "^=":
		return ok && strings.HasPrefix(v, k.value)
	case "*=":
		return ok && strings.Contains(v, k.value)
	case "~=":
		return slices.Contains(strings.Fields(v), k.value)
	}
	return ok
}
