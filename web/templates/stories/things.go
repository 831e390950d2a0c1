package stories

import (
	"time"

	"github.com/a-h/templ"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

const (
	itemPath   = "/items/contoso/bb1beb76-d751-4f13-a8b3-79f24ad21031"
	personPath = "/people/contoso/f4f56e06-1a20-407d-a46e-fe528853d310"
)

func thingStories(now time.Time) []stories.Story {
	full := itemPage(now)
	alone := itemPage(now)
	alone.From, alone.To, alone.AllLineage, alone.Refresh, alone.Points, alone.History = nil, nil, ui.Link{}, nil, nil, nil
	alone.Facts = []ui.Pair{{Key: "Owner", Unknown: "Microsoft did not tell who owns it."}}
	access := templates.ItemAccessPage{Page: full.Page, List: holderList(now), Roles: ui.Table{ID: "roles", Empty: ui.Empty{Why: "Nobody holds a role on its workspace, or it is not known who does."}},
		Wide: ui.Table{ID: "links", Caption: "Open to everybody", Columns: []ui.Column{{Label: "Item"}, {Label: "Open to", Kind: ui.Badges}}, Rows: []ui.Row{{Cells: []ui.Cell{{Text: "GL", Sub: "Report"}, ui.Parts(ui.BadgeView(ui.Badge{Text: "The world", Tone: ui.Bad}))}}}}}
	left := personPage(now)
	nobody := templates.PersonPage{Page: personFrame("sp-azure-devops-bi", "Service principal"), Leaving: "What would break without it?", Independent: "Nothing that this portal knows of depends on it alone.",
		GroupsTitle: "Which groups is it in?", DidTitle: "What did it do lately?", Groups: ui.Table{ID: "groups", Empty: ui.Empty{Why: "None, as far as the members of groups are known."}}}
	group := nobody
	group.Page, group.Members, group.AllMembers = personFrame("SG-Finance", "Group"), groupTrees()[0].Members, ui.Link{Label: "As a list", Href: "/people?member_of=1"}
	pipe := templates.PipelinePage{Page: Page("FIN-Budget pipeline", "/pipelines/contoso/1"), Points: []templates.Point{{Tone: ui.Warn, Text: "1 stage has no workspace."}}, Stages: workspacePage(now).Stages, Users: holderList(now),
		Compare: &ui.Table{ID: "stage-items", Caption: "Items", Scroll: true, Columns: []ui.Column{{Label: "Item"}, {Label: "Development"}, {Label: "Production"}},
			Rows: []ui.Row{{Cells: []ui.Cell{{Text: "Budget", Sub: "Report"}, ui.To("modified 3 Nov 2026", itemPath), {}}}}}, Facts: []ui.Pair{{Key: "Users", Unknown: "Microsoft did not tell who may use it."}}}
	pipe.Ways = &ui.Table{ID: "ways", Caption: "Differences", Scroll: true, Columns: []ui.Column{{Label: "Way"}, {Label: "New", Kind: ui.Number}, {Label: "Changed", Kind: ui.Number}, {Label: "What next"}},
		Rows: []ui.Row{{Cells: []ui.Cell{ui.To("Development → Production", "/pipelines/contoso/1/compare?stage=0"), ui.Txt("3"), ui.Txt("12"), ui.To("Promote what differs", "/requests/new/promotion")}}}}
	closed := pipe
	closed.Unread = ui.Empty{Why: "What stands in the stages is unknown.", More: "The portal's application is no user of this pipeline."}
	bare := templates.PipelinePage{Page: pipe.Page, Users: ui.List{Table: ui.Table{Empty: ui.Empty{Why: "Who may use this pipeline is unknown."}}}}
	return []stories.Story{
		{Name: "item/full", Component: templates.Item(full)}, {Name: "item/alone", Component: templates.Item(alone)}, {Name: "item/access", Component: templates.ItemAccess(access)},
		{Name: "person/left", Component: templates.Person(left)}, {Name: "person/nothing depends", Component: templates.Person(nobody)}, {Name: "person/group", Component: templates.Person(group)},
		{Name: "mapping/changed", Component: templates.Mapping(changedMapping(now))}, {Name: "mapping/first", Component: templates.Mapping(firstMapping(now))},
		{Name: "pipeline/full", Component: templates.Pipeline(pipe)}, {Name: "pipeline/closed to the portal", Component: templates.Pipeline(closed)}, {Name: "pipeline/little known", Component: templates.Pipeline(bare)},
	}
}

func itemPage(now time.Time) templates.ItemPage {
	p := Page("Finance <Details>\u202e", itemPath)
	p.Kind, p.Crumbs = "Semantic model", []ui.Link{{Label: "contoso", Href: "/"}, {Label: "Finance Certified Data", Href: wsPath}}
	p.Tabs = []ui.Tab{{Label: "Summary", Href: itemPath, Active: true}, {Label: "Access", Href: itemPath + "/access", Count: 5, Counted: true}}
	return templates.ItemPage{
		Page: p, Points: []templates.Point{{Tone: ui.Bad, Text: "3 of its last 20 refreshes failed."}},
		From: []ui.Node{{Kind: "Dataflow", Label: "Finance Staging", Href: itemPath, Children: []ui.Node{{Kind: "Sql", Label: "sql0.corp.contoso.example · FIN_DWH"}}}},
		To: []ui.Node{{Kind: "Report", Label: "GL Overview", Href: itemPath, Note: "in Finance Reporting, viewed 19 Nov 2026", Badges: []templ.Component{ui.BadgeView(ui.Badge{Text: "in an app"})}, Children: []ui.Node{{Kind: "Dashboard", Label: "GL\u200b Dashboard", Href: itemPath}}},
			{Label: "something not seen, or outside what you may see"}, {Label: "7 more", Href: "/lineage?item=1"}},
		AllLineage: ui.Link{Label: "As a list, with exports", Href: "/lineage?item=1"}, Cut: "There is more than is shown here.",
		Use: ui.Plot{ID: "use", Title: "How much is it used?"}, History: overviewPage(now).Told, AllHistory: ui.Link{Label: "All of its history", Href: itemPath + "/history"},
		Facts:   []ui.Pair{{Key: "Owner", Value: "Gaëlle Lewandowski", Href: personPath}, {Key: "Modified", Unknown: "Microsoft did not tell when."}},
		Refresh: []ui.Pair{{Key: "Schedule", Value: "Monday to Friday at 05:30, 16:30 (W. Europe Standard Time)"}, {Key: "Last status", Part: ui.BadgeView(ui.Badge{Text: "Failed", Tone: ui.Bad})}},
	}
}

func personFrame(name, kind string) templates.Page {
	p := Page(name, personPath)
	p.Kind, p.Crumbs = kind, []ui.Link{{Label: "contoso", Href: "/"}, {Label: "People", Href: "/people"}}
	p.Tabs = []ui.Tab{{Label: "Summary", Href: personPath, Active: true}, {Label: "Access", Href: personPath + "/access"}}
	return p
}

func personPage(now time.Time) templates.PersonPage {
	return templates.PersonPage{
		Page: personFrame("Rachel\u202e Krüger", "Person"), Points: []templates.Point{{Tone: ui.Bad, Text: "Gone or disabled, and still holds rights.", Link: ui.Link{Label: "See what", Href: personPath + "/access"}}},
		Tiles:   []ui.Stat{{Label: "Workspaces", Value: "2", Href: "/access?principal=1", Delta: "with a role of their own"}, {Label: "Groups", Value: "0", Delta: "directly"}},
		Leaving: "What did they leave behind?", GroupsTitle: "Which groups are they in?", DidTitle: "What did they do lately?",
		Dependents: []templates.Dependents{{Says: "2 workspaces have no other admin", Tone: ui.Bad, Items: []ui.Node{{Label: "Only mine", Href: wsPath}, {Label: "Und\u202eone", Href: wsPath}}},
			{Says: "51 models and dataflows run with these rights", Tone: ui.Warn, Items: []ui.Node{{Kind: "Semantic model", Label: "My model", Href: itemPath, Note: "in Finance, refreshes on a schedule"}}, More: "And 50 more."}},
		Groups: ui.Table{ID: "groups", Caption: "Groups", Columns: []ui.Column{{Label: "Group"}, {Label: "Through"}, {Label: "People behind", Kind: ui.Number}},
			Rows: []ui.Row{{Cells: []ui.Cell{ui.To("SG-Finance", personPath), ui.Txt("direct"), ui.Num(15)}}, {Cells: []ui.Cell{ui.To("SG-All", personPath), ui.Txt("via SG-Finance › SG-All"), ui.Unknown("not read")}}}},
		MoreGroups: "And 3 groups more.", History: overviewPage(now).Told, AllHistory: ui.Link{Label: "All of their activity", Href: "/activity?actor=x"},
		Facts: []ui.Pair{{Key: "Address", Value: "rachel.krueger@contoso.example", Copy: true}, {Key: "Still there", Unknown: "The directory was not asked about it."}},
	}
}

func firstMapping(now time.Time) templates.MappingPage {
	return templates.MappingPage{Page: Page("FIN-Budget-PROD", "/mappings/contoso/1"), Says: "After content came from FIN-Budget-TEST, this is set here: version 1, which is in force.",
		Lines:    ui.Table{ID: "sets", Columns: []ui.Column{{Label: "What"}, {Label: "Value"}, {Label: "Kind"}}, Rows: []ui.Row{{Cells: []ui.Cell{{Text: "Server, every model"}, {Text: "sql-prod\u202e.contoso.example"}, {Text: "Parameter"}}}}},
		Versions: holderList(now), Facts: []ui.Pair{{Key: "Goes to", Value: "FIN-Budget-PROD", Href: wsPath}, {Key: "SHA-256", Value: "1f2d", Copy: true}}}
}

func changedMapping(now time.Time) templates.MappingPage {
	v := firstMapping(now)
	v.Says = "After content came from FIN-Budget-TEST, this is set here: version 2, which version 3 has replaced."
	v.Lines.Rows, v.Lines.Empty = nil, ui.Empty{Why: "Nothing is set any more.", More: "This version takes the mapping out of use."}
	v.Changes = &ui.Table{ID: "changes", Columns: []ui.Column{{Label: "What"}, {Label: "Before"}, {Label: "Now"}, {Label: "Kind"}}, Rows: []ui.Row{{Cells: []ui.Cell{{Text: "Server, every model"}, {Text: "sql-prod"}, {}, {Text: "Parameter"}}}}}
	return v
}
