package db

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"steward/internal/fault"
	"steward/internal/tenant"
)

// blockEvents is how many events of the activity log are packed together:
// enough for what they have in common to cost nothing, few enough to unpack
// one for a page.
const blockEvents = 500

// packers are compressors to use again: one is many times larger than what it
// packs.
var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return w
}}

// keepBlock stores events as sent and returns the number of their block.
func (in *Ingest) keepBlock(some []tenant.Event) (int64, error) {
	st, err := in.stmt(`INSERT INTO activity_block (tenant, body) VALUES ($1, $2) RETURNING id`)
	if err != nil {
		return 0, err
	}
	var block int64
	if err := st.QueryRow(in.tenant, packEvents(some)).Scan(&block); err != nil {
		return 0, fmt.Errorf("keep events: %w", err)
	}
	in.rows++
	return block, nil
}

// packEvents packs events as a JSON array, null for one that did not come as
// JSON.
func packEvents(some []tenant.Event) []byte {
	var b bytes.Buffer
	w := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	for i := range some { // a buffer does not fail
		_, _ = w.Write([]byte{"[,"[min(i, 1)]})
		raw := some[i].Raw
		if len(raw) == 0 {
			raw = []byte("null")
		}
		_, _ = w.Write(raw)
	}
	_, _ = io.WriteString(w, "]")
	_ = w.Close()
	return b.Bytes()
}

// unpackEvent returns one event of a block as Microsoft sent it.
func unpackEvent(body []byte, place int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("unpack event: %w", err)
	}
	in := json.NewDecoder(z)
	if _, err := in.Token(); err != nil {
		return nil, fmt.Errorf("unpack event: %w", err)
	}
	var raw json.RawMessage
	for range place + 1 {
		if err := in.Decode(&raw); err != nil {
			return nil, fmt.Errorf("unpack event: %w", err)
		}
	}
	return raw, nil
}

// RawEvent returns an event of the activity log as Microsoft sent it. NotFound
// when there is none with this id.
func (r *Reader) RawEvent(ctx context.Context, tenantID int64, event string) ([]byte, error) {
	var raw, body []byte
	var place sql.NullInt64
	err := r.QueryRow(ctx, `SELECT a.raw, b.body, a.place FROM activity a LEFT JOIN activity_block b ON b.id = a.block
		WHERE a.tenant = $1 AND a.event = $2`, tenantID, event).Scan(&raw, &body, &place)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fault.New(fault.NotFound, "There is no such event in the activity log.")
	case err != nil:
		return nil, fmt.Errorf("read event: %w", classify(err))
	case body != nil:
		return unpackEvent(body, place.Int64)
	case len(raw) > 1 && raw[0] == 0x1f && raw[1] == 0x8b: // one by itself, as older versions packed long ones
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("unpack event: %w", err)
		}
		return io.ReadAll(z)
	}
	return raw, nil
}
