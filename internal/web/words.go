package web

import (
	"strings"

	"github.com/a-h/templ"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// kinds are Microsoft's names for what its interfaces call otherwise. A kind
// that is not here keeps the name it came with.
var kinds = map[string]string{
	"User": "Person", "App": "Service principal", "None": "Whole organisation",
	"PersonalGroup": "My workspace", "AdminWorkspace": "Admin monitoring",
	"dataset": "Semantic model", "report": "Report", "dashboard": "Dashboard", "dataflow": "Dataflow", "datamart": "Datamart", "warehouse": "Warehouse",
	"organisation": "The organisation", "public": "The world",
}

// wordFor is how a page says a value of the column.
func wordFor(column, text string) string {
	switch column {
	case "kind", "item_kind", "principal_kind", "link":
		return kindWord(text)
	case "state", "violation_state":
		return strings.ReplaceAll(text, "_", " ")
	}
	return text
}

func kindWord(kind string) string {
	if w, ok := kinds[kind]; ok {
		return w
	}
	return kind
}

// badge colours the few words that mean trouble; all others are plain.
func badge(text string) templ.Component {
	return ui.BadgeView(ui.Badge{Text: text, Tone: toneOf(text)})
}

// badges is a cell of several.
func badges(all ...ui.Badge) ui.Cell {
	var parts []templ.Component
	for _, b := range all {
		parts = append(parts, ui.BadgeView(b))
	}
	return ui.Parts(parts...)
}

// tones are the words of badges that call for attention, whatever the column.
var tones = map[string]ui.Tone{
	"Deleted": ui.Warn, "Removing": ui.Warn, "Not Found": ui.Warn, "Orphaned": ui.Bad, "Failed": ui.Bad, "failed": ui.Bad,
	"switched off": ui.Bad, "about to be switched off": ui.Bad, "about to be paused": ui.Warn, "failing": ui.Bad, "needs care": ui.Warn, "healthy": ui.Good, "stands": ui.Bad, "over": ui.Good, "completed": ui.Good,
	"partial": ui.Warn, "cancelled": ui.Warn, "Suspended": ui.Warn, "Paused": ui.Warn, "Disabled": ui.Warn, "Guest": ui.Warn,
	"guest": ui.Warn, "Admin": ui.Info, "Owner": ui.Info, "removed": ui.Bad, "added": ui.Good, "The world": ui.Bad,
	"Certified": ui.Good, "gone": ui.Bad, "left": ui.Bad, "unused": ui.Warn,
}

func toneOf(text string) ui.Tone { return tones[text] }

// troubles are the yes-or-no columns in which yes calls for attention.
var troubles = map[string]ui.Tone{
	"orphaned": ui.Bad, "left": ui.Bad, "owner_left": ui.Warn, "sharer_left": ui.Warn, "guest": ui.Warn, "misconfigured": ui.Warn,
}

// flag shows yes or no; a yes that means trouble stands out.
func flag(c *audit.Column, v audit.Value) ui.Cell {
	if tone, ok := troubles[c.Key]; ok && v.Bool() {
		return ui.Parts(ui.BadgeView(ui.Badge{Text: "yes", Tone: tone}))
	}
	return ui.Txt(c.Format(v))
}

// nouns are what the rows of a report are, where its title does not say so.
var nouns = map[string]string{
	"access": "rights", "guest-access": "rights", "leaver-access": "rights", "group-admins": "rights", "person-access": "rights",
	"activity": "events", "history": "entries", "unused": "items", "usage-items": "items", "usage-workspaces": "workspaces", "usage": "days of items",
	"workspace-admins": "workspaces", "links": "links", "publish-to-web": "links", "organisation-links": "links",
	"settings-drift": "changes", "settings": "settings", "refreshes": "models", "refresh-problems": "models", "refresh-health": "models", "refresh-causes": "causes", "refresh-runs": "refreshes",
	"naming": "violations", "admin-count": "violations", "resolved-violations": "violations", "violation-history": "violations",
	"violations-by-workspace": "workspaces", "scorecards": "prefixes", "department-scorecards": "departments", "owner-scorecards": "people", "policies": "rules",
	"pipeline-stages": "stages", "pipeline-access": "rights", "people": "principals",
}

func noun(r *audit.Report) string {
	if n, ok := nouns[r.Name]; ok {
		return n
	}
	return strings.ToLower(r.Title)
}
