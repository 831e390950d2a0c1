package db

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"steward/internal/tenant"
)

// activityColumns are what a row of the activity log is written with.
var activityColumns = []string{"tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name",
	"succeeded", "via", "raw", "block", "place", "digest"}

// activitySQL inserts one event. Several in one statement would cost more here:
// SQLite then keeps a copy of each page it touches in case the statement fails
// half way, and an event goes into seven places that lie far apart.
var activitySQL = func() string {
	var q, set strings.Builder
	q.WriteString("INSERT INTO activity (" + strings.Join(activityColumns, ", ") + ") VALUES ")
	writeTuples(&q, 1, len(activityColumns))
	for i, c := range activityColumns[2:] {
		set.WriteString(", "[:min(2*i, 2)] + c + " = excluded." + c)
	}
	return q.String() + " ON CONFLICT (tenant, event) DO UPDATE SET " + set.String()
}()

// Activity upserts events on their id: an event read twice is one event, and
// one that is stored as it is now is not written. Events that are given
// together are packed together, so give it some hundreds at a time.
func (in *Ingest) Activity(ctx context.Context, events []tenant.Event) error {
	for len(events) > 0 {
		n := min(len(events), blockEvents)
		some := events[:n]
		events = events[n:]
		if err := in.within(ctx, "events", func() error { return in.events(some) }); err != nil {
			return err
		}
	}
	return in.flushed(nil)
}

func (in *Ingest) events(some []tenant.Event) error {
	some, digests, err := in.unknownEvents(some)
	if err != nil || len(some) == 0 {
		return err
	}
	block, err := in.keepBlock(some)
	if err != nil {
		return err
	}
	clear(in.local)
	args := make([]any, 0, len(activityColumns))
	for i := range some {
		e := &some[i]
		ids, err := in.identsOf(e.WorkspaceID, e.ItemID)
		if err != nil {
			return err
		}
		args = append(args[:0], in.tenant, e.ID, Millis(e.At), dayNumber(e.At), e.Activity, e.Actor, ids[0], ids[1],
			e.ItemKind, e.ItemName, e.WorkspaceName, bit(e.Succeeded), e.Via, []byte{}, block, int64(i), digests[i])
		if _, err := in.exec(activitySQL, args...); err != nil {
			return err
		}
	}
	return nil
}

// unknownEvents returns the events that are not stored as they are, each once
// (of two with the same id the later counts), and their digests.
func (in *Ingest) unknownEvents(some []tenant.Event) (unknown []tenant.Event, digests []int64, err error) {
	stored, err := in.storedEvents(some)
	if err != nil {
		return nil, nil, err
	}
	last := make(map[string]int, len(some))
	for i := range some {
		last[some[i].ID] = i
	}
	for i := range some {
		e := &some[i]
		digest := eventDigest(e)
		if have, ok := stored[e.ID]; last[e.ID] != i || ok && have == digest {
			continue
		}
		unknown, digests = append(unknown, *e), append(digests, digest)
	}
	return unknown, digests, nil
}

// storedEvents returns the digests of what is stored of the time of some
// events, by id.
func (in *Ingest) storedEvents(some []tenant.Event) (map[string]int64, error) {
	from, to := some[0].At, some[0].At
	for i := range some {
		if at := some[i].At; at.Before(from) {
			from = at
		} else if at.After(to) {
			to = at
		}
	}
	st, err := in.stmt(`SELECT event, digest FROM activity WHERE tenant = $1 AND at >= $2 AND at <= $3`)
	if err != nil {
		return nil, err
	}
	rows, err := st.Query(in.tenant, Millis(from), Millis(to))
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]int64{}
	for rows.Next() {
		var id string
		var digest int64
		if err := rows.Scan(&id, &digest); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		found[id] = digest
	}
	return found, rows.Err()
}

// eventDigest is the digest of an event as sent, and of when it happened; never
// zero, which stands for unknown.
func eventDigest(e *tenant.Event) int64 {
	sum := sha256.New()
	sum.Write(binary.LittleEndian.AppendUint64(nil, uint64(Millis(e.At))))
	sum.Write(e.Raw)
	return int64(binary.LittleEndian.Uint64(sum.Sum(nil))) | 1
}
