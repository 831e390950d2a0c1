package web

import (
	"strings"
	"unicode"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// moments tells a history, with what changed in one thing at one time as one
// entry.
func (v viewing) moments(rows []audit.Row) []ui.Event {
	var out []ui.Event
	for _, row := range rows {
		e := v.moment(row)
		if n := len(out); n > 0 && len(e.Changes) > 0 && len(out[n-1].Changes) > 0 && out[n-1].At.Equal(e.At) && out[n-1].Text == e.Text && out[n-1].Actor == e.Actor {
			out[n-1].Changes = append(out[n-1].Changes, e.Changes...)
			continue
		}
		out = append(out, e)
	}
	return out
}

// lately is the beginning of a history for a summary: without the refreshes
// that went well by themselves, which would fill it.
func (v viewing) lately(rows []audit.Row) []ui.Event {
	var kept []audit.Row
	for _, r := range rows {
		routine := strings.HasPrefix(r.Text("what"), "Refresh") && r.Text("after") != "failed" && r.Get("actor").Text() == "PowerBI"
		if !routine {
			kept = append(kept, r)
		}
	}
	out := v.moments(kept)
	return out[:min(len(out), shownLately)]
}

const (
	// readLately and shownLately are how many entries a summary reads and shows.
	readLately  = 60
	shownLately = 6
)

// moment tells one entry of a workspace's history: a change that a scan saw, or
// something that the activity tells.
func (v viewing) moment(row audit.Row) ui.Event {
	if row.Text("source") != "activity" {
		e := v.event(row)
		e.Kind = "Scan"
		if href := v.place.thing(audit.ToScan, row.Get("scan").Text()); href != "" && e.Href == "" {
			e.Href = href
		}
		return e
	}
	what := row.Text("what")
	e := ui.Event{At: row.Get("at").Time(audit.Date), Now: v.now, Kind: "Activity", Actor: row.Get("actor").Text(), Detail: what,
		ActorHref: v.place.thing(audit.ToPerson, row.Get("actor_id").Text()), Href: v.place.thing(audit.ToItem, row.Get("item_id").Text())}
	e.Text = did(what)
	if e.Actor == "" {
		e.Text = capital(e.Text)
	}
	if name := row.Get("name").Text(); name != "" {
		e.Text += ": " + name
	}
	if row.Text("after") == "failed" {
		e.Text += " (failed)"
		e.Tone = ui.Warn
	}
	return e
}

// past are the verbs that Microsoft's names of activities begin with, and what
// a person says.
var past = map[string]string{
	"Add": "added", "Analyze": "analyzed", "Assign": "assigned", "Bind": "bound", "Cancel": "cancelled", "Copy": "copied", "Create": "created", "Delete": "deleted",
	"Deploy": "deployed", "Download": "downloaded", "Edit": "edited", "Export": "exported", "Generate": "generated", "Import": "imported", "Insert": "inserted",
	"Install": "installed", "Migrate": "migrated", "Move": "moved", "Post": "posted", "Print": "printed", "Publish": "published", "Refresh": "refreshed",
	"Remove": "removed", "Rename": "renamed", "Restore": "restored", "Run": "ran", "Set": "set", "Share": "shared", "Take": "took", "Unassign": "unassigned",
	"Unpublish": "unpublished", "Update": "updated", "View": "viewed",
}

// did says an activity as what somebody did: "UpdateFolderAccess" is "updated
// folder access". A name that is not made of words stays as it is.
func did(activity string) string {
	words := camel(activity)
	if len(words) == 0 {
		return "did something"
	}
	if verb, ok := past[words[0]]; ok {
		return strings.Join(append([]string{verb}, lowered(words[1:])...), " ")
	}
	if n := len(words); n > 1 && strings.HasSuffix(words[n-1], "ed") { // SensitivityLabelChanged
		return strings.Join(append([]string{strings.ToLower(words[n-1]), "the"}, lowered(words[:n-1])...), " ")
	}
	return "did " + activity
}

func lowered(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		if word, ok := calledNow[w]; ok {
			out[i] = word
			continue
		}
		if out[i] = w; strings.ToUpper(w) != w {
			out[i] = strings.ToLower(w)
		}
	}
	return out
}

// calledNow are words of Microsoft's log that pages call otherwise.
var calledNow = map[string]string{"Dataset": "semantic model", "Folder": "workspace", "Group": "workspace", "Alm": "deployment"}

// camel cuts a name at its capitals.
func camel(name string) []string {
	var out []string
	start := 0
	runes := []rune(name)
	for i := 1; i <= len(runes); i++ {
		if i == len(runes) || unicode.IsUpper(runes[i]) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			out = append(out, string(runes[start:i]))
			start = i
		}
	}
	return out
}
