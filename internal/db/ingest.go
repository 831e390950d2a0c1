package db

import (
	"context"
	"fmt"
	"slices"
)

// Ingest writes what one running scan finds into the history of its tenant.
// Nothing it writes is visible before the scan is published. Whatever is
// ingested twice changes nothing the second time, so a scan that is resumed
// may repeat itself.
//
// An Ingest belongs to one goroutine. Each method writes in transactions of its
// own and has committed when it returns, so that nobody waits for the next
// call. After an error it refuses all further work; begin a new one.
type Ingest struct {
	bulk
	tenant, scan int64
	people       *principalCache
	local        map[string]int64 // ids of the workspace in hand
	// touching is the workspace in hand until its first row is written: then
	// it is noted as touched, in the same transaction, so that giving up the
	// scan finds its rows. Zero when there is nothing to note.
	touching int64
	fresh    bool // the workspace in hand was never seen: it has no digest
	changes  map[string]int64
}

// Ingest begins to write for a running scan. The caller closes it.
func (d *DB) Ingest(tenant, scan int64) *Ingest {
	return &Ingest{
		bulk: *newBulk(d, tenant), tenant: tenant, scan: scan,
		people: newPrincipalCache(), local: map[string]int64{}, changes: map[string]int64{},
	}
}

// flushed commits when a method has done its work without an error.
func (in *Ingest) flushed(err error) error {
	if err != nil {
		return err
	}
	if err := in.commit(); err != nil {
		return fmt.Errorf("ingest for scan %d: %w", in.scan, err)
	}
	return nil
}

// Close releases the statements.
func (in *Ingest) Close() { in.close() }

// Changes returns the number of versions written so far, by table.
func (in *Ingest) Changes() map[string]int64 { return in.changes }

// within runs fn inside the current transaction, beginning one when needed
// and committing when it has become long.
func (in *Ingest) within(ctx context.Context, what string, fn func() error) error {
	if err := in.begin(ctx); err != nil {
		return fmt.Errorf("ingest %s: %w", what, err)
	}
	if err := fn(); err != nil {
		return fmt.Errorf("ingest %s: %w", what, in.fail(err))
	}
	if in.rows >= in.limit {
		return in.flushed(nil)
	}
	return nil
}

// load reads the stored versions of a scope, by key.
func (in *Ingest) load(h *history, scope ...any) (map[string][]stored, error) {
	where, args := h.scopeWhere(in.tenant, scope)
	return in.loadWhere(h, where, args...)
}

