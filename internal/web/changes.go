package web

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// changes compares two moments: what came, went and changed, and through whom.
func (s *Server) changes(c echo.Context, req listRequest, page audit.Page) error {
	v := templates.ListPage{Page: s.page(c, req.who, req.query.View, page.Truth), Question: req.report.Question + " Listed kind by kind; within each, by when it was noticed.", List: s.listView(req, page)}
	v.Title = req.report.Title
	v.List.Table = changeTable(viewing{place: req.place, now: s.Now()}, page, v.List.Table)
	var err error
	if v.Compare, err = s.comparison(c, req); err != nil {
		return err
	}
	if n := req.earlier(c.QueryParam("since")); n != nil {
		v.Notices = append(v.Notices, *n)
	}
	return ok(c, templates.List(v))
}

// comparison is the choice of the two dates; nil when no scan is there.
func (s *Server) comparison(c echo.Context, req listRequest) (*templates.Compare, error) {
	if req.query.View.Scan == 0 {
		return nil, nil
	}
	ctx := c.Request().Context()
	counts, err := audit.CountChanges(ctx, s.Reader, req.query)
	if err != nil {
		return nil, err
	}
	marks, err := audit.LandmarksOf(ctx, s.Reader, req.query.View)
	if err != nil {
		return nil, err
	}
	return req.compare(counts, marks, s.Now()), nil
}

// earlier says when there was no scan as early as asked for.
func (r listRequest) earlier(since string) *ui.Notice {
	before := r.query.CompareView
	switch at, err := parseMoment(since, "since"); {
	case before.Scan == 0:
		return &ui.Notice{Tone: ui.Info, Title: "There is nothing to compare with yet.", Text: "This is the first scan that was published."}
	case since != "" && err == nil && before.Taken.After(at):
		return &ui.Notice{Tone: ui.Info, Title: "No scan is that old.", Text: "Compared is the first one there is, of " + before.Taken.Format(clock) + "."}
	case before.Scan >= r.query.View.Scan:
		return &ui.Notice{Tone: ui.Info, Title: "Both dates lead to the same scan.", Text: "Choose an earlier first date."}
	}
	return nil
}

// compare fills the choice with the two scans, the ranges and the kinds of
// things.
func (r listRequest) compare(counts []audit.ChangeCount, marks audit.Landmarks, now time.Time) *templates.Compare {
	before, after := r.query.CompareView, r.query.View
	out := &templates.Compare{
		Action: r.path, Until: day(r.raw.Get("as_of")), Max: now.UTC().Format(dateForm),
		Before: r.scanLink(before), After: r.scanLink(after), Quick: r.quickRanges(marks),
	}
	if before.Scan != 0 {
		out.Since = before.Taken.Format(dateForm)
	}
	for _, k := range []string{"tenant", "thing", "change", "workspace", "sort"} {
		if v := r.raw.Get(k); v != "" {
			out.Keep = append(out.Keep, ui.Param{Name: k, Value: v})
		}
	}
	for _, n := range counts {
		if n.Added+n.Removed+n.Changed == 0 {
			continue
		}
		f := templates.ThingFilter{Active: r.raw.Get("thing") == n.Thing}
		f.ChangeCount = templates.ChangeCount{Label: plurals[n.Thing], Href: r.change(map[string]string{"thing": n.Thing}),
			Added: signed("+", n.Added), Removed: signed("−", n.Removed), Changed: signed("~", n.Changed)}
		if f.Active {
			f.Href = r.change(map[string]string{"thing": ""})
		}
		out.Things = append(out.Things, f)
	}
	return out
}

func (r listRequest) scanLink(v db.View) ui.Link {
	if v.Scan == 0 {
		return ui.Link{Label: "nothing"}
	}
	return ui.Link{Label: "the scan of " + v.Taken.Format(clock), Href: r.place.thing(audit.ToScan, strconv.FormatInt(v.Scan, 10))}
}

