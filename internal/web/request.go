package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// requested is a request as its page needs it.
type requested struct {
	desk.Standing
	r     request.Request
	by    desk.By
	who   viewer
	at    viewing
	plan  request.Plan
	shown templates.PlanView
	// hash is of the plan that is shown; it is the request's own unless that is
	// a draft again.
	hash string
	root string
	// uses are those of the emergency access for this request.
	uses []db.EmergencyUse
}

// own reports whether the reader asked for it.
func (d *requested) own() bool { return d.by.Party().Same(d.r.Requester) }

// requestStates are the colours of where a request stands.
var requestStates = map[request.State]ui.Tone{request.Draft: ui.Neutral, request.Pending: ui.Warn, request.Approved: ui.Info, request.Running: ui.Info,
	request.Done: ui.Good, request.Failed: ui.Bad, request.Cancelled: ui.Neutral, request.Rejected: ui.Bad, request.Withdrawn: ui.Neutral, request.Expired: ui.Neutral}

// request is the page of one request.
func (s *Server) request(c echo.Context) error { return s.requestPage(c, http.StatusOK, typed{}) }

// readRequest finds the request of the address, if the reader may see it.
func (s *Server) readRequest(c echo.Context) (d requested, err error) {
	ctx := c.Request().Context()
	d.by, d.who = s.by(c), s.viewer(c)
	if d.Standing, err = s.Requests.Standing(ctx, d.by, c.Param("id")); err != nil {
		return d, hidden(err)
	}
	d.r = d.Facing.Request
	d.root = "/requests/" + url.PathEscape(d.r.ID)
	d.at = viewing{place: place{tenant: d.r.Tenant}, now: s.Now()}
	if d.uses, err = s.Reader.EmergencyUsedFor(ctx, d.r.ID); err != nil {
		return d, err
	}
	d.hash = d.r.Plan
	if d.hash == "" {
		hashes, err := s.Reader.RequestPlans(ctx, d.r.ID)
		if err != nil || len(hashes) == 0 {
			return d, err
		}
		d.hash = hashes[len(hashes)-1]
	}
	var body []byte
	if d.plan, body, err = s.Reader.RequestPlan(ctx, d.hash); err != nil {
		return d, err
	}
	d.shown, err = planView(body, d.hash, agreementOf(d.Facing))
	return d, err
}

