package world

import (
	"strings"
	"testing"
	"time"
)

// seen counts what a tenant shows, by feature.
type seen struct {
	w    *World
	at   time.Time
	have map[string]int
	ids  map[string]*Workspace
}

func (s *seen) mark(name string, is bool) {
	if is {
		s.have[name]++
	}
}

// features must each be found in the demo, at any moment and for any seed.
var features = []string{
	"state Active", "state Deleted", "state Removing", "type Workspace", "type PersonalGroup", "type Group", "type AdminWorkspace", "type unknown",
	"orphaned workspace", "workspace with nobody", "only an application is admin", "group is admin", "Microsoft 365 group is admin",
	"empty group has access", "dynamic group has access", "deleted group has access", "group in a cycle has access", "nested groups have access",
	"more than five admins", "one admin", "guest has access", "guest is admin", "disabled account has access", "deleted account has access",
	"service principal has access", "disabled service principal has access", "service principal profile", "unknown right",
	"shared capacity", "paused capacity", "capacity that is gone", "PPU capacity", "large models", "domain", "no domain", "subdomain", "git",
	"project of three stages", "project without TEST", "production outside a pipeline", "production on shared capacity", "stage unassigned",
	"pipeline without admins", "name with markup", "formula name", "bidi name", "zero-width name", "look-alike name", "case twin", "long name",
	"line break in name", "Japanese", "Arabic", "Hebrew", "Cyrillic", "umlaut", "emoji",
	"share to a person", "share to a group", "share to a guest", "share to the organisation", "share to an application", "published to the web", "app copy of a report",
	"app copy of a dashboard", "paginated report", "broken report", "report of unknown type", "report on a model elsewhere", "report without a model",
	"chained model", "upstream dataflow", "upstream dataflow elsewhere", "model with a foreign id", "live model", "DirectQuery model", "no schema", "misconfigured source",
	"row-level security", "hidden column", "calculated column", "calculated measure", "parameter", "promoted", "certified", "label", "no label",
	"schedule", "disabled schedule", "gateway", "owner left", "owner deleted", "unused item", "used item", "tiles", "description with markup",
	"datamart", "warehouse", "dataflow of a dataflow", "extended properties", "relation",
	"Lakehouse", "SQLAnalyticsEndpoint", "Notebook", "DataPipeline", "Eventstream", "Eventhouse", "KQLDatabase", "KQLQueryset", "Environment",
	"Reflex", "reflexproject", "MLModel", "MLExperiment", "kustoeventhubdataconnection", "OrgGraphModel2026",
	"app", "subscription", "subscription of a guest", "refresh failed", "refresh via API", "failing for days", "own script name",
}

func TestDemoShowsEverything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		for i, at := range moments {
			if !long() && (uint64(i)+seed)%3 != 2 {
				continue // each seed at another moment or two
			}
			s := look(demo(seed+1), at)
			for _, f := range features {
				if s.have[f] == 0 {
					t.Errorf("seed %d, %s: the demo shows no %q", seed+1, at.Format(time.DateOnly), f)
				}
			}
		}
	}
}

