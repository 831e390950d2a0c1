package db

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// bulkRows is how many rows one transaction of a scan writes before it lets
// others write: a few tens of milliseconds of work.
const bulkRows = 1500

// rowsPerInsert is how many rows go into one statement. Beyond a few the gain
// is gone and the statement only gets harder to prepare.
const rowsPerInsert = 8

// bulk writes many rows in transactions of about bulkRows, with statements
// that stay prepared across transactions. It is used by one goroutine.
//
// Statements can only be prepared between transactions without taking the one
// writer connection twice, so a statement that is first needed inside a
// transaction is prepared there and kept from the next one on.
type bulk struct {
	db      *DB
	tx      *Tx
	rows    int
	limit   int                  // rows per transaction
	kept    map[string]*sql.Stmt // prepared on the writer, live between transactions
	bound   map[string]*sql.Stmt // usable in the running transaction
	wanted  []string
	pending map[*history]*pending
	idents  *identCache
	// broken is the first error. What the caches hold after it may never have
	// been committed, so nothing further is written.
	broken error
}

// pending are rows that wait for their statement to be full.
type pending struct {
	args      []any
	rows      int
	full, one string // the statements for rowsPerInsert rows and for one
}

func newBulk(d *DB, tenant int64) *bulk {
	return &bulk{
		db: d, kept: map[string]*sql.Stmt{}, bound: map[string]*sql.Stmt{},
		pending: map[*history]*pending{}, idents: newIdentCache(tenant), limit: bulkRows,
	}
}

// begin opens a transaction unless one is running.
func (b *bulk) begin(ctx context.Context) error {
	if b.broken != nil {
		return b.broken
	}
	if b.tx != nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, q := range b.wanted {
		if b.kept[q] != nil {
			continue
		}
		st, err := b.db.write.Prepare(q)
		if err != nil {
			return b.fail(fmt.Errorf("prepare %q: %w", q, err))
		}
		b.kept[q] = st
	}
	b.wanted = nil
	// The driver watches a cancellable context with a goroutine per
	// statement. Transactions are short: cancelling is looked at between them.
	tx, err := b.db.write.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return b.fail(fmt.Errorf("begin: %w", err))
	}
	b.tx = &Tx{Tx: tx, Now: b.db.now().UTC()}
	return b.idents.begin(b)
}

// fail rolls back and refuses all further work.
func (b *bulk) fail(err error) error {
	if b.tx != nil {
		_ = b.tx.Rollback()
		b.tx = nil
		clear(b.bound)
	}
	if b.broken == nil {
		b.broken = classify(err)
	}
	return b.broken
}

// commit writes what is pending and commits. Without a transaction it does
// nothing.
func (b *bulk) commit() error {
	if b.broken != nil {
		return b.broken
	}
	if b.tx == nil {
		return nil
	}
	if err := b.flushAll(); err != nil {
		return b.fail(err)
	}
	if err := b.tx.Commit(); err != nil {
		return b.fail(fmt.Errorf("commit: %w", err))
	}
	b.tx, b.rows = nil, 0
	clear(b.bound)
	return nil
}

// breathe commits when the transaction has become long, and begins another.
func (b *bulk) breathe(ctx context.Context) error {
	if b.rows < b.limit {
		return nil
	}
	if err := b.commit(); err != nil {
		return err
	}
	return b.begin(ctx)
}

// close gives up the prepared statements; an open transaction is rolled back.
func (b *bulk) close() {
	if b.tx != nil {
		_ = b.tx.Rollback()
		b.tx = nil
	}
	for _, st := range b.kept {
		_ = st.Close()
	}
	clear(b.kept)
}

// stmt returns the prepared statement of q for the running transaction.
func (b *bulk) stmt(q string) (*sql.Stmt, error) {
	if st := b.bound[q]; st != nil {
		return st, nil
	}
	if st := b.kept[q]; st != nil {
		b.bound[q] = b.tx.Stmt(st)
		return b.bound[q], nil
	}
	st, err := b.tx.Prepare(q)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", q, err)
	}
	b.bound[q] = st
	b.wanted = append(b.wanted, q)
	return st, nil
}

func (b *bulk) exec(q string, args ...any) (int64, error) {
	if err := b.idents.flush(b); err != nil { // the row may refer to them
		return 0, err
	}
	st, err := b.stmt(q)
	if err != nil {
		return 0, err
	}
	res, err := st.Exec(args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", firstWords(q), err)
	}
	b.rows++
	return res.RowsAffected()
}

// insert puts a row with those that wait for a full statement.
func (b *bulk) insert(h *history, tenant, scan, hash int64, r row) error {
	p := b.pending[h]
	if p == nil {
		p = &pending{full: h.insertSQL(rowsPerInsert), one: h.insertSQL(1)}
		b.pending[h] = p
	}
	p.args = h.insertArgs(p.args, tenant, scan, hash, r)
	p.rows++
	b.rows++
	if p.rows == rowsPerInsert {
		return b.flush(h)
	}
	return nil
}

// flush writes the waiting rows of one table.
func (b *bulk) flush(h *history) error {
	p := b.pending[h]
	if p == nil || p.rows == 0 {
		return nil
	}
	if err := b.idents.flush(b); err != nil { // rows refer to them
		return err
	}
	width := len(p.args) / p.rows
	step, q := rowsPerInsert, p.full
	if p.rows < rowsPerInsert {
		step, q = 1, p.one
	}
	st, err := b.stmt(q)
	if err != nil {
		return err
	}
	for i := 0; i < p.rows; i += step {
		if _, err := st.Exec(p.args[i*width : (i+step)*width]...); err != nil {
			return fmt.Errorf("insert into %s: %w", h.table, err)
		}
	}
	clear(p.args)
	p.args, p.rows = p.args[:0], 0
	return nil
}

func (b *bulk) flushAll() error {
	if err := b.idents.flush(b); err != nil {
		return err
	}
	tables := slices.SortedFunc(maps.Keys(b.pending), func(a, c *history) int { return strings.Compare(a.table, c.table) })
	for _, h := range tables {
		if err := b.flush(h); err != nil {
			return err
		}
	}
	return nil
}

func firstWords(q string) string {
	w := strings.Fields(q)
	return strings.ToLower(strings.Join(w[:min(3, len(w))], " "))
}