func (in *Ingest) loadWhere(h *history, where string, args ...any) (map[string][]stored, error) {
	if err := in.flush(h); err != nil {
		return nil, err
	}
	st, err := in.stmt(h.loadSQL(where))
	if err != nil {
		return nil, err
	}
	rows, err := st.Query(append([]any{in.scan}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", h.table, err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string][]stored{}
	for rows.Next() {
		s, err := h.scanStored(rows)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", h.table, err)
		}
		found[s.key] = append(found[s.key], s)
	}
	return found, rows.Err()
}

// wish is what one comparison wants to be so.
type wish struct {
	rows []row
	// fresh says that nothing can be stored in this scope yet.
	fresh bool
	// partial says that what is not in rows may still be so: nothing is
	// closed.
	partial bool
	// distinct says that no two rows have the same key.
	distinct bool
	// have are the stored versions, when the caller read them already.
	have map[string][]stored
}

// sync makes the open versions of one scope be those wished for: equal ones
// stay, others are closed, new ones inserted. It is the only place where
// history is written. scope holds the value of h.scope, if it has one.
// Two rows of one key: the later one counts.
func (in *Ingest) sync(ctx context.Context, h *history, w wish, scope ...any) error {
	have := w.have
	if have == nil && !w.fresh {
		var err error
		if have, err = in.load(h, scope...); err != nil {
			return err
		}
	}
	if w.fresh && w.distinct {
		return in.putNew(ctx, h, w.rows)
	}
	seen, keys := make(map[string]int, len(w.rows)), make([]string, len(w.rows))
	for i, r := range w.rows {
		keys[i] = h.key(r)
		seen[keys[i]] = i
	}
	for i, r := range w.rows {
		if seen[keys[i]] != i {
			continue
		}
		if err := in.put(h, r, have[keys[i]]); err != nil {
			return err
		}
		if err := in.breathe(ctx); err != nil {
			return err
		}
	}
	if w.partial {
		return nil
	}
	return in.closeMissing(ctx, h, have, seen)
}

// putNew inserts rows of which nothing is stored.
func (in *Ingest) putNew(ctx context.Context, h *history, rows []row) error {
	for _, r := range rows {
		if err := in.put(h, r, nil); err != nil {
			return err
		}
		if err := in.breathe(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (in *Ingest) closeMissing(ctx context.Context, h *history, have map[string][]stored, seen map[string]int) error {
	for key, versions := range have {
		if _, ok := seen[key]; ok {
			continue
		}
		for _, s := range versions {
			if s.closed {
				continue
			}
			if err := in.end(h, s); err != nil {
				return err
			}
			if err := in.breathe(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// put makes r the open version of its key, given the stored ones.
func (in *Ingest) put(h *history, r row, have []stored) error {
	hash := int64(0)
	if h.hashed {
		hash = h.hash(r)
	}
	want := ""
	if len(have) > 0 {
		want = h.print(hash, r)
	}
	for _, s := range have {
		if !s.closed && s.print == want {
			return nil
		}
	}
	for _, s := range have {
		if !s.closed {
			if err := in.end(h, s); err != nil {
				return err
			}
		}
	}
	if err := in.noteTouch(h); err != nil {
		return err
	}
	in.changes[h.table]++
	if i := slices.IndexFunc(have, func(s stored) bool { return s.closed && s.print == want && s.from < in.scan }); i >= 0 {
		return in.reopen(h, have[i])
	}
	return in.insert(h, in.tenant, in.scan, hash, r)
}

// end closes a version from this scan on. A version that this scan itself
// began was never visible and goes without a trace.
func (in *Ingest) end(h *history, s stored) error {
	if err := in.noteTouch(h); err != nil {
		return err
	}
	in.changes[h.table]++
	if s.from == in.scan {
		cond, args := h.at(s, 1)
		_, err := in.exec("DELETE FROM "+h.table+" WHERE "+cond, args...)
		return err
	}
	cond, args := h.at(s, 2)
	_, err := in.exec("UPDATE "+h.table+" SET to_scan = $1 WHERE "+cond, append([]any{in.scan}, args...)...)
	return err
}

// reopen takes back that this scan closed a version.
func (in *Ingest) reopen(h *history, s stored) error {
	cond, args := h.at(s, 1)
	_, err := in.exec("UPDATE "+h.table+" SET to_scan = NULL WHERE "+cond, args...)
	return err
}

// noteTouch notes that this scan writes rows of the workspace in hand, and
// forgets the digest they no longer agree with.
func (in *Ingest) noteTouch(h *history) error {
	ws := in.touching
	if ws == 0 || h.scope != "ws" {
		return nil
	}
	in.touching = 0
	if !in.fresh {
		if _, err := in.exec(`DELETE FROM workspace_digest WHERE ws = $1`, ws); err != nil {
			return err
		}
	}
	_, err := in.exec(`INSERT INTO workspace_touch (tenant, scan, ws) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, scan, ws) DO NOTHING`, in.tenant, in.scan, ws)
	return err
}

// ident returns the number of an id as a column value, nil for an empty id.
func (in *Ingest) ident(guid string) (any, error) {
	if guid == "" {
		return nil, nil
	}
	if id, ok := in.local[guid]; ok {
		return id, nil
	}
	id, _, err := in.idents.number(&in.bulk, guid, false)
	return id, err
}
