package web

import (
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// useDays is over how many days pages show use and judge who works somewhere.
const useDays = 28

// workspace is the first tab of one workspace.
func (s *Server) workspace(c echo.Context) error {
	d, err := s.detail(c, aWorkspace)
	if err != nil {
		return err
	}
	w := workspaceData{detail: d}
	if err := s.readWorkspace(c, &w); err != nil {
		return err
	}
	v := templates.WorkspacePage{Page: s.workspaceFrame(c, d), Points: w.points(), Facts: w.facts(), Owners: w.owners(), Use: w.usePlot("workspace"),
		AllHistory: ui.Link{Label: "All of its history", Href: d.place.thing(d.of, d.id, "history")}}
	v.History = d.lately(w.history.Rows)
	v.Pipeline, v.Stages = w.stages()
	offerRequests(&v.Page, d.who, d.place, w.promotions()...)
	return ok(c, templates.Workspace(v))
}

// workspaceData is what the tab is made from.
type workspaceData struct {
	detail
	use
	holders, links, stage, siblings, history audit.Page
	hands                                    []audit.Hand
}

func (s *Server) readWorkspace(c echo.Context, w *workspaceData) (err error) {
	if w.holders, err = s.run(c, w.q, "access", audit.MaxLimit, "workspace", w.id, "on", "workspace"); err != nil {
		return err
	}
	if w.links, err = s.run(c, w.q, "links", 1, "workspace", w.id); err != nil {
		return err
	}
	if w.stage, err = s.run(c, w.q, "pipeline-stages", 1, "workspace", w.id); err != nil {
		return err
	}
	if len(w.stage.Rows) > 0 {
		if w.siblings, err = s.run(c, w.q, "pipeline-stages", 50, "pipeline", w.stage.Rows[0].Get("pipeline_id").Text()); err != nil {
			return err
		}
	}
	if w.history, err = s.run(c, w.q, "history", readLately, "workspace", w.id); err != nil {
		return err
	}
	if w.hands, err = audit.HandsIn(c.Request().Context(), s.Reader, w.q, w.id, useDays); err != nil {
		return err
	}
	w.use, err = s.useOf(c, w.q, w.of, w.id)
	return err
}

// workspaceFrame is what all tabs of a workspace share.
func (s *Server) workspaceFrame(c echo.Context, d detail) templates.Page {
	p := d.page(s, c, d.row.Get("name").Text(), "Workspace")
	p.Crumbs = []ui.Link{{Label: d.place.tenant, Href: d.place.to("/")}, {Label: "Workspaces", Href: d.place.list("workspaces")}}
	if kind := d.row.Text("kind"); kind != "Workspace" {
		p.Badges = append(p.Badges, badge(kindWord(kind)))
	}
	if state := d.row.Text("state"); state != "Active" {
		p.Badges = append(p.Badges, badge(state))
		if state == "Deleted" && d.missed.Scan == 0 {
			p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warn, Title: "This workspace is deleted.",
				Text: "Power BI still lists it, with what was in it, and an admin can restore it until Power BI removes it for good."})
		}
	}
	if d.row.Get("orphaned").Bool() {
		p.Badges = append(p.Badges, badge("Orphaned"))
	}
	people := ui.Tab{Label: "People", Href: "people"}
	if n := d.row.Get("people"); n.Known() {
		people.Count, people.Counted = n.Int(), true
	}
	p.Tabs = d.tabs(s, c, ui.Tab{Label: "Summary"}, people,
		ui.Tab{Label: "Items", Href: "items", Count: d.row.Get("items").Int(), Counted: true},
		ui.Tab{Label: "Shares and links", Href: "shares"}, ui.Tab{Label: "Violations", Href: "violations"}, ui.Tab{Label: "History", Href: "history"}, ui.Tab{Label: "Requests", Href: "requests"})
	offerRequests(&p, d.who, d.place, d.offersOfWorkspace()...)
	return p
}

func (w workspaceData) facts() []ui.Pair {
	r := w.row
	count := func(key string) ui.Pair {
		if v := r.Get(key); v.Known() {
			return ui.Pair{Value: ui.Count(v.Int())}
		}
		return ui.Pair{Unknown: "Microsoft did not tell who may use this workspace."}
	}
	named := func(name string, p ui.Pair) ui.Pair { p.Key = name; return p }
	capacity := ui.Pair{Key: "Capacity", Value: r.Get("capacity").Text(), Href: w.capacityHref()}
	if capacity.Value == "" && !r.Get("dedicated").Bool() {
		capacity.Value = "none: shared"
	}
	return []ui.Pair{
		{Key: "State", Value: r.Text("state")}, {Key: "Kind", Value: kindWord(r.Text("kind"))},
		{Key: "Domain", Value: r.Get("domain").Text(), Href: w.domainHref()}, capacity,
		{Key: "Storage format", Value: r.Text("storage")},
		{Key: "Items", Value: ui.Count(r.Get("items").Int()), Href: w.place.thing(w.of, w.id, "items")},
		named("Role holders", count("people")), named("Admins", count("admins")), named("Guests", count("guests")),
		{Key: "Description", Value: r.Text("description")},
		{Key: "So since", At: r.Get("version_of").Time(audit.Date)},
		{Key: "Id", Value: w.id, Copy: true},
	}
}

