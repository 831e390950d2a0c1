// Package audittest fills a database with a tenant for tests and benchmarks of
// the reports, with plain SQL over several scans. It knows the schema and
// nothing of how scans work, so that reports are not tested against the code
// that writes their rows.
package audittest

import (
	"fmt"
	"testing"
	"time"

	"steward/internal/db"
)

// Size says how much to fill. Zero fields get what a quick test needs.
type Size struct {
	Workspaces int // 200
	Items      int // per workspace; 10
	Grants     int // per workspace; 30, of which 5 on the workspace itself
	People     int // 100
	Scans      int // 3
	Events     int // activity events and days of use per item; 1
}

// Epoch is when the first scan was published; each next one is a week later.
var Epoch = time.Date(2026, 10, 31, 2, 0, 0, 0, time.UTC)

// Published is when scan n (from 1) was published.
func Published(n int) time.Time { return Epoch.AddDate(0, 0, 7*(n-1)) }

// TenantName is the name of the tenant that Fill makes.
const TenantName = "contoso"

// Fill writes the tenant. Numbers of ident: workspaces first, then items, then
// principals, then the rest.
func Fill(tb testing.TB, d *db.DB, s Size) {
	tb.Helper()
	s = s.defaults()
	for _, q := range statements(s) {
		err := d.Write(tb.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(tb.Context(), q)
			return err
		})
		if err != nil {
			tb.Fatalf("fill: %v in %s", err, q)
		}
	}
	if err := d.IndexNames(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}

func (s Size) defaults() Size {
	set := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	set(&s.Workspaces, 200)
	set(&s.Items, 10)
	set(&s.Grants, 30)
	set(&s.People, 100)
	set(&s.Scans, 3)
	set(&s.Events, 1)
	return s
}

// GUID is the id behind a number of ident.
func GUID(n int) string {
	return fmt.Sprintf("%08x-aaaa-4bbb-8ccc-%012x", uint64(n)*7919%4294967291, n)
}

// counter yields x = 1 … n.
func counter(n int) string {
	return fmt.Sprintf("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < %d) ", n)
}

func statements(s Size) []string {
	items := s.Workspaces * s.Items
	people := s.Workspaces + items // ident of person n is people + n
	rest := people + s.People
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }

	add(`INSERT INTO tenant (id, name, guid, published_scan, created) VALUES (1, '%s', 'aaaaaaaa-0000-4000-8000-000000000001', %d, 0)`, TenantName, s.Scans)
	for n := 1; n <= s.Scans; n++ {
		at := db.Millis(Published(n))
		add(`INSERT INTO scan (id, tenant, kind, state, cause, started, finished, published, meant, seen, calls, heartbeat)
			VALUES (%d, 1, 'full', 'complete', 'schedule', %d, %d, %d, %d, %d, 10, %d)`, n, at-600000, at-1000, at, s.Workspaces, s.Workspaces, at)
	}
	add(`%sINSERT INTO ident (id, tenant, guid) SELECT x, 1, printf('%%08x-aaaa-4bbb-8ccc-%%012x', (x * 7919) %% 4294967291, x) FROM c`, counter(rest+100))
	add(counter(s.Workspaces)+`INSERT INTO workspace (tenant, ws, from_scan, hash, name, name_key, kind, state, description, dedicated, capacity, domain, storage, users_known, items, grants, admins, guests)
		SELECT 1, x, 1, x, printf('Finance %%d Team %%d', x * 31 %% 1000, x), printf('finance %%d team %%d', x * 31 %% 1000, x),
			CASE WHEN x %% 10 = 0 THEN 'PersonalGroup' ELSE 'Workspace' END, CASE WHEN x %% 50 = 7 THEN 'Deleted' ELSE 'Active' END, '', x %% 2,
			CASE WHEN x %% 2 = 1 THEN %d + x %% 5 END, CASE WHEN x %% 3 = 1 THEN %d + x %% 7 END,
			'Small', CASE WHEN x %% 40 = 3 THEN 0 ELSE 1 END, %d, 5, x %% 4, x %% 3 FROM c`, rest+1, rest+11, s.Items)
	add(counter(items)+`INSERT INTO item (tenant, ws, item, from_scan, hash, kind, name, name_key, description, state, created, modified, created_by, modified_by, configured_by, model, model_ws, app, original,
			report_type, endorsement, certified_by, label, storage_mode, provider, refresh, schema_error, tables, roles, users_known, shares, extra)
		SELECT 1, 1 + (x - 1) / %[1]d, %[2]d + x, 1, x, CASE x %% 3 WHEN 0 THEN 'report' WHEN 1 THEN 'dataset' ELSE 'dashboard' END,
			printf('Sales %%d item %%d', x %% 17, x), printf('sales %%d item %%d', x %% 17, x), '', '', 1700000000000, CASE WHEN x %% 9 = 0 THEN NULL ELSE 1710000000000 + x * 1000 END,
			'', '', printf('person.%%d@contoso.com', x %% %[3]d), CASE WHEN x %% 3 = 0 AND x > 2 THEN %[2]d + x - 2 END, NULL, NULL, NULL,
			'', CASE WHEN x %% 7 = 0 THEN 'Certified' ELSE '' END, '', '', '', '', NULL, '', -1, -1, 1, 2, NULL FROM c`, s.Items, s.Workspaces, s.People)
	add(counter(s.People)+`INSERT INTO principal (tenant, principal, from_scan, hash, kind, name, name_key, address, guest, gone, enabled, department, members_known, people)
		SELECT 1, %d + x, 1, x, CASE WHEN x %% 10 = 0 THEN 'Group' WHEN x %% 25 = 1 THEN 'App' ELSE 'User' END, printf('Person %%d', x), printf('person %%d', x),
			printf('person.%%d@contoso.com', x), CASE WHEN x %% 12 = 5 THEN 1 ELSE 0 END, CASE WHEN x %% 30 = 7 THEN 1 WHEN x %% 4 = 0 THEN NULL ELSE 0 END, 1, 'Sales', 1, 4 FROM c`, people)
	add(counter(s.Workspaces*s.Grants)+`INSERT INTO access_grant (ws, object, principal, role, from_scan, to_scan, tenant, profile)
		SELECT 1 + (x - 1) / %[1]d, CASE WHEN x %% %[1]d < 5 THEN 1 + (x - 1) / %[1]d ELSE %[2]d + 1 + ((x - 1) / %[1]d) * %[3]d + x %% %[3]d END,
			%[4]d + 1 + (x * 7919) %% %[5]d, CASE WHEN x %% %[1]d < 5 THEN CASE x %% 4 WHEN 0 THEN 'Admin' ELSE 'Viewer' END ELSE 'Read' END, 1, NULL, 1, '' FROM c WHERE true ON CONFLICT DO NOTHING`,
		s.Grants, s.Workspaces, s.Items, people, s.People)
	add(`INSERT INTO workspace_touch (tenant, scan, ws) SELECT 1, 1, ws FROM workspace`)
	out = append(out, small(s, people, rest)...)
	for n := 2; n <= s.Scans; n++ {
		out = append(out, churn(s, n, people)...)
	}
	return out
}
