package sitetest

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/tenant"
)

// listCase is a page and the rows it shows as one would ask for them by hand.
type listCase struct{ name, path, bare string }

// visible is the condition on a version as the benchmark's last scan saw it.
func visible(a string) string {
	return fmt.Sprintf("%[1]s.from_scan <= 3 AND (%[1]s.to_scan IS NULL OR %[1]s.to_scan > 3)", a)
}

// grantsBy reads grants with the names behind them. The index is named, or SQLite
// sorts them all: a baseline that waits for that would be too kind to us.
func grantsBy(where, order string) string {
	return `SELECT p.name, p.kind, p.address, g.role, w.name, i.name, i.kind, p.guest FROM workspace w INDEXED BY workspace_by_name CROSS JOIN access_grant g
		LEFT JOIN item i ON i.item = nullif(g.object, g.ws) AND ` + visible("i") + ` LEFT JOIN principal p ON p.principal = g.principal AND ` + visible("p") + `
		WHERE w.tenant = 1 AND ` + visible("w") + ` AND g.ws = w.ws AND ` + visible("g") + where + ` ORDER BY ` + order + ` LIMIT 51`
}

func listCases(s *served) []listCase {
	workspaces := func(where, order string) string {
		return `SELECT w.name, w.state, w.kind, w.items, w.grants, w.admins, w.guests FROM workspace w WHERE w.tenant = 1 AND ` + visible("w") + where + ` ORDER BY ` + order + ` LIMIT 51`
	}
	items := func(by, where, order string) string {
		return `SELECT i.name, i.kind, w.name, i.modified, i.configured_by FROM item i ` + by + ` LEFT JOIN workspace w ON w.ws = i.ws AND ` + visible("w") + `
			WHERE i.tenant = 1 AND ` + visible("i") + where + ` ORDER BY ` + order + ` LIMIT 51`
	}
	someone := audittest.GUID(s.people + 5)
	return []listCase{
		{"workspaces", "/workspaces", workspaces("", "w.name_key, w.ws")},
		{"workspaces by admins", "/workspaces?sort=-admins", workspaces("", "w.admins DESC, w.ws DESC")},
		{"workspaces in a state", "/workspaces?state=Deleted", workspaces(" AND w.state = 'Deleted'", "w.name_key, w.ws")},
		{"workspaces by part of a name", "/workspaces?name=77", workspaces(" AND instr(w.name_key, '77') > 0", "w.name_key, w.ws")},
		{"items of a kind", "/items?kind=report", items("INDEXED BY item_by_kind", " AND i.kind = 'report'", "i.name_key, i.item")},
		{"items by change", "/items?sort=-modified", items("INDEXED BY item_by_change", "", "coalesce(i.modified, 0) DESC, i.item DESC")},
		{"access", "/access", grantsBy("", "w.name_key, w.ws, g.object, g.principal, g.role")},
		{"access of guests", "/access?guest=yes", grantsBy(" AND p.guest = 1", "w.name_key, w.ws, g.object, g.principal, g.role")},
		{"access with a right", "/access?right=Admin&on=workspace", grantsBy(" AND g.role = 'Admin' AND g.object = g.ws", "w.name_key, w.ws, g.object, g.principal, g.role")},
		{"access of one person", "/access?principal=" + someone, `SELECT p.name, g.role, w.name, i.name FROM access_grant g JOIN workspace w ON w.ws = g.ws AND ` + visible("w") + `
			LEFT JOIN item i ON i.item = nullif(g.object, g.ws) AND ` + visible("i") + ` LEFT JOIN principal p ON p.principal = g.principal AND ` + visible("p") + `
			WHERE g.principal = (SELECT id FROM ident WHERE tenant = 1 AND guid = '` + someone + `') AND ` + visible("g") + ` ORDER BY w.name_key, w.ws, g.object LIMIT 51`},
		{"roles", "/roles", ""},
		{"overview", "/", ""},
	}
}

// BenchmarkListsWhileScanning asks for lists over HTTP while a scan writes, and
// for the same rows in bare SQL through the same driver, in turns.
func BenchmarkListsWhileScanning(b *testing.B) {
	s := serveBig(b)
	written, stop := scanning(b, s.db)
	defer stop()
	for _, c := range listCases(s) {
		b.Run(c.name, func(b *testing.B) {
			var pages, bare []time.Duration
			before := written.Load()
			for b.Loop() {
				for range 40 {
					took, _ := s.get(b, c.path, io.Discard)
					pages = append(pages, took)
					if c.bare != "" {
						bare = append(bare, plainly(b, s.db.Reader(), c.bare))
					}
				}
			}
			report(b, "page", pages)
			if len(bare) > 0 {
				report(b, "sql", bare)
			}
			b.ReportMetric(float64(written.Load()-before), "rows-scanned-meanwhile")
		})
	}
}

func report(b *testing.B, what string, all []time.Duration) {
	b.Helper()
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, what+"-p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, what+"-p99-ms")
}

// plainly runs a query and reads its rows.
func plainly(b *testing.B, reader *db.Reader, query string) time.Duration {
	b.Helper()
	began := time.Now()
	err := reader.Snapshot(b.Context(), func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(b.Context(), query)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(cells...); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		b.Fatalf("%v in %s", err, query)
	}
	return time.Since(began)
}

// scanning writes new workspaces with items and grants as a scan does, as fast
// as it can, until stop is called.
func scanning(b *testing.B, d *db.DB) (written *atomic.Int64, stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	scan, err := d.StartScan(ctx, db.Scan{Tenant: 1, Kind: db.ScanFull, Cause: "command"})
	if err != nil {
		b.Fatal(err)
	}
	written = new(atomic.Int64)
	in := d.Ingest(1, scan.ID)
	var done sync.WaitGroup
	done.Go(func() {
		defer in.Close()
		for n := 0; ctx.Err() == nil; n += 36 {
			var group []*db.SeenWorkspace
			for i := range 36 {
				w := madeUp(n + i)
				group = append(group, &w)
			}
			if err := in.Workspaces(ctx, group...); err != nil {
				if ctx.Err() == nil {
					b.Errorf("scan: %v", err)
				}
				return
			}
			written.Add(36 * 41)
		}
	})
	return written, func() { cancel(); done.Wait() }
}

// madeUp is a workspace of ten items, each shared with three people.
func madeUp(n int) db.SeenWorkspace {
	guid := func(kind, n int) string {
		return fmt.Sprintf("%08x-%04x-4000-8000-%012x", n*2654435761&0xffffffff, kind, n)
	}
	w := tenant.Workspace{ID: guid(1, n), Name: fmt.Sprintf("Scanned %d", n), Kind: tenant.KindWorkspace, State: tenant.StateActive, UsersKnown: true}
	for i := range 10 {
		it := tenant.Item{ID: guid(2, n*10+i), Kind: tenant.ItemReport, Name: fmt.Sprintf("Report %d", n*10+i), UsersKnown: true, Tables: -1, Roles: -1}
		for j := range 3 {
			p := (n*70 + i*7 + j*131) % 50_000
			it.Users = append(it.Users, tenant.Grant{Right: "Read", Principal: tenant.Principal{ID: guid(9, p), Kind: tenant.PrincipalUser,
				Name: fmt.Sprintf("Person %d", p), Address: fmt.Sprintf("person.%d@contoso.com", p)}})
		}
		w.Items = append(w.Items, it)
	}
	return db.SeenWorkspace{Workspace: w, ItemsKnown: true, Digest: []byte(fmt.Sprintf("%032d", n))}
}
