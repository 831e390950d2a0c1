package audittest

import (
	"strings"
	"testing"

	"steward/internal/db"
)

// Small writes a tenant that a person can hold in their head, over three
// weekly scans, and a second tenant that nobody may see through the first.
// Ids are readable names. The story:
//
//   - Finance PROD is well kept; its model feeds a report of its own, one in
//     HR Secret and a dashboard in Marketing.
//   - Marketing was called Marketing DEV until the second scan, and is
//     administered through a group.
//   - HR Secret lost its last admin with the second scan: Ben, who has left.
//   - Old Stuff was gone and New Lab there at the third scan, which was partial:
//     of Closed Box the users are unknown, and it was not seen again.
//   - Nobody ever opened Forgotten; of Lake it cannot be known.
//   - Ana is in Team, Team is in Staff, and Staff, by mistake, in Team.
func Small(tb testing.TB, d *db.DB) {
	tb.Helper()
	s := &story{tb: tb, d: d, numbers: map[string]int64{}}
	err := d.Write(tb.Context(), func(tx *db.Tx) error {
		s.tx = tx
		s.scans()
		s.workspaces()
		s.items()
		s.people()
		s.rights()
		s.rest()
		s.activity()
		s.other()
		return nil
	})
	if err != nil {
		tb.Fatalf("fill: %v", err)
	}
}

type story struct {
	tb      testing.TB
	d       *db.DB
	tx      *db.Tx
	numbers map[string]int64
}

// n is the number of an id; nil for none.
func (s *story) n(id string) any {
	if id == "" {
		return nil
	}
	if n, ok := s.numbers[id]; ok {
		return n
	}
	var n int64
	if err := s.tx.QueryRow(`INSERT INTO ident (tenant, guid) VALUES (1, $1) RETURNING id`, id).Scan(&n); err != nil {
		s.tb.Fatalf("ident %s: %v", id, err)
	}
	s.numbers[id] = n
	return n
}

func (s *story) exec(query string, args ...any) {
	s.tb.Helper()
	if _, err := s.tx.Exec(query, args...); err != nil {
		s.tb.Fatalf("%v in %s", err, query)
	}
}

// until is a scan at which a version ends; nil for one that lasts.
func until(scan int) any {
	if scan == 0 {
		return nil
	}
	return scan
}

func (s *story) scans() {
	s.exec(`INSERT INTO tenant (id, name, guid, published_scan, created) VALUES (1, 'contoso', 't1', 3, 0), (2, 'fabrikam', 't2', 4, 0)`)
	for n := 1; n <= 4; n++ {
		at := db.Millis(Published(n))
		tenant, state, seen := 1, "complete", 7
		if n == 3 {
			state, seen = "partial", 6
		}
		if n == 4 {
			tenant = 2
		}
		s.exec(`INSERT INTO scan (id, tenant, kind, state, cause, started, finished, published, meant, seen, calls, heartbeat, error) VALUES ($1, $2, $3, $4, 'schedule', $5, $6, $7, 7, $8, 12, $6, $9)`,
			n, tenant, map[bool]string{true: "full", false: "incremental"}[n != 3], state, at-600_000, at-1000, at, seen, map[bool]string{true: "One workspace was not seen.", false: ""}[n == 3])
	}
	s.exec(`INSERT INTO scan_gap (scan, ws, reason, last_seen) VALUES (3, $1, 'throttled', 2)`, s.n("ws-box"))
	s.exec(`INSERT INTO scan_part (scan, part, state, meant, seen, finished, as_of, error, request_id) VALUES (3, 'apps', 'failed', 1, 0, 1, $1, 'Apps could not be read.', 'req-1'), (3, 'capacities', 'done', 1, 1, 1, $2, '', '')`,
		db.Millis(Published(2)), db.Millis(Published(3)))
	s.exec(`INSERT INTO scan_batch (scan, seq, state, ids, upstream, attempts, error) VALUES (3, 0, 'done', '["ws-fin","ws-hr"]', 'u-1', 1, ''), (3, 1, 'failed', '["ws-box"]', 'u-2', 3, 'throttled')`)
	for n := 1; n <= 3; n++ {
		s.exec(`INSERT INTO scan_figure (scan, name, value) VALUES ($1, 'workspaces.active', $2), ($1, 'items', 6), ($1, 'links.public', $3)`, n, 5+n, n-1)
	}
}

