package web

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
)

// ws is the address of a workspace of the filled tenant.
func ws(n int, tab ...string) string {
	return "/workspaces/contoso/" + strings.Join(append([]string{audittest.GUID(n)}, tab...), "/")
}

func TestWorkspace(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	// Workspace 4 has no admin on its count; make its rows say the same, with a
	// member and a guest.
	p.exec(`DELETE FROM access_grant WHERE ws = 4 AND object = 4`)
	person := func(n int) int { return 120 + 1200 + n }
	p.exec(`INSERT INTO access_grant (ws, object, principal, role, from_scan, tenant) VALUES (4, 4, $1, 'Member', 1, 1), (4, 4, $2, 'Viewer', 1, 1)`, person(2), person(5))
	p.exec(`UPDATE workspace SET name = $1, users_known = 1, admins = 0, kind = 'Workspace' WHERE ws = 4`, "Fin\u202eance <b>")
	d := p.get(ws(4), http.StatusOK)

	if got := d.Text("[data-testid=title]"); got != "FinU+202Eance <b>" {
		t.Errorf("title reads %q", got)
	}
	says := strings.Join(d.All("[data-testid=points] li"), "\n")
	for _, want := range []string{"Nobody holds the Admin role. Could be made admin: Person 2.", "1 guest has a role here. See who"} {
		if !strings.Contains(says, want) {
			t.Errorf("points lack %q:\n%s", want, says)
		}
	}
	if got := d.All("[data-testid=stages] li"); len(got) != 2 || !strings.Contains(got[0], "Development") || !strings.Contains(got[0], "ance <b>") {
		t.Errorf("stages = %q", got)
	}
	if got := d.Rows("#owners"); len(got) != 1 || !strings.HasPrefix(got[0][0], "Person 2") {
		t.Errorf("owners = %q, want the member who is still there", got)
	}
	if !d.Has("[data-testid=plot-use]") {
		t.Error("no figure of its use")
	}
	if got := d.Text("[data-testid=fact-admins]"); got != "0" {
		t.Errorf("admins = %q", got)
	}
	p.follow(d, ".tabs a")
}

// TestWorkspaceTabs holds that each tab shows what the list behind it exports.
func TestWorkspaceTabs(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	for _, c := range []struct{ tab, export string }{
		{"items", "/items.csv?tenant=contoso&workspace=" + audittest.GUID(5)},
		{"people", "/access.csv?on=workspace&tenant=contoso&workspace=" + audittest.GUID(5)},
		{"shares", "/access.csv?on=item&tenant=contoso&workspace=" + audittest.GUID(5)},
		{"history", "/history.csv?tenant=contoso&workspace=" + audittest.GUID(5)},
	} {
		t.Run(c.tab, func(t *testing.T) {
			t.Parallel()
			d := p.on(t).get(ws(5, c.tab), http.StatusOK)
			if got := d.Attr("[data-testid=export-csv]", "href"); got != c.export {
				t.Errorf("export leads to %s, want %s", got, c.export)
			}
			if got := d.Text(".tabs [aria-current=page]"); got == "" {
				t.Error("no tab is marked")
			}
			if c.tab != "history" && d.Count("[data-testid=row]") == 0 {
				t.Error("the list is empty")
			}
		})
	}
}

// TestWorkspaceSubList holds filters and pages of a tab within the tab.
func TestWorkspaceSubList(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	d := p.get(ws(5, "items")+"?kind=report&sort=-modified", http.StatusOK)
	for _, row := range d.Rows("#list") {
		if row[1] != "Report" {
			t.Errorf("the filter let %q through", row)
		}
	}
	if got := d.Attr("[data-testid=filters]", "action"); got != ws(5, "items") {
		t.Errorf("filters lead to %s", got)
	}
	p.follow(d, "[data-testid=chips] a")
	p.follow(d, "th a")
}

func TestGroupsShowWhoIsBehind(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	group, inner := 120+1200+10, 120+1200+20
	p.exec(`INSERT INTO access_grant (ws, object, principal, role, from_scan, tenant) VALUES (6, 6, $1, 'Viewer', 1, 1) ON CONFLICT DO NOTHING`, group)
	p.exec(`UPDATE workspace SET users_known = 1 WHERE ws = 6`)
	p.exec(`INSERT INTO group_member (grp, member, from_scan, tenant) VALUES ($1, $2, 1, 1), ($2, $1, 1, 1)`, group, inner)
	d := p.get(ws(6, "people"), http.StatusOK)
	tree := strings.Join(d.All("[data-testid=group] [data-testid=tree]"), "\n")
	for _, want := range []string{"Person 9", "Person 7", "Group Person 20", "Person 19", "contains this group again"} {
		if !strings.Contains(tree, want) {
			t.Errorf("the tree lacks %q:\n%s", want, tree)
		}
	}
}

func TestWorkspaceUnknownUsers(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	p.exec(`UPDATE workspace SET users_known = 0 WHERE ws = 7`)
	d := p.get(ws(7, "people"), http.StatusOK)
	if got := d.Text("[data-testid=empty] strong"); got != "Who may use this workspace is unknown." {
		t.Errorf("says %q", got)
	}
	d = p.get(ws(7), http.StatusOK)
	if !d.Has("[data-testid=fact-admins] .unknown") {
		t.Error("unknown admins are shown as a number")
	}
}

func TestWorkspaceThatIsGone(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	p.exec(`UPDATE workspace SET to_scan = 3 WHERE ws = 8`)
	p.exec(`UPDATE access_grant SET to_scan = 3 WHERE ws = 8`)
	d := p.get(ws(8), http.StatusOK)
	if got := d.Text("[data-testid=notice]"); !strings.Contains(got, "the scan of 14 Nov 2026 02:00 UTC did not find it any more") || !strings.Contains(got, "last seen, on 7 Nov 2026 02:00 UTC") {
		t.Errorf("the band reads %q", got)
	}
	if got := d.Attrs(".tabs a", "href")[1]; got != ws(8, "people")+"?as_of=2026-11-07T02%3A00%3A00Z" {
		t.Errorf("the tab leads to %s, not to the last known moment", got)
	}
	p.follow(d, ".tabs a")
}

func TestWorkspaceAbsent(t *testing.T) {
	t.Parallel()
	d := filled(t)
	for _, c := range []struct {
		name, path string
		p          portal
	}{
		{"no such id", "/workspaces/contoso/00000000-0000-4000-8000-000000000000", open(t, d, auditor)},
		{"an id of something else", "/workspaces/contoso/" + audittest.GUID(121), open(t, d, auditor)},
		{"not an id", "/workspaces/contoso/..%2f..%2fetc", open(t, d, auditor)},
		{"another tenant", "/workspaces/fabrikam/" + audittest.GUID(1), open(t, d, auditor)},
		{"outside the scope", ws(2), open(t, d, within("Finance 31 Team"))},
		{"outside the scope, a tab", ws(2, "people"), open(t, d, within("Finance 31 Team"))},
		{"before it was there", ws(1) + "?as_of=2026-01-01", open(t, d, auditor)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.p.on(t).get(c.path, http.StatusNotFound).All("[data-testid=problem] p")[0]; !strings.HasPrefix(got, "There is no ") {
				t.Errorf("says %q", got)
			}
		})
	}
}
