package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// identCacheSize bounds each of the two generations of the cache: enough for
// the principals, capacities and models that return again and again, a few
// tens of megabytes at most.
const identCacheSize = 60_000

// identChunk is how many new ids one statement interns.
const identChunk = 16

var internOne, internChunk = internSQL(1), internSQL(identChunk)

func internSQL(n int) string {
	var q strings.Builder
	q.WriteString("INSERT INTO ident (id, tenant, guid) VALUES ")
	writeTuples(&q, n, 3)
	q.WriteString(" ON CONFLICT (tenant, guid) DO NOTHING")
	return q.String()
}

// identCache turns ids into numbers and interns the new ones. It keeps two
// generations: what is asked for moves to the young one, and when that is
// full the old one is forgotten.
type identCache struct {
	tenant     int64
	young, old map[string]int64
	next       int64 // the next free number, read afresh in each transaction
	first      int64 // the first number that can be new since this began
	pending    []string
	pendingID  map[string]int64
}

func newIdentCache(tenant int64) *identCache {
	return &identCache{tenant: tenant, young: map[string]int64{}, pendingID: map[string]int64{}}
}

// begin reads the next free number: others may have interned ids since the
// last transaction.
func (c *identCache) begin(b *bulk) error {
	st, err := b.stmt(`SELECT coalesce(max(id), 0) + 1 FROM ident`)
	if err != nil {
		return b.fail(err)
	}
	if err := st.QueryRow().Scan(&c.next); err != nil {
		return b.fail(fmt.Errorf("next ident: %w", err))
	}
	if c.first == 0 {
		c.first = c.next
	}
	return nil
}

func (c *identCache) cached(guid string) (int64, bool) {
	if id, ok := c.young[guid]; ok {
		return id, true
	}
	if id, ok := c.pendingID[guid]; ok {
		return id, true
	}
	id, ok := c.old[guid]
	if ok {
		c.remember(guid, id)
	}
	return id, ok
}

func (c *identCache) remember(guid string, id int64) {
	if len(c.young) >= identCacheSize {
		c.old, c.young = c.young, make(map[string]int64, identCacheSize)
	}
	c.young[guid] = id
}

// number returns the number of an id, interning it when it is new. The second
// result says that it was new. expectNew saves the look-up of an id that is
// most likely not there yet: the statement that interns it finds out.
func (c *identCache) number(b *bulk, guid string, expectNew bool) (int64, bool, error) {
	if id, ok := c.cached(guid); ok {
		return id, false, nil
	}
	if !expectNew {
		id, err := c.lookup(b, guid)
		if err != nil || id != 0 {
			return id, false, err
		}
	}
	id := c.next
	c.next++
	c.pending = append(c.pending, guid)
	c.pendingID[guid] = id
	b.rows++
	return id, true, nil
}

// lookup returns 0 when the id is not interned.
func (c *identCache) lookup(b *bulk, guid string) (int64, error) {
	st, err := b.stmt(`SELECT id FROM ident WHERE tenant = $1 AND guid = $2`)
	if err != nil {
		return 0, err
	}
	var id int64
	switch err := st.QueryRow(c.tenant, guid).Scan(&id); {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("look up ident: %w", err)
	}
	c.remember(guid, id)
	return id, nil
}

// resolve returns the numbers of many ids at once. With expectNew they are
// inserted without asking first; those that turn out to be there already are
// then looked up. The ids must be different from each other.
func (c *identCache) resolve(b *bulk, guids []string, expectNew bool, into map[string]int64) error {
	if !expectNew {
		for _, g := range guids {
			id, _, err := c.number(b, g, false)
			if err != nil {
				return err
			}
			into[g] = id
		}
		return nil
	}
	var unknown []string
	for _, g := range guids {
		if id, ok := c.cached(g); ok {
			into[g] = id
			continue
		}
		unknown = append(unknown, g)
	}
	for len(unknown) > 0 {
		n := min(identChunk, len(unknown))
		if n < identChunk {
			n = 1
		}
		if err := c.claim(b, unknown[:n], into); err != nil {
			return err
		}
		unknown = unknown[n:]
	}
	return nil
}

// claim inserts ids that are most likely new and finds out which were not.
func (c *identCache) claim(b *bulk, guids []string, into map[string]int64) error {
	if err := c.flush(b); err != nil {
		return err
	}
	n, err := c.insert(b, guids, c.next)
	if err != nil {
		return err
	}
	for i, g := range guids {
		id := c.next + int64(i)
		if n != int64(len(guids)) { // at least one was there: numbers are only certain when asked for
			if id, err = c.lookup(b, g); err != nil {
				return err
			}
		} else {
			c.remember(g, id)
		}
		into[g] = id
	}
	c.next += int64(len(guids))
	return nil
}

// flush interns what number promised.
func (c *identCache) flush(b *bulk) error {
	for len(c.pending) > 0 {
		n := min(identChunk, len(c.pending))
		if n < identChunk {
			n = 1
		}
		first := c.pendingID[c.pending[0]]
		done, err := c.insert(b, c.pending[:n], first)
		if err != nil {
			return err
		}
		if done != int64(n) {
			return fmt.Errorf("intern %d ids: %d were there already", n, int64(n)-done)
		}
		for _, g := range c.pending[:n] {
			c.remember(g, c.pendingID[g])
			delete(c.pendingID, g)
		}
		c.pending = c.pending[n:]
	}
	return nil
}

// insert stores ids under consecutive numbers from first on and returns how
// many were new.
func (c *identCache) insert(b *bulk, guids []string, first int64) (int64, error) {
	q := internOne
	if len(guids) == identChunk {
		q = internChunk
	}
	st, err := b.stmt(q)
	if err != nil {
		return 0, err
	}
	args := make([]any, 0, 3*len(guids))
	for i, g := range guids {
		args = append(args, first+int64(i), c.tenant, g)
	}
	res, err := st.Exec(args...)
	if err != nil {
		return 0, fmt.Errorf("intern ids: %w", err)
	}
	b.rows += len(guids)
	return res.RowsAffected()
}

// Ident returns the number of an id of a tenant, and 0 when no scan has met
// it.
func (r *Reader) Ident(ctx context.Context, tenant int64, guid string) (int64, error) {
	var id int64
	err := r.QueryRow(ctx, `SELECT id FROM ident WHERE tenant = $1 AND guid = $2`, tenant, strings.ToLower(guid)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, classify(err)
}