func (s *story) workspace(id, name, kind, state, capacity, domain string, from, to int, usersKnown, items, grants, admins, guests int) {
	s.exec(`INSERT INTO workspace (tenant, ws, from_scan, to_scan, hash, name, name_key, kind, state, description, dedicated, capacity, domain, storage, users_known, items, grants, admins, guests)
		VALUES (1, $1, $2, $3, $2, $4, $5, $6, $7, '', $8, $9, $10, '', $11, $12, $13, $14, $15)`,
		s.n(id), from, until(to), name, strings.ToLower(name), kind, state, map[bool]int{true: 1, false: 0}[capacity != ""], s.n(capacity), s.n(domain), usersKnown, items, grants, admins, guests)
}

func (s *story) workspaces() {
	s.workspace("ws-fin", "Finance PROD", "Workspace", "Active", "cap-1", "dom-fin", 1, 0, 1, 3, 3, 1, 1)
	s.workspace("ws-hr", "HR Secret", "Workspace", "Active", "", "", 1, 2, 1, 1, 1, 1, 0)
	s.workspace("ws-hr", "HR Secret", "Workspace", "Active", "", "", 2, 0, 1, 1, 0, 0, 0)
	s.workspace("ws-mkt", "Marketing DEV", "Workspace", "Active", "", "dom-mkt", 1, 2, 1, 1, 1, 1, 0)
	s.workspace("ws-mkt", "Marketing", "Workspace", "Active", "cap-1", "dom-mkt", 2, 0, 1, 1, 1, 1, 0)
	s.workspace("ws-old", "Old Stuff", "Workspace", "Active", "", "", 1, 3, 1, 1, 1, 1, 0)
	s.workspace("ws-new", "New Lab", "Workspace", "Active", "", "", 3, 0, 1, 2, 1, 1, 0)
	s.workspace("ws-ana", "Ana's own", "PersonalGroup", "Active", "", "", 1, 0, 1, 0, 0, 0, 0)
	s.workspace("ws-box", "Closed Box", "Workspace", "Active", "", "", 1, 0, 0, 0, 0, 0, 0)
	for n, ws := range map[int][]string{1: {"ws-fin", "ws-hr", "ws-mkt", "ws-old", "ws-ana"}, 2: {"ws-hr", "ws-mkt", "ws-fin"}, 3: {"ws-new", "ws-fin"}} {
		for _, id := range ws {
			s.exec(`INSERT INTO workspace_touch (tenant, scan, ws) VALUES (1, $1, $2)`, n, s.n(id))
		}
	}
}

func (s *story) item(id, ws, kind, name, owner, model string, from, to int, endorsement string) {
	s.exec(`INSERT INTO item (tenant, ws, item, from_scan, to_scan, hash, kind, name, name_key, description, state, created, modified, created_by, modified_by, configured_by, model, app, original,
			report_type, endorsement, certified_by, label, storage_mode, provider, refresh, schema_error, tables, roles, users_known, shares)
		VALUES (1, $1, $2, $3, $4, $3, $5, $6, $7, '', '', $8, $9, '', '', $10, $11, $12, $13, '', $14, '', '', '', '', NULL, '', -1, -1, 1, 0)`,
		s.n(ws), s.n(id), from, until(to), kind, name, strings.ToLower(name), db.Millis(Epoch.AddDate(0, -6, 0)), db.Millis(Epoch.AddDate(0, 0, -from)), owner, s.n(model),
		s.n(map[bool]string{true: "app-1"}[id == "it-copy"]), s.n(map[bool]string{true: "it-report"}[id == "it-copy"]), endorsement)
}

func (s *story) edge(ws, downstream, upstream, kind string) {
	s.exec(`INSERT INTO edge (ws, downstream, upstream, kind, from_scan, tenant) VALUES ($1, $2, $3, $4, 1, 1)`, s.n(ws), s.n(downstream), s.n(upstream), kind)
}

