package db_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// TestRetention holds that what is too old goes, with its bytes, that what any
// kept moment shows stays, and that the ledger says what went.
func TestRetention(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	audittest.Fill(t, d, audittest.Size{Workspaces: 30, Scans: 4})
	write := func(query string, args ...any) {
		t.Helper()
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), query, args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	count := func(query string, args ...any) (n int64) {
		t.Helper()
		if err := d.Reader().QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	// A version that only the first scan shows, one that the third still does,
	// and an old event.
	write(`INSERT INTO workspace (tenant, ws, from_scan, to_scan, hash, name, name_key, kind, state, description, dedicated, storage, users_known, items, grants, admins, guests)
		VALUES (1, 1, 1, 2, 9, 'Xylophonquark', 'xylophonquark', 'Workspace', 'Active', 'Zebrastreifenpferd', 0, '', 1, 0, 0, 0, 0),
		       (1, 2, 1, 4, 9, 'Keptquark', 'keptquark', 'Workspace', 'Active', '', 0, '', 1, 0, 0, 0, 0)`)
	write(`INSERT INTO activity (tenant, event, at, day, activity, actor, item_kind, item_name, ws_name, succeeded, via, raw) VALUES (1, 'old-event', 1000, 0, 'ViewReport', 'gone.person@contoso.com', '', '', '', 1, '', x'00')`)
	if err := d.IndexNames(t.Context()); err != nil {
		t.Fatal(err)
	}
	shown := func(scan int) int64 {
		return count(`SELECT count(*) FROM workspace WHERE from_scan <= $1 AND (to_scan IS NULL OR to_scan > $1)`, scan)
	}
	third, fourth := shown(3), shown(4)
	n, err := d.SweepHistory(t.Context(), audittest.Published(3).Add(time.Millisecond))
	if err != nil || n == 0 {
		t.Fatalf("%d versions went: %v", n, err)
	}
	if shown(3) != third || shown(4) != fourth {
		t.Errorf("the third scan shows %d workspaces, showed %d; the fourth %d, showed %d", shown(3), third, shown(4), fourth)
	}
	for _, table := range []string{"workspace", "item", "access_grant", "principal", "edge"} {
		if left := count(`SELECT count(*) FROM ` + table + ` WHERE to_scan <= 3`); left != 0 {
			t.Errorf("%d old versions of %s are left", left, table)
		}
	}
	events, err := d.SweepActivity(t.Context(), audittest.Published(1).AddDate(-1, 0, 0))
	if err != nil || events != 1 {
		t.Errorf("%d events went: %v", events, err)
	}
	for _, file := range []string{d.Path(), d.Path() + "-wal"} {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"ylophonquark", "ebrastreifenpferd", "gone.person"} {
			if bytes.Contains(body, []byte(word)) {
				t.Errorf("%s is still in %s", word, file)
			}
		}
		if file == d.Path() && !bytes.Contains(body, []byte("eptquark")) {
			t.Error("what is kept is not in the file: the look into it proves nothing")
		}
	}
	if got := count(`SELECT count(*) FROM ledger WHERE action = 'retention.sweep' AND body ->> '$.details.count' = CAST($1 AS TEXT)`, n); got != 1 {
		t.Errorf("%d entries say that %d versions went", got, n)
	}
	// What is not kept is not answered with what happens to be left.
	v, err := d.Reader().ViewAsOf(t.Context(), audittest.TenantName, audittest.Published(1).Add(1))
	if err != nil || v.Scan != 0 {
		t.Errorf("a moment that is not kept shows scan %d: %v", v.Scan, err)
	}
	if v, err = d.Reader().ViewAsOf(t.Context(), audittest.TenantName, audittest.Published(3).Add(1)); err != nil || v.Scan != 3 {
		t.Errorf("the oldest kept moment shows scan %d: %v", v.Scan, err)
	}
	if again, err := d.SweepHistory(t.Context(), audittest.Published(3).Add(time.Millisecond)); err != nil || again != 0 {
		t.Errorf("a second sweep deleted %d: %v", again, err)
	}
	last, err := d.Reader().LastSweeps(t.Context())
	if err != nil || last[db.KeepHistory].Deleted != n || last[db.KeepActivity].Deleted != 1 {
		t.Errorf("the last sweeps are %+v: %v", last, err)
	}
}
