package audit

// placeLookup finds an item with its workspace, if the reader may see it.
func placeLookup(key string) lookup {
	return lookup{key: key, self: "li.item", query: `FROM item li JOIN ident lii ON lii.id = li.item
		JOIN workspace w ON w.ws = li.ws AND visible(w) JOIN ident wi ON wi.id = w.ws
		WHERE li.item IN (#) AND visible(li) AND inscope(li.ws)`}
}

func wideLinks() *Report {
	return &Report{
		Name: "links", Title: "Shared with everybody",
		Question: "What can everybody in the organisation, or everybody in the world, open?",
		Sort:     "link",
		Columns: []Column{
			{Key: "item", Title: "Item", Kind: Name, Link: Link{ToItem, "item_id"}, expr: "l.item_name"},
			{Key: "kind", Title: "Kind", Kind: Badge, expr: "l.item_kind"},
			{Key: "link", Title: "Open to", Kind: Badge, Sortable: true, expr: "l.link", Help: "public is the whole world, without sign-in; organisation is everybody who can sign in."},
			{Key: "right", Title: "Right", Kind: Badge, expr: "l.role"},
			{Key: "workspace", Title: "Workspace", Kind: Name, Null: Unknown, Link: Link{ToWorkspace, "workspace_id"}, lookup: "place", expr: "w.name"},
			{Key: "sharer", Title: "Shared by", Kind: Name, Null: Unknown, Link: Link{ToPerson, "sharer_id"}, expr: "nullif(l.sharer_name, '')"},
			{Key: "sharer_address", Title: "Address", Kind: Text, ExportOnly: true, Null: Unknown, expr: "nullif(l.sharer_address, '')"},
			{Key: "sharer_left", Title: "Sharer has left", Kind: Bool, Null: Unknown, lookup: "sharer", expr: leaver("p")},
			{Key: "last_view", Title: "Last viewed", Kind: Day, Null: Unknown, expr: "(SELECT max(u.day) FROM usage_day u WHERE u.item = l.item AND u.views > 0 AND u.day <= @today)"},
			{Key: "since", Title: "Seen since", Kind: Date, lookup: "scan", expr: "s.published"},
			{Key: "item_id", Title: "Item id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
			{Key: "workspace_id", Title: "Workspace id", Kind: ID, ExportOnly: true, lookup: "place", expr: "wi.guid"},
			{Key: "sharer_id", Title: "Sharer id", Kind: ID, ExportOnly: true, lookup: "sharer", expr: "pi.guid"},
		},
		Filters: []Filter{
			{Key: "link", Label: "Open to", Kind: FilterChoice, expr: "l.link", Choices: []Choice{{"public", "The world"}, {"organisation", "The organisation"}}},
			{Key: "kind", Label: "Kind", Kind: FilterChoice, Open: true, expr: "l.item_kind",
				choices: "SELECT DISTINCT l.item_kind, l.item_kind FROM wide_link l WHERE l.tenant = @tenant AND (@all OR EXISTS (SELECT 1 FROM item si WHERE si.item = l.item AND inscope(si.ws))) ORDER BY 1"},
			{Key: "name", Label: "Name", Kind: FilterText, cond: "instr(lower(l.item_name), ?) > 0"},
			{Key: "item", Label: "Item", Kind: FilterID, ByLink: true, few: true, expr: "l.item"},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "(SELECT wsi.ws FROM item wsi WHERE wsi.item = l.item AND visible(wsi))"},
		},
		parts: []part{{
			name: "links", from: "wide_link l", where: "l.tenant = @tenant AND seen(l)",
			scope: "EXISTS (SELECT 1 FROM item si WHERE si.item = l.item AND visible(si) AND inscope(si.ws))",
			paths: []path{
				{sort: "link", needs: []string{"link"}, order: []string{"l.id"}},
				{sort: "link", order: []string{"l.link", "l.id"}},
			},
		}},
		lookups: map[string]lookup{
			"place":  placeLookup("l.item"),
			"ident":  identLookup("l.item"),
			"sharer": principalLookup("l.sharer"),
			"scan":   scanLookup("l.from_scan"),
		},
	}
}

func publicLinks(base *Report) *Report {
	return preset(base, "publish-to-web", "Published to the web", "What can the whole world open without signing in?",
		map[string][]string{"link": {"public"}})
}

func organisationLinks(base *Report) *Report {
	return preset(base, "organisation-links", "Shared with the whole organisation", "What can everybody in the organisation open?",
		map[string][]string{"link": {"organisation"}})
}
