package world

import (
	"strings"
	"testing"
	"time"
)

// Everything that something refers to exists, unless it was made not to.
func TestReferencesLeadSomewhere(t *testing.T) {
	t.Parallel()
	for n, w := range []*World{demo(1), demo(9), New(Config{Seed: 1, Workspaces: 10}), New(Config{Seed: 1, Workspaces: 47})} {
		for i, at := range moments {
			if (n+i)%3 != 1 {
				continue // a sample of moments for each
			}
			c := &checker{t: t, w: w, at: at, broken: map[string]int{}}
			for ws := range w.All(at) {
				if long() || ws.Slot%2 == i%2 {
					c.workspace(ws)
				}
			}
			for report, n := range c.broken {
				if n > 60 {
					t.Errorf("%d %s: that is more than was meant", n, report)
				}
			}
		}
	}
}

type checker struct {
	t      *testing.T
	w      *World
	at     time.Time
	ws     *Workspace
	broken map[string]int
}

func (c *checker) workspace(ws *Workspace) {
	c.ws = ws
	if ws.Created.After(c.at) || ws.Modified.Before(ws.Created) || ws.Modified.After(c.at) {
		c.t.Errorf("%s: created %s, modified %s at %s", ws.Name, ws.Created, ws.Modified, c.at)
	}
	if ws.DomainID != "" {
		known := false
		for _, d := range c.w.Domains(c.at) {
			known = known || d.ID == ws.DomainID
		}
		if !known {
			c.t.Errorf("%s: unknown domain", ws.Name)
		}
	}
	if ws.PipelineID != "" && ws.State == StateActive {
		p, ok := c.w.Pipeline(ws.PipelineID, c.at)
		if ok && p.Stages[ws.PipelineStage].WorkspaceID != ws.ID {
			c.t.Errorf("%s is in stage %d of a pipeline that has %q there", ws.Name, ws.PipelineStage, p.Stages[ws.PipelineStage].WorkspaceName)
		}
	}
	if (ws.Grants == nil) != (ws.State != StateActive || ws.Type == TypeAdmin) {
		c.t.Errorf("%s (%s, %s): roles told: %v", ws.Name, ws.State, ws.Type, ws.Grants != nil)
	}
	c.grants("role on "+ws.Name, ws.Grants)
	ids := map[string]bool{}
	for i := range ws.Items {
		if ids[ws.Items[i].ID] {
			c.t.Errorf("%s has two items with one id", ws.Name)
		}
		ids[ws.Items[i].ID] = true
		c.item(&ws.Items[i])
	}
}

func (c *checker) grants(what string, grants []Grant) {
	seen := map[string]bool{}
	for _, g := range grants {
		c.principal(what, g.Principal)
		if g.Since.After(c.at) || g.Since.IsZero() {
			c.t.Errorf("%s: given at %s, seen at %s", what, g.Since, c.at)
		}
		if id := string(g.Principal.Kind) + g.Principal.ID; seen[id] && strings.HasPrefix(what, "role") {
			c.t.Errorf("%s: %s twice", what, g.Principal.DisplayName)
		} else {
			seen[id] = true
		}
	}
}

// principal: somebody with access was in the directory at some time.
func (c *checker) principal(what string, p Principal) {
	switch p.Kind {
	case KindNone:
		return
	case KindApp:
		if _, ok := c.w.ServicePrincipal(p.ID, c.at); !ok {
			c.t.Errorf("%s: no application %s", what, p.DisplayName)
		}
		if p.Email != "" {
			c.t.Errorf("%s: an application with an address", what)
		}
	case KindGroup:
		if _, ok := c.w.Group(p.ID, c.at); !ok && p.DisplayName != "SG-Legacy-Reporting" {
			c.t.Errorf("%s: no group %s", what, p.DisplayName)
		}
	case KindUser:
		u, ok := c.w.User(p.ID, c.at)
		byName, okName := c.w.User(strings.ToUpper(p.UPN), c.at)
		if ok != okName || ok && u != byName {
			c.t.Errorf("%s: %s is found by id %v, by name %v", what, p.UPN, ok, okName)
		}
		if !ok {
			r, known := c.w.refOf(p.ID)
			if s := c.w.spanOf(r); !known || s.deleted > at(c.at) {
				c.t.Errorf("%s: %s is not in the directory, and never left", what, p.UPN)
			}
		}
	}
}

