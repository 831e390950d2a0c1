package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// emergencyRoutes are what is done with the emergency access, at the pages of
// requests.
func (s *Server) emergencyRoutes() []route {
	return []route{
		{http.MethodPost, "/requests/:id/now", auth.BreakGlass, s.carryOutNow},
		{http.MethodPost, "/requests/:id/emergency/end", auth.EndBreakGlass, s.endEmergency},
		{http.MethodPost, "/requests/:id/emergency/review", auth.ReviewBreakGlass, s.reviewEmergency},
	}
}

func (s *Server) carryOutNow(c echo.Context) error {
	return s.onRequest(c, "now", func(ctx context.Context, id string, v url.Values) error {
		_, err := s.Requests.CarryOutNow(ctx, s.by(c), id, v.Get("plan"), v.Get("reason"))
		return err
	})
}

func (s *Server) endEmergency(c echo.Context) error {
	return s.onRequest(c, "end-emergency", func(ctx context.Context, id string, v url.Values) error {
		return s.Requests.EndEmergency(ctx, s.by(c), id, v.Get("reason"))
	})
}

func (s *Server) reviewEmergency(c echo.Context) error {
	return s.onRequest(c, "review", func(ctx context.Context, id string, v url.Values) error {
		return s.Requests.ReviewEmergency(ctx, s.by(c), id, v.Get("verdict"), v.Get("reason"))
	})
}

// offerNow lets the holder of an emergency access have their own request
// carried out without the approvals that are missing.
func (s *Server) offerNow(c echo.Context, d *requested, t typed, page *templates.RequestPage) error {
	x, may, err := s.Requests.NowUnder(c.Request().Context(), d.by, d.r, d.Places)
	if err != nil {
		return err
	}
	if !may {
		if t.form == "now" {
			page.Notices = append([]ui.Notice{{Tone: ui.Bad, Title: "Nothing was stored.", Text: t.sentence}}, page.Notices...)
		}
		return nil
	}
	page.Notices = append(page.Notices, s.confirmFirst(c, auth.BreakGlass)...)
	page.Forms = append(page.Forms, templates.NamedForm{Title: "Carry it out now",
		Note: "Under your emergency access, until " + x.Ends.UTC().Format(clock) + ". The plan on this page is carried out without the approvals that are missing. Everybody who looks after the tenant is told, and somebody else reviews it.",
		Form: t.into("now", ui.Form{Action: d.root + "/now", Submit: "Carry it out without approval", Params: []ui.Param{{Name: "plan", Value: d.r.Plan}},
			Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "Why it cannot wait", Rows: 2, Hint: "It stands in the ledger and in what everybody is told."}}})})
	return nil
}

// requestEmergency shows an emergency access at the request it came from, and
// its use at the request it was used on.
func (s *Server) requestEmergency(c echo.Context, d *requested, t typed, page *templates.RequestPage) error {
	ctx := c.Request().Context()
	for _, u := range d.uses {
		if u.Plan == d.r.Plan {
			page.Notices = append(page.Notices, ui.Notice{Tone: ui.Bad, Title: "Carried out under the emergency access, without the usual approvals.", Text: u.Reason,
				Action: ui.Action{Label: "The emergency access", Href: "/requests/" + url.PathEscape(u.Emergency)}})
		}
	}
	if d.r.Kind != request.Emergency || d.r.State != request.Done {
		return s.offerNow(c, d, t, page)
	}
	x, err := s.Reader.Emergency(ctx, d.r.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	uses, err := s.Reader.UsesOfEmergency(ctx, d.r.ID)
	if err != nil {
		return err
	}
	page.Uses = usesTable(uses, d.at)
	page.Facts = append(emergencyFacts(x, d.at), page.Facts...)
	d.emergencyForms(x, t, page)
	return nil
}

func usesTable(uses []db.EmergencyUse, at viewing) *ui.Table {
	t := ui.Table{ID: "uses", Caption: "Plans carried out under it", Columns: []ui.Column{{Label: "Request"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "When", Kind: ui.Date}, {Label: "Why it could not wait"}},
		Empty: ui.Empty{Why: "It was not used."}}
	for _, u := range uses {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.To(u.Title, "/requests/"+url.PathEscape(u.Request)), ui.Parts(ui.State(u.State.Text(), requestStates[u.State])), ui.When(u.At, at.now), ui.Txt(u.Reason)}})
	}
	return &t
}

