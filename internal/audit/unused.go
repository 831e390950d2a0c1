package audit

import (
	"context"
	"database/sql"
	"fmt"
)

// viewedKinds are the kinds whose views the activity log tells. Of other
// kinds it is unknown whether they are used.
const viewedKinds = "'report', 'dashboard', 'dataset', 'dataflow', 'datamart'"

// recentUse is true when somebody viewed, edited or exported the thing within
// the days asked about.
func recentUse(item string) string {
	return "SELECT 1 FROM usage_day u WHERE u.item = " + item + " AND u.day > @today - @days AND u.day <= @today AND (u.views > 0 OR u.edits > 0 OR u.exports > 0)"
}

// usedThrough is true when something made from the item was used: a model is
// in use when a report on it is, a report when its copy in an app is.
var usedThrough = `EXISTS (WITH RECURSIVE down(node, depth) AS (
		SELECT e.downstream, 1 FROM edge e WHERE e.upstream = i.item AND seen(e)
		UNION SELECT e.downstream, down.depth + 1 FROM down JOIN edge e ON e.upstream = down.node AND seen(e) WHERE down.depth < 5
		LIMIT 5000)
	SELECT 1 FROM down WHERE EXISTS (` + recentUse("down.node") + `))`

// unusedVerdict never says unused where the activity does not reach back far
// enough, where views of the kind are not told, or where the item is younger
// than the time asked about.
const unusedVerdict = `CASE WHEN @activity_since > @today - @days THEN 'unknown'
	WHEN i.kind NOT IN (` + viewedKinds + `) THEN 'unknown'
	WHEN i.created IS NOT NULL AND i.created > (@today - @days) * 86400000 THEN 'new'
	ELSE 'unused' END`

const unusedWhy = `CASE WHEN @activity_since > @today - @days THEN 'No use seen, but the activity read so far does not reach back that many days.'
	WHEN i.kind NOT IN (` + viewedKinds + `) THEN 'No use seen, but the activity log does not tell views of this kind.'
	WHEN i.created IS NOT NULL AND i.created > (@today - @days) * 86400000 THEN 'Younger than the time asked about.'
	ELSE 'Nobody viewed, edited or exported it or anything made from it.' END`

func unusedList() *Report {
	return &Report{
		Name: "unused", Title: "Unused",
		Question: "What does nobody use, and how do we know?",
		Sort:     "name",
		vars:     map[string]int64{"days": 60},
		prepare:  prepareActivitySince,
		Columns:  unusedColumns(),
		Filters: []Filter{
			{Key: "days", Label: "Not used for", Kind: FilterNumber, set: "days", Help: "Days without use; 60 unless told."},
			{Key: "name", Label: "Name", Kind: FilterText, expr: "i.name_key"},
			{Key: "kind", Label: "Kind", Kind: FilterChoice, Open: true, expr: "i.kind", choices: kindChoices},
			{Key: "verdict", Label: "Verdict", Kind: FilterChoice, Choices: choices("unused", "new", Unknown), cond: "(" + unusedVerdict + ") = ?"},
			{Key: "listed", Label: "On Microsoft's list", Kind: FilterBool, words: map[string]string{
				"yes": "EXISTS (SELECT 1 FROM unused_item x WHERE x.item = i.item AND visible(x))", "no": "NOT EXISTS (SELECT 1 FROM unused_item x WHERE x.item = i.item AND visible(x))"}},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "i.ws"},
		},
		parts: []part{{
			name: "items", from: "item i", scope: "inscope(i.ws)",
			where: "i.tenant = @tenant AND seen(i) AND (i.app IS NULL OR i.original IS NULL) AND NOT EXISTS (" + recentUse("i.item") + ") AND NOT " + usedThrough,
			paths: []path{
				{sort: "name", needs: []string{"kind"}, order: []string{"i.name_key", "i.id"}},
				{sort: "name", order: []string{"i.name_key", "i.item", "i.id"}},
			},
		}},
		lookups: map[string]lookup{
			"workspace": workspaceLookup("i.ws"), "owner": ownerLookup(ownerText), "ident": identLookup("i.item"),
			"refresh": {key: "i.item", self: "r.item", query: "FROM refreshable r WHERE r.item IN (#) AND visible(r)"},
			"listed":  {key: "i.item", self: "x.item", query: "FROM unused_item x WHERE x.item IN (#) AND visible(x)"},
		},
	}
}

