package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// approvals is the inbox of whoever decides.
func (s *Server) approvals(c echo.Context) error { return s.approvalsPage(c, http.StatusOK, typed{}) }

func (s *Server) approvalsPage(c echo.Context, status int, t typed) error {
	who, by, ctx := s.viewer(c), s.by(c), c.Request().Context()
	all, err := s.Requests.Inbox(ctx, by, s.Tenants)
	if err != nil {
		return err
	}
	page := templates.ApprovalsPage{Page: s.bare(c, who), Question: "What waits for your decision, the most urgent first? Open one to read exactly what will be done."}
	page.Title = "Approvals"
	var mine, others []desk.Waiting
	for _, w := range all {
		if w.Mine {
			mine = append(mine, w)
		} else {
			others = append(others, w)
		}
	}
	page.Mine, page.Others = s.waitingTable("mine", mine), s.waitingTable("others", others)
	page.Mine.Empty = ui.Empty{Why: "Nothing waits for you.", More: "Requests that you asked for, edited or would gain by wait for somebody else."}
	if !by.Has(auth.Approver) {
		page.Mine.Empty = ui.Empty{Why: "Deciding needs the role approver.", Do: ui.Action{Label: "See all requests", Href: "/requests"}}
	}
	if err := s.offerDelegation(c, by, t, &page); err != nil {
		return err
	}
	return render(c, status, templates.Approvals(page))
}

