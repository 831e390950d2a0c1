package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/refresh"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// refreshing is the part of the table with the pages of refreshes.
func (s *Server) refreshing() []route {
	return []route{
		{http.MethodGet, "/refresh-health", auth.ViewRefreshes, s.named("refresh-health", s.refreshHealth)},
		{http.MethodGet, "/refreshes/schedules", auth.ViewRefreshes, s.schedules},
		{http.MethodGet, "/items/:tenant/:id/refreshes", auth.ViewRefreshes, s.itemRefreshes},
	}
}

// refreshDays is how many days the figure of refreshes shows.
const refreshDays = 60

// refreshHealth is the list of models by health, with what they come to.
func (s *Server) refreshHealth(c echo.Context, req listRequest, page audit.Page) error {
	now := s.Now()
	o, err := audit.RefreshOverviewOf(c.Request().Context(), s.Reader, req.query, now.AddDate(0, 0, -refreshDays))
	if err != nil {
		return err
	}
	v := templates.RefreshHealthPage{Page: s.page(c, req.who, req.query.View, page.Truth), Question: req.report.Question}
	v.Title = req.report.Title
	v.Tabs, v.Active = refreshTabs(req.place, req.report.Name)
	if req.query.View.Past {
		v.Notices = append(v.Notices, ui.Notice{Tone: ui.Info, Text: "Health is told as it is now: what it was on that day is not kept. Single refreshes are."})
	}
	if o.Unread > 0 {
		v.Notices = append(v.Notices, ui.Notice{Tone: ui.Info, Text: "Single refreshes of " + ui.Count(o.Unread) + " of " + ui.Plural(o.Models, "model and dataflow", "models and dataflows") +
			" cannot be read: Steward's executor has no role there. What Microsoft's summaries and the activity log say stands in for them.",
			Action: ui.Action{Label: "Which, and why", Href: req.place.where("refresh-health", map[string][]string{"source": {"none", "activity", "refreshables"}})}})
	}
	v.List = s.listView(req, page)
	v.Stats = healthStats(o, req.place)
	v.Runs = runsPlot(o.Days)
	if o.Models == 0 {
		v.NoRuns = "No refresh has been read yet. The first ones are, some minutes after the first scan."
	}
	v.Causes = causesTable(o.Causes, req.place, now)
	return ok(c, templates.RefreshHealth(v))
}

// stateTones are how states are coloured.
var stateTones = map[refresh.State]ui.Tone{
	refresh.StateOff: ui.Bad, refresh.StateEnding: ui.Bad, refresh.StateFailing: ui.Bad, refresh.StateAdvice: ui.Warn, refresh.StatePausing: ui.Warn, refresh.StateHealthy: ui.Good,
}

func healthStats(o audit.RefreshOverview, p place) []ui.Stat {
	if o.Models == 0 {
		return nil
	}
	var out []ui.Stat
	for _, st := range refresh.States() {
		n := o.States[st]
		tone := stateTones[st]
		if n == 0 {
			tone = ui.Neutral
		}
		label := string(st)
		out = append(out, ui.Stat{Label: upperFirst(label), Value: ui.Count(n), Tone: tone, Href: p.list("refresh-health", ui.Param{Name: "state", Value: label})})
	}
	return out
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func runsPlot(days []audit.RefreshDay) ui.Plot {
	p := ui.Plot{ID: "refreshes-by-day", Title: "Do refreshes succeed?", Unit: "refreshes", Bars: true,
		Desc: "Refreshes of each day (UTC) that completed and that failed, where single refreshes are known."}
	good, bad := ui.Series{Name: "Completed", Class: "good"}, ui.Series{Name: "Failed", Class: "bad"}
	known := map[int64]audit.RefreshDay{}
	for _, d := range days {
		known[d.Day.Unix()] = d
	}
	for i := 0; len(days) > 0; i++ {
		at := days[0].Day.AddDate(0, 0, i)
		if at.After(days[len(days)-1].Day) {
			break
		}
		d := known[at.Unix()] // a day on which nothing ran has none
		p.X = append(p.X, at.Format("2 Jan"))
		good.Values, bad.Values = append(good.Values, float64(d.Completed)), append(bad.Values, float64(d.Failed))
	}
	p.Series = []ui.Series{good, bad}
	return p
}

// causesTable names why refreshes fail, over all models.
func causesTable(causes []audit.RefreshCause, p place, now time.Time) ui.Table {
	t := ui.Table{ID: "causes", Caption: "Causes of failed refreshes", Columns: []ui.Column{{Label: "Cause"}, {Label: "Models", Kind: ui.Number}, {Label: "Failures", Kind: ui.Number},
		{Label: "Last", Kind: ui.Date}, {Label: "What to do"}}}
	for _, c := range causes {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: refresh.SaysOf(c.Trouble), Sub: joined(c.Code, c.Text), Href: p.list("refresh-causes", causeFilter(c.Trouble, c.Code)...)},
			ui.Num(c.Models), ui.Num(c.Failures), ui.When(c.Last, now), ui.Txt(refresh.RemedyOf(c.Trouble))}})
	}
	return t
}

func causeFilter(t refresh.Trouble, code string) []ui.Param {
	out := []ui.Param{{Name: "trouble", Value: string(t)}}
	if code != "" {
		out = append(out, ui.Param{Name: "code", Value: code})
	}
	return out
}

// joined puts a code and a text behind each other, each if there is one.
func joined(code, text string) string {
	switch {
	case code == "" && text == "":
		return "Microsoft gave neither code nor text."
	case code == "":
		return text
	case text == "":
		return code
	}
	return code + ": " + text
}
