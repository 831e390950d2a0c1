package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// ruling is the part of the table with the pages of the rules.
func (s *Server) ruling() []route {
	return []route{
		{http.MethodGet, "/violations", auth.ViewViolations, s.named("violations", s.violations)},
		{http.MethodGet, "/violations/triage", auth.AssignViolation, s.triageManyForm},
		{http.MethodPost, "/violations/triage", auth.AssignViolation, s.triageMany},
		{http.MethodPost, "/violations/assign", auth.AssignViolation, s.assignMany},
		{http.MethodGet, "/violations/:id", auth.ViewViolations, s.violation},
		{http.MethodPost, "/violations/:id/triage", auth.AssignViolation, s.triage},
		{http.MethodPost, "/violations/:id/assign", auth.AssignViolation, s.assign},
		{http.MethodPost, "/violations/:id/comment", auth.AskWaiver, s.comment},
		{http.MethodGet, "/violations/:id/waive", auth.AskWaiver, s.waiveForm},
		{http.MethodGet, "/policies", auth.ViewPolicies, s.named("policies", s.policies)},
		{http.MethodGet, "/policies/:id", auth.ViewPolicies, s.policy},
		{http.MethodGet, "/policies/:id/evidence.zip", auth.ViewPolicies, s.evidence},
		{http.MethodGet, "/policies/:id/preview", auth.PreviewPolicy, s.preview},
		{http.MethodPost, "/policies/:id/preview", auth.PreviewPolicy, s.askPreview},
		{http.MethodPost, "/policies/:id/decide", auth.AskRuleChange, s.askPolicy},
		{http.MethodGet, "/baselines", auth.ViewPolicies, s.baselines},
		{http.MethodGet, "/baselines.csv", auth.ViewPolicies, s.baselinesFile(audit.CSV)},
		{http.MethodGet, "/baselines.xlsx", auth.ViewPolicies, s.baselinesFile(audit.XLSX)},
		{http.MethodGet, "/baselines.json", auth.ViewPolicies, s.baselinesFile(audit.JSON)},
		{http.MethodGet, "/baselines/:baseline/:control", auth.Attest, s.attestForm},
		{http.MethodPost, "/baselines/:baseline/:control", auth.Attest, s.attest},
		{http.MethodGet, "/waivers/:id", auth.ViewWaivers, s.waiver},
		{http.MethodPost, "/waivers/:id/end", auth.EndWaiver, s.endWaiver},
	}
}

// violations is the list of what stands, with its trend.
func (s *Server) violations(c echo.Context, req listRequest, page audit.Page) error {
	v := templates.ViolationsPage{Page: s.page(c, req.who, req.query.View, page.Truth), Question: req.report.Question}
	v.Title = req.report.Title
	v.Tabs, v.Active = related(req.place, req.report.Name)
	v.List = s.listView(req, page)
	if req.who.may(auth.AssignViolation) && !req.query.View.Past {
		v.List.Table.Select = &ui.Select{Name: "id", Actions: []ui.Action{{Label: "Decide about them", Href: "/violations/triage", Post: true}}}
		for i := range v.List.Table.Rows {
			v.List.Table.Rows[i].ID = page.Rows[i].Get("violation").Text()
		}
	}
	trend, err := audit.TrendOf(c.Request().Context(), s.Reader, req.query, oneOf(req.query.Where["rule"]))
	if err != nil {
		return err
	}
	v.Stats = trendStats(trend, req.place)
	v.Trend = trendPlot(trend)
	if len(trend.Points) < 2 {
		v.NoTrend = "There is no trend yet: it needs two judged scans."
	}
	return ok(c, templates.Violations(v))
}

func oneOf(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return ""
}

// trendStats are the open violations of each severity at the last judging, how
// that moved, and how long mending takes.
func trendStats(t audit.ViolationTrend, p place) []ui.Stat {
	if len(t.Points) == 0 {
		return nil
	}
	last := t.Points[len(t.Points)-1]
	var out []ui.Stat
	for _, sev := range policy.Severities() {
		st := ui.Stat{Label: "Open " + string(sev), Value: ui.Count(last.Open[sev]), Href: p.list("violations", ui.Param{Name: "severity", Value: string(sev)})}
		for _, pt := range t.Points {
			st.Trend = append(st.Trend, float64(pt.Open[sev]))
		}
		if len(t.Points) > 1 {
			first := t.Points[0]
			d := last.Open[sev] - first.Open[sev]
			st.Delta = delta(d, first.At.Format("2 Jan"))
			st.Tone = map[bool]ui.Tone{true: ui.Bad, false: ui.Neutral}[d > 0]
			if d < 0 {
				st.Tone = ui.Good
			}
		}
		if m := t.Mended[sev]; m.Count > 0 {
			st.Delta += ", mended in " + ui.Duration(m.Mean) + " on average (" + ui.Count(m.Count) + ")"
		}
		out = append(out, st)
	}
	return out
}

// trendPlot shows open violations by severity, with what was opened and closed.
func trendPlot(t audit.ViolationTrend) ui.Plot {
	p := ui.Plot{ID: "violations", Title: "Are we getting better?", Unit: "open violations", Bars: true,
		Desc: "Open violations by severity at each judged scan; below, how many were opened and closed."}
	up, down := ui.Series{Name: "Opened", Class: "bad"}, ui.Series{Name: "Closed", Class: "good"}
	series := map[policy.Severity]*ui.Series{}
	for _, sev := range policy.Severities() {
		series[sev] = &ui.Series{Name: string(sev), Class: "sev-" + string(sev)}
	}
	for i, pt := range t.Points {
		p.X = append(p.X, pt.At.Format("2 Jan"))
		for _, sev := range policy.Severities() {
			series[sev].Values = append(series[sev].Values, float64(pt.Open[sev]))
		}
		raised := float64(pt.Raised)
		if i == 0 {
			raised = ui.NoValue() // the first judging finds what was there before it
		}
		up.Values = append(up.Values, raised)
		down.Values = append(down.Values, float64(pt.Resolved))
	}
	for _, sev := range policy.Severities() {
		p.Series = append(p.Series, *series[sev])
	}
	p.Up, p.Down = &up, &down
	return p
}

// refusedForm renders a page with the error at its field and status 422; an
// error that no form can show is passed on.
func refusedForm(err error, page func(field, sentence string) error) error {
	field, sentence, shown := fieldOf(err)
	if !shown || fault.Is(err, fault.NotFound) {
		return err
	}
	return page(field, sentence)
}
