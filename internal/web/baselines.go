package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/policy"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// controlTones are the states of controls; a waived one is not good.
var controlTones = map[policy.ControlState]ui.Tone{
	policy.ControlPass: ui.Good, policy.ControlFail: ui.Bad, policy.ControlUnknown: ui.Warn, policy.ControlWaived: ui.Info, policy.ControlManual: ui.Neutral, policy.ControlOff: ui.Warn,
}

// readBaselines reads the baselines of the tenant of the address.
func (s *Server) readBaselines(c echo.Context) ([]audit.BaselineReport, audit.Query, viewing, error) {
	who := s.viewer(c)
	v, err := s.view(c, who)
	if err != nil {
		return nil, audit.Query{}, viewing{}, err
	}
	q := audit.Query{View: v}
	if q.Scope, err = s.scope(c, who, v); err != nil {
		return nil, q, viewing{}, err
	}
	at := viewing{place: s.place(c, v), now: s.Now()}
	if !q.Scope.All {
		return nil, q, at, fault.New(fault.Denied, "Baselines judge the tenant as a whole, so they are for those who may see all of it.")
	}
	if s.Policies == nil || s.Policies.Set() == nil {
		return nil, q, at, fault.New(fault.Unavailable, "No rules are loaded.")
	}
	all, err := audit.BaselinesOf(c.Request().Context(), s.Reader, q, s.Policies.Set(), at.now)
	return all, q, at, err
}

// baselines is the page of all baselines.
func (s *Server) baselines(c echo.Context) error {
	all, q, at, err := s.readBaselines(c)
	if err != nil {
		return err
	}
	who := s.viewer(c)
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, q.View)
	if err != nil {
		return err
	}
	v := templates.BaselinesPage{Page: s.page(c, who, q.View, truth), Question: "How does the tenant stand against public baselines, and what shows it?",
		Export: []ui.Link{{Label: "CSV", Href: at.place.to("/baselines.csv")}, {Label: "XLSX", Href: at.place.to("/baselines.xlsx")}, {Label: "JSON", Href: at.place.to("/baselines.json")}}}
	v.Printed = "Steward, tenant " + q.View.TenantName + ", printed " + ui.Exact(s.Now()) + " by " + who.person.Name + "."
	v.Title = "Baselines"
	attest := who.may(auth.Attest) && !q.View.Past
	for _, b := range all {
		v.Baselines = append(v.Baselines, baselineView(b, at, attest))
	}
	return ok(c, templates.Baselines(v))
}

func baselineView(b audit.BaselineReport, at viewing, attest bool) templates.BaselineView {
	out := templates.BaselineView{ID: b.ID, Title: b.Title, Note: b.Note}
	counts := map[policy.ControlState]int64{}
	for _, c := range b.Controls {
		counts[c.State]++
		out.Controls = append(out.Controls, controlView(b.ID, c, at, attest))
	}
	for _, st := range []policy.ControlState{policy.ControlPass, policy.ControlFail, policy.ControlWaived, policy.ControlUnknown, policy.ControlManual, policy.ControlOff} {
		if counts[st] > 0 || st == policy.ControlPass || st == policy.ControlFail {
			out.Stats = append(out.Stats, ui.Stat{Label: capital(string(st)), Value: ui.Count(counts[st])})
		}
	}
	return out
}

func controlView(baseline string, c audit.Control, at viewing, attest bool) templates.ControlView {
	v := templates.ControlView{ID: c.ID, Title: c.Title, Level: c.Level, State: string(c.State), Tone: controlTones[c.State], Manual: c.Manual, Says: controlSays(c)}
	if a := c.Attested; a != nil {
		v.Attested, v.Kept = attestedText(*a), a.Link
		if attestable(c) && !a.Superseded {
			word, tone := "fail, attested", ui.Bad
			if a.Pass {
				word, tone = "pass, attested", ui.Good
			}
			v.State, v.Tone = word, tone
		}
	}
	for _, r := range c.Rules {
		v.Rules = append(v.Rules, ui.Link{Label: r.ID, Href: at.place.thing(audit.ToRule, r.ID)})
		if c.State == policy.ControlFail {
			v.Remedy = append(v.Remedy, r.Remedy...)
		}
	}
	for _, f := range c.Findings {
		v.Findings = append(v.Findings, ui.Link{Label: f.Label + ": " + f.Says, Href: "/violations/" + strconv.FormatInt(f.ID, 10)})
	}
	if c.More > 0 && len(c.Rules) > 0 {
		v.More = ui.Link{Label: "and " + ui.Count(c.More) + " more", Href: at.place.list("violations", ui.Param{Name: "rule", Value: c.Rules[0].ID})}
	}
	if attest && attestable(c) {
		v.Attest = ui.Link{Label: "Say what you found", Href: at.place.to("/baselines/" + url.PathEscape(baseline) + "/" + url.PathEscape(c.ID))}
	}
	return v
}

// controlSays sums the verdicts of a control up.
func controlSays(c audit.Control) string {
	if len(c.Rules) == 0 {
		return ""
	}
	t := c.Tally
	words := []string{ui.Count(t.Passed) + " pass", ui.Count(t.Failed) + " fail"}
	if t.Waived > 0 {
		words = append(words, ui.Count(t.Waived)+" of them waived")
	}
	if t.Unknown > 0 {
		words = append(words, ui.Count(t.Unknown)+" unknown")
	}
	return strings.Join(words, ", ") + "."
}

func attestedText(a audit.Attested) string {
	word := "fails"
	if a.Pass {
		word = "passes"
	}
	text := a.By + " found on " + ui.Day(a.At) + " that it " + word + ": " + a.Note
	if a.Superseded {
		return text + " (held until " + ui.Day(a.Until) + "; to be looked at again)"
	}
	return text + " (holds until " + ui.Day(a.Until) + ")"
}

