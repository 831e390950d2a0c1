package web

import (
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// item is the first tab of one item: where it comes from, where it goes, how
// much it is used.
func (s *Server) item(c echo.Context) error {
	d, err := s.detail(c, anItem)
	if err != nil {
		return err
	}
	i := itemData{detail: d}
	if err := s.readItem(c, &i); err != nil {
		return err
	}
	v := templates.ItemPage{Page: s.itemFrame(c, d), Points: i.points(), Facts: i.facts(), Refresh: i.refresh(), Use: i.usePlot("item"), History: d.lately(i.history.Rows),
		AllHistory: ui.Link{Label: "All of its history", Href: d.place.thing(d.of, d.id, "history")}}
	i.fillLineage(&v)
	return ok(c, templates.Item(v))
}

// itemData is what the tab is made from.
type itemData struct {
	detail
	use
	lineage                     audit.Lineage
	links, refreshable, history audit.Page
}

func (s *Server) readItem(c echo.Context, i *itemData) (err error) {
	ctx := c.Request().Context()
	if i.lineage, err = audit.LineageOf(ctx, s.Reader, i.q, i.id); err != nil {
		return err
	}
	if i.links, err = s.run(c, i.q, "links", 10, "item", i.id); err != nil {
		return err
	}
	if i.refreshable, err = s.run(c, i.q, "refreshes", 1, "item", i.id); err != nil {
		return err
	}
	if i.history, err = s.run(c, i.q, "history", readLately, "workspace", i.workspaceID(), "item", i.id); err != nil {
		return err
	}
	i.use, err = s.useOf(c, i.q, i.of, i.id)
	return err
}

// workspaceID is the workspace that an item is in.
func (d detail) workspaceID() string { return d.row.Get("workspace_id").Text() }

// itemFrame is what all tabs of an item share.
func (s *Server) itemFrame(c echo.Context, d detail) templates.Page {
	p := d.page(s, c, d.row.Get("name").Text(), kindWord(d.row.Text("kind")))
	p.Crumbs = []ui.Link{{Label: d.place.tenant, Href: d.place.to("/")}, {Label: d.row.Text("workspace"), Href: d.place.thing(audit.ToWorkspace, d.workspaceID())}}
	for _, key := range []string{"endorsement", "state"} {
		if w := d.row.Get(key).Text(); w != "" && w != "Active" {
			p.Badges = append(p.Badges, badge(w))
		}
	}
	if d.row.Get("app_copy").Bool() {
		p.Badges = append(p.Badges, badge("Copy held by an app"))
	}
	access := ui.Tab{Label: "Access", Href: "access"}
	if n := d.row.Get("shares"); n.Known() {
		access.Count, access.Counted = n.Int(), true
	}
	tabs := slices.Concat([]ui.Tab{{Label: "Summary"}, access}, d.refreshTab(), []ui.Tab{{Label: "Violations", Href: "violations"}, {Label: "History", Href: "history"}})
	p.Tabs = d.tabs(s, c, tabs...)
	return p
}

func (i itemData) facts() []ui.Pair {
	r, p := i.row, i.place
	unknown := func(key, name, why string) ui.Pair {
		if v := r.Get(key); v.Known() {
			return ui.Pair{Key: name, Value: wordFor(key, r.Text(key))}
		}
		return ui.Pair{Key: name, Unknown: why}
	}
	owner := unknown("owner", "Owner", "Microsoft did not tell who owns it.")
	owner.Href = p.thing(audit.ToPerson, r.Get("owner_id").Text())
	out := []ui.Pair{
		{Key: "Kind", Value: kindWord(r.Text("kind"))},
		{Key: "Workspace", Value: r.Text("workspace"), Href: p.thing(audit.ToWorkspace, i.workspaceID())}, owner,
	}
	if r.Get("model").Known() {
		out = append(out, ui.Pair{Key: "Semantic model", Value: r.Text("model"), Href: p.thing(audit.ToItem, r.Get("model_id").Text())})
	}
	out = append(out,
		ui.Pair{Key: "Endorsement", Value: r.Get("endorsement").Text()}, ui.Pair{Key: "Certified by", Value: r.Get("certified_by").Text()},
		ui.Pair{Key: "Sensitivity label", Value: labelText(r)},
		dated("Last viewed", r.Get("last_view"), audit.Day, "No view is in the activity that was read."),
		dated("Modified", r.Get("modified"), audit.Date, "Microsoft did not tell when."), unknown("modified_by", "Modified by", "Microsoft did not tell."),
		dated("Created", r.Get("created"), audit.Date, "Microsoft did not tell when."))
	for _, k := range [][2]string{{"storage_mode", "Storage mode"}, {"report_type", "Report type"}, {"tables", "Tables"}, {"roles", "Row-level roles"}, {"description", "Description"}} {
		if v := r.Get(k[0]); v.Known() && v.Text() != "" {
			out = append(out, ui.Pair{Key: k[1], Value: v.Text()})
		}
	}
	return append(out, ui.Pair{Key: "Id", Value: i.id, Copy: true})
}

func labelText(r audit.Row) string {
	if r.Get("labelled").Bool() {
		return "yes: " + r.Get("label_id").Text()
	}
	return "none"
}

func dated(name string, v audit.Value, kind audit.Kind, why string) ui.Pair {
	switch {
	case !v.Known():
		return ui.Pair{Key: name, Unknown: why}
	case kind == audit.Day:
		return ui.Pair{Key: name, Value: ui.Day(v.Time(kind))}
	}
	return ui.Pair{Key: name, At: v.Time(kind)}
}

// refresh are the facts of kinds that refresh.
func (i itemData) refresh() []ui.Pair {
	var out []ui.Pair
	if v := i.row.Get("schedule"); v.Known() {
		out = append(out, ui.Pair{Key: "Schedule", Value: i.row.Text("schedule")})
	}
	if len(i.refreshable.Rows) == 0 {
		if len(out) > 0 {
			out = append(out, ui.Pair{Key: "How it goes", Unknown: "Microsoft tells the outcome of refreshes only for models on a capacity."})
		}
		return out
	}
	r := i.refreshable.Rows[0]
	status := r.Text("status")
	out = append(out, ui.Pair{Key: "Last status", Part: ui.BadgeView(ui.Badge{Text: status, Tone: toneOf(status)})},
		dated("Last ended", r.Get("last_end"), audit.Date, "Microsoft did not tell when."),
		ui.Pair{Key: "Failed", Value: fmt.Sprintf("%s of %s", ui.Count(r.Get("failures").Int()), ui.Plural(r.Get("refreshes").Int(), "refresh", "refreshes"))},
		ui.Pair{Key: "Median", Value: ui.Duration(time.Duration(r.Get("median").Float() * float64(time.Second)))},
		ui.Pair{Key: "A day", Value: r.Text("per_day")},
		ui.Pair{Key: "Error", Value: r.Get("last_error").Text()})
	return out
}

// points are what stands out about the item.
func (i itemData) points() []templates.Point {
	var out []templates.Point
	add := func(tone ui.Tone, link ui.Link, format string, args ...any) {
		out = append(out, templates.Point{Tone: tone, Text: fmt.Sprintf(format, args...), Link: link})
	}
	who := ui.Link{Label: "See who", Href: i.place.thing(i.of, i.id, "access")}
	for _, l := range i.links.Rows {
		if l.Text("link") == "public" {
			add(ui.Bad, who, "Published to the web: anyone can open it without signing in.")
			continue
		}
		add(ui.Warn, who, "Shared with the whole organisation.")
	}
	if len(i.refreshable.Rows) > 0 {
		if r := i.refreshable.Rows[0]; r.Get("failures").Int() > 0 {
			add(ui.Bad, ui.Link{}, "%s of its last %s failed.", ui.Count(r.Get("failures").Int()), ui.Plural(r.Get("refreshes").Int(), "refresh", "refreshes"))
		}
	}
	if i.row.Get("owner_left").Bool() {
		add(ui.Bad, ui.Link{Label: "See the account", Href: i.place.thing(audit.ToPerson, i.row.Get("owner_id").Text())}, "Its owner, %s, is gone or disabled: what it does with their rights may stop.", i.row.Text("owner"))
	}
	if why := i.row.Get("schema_error").Text(); why != "" {
		add(ui.Warn, ui.Link{}, "Its tables are unknown: %s", why)
	}
	if kind := i.row.Text("kind"); i.quiet() && (kind == "report" || kind == "dashboard") {
		add(ui.Neutral, ui.Link{}, "Nobody viewed it in the last %d days.", useDays)
	}
	return out
}
