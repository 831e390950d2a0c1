package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/refreshplan"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// PlanDesk is where people run refresh plans; desk.Desk is it.
type PlanDesk interface {
	StartPlan(ctx context.Context, by desk.By, plan string, via db.Cause, key string) (string, error)
	CancelPlanRun(ctx context.Context, by desk.By, run, reason string) error
	ResumePlanRun(ctx context.Context, by desk.By, run string) (string, error)
}

var aPlan = subject{audit.ToPlan, "refresh-plans", "plan", "refresh plan"}

// planning are the routes of refresh plans.
func (s *Server) planning() []route {
	const one = "/refreshes/plans/:tenant/:id"
	return []route{
		{http.MethodGet, one, auth.ViewRefreshes, s.refreshPlan},
		{http.MethodPost, one + "/start", auth.RunPlan, s.startPlan},
		{http.MethodGet, one + "/runs/:run", auth.ViewRefreshes, s.planRun},
		{http.MethodGet, one + "/runs/:run/nodes", auth.ViewRefreshes, s.planRunNodes},
		{http.MethodPost, one + "/runs/:run/resume", auth.RunPlan, s.resumePlanRun},
		{http.MethodPost, one + "/runs/:run/cancel", auth.RunPlan, s.cancelPlanRun},
	}
}

// planDetail is what the pages of a plan are made from.
type planDetail struct {
	detail
	stored db.RefreshPlan
	plan   refreshplan.Plan
}

// readPlan finds the plan of the address, for whoever sees every workspace it
// was ever about.
func (s *Server) readPlan(c echo.Context) (p planDetail, err error) {
	if p.detail, err = s.detail(c, aPlan); err != nil {
		return p, err
	}
	if p.stored, err = s.Reader.RefreshPlan(c.Request().Context(), strings.ToUpper(p.id)); err != nil {
		return p, hidden(err)
	}
	versions, err := s.Reader.PlanVersions(c.Request().Context(), p.stored.ID)
	if err != nil {
		return p, err
	}
	for _, v := range versions { // of a deleted one, the last that was a plan
		if v.YAML != "" {
			p.stored.YAML = v.YAML
			break
		}
	}
	p.plan, err = p.stored.Plan()
	return p, err
}

func (p planDetail) mayRun() bool {
	return p.stored.Ended.IsZero() && p.place.asOf == "" && desk.MayRunPlan(p.who.person, p.stored.Tenant, &p.plan)
}

func (s *Server) refreshPlan(c echo.Context) error {
	p, err := s.readPlan(c)
	if err != nil {
		return err
	}
	return s.refreshPlanPage(c, http.StatusOK, p, typed{})
}

func (s *Server) refreshPlanPage(c echo.Context, status int, p planDetail, t typed) error {
	ctx := c.Request().Context()
	v := templates.RefreshPlanPage{Page: p.page(s, c, p.stored.Name, "Refresh plan"), Says: p.says(), Text: p.stored.YAML}
	v.Active = "/refreshes"
	v.Crumbs = []ui.Link{{Label: p.place.tenant, Href: p.place.to("/")}, {Label: "Refresh plans", Href: p.place.list("refresh-plans")}}
	standing, err := s.Reader.AlertsOfPlan(ctx, p.stored.ID)
	if err != nil {
		return err
	}
	p.showAlerts(&v.Page, standing, ui.Param{Name: "plan", Value: p.stored.ID})
	runs, err := s.Reader.PlanRuns(ctx, p.stored.ID, 1)
	if err != nil {
		return err
	}
	last := map[string]db.PlanNode{}
	if len(runs) > 0 {
		nodes, err := s.Reader.PlanNodes(ctx, runs[0].ID)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			last[n.Name] = n
		}
	}
	v.Graph, v.Nodes = planGraphOf(&p.plan, last), p.nodesTable(last)
	req, list, err := s.subList(c, p.detail, "refresh-plan-runs", map[string]string{"plan": p.id}, "plan")
	if err != nil {
		return err
	}
	v.Runs, v.Facts = s.listView(req, list), p.facts()
	if v.Versions, err = s.planVersions(ctx, p); err != nil {
		return err
	}
	if p.mayRun() {
		v.Forms = []templates.NamedForm{{Title: "Run it now", Note: "Everything below is refreshed in its order, once. It needs no approval: the plan was agreed to.",
			Form: t.into("start", ui.Form{Action: p.root() + "/start", Submit: "Run now"})}}
	}
	if p.stored.Ended.IsZero() {
		offerRequests(&v.Page, p.who, p.place, offered{"Change this plan", request.RefreshPlanChange, []ui.Param{param("plan", p.stored.ID)}},
			offered{"Delete this plan", request.RefreshPlanChange, []ui.Param{param("plan", p.stored.ID), param("delete", "yes")}})
	}
	return render(c, status, templates.RefreshPlan(v))
}

