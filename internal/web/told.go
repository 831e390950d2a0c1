package web

import (
	"fmt"
	"strings"
	"time"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// viewing is where and when a page is looked at.
type viewing struct {
	place place
	now   time.Time
}

// plurals are the things that can change, many of them.
var plurals = map[string]string{
	"workspace": "Workspaces", "item": "Items", "right": "Rights", "member of a group": "Group members", "principal": "People",
	"link to everybody": "Links to everybody", "pipeline": "Pipelines", "capacity": "Capacities", "domain": "Domains", "app": "Apps",
	"tenant setting": "Tenant settings",
}

// event tells one change as a sentence, with who did it where that is known.
// The row is one of the changes report or of a workspace's history.
func (v viewing) event(row audit.Row) ui.Event {
	t := telling{row: row, thing: row.Text("thing"), change: row.Text("change")}
	if t.change == "" {
		t.change = row.Text("what") // a history calls it so
	}
	e := ui.Event{At: row.Get("at").Time(audit.Date), Now: v.now, Kind: "Scan", Tone: t.tone(), Href: v.about(row)}
	if actor := row.Get("actor").Text(); actor != "" {
		e.Actor, e.ActorHref = actor, v.place.thing(audit.ToPerson, row.Get("actor_id").Text())
		e.Text = t.active()
		e.Kind = "Activity"
	} else {
		e.Text = t.passive()
	}
	if t.change == "changed" {
		field := row.Text("field")
		e.Changes = []ui.Change{{Field: capital(field), Before: said(field, row.Text("before")), After: said(field, row.Text("after"))}}
	}
	if w := row.Get("workspace").Text(); w != "" && t.thing != "workspace" && w != t.name() {
		e.Detail = "in " + w
	}
	return e
}

// about is the page of the thing that changed.
func (v viewing) about(row audit.Row) string {
	if href := v.place.thing(audit.ToItem, row.Get("item_id").Text()); href != "" {
		return href
	}
	switch row.Text("thing") {
	case "workspace", "right":
		return v.place.thing(audit.ToWorkspace, row.Get("workspace_id").Text())
	case "principal", "member of a group":
		return v.place.thing(audit.ToPerson, row.Get("id").Text())
	case "pipeline":
		return v.place.thing(audit.ToPipeline, row.Get("id").Text())
	case "tenant setting":
		return v.place.list("settings-drift")
	case "capacity":
		return v.place.list("capacities")
	}
	return ""
}

// telling makes a sentence of a change.
type telling struct {
	row           audit.Row
	thing, change string
}

func (t telling) name() string {
	if n := t.row.Get("name").Text(); n != "" {
		return n
	}
	if t.thing == "right" && t.row.Get("item_id").Text() == "" {
		return "this workspace"
	}
	return "something without a name"
}

func (t telling) person() string {
	if id := t.row.Get("person_id").Text(); id != "" && id == t.row.Get("actor_id").Text() {
		return "themselves"
	}
	if p := t.row.Get("person").Text(); p != "" {
		return p
	}
	return "somebody unknown"
}

// active goes on after the actor's name: "gave Ben the right Admin on …".
func (t telling) active() string {
	after, before := t.row.Text("after"), t.row.Text("before")
	switch t.thing + " " + t.change {
	case "right added":
		return fmt.Sprintf("gave %s the right %s on %s", t.person(), after, t.name())
	case "right removed":
		return fmt.Sprintf("took the right %s on %s from %s", before, t.name(), t.person())
	case "right changed":
		return fmt.Sprintf("changed what %s may do on %s", t.person(), t.name())
	case "link to everybody added":
		return fmt.Sprintf("%s %s %s", opened(after), t.name(), everybody(after))
	case "link to everybody removed":
		return fmt.Sprintf("no longer shares %s %s", t.name(), everybody(before))
	case "member of a group added":
		return fmt.Sprintf("added %s to the group %s", t.person(), t.name())
	case "member of a group removed":
		return fmt.Sprintf("removed %s from the group %s", t.person(), t.name())
	}
	verb := t.change
	return fmt.Sprintf("%s the %s %s", verb, t.thing, t.name())
}

// passive is the sentence when nobody is known: "Ben got the right Admin on …".
func (t telling) passive() string {
	after, before := t.row.Text("after"), t.row.Text("before")
	switch t.thing + " " + t.change {
	case "right added":
		return fmt.Sprintf("%s got the right %s on %s", t.person(), after, t.name())
	case "right removed":
		return fmt.Sprintf("%s lost the right %s on %s", t.person(), before, t.name())
	case "right changed":
		return fmt.Sprintf("%s may do something else on %s", t.person(), t.name())
	case "link to everybody added":
		return fmt.Sprintf("%s was %s %s", t.name(), opened(after), everybody(after))
	case "link to everybody removed":
		return fmt.Sprintf("%s is no longer %s %s", t.name(), opened(before), everybody(before))
	case "member of a group added":
		return fmt.Sprintf("%s came into the group %s", t.person(), t.name())
	case "member of a group removed":
		return fmt.Sprintf("%s left the group %s", t.person(), t.name())
	}
	verb, ok := map[string]string{"added": "is new", "removed": "is gone", "first seen": "was there at the first scan"}[t.change]
	if !ok {
		verb = t.change
	}
	return fmt.Sprintf("%s %s %s", capital(t.thing), t.name(), verb)
}

func opened(link string) string {
	if link == "public" {
		return "published"
	}
	return "shared"
}

func everybody(link string) string {
	if link == "public" {
		return "to the web"
	}
	return "with the whole organisation"
}

func (t telling) tone() ui.Tone {
	admin := t.row.Text("after") == "Admin"
	switch {
	case t.thing == "link to everybody" && t.change == "added" && t.row.Text("after") == "public":
		return ui.Bad
	case t.thing == "link to everybody" && t.change == "added", t.thing == "right" && admin, t.thing == "workspace" && t.change == "removed", t.thing == "tenant setting":
		return ui.Warn
	}
	return ui.Neutral
}

// mixed takes at most n rows, one of each kind before a second of any; rows of
// one kind follow each other, at most per of them.
func mixed(rows []audit.Row, per, n int) []audit.Row {
	kind := func(r audit.Row) string { return r.Text("thing") + r.Text("change") }
	var out []audit.Row
	for round := range per {
		count := map[string]int{}
		for _, r := range rows {
			if count[kind(r)] == round && len(out) < n {
				out = append(out, r)
			}
			count[kind(r)]++
		}
	}
	return out
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
