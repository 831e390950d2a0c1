// Package htmlcheck owns how tests read HTML: small selectors for what a page
// says, and Page, which holds a whole page to the rules that all pages keep.
// It is for tests only. It does not render, fetch or run scripts (browser
// does).
package htmlcheck

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Doc is a parsed page.
type Doc struct {
	t    testing.TB
	root *html.Node
}

// Parse reads a page or a fragment; it fails the test when that is impossible,
// which for HTML means almost never: use Page for strictness.
func Parse(t testing.TB, page string) *Doc {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("htmlcheck: parse: %v", err)
	}
	return &Doc{t: t, root: root}
}

// All returns the text of every element that fits the selector, in document
// order, with white space collapsed.
func (d *Doc) All(selector string) []string {
	d.t.Helper()
	var out []string
	for _, n := range d.find(selector) {
		out = append(out, text(n))
	}
	return out
}

// Text returns the text of the only element that fits the selector; none or
// several fail the test.
func (d *Doc) Text(selector string) string {
	d.t.Helper()
	return text(d.one(selector))
}

// Attr returns an attribute of the only element that fits the selector; empty
// when it has none of that name.
func (d *Doc) Attr(selector, name string) string {
	d.t.Helper()
	v, _ := attr(d.one(selector), name)
	return v
}

// Attrs returns an attribute of every element that fits the selector.
func (d *Doc) Attrs(selector, name string) []string {
	d.t.Helper()
	var out []string
	for _, n := range d.find(selector) {
		v, _ := attr(n, name)
		out = append(out, v)
	}
	return out
}

// Count returns how many elements fit the selector.
func (d *Doc) Count(selector string) int {
	d.t.Helper()
	return len(d.find(selector))
}

// Has reports whether any element fits the selector.
func (d *Doc) Has(selector string) bool {
	d.t.Helper()
	return d.Count(selector) > 0
}

// Rows returns a table as text: one slice per body row, one string per cell.
func (d *Doc) Rows(table string) [][]string {
	d.t.Helper()
	var rows [][]string
	for _, tr := range match(d.one(table), parse(d.t, "tbody tr")) {
		var cells []string
		for _, c := range match(tr, parse(d.t, "td, th")) {
			cells = append(cells, text(c))
		}
		rows = append(rows, cells)
	}
	return rows
}

func (d *Doc) find(selector string) []*html.Node {
	d.t.Helper()
	return match(d.root, parse(d.t, selector))
}

func (d *Doc) one(selector string) *html.Node {
	d.t.Helper()
	all := d.find(selector)
	if len(all) != 1 {
		d.t.Fatalf("htmlcheck: %d elements fit %q, want one", len(all), selector)
	}
	return all[0]
}

// text is what a reader would see of n: without scripts and styles, with white
// space collapsed.
func text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode && !inline[n.Data] {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// inline elements do not separate the words around them.
var inline = map[string]bool{
	"a": true, "b": true, "bdi": true, "span": true, "strong": true, "em": true, "code": true,
	"kbd": true, "time": true, "del": true, "ins": true,
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
