package audit

// The difference between a stage and the next one, in SQL what
// promotion.Compare says in Go: by pair, else by kind and name. @stage is the
// order of the stage that content comes from.
const (
	// stagePair is the target's item of a source item a.
	stagePair = "pipeline_item b ON b.pipeline = a.pipeline AND b.ord = a.ord + 1 AND b.item = a.target AND seen(b)"
	// stageNamesake is true for a source item without a pair whose kind and name
	// an unpaired item of the target has.
	stageNamesake = "EXISTS (SELECT 1 FROM pipeline_item c WHERE c.pipeline = a.pipeline AND c.ord = a.ord + 1 AND c.source IS NULL AND c.kind = a.kind AND lower(c.name) = lower(a.name) AND seen(c))"
)

// stageState is the word for the difference, by time of change and, where the
// scan saw what a model consists of, by content.
const stageState = `CASE
	WHEN b.item IS NULL AND ` + stageNamesake + ` THEN 'same name, not paired'
	WHEN b.item IS NULL THEN 'new'
	WHEN a.name <> b.name THEN 'changed'
	WHEN i.tables >= 0 AND j.tables >= 0 AND i.tables <> j.tables THEN 'changed'
	WHEN i.modified IS NULL OR coalesce(b.deployed, j.modified) IS NULL THEN 'unknown'
	WHEN i.modified > coalesce(b.deployed, j.modified) + 1000 THEN 'changed'
	ELSE 'same' END`

func stageDifferences() *Report {
	scope := bothStages("p.pipeline", "@stage", "@stage + 1")
	absent := map[string]string{
		"name": "a.name", "kind": "a.kind", "state": "'only in target'", "modified": "NULL", "deployed": "a.deployed", "target": "a.name", "why": "'the source has no such item'",
	}
	return &Report{
		Name: "stage-differences", Title: "Differences between stages",
		Question: "What would a deployment from a stage to the next one bring, change and leave alone?",
		Sort:     "name",
		Columns: []Column{
			{Key: "name", Title: "Item", Kind: Name, Sortable: true, Link: Link{ToItem, "source_id"}, expr: "a.name"},
			{Key: "kind", Title: "Kind", Kind: Badge, expr: "a.kind"},
			{Key: "state", Title: "Difference", Kind: Badge, expr: stageState},
			{Key: "why", Title: "Because", Kind: Text, expr: "CASE WHEN b.item IS NULL THEN 'the target has no pair of it' WHEN a.name <> b.name THEN 'the name differs' " +
				"WHEN i.tables >= 0 AND j.tables >= 0 AND i.tables <> j.tables THEN 'the model has other tables' WHEN b.deployed IS NULL THEN 'compared with the last change of the target' ELSE 'compared with the last deployment' END"},
			{Key: "modified", Title: "Changed in the source", Kind: Date, Null: Unknown, expr: "i.modified"},
			{Key: "deployed", Title: "Last deployed to the target", Kind: Date, Null: Unknown, expr: "b.deployed"},
			{Key: "target", Title: "Pair in the target", Kind: Name, Link: Link{ToItem, "target_id"}, expr: "b.name"},
			{Key: "source_id", Title: "Source id", Kind: ID, ExportOnly: true, lookup: "source", expr: "n.guid"},
			{Key: "target_id", Title: "Target id", Kind: ID, ExportOnly: true, lookup: "target", expr: "n.guid"},
		},
		Filters: []Filter{
			{Key: "pipeline", Label: "Pipeline", Kind: FilterID, Required: true, few: true, expr: "p.pipeline"},
			{Key: "stage", Label: "From stage", Kind: FilterNumber, ByLink: true, set: "stage", Help: "The stage that content comes from, counted from 0."},
			{Key: "name", Label: "Name", Kind: FilterText, expr: "lower(a.name)"},
			{Key: "kind", Label: "Kind", Kind: FilterChoice, expr: "a.kind", Choices: choices("dataset", "report", "dashboard", "dataflow", "datamart")},
		},
		vars: map[string]int64{"stage": 0},
		parts: []part{
			{name: "source", from: "pipeline p CROSS JOIN pipeline_item a LEFT JOIN " + stagePair + " LEFT JOIN item i ON i.item = a.item AND visible(i) LEFT JOIN item j ON j.item = b.item AND visible(j)",
				where: "p.tenant = @tenant AND seen(p) AND a.pipeline = p.pipeline AND a.ord = @stage AND seen(a)", scope: scope,
				paths: []path{{sort: "name", order: []string{"lower(a.name)", "a.kind", "a.item"}}}, sorted: "one stage's, and bounded"},
			{name: "target", from: "pipeline p CROSS JOIN pipeline_item a", exprs: absent,
				where: "p.tenant = @tenant AND seen(p) AND a.pipeline = p.pipeline AND a.ord = @stage + 1 AND seen(a) AND NOT EXISTS (SELECT 1 FROM pipeline_item s WHERE s.pipeline = a.pipeline AND s.ord = @stage AND seen(s) AND (s.target = a.item OR a.source IS NULL AND s.target IS NULL AND s.kind = a.kind AND lower(s.name) = lower(a.name)))",
				scope: scope, paths: []path{{sort: "name", order: []string{"lower(a.name)", "a.kind", "a.item"}}}, sorted: "one stage's, and bounded"},
		},
		lookups: map[string]lookup{"source": identLookup("a.item"), "target": identLookup("a.target")},
	}
}
