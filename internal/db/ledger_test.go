package db_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/ledger"
)

var noon = time.Date(2026, 9, 25, 12, 0, 0, 0, time.UTC)

func fixed() time.Time { return noon }

func entry(action ledger.Action, tenant, actor string) ledger.Entry {
	return ledger.Entry{
		Action: action, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.Person, Tenant: "t", ID: actor},
		Object: ledger.Object{Kind: "workspace", ID: "w-" + actor, Tenant: tenant},
	}
}

func record(t *testing.T, d *db.DB, entries ...ledger.Entry) {
	t.Helper()
	if err := d.Record(t.Context(), entries...); err != nil {
		t.Fatalf("record: %v", err)
	}
}

func verify(t *testing.T, d *db.DB, cps ...ledger.Checkpoint) ledger.Verdict {
	t.Helper()
	var v ledger.Verdict
	err := d.Reader().LedgerSnapshot(t.Context(), func(id ledger.Identity, _ []string, entries iter.Seq2[ledger.Record, error]) error {
		var err error
		v, err = ledger.Verify(id, entries, cps)
		return err
	})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return v
}

func checkpoint(t *testing.T, d *db.DB) ledger.Checkpoint {
	t.Helper()
	id, seq, hash, err := d.Reader().LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Checkpoint{Seq: seq, Hash: hash, Time: noon, Database: id.Database, Epoch: id.Epoch}
}

func exec(t *testing.T, d *db.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := try(t, d, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func try(t *testing.T, d *db.DB, statement string) error {
	t.Helper()
	return d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	})
}

func TestRecordIsOneWithTheChange(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	stop := errors.New("stop")
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Record(t.Context(), entry(ledger.ScanStart, "contoso", "a")); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if v := verify(t, d); v.Entries != 0 {
		t.Errorf("an undone change left %d entries", v.Entries)
	}
	bad := entry(ledger.ScanStart, "contoso", "a")
	bad.Details = map[ledger.Detail]string{"password": "x"}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `INSERT INTO tenant (name, guid, created) VALUES ('contoso', 'g', 0)`); err != nil {
			return err
		}
		return tx.Record(t.Context(), bad)
	})
	if err == nil {
		t.Fatal("an entry that cannot be recorded did not stop the change")
	}
	var n int
	if err := d.Reader().QueryRow(t.Context(), `SELECT count(*) FROM tenant`).Scan(&n); err != nil || n != 0 {
		t.Errorf("the change is there without its entry: %d, %v", n, err)
	}
}

func TestRecordChains(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	record(t, d, entry(ledger.SignIn, "", "a"), entry(ledger.SignIn, "", "b"))
	record(t, d, entry(ledger.SignOut, "", "a"))
	if v := verify(t, d, checkpoint(t, d)); !v.OK() || v.Entries != 3 || v.Covered != 3 {
		t.Errorf("verify = %+v", v)
	}
}

func TestRecordFromManyAtOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 5 {
				if err := d.Record(t.Context(), entry(ledger.SignIn, "", fmt.Sprint(i, j))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if v := verify(t, d); !v.OK() || v.Entries != 40 {
		t.Errorf("verify = %+v", v)
	}
}

func TestLedgerIsAppendOnly(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	record(t, d, entry(ledger.SignIn, "", "a"), entry(ledger.SignIn, "", "b"))
	err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.AddCheckpoint(t.Context(), checkpoint(t, d), "note") })
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		`UPDATE ledger SET body = '{}' WHERE seq = 1`,
		`UPDATE ledger SET seq = 9 WHERE seq = 2`,
		`DELETE FROM ledger WHERE seq = 2`,
		`DELETE FROM ledger`,
		`INSERT OR REPLACE INTO ledger (seq, hash, body) VALUES (1, zeroblob(32), '{}')`,
		`REPLACE INTO ledger (seq, hash, body) VALUES (2, zeroblob(32), '{}')`,
		`UPDATE OR REPLACE ledger SET seq = 1 WHERE seq = 2`,
		`INSERT INTO ledger (seq, hash, body) VALUES (2, zeroblob(32), '{}') ON CONFLICT (seq) DO UPDATE SET body = '{}'`,
		`INSERT INTO ledger (seq, hash, body) VALUES (7, zeroblob(32), '{}')`,
		`INSERT INTO ledger (seq, hash, body) VALUES (0, zeroblob(32), '{}')`,
		`INSERT INTO ledger (seq, hash, body) VALUES (3, x'00', '{}')`,
		`INSERT INTO ledger (hash, body) VALUES (zeroblob(32), '{}')`,
		`UPDATE ledger_identity SET database = 'x'`,
		`UPDATE ledger_identity SET epoch = 0`,
		`UPDATE ledger_identity SET epoch = epoch + 2`,
		`DELETE FROM ledger_identity`,
		`INSERT OR REPLACE INTO ledger_identity VALUES (1, 'x', 1, 0)`,
		`DELETE FROM ledger_checkpoint`,
		`UPDATE ledger_checkpoint SET note = ''`,
		`INSERT OR REPLACE INTO ledger_checkpoint VALUES (1, 0, 0, '')`,
	} {
		if err := try(t, d, s); err == nil {
			t.Errorf("accepted: %s", s)
		}
	}
	if v := verify(t, d); !v.OK() || v.Entries != 2 {
		t.Errorf("after the attempts: %+v", v)
	}
}

// Someone with the file can drop the triggers; then the hashes speak.
func TestTamperedFileIsFound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, statement string
		alone           bool
	}{
		{"edit", `UPDATE ledger SET body = replace(body, '"actor_id":"7"', '"actor_id":"8"') WHERE seq = 7`, true},
		{"delete", `DELETE FROM ledger WHERE seq = 7`, true},
		{"swap", `UPDATE ledger SET body = (SELECT l.body FROM ledger l WHERE l.seq = 15 - ledger.seq) WHERE seq IN (7, 8)`, true},
		{"short hash", `PRAGMA ignore_check_constraints = 1; UPDATE ledger SET hash = x'00' WHERE seq = 7`, true},
		{"truncate", `DELETE FROM ledger WHERE seq > 12`, false},
		{"empty", `DELETE FROM ledger`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t, fixed)
			var es []ledger.Entry
			for i := 1; i <= 20; i++ {
				es = append(es, entry(ledger.SignIn, "", fmt.Sprint(i)))
			}
			record(t, d, es...)
			cp := checkpoint(t, d)
			exec(t, d, `DROP TRIGGER ledger_no_update`, `DROP TRIGGER ledger_no_delete`, tc.statement)
			if v := verify(t, d, cp); v.OK() {
				t.Error("not found with the checkpoint")
			}
			if v := verify(t, d); v.OK() == tc.alone {
				t.Errorf("without a checkpoint OK = %v", v.OK())
			}
		})
	}
}

func TestEpoch(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	record(t, d, entry(ledger.SignIn, "", "a"))
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		return tx.BeginEpoch(t.Context(), ledger.Actor{Kind: ledger.Command, Name: "root"}, "restored from monday.db")
	})
	if err != nil {
		t.Fatal(err)
	}
	cp := checkpoint(t, d)
	if cp.Epoch != 2 || cp.Seq != 2 {
		t.Errorf("after a restore the head is %+v", cp)
	}
	old := cp
	old.Epoch, old.Seq, old.Hash = 1, 9, ledger.Hash{1}
	if v := verify(t, d, cp, old); !v.OK() || len(v.Notices) != 1 {
		t.Errorf("verify = %+v", v)
	}
}

