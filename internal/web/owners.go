package web

import (
	"sort"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// owner is somebody with a role on a workspace and what speaks for them.
type owner struct {
	row  audit.Row
	hand audit.Hand
	// could says that they are a person of the organisation who is still there
	// and works on the content.
	could bool
}

// roleRank orders the roles that let one change content.
var roleRank = map[string]int{"Admin": 0, "Member": 1, "Contributor": 2}

// maxOwners is how many candidates are shown.
const maxOwners = 8

// ranked are the people who could answer for the workspace: admins first, then
// those who may change it, the busiest first.
func (w workspaceData) ranked() []owner {
	hands := map[string]audit.Hand{}
	for _, h := range w.hands {
		hands[h.Who] = h
	}
	var out []owner
	for _, r := range w.holders.Rows {
		if _, ok := roleRank[r.Text("right")]; !ok || r.Text("principal_kind") != "User" || r.Get("left").Bool() {
			continue
		}
		o := owner{row: r, could: !r.Get("guest").Bool()}
		if h, ok := hands[r.Text("address")]; ok {
			o.hand = h
		} else {
			o.hand = hands[r.Get("principal_id").Text()]
		}
		out = append(out, o)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.could != b.could {
			return a.could
		}
		if ra, rb := roleRank[a.row.Text("right")], roleRank[b.row.Text("right")]; ra != rb {
			return ra < rb
		}
		return a.hand.Actions > b.hand.Actions
	})
	return out
}

// owners shows the candidates with the evidence.
func (w workspaceData) owners() ui.Table {
	t := ui.Table{ID: "owners", Caption: "People who could answer for the workspace", Columns: []ui.Column{
		{Label: "Who"}, {Label: "Role", Kind: ui.Badges}, {Label: "Changes here", Kind: ui.Number, Hint: "What they changed here in the last 28 days, as the activity tells."}, {Label: "Last", Kind: ui.Date},
	}, Empty: ui.Empty{Why: "Nobody who is still there may change anything here in their own name.", More: "Groups and service principals are on the tab People."}}
	if !w.row.Get("people").Known() {
		t.Empty = ui.Empty{Why: "Unknown.", More: "Microsoft did not tell who may use this workspace."}
	}
	for i, o := range w.ranked() {
		if i == maxOwners {
			break
		}
		who := ui.Cell{Text: o.row.Text("principal"), Sub: o.row.Text("address"), Href: w.place.thing(audit.ToPerson, o.row.Get("principal_id").Text())}
		role := []ui.Badge{{Text: o.row.Text("right"), Tone: toneOf(o.row.Text("right"))}}
		if !o.could {
			role = append(role, ui.Badge{Text: "Guest", Tone: ui.Warn})
		}
		last := ui.Txt("–")
		if o.hand.Actions > 0 {
			last = ui.When(o.hand.Last, w.now)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{who, badges(role...), ui.Num(o.hand.Actions), last}})
	}
	return t
}
