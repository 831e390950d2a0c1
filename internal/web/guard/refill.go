package guard

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Left is a value of a kept form for which the page has no field any more.
type Left struct{ Name, Value string }

// refill opens a page and puts the kept form into it, if one was filled in
// there. The page's own hidden fields stay: what the form is about is what the
// page shows now, and what was typed is what was typed.
func (g *Guard) refill(c echo.Context, next echo.HandlerFunc) error {
	f, ok := g.KeptForm(c)
	if !ok || f.Page != c.Request().URL.RequestURI() || f.Page == KeptPath || !wantsPage(c) {
		return next(c)
	}
	res := c.Response()
	to := res.Writer
	page := &held{ResponseWriter: to}
	res.Writer = page
	err := next(c)
	res.Writer = to
	if err != nil || page.status == 0 {
		return err
	}
	if page.status != http.StatusOK || !strings.HasPrefix(to.Header().Get(echo.HeaderContentType), echo.MIMETextHTML) {
		return page.release()
	}
	filled, left, found := fillIn(page.body.Bytes(), f)
	if !found {
		to.Header().Set(echo.HeaderLocation, KeptPath)
		to.WriteHeader(http.StatusSeeOther)
		return nil
	}
	notice := ""
	if g.cfg.KeptNotice != nil {
		if notice, err = g.cfg.KeptNotice(c, left); err != nil {
			return err
		}
	}
	page.body.Reset()
	page.body.WriteString(afterMain(filled, notice))
	to.Header().Del(echo.HeaderContentLength)
	return page.release()
}

// held is an answer that is looked at before it is sent.
type held struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader keeps the status.
func (h *held) WriteHeader(status int) { h.status = status }

// Write keeps the text.
func (h *held) Write(b []byte) (int, error) {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	return h.body.Write(b)
}

func (h *held) release() error {
	h.ResponseWriter.WriteHeader(h.status)
	_, err := h.ResponseWriter.Write(h.body.Bytes())
	return err
}

// afterMain puts the notice at the beginning of the page's main part.
func afterMain(page, notice string) string {
	if at := strings.Index(page, "<main"); at >= 0 && notice != "" {
		if end := strings.IndexByte(page[at:], '>'); end >= 0 {
			return page[:at+end+1] + notice + page[at+end+1:]
		}
	}
	return page
}

// fillIn writes a kept form's values into the page's form for the same
// address. found is false when there is none.
func fillIn(page []byte, f Kept) (filled string, left []Left, found bool) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return "", nil, false
	}
	controls := bestForm(doc, f)
	if controls == nil {
		return "", nil, false
	}
	rest := url.Values{}
	for name, values := range f.Fields {
		rest[name] = slices.Clone(values)
	}
	for _, n := range controls {
		setControl(n, rest, f.Fields)
		for up := range n.Ancestors() {
			if up.DataAtom == atom.Details {
				mark(up, "open", true)
			}
		}
	}
	for name, values := range rest {
		for _, v := range values {
			if strings.TrimSpace(v) != "" {
				left = append(left, Left{name, v})
			}
		}
	}
	slices.SortFunc(left, func(a, b Left) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	var out bytes.Buffer
	if html.Render(&out, doc) != nil {
		return "", nil, false
	}
	return out.String(), left, true
}

// bestForm returns the controls of the form that was filled in: of those for
// the same address, the one whose hidden fields agree most.
func bestForm(doc *html.Node, f Kept) []*html.Node {
	var best []*html.Node
	most := -1
	for form := range doc.Descendants() {
		if form.DataAtom != atom.Form || !strings.EqualFold(attribute(form, "method"), "post") || !sameAddress(attribute(form, "action"), f) {
			continue
		}
		controls := controlsOf(doc, form)
		score := 0
		for _, n := range controls {
			if attribute(n, "type") == "hidden" && slices.Contains(f.Fields[attribute(n, "name")], attribute(n, "value")) {
				score++
			}
		}
		if score > most {
			best, most = controls, score
		}
	}
	return best
}

// sameAddress compares a form's address, as the page writes it, with where the
// kept form went.
func sameAddress(action string, f Kept) bool {
	base, err := url.Parse(f.Page)
	if err != nil {
		return false
	}
	to, err := base.Parse(action)
	if err != nil {
		return false
	}
	want, err := url.Parse(f.Action)
	return err == nil && to.Host == "" && to.Path == want.Path && to.RawQuery == want.RawQuery
}

// controlsOf are the fields and buttons of a form, within it or naming it.
func controlsOf(doc, form *html.Node) []*html.Node {
	out := []*html.Node{}
	id := attribute(form, "id")
	inside := map[*html.Node]bool{}
	for n := range form.Descendants() {
		inside[n] = true
	}
	for n := range doc.Descendants() {
		if attribute(n, "name") == "" {
			continue
		}
		owner := attribute(n, "form")
		switch n.DataAtom {
		case atom.Input, atom.Textarea, atom.Select, atom.Button:
			if inside[n] && owner == "" || owner != "" && owner == id {
				out = append(out, n)
			}
		}
	}
	return out
}

// setControl gives a control its value from what was sent, and takes it out of
// rest.
func setControl(n *html.Node, rest, sent url.Values) {
	name, kind := attribute(n, "name"), strings.ToLower(attribute(n, "type"))
	values := sent[name]
	switch {
	case n.DataAtom == atom.Button || kind == "hidden" || kind == "submit" || kind == "button" || kind == "file":
		delete(rest, name)
	case kind == "checkbox" || kind == "radio":
		value := attribute(n, "value")
		if value == "" {
			value = "on"
		}
		mark(n, "checked", slices.Contains(values, value))
		remove(rest, name, value)
	case n.DataAtom == atom.Select:
		choose(n, rest, name, values)
	default:
		value := ""
		if left := rest[name]; len(left) > 0 {
			value, rest[name] = left[0], left[1:]
		} else if !sent.Has(name) {
			return
		}
		if n.DataAtom == atom.Textarea {
			for c := n.FirstChild; c != nil; c = n.FirstChild {
				n.RemoveChild(c)
			}
			n.AppendChild(&html.Node{Type: html.TextNode, Data: value})
			return
		}
		set(n, "value", value)
	}
}

func choose(n *html.Node, rest url.Values, name string, values []string) {
	if len(values) == 0 {
		return
	}
	for o := range n.Descendants() {
		if o.DataAtom != atom.Option {
			continue
		}
		value, has := lookUp(o, "value")
		if !has && o.FirstChild != nil {
			value = strings.TrimSpace(o.FirstChild.Data)
		}
		mark(o, "selected", slices.Contains(values, value))
		remove(rest, name, value)
	}
}

func remove(rest url.Values, name, value string) {
	if i := slices.Index(rest[name], value); i >= 0 {
		rest[name] = slices.Delete(rest[name], i, i+1)
	}
}

func lookUp(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func attribute(n *html.Node, key string) string { v, _ := lookUp(n, key); return v }

func set(n *html.Node, key, value string) {
	mark(n, key, false)
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

// mark sets an attribute without a value, or takes one away.
func mark(n *html.Node, key string, on bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if on {
		n.Attr = append(n.Attr, html.Attribute{Key: key})
	}
}
