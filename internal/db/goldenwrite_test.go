package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/db"
)

// TestWriteGolden writes the golden file of a release: a small tenant in the
// schema of this program, as SQL. `make schema VERSION=v1.2.0` calls it; it is
// done once for each version that is released, and the file is kept for good.
func TestWriteGolden(t *testing.T) {
	into := os.Getenv("STEWARD_SCHEMA")
	if into == "" {
		t.Skip("only at a release: make schema VERSION=…")
	}
	path := filepath.Join(t.TempDir(), "portal.db")
	d, err := db.Open(t.Context(), db.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	audittest.Fill(t, d, audittest.Size{Workspaces: 4, Items: 3, Grants: 4, People: 8, Scans: 3})
	for _, q := range goldenExtras {
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), q)
			return err
		}); err != nil {
			t.Logf("left out: %v: %s", err, q) // the schema has no such table yet
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	if err := os.WriteFile(into, []byte(goldenDump(t, raw)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// goldenExtras are rows of what people do, which a scan does not fill.
var goldenExtras = []string{
	`INSERT INTO ledger (seq, hash, body) VALUES (1, randomblob(32), '{"time":"2026-11-01T00:00:00Z","action":"session.start","outcome":"done","actor_tenant":"t","actor_id":"o","object_kind":"session","object_id":"1"}')`,
	`INSERT INTO ledger (seq, hash, body) VALUES (2, randomblob(32), '{"time":"2026-11-01T00:00:01Z","action":"scan.start","outcome":"done","object_kind":"scan","object_id":"1","object_tenant":"contoso"}')`,
	`INSERT INTO request (id, tenant, kind, title, state, params, reason, requester_tid, requester_oid, requester_name, requester_address, editor_tid, editor_oid, editor_name, editor_address, created, changed)
		VALUES ('01GOLDEN00000000', 1, 'access', 'Access for Zoë', 'draft', '{}', 'quarter''s end', 't', 'o', 'Zoë', 'zoe@contoso.com', 't', 'o', 'Zoë', 'zoe@contoso.com', 1, 1)`,
}

// goldenDump is a database as SQL: tables with their rows, then all else. The
// search index has no text and is left out: it is made again when the file is
// opened.
func goldenDump(t *testing.T, raw *sql.DB) string {
	t.Helper()
	var b strings.Builder
	objects := goldenObjects(t, raw)
	for _, o := range objects {
		if o.kind != "table" {
			continue
		}
		b.WriteString(o.sql + ";\n")
		if strings.HasPrefix(o.name, "search_") {
			continue
		}
		for _, line := range goldenRows(t, raw, o.name) {
			b.WriteString(line + "\n")
		}
	}
	for _, o := range objects {
		if o.name == "search_mark" {
			b.WriteString("INSERT INTO search_mark (name, upto) VALUES ('workspace', 0), ('item', 0), ('principal', 0), ('pipeline', 0), ('app', 0), ('capacity', 0), ('violation', 0);\n")
		}
	}
	for _, o := range objects {
		if o.kind != "table" {
			b.WriteString(o.sql + ";\n")
		}
	}
	return b.String()
}

type goldenObject struct{ kind, name, table, sql string }

// goldenObjects is the schema without what SQLite makes by itself.
func goldenObjects(t *testing.T, raw *sql.DB) []goldenObject {
	t.Helper()
	rows, err := raw.QueryContext(context.Background(), `SELECT type, name, tbl_name, sql FROM sqlite_schema s WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
		AND NOT EXISTS (SELECT 1 FROM sqlite_schema v WHERE v.sql LIKE 'CREATE VIRTUAL TABLE%' AND s.name IN (v.name || '_data', v.name || '_idx', v.name || '_docsize', v.name || '_config', v.name || '_content')) ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []goldenObject
	for rows.Next() {
		var o goldenObject
		if err := rows.Scan(&o.kind, &o.name, &o.table, &o.sql); err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// goldenRows are a table's rows as inserts, without generated columns.
func goldenRows(t *testing.T, raw *sql.DB, table string) []string {
	t.Helper()
	names := goldenStrings(t, raw, `SELECT name FROM pragma_table_xinfo('`+table+`') WHERE hidden = 0 ORDER BY cid`)
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `quote("` + n + `")`
	}
	return goldenStrings(t, raw, fmt.Sprintf(`SELECT 'INSERT INTO "%s" ("%s") VALUES (' || %s || ');' FROM "%s"`,
		table, strings.Join(names, `", "`), strings.Join(quoted, ` || ', ' || `), table))
}

func goldenStrings(t *testing.T, raw *sql.DB, query string) []string {
	t.Helper()
	rows, err := raw.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