func (p planDetail) root() string { return p.place.thing(audit.ToPlan, p.stored.ID) }

// says is what the plan does, and when it does it next.
func (p planDetail) says() string {
	phases := len(p.plan.Phases())
	out := fmt.Sprintf("%s in %s.", ui.Plural(int64(len(p.plan.Nodes)), "node", "nodes"), ui.Plural(int64(phases), "phase", "phases"))
	switch next := p.plan.Start.Next(p.now); {
	case !p.stored.Ended.IsZero():
		out += " It was deleted and does not run any more."
	case !next.IsZero():
		out += " It runs next on " + next.UTC().Format(clock) + "."
	case len(p.plan.Start.After) > 0:
		out += " It runs after the end of another plan."
	default:
		out += " It has no schedule."
	}
	return strings.TrimSpace(p.plan.Description + " " + out)
}

func (p planDetail) facts() []ui.Pair {
	start := p.plan.Start
	facts := []ui.Pair{{Key: "Schedule", Value: strings.TrimSpace(start.Cron + " " + start.Zone)}}
	for _, id := range start.After {
		facts = append(facts, ui.Pair{Key: "After", Value: "another plan", Href: p.place.thing(audit.ToPlan, id)})
	}
	if start.API {
		facts = append(facts, ui.Pair{Key: "A program", Value: "may start it"})
	}
	return append(facts, ui.Pair{Key: "Window", Value: refreshplan.Length(p.plan.Window)},
		ui.Pair{Key: "At the same time", Value: fmt.Sprintf("%d, of them %d on one capacity", p.plan.AtOnce, p.plan.PerCapacity)},
		ui.Pair{Key: "Version", Value: strconv.FormatInt(p.stored.Version, 10)}, ui.Pair{Key: "Changed", At: p.stored.Changed}, ui.Pair{Key: "Id", Value: p.stored.ID, Copy: true})
}

