package web

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// groupsOf shows who is behind the groups among some holders of rights. All of
// them are read at once.
func (s *Server) groupsOf(c echo.Context, d detail, holders []audit.Row) ([]templates.GroupTree, error) {
	var ids []string
	var rows []audit.Row
	seen := map[string]bool{}
	for _, r := range holders {
		if id := r.Get("principal_id").Text(); r.Text("principal_kind") == "Group" && id != "" && !seen[id] {
			seen[id] = true
			ids, rows = append(ids, id), append(rows, r)
		}
	}
	members, cut, err := audit.MembersBehind(c.Request().Context(), s.Reader, d.q, ids)
	if err != nil {
		return nil, err
	}
	in := membership{place: d.place, of: byGroup(members)}
	var out []templates.GroupTree
	for i, id := range ids {
		g := templates.GroupTree{ID: "group-" + strconv.Itoa(i+1), Name: rows[i].Text("principal"), Href: d.place.thing(audit.ToPerson, id), Says: "members unknown", Members: in.tree(id, nil)}
		if n := rows[i].Get("behind"); n.Known() {
			g.Says = ui.Plural(n.Int(), "person", "people") + " behind it"
		}
		if cut {
			g.Says += ", not all of them shown"
		}
		out = append(out, g)
	}
	return out, nil
}

// membership is who is in which group.
type membership struct {
	place place
	of    map[string][]audit.Member
}

// shownMembers is how many members of one group are shown.
const shownMembers = 100

// tree shows the members of a group, groups within it with theirs. A group
// that is inside itself ends there.
func (m membership) tree(group string, above []string) []ui.Node {
	above = append(above, group)
	var out []ui.Node
	for i, x := range m.of[group] {
		if i == shownMembers {
			break
		}
		n := ui.Node{Label: x.Name, Href: m.place.thing(audit.ToPerson, x.ID), Note: x.Address, Badges: memberBadges(x)}
		if x.Name == "" {
			n.Label = x.ID
		}
		if x.Kind != "User" {
			n.Kind = kindWord(x.Kind)
		}
		if _, known := m.of[x.ID]; known && contains(above, x.ID) {
			n.Note = "contains this group again"
		} else if known {
			n.Children = m.tree(x.ID, above)
		}
		out = append(out, n)
	}
	if rest := len(m.of[group]) - shownMembers; rest > 0 {
		out = append(out, ui.Node{Label: ui.Count(int64(rest)) + " more", Href: m.place.list("people", ui.Param{Name: "member_of", Value: group})})
	}
	return out
}

func memberBadges(m audit.Member) []templ.Component {
	var out []templ.Component
	if m.Guest {
		out = append(out, badge("Guest"))
	}
	if m.Left.Known() && m.Left.Bool() {
		out = append(out, badge("left"))
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
