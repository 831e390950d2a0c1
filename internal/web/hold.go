package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// askHold shows the switch that stops every change of a tenant.
func (s *Server) askHold(c echo.Context) error { return s.holdPage(c, http.StatusOK, typed{}) }

func (s *Server) holdPage(c echo.Context, status int, t typed) error {
	who := s.viewer(c)
	tenant, err := s.tenantOf(c, who)
	if err != nil {
		return err
	}
	if t.values != nil {
		tenant = t.values.Get("tenant")
	}
	if err := s.openTenant(who, auth.HoldExecutor, tenant); err != nil {
		return err
	}
	h, held, err := s.Reader.Hold(c.Request().Context(), tenant)
	if err != nil {
		return err
	}
	v := templates.DecidePage{Page: s.bare(c, who)}
	v.Kind, v.Active = "Executor", "/runs"
	v.Crumbs = []ui.Link{{Label: "Runs", Href: ui.With("/runs", ui.Param{Name: "tenant", Value: tenant})}}
	f := ui.Form{Action: "/runs/hold", Submit: "Hold every change", Back: "/runs", Params: []ui.Param{{Name: "tenant", Value: tenant}},
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "Reason", Rows: 3, Hint: "Everybody who signs in can read it."}}}
	v.Title = "Hold every change of " + tenant + "?"
	v.Intro = []string{"Nothing further is sent to the tenant, whoever agreed to it. A call that is under way is finished and written down. Runs wait where they are; what was agreed and has not begun still falls when its time is over."}
	if held {
		v.Title = "Let changes of " + tenant + " go on?"
		v.Intro = []string{"Runs go on where they stopped, each after looking at its target again."}
		v.About = []ui.Pair{{Key: "Held by", Value: h.By}, {Key: "Since", At: h.Since}, {Key: "Reason", Value: h.Reason}}
		f.Action, f.Submit = "/runs/release", "Let them go on"
	}
	v.Forms = []templates.NamedForm{{Title: "Decide", Form: t.into("hold", f)}}
	return render(c, status, templates.Decide(v))
}

func (s *Server) holdRuns(c echo.Context) error    { return s.onHold(c, s.Runs.HoldExecutor) }
func (s *Server) releaseRuns(c echo.Context) error { return s.onHold(c, s.Runs.ReleaseExecutor) }

func (s *Server) onHold(c echo.Context, do func(ctx context.Context, by desk.By, tenant, reason string) error) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	tenant := values.Get("tenant")
	if err := s.openTenant(s.viewer(c), auth.HoldExecutor, tenant); err != nil {
		return err
	}
	if err := do(c.Request().Context(), s.by(c), tenant, values.Get("reason")); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.holdPage(c, http.StatusUnprocessableEntity, typed{form: "hold", field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, ui.With("/runs", ui.Param{Name: "tenant", Value: tenant}))
}

// fillHolds adds to every page that changes are held, and to the rail what is
// in doubt. A page that cannot read it says so instead of nothing.
func (s *Server) fillHolds(c echo.Context, who viewer, p *templates.Page) {
	if s.Reader == nil || !who.may(auth.ViewRuns) {
		return
	}
	ctx := c.Request().Context()
	for _, t := range auth.Tenants(who.person, auth.ViewRuns, s.Tenants) {
		h, held, err := s.Reader.Hold(ctx, t)
		if err != nil {
			p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warn, Title: "Whether changes of " + t + " are on hold could not be read."})
			continue
		}
		if held {
			n := ui.Notice{Tone: ui.Warn, Title: "Changes of " + t + " are on hold since " + h.Since.UTC().Format(clock) + ".", Text: h.By + ": " + h.Reason}
			if auth.May(who.person, auth.HoldExecutor, auth.Object{Tenant: t}) {
				n.Action = ui.Action{Label: "Let them go on", Href: ui.With("/runs/hold", ui.Param{Name: "tenant", Value: t})}
			}
			p.Notices = append(p.Notices, n)
		}
		if who.may(auth.ResolveStep) {
			if n, err := s.Reader.CountForOperator(ctx, t); err == nil {
				p.Counts.Runs += n
			}
		}
	}
}