func (c *checker) item(it *Item) {
	what := c.ws.Name + " / " + it.Name
	if it.Created.After(c.at) || it.Modified.Before(it.Created) || it.Modified.After(c.at) || it.LastAccessed.After(c.at) {
		c.t.Errorf("%s: created %s, modified %s, used %s, seen at %s", what, it.Created, it.Modified, it.LastAccessed, c.at)
	}
	if it.WorkspaceID != c.ws.ID || it.ID == "" {
		c.t.Errorf("%s: id %q in workspace %q", what, it.ID, it.WorkspaceID)
	}
	c.grants("share of "+what, it.Shares)
	for _, p := range []*Principal{it.CreatedBy, it.ModifiedBy, it.Configured} {
		if p != nil {
			c.principal(what, *p)
		}
	}
	if r := it.Report; r != nil && r.AppID == "" && r.ModelID != "" {
		c.exists("reports without their model", r.ModelID, r.ModelWorkspaceID)
	}
	if r := it.Report; r != nil && r.AppID != "" {
		if c.ws.Item(r.OriginalID) == nil {
			c.t.Errorf("%s: an app copy without its original", what)
		}
		if _, ok := c.w.App(r.AppID, c.at); !ok && c.ws.State == StateActive {
			c.t.Errorf("%s: an app copy without its app", what)
		}
		if c.w.ItemAccess(c.ws, it) != nil {
			c.t.Errorf("%s: an app copy tells its users", what)
		}
	}
	if d := it.Dashboard; d != nil {
		for _, tile := range d.Tiles {
			if c.ws.Item(tile.ReportID) == nil {
				c.t.Errorf("%s: a tile of a report that is not there", what)
			}
		}
	}
	c.sources(what, it)
}

func (c *checker) sources(what string, it *Item) {
	var up []Upstream
	var sources []string
	switch {
	case it.Model != nil:
		up, sources = it.Model.Upstream, append(it.Model.Datasources, it.Model.Misconfigured...)
	case it.Dataflow != nil:
		up, sources = it.Dataflow.Upstream, append(it.Dataflow.Datasources, it.Dataflow.Misconfigured...)
	case it.Mart != nil:
		up, sources = it.Mart.Upstream, it.Mart.Datasources
	}
	for _, u := range up {
		if u.ItemID == it.ID {
			c.t.Errorf("%s builds on itself", what)
		}
		c.exists("broken upstreams", u.ItemID, u.WorkspaceID)
	}
	for _, id := range sources {
		if _, ok := c.w.Datasource(id, c.at); !ok {
			c.t.Errorf("%s uses a datasource that does not exist", what)
		}
	}
	for _, r := range it.Relations {
		if r.Type == "Artifact" {
			c.exists("broken relations", r.DependsOnID, r.WorkspaceID)
		}
	}
}

func (c *checker) exists(what, id, workspace string) {
	ws, _, ok := c.w.Item(id, c.at)
	if !ok || workspace != "" && ws.ID != workspace {
		c.broken[what]++
		if what != "reports without their model" {
			c.t.Errorf("%s / %s: in %s", what, id, c.ws.Name)
		}
	}
}

func TestNamesOfOrdinaryWorkspacesAreUnique(t *testing.T) {
	t.Parallel()
	w := New(Config{Seed: 1, Workspaces: 20_000})
	names := map[string]string{}
	for slot := range w.Slots(now) {
		s := w.specOf(slot)
		l, ok := w.lifeAt(s, at(now))
		if !ok || s.class == classPersonal {
			continue
		}
		st := &state{spec: s, life: l}
		name := w.workspaceName(st)
		if strings.TrimSpace(name) == "" {
			t.Errorf("slot %d has no name", slot)
		}
		if other, taken := names[name]; taken {
			t.Errorf("two workspaces are called %q (%s)", name, other)
		}
		names[name] = string(s.twist)
	}
}
