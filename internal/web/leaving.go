package web

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// fillLeaving says what would be left without anybody.
func (p personData) fillLeaving(v *templates.PersonPage) {
	v.Leaving, v.Independent = "What would break without it?", "Nothing that this portal knows of depends on it alone."
	v.GroupsTitle, v.DidTitle = "Which groups is it in?", "What did it do lately?"
	if p.row.Text("kind") == "User" {
		v.Leaving, v.Independent = "What would break if they left?", "Nothing that this portal knows of depends on them alone."
		v.GroupsTitle, v.DidTitle = "Which groups are they in?", "What did they do lately?"
		if p.row.Get("left").Bool() {
			v.Leaving = "What did they leave behind?"
		}
	}
	add := func(d audit.Dependents, tone ui.Tone, to audit.Target, one, many string) {
		if d.Total > 0 {
			v.Dependents = append(v.Dependents, p.dependents(d, tone, to, isAre(int(d.Total), one, many)))
		}
	}
	add(p.leaving.Admin, ui.Bad, audit.ToWorkspace, "workspace has no other admin", "workspaces have no other admin")
	add(p.leaving.Owned, ui.Warn, audit.ToItem, "model or dataflow runs with these rights", "models and dataflows run with these rights")
	add(p.leaving.Pipelines, ui.Warn, audit.ToPipeline, "pipeline has no other user", "pipelines have no other user")
	add(p.leaving.Capacities, ui.Bad, "", "capacity has no other admin", "capacities have no other admin")
}

func (p personData) dependents(d audit.Dependents, tone ui.Tone, to audit.Target, says string) templates.Dependents {
	out := templates.Dependents{Says: says, Tone: tone}
	for _, x := range d.Shown {
		n := ui.Node{Label: x.Name, Href: p.place.thing(to, x.ID)}
		if to == audit.ToItem {
			n.Kind, n.Note = kindWord(x.Kind), "in "+x.Workspace
			if x.Scheduled {
				n.Note += ", refreshes on a schedule"
			}
		}
		out.Items = append(out.Items, n)
	}
	if rest := d.Total - int64(len(d.Shown)); rest > 0 {
		out.More = fmt.Sprintf("And %s more.", ui.Count(rest))
	}
	return out
}

// groupTable shows the groups with the way into each.
func (p personData) groupTable() ui.Table {
	t := ui.Table{ID: "groups", Caption: "Groups", Columns: []ui.Column{{Label: "Group"}, {Label: "Through"}, {Label: "People behind", Kind: ui.Number}},
		Empty: ui.Empty{Why: "None, as far as the members of groups are known."}}
	for _, g := range p.groups {
		people := ui.Unknown("The members of this group were not read.")
		if g.People.Known() {
			people = ui.Num(g.People.Int())
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.To(g.Name, p.place.thing(audit.ToPerson, g.ID)), ui.Txt(g.Via), people}})
	}
	return t
}

// personAccess is the tab with everything a principal can reach, and the way.
func (s *Server) personAccess(c echo.Context) error {
	d, err := s.detail(c, aPerson)
	if err != nil {
		return err
	}
	req, page, err := s.subList(c, d, "person-access", map[string]string{"principal": d.id})
	if err != nil {
		return err
	}
	v := templates.ListPage{Page: s.personFrame(c, d), Question: "What can they reach, and through what?", List: s.listView(req, page)}
	return ok(c, templates.List(v))
}
