package stories

import (
	"time"

	"steward/web/templates/ui"
)

func listStories(now time.Time) []Story {
	many := frame("Workspaces")
	many.Primary = &ui.Action{Label: "New request", Href: "/requests/new"}
	past := frame("Workspaces")
	past.AsOf.Value, past.AsOf.Says = "2026-11-14", "14 Nov 2026 02:10 UTC"
	hostile := frame("Finance\u202eDORP <script>alert(1)</script>")
	hostile.Kind = "Workspace"
	return []Story{
		{"list/many", framed(many, ui.ListView(workspaces(now)))},
		{"list/past and select", framed(past, ui.ListView(selectable(now)))},
		{"list/empty", framed(frame("Workspaces"), ui.ListView(emptyList()))},
		{"list/hostile names", framed(hostile, ui.ListView(hostileList(now)))},
		{"list/wide", framed(frame("Roles"), ui.ListView(wideList()))},
	}
}

func filters() ui.FilterBar {
	return ui.FilterBar{
		Action: "/workspaces", QueryHint: "Filter by name", Clear: "/workspaces",
		Chips: []ui.Chip{{Label: "Capacity", Value: "F64 West Europe", Remove: "/workspaces?x=1"}, {Label: "State", Value: "Active", Remove: "/workspaces?y=1"}},
		Filters: []ui.Filter{
			{Name: "state", Label: "State", Kind: ui.FilterChoice, Value: "active", Options: []ui.Option{{Value: "active", Label: "Active"}, {Value: "orphaned", Label: "Orphaned"}}},
			{Name: "capacity", Label: "Capacity", Kind: ui.FilterText, Value: "F64 West Europe"},
			{Name: "guests", Label: "Has guests", Kind: ui.FilterBool},
			{Name: "since", Label: "Changed since", Kind: ui.FilterDate, Hint: "By any scan"},
		},
	}
}

func columns() []ui.Column {
	return []ui.Column{
		{Label: "Workspace", Sort: ui.SortLink("?sort=-name", ui.Ascending)},
		{Label: "State", Kind: ui.Badges},
		{Label: "Worst", Kind: ui.Badges, Sort: ui.SortLink("?sort=worst", ui.Unsorted)},
		{Label: "Admins", Kind: ui.Number, Sort: ui.SortLink("?sort=admins", ui.Unsorted), Hint: "Members with the Admin role"},
		{Label: "Items", Kind: ui.Number, Sort: ui.SortLink("?sort=items", ui.Unsorted)},
		{Label: "Capacity", Minor: true},
		{Label: "Last refresh", Kind: ui.Date},
	}
}

func workspaces(now time.Time) ui.List {
	row := func(id, name, state string, tone ui.Tone, worst string, admins, items int64, cap string, ago time.Duration) ui.Row {
		c := []ui.Cell{ui.To(name, "/workspaces/contoso/"+id), ui.Parts(ui.State(state, tone)), {}, ui.Num(admins), ui.Num(items), ui.Txt(cap), ui.When(now.Add(-ago), now)}
		if worst != "" {
			c[2] = ui.Parts(ui.Severity(worst))
		}
		r := ui.Row{ID: id, Cells: c}
		if worst == "critical" {
			r.Tone = ui.Bad
		}
		return r
	}
	rows := []ui.Row{
		row("1", "Customer 360 DEV", "active", ui.Good, "", 3, 41, "F8 Development", 8*time.Hour),
		row("2", "Finance PROD", "active", ui.Good, "critical", 0, 128, "F64 West Europe", 22*time.Minute),
		row("3", "Finance TEST", "active", ui.Good, "medium", 2, 126, "F8 Development", 27*time.Hour),
		row("4", "HR People Analytics – confidential, restricted to the works council and the board", "active", ui.Good, "high", 9, 12, "F64 West Europe", 3*24*time.Hour),
		row("5", "Logistics [App]", "active", ui.Good, "low", 4, 3, "Shared capacity", 90*24*time.Hour),
		row("6", "Marketing sandbox", "orphaned", ui.Warn, "high", 0, 1204, "Shared capacity", 400*24*time.Hour),
		row("7", "Retail PROD", "deleted", ui.Bad, "", 5, 66, "F64 West Europe", time.Hour),
	}
	rows = append(rows, ui.Row{ID: "8", Cells: []ui.Cell{ui.To("Supply chain", "/workspaces/contoso/8"), ui.Parts(ui.State("unknown", ui.Neutral)), ui.Unknown("throttled, retry 02:40"), ui.Unknown("throttled, retry 02:40"), ui.Unknown("throttled, retry 02:40"), ui.Txt(""), {}}})
	for i := range 14 {
		rows = append(rows, row("x", "Team "+string(rune('A'+i))+" reporting", "active", ui.Good, "", int64(i%5), int64(i*i*7), "F64 West Europe", time.Duration(i*i)*time.Hour))
	}
	return ui.List{
		Filters: filters(),
		Export:  &ui.Export{Base: "/workspaces", Query: "state=active", JSON: "https://governance.example.com/workspaces.json?state=active", Rows: 12340},
		Table:   ui.Table{Caption: "Workspaces", Columns: columns(), Rows: rows},
		Pager:   ui.Pager{From: 51, To: 72, Total: 12340, First: "?", Prev: "?before=1", Next: "?after=72", Took: 38 * time.Millisecond, Noun: "workspaces"},
	}
}

