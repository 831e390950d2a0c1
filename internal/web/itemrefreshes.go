package web

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/refresh"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// itemRefreshes is the tab with how a model or dataflow is refreshed, what is to
// be done about it and why.
func (s *Server) itemRefreshes(c echo.Context) error {
	d, err := s.detail(c, anItem)
	if err != nil {
		return err
	}
	health, err := s.run(c, d.q, "refresh-health", 1, "item", d.id)
	if err != nil {
		return err
	}
	req, page, err := s.subList(c, d, "refresh-runs", map[string]string{"item": d.id}, "item")
	if err != nil {
		return err
	}
	runs, err := s.Reader.Refreshes(c.Request().Context(), d.q.View.Tenant, d.id, d.now.AddDate(0, 0, -refreshDays))
	if err != nil {
		return err
	}
	v := templates.ItemRefreshesPage{Page: s.itemFrame(c, d), Question: "Does it refresh as it should, and if not, why and what is to be done?", List: s.listView(req, page)}
	if err := s.itemAlerts(c, d, &v.Page); err != nil {
		return err
	}
	if len(health.Rows) == 0 {
		v.Fine = "Its refreshes have not been read yet. That happens some minutes after the scan that saw it first; reports and other kinds have none."
		return ok(c, templates.ItemRefreshes(v))
	}
	row := health.Rows[0]
	v.Fine = "Nothing: it is " + row.Text("state") + "."
	v.Unread = row.Get("reason").Text()
	v.Advice = d.refreshAdvice(row)
	v.Causes = d.itemCauses(runs)
	v.Took = tookPlot(runs)
	v.Facts = d.healthFacts(row)
	return ok(c, templates.ItemRefreshes(v))
}

func (d detail) refreshAdvice(row audit.Row) []templates.RefreshAdvice {
	var all []refresh.Advice
	if json.Unmarshal([]byte(row.Get("advice").Text()), &all) != nil {
		return nil
	}
	var out []templates.RefreshAdvice
	for _, a := range all {
		one := templates.RefreshAdvice{Says: a.Says, Evidence: a.Evidence, Do: a.Do, Urgent: a.Urgent}
		switch a.Kind {
		case refresh.AdviceWaits, refresh.AdviceUneven, refresh.AdviceMissed:
			one.Link = ui.Link{Label: "Schedules on one time line", Href: d.place.to("/refreshes/schedules")}
		case refresh.AdviceOwner:
			one.Link = ui.Link{Label: "Who else could own it", Href: d.place.thing(audit.ToWorkspace, d.workspaceID(), "people")}
		}
		out = append(out, one)
	}
	return out
}

// itemCauses names why the item's refreshes failed, with the remedies.
func (d detail) itemCauses(runs []refresh.Run) ui.Table {
	t := ui.Table{ID: "causes", Caption: "Causes", Columns: []ui.Column{{Label: "Cause"}, {Label: "Failures", Kind: ui.Number}, {Label: "Last", Kind: ui.Date}, {Label: "What to do"}, {Label: "Request id of the last", Kind: ui.Mono}}}
	for _, c := range refresh.Causes(runs) {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: c.Says(), Sub: joined(c.Code, c.Text)}, ui.Num(int64(c.Count)),
			ui.When(c.Last.Start, d.now), ui.Txt(c.Remedy()), ui.Txt(c.Last.ID)}})
	}
	return t
}

// mostPoints is how many refreshes the figure of durations draws.
const mostPoints = 120

// tookPlot shows how long the refreshes took, the oldest first.
func tookPlot(runs []refresh.Run) ui.Plot {
	p := ui.Plot{ID: "took", Title: "Does it take longer than it did?", Unit: "minutes", XName: "Began",
		Desc: "How long each refresh took; where one failed, the line of those that completed has a gap."}
	good, bad := ui.Series{Name: "Completed", Class: "good"}, ui.Series{Name: "Failed", Class: "bad"}
	runs = runs[:min(len(runs), mostPoints)]
	for i := len(runs) - 1; i >= 0; i-- {
		r := &runs[i]
		if r.Took() == 0 {
			continue
		}
		p.X = append(p.X, r.Start.Format("2 Jan 15:04"))
		yes, no := ui.NoValue(), ui.NoValue()
		if minutes := r.Took().Minutes(); r.Status == refresh.Completed {
			yes = minutes
		} else {
			no = minutes
		}
		good.Values, bad.Values = append(good.Values, yes), append(bad.Values, no)
	}
	p.Series = []ui.Series{good, bad}
	return p
}

func (d detail) healthFacts(r audit.Row) []ui.Pair {
	took := func(key, name string) ui.Pair {
		if v := r.Get(key); v.Known() {
			return ui.Pair{Key: name, Value: refresh.Spoken(time.Duration(v.Float() * float64(time.Second)))}
		}
		return ui.Pair{Key: name, Unknown: "No refresh that completed is known."}
	}
	state := r.Text("state")
	out := []ui.Pair{{Key: "Health", Part: ui.BadgeView(ui.Badge{Text: state, Tone: stateTones[refresh.State(state)]})}}
	if v := r.Get("success"); v.Known() {
		out = append(out, ui.Pair{Key: "Succeed", Value: fmt.Sprintf("%d %%, of %s", v.Int(), ui.Plural(r.Get("runs").Int(), "refresh", "refreshes"))})
	}
	out = append(out, took("median", "Median"), took("mean", "Mean"), took("slow", "Nine of ten within"), took("longest", "Longest"))
	if v := r.Get("trend"); v.Known() {
		out = append(out, ui.Pair{Key: "Trend", Value: fmt.Sprintf("%+d %% a week", v.Int())})
	}
	if r.Get("wait").Known() {
		out = append(out, took("wait", "Waits after its slot"))
	}
	if v := d.row.Get("schedule"); v.Known() {
		out = append(out, ui.Pair{Key: "Schedule", Value: d.row.Text("schedule")})
	}
	return append(out, ui.Pair{Key: "Owner", Value: r.Get("owner").Text()},
		ui.Pair{Key: "Capacity", Value: r.Get("capacity").Text(), Href: d.place.to("/refreshes/schedules")},
		dated("Last success", r.Get("last_good"), audit.Date, "None is known."),
		ui.Pair{Key: "Known from", Value: sourceWord(refresh.Source(r.Text("source")))},
		dated("Known without a gap since", r.Get("known_since"), audit.Date, "Runs may be missing."))
}

// sourceWord is how a page calls where runs are known from.
func sourceWord(s refresh.Source) string {
	return map[refresh.Source]string{refresh.FromHistory: "the model's history", refresh.FromTransactions: "the dataflow's transactions",
		refresh.FromRefreshables: "Microsoft's summary of seven days", refresh.FromActivity: "the activity log", refresh.FromNowhere: "nothing"}[s]
}
