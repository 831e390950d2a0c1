package web

import (
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// scans shows what is being scanned now, when the next scan comes, and every
// scan there was.
func (s *Server) scans(c echo.Context, req listRequest, page audit.Page) error {
	v := templates.ScansPage{ListPage: templates.ListPage{Page: s.page(c, req.who, req.query.View, page.Truth), Question: req.report.Question}}
	v.Title, v.NoAsOf = req.report.Title, true
	v.List = s.listView(req, page)
	v.List.Table.Columns[0].Kind = ui.Text // it names the scan; it is not a count
	s.fillScanning(&v, req.who, req.place.tenant)
	return ok(c, templates.Scans(v))
}

// fillScanning adds what goes on now and what comes next.
func (s *Server) fillScanning(v *templates.ScansPage, who viewer, tenant string) {
	if s.Scans == nil {
		return
	}
	v.Now = s.scanNow(who, tenant, true)
	if n, why := s.Scans.Stopped(tenant); n != 0 {
		v.Notices = append(v.Notices, stoppedNotice(n, why))
	}
	for _, n := range s.Scans.Next(tenant) {
		v.Next = append(v.Next, ui.Pair{Key: "Next " + n.Kind + " scan", Value: ui.Exact(n.At) + " (" + ui.Ago(n.At, s.Now()) + ")"})
	}
	for _, t := range who.tenants(s.Tenants) {
		if _, busy := s.Scans.Progress(t); busy && t != tenant {
			v.Elsewhere = append(v.Elsewhere, ui.Link{Label: t, Href: ui.With("/scans", ui.Param{Name: "tenant", Value: t})})
		}
	}
	if v.Now.Running == nil && auth.May(who.person, auth.StartScan, auth.Object{Tenant: tenant}) {
		v.Primary = startAction("Start incremental scan", tenant, "incremental")
		v.Also = []ui.Action{*startAction("Start full scan", tenant, "full")}
	}
}

// stoppedNotice says that a scan stopped without an end, which the next one
// takes up.
func stoppedNotice(scan int64, why string) ui.Notice {
	return ui.Notice{Tone: ui.Bad, Title: "Scan " + ui.Count(scan) + " stopped before its end.",
		Text: why + " The pages show the scan before it. It goes on where it stopped with the next scan: by the schedule, or when you start one."}
}

func startAction(label, tenant, kind string) *ui.Action {
	return &ui.Action{Label: label, Href: "/scans", Post: true, Params: []ui.Param{{Name: "tenant", Value: tenant}, {Name: "kind", Value: kind}}}
}

// scanNow is the running scan with its progress, or that there is none, and,
// where the page has them, what is left of the limits.
func (s *Server) scanNow(who viewer, tenant string, quota bool) templates.ScanNow {
	var v templates.ScanNow
	with := ""
	if quota {
		t := quotaTable(s.Scans.Quota(tenant), s.Now())
		v.Quota, with = &t, "yes"
	}
	p, running := s.Scans.Progress(tenant)
	if !running {
		return v
	}
	v.Running = progressOf(p, s.Now())
	v.Running.Live = ui.With("/scans/progress", ui.Param{Name: "tenant", Value: tenant}, ui.Param{Name: "quota", Value: with})
	if auth.May(who.person, auth.CancelScan, auth.Object{Tenant: tenant}) {
		v.Running.Stop = &ui.Action{Label: "Stop this scan", Href: ui.With("/scans/stop", ui.Param{Name: "tenant", Value: tenant})}
	}
	return v
}

// progressOf says how far a scan is. Batches and parts are counted together:
// each is one step that can fail and be repeated by itself.
func progressOf(p Progress, now time.Time) *ui.Progress {
	out := &ui.Progress{Label: capital(p.Kind) + " scan " + ui.Count(p.Scan), Done: int64(p.Done + p.PartsDone), Noun: "steps"}
	if p.Batches > 0 || p.Parts > 0 {
		out.Total = int64(p.Batches + p.Parts)
	}
	says := []string{"reading " + strings.ReplaceAll(p.Doing, "-", " "), "began " + ui.Ago(p.Started, now)}
	if p.Items > 0 {
		says = append(says, ui.Plural(int64(p.Items), "item", "items")+" seen")
	}
	if p.Events > 0 {
		says = append(says, ui.Plural(int64(p.Events), "event", "events")+" read")
	}
	if !p.Ends.IsZero() {
		says = append(says, "ends about "+p.Ends.UTC().Format("15:04")+" UTC")
	}
	out.Says = strings.Join(says, " · ")
	return out
}

// quotaTable shows what is left of Microsoft's limits, as counted here.
func quotaTable(quota []Quota, now time.Time) ui.Table {
	t := ui.Table{ID: "quota", Caption: "What is left of Microsoft's limits", Scroll: true, Columns: []ui.Column{{Label: "Operation"}, {Label: "Calls left now", Kind: ui.Number}, {Label: "State"}},
		Empty: ui.Empty{Why: "No limits are known for this tenant."}}
	for _, q := range quota {
		left, state := ui.Count(int64(q.Left)), "free"
		switch {
		case q.Left < 0:
			left = "no limit"
		case q.Left == 0 && q.Blocked:
			state = "Microsoft asked to wait, next call " + ui.Ago(q.Frees, now)
		case q.Left == 0:
			state = "used up, next call " + ui.Ago(q.Frees, now)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(q.Operation), ui.Txt(left), ui.Txt(state)}})
	}
	return t
}

// scanProgress is the part of the page that asks for itself again. When the
// scan has ended it asks for the whole page, whose list then has it.
func (s *Server) scanProgress(c echo.Context) error {
	who := s.viewer(c)
	tenant, err := s.tenantOf(c, who)
	if err != nil {
		return err
	}
	now := s.scanNow(who, tenant, c.QueryParam("quota") != "")
	if now.Running == nil {
		c.Response().Header().Set("HX-Refresh", "true")
	}
	return ok(c, templates.ScanFragment(now))
}