func (s *Server) waitingTable(id string, all []desk.Waiting) ui.Table {
	t := ui.Table{ID: id, Caption: "Requests that wait", Columns: []ui.Column{{Label: "Request"}, {Label: "Risk", Kind: ui.Badges}, {Label: "Asked by"}, {Label: "Submitted", Kind: ui.Date}, {Label: "Falls", Kind: ui.Date}}}
	if id == "others" {
		t.Columns = append(t.Columns, ui.Column{Label: "Why not you"})
	}
	for _, w := range all {
		r := w.Request
		name := ui.Cell{Text: r.Title, Sub: r.Reason, Href: "/requests/" + url.PathEscape(r.ID)}
		if w.For.ObjectID != "" {
			name.Sub = "in the place of " + w.For.Name
		}
		row := ui.Row{Cells: []ui.Cell{name, ui.Parts(ui.BadgeView(riskBadge(r.Risk))), ui.Txt(r.Requester.Name), ui.When(r.Submitted, s.Now()), ui.When(r.Expires, s.Now())}}
		if id == "others" {
			row.Cells = append(row.Cells, ui.Txt(w.Why))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// offerDelegation shows who decides in whose place, and the form for another.
func (s *Server) offerDelegation(c echo.Context, by desk.By, t typed, page *templates.ApprovalsPage) error {
	ctx := c.Request().Context()
	given, err := s.Reader.Delegations(ctx, by.Party())
	if err != nil {
		return err
	}
	page.Given = ui.Table{ID: "delegations", Caption: "Delegations", Columns: []ui.Column{{Label: "From"}, {Label: "To"}, {Label: "Begins", Kind: ui.Date}, {Label: "Ends", Kind: ui.Date}, {Label: "State", Kind: ui.Badges}, {Label: "Reason"}},
		Empty: ui.Empty{Why: "Nobody stands in for you, and you for nobody."}}
	for _, g := range given {
		word, tone := delegationState(g, s.Now())
		page.Given.Rows = append(page.Given.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(g.From.Name), ui.Txt(g.To.Name), ui.When(g.Starts, s.Now()), ui.When(g.Ends, s.Now()), ui.Parts(ui.State(word, tone)), ui.Txt(g.Reason)}})
		if g.From.Same(by.Party()) && g.Ended.IsZero() && g.Ends.After(s.Now()) {
			page.Ends = append(page.Ends, templates.NamedForm{Title: "Take it back from " + g.To.Name, Form: ui.Form{Action: "/approvals/delegations/" + strconv.FormatInt(g.ID, 10) + "/end", Submit: "Take it back"}})
		}
	}
	people, err := s.Requests.Deciders(ctx, by)
	if err != nil || !by.Has(auth.Approver) {
		return err
	}
	to := ui.Field{Kind: ui.SelectField, Name: "to", Label: "Who decides in your place", Choices: []ui.Choice{{Value: "", Label: "Choose somebody"}}, Hint: "People who signed in as approvers before. Your vote is used up by theirs; a delegation gives no role."}
	for _, p := range people {
		to.Choices = append(to.Choices, ui.Choice{Value: p.TenantID + "/" + p.ObjectID, Label: p.Name + " (" + p.Address + ")"})
	}
	today := s.Now().UTC()
	page.Delegate = &templates.NamedForm{Title: "Let somebody decide in your place", Form: t.into("delegate", ui.Form{Action: "/approvals/delegate", Submit: "Delegate", Fields: []ui.Field{to,
		{Kind: ui.DateField, Name: "starts", Label: "First day", Value: today.Format(dateForm), Min: today.Format(dateForm)},
		{Kind: ui.DateField, Name: "ends", Label: "Last day", Hint: "90 days at most.", Min: today.Format(dateForm), Max: today.AddDate(0, 0, 89).Format(dateForm)},
		{Kind: ui.TextArea, Name: "reason", Label: "Why", Rows: 2}}})}
	return nil
}

func delegationState(g db.Delegation, now time.Time) (string, ui.Tone) {
	switch {
	case !g.Ended.IsZero():
		return "taken back", ui.Neutral
	case !g.Ends.After(now):
		return "over", ui.Neutral
	case g.Starts.After(now):
		return "to come", ui.Info
	}
	return "in force", ui.Good
}

// delegate lets somebody stand in, whole days in UTC.
func (s *Server) delegate(c echo.Context) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	by, ctx := s.by(c), c.Request().Context()
	refuse := func(err error) error {
		return refusedForm(err, func(field, sentence string) error {
			return s.approvalsPage(c, http.StatusUnprocessableEntity, typed{form: "delegate", field: field, sentence: sentence, values: values})
		})
	}
	people, err := s.Requests.Deciders(ctx, by)
	if err != nil {
		return err
	}
	var to request.Party
	for _, p := range people {
		if p.TenantID+"/"+p.ObjectID == values.Get("to") {
			to = p
		}
	}
	starts := parseDay(values.Get("starts"))
	if starts.IsZero() {
		return refuse(&fault.Error{Kind: fault.Invalid, Field: "starts", Sentence: "Give the first day, such as " + s.Now().UTC().Format(dateForm) + "."})
	}
	ends := endOfDay(values.Get("ends"))
	if ends.IsZero() {
		return refuse(&fault.Error{Kind: fault.Invalid, Field: "ends", Sentence: "Give the last day: a delegation has an end."})
	}
	if now := s.Now(); starts.Before(now) {
		starts = now
	}
	if _, err := s.Requests.Delegate(ctx, by, to, starts, ends, strings.TrimSpace(values.Get("reason"))); err != nil {
		return refuse(err)
	}
	return c.Redirect(http.StatusSeeOther, "/approvals")
}

func (s *Server) endDelegation(c echo.Context) error {
	id, err := numberParam(c, "id")
	if err != nil {
		return err
	}
	if err := s.Requests.EndDelegation(c.Request().Context(), s.by(c), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/approvals")
}

// fillWork counts in the rail what waits for the reader.
func (s *Server) fillWork(c echo.Context, counts *templates.Counts, who viewer) {
	if s.Requests == nil || !who.known {
		return
	}
	ctx := c.Request().Context()
	if who.may(auth.DecideRequest) {
		if n, err := s.Requests.Count(ctx, s.by(c), s.Tenants); err == nil {
			counts.Approvals = n
		} else {
			s.Log.Warn("what waits for approval was not counted", "err", err)
		}
	}
	if who.may(auth.MakeRequest) {
		me := s.by(c).Party()
		if n, err := s.Reader.CountRequests(ctx, db.RequestFilter{States: []request.State{request.Draft}, Requester: me, Viewer: me}); err == nil {
			counts.MyRequests = n
		}
	}
}
