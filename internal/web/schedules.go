package web

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/fault"
	"steward/internal/refresh"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// pileLimit is how many refreshes at once are no pile-up, unless the address
// says otherwise.
const pileLimit = 6

// mostMoves is how many changes one request takes.
const mostMoves = 60

// scheduleLine is the time line that was asked for.
type scheduleLine struct {
	place  place
	by, of string
	limit  int
	all    audit.RefreshSchedules
	lines  []refresh.Line
	monday time.Time
}

// schedules shows all schedules of a tenant on one time line, by capacity or by
// gateway, with what piles up and how it could be spread.
func (s *Server) schedules(c echo.Context) error {
	who := s.viewer(c)
	view, err := s.view(c, who)
	if err != nil {
		return err
	}
	q := audit.Query{View: view}
	if q.Scope, err = s.scope(c, who, view); err != nil {
		return err
	}
	l := scheduleLine{place: s.place(c, view), by: c.QueryParam("by"), of: c.QueryParam("of"), monday: refresh.Monday(s.Now())}
	if l.limit, err = limitParam(c.QueryParam("limit")); err != nil {
		return err
	}
	if l.all, err = audit.RefreshSchedulesOf(c.Request().Context(), s.Reader, q); err != nil {
		return err
	}
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, view)
	if err != nil {
		return err
	}
	v := templates.SchedulesPage{Page: s.page(c, who, view, truth), Question: "When is what refreshed, where does too much run at once, and how could it be spread?"}
	v.Title = "Schedules"
	v.Tabs, v.Active = refreshTabs(l.place, "schedules")
	l.lines = refresh.Lines(l.all.Models, l.shared, l.limit, l.monday)
	l.fill(&v, mayAsk(who, request.ScheduleChange))
	return ok(c, templates.Schedules(v))
}