func (w workspaceData) capacityHref() string {
	if id := w.row.Get("capacity_id").Text(); id != "" {
		return w.place.list("workspaces", ui.Param{Name: "capacity", Value: id})
	}
	return ""
}

func (w workspaceData) domainHref() string {
	if id := w.row.Get("domain_id").Text(); id != "" {
		return w.place.list("workspaces", ui.Param{Name: "domain", Value: id})
	}
	return ""
}

// stages shows the pipeline that the workspace is a stage of.
func (w workspaceData) stages() (ui.Link, []templates.Stage) {
	if len(w.siblings.Rows) == 0 {
		return ui.Link{}, nil
	}
	first := w.siblings.Rows[0]
	return ui.Link{Label: first.Text("pipeline"), Href: w.place.thing(audit.ToPipeline, first.Get("pipeline_id").Text())}, stagesOf(w.viewing, w.siblings.Rows, w.id)
}

func stagesOf(v viewing, rows []audit.Row, here string) []templates.Stage {
	var out []templates.Stage
	for _, r := range rows {
		st := templates.Stage{Name: stageName(r), Here: here != "" && r.Get("workspace_id").Text() == here}
		switch {
		case r.Get("workspace").Known():
			st.Workspace, st.Href = r.Get("workspace").Text(), v.place.thing(audit.ToWorkspace, r.Get("workspace_id").Text())
			st.Note = ui.Plural(r.Get("items").Int(), "item", "items")
		case r.Get("assigned").Bool():
			st.Workspace = "a workspace you may not see"
		}
		out = append(out, st)
	}
	return out
}

// stageName is what a stage is called; Power BI names most of them only by
// their order.
func stageName(r audit.Row) string {
	if name := r.Get("stage").Text(); name != "" {
		return name
	}
	return fmt.Sprintf("Stage %d", r.Get("order").Int()+1)
}

// points are what stands out about the workspace.
func (w workspaceData) points() []templates.Point {
	var out []templates.Point
	add := func(tone ui.Tone, link ui.Link, format string, args ...any) {
		out = append(out, templates.Point{Tone: tone, Text: fmt.Sprintf(format, args...), Link: link})
	}
	people := ui.Link{Label: "See who", Href: w.place.thing(w.of, w.id, "people")}
	guests, left := 0, 0
	for _, r := range w.holders.Rows {
		if r.Get("guest").Bool() {
			guests++
		}
		if r.Get("left").Bool() {
			left++
		}
	}
	switch {
	case !w.row.Get("people").Known():
		add(ui.Warn, ui.Link{}, "Who may use this workspace is unknown: Microsoft did not tell in this scan.")
	case w.row.Get("orphaned").Bool():
		add(ui.Bad, ui.Link{}, "Nobody holds the Admin role. %s", w.candidates())
	case w.row.Get("admins").Int() == 1 && w.row.Text("kind") != "PersonalGroup":
		add(ui.Warn, people, "Only one holder of the Admin role.")
	}
	if left > 0 {
		add(ui.Bad, people, "%s gone or disabled and still in a role here.", isAre(left, "account is", "accounts are"))
	}
	if guests > 0 {
		add(ui.Warn, people, "%s a role here.", isAre(guests, "guest has", "guests have"))
	}
	if n := w.links.Total; n > 0 {
		add(ui.Warn, ui.Link{Label: "See which", Href: w.place.thing(w.of, w.id, "shares")}, "%s to everybody.", isAre(int(n), "item is open", "items are open"))
	}
	if w.use.quiet() {
		add(ui.Neutral, ui.Link{}, "Nobody viewed anything here in the last %d days.", useDays)
	}
	return out
}

func isAre(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return ui.Count(int64(n)) + " " + many
}

// candidates says who could be made admin.
func (w workspaceData) candidates() string {
	var names []string
	for _, o := range w.ranked() {
		if o.could && len(names) < 3 {
			names = append(names, o.row.Text("principal"))
		}
	}
	if len(names) == 0 {
		return "None of those who have a role here could be made admin."
	}
	return "Could be made admin: " + strings.Join(names, ", ") + "."
}
