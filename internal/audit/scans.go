package audit

func scanList() *Report {
	return &Report{
		Name: "scans", Title: "Scans",
		Question: "When was the tenant looked at, how completely, and what went wrong?",
		Sort:     "scan", Desc: true,
		Columns: []Column{
			{Key: "scan", Title: "Scan", Kind: Number, Sortable: true, Link: Link{ToScan, "scan"}, expr: "c.id"},
			{Key: "kind", Title: "Kind", Kind: Badge, expr: "c.kind"},
			{Key: "state", Title: "State", Kind: Badge, expr: "c.state"},
			{Key: "cause", Title: "Cause", Kind: Badge, expr: "c.cause"},
			{Key: "asked_by", Title: "Asked by", Kind: Name, expr: "nullif(c.asked_by, '')"},
			{Key: "started", Title: "Began", Kind: Date, expr: "c.started"},
			{Key: "took", Title: "Took", Kind: Duration, Unit: "s", expr: "(c.finished - c.started) / 1000.0"},
			{Key: "published", Title: "Published", Kind: Date, expr: "c.published", Help: "When pages began to read it; empty when they never did."},
			{Key: "seen", Title: "Seen", Kind: Number, Unit: "workspaces", expr: "c.seen"},
			{Key: "meant", Title: "Of", Kind: Number, Unit: "workspaces", expr: "c.meant"},
			{Key: "gaps", Title: "Not seen", Kind: Number, Unit: "workspaces", expr: "(SELECT count(*) FROM scan_gap sg WHERE sg.scan = c.id)"},
			{Key: "changed", Title: "Changed", Kind: Number, Unit: "rows", Help: "Rows that are new or differ from the scan before.",
				expr: "(SELECT coalesce(sum(f.value), 0) FROM json_each(c.note, '$.changed') f)"},
			{Key: "calls", Title: "Calls", Kind: Number, expr: "c.calls"},
			{Key: "error", Title: "What went wrong", Kind: Text, expr: "nullif(c.error, '')"},
			{Key: "finished", Title: "Ended", Kind: Date, ExportOnly: true, expr: "c.finished"},
			{Key: "since", Title: "Changes since", Kind: Date, ExportOnly: true, expr: "c.since"},
		},
		Filters: []Filter{
			{Key: "kind", Label: "Kind", Kind: FilterChoice, Choices: choices("full", "incremental", "targeted"), expr: "c.kind"},
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("running", "complete", "partial", "failed", "cancelled"), expr: "c.state"},
			{Key: "after", Label: "Since", Kind: FilterDate, cond: "c.started + 0 >= ?"},
			{Key: "before", Label: "Before", Kind: FilterDate, cond: "c.started + 0 < ?"},
		},
		parts: []part{{
			name: "scans", from: "scan c", where: "c.tenant = @tenant", scope: "@some",
			paths: []path{{sort: "scan", order: []string{"c.id"}}},
		}},
	}
}

// scanFilter names the scan that a detail report is about.
var scanFilter = Filter{Key: "scan", Label: "Scan", Kind: FilterNumber, Required: true, few: true,
	Help: "the number of a scan, as in scans.", cond: "c.id = ?"}

func scanBatches() *Report {
	return &Report{
		Name: "scan-batches", Title: "Batches of a scan",
		Question: "How far did each batch of a scan come?",
		Sort:     "batch",
		Columns: []Column{
			{Key: "batch", Title: "Batch", Kind: Number, Sortable: true, expr: "b.seq"},
			{Key: "state", Title: "State", Kind: Badge, expr: "b.state"},
			{Key: "workspaces", Title: "Workspaces", Kind: Number, expr: "(length(b.ids) - length(replace(b.ids, '\"', ''))) / 2"},
			{Key: "attempts", Title: "Attempts", Kind: Number, expr: "b.attempts"},
			{Key: "asked", Title: "Asked", Kind: Date, expr: "b.asked"},
			{Key: "finished", Title: "Ended", Kind: Date, expr: "b.finished"},
			{Key: "error", Title: "What went wrong", Kind: Text, expr: "nullif(b.error, '')"},
			{Key: "upstream", Title: "Microsoft's scan id", Kind: ID, ExportOnly: true, expr: "nullif(b.upstream, '')"},
			{Key: "request_id", Title: "Request id", Kind: ID, ExportOnly: true, expr: "nullif(b.request_id, '')"},
		},
		Filters: []Filter{scanFilter,
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: choices("waiting", "asked", "done", "failed"), expr: "b.state"}},
		parts: []part{{
			name: "batches", from: "scan c CROSS JOIN scan_batch b", where: "c.tenant + 0 = @tenant AND b.scan = c.id", scope: "@some",
			paths: []path{{sort: "batch", order: []string{"b.seq"}}},
		}},
	}
}

func scanParts() *Report {
	return &Report{
		Name: "scan-parts", Title: "Parts of a scan",
		Question: "What else did a scan mean to see, and did it?",
		Sort:     "part",
		Columns: []Column{
			{Key: "part", Title: "Part", Kind: Text, Sortable: true, expr: "b.part"},
			{Key: "state", Title: "State", Kind: Badge, expr: "b.state"},
			{Key: "seen", Title: "Seen", Kind: Number, expr: "b.seen"},
			{Key: "meant", Title: "Of", Kind: Number, expr: "b.meant"},
			{Key: "as_of", Title: "Last seen whole", Kind: Date, Null: "never", expr: "b.as_of"},
			{Key: "finished", Title: "Ended", Kind: Date, expr: "b.finished"},
			{Key: "error", Title: "What went wrong", Kind: Text, expr: "nullif(b.error, '')"},
			{Key: "request_id", Title: "Request id", Kind: ID, ExportOnly: true, expr: "nullif(b.request_id, '')"},
		},
		Filters: []Filter{scanFilter},
		parts: []part{{
			name: "parts", from: "scan c CROSS JOIN scan_part b", where: "c.tenant + 0 = @tenant AND b.scan = c.id", scope: "@some",
			paths: []path{{sort: "part", order: []string{"b.part"}}},
		}},
	}
}

func scanGaps() *Report {
	return &Report{
		Name: "scan-gaps", Title: "Workspaces a scan did not see",
		Question: "Which workspaces are missing from a scan, why, and when were they last seen?",
		Sort:     "reason",
		Columns: columns(workspaceColumns(), []Column{
			{Key: "reason", Title: "Why", Kind: Text, Sortable: true, expr: "b.reason"},
			{Key: "last_seen", Title: "Last seen", Kind: Date, Null: "never", lookup: "scan", expr: "s.published"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		}),
		Filters: []Filter{scanFilter},
		parts: []part{{
			name: "gaps", from: "scan c CROSS JOIN scan_gap b", where: "c.tenant + 0 = @tenant AND b.scan = c.id", scope: "inscope(b.ws)",
			paths: []path{{sort: "reason", order: []string{"b.reason", "b.ws"}}},
		}},
		lookups: map[string]lookup{"workspace": workspaceLookup("b.ws"), "scan": scanLookup("b.last_seen"), "ident": identLookup("b.ws")},
	}
}
