package web

import (
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// pipelineTabs are the pages of a pipeline.
func (s *Server) pipelineTabs(c echo.Context, d detail) []ui.Tab {
	return d.tabs(s, c, ui.Tab{Label: "Overview"}, ui.Tab{Label: "Compare", Href: "compare"}, ui.Tab{Label: "Deployments", Href: "deployments"}, ui.Tab{Label: "Steps", Href: "steps"})
}

// pipelineCompare is the tab that sets a stage and the next one side by side,
// at any date that scans know.
func (s *Server) pipelineCompare(c echo.Context) error {
	stage := c.QueryParam("stage")
	if n, err := strconv.Atoi(stage); err != nil || n < 0 {
		stage = "0"
	}
	return s.pipelineList(c, "stage-differences", "What would a deployment from this stage to the next one bring, change and leave alone?", map[string]string{"stage": stage})
}

// pipelineDeployments is the tab with what was deployed.
func (s *Server) pipelineDeployments(c echo.Context) error {
	return s.pipelineList(c, "deployments", "What was deployed here, by whom, and did it work?", nil)
}

// pipelineSteps is the tab with what the deployments did with each item.
func (s *Server) pipelineSteps(c echo.Context) error {
	return s.pipelineList(c, "deployment-steps", "Which step of which deployment failed, with what error?", nil)
}

// pipelineList shows a report as a tab of a pipeline.
func (s *Server) pipelineList(c echo.Context, report, question string, also map[string]string) error {
	d, err := s.detail(c, aPipeline)
	if err != nil {
		return err
	}
	fixed := map[string]string{"pipeline": d.id}
	for k, v := range also {
		fixed[k] = v
	}
	req, page, err := s.subList(c, d, report, fixed)
	if err != nil {
		return err
	}
	v := templates.ListPage{Page: s.pipelineFrame(c, d), Question: question, List: s.listView(req, page)}
	if len(page.Rows) == 0 {
		if why, err := s.pipelineUnread(c, d); err != nil {
			return err
		} else if why.Why != "" {
			v.List.Table.Empty = why
		}
	}
	if stage, chosen := also["stage"]; chosen {
		if err := s.chooseStages(c, d, &v, stage); err != nil {
			return err
		}
	}
	return ok(c, templates.List(v))
}

func (s *Server) pipelineFrame(c echo.Context, d detail) templates.Page {
	p := d.page(s, c, d.row.Get("name").Text(), "Deployment pipeline")
	p.Crumbs = []ui.Link{{Label: d.place.tenant, Href: d.place.to("/")}, {Label: "Pipelines", Href: d.place.list("pipelines")}}
	p.Tabs = s.pipelineTabs(c, d)
	return p
}

// pipelineUnread says why nothing is known of a pipeline's stages; empty when
// they were read.
func (s *Server) pipelineUnread(c echo.Context, d detail) (ui.Empty, error) {
	known, reason, err := s.Reader.PipelineRead(c.Request().Context(), d.q.View.Tenant, d.id)
	switch {
	case err != nil || !known.IsZero() && reason == "":
		return ui.Empty{}, err
	case reason == "":
		reason = "No scan has asked this pipeline yet what stands in its stages."
	}
	return ui.Empty{Why: "What stands in the stages is unknown.", More: reason}, nil
}

// chooseStages says which two stages are compared, offers the others, and the
// promotion from one to the other.
func (s *Server) chooseStages(c echo.Context, d detail, v *templates.ListPage, stage string) error {
	all, err := s.run(c, d.q, "pipeline-stages", 50, "pipeline", d.id)
	if err != nil {
		return err
	}
	for _, w := range s.waysOf(d, all.Rows) {
		if w.from == stage {
			v.Question = fmt.Sprintf("What would a deployment from %s to %s bring, change and leave alone?", w.source, w.target)
			offerRequests(&v.Page, d.who, d.place, w.offer(d))
			continue
		}
		v.Page.Also = append(v.Page.Also, ui.Action{Label: w.source + " → " + w.target, Href: w.compare})
	}
	return nil
}

// way is a pair of neighbouring stages that both have a workspace.
type way struct {
	from, source, target string
	compare              string
}

func (s *Server) waysOf(d detail, stages []audit.Row) []way {
	var out []way
	for i := 0; i+1 < len(stages); i++ {
		a, b := stages[i], stages[i+1]
		if !a.Get("assigned").Bool() || !b.Get("assigned").Bool() {
			continue
		}
		w := way{from: strconv.FormatInt(a.Get("order").Int(), 10), source: ui.NameText(usualName(a)), target: ui.NameText(usualName(b))}
		w.compare = ui.With(d.place.thing(audit.ToPipeline, d.id, "compare"), param("stage", w.from))
		out = append(out, w)
	}
	return out
}

// usualName is what a stage is called; those of Power BI's own pipelines have
// their usual names.
func usualName(r audit.Row) string {
	return promotion.Stage{Order: int(r.Get("order").Int()), Name: r.Get("stage").Text()}.Title()
}

// offer is the promotion along the way, everything chosen.
func (w way) offer(d detail) offered {
	return offered{"Promote " + w.source + " → " + w.target, request.Promotion, w.params(d, nil)}
}

// mostChosen is how many items a link chooses one by one; more are everything.
const mostChosen = 40

// params fill in the form of a promotion with the items that differ.
func (w way) params(d detail, items []string) []ui.Param {
	out := []ui.Param{param("routes[0].pipeline", d.id), param("routes[0].stage", w.from)}
	if len(items) == 0 || len(items) > mostChosen {
		return append(out, param("routes[0].what", request.CarryAll))
	}
	out = append(out, param("routes[0].what", request.CarrySelected))
	for i, id := range items {
		out = append(out, param(fmt.Sprintf("routes[0].items[%d]", i), id))
	}
	return out
}

// pipelineWays compares each stage with the next one, and counts.
func (s *Server) pipelineWays(c echo.Context, d detail, stages []audit.Row) (*ui.Table, error) {
	t := &ui.Table{ID: "ways", Caption: "Differences between the stages", Scroll: true, Columns: []ui.Column{{Label: "Way"}, {Label: "New", Kind: ui.Number}, {Label: "Changed", Kind: ui.Number},
		{Label: "Only in target", Kind: ui.Number}, {Label: "Not paired", Kind: ui.Number}, {Label: "Unknown", Kind: ui.Number}, {Label: "Same", Kind: ui.Number}, {Label: "What next"}}}
	for _, w := range s.waysOf(d, stages) {
		page, err := s.run(c, d.q, "stage-differences", audit.MaxLimit, "pipeline", d.id, "stage", w.from)
		if err != nil {
			return nil, err
		}
		counts, differing := map[string]int64{}, []string{}
		for _, r := range page.Rows {
			state := r.Text("state")
			counts[state]++
			if id := r.Get("source_id").Text(); state == string(promotion.New) || state == string(promotion.Changed) {
				differing = append(differing, id)
			}
		}
		row := ui.Row{Cells: []ui.Cell{ui.To(w.source+" → "+w.target, w.compare)}}
		for _, state := range []string{"new", "changed", "only in target", "same name, not paired", "unknown", "same"} {
			row.Cells = append(row.Cells, ui.Txt(ui.Count(counts[state])))
		}
		next := ui.Txt("")
		if d.place.asOf == "" && mayAsk(d.who, request.Promotion) {
			next = ui.To("Promote what differs", d.place.ask(request.Promotion, "", w.params(d, differing)...))
		}
		row.Cells = append(row.Cells, next)
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	return t, nil
}

// lastDeployments are the newest operations of the pipeline.
func (s *Server) lastDeployments(c echo.Context, d detail) (*ui.Table, error) {
	r, err := audit.Lookup("deployments")
	if err != nil {
		return nil, err
	}
	page, err := s.run(c, d.q, r.Name, 10, "pipeline", d.id)
	if err != nil || len(page.Rows) == 0 {
		return nil, err
	}
	t := s.table(listRequest{who: d.who, path: c.Request().URL.Path, place: d.place, report: r, fixed: map[string]string{"pipeline": d.id}, query: d.q}, page)
	t.ID = "last-deployments"
	for i := range t.Columns {
		t.Columns[i].Sort = nil
	}
	return &t, nil
}