// Curiosities must stay curiosities.
func TestProportionsAreBelievable(t *testing.T) {
	t.Parallel()
	w := demo(1)
	s, sum := look(w, now), w.Summary(now)
	ws := float64(sum.Workspaces)
	for _, c := range []struct {
		what      string
		share     float64
		low, high float64
	}{
		{"items per workspace", float64(sum.Items) / ws, 7, 13},
		{"personal workspaces", float64(sum.ByType[TypePersonal]) / ws, 0.1, 0.35},
		{"orphaned workspaces", float64(sum.Orphaned) / ws, 0.003, 0.06},
		{"workspaces on a capacity", float64(sum.OnCapacity) / ws, 0.4, 0.8},
		{"grants per workspace", float64(sum.WorkspaceGrants) / ws, 2.5, 6},
		{"reports among items", float64(sum.ByKind[KindReport]) / float64(sum.Items), 0.3, 0.6},
		{"disabled accounts", float64(sum.DisabledUsers) / float64(sum.Users), 0.003, 0.06},
		{"guests", float64(sum.Guests) / float64(sum.Users), 0.03, 0.15},
		{"unused among usable items", float64(s.have["unused item"]) / float64(s.have["unused item"]+s.have["used item"]), 0.1, 0.5},
		{"models whose owner left", float64(s.have["owner left"]+s.have["owner deleted"]) / float64(sum.ByKind[KindModel]), 0.01, 0.3},
		{"labelled items", float64(s.have["label"]) / float64(sum.Items), 0.25, 0.8},
		{"published to the web", float64(sum.WebEmbeds) / float64(sum.Items), 0.0005, 0.02},
	} {
		if c.share < c.low || c.share > c.high {
			t.Errorf("%s: %.3f, want %.3f to %.3f", c.what, c.share, c.low, c.high)
		}
	}
}

func look(w *World, at time.Time) *seen {
	s := &seen{w: w, at: at, have: map[string]int{}, ids: map[string]*Workspace{}}
	for ws := range w.All(at) {
		s.ids[ws.ID] = ws
		s.place(ws)
		s.name(ws)
		s.people(ws)
		for i := range ws.Items {
			s.item(ws, &ws.Items[i])
		}
	}
	s.pipelines()
	for u := range w.Users(at) {
		s.mark("own script name", []rune(u.DisplayName)[0] > 0x400)
	}
	for range w.Apps(at) {
		s.have["app"]++
	}
	return s
}

func (s *seen) place(ws *Workspace) {
	switch ws.Type {
	case TypeWorkspace, TypePersonal, TypeClassic, TypeAdmin:
		s.have["type "+string(ws.Type)]++
	default:
		s.have["type unknown"]++
	}
	s.have["state "+string(ws.State)]++
	c, known := s.w.Capacity(ws.CapacityID, s.at)
	s.mark("shared capacity", ws.CapacityID == "")
	s.mark("capacity that is gone", ws.CapacityID != "" && !known)
	s.mark("paused capacity", c.DisplayName == "Fabric Trial 2025" && c.State == "Suspended")
	s.mark("PPU capacity", known && c.PremiumPerUser())
	s.mark("large models", ws.StorageFormat == "Large")
	s.mark("domain", ws.DomainID != "")
	s.mark("no domain", ws.DomainID == "")
	for _, d := range s.w.Domains(s.at) {
		s.mark("subdomain", d.ID == ws.DomainID && d.ParentID != "")
	}
	s.mark("git", ws.Git != nil)
	s.mark("production on shared capacity", ws.Stage == "PROD" && ws.CapacityID == "")
	s.mark("description with markup", strings.Contains(ws.Description, "<b>"))
}

func (s *seen) name(ws *Workspace) {
	n := ws.Name
	for feature, part := range map[string]string{"name with markup": "<script", "bidi name": "\u202e", "zero-width name": "\u200b",
		"look-alike name": "F\u0406N", "case twin": "fin-budget-prod", "line break in name": "\n", "Japanese": "営", "Arabic": "تقا", "Hebrew": "דוח",
		"Cyrillic": "Отч", "umlaut": "Ü", "emoji": "🚀"} {
		s.mark(feature, strings.Contains(n, part))
	}
	s.mark("formula name", strings.HasPrefix(n, "=cmd"))
	s.mark("long name", len([]rune(n)) > 200)
}

