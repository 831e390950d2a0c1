package web

import (
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// use is how much something was used by day, and since when that is known.
type use struct {
	days  []audit.UseDay
	since time.Time
	last  time.Time
}

// ofActivity are the reports that say what the activity log told.
var ofActivity = map[string]bool{"activity": true, "usage": true, "usage-items": true, "usage-workspaces": true, "unused": true}

// reach adds to the question of a report about activity since when all of it
// is known: Microsoft keeps 28 days, the portal what it has read.
func (s *Server) reach(c echo.Context, req listRequest, question string) (string, error) {
	if !ofActivity[req.report.Name] || req.query.View.Scan == 0 {
		return question, nil
	}
	since, err := audit.ActivityKnownSince(c.Request().Context(), s.Reader, req.query)
	if err != nil {
		return "", err
	}
	if since.IsZero() {
		return question + " No day of the activity log was read whole yet.", nil
	}
	days := int64(req.query.View.Taken.Sub(since)/(24*time.Hour)) + 1
	return question + " Every day since " + since.Format("2 Jan 2006") + " is known (" + ui.Plural(days, "day", "days") + "; Microsoft keeps 28).", nil
}

func (s *Server) useOf(c echo.Context, q audit.Query, of audit.Target, id string) (u use, err error) {
	ctx := c.Request().Context()
	u.last = q.View.Taken.Truncate(24 * time.Hour)
	if u.days, err = audit.UseOf(ctx, s.Reader, q, of, id, plotDays); err != nil {
		return u, err
	}
	u.since, err = audit.ActivityKnownSince(ctx, s.Reader, q)
	return u, err
}

// quiet reports whether it is known that nobody viewed it lately.
func (u use) quiet() bool {
	from := u.last.AddDate(0, 0, -useDays)
	if u.since.IsZero() || u.since.After(from) {
		return false
	}
	for _, d := range u.days {
		if d.Views > 0 && d.Day.After(from) {
			return false
		}
	}
	return true
}

// usePlot draws the days. What was before the activity is known, is unknown.
func (u use) usePlot(what string) ui.Plot {
	p := ui.Plot{ID: "use", Title: "How much is it used?", Unit: "views, edits and exports", Bars: true, Desc: "Views, edits and exports of this " + what + " on each day, as the activity log tells."}
	if u.since.IsZero() {
		return p
	}
	by := map[string]audit.UseDay{}
	for _, d := range u.days {
		by[d.Day.Format(dateForm)] = d
	}
	views, edits, exports := ui.Series{Name: "Views"}, ui.Series{Name: "Edits"}, ui.Series{Name: "Exports"}
	first := u.last.AddDate(0, 0, -plotDays+1)
	if u.since.After(first) {
		first = u.since
	}
	for day := first; !day.After(u.last); day = day.AddDate(0, 0, 1) {
		d := by[day.Format(dateForm)]
		p.X = append(p.X, day.Format("2 Jan"))
		views.Values = append(views.Values, float64(d.Views))
		edits.Values = append(edits.Values, float64(d.Edits))
		exports.Values = append(exports.Values, float64(d.Exports))
	}
	p.Series = []ui.Series{views, edits, exports}
	return p
}
