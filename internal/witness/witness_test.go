package witness

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

type setup struct {
	db     *db.DB
	w      *Witness
	key    string
	public string
	clock  *atomic.Int64
}

func (s *setup) advance(d time.Duration) { s.clock.Add(int64(d)) }

func (s *setup) record(t *testing.T, n int) {
	t.Helper()
	for range n {
		err := s.db.Record(t.Context(), ledger.Entry{Action: ledger.SignIn, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.Person, ID: "a"}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func start(t *testing.T, sink Sink) *setup {
	t.Helper()
	s := &setup{clock: new(atomic.Int64), key: filepath.Join(t.TempDir(), "keys", "ledger")}
	s.clock.Store(time.Date(2026, 9, 25, 12, 0, 0, 0, time.UTC).UnixNano())
	now := func() time.Time { return time.Unix(0, s.clock.Load()).UTC() }
	s.db = dbtest.Open(t, now)
	var err error
	if s.public, err = CreateKey(rand.Reader, s.key, "steward.example"); err != nil {
		t.Fatal(err)
	}
	s.w, err = New(t.Context(), Config{DB: s.db, Sink: sink, Key: secret.File(s.key), Binary: "test", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func notes(t *testing.T, s Sink) []string {
	t.Helper()
	n, err := Notes(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCheckpointReachesTheFile(t *testing.T) {
	t.Parallel()
	sink := File{Path: filepath.Join(t.TempDir(), "elsewhere", "checkpoints")}
	s := start(t, sink)
	if s.w.Healthy() {
		t.Error("healthy before the first checkpoint")
	}
	s.record(t, 3)
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := s.w.Health(); !h.OK || h.Last.Seq != 3 || h.Sentence != "" {
		t.Errorf("health = %+v", h)
	}
	s.record(t, 2)
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := Verify(t.Context(), s.db.Reader(), s.public, notes(t, sink))
	if err != nil || !v.OK() || v.Covered != 5 || v.Checkpoints != 4 {
		t.Errorf("verify = %+v, %v", v, err)
	}
	info, err := os.Stat(sink.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v %v", info.Mode(), err)
	}
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := notes(t, sink); len(n) != 3 {
		t.Errorf("%d notes: without news the place still gets a sign of life", len(n))
	}
}

func TestExportIsVerifiedOffline(t *testing.T) {
	t.Parallel()
	sink := File{Path: filepath.Join(t.TempDir(), "checkpoints")}
	s := start(t, sink)
	s.record(t, 5)
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	if err := Export(t.Context(), s.db.Reader(), &file, "steward.example", time.Unix(0, 0), notes(t, sink)); err != nil {
		t.Fatal(err)
	}
	h, v, err := ledger.VerifyExport(strings.NewReader(file.String()), s.public, notes(t, sink))
	if err != nil || !v.OK() || v.Entries != 5 || v.Covered != 5 || h.Origin != "steward.example" {
		t.Errorf("VerifyExport = %+v, %+v, %v", h, v, err)
	}
	bent := strings.Replace(file.String(), `"actor_id":"a"`, `"actor_id":"b"`, 1)
	if _, v, err = ledger.VerifyExport(strings.NewReader(bent), s.public, nil); err == nil && v.OK() {
		t.Error("an edited export verifies")
	}
}

// Restoring an older file, and cutting the second place, are both seen.
func TestRollbackAndLossAreFound(t *testing.T) {
	t.Parallel()
	sink := File{Path: filepath.Join(t.TempDir(), "checkpoints")}
	s := start(t, sink)
	for range 3 {
		s.record(t, 2)
		s.advance(time.Minute)
		if err := s.w.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	all := notes(t, sink)
	v, err := Verify(t.Context(), s.db.Reader(), s.public, []string{all[0], all[2]})
	if err != nil || v.OK() || !strings.Contains(v.Problems[0].Sentence, "gone from the second place") {
		t.Errorf("a note removed there: %+v, %v", v, err)
	}
	err = s.db.Write(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{`DROP TRIGGER ledger_no_delete`, `DROP TRIGGER ledger_checkpoint_no_delete`, `DELETE FROM ledger WHERE seq > 4`, `DELETE FROM ledger_checkpoint WHERE seq > 4`} {
			if _, err := tx.ExecContext(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if v, err = Verify(t.Context(), s.db.Reader(), s.public, all); err != nil || v.OK() || v.Problems[0].Flaw != ledger.Truncated {
		t.Errorf("older file: %+v, %v", v, err)
	}
	again, err := New(t.Context(), Config{DB: s.db, Sink: sink, Key: secret.File(s.key)})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := again.Privileged(); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Sentence(err), "older than the last checkpoint") {
		t.Errorf("with an older file put back, Privileged = %v", err)
	}
}

func TestSinkDownStopsPrivilegedWork(t *testing.T) {
	t.Parallel()
	var status atomic.Int32
	status.Store(http.StatusNoContent)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	t.Cleanup(srv.Close)
	sink, err := ParseSink(srv.URL+"/notes?key=canary", secret.Ref{})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, sink)
	must := func(ok bool, when string) {
		t.Helper()
		if got := s.w.Privileged() == nil; got != ok {
			t.Errorf("%s: privileged work allowed = %v, want %v", when, got, ok)
		}
	}
	must(false, "before the first checkpoint")
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	must(true, "after it")
	status.Store(http.StatusInternalServerError)
	if err := s.w.Checkpoint(t.Context()); !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "canary") {
		t.Errorf("failing place: %v", err)
	}
	must(true, "just failed")
	if s.w.Health().Sentence == "" {
		t.Error("a failure is not shown at once")
	}
	s.advance(Interval)
	must(true, "after five minutes")
	s.advance(time.Second)
	must(false, "after more than five minutes")
	_ = s.w.Checkpoint(t.Context())
	must(false, "still failing: the clock does not start anew")
	status.Store(http.StatusOK)
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	must(true, "works again")
	recs, _, err := s.db.Reader().LedgerPage(t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Actions: []ledger.Action{ledger.LedgerCheckpoint}})
	if err != nil || len(recs) != 2 {
		t.Errorf("%d entries about the place, want one when it failed and one when it worked again (%v)", len(recs), err)
	}
}

func TestKeyIsNeededAndRotates(t *testing.T) {
	t.Parallel()
	sink := File{Path: filepath.Join(t.TempDir(), "checkpoints")}
	s := start(t, sink)
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateKey(rand.Reader, s.key, "x"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a key was overwritten: %v", err)
	}
	next := s.key + ".next"
	public, err := CreateKey(rand.Reader, next, "steward.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, s.key); err != nil {
		t.Fatal(err)
	}
	if err := s.w.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := s.w.PublicKey(); err != nil || got != public {
		t.Errorf("public key = %q, %v", got, err)
	}
	if _, err := New(t.Context(), Config{DB: s.db, Sink: sink, Key: secret.File(s.key + ".gone")}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a key: %v", err)
	}
}

func TestRunEndsWithACheckpoint(t *testing.T) {
	t.Parallel()
	sink := File{Path: filepath.Join(t.TempDir(), "checkpoints")}
	s := start(t, sink)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.record(t, 1)
	s.w.Run(ctx) // its first write fails with the context, its last does not
	if s.w.Health().Last.Seq < 1 {
		t.Errorf("health = %+v", s.w.Health())
	}
}
