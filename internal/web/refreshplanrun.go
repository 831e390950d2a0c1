package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/refresh"
	"steward/internal/refreshplan"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// phaseBadges are where nodes are, as people say it.
var phaseBadges = map[refreshplan.Phase]ui.Badge{
	refreshplan.Waiting:    {Text: "waits", Tone: ui.Neutral},
	refreshplan.Starting:   {Text: "being started", Tone: ui.Info},
	refreshplan.Running:    {Text: "running", Tone: ui.Info},
	refreshplan.Cancelling: {Text: "being stopped", Tone: ui.Warn},
	refreshplan.Checking:   {Text: "gate is asked", Tone: ui.Info},
	refreshplan.Retrying:   {Text: "tried again later", Tone: ui.Warn},
	refreshplan.Done:       {Text: "refreshed", Tone: ui.Good},
	refreshplan.Skipped:    {Text: "not needed", Tone: ui.Neutral},
	refreshplan.Failed:     {Text: "failed", Tone: ui.Bad},
	refreshplan.Lost:       {Text: "not refreshed", Tone: ui.Warn},
}

var outcomeBadges = map[refreshplan.Outcome]ui.Badge{
	db.PlanRunning:      {Text: "running", Tone: ui.Info},
	refreshplan.Good:    {Text: "done", Tone: ui.Good},
	refreshplan.Partly:  {Text: "partial", Tone: ui.Warn},
	refreshplan.Bad:     {Text: "failed", Tone: ui.Bad},
	refreshplan.Stopped: {Text: "cancelled", Tone: ui.Warn},
}

// planRunDetail is what a run's pages are made from.
type planRunDetail struct {
	planDetail
	run   db.PlanRun
	nodes []db.PlanNode
	tries []db.PlanTry
}

func (s *Server) readPlanRun(c echo.Context) (d planRunDetail, err error) {
	if d.planDetail, err = s.readPlan(c); err != nil {
		return d, err
	}
	return s.runOfPlan(c.Request().Context(), d.planDetail, c.Param("run"))
}

// runOfPlan reads a run of a plan that was found already.
func (s *Server) runOfPlan(ctx context.Context, p planDetail, run string) (d planRunDetail, err error) {
	d.planDetail = p
	if d.run, err = s.Reader.PlanRun(ctx, run); err != nil {
		return d, hidden(err)
	}
	if d.run.Plan != d.stored.ID {
		return d, auth.Hidden()
	}
	if d.nodes, err = s.Reader.PlanNodes(ctx, d.run.ID); err != nil {
		return d, err
	}
	d.tries, err = s.Reader.PlanTries(ctx, d.run.ID)
	return d, err
}

func (d planRunDetail) path() string { return d.root() + "/runs/" + d.run.ID }

func (s *Server) planRun(c echo.Context) error {
	d, err := s.readPlanRun(c)
	if err != nil {
		return err
	}
	return s.planRunPage(c, http.StatusOK, d, typed{})
}

func (s *Server) planRunPage(c echo.Context, status int, d planRunDetail, t typed) error {
	v := templates.RunPage{Page: s.bare(c, d.who), Run: d.view(), Facts: d.runFacts(), Forms: d.forms(t)}
	v.Title, v.Kind, v.Active, v.Tenant = d.stored.Name+", "+d.run.Started.UTC().Format(clock), "Run of a refresh plan", "/refreshes", d.run.Tenant
	v.Crumbs = []ui.Link{{Label: "Refresh plans", Href: d.place.list("refresh-plans")}, {Label: d.stored.Name, Href: d.root()}}
	return render(c, status, templates.Run(v))
}

// planRunNodes is the part of the page that asks for itself again; it answers
// nothing while nothing has changed.
func (s *Server) planRunNodes(c echo.Context) error {
	d, err := s.readPlanRun(c)
	if err != nil {
		return err
	}
	if d.run.Ended() {
		c.Response().Header().Set("HX-Refresh", "true")
	} else if c.QueryParam("seen") == d.version() {
		return c.NoContent(http.StatusNoContent)
	}
	return ok(c, templates.RunSteps(d.view()))
}

// version changes whenever the page would.
func (d planRunDetail) version() string {
	var b strings.Builder
	for _, n := range d.nodes {
		fmt.Fprintf(&b, "%s%d", n.Phase[:2], n.Tries)
	}
	return b.String() + string(d.run.State) + fmt.Sprint(len(d.tries), d.run.Cancel.IsZero(), len(d.run.Waits))
}

func (d planRunDetail) view() templates.RunView {
	v := templates.RunView{ID: d.run.ID, Href: d.path(), State: outcomeBadges[d.run.State], Total: int64(len(d.nodes)), Says: d.run.Note}
	if !d.run.Ended() {
		v.Says, v.Live = d.run.Waits, ui.With(d.path()+"/nodes", ui.Param{Name: "seen", Value: d.version()})
		if !d.run.Cancel.IsZero() {
			v.State = ui.Badge{Text: "being cancelled", Tone: ui.Warn}
		}
	}
	for i, n := range d.nodes {
		if n.Phase == refreshplan.Done || n.Phase == refreshplan.Skipped {
			v.Done++
		}
		v.Steps = append(v.Steps, d.step(i, n))
	}
	return v
}