func (s *Server) requestPage(c echo.Context, status int, t typed) error {
	d, err := s.readRequest(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	page := templates.RequestPage{Page: s.bare(c, d.who), Facts: d.facts()}
	why, err := s.Reader.Because(ctx, d.r.ID)
	if err != nil {
		return err
	}
	if why > 0 {
		n := strconv.FormatInt(why, 10)
		page.Facts = append([]ui.Pair{{Key: "To mend", Value: "violation " + n, Href: "/violations/" + n}}, page.Facts...)
	}
	page.Title, page.Kind, page.Active, page.Tenant = d.r.Title, kindOf(d.r.Kind), "/requests", d.r.Tenant
	page.Crumbs = []ui.Link{{Label: "Requests", Href: d.at.place.list("requests")}}
	page.Badges = append(page.Badges, ui.State(d.r.State.Text(), requestStates[d.r.State]))
	if d.r.Risk != "" {
		page.Badges = append(page.Badges, ui.BadgeView(riskBadge(d.r.Risk)))
	}
	page.Notices = append(page.Notices, d.notices()...)
	if d.hash != "" {
		page.Plan = &d.shown
	}
	if d.r.Plan == "" && d.hash != "" {
		page.PlanNote = "This is the plan as it was last submitted. It is a draft again, so nobody can agree to it."
		d.shown.Agree = templates.PlanAgreement{Why: "Chosen when it is submitted again."}
	}
	for _, part := range []func(context.Context, *requested, *templates.RequestPage) error{s.requestFlights, s.requestLines, s.requestSides, s.requestSimilar, s.requestStory} {
		if err := part(ctx, &d, &page); err != nil {
			return err
		}
	}
	d.votes(&page)
	s.offerDecision(c, &d, t, &page)
	d.forms(t, &page)
	if err := s.requestEmergency(c, &d, t, &page); err != nil {
		return err
	}
	return render(c, status, templates.Request(page))
}

func kindOf(k request.Kind) string {
	about, _ := request.AboutKind(k)
	return about.Title
}

// notices say what stands in the way, and what somebody asked.
func (d *requested) notices() (out []ui.Notice) {
	if d.r.Note != "" {
		tone, title := ui.Info, "Note"
		switch d.r.State {
		case request.Draft:
			tone, title = ui.Warn, "It is a draft again."
		case request.Rejected, request.Failed:
			tone, title = ui.Bad, d.r.State.Text()+"."
		}
		out = append(out, ui.Notice{Tone: tone, Title: title, Text: d.r.Note})
	}
	if slices.ContainsFunc(d.Facing.Involved, func(p request.Involved) bool { return p.Why == request.WhyBeneficiary && p.Same(d.r.Requester) }) {
		out = append(out, ui.Notice{Tone: ui.Warn, Title: d.r.Requester.Name + " asked for this and gains by it, directly or through a group."})
	}
	if d.Few != "" {
		out = append(out, ui.Notice{Tone: ui.Warn, Title: d.Few})
	}
	if d.Stale != "" && !d.May {
		out = append(out, ui.Notice{Tone: ui.Warn, Title: "It cannot be agreed to as it stands.", Text: d.Stale})
	}
	return out
}

func (d *requested) facts() []ui.Pair {
	r := d.r
	out := []ui.Pair{
		{Key: "Asked by", Value: r.Requester.Name},
		{Key: "Waits for", Value: d.turn()},
	}
	if !r.Editor.Same(r.Requester) {
		out = append(out, ui.Pair{Key: "Last edited by", Value: r.Editor.Name})
	}
	for _, p := range d.Places {
		out = append(out, ui.Pair{Key: "Workspace", Value: p.Workspace})
		if len(out) > 6 {
			out = append(out, ui.Pair{Key: "And", Value: ui.Plural(int64(len(d.Places)), "workspace", "workspaces") + " in all"})
			break
		}
	}
	for _, m := range []struct {
		key string
		at  time.Time
	}{{"Submitted", r.Submitted}, {"Decided", r.Decided}, {"Starts not before", r.NotBefore}} {
		if !m.at.IsZero() {
			out = append(out, ui.Pair{Key: m.key, Part: ui.Time(m.at, d.at.now)})
		}
	}
	switch r.State {
	case request.Pending:
		out = append(out, ui.Pair{Key: "Falls, if nobody decides", Part: ui.Time(r.Expires, d.at.now)})
	case request.Approved:
		out = append(out, ui.Pair{Key: "Falls, if it is not started", Part: ui.Time(r.WindowEnds, d.at.now)})
	}
	return append(out, ui.Pair{Key: "Number of submissions", Value: ui.Count(r.Revision)}, ui.Pair{Key: "Id", Value: r.ID, Copy: true})
}

// turn says whose turn it is.
func (d *requested) turn() string {
	switch d.r.State {
	case request.Draft:
		return d.r.Requester.Name
	case request.Pending:
		if waiting := d.Facing.Waiting(); len(waiting) > 0 {
			return stageSays(waiting[0], false, nil)
		}
	case request.Approved, request.Running:
		return "the run"
	}
	return "nobody: it has ended"
}

// requestLines compares the plan with that of the submission before.
func (s *Server) requestLines(ctx context.Context, d *requested, page *templates.RequestPage) error {
	if d.hash == "" {
		return nil
	}
	hashes, err := s.Reader.RequestPlans(ctx, d.r.ID)
	if err != nil {
		return err
	}
	at := slices.Index(hashes, d.hash)
	if at < 1 {
		return nil
	}
	_, body, err := s.Reader.RequestPlan(ctx, hashes[at-1])
	if err != nil {
		return err
	}
	before, err := planView(body, hashes[at-1], agreement{})
	if err != nil {
		return err
	}
	page.Lines = planDiff(before, d.shown)
	page.LinesSay = fmt.Sprintf("Submission %d compared with submission %d. Lines that are the same are left out.", at+1, at)
	if len(page.Lines) == 0 {
		page.LinesSay = fmt.Sprintf("Submission %d asks for exactly what submission %d asked for.", at+1, at)
	}
	return nil
}

// mostSimilar is how many earlier requests are shown.
const mostSimilar = 5

// requestSimilar finds earlier requests of the kind, those about the same
// workspaces first.
func (s *Server) requestSimilar(ctx context.Context, d *requested, page *templates.RequestPage) error {
	all, err := s.Reader.Requests(ctx, db.RequestFilter{Kind: d.r.Kind, Viewer: d.by.Party(), Scopes: desk.Scopes(d.by.Person, auth.ViewRequests, []string{d.r.Tenant}), Limit: 60,
		States: []request.State{request.Done, request.Failed, request.Cancelled, request.Rejected, request.Expired, request.Running, request.Approved}})
	if err != nil {
		return err
	}
	same := map[string]bool{}
	for _, one := range all {
		places, err := s.Reader.RequestPlaces(ctx, one.ID)
		if err != nil {
			return err
		}
		same[one.ID] = slices.ContainsFunc(places, func(p request.Place) bool { return slices.Contains(d.Places, p) })
	}
	all = slices.DeleteFunc(all, func(o request.Request) bool { return o.ID == d.r.ID || o.Tenant != d.r.Tenant })
	slices.SortStableFunc(all, func(a, b request.Request) int {
		if same[a.ID] != same[b.ID] {
			return map[bool]int{true: -1, false: 1}[same[a.ID]]
		}
		return 0
	})
	if len(all) == 0 {
		return nil
	}
	t := ui.Table{ID: "similar", Caption: "Earlier requests of this kind", Columns: []ui.Column{{Label: "Request"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "Asked by"}, {Label: "When", Kind: ui.Date}, {Label: "Note"}}}
	for _, one := range all[:min(len(all), mostSimilar)] {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.To(one.Title, "/requests/"+url.PathEscape(one.ID)), ui.Parts(ui.State(one.State.Text(), requestStates[one.State])),
			ui.Txt(one.Requester.Name), ui.When(one.Changed, d.at.now), ui.Txt(dash(one.Note))}})
	}
	page.Similar = &t
	return nil
}
