package witness

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Archived is a segment of the ledger that now lives in a file.
type Archived struct {
	// First and Last are the numbers of its entries.
	First, Last int64
	// Until is the time of the checkpoint that closes it.
	Until time.Time
	// SHA256 is that of the file, in hex; Bytes is its size.
	SHA256 string
	Bytes  int64
}

// Archive moves the part of the ledger that a checkpoint made before a moment
// closes into a new file, and records that. It verifies the whole ledger first
// and the file afterwards, and removes nothing when anything is wrong. Nothing
// smaller than a signed segment can be removed, by anyone; nothing at all is
// removed without an entry that says so. Conflict when there is no such segment
// or the file is there already.
func Archive(ctx context.Context, d *db.DB, public, origin, file string, before, now time.Time, elsewhere []string, by ledger.Actor) (Archived, error) {
	v, err := Verify(ctx, d.Reader(), public, elsewhere)
	if err != nil {
		return Archived{}, err
	}
	if !v.OK() {
		return Archived{}, fault.New(fault.Conflict, "The ledger is broken, so nothing of it is removed. %s", v.Problems[0].Sentence)
	}
	var out Archived
	var cut ledger.Checkpoint
	err = d.Reader().LedgerSnapshot(ctx, func(id ledger.Identity, notes []string, entries iter.Seq2[ledger.Record, error]) error {
		kept, _, _ := ledger.OpenCheckpoints(notes, public)
		if cut = closing(kept, id, before); cut.Seq == 0 {
			return fault.New(fault.Conflict, "No checkpoint from before %s closes a segment that could be archived.", before.UTC().Format("2 January 2006"))
		}
		prev, first := id.Previous()
		out.First, out.Last, out.Until = first, cut.Seq, cut.Time
		h := ledger.Header{Origin: origin, Database: id.Database, Epoch: id.Epoch, First: first, Previous: prev.String()}
		return writeNew(file, func(w io.Writer) error {
			return ledger.WriteExport(w, h, now, upTo(notes, public, cut.Seq), until(entries, cut.Seq))
		})
	})
	if err != nil {
		return Archived{}, err
	}
	if out.SHA256, out.Bytes, err = checkFile(file, public, cut); err != nil {
		return Archived{}, err
	}
	return out, d.Write(ctx, func(tx *db.Tx) error {
		return tx.Archive(ctx, ledger.Base{Seq: cut.Seq, Hash: cut.Hash}, by, filepath.Base(file), out.SHA256, out.Bytes)
	})
}

// closing finds the last checkpoint of this history from before a moment. The
// newest checkpoint of all is left: the next start compares with it.
func closing(all []ledger.Checkpoint, id ledger.Identity, before time.Time) ledger.Checkpoint {
	var newest int64
	for _, c := range all {
		newest = max(newest, c.Seq)
	}
	var out ledger.Checkpoint
	for _, c := range all {
		if c.Database == id.Database && c.Epoch == id.Epoch && c.Time.Before(before) && c.Seq > id.Base.Seq && c.Seq < newest && c.Seq > out.Seq {
			out = c
		}
	}
	return out
}

// upTo returns the checkpoints about entries up to one.
func upTo(notes []string, public string, seq int64) []string {
	var out []string
	for _, n := range notes {
		if c, err := ledger.OpenCheckpoint(n, public); err == nil && c.Seq <= seq {
			out = append(out, n)
		}
	}
	return out
}

// until yields the entries up to one.
func until(entries iter.Seq2[ledger.Record, error], seq int64) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for r, err := range entries {
			if err == nil && r.Seq > seq || !yield(r, err) {
				return
			}
		}
	}
}

// writeNew writes a file that was not there, and returns when the disk has it.
func writeNew(name string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator's own path
	if os.IsExist(err) {
		return fault.Wrap(err, fault.Conflict, "There is a file %s already; it is not overwritten.", name)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file %s cannot be written.", name)
	}
	if err := firstError(fill(f), f.Sync(), f.Close(), syncDir(filepath.Dir(name))); err != nil {
		_ = os.Remove(name) // half a file is in the way of the next try
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// checkFile reads the file back and verifies it as an auditor would.
func checkFile(name, public string, cut ledger.Checkpoint) (sum string, size int64, err error) {
	f, err := os.Open(name) //nolint:gosec // the operator's own path
	if err != nil {
		return "", 0, fmt.Errorf("read back %s: %w", name, err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, fmt.Errorf("read back %s: %w", name, err)
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return "", 0, fmt.Errorf("read back %s: %w", name, err)
	}
	_, v, err := ledger.VerifyExport(f, public, nil)
	if err != nil {
		return "", 0, err
	}
	if !v.OK() || v.Last != cut.Seq || v.Head != cut.Hash || v.Covered != cut.Seq {
		return "", 0, fault.New(fault.Unavailable, "What was written to %s is not what the ledger has; nothing was removed. Check the disk, and archive to another file.", name)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
