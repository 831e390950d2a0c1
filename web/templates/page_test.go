package templates_test

import (
	"bytes"
	"context"
	"net/url"
	"testing"

	"github.com/a-h/templ"

	"steward/internal/htmlcheck"
	"steward/web/templates"
	"steward/web/templates/ui"
)

func page(t *testing.T, p templates.Page) *htmlcheck.Doc {
	t.Helper()
	ctx := templ.WithNonce(context.Background(), "n")
	ctx = templ.WithChildren(ctx, templ.Raw("<p>content</p>"))
	var b bytes.Buffer
	if err := templates.Layout(p).Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Page(t, b.String())
}

func sample() templates.Page {
	return templates.Page{
		Title: "Workspaces", Path: "/workspaces", Query: url.Values{"q": {"fin"}, "after": {"42"}},
		Tenants: []string{"contoso", "fabrikam"}, Tenant: "contoso",
		Person: &ui.Person{Name: "Ada Lindqvist"}, Counts: templates.Counts{Approvals: 3, Violations: 12806},
	}
}

func TestRailMarksThePage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, path, want string }{
		{"list", "/workspaces", "Workspaces"},
		{"object", "/workspaces/contoso/1", "Workspaces"},
		{"longest wins", "/requests/new/workspace", "New request"},
		{"shorter", "/requests/42", "My requests"},
		{"overview", "/", "Overview"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := sample()
			p.Path = c.path
			if got := page(t, p).Text(".rail [aria-current=page] span"); got != c.want {
				t.Errorf("marked %q, want %q", got, c.want)
			}
		})
	}
}

func TestSwitchesKeepTheRest(t *testing.T) {
	t.Parallel()
	p := sample()
	p.AsOf, p.AsOfSays = "2026-11-14", "14 Nov 2026 02:10 UTC"
	p.Query.Set("as_of", p.AsOf)
	p.Query.Set("tenant", "contoso")
	d := page(t, p)
	if got := d.Attrs("[data-testid=tenant-switch] a", "href"); len(got) != 2 || got[1] != "/workspaces?as_of=2026-11-14&q=fin&tenant=fabrikam" {
		t.Errorf("tenant switch leads to %q", got)
	}
	if got := d.Attr("[data-testid=past] a", "href"); got != "/workspaces?q=fin&tenant=contoso" {
		t.Errorf("back to the present leads to %q", got)
	}
	if got := d.Attrs("[data-testid=as-of] input[type=hidden]", "name"); len(got) != 2 {
		t.Errorf("the date form carries %q, want q and tenant", got)
	}
	if got := d.Attrs(".rail li a", "href")[1]; got != "/workspaces?tenant=contoso&as_of=2026-11-14" {
		t.Errorf("the rail forgets where one is: %q", got)
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	d := page(t, sample())
	if got := d.All(".rail-label"); len(got) != 4 {
		t.Errorf("groups = %q, want four below the overview", got)
	}
	if got := d.Attr("[data-testid=inbox]", "aria-label"); got != "Approvals, 3 waiting" {
		t.Errorf("inbox is called %q", got)
	}
	if d.Has("[data-testid=past]") {
		t.Error("the band of the past is shown for the present")
	}
	if got := d.Attr("form[action=/logout] button", "class"); got != "menu-item" {
		t.Errorf("no way out: %q", got)
	}
	anonymous := page(t, templates.Page{Title: "Sign in", Path: "/login", NoAsOf: true})
	if anonymous.Has(".rail li") || anonymous.Has("[data-testid=inbox]") {
		t.Error("a stranger sees the rail")
	}
}

func TestHostileTitle(t *testing.T) {
	t.Parallel()
	p := sample()
	p.Title = "Finance\u202eDORP</title><script>x()</script>"
	d := page(t, p)
	if got := d.Text("[data-testid=title]"); got != "FinanceU+202EDORP</title><script>x()</script>" {
		t.Errorf("title reads %q", got)
	}
	if got := d.Count("script"); got != 2 {
		t.Errorf("%d scripts, want our two", got)
	}
}