// attestForm asks what a person found about a control.
func (s *Server) attestForm(c echo.Context) error {
	return s.attestPage(c, http.StatusOK, typed{})
}

func (s *Server) attestPage(c echo.Context, status int, t typed) error {
	all, q, at, err := s.readBaselines(c)
	if err != nil {
		return err
	}
	who := s.viewer(c)
	truth, err := audit.TruthOf(c.Request().Context(), s.Reader, q.View)
	if err != nil {
		return err
	}
	for _, b := range all {
		for _, x := range b.Controls {
			if b.ID != c.Param("baseline") || x.ID != c.Param("control") || !attestable(x) {
				continue
			}
			v := templates.DecidePage{Page: s.page(c, who, q.View, truth), Intro: []string{attestWhy(x)}}
			v.Title, v.Kind, v.NoAsOf, v.Active = x.Title, "Control "+b.ID+" "+x.ID, true, "/baselines"
			v.Crumbs = []ui.Link{{Label: "Baselines", Href: at.place.to("/baselines")}}
			if x.Attested != nil {
				v.About = []ui.Pair{{Key: "Last found", Value: attestedText(*x.Attested)}}
				if x.Attested.Link != "" {
					v.About = append(v.About, ui.Pair{Key: "Kept at", Value: x.Attested.Link, Copy: true})
				}
			}
			for _, a := range x.Earlier {
				v.About = append(v.About, ui.Pair{Key: "Before", Value: attestedText(a)})
			}
			f := ui.Form{Action: at.place.to(c.Request().URL.Path), Submit: "Keep it", Back: at.place.to("/baselines"), Fields: []ui.Field{
				{Kind: ui.RadioField, Name: "state", Label: "The control", Choices: []ui.Choice{{Value: "pass", Label: "Passes"}, {Value: "fail", Label: "Fails"}}},
				{Kind: ui.TextArea, Name: "note", Label: "What shows it", Rows: 4, Hint: "What you looked at and what you saw."},
				{Name: "link", Label: "Where it is kept", Optional: true, Hint: "An address that begins with https://: a ticket, a folder, a document."},
				{Kind: ui.DateField, Name: "due", Label: "Holds until", Value: at.now.AddDate(0, 6, 0).Format(dateForm), Min: at.now.AddDate(0, 0, 1).Format(dateForm), Max: at.now.AddDate(1, 0, 0).Format(dateForm)}}}
			v.Forms = []templates.NamedForm{{Title: "Evidence", Form: t.into("attest", f)}}
			return render(c, status, templates.Decide(v))
		}
	}
	return fault.New(fault.NotFound, "There is no control %q of %q that somebody has to look at.", clip(c.Param("control")), clip(c.Param("baseline")))
}

func (s *Server) attest(c echo.Context) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	v, err := s.view(c, s.viewer(c))
	if err != nil {
		return err
	}
	if st := values.Get("state"); st != "pass" && st != "fail" {
		err = &fault.Error{Kind: fault.Invalid, Field: "state", Sentence: "Choose whether the control passes or fails."}
	} else if err = s.canAttest(c); err == nil {
		err = s.Rules.Attest(c.Request().Context(), s.decider(c), v.TenantName,
			db.Attestation{Baseline: c.Param("baseline"), Control: c.Param("control"), Pass: st == "pass", Note: values.Get("note"), Link: values.Get("link"), Until: endOfDay(values.Get("due"))})
	}
	if err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.attestPage(c, http.StatusUnprocessableEntity, typed{form: "attest", field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, ui.With("/baselines", ui.Param{Name: "tenant", Value: v.TenantName}))
}

// attestable reports whether a person can say more than the rules: nobody
// checks the control, or what the scan was told does not answer it.
func attestable(c audit.Control) bool {
	return c.State == policy.ControlManual || c.State == policy.ControlUnknown
}

func attestWhy(c audit.Control) string {
	if c.Manual != "" {
		return c.Manual
	}
	return "The scan was not told enough to judge this control. Say what you found by other means; as soon as a scan can tell, the scan counts."
}

// canAttest is nil for a control about which a person may say something.
func (s *Server) canAttest(c echo.Context) error {
	all, _, _, err := s.readBaselines(c)
	if err != nil {
		return err
	}
	for _, b := range all {
		for _, x := range b.Controls {
			if b.ID == c.Param("baseline") && x.ID == c.Param("control") && attestable(x) {
				return nil
			}
		}
	}
	return auth.Hidden()
}

// baselinesFile is every control as a row of a file.
func (s *Server) baselinesFile(f audit.Format) echo.HandlerFunc {
	return func(c echo.Context) error {
		all, q, _, err := s.readBaselines(c)
		if err != nil {
			return err
		}
		truth, err := audit.TruthOf(c.Request().Context(), s.Reader, q.View)
		if err != nil {
			return err
		}
		if err := s.record(c, ledger.Entry{Action: ledger.Export, Outcome: ledger.Done, Object: ledger.Object{Kind: "report", ID: "baselines", Name: "Baselines", Tenant: q.View.TenantName},
			Details: map[ledger.Detail]string{ledger.Report: "baselines", ledger.Format: string(f)}}); err != nil {
			return err
		}
		h := c.Response().Header()
		out := &lateHeader{w: c.Response(), set: func() {
			h.Set(echo.HeaderContentType, f.ContentType())
			h.Set(echo.HeaderContentDisposition, audit.ContentDisposition(audit.FileName(audit.BaselinesReport, truth, f)))
		}}
		_, err = audit.ExportBaselines(out, q, truth, all, f, audit.Options{Header: c.QueryParam("header") == "1"})
		return err
	}
}
