package fulfil_test

import (
	"os"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/request"
)

// small is a project of two environments with a group each: every kind of call
// once or twice.
func (b *bed) small() *request.ProjectParams {
	p := b.project()
	p.Environments = p.Environments[:2]
	for i := range p.Environments {
		p.Environments[i].Members = p.Environments[i].Members[:1]
	}
	return p
}

// sql runs a statement that no code of ours has.
func (b *bed) sql(statement string, args ...any) {
	b.t.Helper()
	err := b.db.Write(b.t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(b.t.Context(), statement, args...)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// fuse lets so many entries of the ledger be written and refuses all others,
// until it is mended.
func (b *bed) fuse(entries int) (mend func()) {
	b.t.Helper()
	b.sql(`CREATE TABLE fuse (n INTEGER)`)
	b.sql(`INSERT INTO fuse VALUES ($1)`, entries)
	b.sql(`CREATE TRIGGER fuse_burns AFTER INSERT ON ledger BEGIN UPDATE fuse SET n = n - 1 WHERE n > 0; END`)
	b.sql(`CREATE TRIGGER fuse_holds BEFORE INSERT ON ledger WHEN (SELECT n FROM fuse) = 0 BEGIN SELECT raise(ABORT, 'the ledger cannot be written'); END`)
	return func() { b.sql(`UPDATE fuse SET n = -1`) }
}

// limp goes on as long as anything does, whatever fails.
func (b *bed) limp(id string) {
	ctx := b.t.Context()
	for range 12 {
		if _, err := b.Due(ctx); err != nil {
			b.t.Logf("due: %v", err)
		}
		for range 20 {
			if next, err := b.Advance(ctx, id); err != nil || next.Ended || next.At.After(b.clock.Now()) {
				break
			}
		}
		b.clock.Advance(20 * time.Second)
	}
}

// recorded checks that each call that went out is an attempt whose intent is in
// the ledger.
func (b *bed) recorded(at int) {
	b.t.Helper()
	var meant int
	err := b.db.Reader().QueryRow(b.t.Context(), `SELECT count(DISTINCT (body ->> '$.details.step') || ' ' || (body ->> '$.details.attempt')) FROM ledger
		WHERE action = 'step.write' AND outcome = 'intended' AND body ->> '$.details.status' IS NULL`).Scan(&meant)
	if err != nil {
		b.t.Fatal(err)
	}
	if sent := len(b.cloud.Journal().Writes()); sent > meant {
		b.t.Errorf("after %d entries: %d calls were sent, %d are in the ledger", at, sent, meant)
	}
}

// TestNoCallWithoutItsRecord lets the ledger fail at each entry of a run, for
// long: nothing is sent that is not written down, and when it can be written
// again the run ends with each thing done once.
func TestNoCallWithoutItsRecord(t *testing.T) {
	t.Parallel()
	clean := setup(t)
	id := clean.agree(clean.small(), clean.estate())
	begun := clean.entries(`1 = 1`)
	clean.goOn()
	clean.want(id, db.RunDone)
	entries := clean.entries(`1 = 1`) - begun
	if entries < 20 {
		t.Fatalf("a run has only %d entries", entries)
	}
	first, step := 0, 1
	if os.Getenv("STEWARD_LONG") == "" {
		first, step = 1, entries/10+1 // the second entry is the first intent
	}
	for n := first; n < entries; n += step {
		b := setup(t)
		p := b.small()
		id := b.agree(p, b.estate())
		mend := b.fuse(n)
		b.limp(id)
		b.recorded(n)
		mend()
		for range 300 {
			more := b.turn()
			b.operate(p)
			if !more && b.quiet() {
				break
			}
		}
		b.want(id, db.RunDone)
		b.once(t, p)
		b.recorded(n)
		if t.Failed() {
			t.Fatalf("the ledger failed after %d of %d entries", n, entries)
		}
	}
}

// TestNoCallWhileTheWitnessIsAway takes the second place away before the first
// call, and again after each: nothing is sent until it is back, and then the
// run goes on where it was.
func TestNoCallWhileTheWitnessIsAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.small()
	id := b.agree(p, b.estate())
	away := true
	b.privileged = func() error {
		if away {
			return fault.New(fault.Unavailable, "The second place is away.")
		}
		return nil
	}
	b.restart()
	for sent := 0; ; sent++ {
		b.limp(id)
		if n := len(b.cloud.Journal().Writes()); n != sent {
			t.Fatalf("%d calls were sent while the place was away, after %d", n-sent, sent)
		}
		if b.quiet() {
			break
		}
		away = false
		for len(b.cloud.Journal().Writes()) == sent && !b.quiet() {
			if _, err := b.Due(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Advance(t.Context(), id); err != nil {
				t.Logf("advance: %v", err)
			}
			b.clock.Advance(time.Second)
		}
		away = true
		if sent > 40 {
			t.Fatal("the run does not end")
		}
		sent = len(b.cloud.Journal().Writes()) - 1
	}
	b.want(id, db.RunDone)
	b.once(t, p)
}
