package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// runDetail is what a run's pages are made from.
type runDetail struct {
	who     viewer
	run     db.Run
	steps   []db.RunStep
	request request.Request
	places  []request.Place
}

// may reports whether the reader may do the action to all the run is about.
func (d runDetail) may(a auth.Action) bool {
	return d.who.may(a) && mayAt(d.who, a, d.run.Tenant, d.places)
}

// mayAt asks at every place of a request; without one, in the whole tenant.
func mayAt(who viewer, a auth.Action, tenant string, places []request.Place) bool {
	if len(places) == 0 {
		return auth.May(who.person, a, auth.Object{Tenant: tenant})
	}
	for _, p := range places {
		if !auth.May(who.person, a, auth.Object{Tenant: tenant, Workspace: p.Workspace, Domain: p.Domain}) {
			return false
		}
	}
	return true
}

// readRun finds the run of the address: for its requester, and for whoever may
// see all the places it is about.
func (s *Server) readRun(c echo.Context) (runDetail, error) {
	d, ctx := runDetail{who: s.viewer(c)}, c.Request().Context()
	id, err := pathParam(c, "id")
	if err != nil {
		return d, err
	}
	if d.run, err = s.Reader.Run(ctx, id); err != nil {
		return d, hidden(err)
	}
	if d.request, err = s.Reader.Request(ctx, d.run.Request); err != nil {
		return d, hidden(err)
	}
	if d.places, err = s.Reader.RequestPlaces(ctx, d.run.Request); err != nil {
		return d, err
	}
	me := request.Party{TenantID: d.who.person.TenantID, ObjectID: d.who.person.ObjectID}
	if !me.Same(d.request.Requester) && !d.may(auth.ViewRuns) {
		return d, auth.Hidden()
	}
	d.steps, err = s.Reader.RunSteps(ctx, id)
	return d, err
}

// showRun shows one run.
func (s *Server) showRun(c echo.Context) error {
	return s.runPage(c, http.StatusOK, typed{})
}

func (s *Server) runPage(c echo.Context, status int, t typed) error {
	d, err := s.readRun(c)
	if err != nil {
		return err
	}
	v := templates.RunPage{Page: s.bare(c, d.who), Run: runView(d.run, d.steps, d.may(auth.ResolveStep), s.Now()), Facts: s.runFacts(d)}
	v.Title, v.Kind, v.Active, v.Tenant = d.run.Title, "Run", "/runs", d.run.Tenant
	v.Crumbs = []ui.Link{{Label: "Runs", Href: ui.With("/runs", ui.Param{Name: "tenant", Value: d.run.Tenant})}}
	v.Also = append(v.Also, ui.Action{Label: "The request", Href: "/requests/" + d.run.Request})
	if d.run.State == db.RunFailed && mayAsk(d.who, request.Promotion) {
		if plan, err := request.ParsePlan(d.run.Plan); err == nil {
			if rest := restOf(d.request, plan, d.steps); rest != "" {
				v.Primary = &ui.Action{Label: "Ask for the rest", Href: rest}
			}
		}
	}
	v.Forms = runForms(d, t)
	if v.Related, err = s.relatedRuns(c.Request().Context(), d.run); err != nil {
		return err
	}
	if d.run.Ended() {
		if v.Outcome, err = s.runOutcome(c.Request().Context(), d.run, d.steps); err != nil {
			return err
		}
	}
	return render(c, status, templates.Run(v))
}

func (s *Server) runFacts(d runDetail) []ui.Pair {
	q := d.request
	pairs := []ui.Pair{
		{Key: "Request", Value: q.Title, Href: "/requests/" + q.ID},
		{Key: "Asked by", Value: d.run.For.Name},
		{Key: "Tenant", Value: d.run.Tenant},
		{Key: "Began", At: d.run.Started},
	}
	if d.run.Ended() {
		pairs = append(pairs, ui.Pair{Key: "Ended", At: d.run.Finished}, ui.Pair{Key: "Took", Value: ui.Duration(d.run.Finished.Sub(d.run.Started))})
	}
	if !q.NotBefore.IsZero() {
		pairs = append(pairs, ui.Pair{Key: "Not before", At: q.NotBefore})
	}
	if !q.WindowEnds.IsZero() {
		pairs = append(pairs, ui.Pair{Key: "Had to begin by", At: q.WindowEnds})
	}
	if d.run.AskedBy != "" {
		pairs = append(pairs, ui.Pair{Key: "Last asked by", Value: d.run.AskedBy}, ui.Pair{Key: "Reason", Value: d.run.AskedWhy})
	}
	return append(pairs, ui.Pair{Key: "Run", Value: d.run.ID, Copy: true}, ui.Pair{Key: "SHA-256 of the plan", Value: d.run.PlanHash, Copy: true})
}

// relatedRuns are the other runs of the same request: ends of access that have
// a time of their own.
func (s *Server) relatedRuns(ctx context.Context, r db.Run) ([]ui.Link, error) {
	all, err := s.Reader.RunsOf(ctx, r.Request)
	if err != nil {
		return nil, err
	}
	var out []ui.Link
	for _, o := range all {
		if o.ID != r.ID {
			out = append(out, ui.Link{Label: o.Title + " (" + o.Started.UTC().Format(clock) + ")", Href: runPath(o.ID)})
		}
	}
	return out, nil
}

// runForms are what the reader may do to a run that has not ended.
func runForms(d runDetail, t typed) []templates.NamedForm {
	if d.run.Ended() || !d.may(auth.CancelRun) {
		return nil
	}
	root := runPath(d.run.ID)
	reason := ui.Field{Kind: ui.TextArea, Name: "reason", Label: "Reason", Rows: 2, Hint: "Everybody who sees the run can read it."}
	var out []templates.NamedForm
	if d.run.Paused.IsZero() && d.run.Cancel.IsZero() {
		out = append(out, templates.NamedForm{Title: "Pause", Form: t.into("pause", ui.Form{Action: root + "/pause", Submit: "Pause before the next step", Fields: []ui.Field{reason}})})
	}
	if !d.run.Paused.IsZero() {
		optional := reason
		optional.Optional = true
		out = append(out, templates.NamedForm{Title: "Go on", Form: t.into("resume", ui.Form{Action: root + "/resume", Submit: "Go on", Fields: []ui.Field{optional}})})
	}
	if d.run.Cancel.IsZero() {
		out = append(out, templates.NamedForm{Title: "Cancel the run", Note: "What was done stays as it is; steps to do are skipped. A step in doubt is settled first.",
			Form: t.into("cancel", ui.Form{Action: root + "/cancel", Submit: "Cancel before the next step", Fields: []ui.Field{reason}})})
	}
	return out
}

// runSteps is the part of the page that asks for itself again. It answers
// nothing while nothing has changed, so that what a reader has opened stays
// open, and asks for the whole page when the run has ended.
func (s *Server) runSteps(c echo.Context) error {
	d, err := s.readRun(c)
	if err != nil {
		return err
	}
	if d.run.Ended() {
		c.Response().Header().Set("HX-Refresh", "true")
	} else if c.QueryParam("seen") == runVersion(d.run, d.steps) {
		return c.NoContent(http.StatusNoContent)
	}
	return ok(c, templates.RunSteps(runView(d.run, d.steps, d.may(auth.ResolveStep), s.Now())))
}
