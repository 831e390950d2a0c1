package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// deciding is the part of the table with the pages of requests that are there,
// and of those who decide.
func (s *Server) deciding() []route {
	return []route{
		{http.MethodGet, "/requests/:id", auth.ViewRequests, s.request},
		{http.MethodPost, "/requests/:id/decide", auth.DecideRequest, s.decideRequest},
		{http.MethodPost, "/requests/:id/comment", auth.CommentRequest, s.commentRequest},
		{http.MethodPost, "/requests/:id/answer", auth.EditRequest, s.answerRequest},
		{http.MethodPost, "/requests/:id/withdraw", auth.WithdrawOwn, s.withdrawRequest},
		{http.MethodGet, "/approvals", auth.ViewApprovals, s.approvals},
		{http.MethodPost, "/approvals/delegate", auth.Delegate, s.delegate},
		{http.MethodPost, "/approvals/delegations/:id/end", auth.Delegate, s.endDelegation},
	}
}

// offerDecision adds the form to decide, or why this reader does not.
func (s *Server) offerDecision(c echo.Context, d *requested, t typed, page *templates.RequestPage) {
	if d.r.State != request.Pending {
		if t.form == "decide" { // decided, edited or fallen while they wrote
			page.Notices = append([]ui.Notice{lateWord(t, d.r)}, page.Notices...)
		}
		return
	}
	if !d.May {
		if t.form == "decide" {
			page.Notices = append([]ui.Notice{lateWord(t, d.r)}, page.Notices...)
		}
		if d.who.may(auth.DecideRequest) || d.own() {
			page.WhyNot = d.Why
		}
		return
	}
	page.Notices = append(page.Notices, s.confirmFirst(c, auth.DecideRequest)...)
	note := ui.Field{Kind: ui.TextArea, Name: "note", Label: "Note, question or reason", Rows: 3, Optional: true,
		Hint: "Needed to ask back and to reject. Everybody who sees the request can read it."}
	f := templates.DecideForm{Action: d.root + "/decide", Plan: d.r.Plan, Note: note, Stale: d.Stale, For: d.For.Name}
	if t.form == "decide" {
		f.Note.Value = t.values.Get("note")
		if t.field == "note" || t.field == "question" {
			f.Note.Error = t.sentence
		} else {
			f.Problem = t.sentence
		}
	}
	page.Decide = &f
	page.Primary = &ui.Action{Label: "Decide", Href: "#f-note"}
}

// lateWord gives somebody back what they wrote when their decision came too
// late or was not theirs to make.
func lateWord(t typed, r request.Request) ui.Notice {
	n := ui.Notice{Tone: ui.Bad, Title: "Your decision was not stored.", Text: t.sentence}
	if n.Text == "" {
		n.Text = "The request is now: " + r.State.Text() + "."
	}
	if note := strings.TrimSpace(t.values.Get("note")); note != "" {
		n.Detail = "You wrote: " + note
	}
	return n
}

// decideRequest takes one of three words on the plan that was seen.
func (s *Server) decideRequest(c echo.Context) error {
	return s.onRequest(c, "decide", func(ctx context.Context, id string, v url.Values) error {
		var err error
		by, plan, note := s.by(c), v.Get("plan"), v.Get("note")
		switch v.Get("decision") {
		case "approve":
			_, err = s.Requests.Approve(ctx, by, id, plan, note)
		case "reject":
			_, err = s.Requests.Reject(ctx, by, id, plan, note)
		case "ask":
			_, err = s.Requests.AskBack(ctx, by, id, plan, note)
		default:
			err = fault.New(fault.Invalid, "Choose whether to approve, to ask back or to reject.")
		}
		return err
	})
}

func (s *Server) commentRequest(c echo.Context) error {
	return s.onRequest(c, "comment", func(ctx context.Context, id string, v url.Values) error {
		return s.Requests.Comment(ctx, s.by(c), id, v.Get("text"))
	})
}

func (s *Server) withdrawRequest(c echo.Context) error {
	return s.onRequest(c, "withdraw", func(ctx context.Context, id string, v url.Values) error {
		version, err := strconv.ParseInt(v.Get("version"), 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "Reload the page and withdraw it there.")
		}
		_, err = s.Requests.Withdraw(ctx, s.by(c), id, version, v.Get("reason"))
		return err
	})
}

// answerRequest writes the answer to a question and goes on to the plan as it
// would be submitted again.
func (s *Server) answerRequest(c echo.Context) error {
	return s.onRequest(c, "answer", func(ctx context.Context, id string, v url.Values) error {
		return renamed(s.Requests.Comment(ctx, s.by(c), id, v.Get("answer")), "text", "answer")
	}, "/preview")
}

// onRequest does what a form of the request's page asks and goes back to it. A
// refusal comes back on the page as it is now, with what was typed.
func (s *Server) onRequest(c echo.Context, name string, do func(ctx context.Context, id string, v url.Values) error, on ...string) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	id := c.Param("id")
	if err := do(c.Request().Context(), id, values); err != nil {
		status := http.StatusUnprocessableEntity
		switch fault.KindOf(err) {
		case fault.Conflict:
			status = http.StatusConflict
		case fault.Denied:
			status = http.StatusForbidden
		}
		return refusedForm(err, func(field, sentence string) error {
			return s.requestPage(c, status, typed{form: name, field: field, sentence: sentence, values: values})
		})
	}
	return c.Redirect(http.StatusSeeOther, "/requests/"+url.PathEscape(id)+strings.Join(on, ""))
}

// forms are what else this reader may do about the request.
func (d *requested) forms(t typed, page *templates.RequestPage) {
	draft := d.r.State == request.Draft
	if d.own() && draft && d.who.may(auth.EditRequest) {
		page.Primary = &ui.Action{Label: "Change it", Href: d.root + "/edit"}
		page.Also = append(page.Also, ui.Action{Label: "See the plan and submit", Href: d.root + "/preview"})
		if d.r.Note != "" {
			page.Forms = append(page.Forms, templates.NamedForm{Title: "Answer and submit again", Note: "It shows the plan as it would be now before anything is submitted.",
				Form: t.into("answer", ui.Form{Action: d.root + "/answer", Submit: "Answer and see the plan", Fields: []ui.Field{{Kind: ui.TextArea, Name: "answer", Label: "Your answer", Rows: 3}}})})
		}
	}
	if d.who.may(auth.CommentRequest) && (d.own() || d.who.may(auth.DecideRequest) || d.who.may(auth.EditRequest) || d.who.may(auth.ResolveStep)) {
		page.Forms = append(page.Forms, templates.NamedForm{Title: "Comment", Form: t.into("comment", ui.Form{Action: d.root + "/comment", Submit: "Comment",
			Fields: []ui.Field{{Kind: ui.TextArea, Name: "text", Label: "Comment", Rows: 3, Hint: "It changes nothing about the request."}}})})
	}
	if d.own() && d.who.may(auth.WithdrawOwn) && request.May(d.r.State, request.Withdrawn) {
		if d.r.State != request.Draft {
			page.Also = append(page.Also, ui.Action{Label: "Change it", Href: d.root + "/edit"})
		}
		page.Forms = append(page.Forms, templates.NamedForm{Title: "Withdraw", Form: t.into("withdraw", ui.Form{Action: d.root + "/withdraw", Submit: "Withdraw the request",
			Params: []ui.Param{{Name: "version", Value: strconv.FormatInt(d.r.Version, 10)}},
			Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "Why", Rows: 2, Optional: true, Hint: "It ends the request; another one can be begun."}}})})
	}
}