// step is a node with all that was sent and answered for it.
func (d planRunDetail) step(i int, n db.PlanNode) templates.RunStepView {
	out := templates.RunStepView{ID: fmt.Sprint(i + 1), Says: n.Name, State: phaseBadges[n.Phase], Note: n.Reason}
	if n.Phase == refreshplan.Waiting && n.Reason == "" {
		if p, ok := d.plan.Node(n.Name); ok && len(p.Needs) > 0 {
			out.Note = "Comes after " + strings.Join(p.Needs, ", ") + "."
		}
	}
	if n.Tries > 0 {
		out.Facts = append(out.Facts, ui.Plural(int64(n.Tries), "try", "tries"))
	}
	for _, t := range d.tries {
		if t.Name != n.Name {
			continue
		}
		if !t.Began.IsZero() && !t.Ended.IsZero() {
			out.Facts = append(out.Facts, "took "+ui.Duration(t.Ended.Sub(t.Began)))
		}
		if t.RequestID != "" {
			out.Facts = append(out.Facts, "refresh "+t.RequestID)
		}
		out.Sent = append(out.Sent, t.Intended.UTC().Format(time.RFC3339)+" "+strings.ReplaceAll(t.Sent, "\n", " "))
		said := []string{string(t.State)}
		for _, text := range []string{t.Answered, t.Stopped, t.ErrorCode, t.ErrorText} {
			if text != "" {
				said = append(said, strings.ReplaceAll(text, "\n", " "))
			}
		}
		out.Answered = append(out.Answered, strings.Join(said, ": "))
		if t.State == db.TryFailed && n.Phase == refreshplan.Failed {
			cause := refresh.CauseOf(refresh.Run{Status: refresh.Failed, ErrorCode: t.ErrorCode, ErrorText: t.ErrorText})
			out.Note = n.Reason + " What to do: " + cause.Remedy()
		}
	}
	return out
}

func (d planRunDetail) runFacts() []ui.Pair {
	cause := map[db.Cause]string{db.BySchedule: "its schedule", db.ByPlan: "the end of another plan", db.ByResume: "going on from an earlier run"}[d.run.Cause]
	if cause == "" {
		cause = d.run.CauseBy
	}
	pairs := []ui.Pair{{Key: "Plan", Value: d.stored.Name, Href: d.root()}, {Key: "Version", Value: fmt.Sprint(d.run.Version)}, {Key: "Begun by", Value: cause}, {Key: "Began", At: d.run.Started}}
	if d.run.Cause == db.ByResume {
		pairs = append(pairs, ui.Pair{Key: "Goes on from", Value: d.run.CauseBy, Href: d.root() + "/runs/" + d.run.CauseBy})
	}
	if d.run.Ended() {
		pairs = append(pairs, ui.Pair{Key: "Ended", At: d.run.Finished}, ui.Pair{Key: "Took", Value: ui.Duration(d.run.Finished.Sub(d.run.Started))})
	}
	if d.run.CancelBy != "" {
		pairs = append(pairs, ui.Pair{Key: "Cancelled by", Value: d.run.CancelBy}, ui.Pair{Key: "Reason", Value: d.run.CancelWhy})
	}
	return append(pairs, ui.Pair{Key: "Run", Value: d.run.ID, Copy: true})
}

// forms are what the reader may do to the run.
func (d planRunDetail) forms(t typed) []templates.NamedForm {
	if !d.mayRun() {
		return nil
	}
	switch {
	case !d.run.Ended() && d.run.Cancel.IsZero():
		reason := ui.Field{Kind: ui.TextArea, Name: "reason", Label: "Reason", Rows: 2, Hint: "Everybody who sees the run can read it."}
		return []templates.NamedForm{{Title: "Cancel the run", Note: "Nothing more begins. Enhanced refreshes and dataflows under way are stopped; a standard refresh cannot be, and is waited for.",
			Form: t.into("cancel", ui.Form{Action: d.path() + "/cancel", Submit: "Cancel the run", Fields: []ui.Field{reason}})}}
	case d.run.Ended() && d.run.State != refreshplan.Good && d.run.Version == d.stored.Version:
		return []templates.NamedForm{{Title: "Go on from here", Note: "A new run does what was not refreshed here; what was is not refreshed again.",
			Form: t.into("resume", ui.Form{Action: d.path() + "/resume", Submit: "Go on from what failed"})}}
	}
	return nil
}

func (s *Server) resumePlanRun(c echo.Context) error {
	d, err := s.readPlanRun(c)
	if err != nil {
		return err
	}
	next, err := s.Plans.ResumePlanRun(c.Request().Context(), s.by(c), d.run.ID)
	if err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.planRunPage(c, http.StatusUnprocessableEntity, d, typed{form: "resume", field: field, sentence: sentence})
		})
	}
	return c.Redirect(http.StatusSeeOther, d.root()+"/runs/"+next)
}

func (s *Server) cancelPlanRun(c echo.Context) error {
	d, err := s.readPlanRun(c)
	if err != nil {
		return err
	}
	values, err := form(c)
	if err != nil {
		return err
	}
	if err := s.Plans.CancelPlanRun(c.Request().Context(), s.by(c), d.run.ID, values.Get("reason")); err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.planRunPage(c, http.StatusUnprocessableEntity, d, typed{form: "cancel", field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, d.path())
}
