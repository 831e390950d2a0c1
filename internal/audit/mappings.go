package audit

// mappingScope keeps mapping sets to those who see the target: what a set says
// is what becomes of it.
const mappingScope = "inscope(s.target)"

// mappingColumns tell which way a mapping set is for.
func mappingColumns() []Column {
	return []Column{
		{Key: "target", Title: "Goes to", Kind: Name, Null: Unknown, Link: Link{ToMapping, "id"}, lookup: "target", expr: "w.name"},
		{Key: "source", Title: "Comes from", Kind: Name, Null: Unknown, Link: Link{ToWorkspace, "source_id"}, lookup: "source", expr: "w.name"},
		{Key: "pipeline", Title: "Pipeline", Kind: Name, Null: None, Link: Link{ToPipeline, "pipeline_id"}, lookup: "pipeline", expr: "p.name", Help: "Empty for a way between two workspaces without a pipeline."},
		{Key: "stage", Title: "From stage", Kind: Number, Null: None, expr: "CASE WHEN s.pipeline IS NOT NULL THEN s.stage + 1 END"},
	}
}

func mappingIDs() []Column {
	return []Column{
		{Key: "target_id", Title: "Goes to, id", Kind: ID, ExportOnly: true, lookup: "target", expr: "wi.guid"},
		{Key: "source_id", Title: "Comes from, id", Kind: ID, ExportOnly: true, lookup: "source", expr: "wi.guid"},
		{Key: "pipeline_id", Title: "Pipeline id", Kind: ID, ExportOnly: true, lookup: "pipeline", expr: "pi.guid"},
		{Key: "request", Title: "Request", Kind: ID, ExportOnly: true, expr: "v.request"},
		{Key: "hash", Title: "Mapping, SHA-256", Kind: ID, ExportOnly: true, expr: "v.hash"},
		{Key: "id", Title: "Mapping", Kind: Number, ExportOnly: true, expr: "s.id"},
	}
}

func mappingLookups() map[string]lookup {
	return map[string]lookup{
		"target": workspaceLookup("s.target"), "source": workspaceLookup("s.source"),
		"pipeline": {key: "s.pipeline", self: "p.pipeline", query: "FROM pipeline p JOIN ident pi ON pi.id = p.pipeline WHERE p.pipeline IN (#) AND visible(p)"},
	}
}

const fewMappings = "mapping sets are agreed to one by one: there are never many"

// mappingList is what targets of promotions need, one row for each way.
func mappingList() *Report {
	return &Report{
		Name: "mappings", Title: "Mappings",
		Question: "What does each target of a promotion get afterwards, and who agreed to it?",
		Sort:     "changed", Desc: true,
		Columns: columns(mappingColumns(), []Column{
			{Key: "version", Title: "Version", Kind: Number, expr: "v.version"},
			{Key: "things", Title: "Sets", Kind: Number, Unit: "things", expr: "v.things", Help: "Parameters, sources, gateways, roles, and all else that is set; none means that it was taken out of use."},
			{Key: "author", Title: "Asked by", Kind: Name, expr: "v.author_name"},
			{Key: "reason", Title: "Reason", Kind: Name, expr: "v.reason"},
			{Key: "changed", Title: "Since", Kind: Date, Sortable: true, expr: "v.at"},
		}, mappingIDs()),
		Filters: []Filter{
			{Key: "used", Label: "In use", Kind: FilterBool, words: map[string]string{"yes": "v.things > 0", "no": "v.things = 0"}},
			{Key: "author", Label: "Asked by", Kind: FilterText, cond: "instr(lower(v.author_name), ?) > 0"},
			{Key: "mapping", Label: "Mapping", Kind: FilterNumber, ByLink: true, expr: "s.id"},
			{Key: "pipeline", Label: "Pipeline", Kind: FilterID, ByLink: true, few: true, expr: "s.pipeline"},
			{Key: "workspace", Label: "Goes to", Kind: FilterID, ByLink: true, few: true, expr: "s.target"},
			{Key: "from", Label: "Comes from", Kind: FilterID, ByLink: true, few: true, expr: "s.source"},
		},
		parts: []part{{
			name: "mappings", sorted: fewMappings, scope: mappingScope, from: "mapping_set s CROSS JOIN mapping_version v",
			where: "s.tenant = @tenant AND v.mapping = s.id AND v.version = (SELECT max(x.version) FROM mapping_version x WHERE x.mapping = s.id AND x.at <= @until)",
			paths: []path{{sort: "changed", order: []string{"v.at", "s.id"}}},
		}},
		lookups: mappingLookups(),
	}
}

// mappingVersions is how mapping sets came to be what they are.
func mappingVersions() *Report {
	return &Report{
		Name: "mapping-versions", Title: "Changes of mappings",
		Question: "Who changed what targets of promotions get, when and why?",
		Sort:     "changed", Desc: true,
		Columns: columns([]Column{
			{Key: "version", Title: "Version", Kind: Number, Link: Link{ToRequest, "request"}, expr: "v.version"},
			{Key: "changed", Title: "Since", Kind: Date, Sortable: true, expr: "v.at"},
			{Key: "author", Title: "Asked by", Kind: Name, expr: "v.author_name"},
			{Key: "reason", Title: "Reason", Kind: Name, expr: "v.reason"},
			{Key: "things", Title: "Sets", Kind: Number, Unit: "things", expr: "v.things"},
		}, mappingColumns(), mappingIDs()),
		Filters: []Filter{
			{Key: "author", Label: "Asked by", Kind: FilterText, cond: "instr(lower(v.author_name), ?) > 0"},
			{Key: "mapping", Label: "Mapping", Kind: FilterNumber, ByLink: true, expr: "s.id"},
		},
		parts: []part{{
			name: "versions", sorted: fewMappings, scope: mappingScope, from: "mapping_set s CROSS JOIN mapping_version v",
			where: "s.tenant = @tenant AND v.mapping = s.id AND v.at <= @until",
			paths: []path{{sort: "changed", order: []string{"v.at", "s.id", "v.version"}}},
		}},
		lookups: mappingLookups(),
	}
}
