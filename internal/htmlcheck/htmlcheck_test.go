package htmlcheck_test

import (
	"reflect"
	"strings"
	"testing"

	"steward/internal/htmlcheck"
)

const sample = `<!doctype html><html lang="en"><body><h1 id="t">A <b>title</b></h1>
<table data-testid="list" class="wide striped"><tbody>
<tr><td>One</td><td><a href="/one">1</a></td></tr>
<tr><td>Two</td><td><a href="/two" class="x">2</a></td></tr>
</tbody></table><div><p><span class="x">in</span></p><span class="x y">out</span></div></body></html>`

func TestSelectors(t *testing.T) {
	t.Parallel()
	d := htmlcheck.Parse(t, sample)
	for _, c := range []struct {
		name, selector string
		want           []string
	}{
		{"tag", "h1", []string{"A title"}},
		{"id", "#t", []string{"A title"}},
		{"class among several", ".striped td", []string{"One", "1", "Two", "2"}},
		{"both classes", ".x.y", []string{"out"}},
		{"tag and class", "a.x", []string{"2"}},
		{"attribute", "[data-testid=list] a", []string{"1", "2"}},
		{"attribute prefix", `a[href^="/t"]`, []string{"2"}},
		{"attribute part", "a[href*=on]", []string{"1"}},
		{"attribute present", "a[class]", []string{"2"}},
		{"inside", "div .x", []string{"in", "out"}},
		{"directly inside", "div > .x", []string{"out"}},
		{"either", "h1, .y", []string{"A title", "out"}},
		{"none", "li", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := d.All(c.selector); !reflect.DeepEqual(got, c.want) {
				t.Errorf("All(%q) = %q, want %q", c.selector, got, c.want)
			}
		})
	}
	if got, want := d.Rows("table"), [][]string{{"One", "1"}, {"Two", "2"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("Rows = %q, want %q", got, want)
	}
	if got := d.Attr("a.x", "href"); got != "/two" {
		t.Errorf("Attr = %q", got)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	wrap := func(s string) string {
		return `<!doctype html><html lang="en"><head><title>t</title></head><body><h1>t</h1>` + s + `</body></html>`
	}
	for _, c := range []struct{ name, page, want string }{
		{"clean", wrap(`<h2>s</h2><label for="a">A</label><input id="a"><a href="/x?y=1#z">x</a>`), ""},
		{"unclosed", wrap(`<div><p></div>`), "closes"},
		{"style attribute", wrap(`<p style="color:red">x</p>`), "style attribute"},
		{"style element", wrap(`<style>p{}</style>`), "inline style sheet"},
		{"handler", wrap(`<p onclick="x()">x</p>`), "inline handler"},
		{"inline script", wrap(`<script nonce="n">x()</script>`), "inline script"},
		{"no nonce", wrap(`<script src="/a.js"></script>`), "without a nonce"},
		{"javascript address", wrap(`<a href="javascript:x()">x</a>`), "off the site"},
		{"foreign address", wrap(`<a href="https://evil.example">x</a>`), "off the site"},
		{"schemeless address", wrap(`<form action="//evil.example"></form>`), "off the site"},
		{"backslash address", wrap(`<a href="/\evil.example">x</a>`), "off the site"},
		{"two h1", wrap(`<h1>u</h1>`), "2 h1"},
		{"skipped heading", wrap(`<h3>u</h3>`), "follows an h1"},
		{"same id", wrap(`<p id="a">x</p><p id="a">y</p>`), "used twice"},
		{"dangling id", wrap(`<p aria-describedby="b">x</p>`), "is not there"},
		{"no label", wrap(`<input name="q">`), "no label"},
		{"no name", wrap(`<button></button>`), "without a name"},
		{"no alt", wrap(`<img src="/x.svg">`), "without alt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(htmlcheck.Problems(c.page), "; ")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("problems = %q, want %q", got, c.want)
			}
		})
	}
}
