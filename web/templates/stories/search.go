package stories

import (
	"time"

	"steward/web/templates"
	"steward/web/templates/ui/stories"
)

func searchStories(time.Time) []stories.Story {
	found := templates.SearchPage{Page: Page("Search", "/search"), Query: "fin", Groups: []templates.SearchGroup{
		{Label: "Workspaces", All: "/workspaces?q=fin", Total: 212, Hits: []templates.SearchHit{
			{Name: "Finance PROD", Where: "contoso", Href: "/workspaces/contoso/1"}, {Name: "Finance\u202eDORP", Where: "contoso", Href: "/workspaces/contoso/2"}}},
		{Label: "People", All: "/people?q=fin", Total: 1, Hits: []templates.SearchHit{{Name: "Finn Berg", Where: "finn@contoso.example", Href: "/people/contoso/3"}}},
	}}
	none := templates.SearchPage{Page: Page("Search", "/search"), Query: "<nothing>\u200b"}
	return []stories.Story{
		{Name: "search/found", Component: templates.Search(found)},
		{Name: "search/nothing", Component: templates.Search(none)},
		{Name: "search/not asked", Component: templates.Search(templates.SearchPage{Page: Page("Search", "/search")})},
	}
}
