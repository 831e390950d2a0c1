package witness

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// checkpoints records n entries and signs them, three times a day apart.
func (s *setup) checkpoints(t *testing.T, n int) {
	t.Helper()
	for range 3 {
		s.record(t, n)
		if err := s.w.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.advance(24 * time.Hour)
	}
}

func (s *setup) archive(t *testing.T, file string, before time.Time) (Archived, error) {
	t.Helper()
	now := time.Unix(0, s.clock.Load()).UTC()
	return Archive(t.Context(), s.db, s.public, "steward.example", file, before, now, notes(t, s.w.cfg.Sink), ledger.Actor{Kind: ledger.Command, Name: "root"})
}

func TestSignedSegmentsAreArchived(t *testing.T) {
	t.Parallel()
	sink := File{Path: filepath.Join(t.TempDir(), "notes")}
	s := start(t, sink)
	begun := time.Unix(0, s.clock.Load()).UTC()
	s.checkpoints(t, 10)
	dir := t.TempDir()
	if _, err := s.archive(t, filepath.Join(dir, "none"), begun); !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing was signed yet: %v", err)
	}
	first := filepath.Join(dir, "1.jsonl")
	a, err := s.archive(t, first, begun.Add(time.Hour))
	if err != nil || a.First != 1 || a.Last != 10 || len(a.SHA256) != 64 {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := s.archive(t, first, begun.Add(100*time.Hour)); !fault.Is(err, fault.Conflict) {
		t.Errorf("over an earlier file: %v", err)
	}
	second := filepath.Join(dir, "2.jsonl")
	// The last checkpoint is never archived: the next start compares with it.
	if b, err := s.archive(t, second, begun.Add(100*time.Hour)); err != nil || b.First != 11 || b.Last != 20 {
		t.Fatalf("%+v, %v", b, err)
	}
	v, err := Verify(t.Context(), s.db.Reader(), s.public, notes(t, sink))
	if err != nil || !v.OK() || v.First != 21 || v.Last != 32 || len(v.Notices) != 2 {
		t.Errorf("what is left: %+v, %v", v, err)
	}
	var whole bytes.Buffer
	if err := Export(t.Context(), s.db.Reader(), &whole, "steward.example", begun, nil); err != nil {
		t.Fatal(err)
	}
	head := ledger.Hash{}
	for i, text := range [][]byte{read(t, first), read(t, second), whole.Bytes()} {
		h, v, err := ledger.VerifyExport(bytes.NewReader(text), s.public, notes(t, sink))
		for _, p := range v.Problems { // the checkpoints after a segment vouch for what is in the next file
			if p.Flaw != ledger.Truncated || i == 2 {
				t.Errorf("file %d: %+v", i+1, p)
			}
		}
		if err != nil || i > 0 && h.Previous != head.String() {
			t.Errorf("file %d does not follow the one before it: %+v %+v %v", i+1, h, v.Problems, err)
		}
		head = v.Head
		if _, v, err := ledger.VerifyExport(bytes.NewReader(bytes.Replace(text, []byte(`"outcome":"done"`), []byte(`"outcome":"failed"`), 1)), s.public, nil); err != nil || v.OK() {
			t.Errorf("file %d, changed: %+v, %v", i+1, v, err)
		}
	}
	if _, err := New(t.Context(), s.w.cfg); err != nil {
		t.Errorf("the next start: %v", err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestNothingElseRemovesEntries tries to shorten the ledger in other ways: the
// database refuses them, and where its triggers were dropped, verifying tells.
func TestNothingElseRemovesEntries(t *testing.T) {
	t.Parallel()
	s := start(t, File{Path: filepath.Join(t.TempDir(), "notes")})
	s.checkpoints(t, 5)
	try := func(statements ...string) error {
		return s.db.Write(t.Context(), func(tx *db.Tx) error {
			for _, q := range statements {
				if _, err := tx.ExecContext(t.Context(), q); err != nil {
					return err
				}
			}
			return nil
		})
	}
	move := `UPDATE ledger_base SET seq = 5, hash = (SELECT hash FROM ledger WHERE seq = 5)`
	for _, q := range []string{
		`DELETE FROM ledger WHERE seq = 1`, `DELETE FROM ledger`, move, `DELETE FROM ledger_base`, `INSERT OR REPLACE INTO ledger_base (one, seq, hash) VALUES (1, 15, NULL)`,
		`UPDATE ledger_base SET seq = 15`, `UPDATE ledger_base SET one = 2`,
	} {
		if try(q) == nil {
			t.Errorf("%s: done", q)
		}
	}
	wrong := func(seq int64, hash ledger.Hash) error {
		return s.db.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Archive(t.Context(), ledger.Base{Seq: seq, Hash: hash}, ledger.Actor{Kind: ledger.Command}, "f", strings.Repeat("0", 64), 1)
		})
	}
	rec, err := s.db.Reader().LedgerEntry(t.Context(), db.LedgerScope{All: true}, 4)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"in the middle of a segment": wrong(4, rec.Hash), "with another hash": wrong(5, rec.Hash), "what is not there": wrong(99, rec.Hash)} {
		if err == nil {
			t.Errorf("archived %s", name)
		}
	}
	if err := try(`DROP TRIGGER ledger_no_delete`, `DROP TRIGGER ledger_base_moves`, move, `DELETE FROM ledger WHERE seq <= 5`); err != nil {
		t.Fatal(err)
	}
	v, err := Verify(t.Context(), s.db.Reader(), s.public, nil)
	if err != nil || v.OK() || v.Problems[0].Flaw != ledger.Missing || !strings.Contains(v.Problems[0].Sentence, "no entry says that they were archived") {
		t.Errorf("%+v, %v", v.Problems, err)
	}
}

func TestHTTPSSinkShowsItsToken(t *testing.T) {
	t.Parallel()
	var shown []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown = append(shown, r.Header.Get("Authorization"))
		if len(shown) == 1 {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(srv.Close)
	file := filepath.Join(t.TempDir(), "token")
	for _, text := range []string{"canary-one", "canary-two"} {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := ParseSink(srv.URL, secret.File(file))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), "x"); (err == nil) != (text == "canary-two") || err != nil && strings.Contains(err.Error(), "canary") || strings.Contains(fmt.Sprintf("%v %+v %#v", s, s, s), "canary") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if strings.Join(shown, ",") != "Bearer canary-one,Bearer canary-two" {
		t.Errorf("shown %q", shown)
	}
	if _, err := ParseSink("file:/x", secret.File(file)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file with a token: %v", err)
	}
}