// nodesTable says of each node what it needs and how it is refreshed.
func (p planDetail) nodesTable(last map[string]db.PlanNode) ui.Table {
	t := ui.Table{ID: "nodes", Caption: "Nodes in their order", Scroll: true, Columns: []ui.Column{{Label: "Node"}, {Label: "Phase", Kind: ui.Number}, {Label: "After"}, {Label: "Refresh"}, {Label: "If it fails"}, {Label: "Only if"}, {Label: "Last time", Kind: ui.Badges}}}
	for i, phase := range p.plan.Phases() {
		for _, name := range phase {
			n, _ := p.plan.Node(name)
			row := ui.Row{Cells: []ui.Cell{{Text: n.Name, Sub: string(n.Kind), Href: p.place.thing(audit.ToItem, n.Item)}, ui.Num(int64(i + 1)), {Text: strings.Join(n.Needs, ", ")},
				{Text: refreshWord(n), Sub: "timeout " + refreshplan.Length(n.Timeout)}, {Text: failWord(n), Sub: fmt.Sprintf("%d retries, %s apart", n.Retries, refreshplan.Length(n.Delay))}, {Text: whenWord(n)}, {}}}
			if was, ok := last[name]; ok {
				row.Cells[6] = ui.Parts(ui.BadgeView(phaseBadges[was.Phase]))
				if was.Phase == refreshplan.Failed || was.Phase == refreshplan.Lost {
					row.Tone, row.Cells[6].Sub = ui.Bad, was.Reason
				}
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func refreshWord(n refreshplan.Node) string {
	switch {
	case n.Enhanced == nil:
		return "standard"
	case n.Enhanced.Type == "":
		return "enhanced"
	}
	return "enhanced, " + n.Enhanced.Type
}

func failWord(n refreshplan.Node) string {
	if n.Critical {
		return "what comes after is kept back"
	}
	return "what comes after goes on"
}

func whenWord(n refreshplan.Node) string {
	var out []string
	for _, d := range n.When.Days {
		out = append(out, d.String()[:3])
	}
	if n.When.Upstream {
		out = append(out, "something before it was refreshed")
	}
	if n.When.Query != nil {
		out = append(out, "a query says so")
	}
	if n.When.Activity != nil {
		out = append(out, "it was used")
	}
	if n.Gate.Asks() {
		out = append(out, "gate after it")
	}
	return strings.Join(out, ", ")
}

func (s *Server) planVersions(ctx context.Context, p planDetail) (ui.Table, error) {
	t := ui.Table{ID: "versions", Caption: "Versions", Columns: []ui.Column{{Label: "Version", Kind: ui.Number}, {Label: "Since", Kind: ui.Date}, {Label: "Asked by"}, {Label: "Reason"}, {Label: "Request"}}}
	all, err := s.Reader.PlanVersions(ctx, p.stored.ID)
	for _, v := range all {
		reason := v.Reason
		if v.YAML == "" {
			reason = "Deleted. " + reason
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Num(v.Version), ui.When(v.At, p.now), ui.Txt(v.By), ui.Txt(reason), ui.To("How it was agreed to", "/requests/"+v.Request)}})
	}
	return t, err
}

// planGraphOf places the nodes in columns, one for each phase.
func planGraphOf(p *refreshplan.Plan, last map[string]db.PlanNode) templates.PlanGraph {
	const gapX, gapY = 70, 16
	g := templates.PlanGraph{Title: "The order of " + p.Name}
	at := map[string][2]int{}
	for x, phase := range p.Phases() {
		for y, name := range phase {
			n, _ := p.Node(name)
			box := templates.PlanBox{X: 4 + x*(templates.PlanBoxWidth+gapX), Y: 4 + y*(templates.PlanBoxHeight+gapY), Label: clipTo(name, 26), Sub: string(n.Kind)}
			if was, ok := last[name]; ok {
				badge := phaseBadges[was.Phase]
				box.Tone, box.Sub = badge.Tone, box.Sub+", "+badge.Text
			}
			at[name] = [2]int{box.X, box.Y}
			g.Boxes = append(g.Boxes, box)
			g.Width, g.Height = max(g.Width, box.X+templates.PlanBoxWidth+4), max(g.Height, box.Y+templates.PlanBoxHeight+4)
		}
		g.Says += fmt.Sprintf("Phase %d: %s. ", x+1, strings.Join(phase, ", "))
	}
	for _, n := range p.Nodes {
		for _, need := range n.Needs {
			from, to := at[need], at[n.Name]
			g.Lines = append(g.Lines, templates.PlanEdge{X1: from[0] + templates.PlanBoxWidth, Y1: from[1] + templates.PlanBoxHeight/2, X2: to[0], Y2: to[1] + templates.PlanBoxHeight/2})
		}
	}
	return g
}

func clipTo(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

func (s *Server) startPlan(c echo.Context) error {
	p, err := s.readPlan(c)
	if err != nil {
		return err
	}
	run, err := s.Plans.StartPlan(c.Request().Context(), s.by(c), p.stored.ID, db.ByPerson, "")
	if err != nil {
		return refusedForm(err, func(field, sentence string) error {
			return s.refreshPlanPage(c, http.StatusUnprocessableEntity, p, typed{form: "start", field: field, sentence: sentence})
		})
	}
	return c.Redirect(http.StatusSeeOther, p.root()+"/runs/"+run)
}
