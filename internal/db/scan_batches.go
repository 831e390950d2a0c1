package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// BatchState is the state of one batch of a scan:
//
//	waiting → asked → done
//	   ↑________|       asked again: a lost, failed or expired answer
//	waiting, asked → failed
type BatchState string

// The states of a batch.
const (
	BatchWaiting BatchState = "waiting"
	BatchAsked   BatchState = "asked"
	BatchDone    BatchState = "done"
	BatchFailed  BatchState = "failed"
)

// Batch is at most a hundred workspaces that are asked for at once.
type Batch struct {
	Seq   int64
	State BatchState
	// IDs are lower-case workspace ids.
	IDs []string
	// Upstream is the scanner's id of the batch once it was asked for.
	Upstream string
	Asked    time.Time
	// Attempts counts how often it was asked for.
	Attempts int64
	// Error and RequestID tell why it failed last.
	Error, RequestID string
}

// SaveListing stores what a scan is to read, and that it knows it: its batches,
// of which only the ids are taken, and the part that listed them. One
// transaction, so that a stop leaves all of the list or nothing.
func (d *DB) SaveListing(ctx context.Context, scan int64, batches []Batch, listed Part) error {
	err := d.Write(ctx, func(tx *Tx) error {
		if err := addBatches(ctx, tx, scan, batches); err != nil {
			return err
		}
		return savePart(ctx, tx, scan, listed)
	})
	if err != nil {
		return fmt.Errorf("list of scan %d: %w", scan, err)
	}
	return nil
}

// AddBatches appends batches to a scan, in the order given, and gives them
// their numbers. Only IDs are taken from them.
func (d *DB) AddBatches(ctx context.Context, scan int64, batches []Batch) error {
	if err := d.Write(ctx, func(tx *Tx) error { return addBatches(ctx, tx, scan, batches) }); err != nil {
		return fmt.Errorf("add batches to scan %d: %w", scan, err)
	}
	return nil
}

func addBatches(ctx context.Context, tx *Tx, scan int64, batches []Batch) error {
	var next int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) + 1 FROM scan_batch WHERE scan = $1`, scan).Scan(&next); err != nil {
		return err
	}
	for i := range batches {
		b := &batches[i]
		b.Seq, b.State = next+int64(i), BatchWaiting
		if _, err := tx.ExecContext(ctx, `INSERT INTO scan_batch (scan, seq, state, ids) VALUES ($1, $2, 'waiting', $3)`,
			scan, b.Seq, jsonText(b.IDs)); err != nil {
			return err
		}
	}
	return nil
}

// SaveBatch stores what became of a batch.
func (d *DB) SaveBatch(ctx context.Context, scan int64, b Batch) error {
	err := d.Write(ctx, func(tx *Tx) error { return saveBatch(ctx, tx, scan, b) })
	if err != nil {
		return fmt.Errorf("batch %d of scan %d: %w", b.Seq, scan, err)
	}
	return nil
}

func saveBatch(ctx context.Context, tx *Tx, scan int64, b Batch) error {
	var finished any
	if b.State == BatchDone || b.State == BatchFailed {
		finished = tx.Millis()
	}
	_, err := tx.ExecContext(ctx, `UPDATE scan_batch SET state = $3, upstream = $4, asked = $5, finished = $6,
			attempts = $7, error = $8, request_id = $9, ids = $10 WHERE scan = $1 AND seq = $2`,
		scan, b.Seq, string(b.State), b.Upstream, MillisOrNull(b.Asked), finished, b.Attempts, b.Error, b.RequestID, jsonText(b.IDs))
	return err
}

// SplitBatch replaces a batch that fails for ever by two halves, so that what
// poisons it costs as little as possible. The first half keeps its number.
func (d *DB) SplitBatch(ctx context.Context, scan int64, b Batch) (first, second Batch, err error) {
	half := len(b.IDs) / 2
	first, second = b, Batch{State: BatchWaiting, IDs: b.IDs[half:]}
	first.State, first.IDs, first.Upstream, first.Attempts, first.Asked = BatchWaiting, b.IDs[:half], "", 0, time.Time{}
	err = d.Write(ctx, func(tx *Tx) error {
		if err := saveBatch(ctx, tx, scan, first); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO scan_batch (scan, seq, state, ids)
			SELECT $1, max(seq) + 1, 'waiting', $2 FROM scan_batch WHERE scan = $1 RETURNING seq`,
			scan, jsonText(second.IDs)).Scan(&second.Seq)
	})
	if err != nil {
		return first, second, fmt.Errorf("split batch %d of scan %d: %w", b.Seq, scan, err)
	}
	return first, second, nil
}

// Batches returns the batches of a scan in order.
func (r *Reader) Batches(ctx context.Context, scan int64) ([]Batch, error) {
	rows, err := r.Query(ctx, `SELECT seq, state, ids, upstream, coalesce(asked, 0), attempts, error, request_id
		FROM scan_batch WHERE scan = $1 ORDER BY seq`, scan)
	if err != nil {
		return nil, fmt.Errorf("batches of scan %d: %w", scan, err)
	}
	defer func() { _ = rows.Close() }()
	var all []Batch
	for rows.Next() {
		var b Batch
		var state, ids string
		var asked int64
		if err := rows.Scan(&b.Seq, &state, &ids, &b.Upstream, &asked, &b.Attempts, &b.Error, &b.RequestID); err != nil {
			return nil, fmt.Errorf("batches of scan %d: %w", scan, classify(err))
		}
		if asked != 0 {
			b.Asked = Time(asked)
		}
		b.State = BatchState(state)
		if err := json.Unmarshal([]byte(ids), &b.IDs); err != nil {
			return nil, fmt.Errorf("batch %d of scan %d: %w", b.Seq, scan, err)
		}
		all = append(all, b)
	}
	return all, classify(rows.Err())
}
