package db_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

func besideEntry(n int) ledger.Entry {
	return ledger.Entry{Action: ledger.Export, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.Command}, Object: ledger.Object{Kind: "report", ID: fmt.Sprint(n)}}
}

// entries counts the ledger of a resting file and checks its chain.
func entries(t *testing.T, path string) int64 {
	t.Helper()
	r, _, closeFn, err := db.OpenResting(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closeFn() }()
	_, seq, _, err := r.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// TestBackupWhileWriting takes copies under full write load: each opens, is
// whole, and has at least what was recorded before it began.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "portal.db")
	d, err := db.Open(t.Context(), db.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := d.Record(t.Context(), besideEntry(n)); err != nil {
				done <- err
				return
			}
		}
	}()
	copies := 5
	if os.Getenv("STEWARD_LONG") == "1" {
		copies = 100
	}
	for i := range copies {
		_, before, _, err := d.Reader().LedgerHead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		into := filepath.Join(dir, fmt.Sprintf("copy-%d.db", i))
		if err := db.Backup(t.Context(), path, into); err != nil {
			t.Fatal(err)
		}
		if got := entries(t, into); got < before {
			t.Errorf("copy %d has %d entries; %d were recorded before it began", i, got, before)
		}
		if info, err := os.Stat(into); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("copy %d: %v, mode %v, want 0600", i, err, info.Mode())
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestBackupRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "portal.db")
	d, err := db.Open(t.Context(), db.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	there := filepath.Join(dir, "there.db")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from, into string
		want       fault.Kind
	}{
		"the file is there":    {path, there, fault.Conflict},
		"no such directory":    {path, filepath.Join(dir, "no", "copy.db"), fault.Unavailable},
		"nothing to copy from": {filepath.Join(dir, "absent.db"), filepath.Join(dir, "copy.db"), fault.NotFound},
	} {
		if err := db.Backup(t.Context(), c.from, c.into); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, _ := os.ReadFile(there); string(got) != "mine" {
		t.Error("a backup overwrote a file")
	}
}

// TestReplace restores a copy and keeps the former file; a running portal is
// not replaced under its feet.
func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, into := filepath.Join(dir, "portal.db"), filepath.Join(dir, "copy.db")
	d, err := db.Open(t.Context(), db.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	record := func(n int) {
		if err := d.Record(t.Context(), besideEntry(n)); err != nil {
			t.Fatal(err)
		}
	}
	record(1)
	if err := db.Backup(t.Context(), path, into); err != nil {
		t.Fatal(err)
	}
	record(2)
	if _, err := db.Replace(path, into, time.Now()); !fault.Is(err, fault.Conflict) {
		t.Errorf("replacing under a running portal: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	original, _ := os.ReadFile(into)
	former, err := db.Replace(path, into, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := entries(t, path); got != 1 {
		t.Errorf("restored: %d entries, want 1", got)
	}
	if got := entries(t, former); got != 2 {
		t.Errorf("the former file: %d entries, want 2", got)
	}
	if now, _ := os.ReadFile(into); !bytes.Equal(original, now) {
		t.Error("the backup was changed by looking at it or restoring it")
	}
}

func TestOpenRestingRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, into := filepath.Join(dir, "portal.db"), filepath.Join(dir, "copy.db")
	d, err := db.Open(t.Context(), db.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Backup(t.Context(), path, into), d.Close()); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(into)
	if err != nil {
		t.Fatal(err)
	}
	zeroed := bytes.Clone(good)
	clear(zeroed[len(zeroed)/2&^4095:][:4096])
	for name, content := range map[string][]byte{"text": []byte("not a database"), "empty": nil, "cut off": good[:len(good)/2], "a page of zeros": zeroed} {
		file := filepath.Join(dir, "bad.db")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := db.OpenResting(t.Context(), file); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

// TestRecordBeside appends to the ledger of a database that is in use; the
// chain stays whole although two programs write it.
func TestRecordBeside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	d, err := db.Open(t.Context(), db.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	done := make(chan error, 1)
	go func() {
		var err error
		for n := range 50 {
			err = errors.Join(err, d.Record(t.Context(), besideEntry(n)))
		}
		done <- err
	}()
	for n := range 10 {
		if err := db.RecordBeside(t.Context(), path, besideEntry(100+n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, seq, _, err := d.Reader().LedgerHead(t.Context()); err != nil || seq != 60 {
		t.Errorf("the ledger has %d entries, %v; want 60", seq, err)
	}
}

// TestOlderSchemaIsCopiedFirst upgrades a database that an older program left,
// and keeps it as it was for that program.
func TestOlderSchemaIsCopiedFirst(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	if err := db.AtSchema(t.Context(), path, 20); err != nil {
		t.Fatal(err)
	}
	for n := range 2 { // the second start finds nothing to do
		d, err := db.Open(t.Context(), db.Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if was, is := d.Migrated(); n == 0 && (was != 20 || is <= was) || n == 1 && was+is != 0 {
			t.Errorf("start %d: migrated from %d to %d", n+1, was, is)
		}
		if err := errors.Join(d.Record(t.Context(), besideEntry(1)), d.Close()); err != nil {
			t.Fatal(err)
		}
	}
	_, schema, closeFn, err := db.OpenResting(t.Context(), path+".schema-20")
	if err != nil || schema != 20 {
		t.Fatalf("the copy: schema %d, %v", schema, err)
	}
	_ = closeFn()
	if left, _ := filepath.Glob(path + ".schema-*"); len(left) != 1 {
		t.Errorf("copies: %v", left)
	}
}
