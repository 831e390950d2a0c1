package db_test

import (
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// TestSearchIndexFollows holds that the index has exactly the versions there
// are, whatever is deleted and written anew, also under ids that were used.
func TestSearchIndexFollows(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	audittest.Fill(t, d, audittest.Size{Workspaces: 20, People: 20})
	agree := func(when string) {
		t.Helper()
		for _, table := range []string{"workspace", "item", "principal", "pipeline", "app", "capacity"} {
			var differ int
			err := d.Reader().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM search_`+table+` WHERE rowid NOT IN (SELECT id FROM `+table+`))
				+ (SELECT count(*) FROM `+table+` WHERE id NOT IN (SELECT rowid FROM search_`+table+`))`).Scan(&differ)
			if err != nil || differ != 0 {
				t.Errorf("%s: %d versions of %s differ from the index: %v", when, differ, table, err)
			}
		}
	}
	agree("filled")
	write := func(query string) {
		t.Helper()
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), query)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	write(`DELETE FROM item WHERE id > (SELECT max(id) - 30 FROM item) OR id BETWEEN 5 AND 9`)
	agree("after a deletion")
	write(`INSERT INTO pipeline (tenant, pipeline, from_scan, hash, name, name_key, description, users_known, stages, assigned, users)
		SELECT 1, id, 3, 1, 'Zebra' || id, 'zebra' || id, '', 1, 3, 0, 0 FROM ident LIMIT 40`)
	write(`DELETE FROM pipeline WHERE id > 20`)
	write(`INSERT INTO pipeline (tenant, pipeline, from_scan, hash, name, name_key, description, users_known, stages, assigned, users)
		SELECT 1, id, 3, 1, 'Okapi' || id, 'okapi' || id, '', 1, 3, 0, 0 FROM ident LIMIT 40`)
	if err := d.IndexNames(t.Context()); err != nil {
		t.Fatal(err)
	}
	agree("written anew")
	for _, word := range []string{"okapi", "zebra"} {
		var found, there int
		err := d.Reader().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM search_pipeline WHERE search_pipeline MATCH $1), (SELECT count(*) FROM pipeline WHERE name_key LIKE $2)`,
			`"`+word+`"*`, word+"%").Scan(&found, &there)
		if err != nil || found != there {
			t.Errorf("%d pipelines are found by %s, want %d: %v", found, word, there, err)
		}
	}
	write(`INSERT INTO search_item(search_item) VALUES ('integrity-check')`)
}