func emergencyFacts(x db.EmergencyAccess, at viewing) []ui.Pair {
	reach := "all of " + x.Tenant
	if x.Prefix != "" {
		reach = "whose names begin with " + x.Prefix
	}
	out := []ui.Pair{{Key: "Held by", Value: x.Holder.Name}, {Key: "Agreed to by", Value: x.GivenBy}, {Key: "Workspaces", Value: reach},
		{Key: "From", Part: ui.Time(x.Starts, at.now)}, {Key: "Until", Part: ui.Time(x.Over(), at.now)}}
	if !x.Ended.IsZero() {
		out = append(out, ui.Pair{Key: "Ended early by", Value: x.EndedBy})
	}
	if x.Reviewed.IsZero() {
		return append(out, ui.Pair{Key: "Review", Value: "open"})
	}
	return append(out, ui.Pair{Key: "Review", Value: x.Verdict + ": " + x.Review}, ui.Pair{Key: "Reviewed by", Value: x.Reviewer.Name})
}

// emergencyForms let somebody end an access that lasts, and somebody else than
// its holder review one that is over.
func (d *requested) emergencyForms(x db.EmergencyAccess, t typed, page *templates.RequestPage) {
	mine := x.Holder.Same(d.by.Party())
	reviews := auth.May(d.who.person, auth.ReviewBreakGlass, auth.Object{Tenant: x.Tenant})
	reason := ui.Field{Kind: ui.TextArea, Name: "reason", Label: "Why", Rows: 2}
	switch {
	case x.Holds(d.at.now) && (mine || reviews):
		page.Forms = append(page.Forms, templates.NamedForm{Title: "End it now", Note: "What it let through and has not begun becomes a draft again; what has begun goes on.",
			Form: t.into("end-emergency", ui.Form{Action: d.root + "/emergency/end", Submit: "End the emergency access", Fields: []ui.Field{reason}})})
	case x.Holds(d.at.now) || !x.Reviewed.IsZero():
	case mine:
		page.Notices = append(page.Notices, ui.Notice{Tone: ui.Warn, Title: "Your emergency access waits for a review.", Text: "Somebody else does it. Until then you cannot have another."})
	case reviews:
		reason.Label, reason.Hint = "What you found", "Look at each plan above: was it needed, and is the tenant as it should be?"
		page.Forms = append(page.Forms, templates.NamedForm{Title: "Review it", Form: t.into("review", ui.Form{Action: d.root + "/emergency/review", Submit: "Close the review", Fields: []ui.Field{
			{Kind: ui.RadioField, Name: "verdict", Label: "Was it justified?", Choices: []ui.Choice{{Value: desk.Justified, Label: "Yes"}, {Value: desk.NotJustified, Label: "No"}}}, reason}})})
	}
}

// fillEmergencies says on every page that somebody holds the emergency access,
// and to those who could, that one waits for their review.
func (s *Server) fillEmergencies(c echo.Context, who viewer, p *templates.Page) {
	if s.Reader == nil || !who.may(auth.ViewRequests) {
		return
	}
	open, err := s.Reader.UnreviewedEmergencies(c.Request().Context())
	if err != nil {
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warn, Title: "Whether somebody holds the emergency access could not be read."})
		return
	}
	for _, x := range open {
		at := auth.Object{Tenant: x.Tenant}
		n := ui.Notice{Action: ui.Action{Label: "Look", Href: "/requests/" + url.PathEscape(x.Request)}}
		switch {
		case len(auth.Tenants(who.person, auth.ViewRequests, []string{x.Tenant})) == 0:
			continue
		case x.Holds(s.Now()):
			n.Tone, n.Title = ui.Bad, x.Holder.Name+" holds the emergency access to "+x.Tenant+" until "+x.Ends.UTC().Format(clock)+"."
			n.Text = "Their own plans are carried out without approval. " + ui.Plural(x.Uses, "plan", "plans") + " so far."
		case auth.May(who.person, auth.ReviewBreakGlass, at) && !(desk.By{Person: who.person}).Party().Same(x.Holder):
			n.Tone, n.Title = ui.Warn, "The emergency access of "+x.Holder.Name+" to "+x.Tenant+" waits for a review."
			n.Text = "It ended on " + x.Over().UTC().Format(clock) + "; " + ui.Plural(x.Uses, "plan was", "plans were") + " carried out under it."
		default:
			continue
		}
		if !auth.May(who.person, auth.ViewRequests, at) {
			n.Action = ui.Action{} // they see a part of the tenant, and not this request
		}
		p.Notices = append(p.Notices, n)
	}
}
