package web

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
)

func TestPerson(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	// Person 7 has left; make them the only admin of workspace 5, the owner of a
	// model on a schedule, and a member of a group within a group.
	p.exec(`DELETE FROM access_grant WHERE ws = 5 AND object = 5`)
	p.exec(`INSERT INTO access_grant (ws, object, principal, role, from_scan, tenant) VALUES (5, 5, $1, 'Admin', 1, 1)`, personN(7))
	p.exec(`UPDATE workspace SET kind = 'Workspace', state = 'Active', name = 'Only mine' WHERE ws = 5`)
	p.exec(`UPDATE item SET configured_by = 'person.7@contoso.com', name = 'My model', refresh = '{"enabled":true}' WHERE item = $1`, itemN(4))
	p.exec(`INSERT INTO group_member (grp, member, from_scan, tenant) VALUES ($1, $2, 1, 1) ON CONFLICT DO NOTHING`, personN(20), personN(10))
	d := p.get(personPath(7), http.StatusOK)

	if got := d.Text("[data-testid=points]"); !strings.Contains(got, "Gone or disabled, and still holds rights.") {
		t.Errorf("points read %q", got)
	}
	left := strings.Join(d.All("[data-testid=dependents]"), "\n")
	for _, want := range []string{"1 workspace has no other admin Only mine", "Semantic model My model", "in Finance 31 Team 1, refreshes on a schedule"} {
		if !strings.Contains(left, want) {
			t.Errorf("what they left behind lacks %q:\n%s", want, left)
		}
	}
	if got := d.Rows("#groups"); len(got) < 2 || got[0][1] != "via Person 10" || got[1][1] != "via Person 10 › Person 20" {
		t.Errorf("groups = %q", got)
	}
	p.follow(d, "main a")
	access := p.get(personPath(7, "access"), http.StatusOK)
	if got := strings.Join(access.All("[data-testid=row]"), "\n"); !strings.Contains(got, "Only mine workspace – – Admin direct") || !strings.Contains(got, "via Person 10") {
		t.Errorf("effective access lacks the way:\n%s", got)
	}
	if got := access.Attr("[data-testid=export-csv]", "href"); got != "/person-access.csv?principal="+audittest.GUID(personN(7))+"&tenant=contoso" {
		t.Errorf("export leads to %s", got)
	}
}

func TestGroupAndApplication(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	d := p.get(personPath(10), http.StatusOK)
	if got := d.All("[aria-label=Members] a"); len(got) != 3 {
		t.Errorf("the group shows %q, want its three members", got)
	}
	if got := strings.Join(d.All("h2"), "\n"); !strings.Contains(got, "What would break without it?") {
		t.Errorf("a group is spoken of as a person: %s", got)
	}
	d = p.get(personPath(1), http.StatusOK) // an application
	if got := d.Text(".kind"); got != "Service principal" {
		t.Errorf("kind reads %q", got)
	}
}

// TestPersonWithin holds what a reader of a part sees of a person to that part.
func TestPersonWithin(t *testing.T) {
	t.Parallel()
	d := filled(t)
	p := open(t, d, auditor)
	p.exec(`DELETE FROM access_grant WHERE ws = 5 AND object = 5`)
	p.exec(`INSERT INTO access_grant (ws, object, principal, role, from_scan, tenant) VALUES (5, 5, $1, 'Admin', 1, 1), (1, 1, $1, 'Viewer', 1, 1)`, personN(7))
	p.exec(`UPDATE workspace SET kind = 'Workspace', state = 'Active', name = 'Not for you', name_key = 'not for you' WHERE ws = 5`)
	scoped := open(t, d, within("Finance 31 Team")).get(personPath(7), http.StatusOK)
	if got := scoped.Text("main"); strings.Contains(got, "Not for you") {
		t.Error("a reader of a part is told of a workspace outside")
	}
	if got := scoped.Text("[data-testid=stat-workspaces] .stat-value"); got != "1" {
		t.Errorf("workspaces = %s, want the one in the part", got)
	}
	open(t, d, within("no such part")).get(personPath(7), http.StatusNotFound)
}

func TestPipeline(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	pipe := personN(small.People) + 31
	p.exec(`UPDATE pipeline SET stages = 3, users_known = 1 WHERE pipeline = $1`, pipe)
	p.exec(`INSERT INTO pipeline_stage (pipeline, ord, from_scan, tenant, name, ws) VALUES ($1, 2, 1, 1, '', NULL)`, pipe)
	d := p.get("/pipelines/contoso/"+audittest.GUID(pipe), http.StatusOK)
	if got := d.All("[data-testid=stages] li"); len(got) != 3 || !strings.Contains(got[2], "Stage 3 no workspace") {
		t.Errorf("stages = %q", got)
	}
	if got := d.Text("[data-testid=points]"); got != "1 stage has no workspace." {
		t.Errorf("points read %q", got)
	}
	if rows := d.Rows("#stage-items"); len(rows) != 20 {
		t.Errorf("%d items of the stages, want the ten of each", len(rows))
	}
	if rows := d.Rows("#ways"); len(rows) != 1 || !strings.Contains(rows[0][0], "Development → Production") || rows[0][1] != "10" || rows[0][3] != "10" {
		t.Errorf("the stages differ: %q", rows)
	}
	if rows := d.Rows("#last-deployments"); len(rows) != 1 {
		t.Errorf("last deployments: %q", rows)
	}
	for _, tab := range []string{"/compare?stage=0", "/deployments", "/steps"} {
		if d := p.get("/pipelines/contoso/"+audittest.GUID(pipe)+tab, http.StatusOK); len(d.Rows("table")) == 0 {
			t.Errorf("%s has no rows", tab)
		}
	}
	p.follow(d, "main a")
	open(t, p.db, within("Finance 31 Team")).get("/pipelines/contoso/"+audittest.GUID(pipe), http.StatusNotFound)
}