func (s *seen) people(ws *Workspace) {
	s.mark("orphaned workspace", ws.Orphaned())
	s.mark("workspace with nobody", ws.Grants != nil && len(ws.Grants) == 0 && ws.Type == TypeWorkspace)
	admins, apps := 0, 0
	for _, g := range ws.Grants {
		if g.Right == RightAdmin {
			admins++
			s.mark("guest is admin", g.Principal.UserType == UserGuest)
			s.mark("group is admin", g.Principal.Kind == KindGroup)
		}
		switch g.Principal.Kind {
		case KindApp:
			s.app(g)
			if g.Right == RightAdmin {
				apps++
			}
		case KindGroup:
			s.group(g)
		case KindUser:
			s.user(g.Principal)
		}
		s.mark("unknown right", strings.HasSuffix(g.Right, "2026"))
	}
	s.mark("only an application is admin", admins == 1 && apps == 1)
	s.mark("more than five admins", admins > 5)
	s.mark("one admin", admins == 1 && ws.Type == TypeWorkspace)
}

func (s *seen) app(g Grant) {
	s.have["service principal has access"]++
	s.mark("service principal profile", g.Principal.ProfileID != "")
	sp, ok := s.w.ServicePrincipal(g.Principal.ID, s.at)
	s.mark("disabled service principal has access", ok && !sp.Enabled)
}

func (s *seen) group(g Grant) {
	gr, ok := s.w.Group(g.Principal.ID, s.at)
	s.mark("deleted group has access", !ok)
	if !ok {
		return
	}
	s.mark("Microsoft 365 group is admin", gr.Unified() && g.Right == RightAdmin)
	s.mark("dynamic group has access", gr.MembershipRule != "")
	members, _ := s.w.Members(gr.ID, s.at)
	s.mark("empty group has access", len(members) == 0)
	s.mark("group in a cycle has access", gr.DisplayName == "SG-BI-Core")
	for _, m := range members {
		s.mark("nested groups have access", m.Group != nil)
	}
}

func (s *seen) user(p Principal) {
	s.mark("guest has access", p.UserType == UserGuest)
	u, ok := s.w.User(p.ID, s.at)
	s.mark("deleted account has access", !ok)
	s.mark("disabled account has access", ok && !u.Enabled)
}

func (s *seen) item(ws *Workspace, it *Item) {
	s.have[string(it.Kind)]++
	s.mark("datamart", it.Kind == KindDatamart)
	s.mark("warehouse", it.Kind == KindWarehouse)
	s.mark("promoted", it.Endorsement == "Promoted")
	s.mark("certified", it.Endorsement == "Certified" && it.CertifiedBy != "")
	s.mark("label", it.LabelID != "")
	s.mark("no label", it.LabelID == "")
	s.mark("published to the web", it.PublishedToWeb != nil)
	s.mark("extended properties", it.Fabric != nil && len(it.Fabric.Extended) > 0)
	s.mark("relation", len(it.Relations) > 0)
	for _, g := range it.Shares {
		s.mark("share to a person", g.Principal.Kind == KindUser && g.Principal.UserType == UserMember)
		s.mark("share to a guest", g.Principal.UserType == UserGuest)
		s.mark("share to a group", g.Principal.Kind == KindGroup)
		s.mark("share to an application", g.Principal.Kind == KindApp)
		s.mark("share to the organisation", g.Principal.Kind == KindNone)
	}
	if it.Configured != nil {
		u, ok := s.w.User(it.Configured.ID, s.at)
		s.mark("owner left", ok && !u.Enabled)
		s.mark("owner deleted", !ok)
	}
	copied := it.Report != nil && it.Report.AppID != "" || it.Dashboard != nil && it.Dashboard.AppID != ""
	if usableKind(it.Kind) && !copied {
		idle := s.at.Sub(it.LastAccessed) > 30*24*time.Hour
		s.mark("unused item", idle)
		s.mark("used item", !idle)
	}
	s.report(it)
	s.model(ws, it)
	for _, sub := range s.w.subscriptionsOf(it) {
		s.have["subscription"]++
		s.mark("subscription of a guest", len(sub.Recipients) > 1)
	}
}

