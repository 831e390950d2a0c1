package guardtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"steward/internal/db"
)

// Watch notices every row that is written, by triggers of its own. It costs
// nothing while nothing is written, where a digest reads the whole database; it
// also sees what was changed and changed back, and a row that was written over
// by the same values. What it cannot see is a change of the schema.
type Watch struct {
	tb     testing.TB
	reader *db.Reader
}

// NewWatch watches every table but those named.
func NewWatch(tb testing.TB, d *db.DB, except ...string) *Watch {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context())
	statements := []string{`CREATE TABLE watched (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID`}
	for _, table := range tables(tb, d.Reader(), append(except, "sqlite_sequence")) {
		statements = append(statements, fmt.Sprintf(`INSERT INTO watched VALUES ('%s', 0)`, table))
		for _, act := range []string{"INSERT", "UPDATE", "DELETE"} {
			statements = append(statements, fmt.Sprintf(`CREATE TRIGGER "watch_%[1]s_%[2]s" AFTER %[2]s ON "%[1]s" BEGIN UPDATE watched SET n = n + 1 WHERE name = '%[1]s'; END`, table, act))
		}
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return &Watch{tb: tb, reader: d.Reader()}
}

// Written returns the tables that were written since the watch began, each with
// how many rows: equal texts mean that nothing was written between.
func (w *Watch) Written() string {
	w.tb.Helper()
	rows, err := w.reader.Query(context.WithoutCancel(w.tb.Context()), `SELECT name, n FROM watched WHERE n > 0 ORDER BY name`)
	if err != nil {
		w.tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			w.tb.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s:%d", name, n))
	}
	if err := rows.Err(); err != nil {
		w.tb.Fatal(err)
	}
	return strings.Join(out, " ")
}

// Between names the tables that were written between two answers of Written.
func Between(before, after string) []string {
	was := strings.Fields(before)
	return slices.DeleteFunc(strings.Fields(after), func(s string) bool { return slices.Contains(was, s) })
}
