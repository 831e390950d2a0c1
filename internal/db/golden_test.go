package db_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// TestGoldenSchemas opens a database of every released schema, brings it to
// this program's, and holds that every row is there as it was, that the file is
// sound, and that its schema is that of a fresh one.
func TestGoldenSchemas(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/schemas/*.sql")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d golden files: %v", len(files), err)
	}
	fresh := goldenSchema(t, dbtest.Open(t, nil).Path())
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			t.Parallel()
			path := goldenLoad(t, file)
			before := goldenContent(t, path, nil)
			d, err := db.Open(t.Context(), db.Config{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			for table, rows := range goldenContent(t, path, before) {
				if have := before[table].rows; !slices.Equal(rows.rows, have) {
					t.Errorf("%s has %d rows, had %d, or says something else", table, len(rows.rows), len(have))
				}
			}
			raw := goldenOpen(t, path)
			for _, check := range []string{"PRAGMA integrity_check", "SELECT coalesce(group_concat(\"table\"), 'ok') FROM pragma_foreign_key_check"} {
				if got := goldenStrings(t, raw, check); !slices.Equal(got, []string{"ok"}) {
					t.Errorf("%s: %q", check, got)
				}
			}
			goldenCompare(t, fresh, goldenSchema(t, path))
			if n := goldenStrings(t, raw, `SELECT CAST(count(*) AS TEXT) FROM search_workspace WHERE search_workspace MATCH '"finance"*'`); n[0] == "0" {
				t.Error("its workspaces are not found by name")
			}
		})
	}
}

func goldenOpen(t *testing.T, path string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

func goldenLoad(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "portal.db")
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(t.Context(), "BEGIN;\n"+string(text)+"COMMIT;"); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// content is what a table says in the columns it had.
type content struct {
	columns []string
	rows    []string
}

// goldenContent reads every table; of those in like, only the columns they had
// there. Bookkeeping of migrations and of the search is left out.
func goldenContent(t *testing.T, path string, like map[string]content) map[string]content {
	t.Helper()
	raw := goldenOpen(t, path)
	out := map[string]content{}
	for _, o := range goldenObjects(t, raw) {
		if o.kind != "table" || strings.HasPrefix(o.name, "search_") || strings.HasPrefix(o.name, "goose_") {
			continue
		}
		c := content{columns: goldenStrings(t, raw, `SELECT name FROM pragma_table_xinfo('`+o.name+`') WHERE hidden = 0 ORDER BY name`)}
		if like != nil {
			old, known := like[o.name]
			if !known {
				continue
			}
			c.columns = old.columns
		}
		quoted := make([]string, len(c.columns))
		for i, n := range c.columns {
			quoted[i] = `quote("` + n + `")`
		}
		c.rows = goldenStrings(t, raw, fmt.Sprintf(`SELECT %s AS line FROM "%s" ORDER BY line`, strings.Join(quoted, " || ',' || "), o.name))
		out[o.name] = c
	}
	return out
}

// goldenSchema is what a file is made of: tables by their columns, because one
// that got a column later has it elsewhere; all else by its text.
func goldenSchema(t *testing.T, path string) map[string]string {
	t.Helper()
	raw := goldenOpen(t, path)
	blank := regexp.MustCompile(`\s+`)
	out := map[string]string{}
	for _, o := range goldenObjects(t, raw) {
		text := o.sql
		if o.kind == "table" {
			text = strings.Join(goldenStrings(t, raw, `SELECT name || ' ' || type || ' ' || "notnull" || ' ' || coalesce(dflt_value, '') || ' ' || (pk > 0) || ' ' || hidden FROM pragma_table_xinfo('`+o.name+`') ORDER BY name`), "; ")
		}
		out[o.kind+" "+o.name] = blank.ReplaceAllString(text, " ")
	}
	return out
}

func goldenCompare(t *testing.T, fresh, migrated map[string]string) {
	t.Helper()
	for name, text := range fresh {
		if migrated[name] != text {
			t.Errorf("%s is\n%s\nin a fresh database:\n%s", name, migrated[name], text)
		}
	}
	for name := range migrated {
		if fresh[name] == "" {
			t.Errorf("%s is in no fresh database", name)
		}
	}
}