func (s *seen) report(it *Item) {
	if d := it.Dashboard; d != nil {
		s.mark("app copy of a dashboard", d.AppID != "")
		s.mark("tiles", len(d.Tiles) > 1)
	}
	r := it.Report
	if r == nil {
		return
	}
	s.mark("app copy of a report", r.AppID != "" && r.OriginalID != "" && strings.HasPrefix(it.Name, "[App] "))
	s.mark("paginated report", r.Type == "PaginatedReport")
	s.mark("report of unknown type", strings.HasSuffix(r.Type, "2026"))
	s.mark("report on a model elsewhere", r.ModelWorkspaceID != "")
	s.mark("report without a model", r.Type == "PowerBIReport" && r.ModelID == "")
	if r.ModelID != "" && r.ModelWorkspaceID == "" {
		_, _, ok := s.w.Item(r.ModelID, s.at)
		s.mark("broken report", !ok)
	}
}

func (s *seen) model(ws *Workspace, it *Item) {
	if f := it.Dataflow; f != nil {
		s.mark("dataflow of a dataflow", len(f.Upstream) > 0)
	}
	m := it.Model
	if m == nil {
		return
	}
	for _, u := range m.Upstream {
		s.mark("chained model", u.Kind == UpstreamModel)
		s.mark("upstream dataflow", u.Kind == UpstreamDataflow)
		s.mark("upstream dataflow elsewhere", u.Kind == UpstreamDataflow && u.WorkspaceID != ws.ID)
	}
	s.mark("model with a foreign id", m.ForeignID && len(it.ID) != 36)
	s.mark("live model", strings.Contains(m.ContentProviderType, "Live"))
	s.mark("DirectQuery model", m.DirectQuery != nil)
	s.mark("no schema", m.Schema == nil && m.SchemaError != "")
	s.mark("misconfigured source", len(m.Misconfigured) > 0)
	s.mark("schedule", m.Schedule != nil && m.Schedule.Enabled)
	s.mark("disabled schedule", m.Schedule != nil && !m.Schedule.Enabled)
	s.mark("gateway", m.OnPremGateway)
	if m.Schema != nil {
		s.mark("row-level security", len(m.Schema.Roles) > 0)
		s.mark("parameter", len(m.Schema.Expressions) > 0)
		for _, tab := range m.Schema.Tables {
			s.mark("calculated measure", len(tab.Measures) > 0)
			for _, c := range tab.Columns {
				s.mark("hidden column", c.Hidden)
				s.mark("calculated column", c.ColumnType == "Calculated" && c.Expression != "")
			}
		}
	}
	s.refreshes(it)
}

func (s *seen) refreshes(it *Item) {
	if s.have["failing for days"] > 0 && s.have["refresh via API"] > 0 {
		return // enough is known
	}
	failures := 0
	for i, r := range s.w.Refreshes(it.ID, s.at, 0) {
		s.mark("refresh failed", r.Status == RefreshFailed && r.ErrorCode != "")
		s.mark("refresh via API", strings.HasPrefix(r.Type, "Via"))
		if r.Status == RefreshFailed && failures == i {
			failures++
			s.mark("failing for days", s.at.Sub(r.Start) > 3*24*time.Hour)
		}
	}
}

func (s *seen) pipelines() {
	stages := map[string]map[string]*Workspace{}
	for _, ws := range s.ids {
		if ws.Project != "" {
			if stages[ws.Project] == nil {
				stages[ws.Project] = map[string]*Workspace{}
			}
			stages[ws.Project][ws.Stage] = ws
		}
	}
	for _, p := range stages {
		s.mark("project of three stages", len(p) == 3)
		s.mark("project without TEST", len(p) == 2 && p["TEST"] == nil)
		if prod := p["PROD"]; prod != nil {
			s.mark("production outside a pipeline", prod.PipelineID == "")
		}
	}
	for p := range s.w.Pipelines(s.at) {
		s.mark("pipeline without admins", len(p.Grants) == 0)
		for _, st := range p.Stages {
			s.mark("stage unassigned", st.WorkspaceID == "")
		}
	}
}