// quickRanges are the ranges that people ask for. Those that lead to no
// earlier scan are left out.
func (r listRequest) quickRanges(marks audit.Landmarks) []ui.Tab {
	var out []ui.Tab
	add := func(label string, v db.View, since string) {
		if v.Scan != 0 {
			out = append(out, ui.Tab{Label: label, Href: r.change(map[string]string{"since": since}), Active: r.raw.Get("since") == since})
		}
	}
	taken := r.query.View.Taken
	ago := func(days int) string { return taken.AddDate(0, 0, -days).Add(weekSlack).Format(exact) }
	add("Since the scan before", marks.Previous, marks.Previous.Taken.Format(exact))
	add("Since yesterday", marks.Previous, taken.AddDate(0, 0, -1).Add(weekSlack/4).Format(exact))
	add("Last week", marks.First, ago(7))
	add("Last month", marks.First, ago(30))
	add("Since the last full scan", marks.Full, marks.Full.Taken.Format(exact))
	for i := range out {
		if r.raw.Get("since") == "" && out[i].Label == "Last week" {
			out[i].Active = true
		}
	}
	return out
}

// day is the day of what is typed as a moment.
func day(text string) string {
	if at, err := parseMoment(text, ""); err == nil {
		return at.Format(dateForm)
	}
	return ""
}

// changeTable shows each change as one line that reads from left to right:
// what, how, from what to what, noticed when, through whom.
func changeTable(v viewing, page audit.Page, plain ui.Table) ui.Table {
	t := ui.Table{Caption: plain.Caption, Empty: plain.Empty, Columns: []ui.Column{
		{Label: "What"}, {Label: "Change", Kind: ui.Badges}, {Label: "From → to"}, {Label: "Noticed", Kind: ui.Date, Sort: sortOf(plain, "Noticed"), Hint: "When the scan that saw the change was published."},
		{Label: "Who", Hint: "The only person whose activity in that time can have caused it; unknown when there were several or none."},
	}}
	for _, row := range page.Rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{v.changed(row), ui.Parts(badge(row.Text("change"))), fromTo(row), ui.When(row.Get("at").Time(audit.Date), v.now), v.through(row)}})
	}
	return t
}

func sortOf(t ui.Table, label string) *ui.Sort {
	for _, c := range t.Columns {
		if c.Label == label {
			return c.Sort
		}
	}
	return nil
}

// changed names the thing, what kind of thing it is and where.
func (v viewing) changed(row audit.Row) ui.Cell {
	thing := row.Text("thing")
	c := ui.Cell{Text: row.Get("name").Text(), Sub: capital(thing), Href: v.about(row)}
	if p := row.Get("person").Text(); p != "" && thing != "principal" {
		if c.Text == "" {
			c.Text = "something without a name"
		}
		c.Text, c.Sub = p+" on "+c.Text, capital(thing)
		if thing == "member of a group" {
			c.Text = p + " in " + row.Get("name").Text()
		}
		if thing == "link to everybody" {
			c.Text, c.Sub = row.Get("name").Text(), "Link to everybody, shared by "+p
		}
	}
	if c.Text == "" {
		c.Text = "(no name)"
	}
	if w := row.Get("workspace").Text(); w != "" && thing != "workspace" && w != row.Get("name").Text() {
		c.Sub += " in " + w
	}
	return c
}

// fromTo shows a field before and after; of what came or went, only what it
// is or was.
func fromTo(row audit.Row) ui.Cell {
	before, after := row.Get("before").Text(), row.Get("after").Text()
	switch {
	case before == "" && after == "":
		return ui.Txt("–")
	case row.Text("change") != "changed":
		return ui.Txt(kindWord(before + after))
	}
	field := row.Text("field")
	return ui.Parts(ui.Diff([]ui.Change{{Field: capital(field), Before: said(field, row.Text("before")), After: said(field, row.Text("after"))}}))
}

// said is how a page says the value of a field that changed.
func said(field, value string) string {
	if field != "modified" && field != "updated" {
		return value
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return ui.Exact(at)
	}
	return value
}

func (v viewing) through(row audit.Row) ui.Cell {
	who := row.Get("actor").Text()
	if who == "" {
		return ui.Unknown("Several people or nobody did something in that time that can have caused it.")
	}
	return ui.Cell{Text: who, Sub: row.Get("activity").Text(), Href: v.place.thing(audit.ToPerson, row.Get("actor_id").Text())}
}
