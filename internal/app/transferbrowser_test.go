package app

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/browser"
	"steward/internal/db"
	"steward/internal/sim"
	"steward/internal/sim/acts"
	"steward/internal/sim/world"
)

// content is everything that the stand-in knows of a workspace's items but for
// when they were touched.
func (c *counter) content(id string) string {
	c.t.Helper()
	w, ok := c.cloud.World().Workspace(id, time.Now())
	if !ok {
		c.t.Fatalf("no workspace %s", id)
	}
	var out []string
	for i := range w.Items {
		it := w.Items[i]
		it.Content, it.Modified, it.ModifiedBy = it.ContentMark(), time.Time{}, nil
		b, err := json.Marshal(it)
		if err != nil {
			c.t.Fatal(err)
		}
		out = append(out, string(b))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// put gives a workspace a model with a report.
func (c *counter) put(workspace, server string, reports ...string) {
	c.t.Helper()
	w, now := c.cloud.World(), time.Now()
	model := w.NewID()
	items := []world.Item{{ID: model, Kind: world.KindModel, Name: "Promoted", Created: now, Modified: now, Model: &world.Model{Refreshable: true, StorageMode: "Abf", Schema: &world.Schema{
		Tables:      []world.Table{{Name: "T", Columns: []world.Column{{Name: "A", DataType: "String", ColumnType: "Data"}}}},
		Expressions: []world.Expression{{Name: "Server", Expression: `"` + server + `" meta [IsParameterQuery=true, Type="Text"]`}}}}}}
	for _, name := range reports {
		items = append(items, world.Item{ID: w.NewID(), Kind: world.KindReport, Name: name, Created: now, Modified: now, Report: &world.Report{Type: "PowerBIReport", ModelID: model}})
	}
	if err := w.Mutate(workspace, now, func(ws *world.Workspace) error { ws.Items = append(ws.Items, items...); return nil }); err != nil {
		c.t.Fatal(err)
	}
}

// TestAFailedPromotionIsRolledBackInChromium: content goes from one workspace
// to another by a request in a browser without scripts; the service refuses a
// step on purpose, and the target is what it was before.
func TestAFailedPromotionIsRolledBackInChromium(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.people = map[string]*browser.Page{}
	c.cloud.Acts.SetTimes(acts.Times{Instant: true})
	app := strings.ToLower(c.cloud.World().ExecutorApp().ID)
	const open = `SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws JOIN access_grant g ON g.object = w.ws AND g.to_scan IS NULL JOIN ident p ON p.id = g.principal
		WHERE w.to_scan IS NULL AND w.kind = 'Workspace' AND w.state = 'Active' AND p.guid = $1 AND g.role IN ('Admin', 'Member', 'Contributor') AND w.name NOT LIKE '%PROD%' ORDER BY w.name LIMIT 1 OFFSET $2`
	source, target := c.text(open, app, 0), c.text(open, app, 1)
	c.put(source, "sql-dev", "Replaced", "Copied")
	c.put(target, "sql-test", "Replaced")
	c.scanned(db.ScanFull)
	before := c.content(target)
	c.cloud.SetFaults([]sim.Fault{{Match: "Reports_CloneReportInGroup", Effect: sim.Effect{Status: 403, Body: `{"error":{"code":"PowerBINotAuthorizedException"}}`}}})

	c.as("Mia")
	q := url.Values{"source": {source}, "target": {target}, "way": {"definitions"}, "only": {"Promoted\nReplaced\nCopied"}}
	c.page.Goto(c.base + "/requests/new/workspace-promotion?" + q.Encode())
	c.page.Fill("textarea[name=reason]", "Month end")
	c.page.Submit("form:has(textarea[name=reason])")
	if c.page.Count("[data-testid=errors]") > 0 {
		t.Fatalf("the form was refused: %s", c.page.Text("[data-testid=errors]"))
	}
	c.page.WaitFor("[data-testid=plan]")
	if plan := c.page.Text("[data-testid=plan]"); !strings.Contains(plan, "Back up the semantic model Promoted") || !strings.Contains(plan, "if it fails, what this run did before is taken back") {
		t.Errorf("the plan reads %q", plan)
	}
	c.shot("transfer-plan")
	c.page.Submit("form[action$='/submit']")
	c.page.WaitFor("[data-testid=why-not]")
	path := strings.TrimPrefix(c.page.URL(), c.base)
	id := strings.TrimPrefix(path, "/requests/")
	for _, name := range []string{"Tom", "Ada"} {
		if c.text(`SELECT state FROM request WHERE id = $1`, id) != "pending" {
			break
		}
		c.as(name)
		c.page.Goto(c.base + path)
		c.page.ClickAndWait("[data-testid=decide] button[value=approve]")
	}
	c.witness = nil // no second place in this test
	a, err := c.newActing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	a.begin(ctx)
	defer func() { stop(); a.wait() }()
	for end := time.Now().Add(5 * time.Minute); c.text(`SELECT state FROM request WHERE id = $1`, id) != "failed"; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the request is %s", c.text(`SELECT state FROM request WHERE id = $1`, id))
		}
	}
	c.page.Goto(c.base + "/runs/" + url.PathEscape(id))
	c.shot("transfer-run")
	if got := c.page.Text("main"); !strings.Contains(got, "taken back") {
		t.Errorf("the run's page says %q", got)
	}
	if after := c.content(target); after != before {
		t.Errorf("the target is not as it was:\nbefore\n%s\nafter\n%s", before, after)
	}
}