func unusedColumns() []Column {
	return columns([]Column{
		{Key: "name", Title: "Item", Kind: Name, Sortable: true, Link: Link{ToItem, "id"}, expr: "i.name"},
		{Key: "kind", Title: "Kind", Kind: Badge, expr: "i.kind"},
	}, workspaceColumns(), []Column{
		{Key: "owner", Title: "Owner", Kind: Name, Null: Unknown, Link: Link{ToPerson, "owner_id"}, lookup: "owner", expr: "o.name", orElse: "owner_told"},
		{Key: "verdict", Title: "Verdict", Kind: Badge, expr: unusedVerdict},
		{Key: "why", Title: "Why", Kind: Text, expr: unusedWhy},
		{Key: "last_view", Title: "Last viewed", Kind: Day, Null: Unknown, expr: lastView},
		{Key: "last_edit", Title: "Last edited", Kind: Day, Null: Unknown, expr: "(SELECT max(u.day) FROM usage_day u WHERE u.item = i.item AND u.edits > 0 AND u.day <= @today)"},
		{Key: "modified", Title: "Modified", Kind: Date, Null: Unknown, expr: "i.modified"},
		{Key: "last_refresh", Title: "Last refreshed", Kind: Date, Null: Unknown, lookup: "refresh", expr: "r.last_end"},
		{Key: "made_from_it", Title: "Made from it", Kind: Number, Unit: "items", expr: "(SELECT count(*) FROM edge e WHERE e.upstream = i.item AND seen(e))"},
		{Key: "listed", Title: "On Microsoft's list", Kind: Bool, Null: "no", lookup: "listed", expr: "1"},
		{Key: "last_accessed", Title: "Last access, says Microsoft", Kind: Date, Null: Unknown, lookup: "listed", expr: "x.last_accessed"},
		{Key: "size", Title: "Size", Kind: Bytes, Unit: "bytes", Null: Unknown, lookup: "listed", expr: "CAST(x.size_mb * 1048576 AS INTEGER)"},
		{Key: "activity_since", Title: "Activity known since", Kind: Day, Null: Unknown, expr: "nullif(@activity_since, @never)"},
		{Key: "created", Title: "Created", Kind: Date, ExportOnly: true, Null: Unknown, expr: "i.created"},
		{Key: "owner_told", Title: "Owner as told", Kind: Text, ExportOnly: true, Null: Unknown, expr: ownerText},
		{Key: "owner_id", Title: "Owner id", Kind: ID, ExportOnly: true, lookup: "owner", expr: "o.guid"},
		{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
	})
}

// never is a day after all days: the activity of no day is known.
const never = 1 << 40

// lagDays are the newest days, whose activity may still be on its way.
const lagDays = 2

// prepareActivitySince sets @activity_since: the first of the days without gap
// up to now of which the activity was read whole, after the day was over.
func prepareActivitySince(ctx context.Context, tx *sql.Tx, e *expander) error {
	since, err := activitySince(ctx, tx, e.vars["tenant"], e.vars["today"])
	if err != nil {
		return err
	}
	e.vars["activity_since"], e.vars["never"] = since, never
	return nil
}

func activitySince(ctx context.Context, tx *sql.Tx, tenant, today int64) (int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT day, CASE WHEN whole = 1 AND read_at >= (day + 1) * 86400000 THEN 1 ELSE 0 END
		FROM activity_day WHERE tenant = $1 AND day <= $2 ORDER BY day DESC`, tenant, today)
	if err != nil {
		return 0, fmt.Errorf("days of activity: %w", err)
	}
	defer func() { _ = rows.Close() }()
	since, expected := int64(never), int64(-1)
	for rows.Next() {
		var day, whole int64
		if err := rows.Scan(&day, &whole); err != nil {
			return 0, fmt.Errorf("days of activity: %w", err)
		}
		switch {
		case day > today-lagDays:
			if whole == 1 {
				since, expected = min(since, day), day-1
			}
			continue
		case whole == 0, expected >= 0 && day != expected, expected < 0 && day < today-lagDays:
			return since, rows.Err()
		}
		since, expected = day, day-1
	}
	return since, rows.Err()
}
