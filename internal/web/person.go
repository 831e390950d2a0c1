package web

import (
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// person is the first tab of one person, group or application: who it is, what
// depends on it, and what it did lately.
func (s *Server) person(c echo.Context) error {
	d, err := s.detail(c, aPerson)
	if err != nil {
		return err
	}
	p := personData{detail: d}
	if err := s.readPerson(c, &p); err != nil {
		return err
	}
	v := templates.PersonPage{Page: s.personFrame(c, d), Points: p.points(), Tiles: p.tiles(), Facts: p.facts(), Groups: p.groupTable(),
		AllHistory: ui.Link{Label: "All of their activity", Href: d.place.list("activity", ui.Param{Name: "actor", Value: d.actor()})}}
	if p.more > 0 {
		v.MoreGroups = fmt.Sprintf("And %s more.", ui.Plural(int64(p.more), "group", "groups"))
	}
	p.fillLeaving(&v)
	if d.isGroup() {
		v.Members = membership{place: d.place, of: byGroup(p.members)}.tree(d.id, nil)
		v.AllMembers = ui.Link{Label: "As a list", Href: d.place.list("people", ui.Param{Name: "member_of", Value: d.id})}
	}
	for _, row := range p.activity.Rows {
		v.History = append(v.History, d.deed(row))
	}
	return ok(c, templates.Person(v))
}

// personData is what the tab is made from.
type personData struct {
	detail
	leaving  audit.Departure
	groups   []audit.GroupOf
	more     int
	members  []audit.Member
	activity audit.Page
}

func (s *Server) readPerson(c echo.Context, p *personData) (err error) {
	ctx := c.Request().Context()
	if p.leaving, err = audit.DepartureOf(ctx, s.Reader, p.q, p.id, p.row.Get("address").Text()); err != nil {
		return err
	}
	if p.groups, p.more, err = audit.GroupsOf(ctx, s.Reader, p.q, p.id); err != nil {
		return err
	}
	if p.isGroup() {
		if p.members, _, err = audit.MembersBehind(ctx, s.Reader, p.q, []string{p.id}); err != nil {
			return err
		}
	}
	p.activity, err = s.run(c, p.q, "activity", 8, "actor", p.actor())
	return err
}

func (d detail) isGroup() bool { return d.row.Text("kind") == "Group" }

// actor is how the activity names the person: by address where there is one.
func (d detail) actor() string {
	if a := d.row.Get("address").Text(); a != "" {
		return a
	}
	return d.id
}

// personFrame is what all tabs of a principal share.
func (s *Server) personFrame(c echo.Context, d detail) templates.Page {
	p := d.page(s, c, d.row.Get("name").Text(), kindWord(d.row.Text("kind")))
	p.Crumbs = []ui.Link{{Label: d.place.tenant, Href: d.place.to("/")}, {Label: "People", Href: d.place.list("people")}}
	if d.row.Get("guest").Bool() {
		p.Badges = append(p.Badges, badge("Guest"))
	}
	if d.row.Get("left").Bool() {
		p.Badges = append(p.Badges, badge("left"))
	}
	p.Tabs = d.tabs(s, c, ui.Tab{Label: "Summary"}, ui.Tab{Label: "Access", Href: "access"}, ui.Tab{Label: "Requests", Href: "requests"})
	offerRequests(&p, d.who, d.place, d.offersOfPerson()...)
	return p
}

func (p personData) facts() []ui.Pair {
	r := p.row
	left := ui.Pair{Key: "Still there", Unknown: "The directory was not asked about it."}
	if v := r.Get("left"); v.Known() {
		left = ui.Pair{Key: "Still there", Value: map[bool]string{true: "no: gone from the directory, or disabled", false: "yes"}[v.Bool()]}
	}
	out := []ui.Pair{{Key: "Kind", Value: kindWord(r.Text("kind"))}, {Key: "Address", Value: r.Text("address"), Copy: r.Text("address") != ""}, left}
	for _, k := range [][2]string{{"department", "Department"}, {"company", "Company"}, {"mail", "Mail"}, {"manager", "Manager"}} {
		if v := r.Get(k[0]); v.Known() && v.Text() != "" {
			out = append(out, ui.Pair{Key: k[1], Value: v.Text()})
		}
	}
	if p.isGroup() {
		behind := ui.Pair{Key: "People behind", Unknown: "Its members were not read."}
		if v := r.Get("behind"); v.Known() {
			behind = ui.Pair{Key: "People behind", Value: ui.Count(v.Int())}
		}
		out = append(out, behind)
	}
	return append(out, ui.Pair{Key: "Id", Value: p.id, Copy: true})
}

func (p personData) tiles() []ui.Stat {
	access := func(params ...ui.Param) string {
		return p.place.list("access", append(params, ui.Param{Name: "principal", Value: p.id})...)
	}
	n := func(key string) string { return ui.Count(p.row.Get(key).Int()) }
	return []ui.Stat{
		{Label: "Workspaces", Value: n("workspaces"), Href: access(ui.Param{Name: "on", Value: "workspace"}), Delta: "with a role of their own"},
		{Label: "Admin of", Value: n("admin_of"), Href: access(ui.Param{Name: "on", Value: "workspace"}, ui.Param{Name: "right", Value: "Admin"}), Delta: "workspaces"},
		{Label: "Items", Value: n("items"), Href: access(ui.Param{Name: "on", Value: "item"}), Delta: "with a right of their own"},
		{Label: "Groups", Value: n("groups"), Delta: "directly"},
	}
}

func (p personData) points() []templates.Point {
	var out []templates.Point
	see := ui.Link{Label: "See what", Href: p.place.thing(p.of, p.id, "access")}
	holds := p.row.Get("workspaces").Int()+p.row.Get("items").Int() > 0
	switch {
	case p.row.Get("left").Bool() && holds:
		out = append(out, templates.Point{Tone: ui.Bad, Text: "Gone or disabled, and still holds rights.", Link: see})
	case p.row.Get("left").Bool():
		out = append(out, templates.Point{Tone: ui.Neutral, Text: "Gone or disabled."})
	}
	if p.row.Get("guest").Bool() && p.row.Get("admin_of").Int() > 0 {
		out = append(out, templates.Point{Tone: ui.Bad, Text: fmt.Sprintf("From outside, and admin of %s.", ui.Plural(p.row.Get("admin_of").Int(), "workspace", "workspaces")), Link: see})
	}
	return out
}

// deed tells one thing that somebody did, without saying who.
func (v viewing) deed(row audit.Row) ui.Event {
	what := row.Text("activity")
	e := ui.Event{At: row.Get("at").Time(audit.Date), Now: v.now, Kind: strings.TrimSpace("Activity " + row.Get("via").Text()), Detail: what, Href: v.place.thing(audit.ToItem, row.Get("item_id").Text())}
	e.Text = capital(did(what))
	if name := row.Get("item").Text(); name != "" {
		e.Text += ": " + name
	}
	if w := row.Get("workspace").Text(); w != "" {
		e.Detail += " in " + w
	}
	if !row.Get("succeeded").Bool() {
		e.Text, e.Tone = e.Text+" (failed)", ui.Warn
	}
	return e
}

func byGroup(members []audit.Member) map[string][]audit.Member {
	out := map[string][]audit.Member{}
	for _, m := range members {
		out[m.Group] = append(out[m.Group], m)
	}
	return out
}
