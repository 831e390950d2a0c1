package sitetest

import (
	"fmt"
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/evaluate"
	"steward/internal/ledger"
	"steward/internal/policy"
)

// The tenants, and what is in them.
const (
	contoso, fabrikam = "contoso", "fabrikam"
	// outside marks what nobody limited to Finance may see, foreign what is of
	// the other tenant. Every free text and id of such rows carries it.
	outside, foreign = "zqoutside", "zqforeign"
)

var tenantIDs = []string{"aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"}

// filler writes rows that the story of the small tenant lacks.
type filler struct {
	tb testing.TB
	d  *db.DB
}

func (f *filler) exec(query string, args ...any) {
	f.tb.Helper()
	err := f.d.Write(f.tb.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(f.tb.Context(), query, args...)
		return err
	})
	if err != nil {
		f.tb.Fatalf("%v in %s", err, query)
	}
}

// texts returns the first column of a query.
func (f *filler) texts(query string, args ...any) []string {
	f.tb.Helper()
	rows, err := f.d.Reader().Query(f.tb.Context(), query, args...)
	if err != nil {
		f.tb.Fatalf("%v in %s", err, query)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			f.tb.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		f.tb.Fatal(err)
	}
	return out
}

// fill writes both tenants, judges them, and asks for a waiver each.
func fill(tb testing.TB, path string, more func(*filler)) {
	tb.Helper()
	d, err := db.Open(tb.Context(), db.Config{Path: path, Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	audittest.Small(tb, d)
	f := &filler{tb: tb, d: d}
	f.rest()
	f.markOutside()
	f.judge()
	if more != nil {
		more(f)
	}
}

// rest adds what both sides of each scope need: a thing of every kind within
// Finance, beyond it, and in the other tenant.
func (f *filler) rest() {
	for i, id := range tenantIDs {
		f.exec(`UPDATE tenant SET guid = $1 WHERE id = $2`, id, i+1)
	}
	const at = 1790000000000
	for tenant, s := range map[int]struct{ ws, item, who, id string }{1: {"ws-hr", "it-pay", "p-hr", "x"}, 2: {"ws-fab", "it-fab", "p-fab", "f"}} {
		n := func(id string) string {
			f.exec(`INSERT INTO ident (tenant, guid) VALUES ($1, $2) ON CONFLICT DO NOTHING`, tenant, id)
			return fmt.Sprintf("(SELECT id FROM ident WHERE tenant = %d AND guid = '%s')", tenant, id)
		}
		scan := map[int]int{1: 1, 2: 4}[tenant]
		add := func(query string, args ...any) { f.exec(fmt.Sprintf(query, args...)) }
		if tenant == 1 {
			add(`INSERT INTO principal (tenant, principal, from_scan, hash, kind, name, name_key, address, guest, gone, enabled, department, manager) VALUES (1, %s, 1, 1, 'User', 'Hanna', 'hanna', 'hanna@contoso.com', 1, 1, 0, 'HR', NULL)`, n(s.who))
			add(`INSERT INTO access_grant (ws, object, principal, role, from_scan, tenant) VALUES (%[1]s, %[1]s, %[2]s, 'Member', 1, 1)`, n(s.ws), n(s.who))
		}
		add(`INSERT INTO capacity (tenant, capacity, from_scan, hash, name, name_key, sku, state, region, admins) VALUES (%d, %s, %d, 1, 'Reserve', 'reserve', 'F2', 'Suspended', 'North', '["hanna@contoso.com"]')`, tenant, n("cap-"+s.id), scan)
		add(`INSERT INTO domain (tenant, domain, from_scan, hash, name, name_key, description, parent) VALUES (%d, %s, %d, 1, 'Personnel', 'personnel', 'of people', NULL)`, tenant, n("dom-"+s.id), scan)
		add(`UPDATE workspace SET capacity = %s, domain = %s, description = 'private' WHERE ws = %s`, n("cap-"+s.id), n("dom-"+s.id), n(s.ws))
		add(`INSERT INTO pipeline (tenant, pipeline, from_scan, hash, name, name_key, description, users_known, stages, assigned, users) VALUES (%d, %s, %d, 1, 'Payroll', 'payroll', 'pays', 1, 2, 1, 1)`, tenant, n("pipe-"+s.id), scan)
		add(`INSERT INTO pipeline_stage (pipeline, ord, from_scan, tenant, name, ws) VALUES (%[1]s, 0, %[2]d, %[3]d, 'Draft', NULL), (%[1]s, 1, %[2]d, %[3]d, 'Paid', %[4]s)`, n("pipe-"+s.id), scan, tenant, n(s.ws))
		add(`INSERT INTO pipeline_user (pipeline, principal, from_scan, tenant, role) VALUES (%s, %s, %d, %d, 'Admin')`, n("pipe-"+s.id), n(s.who), scan, tenant)
		add(`INSERT INTO mapping_set (id, tenant, pair, pipeline, stage, source, target, version) VALUES (%[1]d, %[1]d, 'p-%[1]d', %[2]s, 0, %[3]s, %[3]s, 1)`, tenant, n("pipe-"+s.id), n(s.ws))
		add(`INSERT INTO mapping_version (mapping, version, hash, body, things, request, reason, author, author_name, at) VALUES (%[1]d, 1, '%064[2]d', '{"parameters":[{"name":"Server","value":"pay-db"}]}', 1, 'r', 'to pay %[4]s', 'h', 'Hanna %[4]s', %[3]d)`, tenant, 1, at, map[int]string{1: outside, 2: foreign}[tenant])
		add(`INSERT INTO app (tenant, app, from_scan, hash, name, name_key, description, ws, published_by, updated) VALUES (%d, %s, %d, 1, 'Payslips', 'payslips', 'all', %s, 'Hanna', %d)`, tenant, n("app-"+s.id), scan, n(s.ws), at)
		add(`INSERT INTO refreshable (tenant, item, from_scan, hash, name, name_key, kind, ws, capacity, refreshes, failures, average_s, median_s, per_day, last_status, last_type, last_start, last_end, last_error, configured_by)
			VALUES (%d, %s, %d, 1, 'Wages', 'wages', 'Dataset', %s, %s, 5, 5, 3, 3, 8, 'Failed', 'Scheduled', %d, %d, 'wages failed', '["hanna@contoso.com"]')`, tenant, n(s.item), scan, n(s.ws), n("cap-"+s.id), at, at)
		add(`INSERT INTO wide_link (tenant, link, item, from_scan, hash, item_name, item_kind, role, sharer, sharer_name, sharer_address) VALUES (%d, 'organisation', %s, %d, 1, 'Pay', 'report', 'Read', %s, 'Hanna', 'hanna@contoso.com')`, tenant, n(s.item), scan, n(s.who))
		add(`INSERT INTO datasource (tenant, source, from_scan, hash, type, gateway, location, misconfigured, body) VALUES (%d, %s, %d, 1, 'Sql', 'gw-pay', 'pay-db;wages', 1, '{}')`, tenant, n("src-"+s.id), scan)
		add(`INSERT INTO edge (ws, downstream, upstream, kind, from_scan, tenant) VALUES (%s, %s, %s, 'source', %d, %d)`, n(s.ws), n(s.item), n("src-"+s.id), scan, tenant)
		add(`INSERT INTO scan_gap (scan, ws, reason, last_seen) VALUES (%d, %s, 'refused', NULL)`, map[int]int{1: 3, 2: 4}[tenant], n(s.ws))
		add(`INSERT INTO setting (tenant, name, override_of, override_id, from_scan, hash, title, area, enabled, for_groups, enabled_groups, excluded_groups, properties, delegated)
			VALUES (%d, 'Export', 'workspace', '%s', %d, 1, 'Export of pay', 'Export', 1, 1, '[{"id":"g","name":"Payers"}]', '[]', '[]', '[]')`, tenant, s.ws, scan)
		add(`INSERT INTO activity (tenant, event, at, day, activity, actor, ws, item, item_kind, item_name, ws_name, succeeded, via, raw) SELECT %d, 'e-pay', published - 3600000, (published - 3600000) / 86400000, 'ExportReport', 'hanna@contoso.com', %s, %s, 'report', 'Pay', 'Personnel', 1, 'the API', x'7b7d' FROM scan WHERE id = %d`, tenant, n(s.ws), n(s.item), map[int]int{1: 3, 2: 4}[tenant])
		add(`INSERT INTO activity (tenant, event, at, day, activity, actor, ws, item, item_kind, item_name, ws_name, succeeded, via, raw) SELECT %d, 'e-lost', published - 3700000, (published - 3700000) / 86400000, 'ExportReport', 'hanna@contoso.com', NULL, NULL, 'report', 'Pay', 'Personnel', 1, '', x'7b7d' FROM scan WHERE id = %d`, tenant, map[int]int{1: 3, 2: 4}[tenant])
	}
}

// told records something of each tenant and something of none, which is for
// those without limits only.
func (f *filler) told() {
	for _, e := range []struct{ id, tenant, text string }{{"told-inside", contoso, "of the tenant"}, {"told-outside", "", outside}, {"told-foreign", fabrikam, foreign}} {
		err := f.d.Record(f.tb.Context(), ledger.Entry{Action: ledger.Export, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.Person, ID: "x", Name: e.text + " someone"},
			Object: ledger.Object{Kind: "report", ID: e.id, Name: e.text, Tenant: e.tenant}, Reason: e.text})
		if err != nil {
			f.tb.Fatal(err)
		}
	}
}

// insides are the ids that a person of Finance may see; everybody is a group of
// Microsoft's own.
const insides = `('ws-fin','it-flow','it-model','it-report','it-copy','cap-1','dom-fin','app-1','pipe-1','src-sql','p-ana','p-gil','p-ben','g-team','g-staff','everyone-in-the-organisation')`

// markOutside puts a mark into every text about what lies outside of Finance,
// and into the ids.
func (f *filler) markOutside() {
	beyond := `(SELECT id FROM ident WHERE guid NOT IN ` + insides + `)`
	mark := func(table, where string, columns ...string) {
		for _, c := range columns {
			f.exec(fmt.Sprintf(`UPDATE %s SET %s = %s || CASE tenant WHEN 1 THEN ' %s' ELSE ' %s' END WHERE %s`, table, c, c, outside, foreign, where))
		}
	}
	mark("workspace", "ws IN "+beyond, "name", "name_key", "description")
	mark("item", "ws IN "+beyond, "name", "name_key", "description", "configured_by", "created_by", "modified_by")
	mark("principal", "principal IN "+beyond, "name", "name_key", "address", "department")
	mark("capacity", "capacity IN "+beyond, "name", "name_key")
	mark("domain", "domain IN "+beyond, "name", "name_key", "description")
	mark("app", "ws IN "+beyond, "name", "name_key", "description", "published_by")
	mark("pipeline", "pipeline IN "+beyond, "name", "name_key", "description")
	mark("pipeline_stage", "pipeline IN "+beyond, "name")
	mark("refreshable", "ws IN "+beyond, "name", "name_key", "last_error")
	mark("wide_link", "item IN "+beyond, "item_name", "sharer_name", "sharer_address")
	mark("unused_item", "ws IN "+beyond, "name")
	mark("datasource", "source IN "+beyond, "location", "gateway")
	mark("setting", "override_id <> ''", "title")
	mark("activity", "ws IS NULL OR ws IN "+beyond, "item_name", "ws_name", "actor", "via")
	f.exec(`UPDATE ident SET guid = CASE tenant WHEN 1 THEN '` + outside + `-' ELSE '` + foreign + `-' END || guid WHERE guid NOT IN ` + insides + ` AND guid NOT LIKE 'everyone%'`)
	f.exec(`UPDATE setting SET override_id = CASE tenant WHEN 1 THEN '` + outside + `-' ELSE '` + foreign + `-' END || override_id WHERE override_id <> ''`)
}

// judge lets the rules raise what they find, and asks for waivers.
func (f *filler) judge() {
	keeper := policy.NewKeeper(nil, now)
	if problems := keeper.Reload(nil); len(problems) > 0 {
		f.tb.Fatal(problems)
	}
	for _, name := range []string{contoso, fabrikam} {
		v, err := f.d.Reader().ViewNow(f.tb.Context(), name)
		if err == nil {
			_, err = evaluate.Evaluate(f.tb.Context(), f.d, v, keeper.Set())
		}
		if err != nil {
			f.tb.Fatal(err)
		}
	}
	f.exec(`INSERT INTO mapping_set (id, tenant, pair, stage, source, target, version) SELECT 3, 1, 'in', 0, id, id, 1 FROM ident WHERE tenant = 1 AND guid = 'ws-fin'`)
	f.exec(`INSERT INTO mapping_version (mapping, version, hash, body, things, request, reason, author, author_name, at) SELECT 3, 1, hash, body, things, request, 'why', author, 'Ana', at FROM mapping_version WHERE mapping = 1`)
	f.exec(`INSERT INTO waiver (violation, state, owner, owner_name, reason, ends, asked_by, asked_name, asked_at)
		SELECT id, 'asked', 'owner', label || ' owner', label || ' needs it', first_seen + 864000000, 'asker', label || ' asker', first_seen FROM violation`)
	f.exec(`INSERT INTO violation_comment (violation, at, author, author_name, body) SELECT id, first_seen, 'a', label || ' author', label || ' comment' FROM violation`)
	f.runs()
	f.plans()
	f.told()
}