func limitParam(text string) (int, error) {
	if text == "" {
		return pileLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 500 {
		e := fault.New(fault.Invalid, "%q is not a number of refreshes at once. Write 1 to 500.", clip(text))
		e.Field = "limit"
		return 0, e
	}
	return n, nil
}

// shared is what a model shares with others, in the sense asked for.
func (l *scheduleLine) shared(m refresh.Planned) string {
	if l.by == "gateway" {
		return m.Gateway
	}
	return m.Capacity
}

func (l *scheduleLine) name(id string) string {
	if n := l.all.Capacities[id]; n != "" && l.by != "gateway" {
		return n
	}
	return id
}

func (l *scheduleLine) to(by, of string) string {
	params := []ui.Param{{Name: "by", Value: by}, {Name: "of", Value: of}}
	if l.limit != pileLimit {
		params = append(params, ui.Param{Name: "limit", Value: strconv.Itoa(l.limit)})
	}
	return l.place.to("/refreshes/schedules", params...)
}

func (l *scheduleLine) fill(v *templates.SchedulesPage, may bool) {
	v.Kinds = []ui.Tab{{Label: "By capacity", Href: l.to("", ""), Active: l.by != "gateway"}, {Label: "By gateway", Href: l.to("gateway", ""), Active: l.by == "gateway"}}
	if len(l.lines) == 0 {
		v.Empty = "No schedule that is switched on is known here. A scan tells schedules; which gateway a model uses is told with its health."
		return
	}
	at := 0
	for i, line := range l.lines {
		if line.Of == l.of {
			at = i
		}
	}
	for i, line := range l.lines {
		v.Lines = append(v.Lines, ui.Tab{Label: l.name(line.Of), Href: l.to(l.by, line.Of), Active: i == at, Count: int64(line.Peak), Counted: true})
	}
	line := l.lines[at]
	var models []refresh.Planned
	for _, m := range l.all.Models {
		if l.shared(m) == line.Of {
			models = append(models, m)
		}
	}
	name := l.name(line.Of)
	v.Says = fmt.Sprintf("On %s, %s refresh by a schedule; up to %d at once. More than %d at once is a pile-up: %s.", name, ui.Plural(int64(line.Models), "model", "models"),
		line.Peak, l.limit, none(len(line.Over), "half hour a week is above", "half hours a week are above"))
	v.Now = l.week("load-now", "Refreshes at once on "+name+", by half hour (UTC)", line)
	v.Piles = l.piles(line, models)
	v.Models = l.models(models)
	if len(line.Over) > 0 {
		l.propose(v, models, line, may)
	}
}

func none(n int, one, more string) string {
	if n == 0 {
		return "none is there"
	}
	return ui.Plural(int64(n), one, more)
}

// propose fills in how the line could be spread, and where one asks for it.
func (l *scheduleLine) propose(v *templates.SchedulesPage, models []refresh.Planned, line refresh.Line, may bool) {
	moves, after := refresh.Spread(models, line, l.limit, l.monday)
	fixed := 0
	for _, m := range models {
		if m.Fixed {
			fixed++
		}
	}
	if len(moves) == 0 {
		v.Proposal = "Nothing can be proposed: the models that pile up belong to people or are dataflows, whose schedules their owners change."
		return
	}
	if len(moves) > mostMoves {
		moves = moves[:mostMoves]
	}
	v.Proposal = fmt.Sprintf("Moving %s leaves up to %d at once instead of %d, %s. The schedules of %s are left as they are: people own them, or they are dataflows.",
		ui.Plural(int64(len(moves)), "model", "models"), after.Peak, line.Peak, none(len(after.Over), "half hour a week stays above", "half hours a week stay above"), ui.Plural(int64(fixed), "model", "models"))
	then := l.week("load-then", "As proposed", after)
	v.Then = &then
	v.Moves = ui.Table{ID: "moves", Caption: "Proposed changes", Columns: []ui.Column{{Label: "Model"}, {Label: "Now"}, {Label: "Proposed"}, {Label: "Workspace"}}}
	ask := url.Values{"tenant": {l.place.tenant}, "reason": {"Spread the refreshes on " + l.name(line.Of) + ": " + strconv.Itoa(line.Peak) + " at once now."}}
	for i, m := range moves {
		v.Moves.Rows = append(v.Moves.Rows, ui.Row{Cells: []ui.Cell{ui.To(m.Name, l.place.thing(audit.ToRefreshes, m.ID)), ui.Txt(request.ScheduleText(m.Schedule)),
			ui.Txt(request.ScheduleText(m.To)), ui.Txt(m.Workspace)}})
		at := "rows[" + strconv.Itoa(i) + "]"
		ask.Set(at+".model", m.ID)
		ask.Set(at+".times", joinTimes(m.To.Times))
	}
	if may {
		v.Accept = ui.Action{Label: "Ask for these changes", Href: "/requests/new/" + string(request.ScheduleChange) + "?" + ask.Encode()}
	}
}

func joinTimes(times []string) string {
	out := ""
	for i, t := range times {
		if i > 0 {
			out += ", "
		}
		out += t
	}
	return out
}

// week is a line's load as the figure shows it.
func (l *scheduleLine) week(id, title string, line refresh.Line) templates.WeekLoad {
	w := templates.WeekLoad{ID: id, Title: title, Desc: fmt.Sprintf("%s: at most %d; the table beside says when it is more than %d.", title, line.Peak, l.limit)}
	for d := range 7 {
		day := templates.DayLoad{Name: refresh.At(l.monday, 48*d).Format("Mon")}
		for b := range 48 {
			n := line.Load[48*d+b]
			step := 0
			if n > 0 {
				step = min(1+3*(n-1)/max(l.limit, 1), 3)
			}
			if n > l.limit {
				step = 4
			}
			day.Cells = append(day.Cells, templates.LoadCell{Step: step, Title: refresh.At(l.monday, 48*d+b).Format("Mon 15:04") + ": " + strconv.Itoa(n)})
		}
		w.Days = append(w.Days, day)
	}
	return w
}

// piles lists the half hours above the limit, equal ones of several days in one
// row.
func (l *scheduleLine) piles(line refresh.Line, models []refresh.Planned) ui.Table {
	t := ui.Table{ID: "piles", Caption: "Half hours above the limit", Columns: []ui.Column{{Label: "At (UTC)"}, {Label: "Days"}, {Label: "At once", Kind: ui.Number}}}
	type pile struct {
		days []string
		most int
	}
	by := map[int]*pile{}
	for _, b := range line.Over {
		p := by[b%48]
		if p == nil {
			p = &pile{}
			by[b%48] = p
		}
		p.days = append(p.days, refresh.At(l.monday, b).Format("Mon"))
		p.most = max(p.most, line.Load[b])
	}
	for b := range 48 {
		if p := by[b]; p != nil {
			days := "daily"
			if len(p.days) < 7 {
				days = joinTimes(p.days)
			}
			t.Rows = append(t.Rows, ui.Row{Tone: ui.Bad, Cells: []ui.Cell{ui.Txt(refresh.Clock(30 * b)), ui.Txt(days), ui.Num(int64(p.most))}})
		}
	}
	return t
}

func (l *scheduleLine) models(models []refresh.Planned) ui.Table {
	t := ui.Table{ID: "schedules", Caption: "All schedules here", Columns: []ui.Column{{Label: "Model"}, {Label: "Schedule"}, {Label: "Takes", Kind: ui.Number}, {Label: "Workspace"}, {Label: "Owner"}}}
	for _, m := range models {
		took := ui.Unknown("No refresh that completed is known.")
		if m.Took > 0 {
			took = ui.Txt(refresh.Spoken(m.Took))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.To(m.Name, l.place.thing(audit.ToRefreshes, m.ID)), ui.Txt(request.ScheduleText(m.Schedule)), took, ui.Txt(m.Workspace), ui.Txt(m.Owner)}})
	}
	return t
}

// refreshTabs are the tabs of the pages of refreshes, with the one that is no
// report.
func refreshTabs(p place, active string) ([]ui.Tab, string) {
	tabs, rail := related(p, "refresh-health")
	for i := range tabs {
		tabs[i].Active = tabs[i].Active && active != "schedules"
	}
	return append(tabs, ui.Tab{Label: "Schedules", Href: p.to("/refreshes/schedules"), Active: active == "schedules"}), rail
}
