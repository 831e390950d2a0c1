package htmlcheck

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page holds a whole page to what every page keeps: tags balance, nothing is
// inline that the content security policy forbids, no address leaves the site,
// ids are unique, headings descend in order from one h1, and every control has
// a name.
func Page(t testing.TB, page string) *Doc {
	t.Helper()
	for _, p := range Problems(page) {
		t.Errorf("htmlcheck: %s", p)
	}
	return Parse(t, page)
}

// Problems returns what Page would complain about, one sentence each.
func Problems(page string) []string {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{"does not parse: " + err.Error()}
	}
	c := &checker{ids: map[string]bool{}, labels: map[string]bool{}}
	c.balance(page)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "label" {
			if v, ok := attr(n, "for"); ok {
				c.labels[v] = true
			}
		}
		if id, ok := attr(n, "id"); ok && n.Type == html.ElementNode {
			c.id(id)
		}
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			c.element(n)
		}
	}
	if c.h1 != 1 {
		c.say("%d h1 elements, want one", c.h1)
	}
	return c.problems
}

type checker struct {
	problems []string
	ids      map[string]bool
	labels   map[string]bool
	level    int
	h1       int
}

func (c *checker) say(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *checker) id(id string) {
	if id == "" || c.ids[id] {
		c.say("id %q is empty or used twice", id)
	}
	c.ids[id] = true
}

// void elements have no end tag.
var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// balance reads the tags as written, because a parser repairs them silently.
func (c *checker) balance(page string) {
	z := html.NewTokenizer(strings.NewReader(page))
	var open []string
	for {
		kind := z.Next()
		name, _ := z.TagName()
		tag := string(name)
		switch kind {
		case html.ErrorToken:
			if len(open) > 0 {
				c.say("never closed: %v", open)
			}
			return
		case html.StartTagToken:
			if !slices.Contains(void, tag) {
				open = append(open, tag)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tag {
				c.say("</%s> closes %v", tag, open)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

// addresses are the attributes that lead somewhere.
var addresses = []string{"href", "src", "action", "formaction", "data-href", "hx-get", "hx-post", "data-lookup", "data-check"}

func (c *checker) element(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style":
			c.say("<%s> has a style attribute: %q", n.Data, a.Val)
		case strings.HasPrefix(a.Key, "on"):
			c.say("<%s> has an inline handler %s", n.Data, a.Key)
		case slices.Contains(addresses, a.Key) && !local(a.Val):
			c.say("<%s %s=%q> leads off the site", n.Data, a.Key, a.Val)
		case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "aria-controls":
			for _, id := range strings.Fields(a.Val) {
				if !c.ids[id] {
					c.say("<%s %s> names the id %q, which is not there", n.Data, a.Key, id)
				}
			}
		}
	}
	switch n.Data {
	case "style":
		c.say("an inline style sheet")
	case "script":
		c.script(n)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		c.heading(n)
	case "input", "select", "textarea":
		c.control(n)
	case "button", "a", "summary":
		if name(n) == "" {
			c.say("a <%s> without a name", n.Data)
		}
	case "img":
		if _, ok := attr(n, "alt"); !ok {
			c.say("an <img> without alt")
		}
	}
}

func local(u string) bool {
	return u == "" || strings.HasPrefix(u, "?") || strings.HasPrefix(u, "#") ||
		strings.HasPrefix(u, "/") && !strings.HasPrefix(u, "//") && !strings.Contains(u, `\`)
}

func (c *checker) script(n *html.Node) {
	if _, ok := attr(n, "src"); !ok || n.FirstChild != nil {
		c.say("an inline script")
	}
	if v, _ := attr(n, "nonce"); v == "" {
		c.say("a script without a nonce")
	}
}

func (c *checker) heading(n *html.Node) {
	level := int(n.Data[1] - '0')
	if level == 1 {
		c.h1++
	}
	if level > c.level+1 && c.level > 0 {
		c.say("<%s> %q follows an h%d", n.Data, text(n), c.level)
	}
	if hidden(n) {
		return
	}
	c.level = level
}

// hidden headings belong to a dialog, which has an order of its own.
func hidden(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "dialog" {
			return true
		}
	}
	return false
}

func (c *checker) control(n *html.Node) {
	if kind, _ := attr(n, "type"); kind == "hidden" || kind == "submit" {
		return
	}
	if id, _ := attr(n, "id"); c.labels[id] {
		return
	}
	if v, _ := attr(n, "aria-label"); v != "" {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "label" && text(p) != "" {
			return
		}
	}
	field, _ := attr(n, "name")
	c.say("<%s name=%q> has no label", n.Data, field)
}

// name is what a screen reader would call n.
func name(n *html.Node) string {
	if v, _ := attr(n, "aria-label"); v != "" {
		return v
	}
	if t := text(n); t != "" {
		return t
	}
	for c := range n.Descendants() {
		if v, _ := attr(c, "alt"); v != "" {
			return v
		}
	}
	return ""
}
