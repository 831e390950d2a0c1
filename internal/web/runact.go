package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// RunDesk is where people act on what is being carried out; desk.Desk is it.
type RunDesk interface {
	PauseRun(ctx context.Context, by desk.By, run, reason string) error
	ResumeRun(ctx context.Context, by desk.By, run, reason string) error
	CancelRun(ctx context.Context, by desk.By, run, reason string) error
	ResolveStep(ctx context.Context, by desk.By, run, step string, choice db.StepChoice, found, reason string) error
	HoldExecutor(ctx context.Context, by desk.By, tenant, reason string) error
	ReleaseExecutor(ctx context.Context, by desk.By, tenant, reason string) error
}

// pathParam is an id in the address, as it was before it was escaped.
func pathParam(c echo.Context, name string) (string, error) {
	text, err := url.PathUnescape(c.Param(name))
	if err != nil || text == "" || len(text) > 200 {
		return "", auth.Hidden()
	}
	return text, nil
}

// onRun does what a form of a run's page asks, and goes back to the page; what
// was refused comes back at the field.
func (s *Server) onRun(name string, do func(ctx context.Context, by desk.By, run, reason string) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, err := pathParam(c, "id")
		if err != nil {
			return err
		}
		values, err := form(c)
		if err != nil {
			return err
		}
		if err := do(c.Request().Context(), s.by(c), id, values.Get("reason")); err != nil {
			return refusedForm(err, func(field, sentence string) error {
				return s.runPage(c, http.StatusUnprocessableEntity, typed{form: name, field: field, sentence: sentence, values: values})
			})
		}
		return c.Redirect(http.StatusSeeOther, runPath(id))
	}
}

func (s *Server) pauseRun(c echo.Context) error  { return s.onRun("pause", s.Runs.PauseRun)(c) }
func (s *Server) resumeRun(c echo.Context) error { return s.onRun("resume", s.Runs.ResumeRun)(c) }
func (s *Server) cancelRun(c echo.Context) error { return s.onRun("cancel", s.Runs.CancelRun)(c) }

// decideStep asks what became of a step in doubt.
func (s *Server) decideStep(c echo.Context) error {
	return s.decideStepPage(c, http.StatusOK, typed{})
}

func (s *Server) decideStepPage(c echo.Context, status int, t typed) error {
	d, err := s.readRun(c)
	if err != nil {
		return err
	}
	step, err := stepOf(c, d)
	if err != nil || !d.may(auth.ResolveStep) {
		return auth.Hidden()
	}
	v := templates.DecidePage{Page: s.bare(c, d.who)}
	v.Title, v.Kind, v.Active = "What became of it?", "Step in doubt", "/runs"
	v.Crumbs = []ui.Link{{Label: "Runs", Href: "/runs"}, {Label: d.run.Title, Href: runPath(d.run.ID)}}
	v.Notices = append(v.Notices, s.confirmFirst(c, auth.ResolveStep)...)
	v.Intro = []string{"This was sent, and the portal cannot tell whether it took effect. Look into Power BI, then say what you found. Nothing else of this run goes on until then."}
	v.About = []ui.Pair{{Key: "Step", Value: step.Says}, {Key: "Why", Value: step.Note}, {Key: "Call", Value: step.Call}, {Key: "Sent", At: step.Intended}}
	if step.Marker != "" {
		v.About = append(v.About, ui.Pair{Key: "Mark to look for in the description", Value: step.Marker, Copy: true})
	}
	if step.State == db.StepInDoubt && step.Choice == "" {
		v.Forms = []templates.NamedForm{{Title: "Decide", Form: t.into("decide", decideForm(d.run, step))}}
	} else {
		v.Intro = []string{"This step is not in doubt any more."}
	}
	return render(c, status, templates.Decide(v))
}

func stepOf(c echo.Context, d runDetail) (db.RunStep, error) {
	id, err := pathParam(c, "step")
	if err != nil {
		return db.RunStep{}, err
	}
	for _, s := range d.steps {
		if s.ID == id {
			return s, nil
		}
	}
	return db.RunStep{}, auth.Hidden()
}

func decideForm(r db.Run, s db.RunStep) ui.Form {
	f := ui.Form{Action: runPath(r.ID) + "/steps/" + url.PathEscape(s.ID), Submit: "Decide", Back: runPath(r.ID), Fields: []ui.Field{
		{Kind: ui.RadioField, Name: "choice", Label: "You found that", Choices: []ui.Choice{
			{Value: string(db.ChooseAdopt), Label: "It took effect", Hint: "The run takes it as done and goes on."},
			{Value: string(db.ChooseRedo), Label: "It did not: send it again", Hint: "If it did take effect after all, it will be there twice."},
			{Value: string(db.ChooseStop), Label: "Give it up", Hint: "The step counts as failed, with what the plan says about that. Whatever is there stays."},
		}}}}
	if strings.Contains(s.Operation, "Create") {
		f.Fields = append(f.Fields, ui.Field{Name: "found", Label: "Id of what was created", Optional: true, Mono: true,
			Hint: "Only if it took effect and the portal cannot find it by its mark. It stands in the address of the object in Power BI."})
	}
	f.Fields = append(f.Fields, ui.Field{Kind: ui.TextArea, Name: "reason", Label: "What you saw", Rows: 3, Hint: "It stands in the ledger."})
	return f
}

// resolveStep does what was decided about a step in doubt.
func (s *Server) resolveStep(c echo.Context) error {
	d, err := s.readRun(c)
	if err != nil {
		return err
	}
	step, err := stepOf(c, d)
	if err != nil {
		return err
	}
	values, err := form(c)
	if err != nil {
		return err
	}
	err = s.Runs.ResolveStep(c.Request().Context(), s.by(c), d.run.ID, step.ID, db.StepChoice(values.Get("choice")), values.Get("found"), values.Get("reason"))
	if err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.decideStepPage(c, http.StatusUnprocessableEntity, typed{form: "decide", field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, runPath(d.run.ID))
}

// runs is the list of runs, with the switch that stops them.
func (s *Server) runs(c echo.Context, req listRequest, page audit.Page) error {
	v := templates.ListPage{Page: s.page(c, req.who, req.query.View, page.Truth), Question: req.report.Question}
	v.Title, v.NoAsOf = req.report.Title, true
	v.List = s.listView(req, page)
	if tenant := req.place.tenant; auth.May(req.who.person, auth.HoldExecutor, auth.Object{Tenant: tenant}) {
		_, held, err := s.Reader.Hold(c.Request().Context(), tenant)
		if err != nil {
			return err
		}
		label := "Hold every change"
		if held {
			label = "Let changes go on"
		}
		v.Also = append(v.Also, ui.Action{Label: label, Href: ui.With("/runs/hold", ui.Param{Name: "tenant", Value: tenant})})
	}
	return ok(c, templates.List(v))
}
