package guardtest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/web/guard/guardtest"
)

// Every way to write a row is noticed, also one that leaves it as it was, and
// reading is not.
func TestAWatchNoticesEveryWrite(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), db.Config{Path: filepath.Join(t.TempDir(), "portal.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	w := guardtest.NewWatch(t, d, "budget")
	before := w.Written()
	for _, tc := range []struct {
		query string
		want  string
	}{
		{`INSERT INTO tenant (id, name, guid, created) VALUES (7, 'contoso', 'g', 0)`, "tenant"},
		{`UPDATE tenant SET guid = 'h' WHERE id = 7`, "tenant"},
		{`UPDATE tenant SET guid = 'g' WHERE id = 7`, "tenant"},
		{`UPDATE tenant SET guid = guid`, "tenant"},
		{`INSERT INTO tenant (id, name, guid, created) VALUES (7, 'contoso', 'g', 0) ON CONFLICT (id) DO UPDATE SET name = 'fabrikam'`, "tenant"},
		{`INSERT INTO ident (tenant, guid) VALUES (7, 'a')`, "ident"},
		{`INSERT OR REPLACE INTO ident (id, tenant, guid) SELECT id, tenant, 'b' FROM ident`, "ident"},
		{`DELETE FROM ident`, "ident"},
		{`DELETE FROM ident WHERE guid = 'nobody'`, ""},
		{`DELETE FROM budget`, ""},
	} {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), tc.query)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", tc.query, err)
		}
		after := w.Written()
		got := strings.Join(guardtest.Between(before, after), " ")
		if table, _, _ := strings.Cut(got, ":"); table != tc.want {
			t.Errorf("%s: noticed %q, want %q", tc.query, got, tc.want)
		}
		before = after
	}
}
