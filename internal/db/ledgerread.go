package db

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// LedgerScope is whose entries a reader of the ledger may see. The zero value
// sees nothing.
type LedgerScope struct {
	// All sees every entry.
	All bool
	// Tenants sees the entries of these tenants, by configured name, and none
	// that belong to no tenant.
	Tenants []string
}

// LedgerFilter says which entries a page shows; zero fields do not filter.
type LedgerFilter struct {
	// From and To bound the time: From included, To not.
	From, To time.Time
	Actions  []ledger.Action
	Outcome  ledger.Outcome
	// ActorID is an object id; ActorTenant its directory.
	ActorID, ActorTenant string
	// ActorName is a part of the actor's name, compared without regard to ASCII
	// case. Names are for reading: two people may have one.
	ActorName            string
	ObjectKind, ObjectID string
	// Tenant is a configured name.
	Tenant string
	// Text is looked for anywhere in the entry, without regard to ASCII case.
	Text string
	// Before is the cursor: only entries with a smaller number.
	Before int64
	// Limit is how many at most; 50 when zero, 1000 at most.
	Limit int
}

// LedgerPage returns entries, newest first, and whether there are more. The
// number of the last one is the cursor of the next page.
func (r *Reader) LedgerPage(ctx context.Context, scope LedgerScope, f LedgerFilter) ([]ledger.Record, bool, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 1000)
	where, args := f.where(scope)
	args = append(args, limit+1)
	rows, err := r.Query(ctx, fmt.Sprintf(`SELECT seq, hash, body FROM ledger WHERE %s ORDER BY %s LIMIT $%d`, where, f.order(), len(args)), args...)
	if err != nil {
		return nil, false, fmt.Errorf("read ledger: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []ledger.Record
	for rec, err := range records(rows) {
		if err != nil {
			return nil, false, err
		}
		out = append(out, rec)
	}
	if len(out) > limit {
		return out[:limit], true, nil
	}
	return out, false, nil
}

// LedgerCount counts the entries a filter finds, its cursor and limit aside.
func (r *Reader) LedgerCount(ctx context.Context, scope LedgerScope, f LedgerFilter) (int64, error) {
	f.Before = 0
	where, args := f.where(scope)
	var n int64
	if err := r.QueryRow(ctx, `SELECT count(*) FROM ledger WHERE `+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count ledger: %w", classify(err))
	}
	return n, nil
}

// LedgerEntry returns one entry. NotFound when it is not there or not in scope.
func (r *Reader) LedgerEntry(ctx context.Context, scope LedgerScope, seq int64) (ledger.Record, error) {
	recs, _, err := r.LedgerPage(ctx, scope, LedgerFilter{Before: seq + 1, Limit: 1})
	if err != nil {
		return ledger.Record{}, err
	}
	if len(recs) == 0 || recs[0].Seq != seq {
		return ledger.Record{}, fault.New(fault.NotFound, "There is no ledger entry %d here.", seq)
	}
	return recs[0], nil
}

func (f LedgerFilter) where(scope LedgerScope) (string, []any) {
	conds, args := []string{"1=1"}, []any{}
	add := func(cond string, arg any) {
		args = append(args, arg)
		conds = append(conds, fmt.Sprintf(cond, len(args)))
	}
	among := func(column string, values []string) {
		marks := make([]string, 0, len(values))
		for _, v := range values {
			args = append(args, v)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		conds = append(conds, column+" IN ("+strings.Join(marks, ", ")+")")
	}
	if !scope.All {
		among("object_tenant", scope.named())
	}
	if len(f.Actions) > 0 {
		names := make([]string, len(f.Actions))
		for i, a := range f.Actions {
			names[i] = string(a)
		}
		among("action", names)
	}
	if !f.From.IsZero() {
		add("time >= $%d", ledger.FormatTime(f.From))
	}
	if !f.To.IsZero() {
		add("time < $%d", ledger.FormatTime(f.To))
	}
	for _, eq := range []struct{ column, value string }{
		{"outcome", string(f.Outcome)}, {"actor_id", f.ActorID}, {"actor_tenant", f.ActorTenant},
		{"object_kind", f.ObjectKind}, {"object_id", f.ObjectID}, {"object_tenant", f.Tenant},
	} {
		if eq.value != "" {
			add(eq.column+" = $%d", eq.value)
		}
	}
	if f.ActorName != "" {
		add("instr(lower(body ->> 'actor_name'), lower($%d)) > 0", f.ActorName)
	}
	if f.Text != "" {
		add("instr(lower(body), lower($%d)) > 0", f.Text)
	}
	switch {
	case f.Before > 0 && f.timed():
		add("(time, seq) < (SELECT b.time, b.seq FROM ledger b WHERE b.seq = $%d)", f.Before)
	case f.Before > 0:
		add("seq < $%d", f.Before)
	}
	return strings.Join(conds, " AND "), args
}

// timed reports whether the filter is about time: then the index over time
// finds the entries, and the order is its own. Otherwise the numbers are the
// order. The two differ only where the clock was set back.
func (f LedgerFilter) timed() bool { return !f.From.IsZero() || !f.To.IsZero() }

func (f LedgerFilter) order() string {
	if f.timed() {
		return "time DESC, seq DESC"
	}
	return "seq DESC"
}

// named leaves out the empty name: entries without a tenant are not those of a
// tenant called "".
func (s LedgerScope) named() []string {
	out := make([]string, 0, len(s.Tenants))
	for _, t := range s.Tenants {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

// LedgerSnapshot gives fn the whole ledger in one state of the database: its
// identity, the checkpoints kept here as signed notes, and the entries in the
// order of their numbers, which may be walked once. It is what verifying and
// exporting read.
func (r *Reader) LedgerSnapshot(ctx context.Context, fn func(id ledger.Identity, notes []string, entries iter.Seq2[ledger.Record, error]) error) error {
	return r.Snapshot(ctx, func(tx *sql.Tx) error {
		id, err := ledgerIdentity(ctx, tx)
		if err != nil {
			return err
		}
		notes, err := checkpointNotes(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT seq, hash, body FROM ledger ORDER BY seq`)
		if err != nil {
			return fmt.Errorf("read ledger: %w", classify(err))
		}
		defer func() { _ = rows.Close() }()
		return fn(id, notes, records(rows))
	})
}

func checkpointNotes(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT note FROM ledger_checkpoint ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", classify(err))
	}
	defer func() { _ = rows.Close() }()
	var notes []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("read checkpoints: %w", classify(err))
		}
		notes = append(notes, n)
	}
	return notes, classify(rows.Err())
}

func records(rows *sql.Rows) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for rows.Next() {
			var r ledger.Record
			var hash []byte
			if err := rows.Scan(&r.Seq, &hash, &r.Body); err != nil {
				yield(r, fmt.Errorf("read ledger: %w", classify(err)))
				return
			}
			copy(r.Hash[:], hash) // a hash of another length does not match, which is what it should do
			if !yield(r, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(ledger.Record{}, fmt.Errorf("read ledger: %w", classify(err)))
		}
	}
}
