package guard

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TestFillIn puts values back into every kind of field, letter by letter, and
// leaves hidden ones as the page has them.
func TestFillIn(t *testing.T) {
	t.Parallel()
	page := `<!doctype html><main><form method="post" action="/other"><textarea name="reason">not this one</textarea></form>
		<details><form method="post" action="?a=1" id="f"><input type="hidden" name="rev" value="8"><textarea name="reason">old</textarea><input name="title" value="old">
		<select name="kind"><option value="a" selected>A</option><option>b</option></select><input type="checkbox" name="sure" value="yes"><input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">
		<button name="do" value="send">Send</button></form></details><input type="date" name="ends" form="f"></main>`
	text := "\nfirst <b>&amp; „second“\r\n\n</textarea><script>1</script>\n"
	f := Kept{Page: "/x?b=2", Action: "/x?a=1", Fields: url.Values{"rev": {"7"}, "reason": {text}, "title": {`"><i>`}, "kind": {"b"}, "sure": {"yes"}, "r": {"2"}, "do": {"send"}, "ends": {"2026-12-31"}, "gone": {"typed too"}}}
	out, left, found := fillIn([]byte(page), f)
	if !found || len(left) != 1 || left[0] != (Left{"gone", "typed too"}) {
		t.Fatalf("found %v, left %v", found, left)
	}
	doc, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for n := range doc.Descendants() {
		name := attribute(n, "name")
		_, checked := lookUp(n, "checked")
		_, chosen := lookUp(n, "selected")
		_, open := lookUp(n, "open")
		switch {
		case n.DataAtom == atom.Details:
			got["open"] = map[bool]string{true: "yes"}[open]
		case n.DataAtom == atom.Textarea && n.FirstChild.Data != "not this one":
			got[name] = n.FirstChild.Data
		case n.DataAtom == atom.Option && chosen:
			got["kind"] += n.FirstChild.Data
		case n.DataAtom == atom.Script:
			t.Error("a script was written")
		case attribute(n, "type") == "radio" || attribute(n, "type") == "checkbox":
			if checked {
				got[name] += attribute(n, "value")
			}
		case n.DataAtom == atom.Input:
			got[name] = attribute(n, "value")
		}
	}
	for name, want := range map[string]string{"rev": "8", "reason": text, "title": `"><i>`, "kind": "b", "sure": "yes", "r": "2", "ends": "2026-12-31", "open": "yes"} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if _, _, found := fillIn([]byte(`<form method="post" action="/else"><input name="reason"></form>`), f); found {
		t.Error("found in another form")
	}
}
