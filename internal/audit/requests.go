package audit

import (
	"context"
	"database/sql"

	"steward/internal/request"
)

// Person is who reads, by directory and object id; zero for the program
// itself. Requests show drafts to whoever began them only.
type Person struct{ TenantID, ObjectID string }

// requestAt prepares @state: where a request stood as of the view. Now that is
// its row; at a past moment it is its last move before.
func requestAt(_ context.Context, _ *sql.Tx, e *expander) error {
	e.texts["state"] = func(e *expander) string {
		if !e.view.Past {
			return "r.state"
		}
		return "coalesce((SELECT re.to_state FROM request_event re WHERE re.request = r.id AND re.to_state <> '' AND re.at <= " +
			e.variable("until") + " ORDER BY re.id DESC LIMIT 1), 'draft')"
	}
	return nil
}

// waitsFor says in words whose turn it is.
const waitsFor = `CASE @state
	WHEN 'draft' THEN r.requester_name
	WHEN 'pending' THEN (SELECT (s.count - (SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = s.plan_hash AND a.approves = 1 AND a.stage = s.ord))
		|| CASE WHEN s.role <> '' THEN ' × ' || s.role ELSE ' × group ' || s.grp END
		FROM request_stage s WHERE s.plan_hash = r.plan_hash AND s.count > (SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = s.plan_hash AND a.approves = 1 AND a.stage = s.ord)
		ORDER BY s.ord LIMIT 1)
	WHEN 'approved' THEN 'the run' WHEN 'running' THEN 'the run' END`

// requestTargets are the workspaces a request is about: the first by name, and
// how many more.
const requestTargets = `(SELECT min(p.name) || CASE count(*) WHEN 1 THEN '' ELSE ' and ' || (count(*) - 1) || ' more' END FROM request_place p WHERE p.request = r.id)`

// requestNo is the number of a request in the search index: its id is a text.
const requestNo = "(SELECT x.no FROM search_request_no x WHERE x.request = r.id)"

// findRequestPath is findPath for requests.
func findRequestPath() path {
	p := findPath("search_request", "search_request_no x CROSS JOIN request r", "x.no")
	p.where += " AND r.id = x.request"
	p.swap[0] = findCond("search_request", requestNo)
	return p
}

// requestList is everything that was ever asked for.
func requestList() *Report {
	var states, kinds []Choice
	for _, s := range request.States() {
		states = append(states, Choice{string(s), s.Text()})
	}
	for _, k := range request.Kinds() {
		kinds = append(kinds, Choice{string(k.Kind), k.Title})
	}
	return &Report{
		Name: "requests", Title: "Requests",
		Question: "Who asked for what, where does it stand, and whose turn is it?",
		Sort:     "changed", Desc: true, prepare: requestAt,
		Columns: []Column{
			{Key: "title", Title: "Request", Kind: Name, Link: Link{ToRequest, "id"}, expr: "r.title"},
			{Key: "state", Title: "State", Kind: Badge, expr: "@state", render: func(s string) string { return request.State(s).Text() }},
			{Key: "kind", Title: "Kind", Kind: Text, expr: "r.kind", render: kindTitle},
			{Key: "target", Title: "Workspace", Kind: Name, expr: requestTargets},
			{Key: "requester", Title: "Asked by", Kind: Name, expr: "r.requester_name"},
			{Key: "waits", Title: "Waits for", Kind: Name, expr: waitsFor, Help: "How many people of which role or group still have to agree; the requester while it is a draft."},
			{Key: "risk", Title: "Risk", Kind: Badge, expr: "nullif(r.risk, '')"},
			{Key: "created", Title: "Begun", Kind: Date, Sortable: true, expr: "r.created"},
			{Key: "changed", Title: "Changed", Kind: Date, Sortable: true, expr: "r.changed"},
			{Key: "expires", Title: "Falls at", Kind: Date, expr: "CASE @state WHEN 'pending' THEN r.expires WHEN 'approved' THEN r.window_ends END", Help: "When it falls if nobody decides, or if it is approved and not started."},
			{Key: "agreed", Title: "Agreed", Kind: Name, ExportOnly: true, Help: "Who agreed to the plan as it is now, and when.", expr: "(SELECT group_concat(a.name || ' ' || strftime('%Y-%m-%dT%H:%MZ', a.at / 1000, 'unixepoch'), '; ') FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1)"},
			{Key: "reason", Title: "Reason", Kind: Name, ExportOnly: true, expr: "nullif(r.reason, '')"},
			{Key: "note", Title: "Note", Kind: Name, ExportOnly: true, expr: "nullif(r.note, '')"},
			{Key: "rule", Title: "Approval rule", Kind: Text, ExportOnly: true, expr: "nullif(r.rule, '')"},
			{Key: "submitted", Title: "Submitted", Kind: Date, ExportOnly: true, expr: "r.submitted"},
			{Key: "decided", Title: "Decided", Kind: Date, ExportOnly: true, expr: "r.decided"},
			{Key: "requester_id", Title: "Asked by, id", Kind: ID, ExportOnly: true, expr: "r.requester_oid"},
			{Key: "plan", Title: "Plan, SHA-256", Kind: ID, ExportOnly: true, expr: "r.plan_hash"},
			{Key: "id", Title: "Id", Kind: ID, ExportOnly: true, expr: "r.id"},
		},
		Filters: []Filter{
			{Key: "title", Label: "Request", Kind: FilterText, cond: "instr(lower(r.title), ?) > 0"},
			findFilter("search_request", requestNo),
			{Key: "mine", Label: "Asked by me", Kind: FilterBool, words: map[string]string{"yes": "mine(r)", "no": "NOT mine(r)"}},
			{Key: "state", Label: "State", Kind: FilterChoice, Choices: states, expr: "@state"},
			{Key: "kind", Label: "Kind", Kind: FilterChoice, Choices: kinds, expr: "r.kind"},
			{Key: "target", Label: "Workspace", Kind: FilterText, cond: "EXISTS (SELECT 1 FROM request_place fp WHERE fp.request = r.id AND instr(fp.name_key, ?) > 0)"},
			{Key: "requester", Label: "Asked by", Kind: FilterText, cond: "instr(lower(r.requester_name), ?) > 0"},
			{Key: "risk", Label: "Risk", Kind: FilterChoice, Choices: choices("none", "normal", "high"), expr: "r.risk"},
			{Key: "begun", Label: "Begun since", Kind: FilterDate, cond: "(r.created + 0 >= ?)"},
		},
		parts: []part{{
			name: "requests", from: "request r", where: "r.tenant = @tenant AND r.created + 0 <= @until AND opento(r)", scope: "1=1",
			paths: []path{
				findRequestPath(),
				{sort: "changed", order: []string{"r.changed", "r.id"}},
				{sort: "created", order: []string{"r.created", "r.id"}},
			},
		}},
	}
}

func kindTitle(k string) string {
	if about, ok := request.AboutKind(request.Kind(k)); ok {
		return about.Title
	}
	return k
}
