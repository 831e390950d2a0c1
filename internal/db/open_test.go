package db_test

import (
	"path/filepath"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

func TestOpenRefusesASecondInstance(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	_, err := db.Open(t.Context(), db.Config{Path: d.Path()})
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("second instance: got %v, want a conflict", err)
	}
}

func TestReaderCannotWrite(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	rows, err := d.Reader().Query(t.Context(), `INSERT INTO tenant (name, guid, created) VALUES ('x','y',1) RETURNING id`)
	if err == nil {
		rows.Next()
		err = rows.Err()
		_ = rows.Close()
	}
	if err == nil {
		t.Fatal("a reader wrote to the database")
	}
}

func TestOpenInMissingPlace(t *testing.T) {
	t.Parallel()
	_, err := db.Open(t.Context(), db.Config{Path: filepath.Join("/proc/none", "portal.db")})
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v, want unavailable", err)
	}
}

func TestOpenReaderBesideARunningPortal(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	r, closeReader, err := db.OpenReader(t.Context(), d.Path())
	if err != nil {
		t.Fatalf("read beside a running portal: %v", err)
	}
	defer func() { _ = closeReader() }()
	var n int
	if err := r.QueryRow(t.Context(), `SELECT count(*) FROM tenant`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.OpenReader(t.Context(), filepath.Join(t.TempDir(), "none.db")); !fault.Is(err, fault.NotFound) {
		t.Errorf("missing file: got %v, want not found", err)
	}
}
