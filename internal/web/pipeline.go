package web

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// pipeline shows one deployment pipeline: its stages and who may deploy.
func (s *Server) pipeline(c echo.Context) error {
	d, err := s.detail(c, aPipeline)
	if err != nil {
		return err
	}
	stages, err := s.run(c, d.q, "pipeline-stages", 50, "pipeline", d.id)
	if err != nil {
		return err
	}
	req, users, err := s.subList(c, d, "pipeline-access", map[string]string{"pipeline": d.id}, "name")
	if err != nil {
		return err
	}
	v := templates.PipelinePage{Page: s.pipelineFrame(c, d), Stages: stagesOf(d.viewing, stages.Rows, ""), Users: s.listView(req, users), Facts: d.pipelineFacts(), Points: d.pipelinePoints(users)}
	var offers []offered
	for _, w := range s.waysOf(d, stages.Rows) {
		offers = append(offers, w.offer(d))
	}
	offerRequests(&v.Page, d.who, d.place, append(offers, d.offersOfPipeline()...)...)
	if v.Unread, err = s.pipelineUnread(c, d); err != nil {
		return err
	}
	if v.Ways, err = s.pipelineWays(c, d, stages.Rows); err != nil {
		return err
	}
	if v.Recent, err = s.lastDeployments(c, d); err != nil {
		return err
	}
	if v.Compare, err = s.stageItems(c, d, stages.Rows); err != nil {
		return err
	}
	if !d.row.Get("users").Known() {
		v.Users.Table.Empty = ui.Empty{Why: "Who may use this pipeline is unknown.", More: "Microsoft did not tell in this scan. That is not the same as nobody."}
	}
	return ok(c, templates.Pipeline(v))
}

func (d detail) pipelineFacts() []ui.Pair {
	r := d.row
	users := ui.Pair{Key: "Users", Unknown: "Microsoft did not tell who may use it."}
	if v := r.Get("users"); v.Known() {
		users = ui.Pair{Key: "Users", Value: ui.Count(v.Int())}
	}
	return []ui.Pair{
		{Key: "Stages", Value: ui.Count(r.Get("stages").Int())}, {Key: "With a workspace", Value: ui.Count(r.Get("assigned").Int())}, users,
		{Key: "Description", Value: r.Text("description")}, {Key: "Id", Value: d.id, Copy: true},
	}
}

func (d detail) pipelinePoints(users audit.Page) []templates.Point {
	var out []templates.Point
	if missing := d.row.Get("stages").Int() - d.row.Get("assigned").Int(); missing > 0 {
		out = append(out, templates.Point{Tone: ui.Warn, Text: fmt.Sprintf("%s no workspace.", isAre(int(missing), "stage has", "stages have"))})
	}
	left := 0
	for _, u := range users.Rows {
		if u.Get("left").Bool() {
			left++
		}
	}
	if left > 0 {
		out = append(out, templates.Point{Tone: ui.Bad, Text: fmt.Sprintf("%s gone or disabled and may still deploy.", isAre(left, "account is", "accounts are"))})
	}
	return out
}

// stageItems sets the stages' items side by side, by kind and name: what is in
// one stage and not in the next shows at a glance.
func (s *Server) stageItems(c echo.Context, d detail, stages []audit.Row) (*ui.Table, error) {
	t := &ui.Table{ID: "stage-items", Caption: "Items of the stages", Scroll: true, Columns: []ui.Column{{Label: "Item"}}}
	at := map[string]int{}
	for i, st := range stages {
		t.Columns = append(t.Columns, ui.Column{Label: ui.NameText(stageName(st))})
		ws := st.Get("workspace_id").Text()
		if ws == "" {
			continue
		}
		page, err := s.run(c, d.q, "items", audit.MaxLimit, "workspace", ws, "app_copy", "no")
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rows {
			key := r.Text("kind") + "\x00" + r.Text("name")
			n, there := at[key]
			if !there {
				n = len(t.Rows)
				at[key] = n
				t.Rows = append(t.Rows, ui.Row{Cells: make([]ui.Cell, 1+len(stages))})
				t.Rows[n].Cells[0] = ui.Cell{Text: r.Text("name"), Sub: kindWord(r.Text("kind"))}
			}
			when := "there"
			if m := r.Get("modified"); m.Known() {
				when = "modified " + ui.Day(m.Time(audit.Date))
			}
			t.Rows[n].Cells[1+i] = ui.To(when, d.place.thing(audit.ToItem, r.Get("id").Text()))
		}
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	return t, nil
}
