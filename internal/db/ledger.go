package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"steward/internal/fault"
	"steward/internal/ledger"
)

// Record appends entries to the ledger in the same transaction as what they
// record: either both are there afterwards or neither is. An entry without a
// time gets the transaction's. An error undoes the change it belongs to.
func (t *Tx) Record(ctx context.Context, entries ...ledger.Entry) error {
	seq, prev, err := t.ledgerHead(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Time.IsZero() {
			e.Time = t.Now
		}
		seq++
		r, err := ledger.Seal(prev, seq, e)
		if err != nil {
			return fmt.Errorf("record %s: %w", e.Action, err)
		}
		if _, err := t.ExecContext(ctx, `INSERT INTO ledger (seq, hash, body) VALUES ($1, $2, $3)`, r.Seq, r.Hash[:], string(r.Body)); err != nil {
			return fmt.Errorf("record %s: %w", e.Action, classify(err))
		}
		prev = r.Hash
	}
	return nil
}

// Record appends entries that record something which is no change of the
// database: a refusal, an export, a sign-in that failed.
func (d *DB) Record(ctx context.Context, entries ...ledger.Entry) error {
	return d.Write(ctx, func(tx *Tx) error { return tx.Record(ctx, entries...) })
}

func (t *Tx) ledgerHead(ctx context.Context) (int64, ledger.Hash, error) {
	var seq int64
	var raw []byte
	err := t.QueryRowContext(ctx, `SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1`).Scan(&seq, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		id, err := ledgerIdentity(ctx, t.Tx)
		return 0, ledger.Genesis(id.Database), err
	}
	if err != nil {
		return 0, ledger.Hash{}, fmt.Errorf("read the ledger's head: %w", classify(err))
	}
	if len(raw) != len(ledger.Hash{}) {
		return 0, ledger.Hash{}, fault.New(fault.Unavailable, "The last entry of the ledger is damaged; nothing can be recorded, so nothing is done. Restore the last backup.")
	}
	return seq, ledger.Hash(raw), nil
}

// BeginEpoch marks that a backup was restored: the epoch goes up by one and an
// entry says so, with the actor and reason given. From then on checkpoints of
// the given-up history are told from a rollback.
func (t *Tx) BeginEpoch(ctx context.Context, actor ledger.Actor, reason string) error {
	var epoch int64
	if err := t.QueryRowContext(ctx, `UPDATE ledger_identity SET epoch = epoch + 1 RETURNING epoch`).Scan(&epoch); err != nil {
		return fmt.Errorf("begin a ledger epoch: %w", classify(err))
	}
	return t.Record(ctx, ledger.Entry{
		Action: ledger.LedgerEpoch, Outcome: ledger.Done, Actor: actor, Reason: reason,
		Details: map[ledger.Detail]string{ledger.Epoch: strconv.FormatInt(epoch, 10)},
	})
}

// Archive removes the entries up to one that a checkpoint vouches for, after
// they were written to a file with the given SHA-256 and size, and records that.
func (t *Tx) Archive(ctx context.Context, base ledger.Base, by ledger.Actor, file, sum string, size int64) error {
	err := t.Record(ctx, ledger.Entry{
		Action: ledger.LedgerArchive, Outcome: ledger.Done, Actor: by, Object: ledger.Object{Kind: "ledger"},
		Details: map[ledger.Detail]string{ledger.Sequence: strconv.FormatInt(base.Seq, 10), ledger.Head: base.Hash.String(), ledger.SHA256: sum, ledger.File: file, ledger.Bytes: strconv.FormatInt(size, 10)},
	})
	if err != nil {
		return err
	}
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE ledger_base SET seq = $1, hash = $2`, []any{base.Seq, base.Hash[:]}},
		{`DELETE FROM ledger WHERE seq <= $1`, []any{base.Seq}},
	} {
		if _, err := t.ExecContext(ctx, q.sql, q.args...); err != nil {
			return fmt.Errorf("archive the ledger up to entry %d: %w", base.Seq, classify(err))
		}
	}
	return nil
}

// AddCheckpoint keeps a copy of a checkpoint that reached the second place.
func (t *Tx) AddCheckpoint(ctx context.Context, c ledger.Checkpoint, note string) error {
	_, err := t.ExecContext(ctx, `INSERT INTO ledger_checkpoint (id, seq, at, note)
		SELECT coalesce(max(id), 0) + 1, $1, $2, $3 FROM ledger_checkpoint`, c.Seq, Millis(c.Time), note)
	if err != nil {
		return fmt.Errorf("keep the checkpoint of entry %d: %w", c.Seq, classify(err))
	}
	return nil
}

// LedgerHead returns the number and hash of the last entry, and the ledger's
// identity: what a checkpoint says.
func (r *Reader) LedgerHead(ctx context.Context) (ledger.Identity, int64, ledger.Hash, error) {
	var id ledger.Identity
	var seq int64
	var hash ledger.Hash
	err := r.Snapshot(ctx, func(tx *sql.Tx) error {
		var err error
		if id, err = ledgerIdentity(ctx, tx); err != nil {
			return err
		}
		t := &Tx{Tx: tx}
		seq, hash, err = t.ledgerHead(ctx)
		return err
	})
	return id, seq, hash, err
}

// LastCheckpoint returns the newest checkpoint that reached the second place,
// as a signed note; empty when there is none.
func (r *Reader) LastCheckpoint(ctx context.Context) (string, error) {
	var note string
	err := r.QueryRow(ctx, `SELECT note FROM ledger_checkpoint ORDER BY id DESC LIMIT 1`).Scan(&note)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the last checkpoint: %w", classify(err))
	}
	return note, nil
}

// CheckpointCovering returns the first checkpoint that vouches for an entry, as
// a signed note; empty when there is none yet.
func (r *Reader) CheckpointCovering(ctx context.Context, seq int64) (string, error) {
	var note string
	err := r.QueryRow(ctx, `SELECT note FROM ledger_checkpoint WHERE seq >= $1 ORDER BY id LIMIT 1`, seq).Scan(&note)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the checkpoint that covers entry %d: %w", seq, classify(err))
	}
	return note, nil
}

func ledgerIdentity(ctx context.Context, tx *sql.Tx) (ledger.Identity, error) {
	var id ledger.Identity
	var hash []byte
	err := tx.QueryRowContext(ctx, `SELECT i.database, i.epoch, b.seq, b.hash FROM ledger_identity i, ledger_base b`).Scan(&id.Database, &id.Epoch, &id.Base.Seq, &hash)
	if err != nil {
		return id, fmt.Errorf("read the ledger's identity: %w", classify(err))
	}
	copy(id.Base.Hash[:], hash)
	return id, nil
}
