package audit

import (
	"encoding/json"

	"steward/internal/refresh"
)

// healthFrom is what is known of the health of refreshes now: it is no history.
const healthFrom = "refresh_health h"

// refreshHealth is what the refreshes of every model and dataflow come to.
func refreshHealth() *Report {
	return &Report{
		Name: "refresh-health", Title: "Health of refreshes",
		Question: "Which models and dataflows do not refresh as they should, why, and what is to be done?",
		Sort:     "state", Desc: true,
		Columns: healthColumns(),
		Filters: healthFilters(),
		parts: []part{{
			name: "health", from: healthFrom, where: "h.tenant = @tenant", scope: "inscope(h.ws)",
			paths: []path{
				{sort: "state", order: []string{"h.rank", "h.item"}},
				{sort: "name", order: []string{"h.name_key", "h.item"}},
				{sort: "failed", order: []string{"h.failed", "h.item"}},
			},
		}},
		lookups: healthLookups(),
	}
}

func healthLookups() map[string]lookup {
	return map[string]lookup{"workspace": workspaceLookup("h.ws"), "capacity": capacityLookup("h.capacity"), "ident": identLookup("h.item")}
}

func healthColumns() []Column {
	seconds := func(key, title, expr, help string, export bool) Column {
		return Column{Key: key, Title: title, Kind: Duration, Unit: "s", Null: None, Help: help, ExportOnly: export, expr: expr}
	}
	return columns([]Column{
		{Key: "name", Title: "Model", Kind: Name, Sortable: true, Link: Link{ToRefreshes, "id"}, expr: "h.name"},
		{Key: "state", Title: "Health", Kind: Badge, Sortable: true, expr: "h.state"},
		{Key: "first", Title: "What to look at", Kind: Text, expr: "nullif(h.first, '')"},
		{Key: "success", Title: "Succeed", Kind: Number, Unit: "%", Help: "Of those that ended well or badly.", expr: "CAST(round(100 * h.success) AS INTEGER)"},
		{Key: "failed", Title: "Failed", Kind: Number, Sortable: true, expr: "h.failed"},
		{Key: "runs", Title: "Refreshes", Kind: Number, expr: "h.runs"},
		seconds("median", "Median", "h.median_s", "", false),
		{Key: "trend", Title: "Grows a week", Kind: Number, Unit: "%", Help: "By how much of the median the duration grows in a week.", expr: "CAST(round(100 * h.trend) AS INTEGER)"},
		{Key: "last_end", Title: "Last ended", Kind: Date, Null: Unknown, expr: "h.last_end"},
	}, workspaceColumns(), []Column{
		{Key: "owner", Title: "Owner", Kind: Name, Null: Unknown, expr: "nullif(h.owner, '')"},
		{Key: "kind", Title: "Kind", Kind: Badge, ExportOnly: true, expr: "h.kind"},
		{Key: "capacity", Title: "Capacity", Kind: Name, ExportOnly: true, lookup: "capacity", expr: "c.name"},
		{Key: "in_row", Title: "Failed in a row", Kind: Number, ExportOnly: true, expr: "h.in_row"},
		{Key: "trouble", Title: "Sort of cause", Kind: Badge, ExportOnly: true, expr: "nullif(h.trouble, '')"},
		{Key: "code", Title: "Error code", Kind: Text, ExportOnly: true, expr: "nullif(h.code, '')"},
		{Key: "cause", Title: "Cause", Kind: Text, ExportOnly: true, Help: "Microsoft's text without ids, numbers and names.", expr: "nullif(h.cause, '')"},
		seconds("mean", "Mean", "h.mean_s", "", true),
		seconds("slow", "Nine of ten within", "h.slow_s", "", true),
		seconds("longest", "Longest", "h.longest_s", "", true),
		seconds("spread", "Spread", "h.spread_s", "Between the quickest quarter and the slowest.", true),
		seconds("wait", "Waits", "h.wait_s", "Median time between the schedule's slot and the start.", true),
		seconds("longest_wait", "Longest wait", "h.longest_wait_s", "", true),
		{Key: "cancelled", Title: "Cancelled", Kind: Number, ExportOnly: true, expr: "h.cancelled"},
		{Key: "last_good", Title: "Last success", Kind: Date, ExportOnly: true, expr: "h.last_good"},
		{Key: "slots", Title: "Scheduled a day", Kind: Number, ExportOnly: true, expr: "h.slots"},
		{Key: "owner_left", Title: "Owner has left", Kind: Bool, ExportOnly: true, expr: "h.owner_gone"},
		{Key: "gateway", Title: "Gateway", Kind: ID, ExportOnly: true, expr: "nullif(h.gateway, '')"},
		{Key: "advice", Title: "Advice", Kind: Text, ExportOnly: true, expr: "nullif(h.advice, '[]')", render: adviceText},
		{Key: "source", Title: "Known from", Kind: Badge, ExportOnly: true, expr: "h.source"},
		{Key: "known_since", Title: "Known without a gap since", Kind: Date, ExportOnly: true, Null: Unknown, expr: "h.known_since"},
		{Key: "reason", Title: "Why not all is known", Kind: Text, ExportOnly: true, expr: "nullif(h.reason, '')"},
		{Key: "assessed", Title: "Assessed", Kind: Date, ExportOnly: true, expr: "h.assessed"},
		{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
	})
}

// adviceText writes advice as sentences.
func adviceText(raw string) string {
	var all []refresh.Advice
	if json.Unmarshal([]byte(raw), &all) != nil {
		return raw
	}
	out := ""
	for i, a := range all {
		if i > 0 {
			out += " "
		}
		out += a.Says + " " + a.Evidence + " " + a.Do
	}
	return out
}

func healthFilters() []Filter {
	return []Filter{
		{Key: "name", Label: "Name", Kind: FilterText, expr: "h.name_key"},
		{Key: "state", Label: "Health", Kind: FilterChoice, Choices: stateChoices(), expr: "h.state"},
		{Key: "trouble", Label: "Sort of cause", Kind: FilterChoice, Choices: troubleChoices(), expr: "h.trouble"},
		{Key: "advice", Label: "Advice", Kind: FilterChoice, Choices: adviceChoices(), cond: `instr(h.advice, '"kind":"' || ? || '"') > 0`},
		{Key: "capacity", Label: "Capacity", Kind: FilterID, expr: "h.capacity", choices: capacityChoices},
		{Key: "owner", Label: "Owner", Kind: FilterText, expr: "h.owner_key"},
		{Key: "owner_left", Label: "Owner has left", Kind: FilterBool, expr: "h.owner_gone"},
		{Key: "kind", Label: "Kind", Kind: FilterChoice, Choices: []Choice{{"dataset", "Semantic model"}, {"dataflow", "Dataflow"}}, expr: "h.kind"},
		{Key: "source", Label: "Known from", Kind: FilterChoice, Choices: sourceChoices(), expr: "h.source"},
		{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, few: true, expr: "h.ws"},
		{Key: "item", Label: "Model", Kind: FilterID, ByLink: true, few: true, expr: "h.item"},
	}
}

func stateChoices() []Choice {
	var out []Choice
	for _, s := range refresh.States() {
		out = append(out, Choice{string(s), string(s)})
	}
	return out
}

func adviceChoices() []Choice {
	var out []Choice
	for _, k := range refresh.AdviceKinds() {
		out = append(out, Choice{string(k), k.Says()})
	}
	return out
}

func troubleChoices() []Choice {
	var out []Choice
	for _, t := range refresh.Troubles() {
		out = append(out, Choice{string(t), refresh.SaysOf(t)})
	}
	return out
}

func sourceChoices() []Choice {
	return []Choice{
		{string(refresh.FromHistory), "the model's history"}, {string(refresh.FromTransactions), "the dataflow's transactions"},
		{string(refresh.FromRefreshables), "Microsoft's figures of seven days"}, {string(refresh.FromActivity), "the activity log"}, {string(refresh.FromNowhere), "nothing"},
	}
}

// refreshCauses is every cause of failures of every item.
func refreshCauses() *Report {
	return &Report{
		Name: "refresh-causes", Title: "Causes of failed refreshes",
		Question: "For what causes did refreshes fail, how often, and where?",
		Sort:     "failures", Desc: true,
		Columns: columns([]Column{
			{Key: "name", Title: "Model", Kind: Name, Link: Link{ToRefreshes, "id"}, expr: "h.name"},
			{Key: "trouble", Title: "Sort of cause", Kind: Badge, expr: "u.trouble"},
			{Key: "code", Title: "Error code", Kind: Text, expr: "nullif(u.code, '')"},
			{Key: "cause", Title: "Cause", Kind: Text, Help: "Microsoft's text without ids, numbers and names.", expr: "nullif(u.cause, '')"},
			{Key: "failures", Title: "Failures", Kind: Number, Sortable: true, expr: "u.failures"},
			{Key: "last_start", Title: "Last on", Kind: Date, expr: "u.last_start"},
		}, workspaceColumns(), []Column{
			{Key: "last_run", Title: "Request id of the last", Kind: ID, ExportOnly: true, expr: "u.last_run"},
			{Key: "owner", Title: "Owner", Kind: Name, ExportOnly: true, expr: "nullif(h.owner, '')"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		}),
		Filters: []Filter{
			{Key: "trouble", Label: "Sort of cause", Kind: FilterChoice, Choices: troubleChoices(), expr: "u.trouble"},
			{Key: "code", Label: "Error code", Kind: FilterText, cond: "instr(lower(u.code), ?) > 0"},
			{Key: "cause", Label: "Cause", Kind: FilterText, cond: "instr(lower(u.cause), ?) > 0"},
			{Key: "capacity", Label: "Capacity", Kind: FilterID, expr: "h.capacity", choices: capacityChoices},
			{Key: "workspace", Label: "Workspace", Kind: FilterID, ByLink: true, expr: "h.ws"},
			{Key: "item", Label: "Model", Kind: FilterID, ByLink: true, expr: "h.item"},
		},
		parts: []part{{
			name: "causes", from: "refresh_health h JOIN refresh_cause u ON u.item = h.item", where: "h.tenant = @tenant", scope: "inscope(h.ws)",
			sorted: "a tenant has some causes for each model that fails, which is few",
			paths:  []path{{sort: "failures", order: []string{"u.failures", "u.item", "u.place"}}},
		}},
		lookups: healthLookups(),
	}
}

// refreshRuns are the refreshes of one model or dataflow.
func refreshRuns() *Report {
	return &Report{
		Name: "refresh-runs", Title: "Refreshes of one model",
		Question: "When was it refreshed, how did it end, and how long did it take?",
		Sort:     "started", Desc: true,
		Columns: []Column{
			{Key: "started", Title: "Began", Kind: Date, Sortable: true, expr: "r.started"},
			{Key: "status", Title: "Ended as", Kind: Badge, expr: "r.status"},
			{Key: "took", Title: "Took", Kind: Duration, Unit: "s", Null: Unknown, expr: "(r.ended - r.started) / 1000.0"},
			{Key: "type", Title: "Started by", Kind: Badge, expr: "nullif(r.kind, '')"},
			{Key: "code", Title: "Error code", Kind: Text, expr: "nullif(r.error_code, '')"},
			{Key: "text", Title: "What Microsoft says", Kind: Text, expr: "nullif(r.error_text, '')"},
			{Key: "attempts", Title: "Tries", Kind: Number, ExportOnly: true, expr: "nullif(r.attempts, 0)"},
			{Key: "ended", Title: "Ended", Kind: Date, ExportOnly: true, expr: "r.ended"},
			{Key: "source", Title: "Known from", Kind: Badge, ExportOnly: true, expr: "r.source"},
			{Key: "run", Title: "Request id", Kind: ID, expr: "r.run"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, lookup: "ident", expr: "n.guid"},
		},
		Filters: []Filter{
			{Key: "item", Label: "Model", Kind: FilterID, ByLink: true, Required: true, expr: "r.item"},
			{Key: "status", Label: "Ended as", Kind: FilterChoice, expr: "r.status", Choices: []Choice{{"completed", "completed"}, {"failed", "failed"},
				{"cancelled", "cancelled"}, {"disabled", "disabled"}, {"running", "running"}, {"unclear", "unclear"}}},
		},
		parts: []part{{
			name: "runs", from: "refresh_run r CROSS JOIN refresh_health h ON h.item = r.item", where: "h.tenant = @tenant AND r.started <= @until", scope: "inscope(h.ws)",
			paths: []path{{sort: "started", needs: []string{"item"}, order: []string{"r.started", "r.run"}}},
		}},
		lookups: map[string]lookup{"ident": identLookup("r.item")},
	}
}