func (s *story) items() {
	s.item("it-flow", "ws-fin", "dataflow", "Ledger", "ana@contoso.com", "", 1, 0, "")
	s.item("it-model", "ws-fin", "dataset", "Sales", "p-ben", "", 1, 0, "Certified")
	s.item("it-report", "ws-fin", "report", "Sales", "ana@contoso.com", "it-model", 1, 2, "")
	s.item("it-report", "ws-fin", "report", "Sales", "ana@contoso.com", "it-model", 2, 0, "Promoted")
	s.item("it-copy", "ws-fin", "report", "[App] Sales", "", "it-model", 1, 0, "")
	s.item("it-pay", "ws-hr", "report", "Salaries", "", "it-model", 1, 0, "")
	s.item("it-dash", "ws-mkt", "dashboard", "Campaigns", "stranger@elsewhere.com", "", 1, 0, "")
	s.item("it-dust", "ws-old", "report", "Dust", "", "", 1, 3, "")
	s.item("it-gone", "ws-new", "report", "Forgotten", "p-bot", "", 3, 0, "")
	s.item("it-lake", "ws-new", "Lakehouse", "Lake", "p-bot", "", 3, 0, "")
	s.edge("ws-fin", "it-model", "it-flow", "upstream")
	s.edge("ws-fin", "it-flow", "src-sql", "source")
	s.edge("ws-fin", "it-report", "it-model", "model")
	s.edge("ws-fin", "it-copy", "it-report", "app-copy")
	s.edge("ws-hr", "it-pay", "it-model", "model")
	s.edge("ws-mkt", "it-dash", "it-report", "tile")
	s.edge("ws-fin", "it-flow", "it-dash", "relation") // a cycle
	s.exec(`INSERT INTO datasource (tenant, source, from_scan, hash, type, gateway, location, misconfigured, body) VALUES (1, $1, 1, 1, 'Sql', 'gw-1', 'ledger-db;books', 0, '{}')`, s.n("src-sql"))
}

func (s *story) person(id, kind, name, address string, guest int, gone, enabled, people any) {
	s.exec(`INSERT INTO principal (tenant, principal, from_scan, hash, kind, name, name_key, address, guest, gone, enabled, members_known, people) VALUES (1, $1, 1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		s.n(id), kind, name, strings.ToLower(name), address, guest, gone, enabled, map[bool]int{true: 1, false: 0}[people != nil], people)
}

func (s *story) people() {
	s.person("p-ana", "User", "Ana", "ana@contoso.com", 0, 0, 1, nil)
	s.person("p-ben", "User", "Ben", "ben@contoso.com", 0, 1, nil, nil)
	s.person("p-gil", "User", "Gil", "gil#EXT#@contoso.com", 1, nil, nil, nil)
	s.person("p-bot", "App", "Deployer", "", 0, nil, nil, nil)
	s.person("g-team", "Group", "Team", "", 0, nil, nil, 2)
	s.person("g-staff", "Group", "Staff", "", 0, nil, nil, nil)
	s.person("everyone-in-the-organisation", "None", "Everybody", "", 0, nil, nil, nil)
	for _, m := range [][3]any{{"g-team", "p-ana", 1}, {"g-staff", "g-team", 1}, {"g-team", "g-staff", 1}, {"g-team", "p-ben", 2}} {
		s.exec(`INSERT INTO group_member (grp, member, from_scan, tenant) VALUES ($1, $2, $3, 1)`, s.n(m[0].(string)), s.n(m[1].(string)), m[2])
	}
}

func (s *story) grant(ws, object, principal, role string, from, to int) {
	s.exec(`INSERT INTO access_grant (ws, object, principal, role, from_scan, to_scan, tenant) VALUES ($1, $2, $3, $4, $5, $6, 1)`, s.n(ws), s.n(object), s.n(principal), role, from, until(to))
}

func (s *story) rights() {
	s.grant("ws-fin", "ws-fin", "p-ana", "Admin", 1, 0)
	s.grant("ws-fin", "ws-fin", "g-team", "Viewer", 1, 2)
	s.grant("ws-fin", "ws-fin", "g-team", "Member", 2, 0)
	s.grant("ws-fin", "ws-fin", "p-gil", "Viewer", 3, 0)
	s.grant("ws-fin", "it-report", "everyone-in-the-organisation", "Read", 1, 0)
	s.grant("ws-hr", "ws-hr", "p-ben", "Admin", 1, 2)
	s.grant("ws-hr", "it-pay", "p-ben", "Read", 1, 0)
	s.grant("ws-mkt", "ws-mkt", "g-staff", "Admin", 1, 0)
	s.grant("ws-old", "ws-old", "p-bot", "Admin", 1, 3)
	s.grant("ws-new", "ws-new", "p-bot", "Admin", 3, 0)
}
