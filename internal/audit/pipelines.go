package audit

// stagesInScope are the stages of a pipeline whose workspace the reader may
// see.
const stagesInScope = "FROM pipeline_stage ss WHERE ss.pipeline = p.pipeline AND seen(ss) AND ss.ws IS NOT NULL AND inscope(ss.ws)"

func pipelineList() *Report {
	return &Report{
		Name: "pipelines", Title: "Pipelines",
		Question: "Which deployment pipelines are there, and are their stages assigned?",
		Sort:     "name",
		Columns: []Column{
			{Key: "name", Title: "Pipeline", Kind: Name, Sortable: true, Link: Link{ToPipeline, "id"}, expr: "p.name"},
			{Key: "stages", Title: "Stages", Kind: Number, expr: "p.stages"},
			{Key: "assigned", Title: "Assigned", Kind: Number, Unit: "stages", expr: "p.assigned", Help: "Stages with a workspace."},
			{Key: "users", Title: "Users", Kind: Number, Null: Unknown, expr: "CASE WHEN p.users_known = 1 THEN p.users END"},
			{Key: "description", Title: "Description", Kind: Text, expr: "p.description"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		},
		Filters: []Filter{
			{Key: "name", Label: "Name", Kind: FilterText, expr: "p.name_key"},
			findFilter("search_pipeline", "p.id"),
			beginsFilter("p.name_key"),
			{Key: "complete", Label: "All stages assigned", Kind: FilterBool, words: map[string]string{"yes": "p.assigned >= p.stages", "no": "p.assigned < p.stages"}},
			{Key: "pipeline", Label: "Pipeline", Kind: FilterID, ByLink: true, few: true, expr: "p.pipeline"},
		},
		parts: []part{{
			name: "pipelines", from: "pipeline p", where: "p.tenant = @tenant AND seen(p)", scope: "EXISTS (SELECT 1 " + stagesInScope + ")",
			paths: []path{findPath("search_pipeline", "pipeline p", "p.id"), beginsPath("p.name_key", "p.name_key", "p.id"), {sort: "name", order: []string{"p.name_key", "p.id"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("p.pipeline")},
	}
}

func pipelineStages() *Report {
	return &Report{
		Name: "pipeline-stages", Title: "Stages of pipelines",
		Question: "Which workspace is which stage of which pipeline?",
		Sort:     "pipeline",
		Columns: columns([]Column{
			{Key: "pipeline", Title: "Pipeline", Kind: Name, Sortable: true, Link: Link{ToPipeline, "pipeline_id"}, expr: "p.name"},
			{Key: "order", Title: "Order", Kind: Number, expr: "s.ord"},
			{Key: "stage", Title: "Stage", Kind: Name, expr: "s.name"},
			{Key: "assigned", Title: "Assigned", Kind: Bool, expr: "CASE WHEN s.ws IS NULL THEN 0 ELSE 1 END"},
		}, workspaceColumns(), []Column{
			{Key: "items", Title: "Items", Kind: Number, lookup: "workspace", expr: "w.items"},
			{Key: "pipeline_id", Title: "Pipeline id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		}),
		Filters: []Filter{
			{Key: "name", Label: "Pipeline", Kind: FilterText, expr: "p.name_key"},
			{Key: "assigned", Label: "Assigned", Kind: FilterBool, words: map[string]string{"yes": "s.ws IS NOT NULL", "no": "s.ws IS NULL"}},
			{Key: "pipeline", Label: "Pipeline", Kind: FilterID, ByLink: true, few: true, expr: "p.pipeline"},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "s.ws"},
		},
		parts: []part{{
			name: "stages", from: "pipeline p CROSS JOIN pipeline_stage s", where: "p.tenant = @tenant AND seen(p) AND s.pipeline = p.pipeline AND seen(s)",
			scope: "EXISTS (SELECT 1 " + stagesInScope + ")",
			paths: []path{{sort: "pipeline", order: []string{"p.name_key", "p.pipeline", "s.ord"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("p.pipeline"), "workspace": workspaceLookup("s.ws")},
	}
}

func pipelineAccess() *Report {
	return &Report{
		Name: "pipeline-access", Title: "Access to pipelines",
		Question: "Who may deploy with which pipeline?",
		Sort:     "pipeline",
		Columns: []Column{
			{Key: "pipeline", Title: "Pipeline", Kind: Name, Sortable: true, Link: Link{ToPipeline, "pipeline_id"}, expr: "p.name"},
			{Key: "principal", Title: "Who", Kind: Name, Null: Unknown, Link: Link{ToPerson, "principal_id"}, lookup: "principal", expr: principalName("p", "pi.guid")},
			{Key: "principal_kind", Title: "Kind", Kind: Badge, Null: Unknown, lookup: "principal", expr: "p.kind"},
			{Key: "right", Title: "Right", Kind: Badge, expr: "u.role"},
			{Key: "guest", Title: "Guest", Kind: Bool, Null: Unknown, lookup: "principal", expr: "p.guest"},
			{Key: "left", Title: "Has left", Kind: Bool, Null: Unknown, lookup: "principal", expr: leaver("p")},
			{Key: "pipeline_id", Title: "Pipeline id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
			{Key: "principal_id", Title: "Principal id", Kind: ID, ExportOnly: true, lookup: "principal", expr: "pi.guid"},
		},
		Filters: []Filter{
			{Key: "name", Label: "Pipeline", Kind: FilterText, expr: "p.name_key"},
			{Key: "pipeline", Label: "Pipeline", Kind: FilterID, ByLink: true, few: true, expr: "p.pipeline"},
			{Key: "principal", Label: "Holder", Kind: FilterID, ByLink: true, expr: "u.principal"},
		},
		parts: []part{{
			name: "users", from: "pipeline p CROSS JOIN pipeline_user u", where: "p.tenant = @tenant AND seen(p) AND u.pipeline = p.pipeline AND seen(u)",
			scope: "EXISTS (SELECT 1 " + stagesInScope + ")",
			paths: []path{{sort: "pipeline", order: []string{"p.name_key", "p.pipeline", "u.principal"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("p.pipeline"), "principal": principalLookup("u.principal")},
	}
}
