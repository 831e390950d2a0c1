package web

import (
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/internal/fault"
)

// dateForm is how a day is written in addresses.
const dateForm = "2006-01-02"

// view finds what a page reads: the tenant of the address or the query, at the
// latest scan or as of the moment asked for.
func (s *Server) view(c echo.Context, who viewer) (db.View, error) {
	tenant, err := s.tenantOf(c, who)
	if err != nil {
		return db.View{}, err
	}
	return s.viewAt(c, tenant, c.QueryParam("as_of"), "as_of")
}

// viewAt reads a moment typed in the named field; empty means now.
func (s *Server) viewAt(c echo.Context, tenant, text, field string) (db.View, error) {
	ctx := c.Request().Context()
	if text == "" {
		return s.Reader.ViewNow(ctx, tenant)
	}
	at, err := parseMoment(text, field)
	if err != nil {
		return db.View{}, err
	}
	return s.Reader.ViewAsOf(ctx, tenant, at)
}

// parseMoment reads a day, which means its end in UTC, or an exact moment.
func parseMoment(text, field string) (time.Time, error) {
	if day, err := time.Parse(dateForm, text); err == nil {
		return day.Add(24*time.Hour - time.Millisecond), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	e := fault.New(fault.Invalid, "%q is not a date. Write it as 2026-11-21, or as 2026-11-21T08:00:00Z.", clip(text))
	e.Field = field
	return time.Time{}, e
}

// tenantOf is the tenant of the path, else of the query, else the first one
// the person may see. A tenant they may not see looks like one that is not
// there.
func (s *Server) tenantOf(c echo.Context, who viewer) (string, error) {
	name := c.Param("tenant")
	if name == "" {
		name = c.QueryParam("tenant")
	}
	mine := who.tenants(s.Tenants)
	if len(mine) == 0 {
		return "", fault.New(fault.NotFound, "No tenant is set up here that you may see. Ask whoever runs this portal.")
	}
	if name == "" {
		return mine[0], nil
	}
	for _, t := range mine {
		if t == name {
			return t, nil
		}
	}
	return "", fault.New(fault.NotFound, "There is no tenant named %q here.", clip(name))
}

// weekSlack is how much less than a week ago a scan may be that stands for last
// week: a weekly scan is never on the minute.
const weekSlack = 12 * time.Hour

// compareView is the earlier side of a comparison: the moment asked for, else
// a week before the later side. Where nothing was known then, it is the first
// that is known.
func (s *Server) compareView(c echo.Context, v db.View) (db.View, error) {
	since := c.QueryParam("since")
	if since == "" {
		since = v.Taken.AddDate(0, 0, -7).Add(weekSlack).Format(time.RFC3339)
	}
	before, err := s.viewAt(c, v.TenantName, since, "since")
	if err != nil || before.Scan != 0 {
		return before, err
	}
	first, err := audit.LandmarksOf(c.Request().Context(), s.Reader, v)
	if err != nil || first.First.Scan == 0 {
		return before, err
	}
	return first.First, nil
}

// clip shortens what a reader typed before it is shown back.
func clip(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// keep copies a query with some parameters replaced; an empty value removes
// one.
func keep(q url.Values, change map[string]string) url.Values {
	out := url.Values{}
	for k, v := range q {
		out[k] = v
	}
	for k, v := range change {
		out.Del(k)
		if v != "" {
			out.Set(k, v)
		}
	}
	return out
}