func TestLedgerPage(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	early := entry(ledger.Export, "contoso", "b")
	early.Time = noon.Add(-time.Hour)
	refused := entry(ledger.AccessRefuse, "fabrikam", "a")
	refused.Outcome, refused.Reason = ledger.Refused, "No such page for you"
	record(t, d, early, entry(ledger.SignIn, "", "a"), refused, entry(ledger.ScanStart, "contoso", "a"))
	all := db.LedgerScope{All: true}
	for _, tc := range []struct {
		name  string
		scope db.LedgerScope
		f     db.LedgerFilter
		want  string
		more  bool
	}{
		{"everything", all, db.LedgerFilter{}, "4 3 2 1", false},
		{"nobody's scope", db.LedgerScope{}, db.LedgerFilter{}, "", false},
		{"one tenant's scope", db.LedgerScope{Tenants: []string{"contoso"}}, db.LedgerFilter{}, "4 1", false},
		{"a scope cannot name the entries without tenant", db.LedgerScope{Tenants: []string{""}}, db.LedgerFilter{}, "", false},
		{"filter does not widen scope", db.LedgerScope{Tenants: []string{"contoso"}}, db.LedgerFilter{Tenant: "fabrikam"}, "", false},
		{"limit", all, db.LedgerFilter{Limit: 2}, "4 3", true},
		{"cursor", all, db.LedgerFilter{Limit: 2, Before: 3}, "2 1", false},
		{"action", all, db.LedgerFilter{Actions: []ledger.Action{ledger.SignIn, ledger.Export}}, "2 1", false},
		{"outcome", all, db.LedgerFilter{Outcome: ledger.Refused}, "3", false},
		{"actor", all, db.LedgerFilter{ActorID: "b", ActorTenant: "t"}, "1", false},
		{"object", all, db.LedgerFilter{ObjectKind: "workspace", ObjectID: "w-b"}, "1", false},
		{"from", all, db.LedgerFilter{From: noon}, "4 3 2", false},
		{"to is not included", all, db.LedgerFilter{To: noon}, "1", false},
		{"cursor within a time", all, db.LedgerFilter{From: noon, Before: 4, Limit: 1}, "3", true},
		{"text", all, db.LedgerFilter{Text: "no such PAGE"}, "3", false},
		{"hostile text", all, db.LedgerFilter{Text: `' OR 1=1 --`}, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			recs, more, err := d.Reader().LedgerPage(t.Context(), tc.scope, tc.f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range recs {
				got = append(got, fmt.Sprint(r.Seq))
			}
			if s := strings.Join(got, " "); s != tc.want || more != tc.more {
				t.Errorf("page = %q more %v, want %q more %v", s, more, tc.want, tc.more)
			}
			if n, err := d.Reader().LedgerCount(t.Context(), tc.scope, tc.f); err != nil || tc.f.Limit == 0 && n != int64(len(recs)) {
				t.Errorf("count = %d, %v", n, err)
			}
		})
	}
	if _, err := d.Reader().LedgerEntry(t.Context(), db.LedgerScope{Tenants: []string{"contoso"}}, 3); !fault.Is(err, fault.NotFound) {
		t.Errorf("an entry out of scope: %v", err)
	}
	if r, err := d.Reader().LedgerEntry(t.Context(), all, 3); err != nil || r.Seq != 3 {
		t.Errorf("entry 3: %+v, %v", r, err)
	}
}

// Each filter of the page has its index, also at a size where that matters.
func TestLedgerFiltersUseIndexes(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	for cond, order := range map[string]string{
		"action = 'x'": "seq DESC", "time < 'x'": "time DESC, seq DESC", "actor_id = 'x'": "seq DESC", "outcome = 'refused'": "seq DESC",
		"object_kind = 'x' AND object_id = 'y'": "seq DESC", "object_tenant = 'x'": "seq DESC", "seq < 9": "seq DESC",
		"time > 'a' AND (time, seq) < (SELECT b.time, b.seq FROM ledger b WHERE b.seq = 9)": "time DESC, seq DESC",
	} {
		rows, err := d.Reader().Query(t.Context(), `EXPLAIN QUERY PLAN SELECT seq, hash, body FROM ledger WHERE `+cond+` ORDER BY `+order+` LIMIT 51`)
		if err != nil {
			t.Fatal(err)
		}
		var plan string
		for rows.Next() {
			var a, b, c int
			var s string
			if err := rows.Scan(&a, &b, &c, &s); err != nil {
				t.Fatal(err)
			}
			plan += s + "; "
		}
		if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s", cond, plan)
		}
	}
}
