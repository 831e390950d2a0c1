package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"steward/internal/tenant"
)

// indexChunk is how many rows one transaction of the index takes: some tens of
// milliseconds.
const indexChunk = 2000

// named are the tables whose rows are indexed once, in the order of their ids:
// rows of a table of versions never change their names. text is what a thing
// is found by.
var named = []struct{ table, text string }{
	{"workspace", "name"},
	{"item", "name"},
	{"principal", "name || ' ' || address || ' ' || coalesce(mail, '')"},
	{"pipeline", "name"},
	{"app", "name"},
	{"capacity", "name"},
	{"violation", violationWords},
}

// violationWords is what a violation is found by: its object, and its rule.
const violationWords = "label || ' ' || rule"

// IndexNames brings the search index up to what is stored: it costs as much as
// was written since the last time. It works in short transactions and may be
// stopped and repeated at any point. It is called before a scan is published,
// after rules were judged, and when the database is opened.
func (d *DB) IndexNames(ctx context.Context) error {
	for _, n := range named {
		if err := d.indexTable(ctx, n.table, n.text); err != nil {
			return fmt.Errorf("index names of %s: %w", n.table, err)
		}
	}
	if err := d.indexAgain(ctx); err != nil {
		return fmt.Errorf("index names of violations: %w", err)
	}
	if err := d.indexRequests(ctx); err != nil {
		return fmt.Errorf("index requests: %w", err)
	}
	return nil
}

// indexTable indexes the rows beyond the mark. The mark is read before anything
// is written: mostly there is nothing to do, and nobody has to wait.
func (d *DB) indexTable(ctx context.Context, table, text string) error {
	for {
		var behind bool
		if err := d.write.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM `+table+`), 0) > (SELECT upto FROM search_mark WHERE name = $1)`, table).Scan(&behind); err != nil {
			return classify(err)
		}
		if !behind {
			return nil
		}
		err := d.Write(ctx, func(tx *Tx) error {
			last, err := indexRows(ctx, tx, table, `SELECT id, `+text+` FROM `+table+` WHERE id > (SELECT upto FROM search_mark WHERE name = $1) ORDER BY id LIMIT $2`, table, indexChunk)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `UPDATE search_mark SET upto = $2 WHERE name = $1`, table, last)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// indexRows indexes what the query gives, an id and a text each, and returns
// the last id.
func indexRows(ctx context.Context, tx *Tx, table, query string, args ...any) (last int64, err error) {
	type row struct {
		id   int64
		text string
	}
	found, err := list(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.id, &r.text)
		return r, err
	}, query, args...)
	if err != nil {
		return 0, err
	}
	st, err := tx.PrepareContext(ctx, `INSERT OR REPLACE INTO search_`+table+` (rowid, words) VALUES (?, ?)`)
	if err != nil {
		return 0, err
	}
	defer func() { _ = st.Close() }()
	for _, r := range found {
		last = r.id
		if _, err := st.ExecContext(context.WithoutCancel(ctx), r.id, strings.Join(tenant.Words(r.text), " ")); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// indexAgain indexes violations whose object has another name by now.
func (d *DB) indexAgain(ctx context.Context) error {
	for {
		var waits bool
		if err := d.write.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM search_again)`).Scan(&waits); err != nil || !waits {
			return classify(err)
		}
		err := d.Write(ctx, func(tx *Tx) error {
			last, err := indexRows(ctx, tx, "violation", `SELECT id, `+violationWords+` FROM violation WHERE id IN (SELECT violation FROM search_again ORDER BY violation LIMIT $1) ORDER BY id`, indexChunk)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `DELETE FROM search_again WHERE violation <= $1 OR violation NOT IN (SELECT id FROM violation)`, last)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// indexRequests indexes requests from before there was an index.
func (d *DB) indexRequests(ctx context.Context) error {
	ids, err := list(ctx, d.write, func(rows *sql.Rows) (id string, err error) {
		err = rows.Scan(&id)
		return id, err
	}, `SELECT id FROM request WHERE id NOT IN (SELECT request FROM search_request_no)`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.Write(ctx, func(tx *Tx) error { return indexRequest(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

// indexRequest indexes a request by its title, its id and the workspaces it is
// about, in the transaction that changes them.
func indexRequest(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO search_request_no (request) VALUES ($1) ON CONFLICT (request) DO NOTHING`, id); err != nil {
		return fmt.Errorf("index request %s: %w", id, err)
	}
	_, err := indexRows(ctx, tx, "request", `SELECT n.no, r.title || ' ' || r.id || ' ' || coalesce((SELECT group_concat(p.name, ' ') FROM request_place p WHERE p.request = r.id), '')
		FROM search_request_no n JOIN request r ON r.id = n.request WHERE n.request = $1`, id)
	if err != nil {
		return fmt.Errorf("index request %s: %w", id, err)
	}
	return nil
}
