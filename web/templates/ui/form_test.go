package ui_test

import (
	"bytes"
	"context"
	"testing"

	"steward/internal/htmlcheck"
	"steward/web/templates/ui"
)

func form(t *testing.T, f ui.Form) *htmlcheck.Doc {
	t.Helper()
	var b bytes.Buffer
	if err := ui.FormView(f).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Parse(t, b.String())
}

func TestFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := form(t, ui.Form{Action: "/requests", Submit: "Go", Params: []ui.Param{{Name: "hash", Value: "ab12"}}, Fields: []ui.Field{
		{Name: "name", Label: "Name", Value: `a "quoted" <b>`, Error: "Enter a shorter name", Hint: "Up to 256"},
		{Kind: ui.SelectField, Name: "cap", Label: "Capacity", Value: "f8", Choices: []ui.Choice{{Value: "f64"}, {Value: "f8"}}},
		{Kind: ui.RadioField, Name: "stage", Label: "Stage", Value: "prod", Error: "Choose one", Choices: []ui.Choice{{Value: "dev", Label: "Dev"}, {Value: "prod", Label: "Prod"}}},
		{Kind: ui.TextArea, Name: "why", Label: "Why", Value: "two\nlines"},
	}})
	for _, c := range []struct{ name, got, want string }{
		{"text", d.Attr("[name=name]", "value"), `a "quoted" <b>`},
		{"choice", d.Attr("option[selected]", "value"), "f8"},
		{"radio", d.Attr("input[checked]", "value"), "prod"},
		{"area", d.Text("textarea"), "two lines"},
		{"hidden", d.Attr("[name=hash]", "value"), "ab12"},
		{"error is tied to its field", d.Attr("[name=name]", "aria-describedby"), "e-name h-name"},
		{"error above the field", d.Text("#e-name"), "Enter a shorter name"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	links := d.Attrs("[data-testid=errors] a", "href")
	if len(links) != 2 || links[0] != "#f-name" || links[1] != "#f-stage-0" {
		t.Errorf("the summary leads to %q", links)
	}
}

func TestFormShowsHiddenCharacters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		field ui.Field
		want  bool
	}{
		{"plain", ui.Field{Name: "a", Label: "A", Value: "Finance"}, false},
		{"override", ui.Field{Name: "a", Label: "A", Value: "Finance\u202eDORP"}, true},
		{"lines in an area", ui.Field{Name: "a", Label: "A", Kind: ui.TextArea, Value: "a\r\nb"}, false},
		{"override in an area", ui.Field{Name: "a", Label: "A", Kind: ui.TextArea, Value: "a\n\u202eb"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := form(t, ui.Form{Fields: []ui.Field{c.field}}).Has("[data-testid=hidden-characters] .mark"); got != c.want {
				t.Errorf("shows a mark: %v, want %v", got, c.want)
			}
		})
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	view := func(a ui.Action) *htmlcheck.Doc {
		var b bytes.Buffer
		if err := ui.ActionView(a, "button").Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		return htmlcheck.Parse(t, b.String())
	}
	if d := view(ui.Action{Label: "Scan", Href: "/scans", Post: true}); d.Attr("form", "action") != "/scans" || d.Has("a") {
		t.Error("what changes something must be a form")
	}
	if d := view(ui.Action{Label: "Open", Href: "https://evil.example"}); d.Attr("a", "href") != "#refused" {
		t.Error("an action leads off the site")
	}
	if d := view(ui.Action{Label: "Approve", Post: true, Why: "you asked for this yourself"}); d.Has("button") || d.Text("[data-testid=action-why]") != "Approve: you asked for this yourself" {
		t.Error("what cannot be done must say why")
	}
}
