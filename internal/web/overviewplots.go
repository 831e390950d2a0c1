package web

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// plotDays is how many days the figures of the overview show.
const plotDays = 60

// plots are the figures that answer a question over time. They are drawn from
// what whole scans counted, so only for a reader of the whole tenant.
func (o overviewData) plots() []ui.Plot {
	if !o.whole {
		return nil
	}
	days := o.days()
	plot := func(id, title, unit, desc string, s ...ui.Series) ui.Plot {
		return ui.Plot{ID: id, Title: title, Unit: unit, Desc: desc, X: labels(days), Series: s}
	}
	const carried = " As of the last scan of each day; days without a scan show the one before."
	good := o.series(days, "refreshables")
	failing := o.series(days, "refreshables.failing")
	for i := range good {
		good[i] -= failing[i]
	}
	return []ui.Plot{
		plot("workspaces", "Is the tenant growing?", "workspaces", "Active workspaces on each day."+carried, ui.Series{Name: "Active", Values: o.series(days, "workspaces.active")}),
		plot("guests", "Do more people from outside come in?", "guests and rights", "Guests, and the rights they hold, on each day."+carried,
			ui.Series{Name: "Rights", Values: o.series(days, "grants.guest")}, ui.Series{Name: "Guests", Values: o.series(days, "principals.guests")}),
		plot("refreshes", "Do refreshes work?", "models", "Models whose refreshes fail and models whose refreshes do not."+carried,
			ui.Series{Name: "Without", Values: good}, ui.Series{Name: "With failures", Values: failing}),
		activityPlot(o.ActivityDays),
		plot("coverage", "How complete were the scans?", "workspaces", "Workspaces known to exist and workspaces seen."+carried,
			ui.Series{Name: "Known", Class: "quiet", Values: o.series(days, "coverage.meant")}, ui.Series{Name: "Seen", Class: "1", Values: o.series(days, "coverage.seen")}),
	}
}

// days are the days that the figures show, the oldest first.
func (o overviewData) days() []time.Time {
	last := o.Truth.AsOf.Truncate(24 * time.Hour)
	first := last.AddDate(0, 0, -plotDays+1)
	if points := o.Trends["workspaces"].Points; len(points) > 0 {
		if d := points[0].At.Truncate(24 * time.Hour); d.After(first) {
			first = d
		}
	}
	var out []time.Time
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		out = append(out, d)
	}
	return out
}

func labels(days []time.Time) []string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = d.Format("2 Jan")
	}
	return out
}

// series is a trend by day. Between two scans the earlier one holds; before the
// first, and where a scan did not count it, the value is unknown.
func (o overviewData) series(days []time.Time, name string) []float64 {
	points := o.Trends[name].Points
	out := make([]float64, len(days))
	at, value := 0, ui.NoValue()
	for i, d := range days {
		for at < len(points) && points[at].At.Before(d.AddDate(0, 0, 1)) {
			value = float64(points[at].Value)
			at++
		}
		out[i] = value
	}
	return out
}

func activityPlot(days []audit.Point) ui.Plot {
	p := ui.Plot{ID: "activity", Title: "When is the tenant used?", Unit: "events", Bars: true, Desc: "Events in the activity log on each day; a gap is a day that was not read."}
	if len(days) == 0 {
		return p
	}
	seen := map[string]float64{}
	for _, d := range days {
		seen[d.At.Format(dateForm)] = float64(d.Value)
	}
	last := days[len(days)-1].At
	first := days[0].At
	if from := last.AddDate(0, 0, -plotDays+1); first.Before(from) {
		first = from
	}
	s := ui.Series{Name: "Events"}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		p.X = append(p.X, d.Format("2 Jan"))
		v, ok := seen[d.Format(dateForm)]
		if !ok {
			v = ui.NoValue()
		}
		s.Values = append(s.Values, v)
	}
	p.Series = []ui.Series{s}
	return p
}

// roles shows who holds which role on workspaces, by kind of principal.
func (o overviewData) roles() *ui.Shares {
	const prefix = "grants.role."
	byRole := map[string]map[string]float64{}
	for name, s := range o.Trends {
		role, kind, ok := strings.Cut(strings.TrimPrefix(name, prefix), ".")
		if !strings.HasPrefix(name, prefix) || !ok || len(s.Points) == 0 {
			continue
		}
		last := s.Points[len(s.Points)-1]
		if last.Scan != o.Truth.Scan {
			continue // an earlier scan counted it, this one found none
		}
		if byRole[role] == nil {
			byRole[role] = map[string]float64{}
		}
		byRole[role][kind] = float64(last.Value)
	}
	if len(byRole) == 0 {
		return nil
	}
	out := &ui.Shares{ID: "roles", Title: "Who holds which role?", Unit: "roles", Desc: "Roles on workspaces by kind of principal."}
	for role, kinds := range byRole {
		row := ui.Share{Label: role, Href: o.place.list("access", ui.Param{Name: "on", Value: "workspace"}, ui.Param{Name: "right", Value: role})}
		for _, k := range []string{"User", "Group", "App"} {
			row.Parts = append(row.Parts, ui.Part{Name: roleHolders[k], Value: kinds[k]})
			row.Value += kinds[k]
		}
		out.Rows = append(out.Rows, row)
	}
	sort.Slice(out.Rows, func(i, j int) bool {
		if out.Rows[i].Value != out.Rows[j].Value {
			return out.Rows[i].Value > out.Rows[j].Value
		}
		return out.Rows[i].Label < out.Rows[j].Label
	})
	return out
}

var roleHolders = map[string]string{"User": "People", "Group": "Groups", "App": "Service principals"}

// where is the address of a report with filters as package audit has them.
func (p place) where(report string, where map[string][]string) string {
	var params []ui.Param
	for _, k := range sortedNames(where) {
		for _, v := range where[k] {
			params = append(params, ui.Param{Name: k, Value: v})
		}
	}
	return p.list(report, params...)
}

func sortedNames(m map[string][]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// partWord is how a page calls a part of a scan: "tenant-settings" is "Tenant
// settings".
func partWord(part string) string {
	w := strings.ReplaceAll(part, "-", " ")
	if w == "" {
		return w
	}
	return fmt.Sprintf("%s%s", strings.ToUpper(w[:1]), w[1:])
}
