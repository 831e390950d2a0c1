package web

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
)

// The numbers of things in the filled tenant: workspaces, items, people.
func itemN(n int) int   { return small.Workspaces + n }
func personN(n int) int { return small.Workspaces + 10*small.Workspaces + n }

func itemPath(n int, tab ...string) string {
	return "/items/contoso/" + strings.Join(append([]string{audittest.GUID(itemN(n))}, tab...), "/")
}

func personPath(n int, tab ...string) string {
	return "/people/contoso/" + strings.Join(append([]string{audittest.GUID(personN(n))}, tab...), "/")
}

// TestItem looks at a model: item 4 is a dataset, made from a data source, and
// report 6 is made from it.
func TestItem(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	p.exec(`UPDATE item SET configured_by = 'person.7@contoso.com', refresh = '{"enabled":true,"days":["Monday","Tuesday","Wednesday","Thursday","Friday"],"times":["05:30"],"timeZone":"UTC"}' WHERE item = $1`, itemN(4))
	p.exec(`UPDATE refreshable SET failures = 3, refreshes = 20, last_status = 'Failed', last_error = 'No gateway.' WHERE item = $1`, itemN(4))
	d := p.get(itemPath(4), http.StatusOK)

	if got := d.Text(".lineage-from [data-testid=tree]"); !strings.Contains(got, "srv") {
		t.Errorf("made from %q, want its data source", got)
	}
	if got := d.Text(".lineage-to [data-testid=tree]"); !strings.Contains(got, "item 6") {
		t.Errorf("used by %q, want the report", got)
	}
	if got := d.Text("[data-testid=fact-schedule]"); got != "Monday to Friday at 05:30 (UTC)" {
		t.Errorf("schedule reads %q", got)
	}
	says := strings.Join(d.All("[data-testid=points] li"), "\n")
	for _, want := range []string{"3 of its last 20 refreshes failed.", "Its owner, Person 7, is gone or disabled"} {
		if !strings.Contains(says, want) {
			t.Errorf("points lack %q:\n%s", want, says)
		}
	}
	p.follow(d, "main a")
	p.follow(p.get(itemPath(4, "access"), http.StatusOK), "main a")
	p.follow(p.get(itemPath(4, "history"), http.StatusOK), ".tabs a")
}

// TestLineageShape holds how the graph becomes a tree: the longest way only, a
// circle ends, and what one may not see has no name.
func TestLineageShape(t *testing.T) {
	t.Parallel()
	d := filled(t)
	p := open(t, d, auditor)
	edge := func(from, to int, kind string) {
		p.exec(`INSERT INTO edge (ws, downstream, upstream, kind, from_scan, tenant) SELECT ws, item, $1, $2, 1, 1 FROM item WHERE item = $3 AND from_scan = 1 ON CONFLICT DO NOTHING`, itemN(from), kind, itemN(to))
	}
	edge(4, 11, "tile-model") // a dashboard on the model, and on its report
	edge(6, 11, "tile")
	edge(11, 4, "relation") // a circle
	edge(6, 9, "app-copy")
	out := p.get(itemPath(4), http.StatusOK)
	tree := out.Text(".lineage-to [data-testid=tree]")
	if strings.Count(tree, "item 11") != 1 {
		t.Errorf("the dashboard stands beside its report as well: %s", tree)
	}
	if !strings.Contains(tree, "in an app") || strings.Contains(tree, "item 9") {
		t.Errorf("the copy in an app is no mark on the report: %s", tree)
	}

	scoped := open(t, d, within("Finance 31 Team")) // workspace 1 with items 1 to 10
	if got := scoped.get(itemPath(4), http.StatusOK).Text(".lineage-to [data-testid=tree]"); strings.Contains(got, "item 11") || !strings.Contains(got, "outside what you may see") {
		t.Errorf("a reader of a part is told of things outside: %s", got)
	}
	scoped.get(itemPath(11), http.StatusNotFound)
}

func TestItemOpenToEverybody(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	p.exec(`INSERT INTO wide_link (tenant, link, item, from_scan, hash, item_name, item_kind, role, sharer_name, sharer_address) VALUES (1, 'public', $1, 1, 1, 'x', 'report', 'Read', '', '')`, itemN(6))
	if got := strings.Join(p.get(itemPath(6), http.StatusOK).All("[data-testid=points] li"), "\n"); !strings.Contains(got, "Published to the web: anyone can open it without signing in.") {
		t.Errorf("points read %q", got)
	}
	if got := p.get(itemPath(6, "access"), http.StatusOK).Rows("#links"); len(got) != 1 || got[0][1] != "The world" {
		t.Errorf("links = %q", got)
	}
}

// TestItemViolations holds that the tab is there and says when nothing stands
// against the item.
func TestItemViolations(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	d := p.get(itemPath(4, "violations"), http.StatusOK)
	if got := d.Text(".tabs [aria-current=page]"); got != "Violations" || !d.Has("[data-testid=empty]") {
		t.Errorf("the tab marked is %q", got)
	}
}