func selectable(now time.Time) ui.List {
	l := workspaces(now)
	l.Table.Select = &ui.Select{Name: "id", Actions: []ui.Action{{Label: "Ask for access", Href: "/requests/new/access"}, {Label: "Waive", Href: "/waivers/new"}}}
	return l
}

func emptyList() ui.List {
	l := ui.List{Filters: filters(), Table: ui.Table{Caption: "Workspaces", Columns: columns()}}
	l.Table.Empty = ui.Empty{
		Why:  "No workspace matches these filters.",
		More: "4,012 workspaces were looked through; 7 more were not read by the last scan.",
		Do:   ui.Action{Label: "Clear the filters", Href: "/workspaces"},
	}
	return l
}

// Hostile is a set of names that somebody may well give to a workspace.
var Hostile = []string{
	"Finance \u202eDORP", "zero\u200bwidth", "<img src=x onerror=alert(1)>", `"><script>alert(1)</script>`,
	"javascript:alert(1)", "=HYPERLINK(\"http://evil\")", "مالية ٢٠٢٦", "財務レポート", "Z̴̡̛̛̘̙a̵̡̛̘l̶̨̛g̷̡̛ơ̸̡", "tab\tnew\nline\x00nul",
	"bad \xff byte", "", "   ", "👩‍👩‍👧 family", "می" + "\u200c" + "خواهم", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
}

func hostileList(now time.Time) ui.List {
	l := ui.List{Filters: filters(), Table: ui.Table{Caption: "Workspaces", Columns: columns()}}
	l.Filters.Chips = append(l.Filters.Chips, ui.Chip{Label: "Name", Value: Hostile[0], Remove: "/workspaces"})
	for i, name := range Hostile {
		l.Table.Rows = append(l.Table.Rows, ui.Row{ID: name, Cells: []ui.Cell{
			{Text: name, Href: "/workspaces/contoso/1", Sub: name}, ui.Parts(ui.BadgeView(ui.Badge{Text: name, Title: name})), ui.Parts(ui.Severity("high")),
			ui.Num(int64(i)), ui.Num(int64(i * 100)), ui.To(name, name), ui.When(now, now)}})
	}
	l.Pager = ui.Pager{From: 1, To: int64(len(Hostile)), Total: 10000, Floor: true}
	return l
}

func wideList() ui.List {
	t := ui.Table{Caption: "Roles by workspace", Scroll: true, Columns: []ui.Column{{Label: "Workspace"}}}
	for i := range 14 {
		t.Columns = append(t.Columns, ui.Column{Label: "Department " + string(rune('A'+i)), Kind: ui.Number})
	}
	for i := range 40 {
		r := ui.Row{Cells: []ui.Cell{ui.To("Workspace "+ui.Count(int64(i*137)), "/workspaces/contoso/1")}}
		for j := range 14 {
			r.Cells = append(r.Cells, ui.Num(int64(i*j*31)))
		}
		t.Rows = append(t.Rows, r)
	}
	return ui.List{Filters: ui.FilterBar{Action: "/access", QueryHint: "Filter by name"}, Table: t, Pager: ui.Pager{From: 1, To: 40, Total: 40}}
}
