package witness

import (
	"context"
	"io"
	"iter"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Health says whether the second place can be relied on.
type Health struct {
	// OK is false when privileged work must stop.
	OK bool
	// Sentence says what is wrong and what to do; also set, with OK still true,
	// while a failure is younger than Interval. Empty when all is well.
	Sentence string
	// Since is when the failure began; zero when there is none.
	Since time.Time
	// Last is the last checkpoint that was written; its Time is zero before the
	// first.
	Last ledger.Checkpoint
	// Sink names the second place.
	Sink string
}

// Health returns the present state, for the banner, /readyz and the metrics.
func (w *Witness) Health() Health {
	w.state.Lock()
	defer w.state.Unlock()
	h := Health{OK: true, Since: w.failed, Last: w.last, Sink: w.cfg.Sink.String()}
	now := w.cfg.Now()
	switch {
	case w.behind != "":
		h.OK, h.Sentence = false, w.behind
	case !w.failed.IsZero():
		h.OK = !w.last.Time.IsZero() && now.Sub(w.failed) <= Interval
		h.Sentence = w.why + " Changes in the tenant stop after five minutes of this; reading goes on. Check that the place is there and may be written to."
	case now.Sub(w.last.Time) > 2*Interval+retry:
		h.OK, h.Sentence = false, "No checkpoint of the ledger was written for a while. Changes in the tenant wait for it; restart the portal if this lasts."
	}
	return h
}

// Healthy reports whether privileged work may go on.
func (w *Witness) Healthy() bool { return w.Health().OK }

// Privileged returns nil when a privileged step may begin, and the Unavailable
// error to show when not. Call it before each step, Checkpoint after it.
func (w *Witness) Privileged() error {
	if h := w.Health(); !h.OK {
		return fault.New(fault.Unavailable, "%s", h.Sentence)
	}
	return nil
}

// Verify checks the whole ledger of a database against its own copies of the
// checkpoints and against those kept elsewhere, as signed notes. Without a
// public key only the chain is checked.
func Verify(ctx context.Context, r *db.Reader, public string, elsewhere []string) (ledger.Verdict, error) {
	var v ledger.Verdict
	err := r.LedgerSnapshot(ctx, func(id ledger.Identity, notes []string, entries iter.Seq2[ledger.Record, error]) error {
		kept, bad, notices := ledger.OpenCheckpoints(notes, public)
		other, bad2, notices2 := ledger.OpenCheckpoints(elsewhere, public)
		var err error
		if v, err = ledger.Verify(id, entries, append(kept[:len(kept):len(kept)], other...)); err != nil {
			return err
		}
		v.Problems = append(append(append(v.Problems, bad...), bad2...), ledger.LostCheckpoints(kept, other)...)
		v.Notices = append(append(v.Notices, notices...), notices2...)
		return nil
	})
	return v, err
}

// Export writes the whole ledger as JSON lines with the checkpoints of the
// database and those kept elsewhere, for ledger.VerifyExport. origin names the
// portal. The caller records that it was done, before.
func Export(ctx context.Context, r *db.Reader, w io.Writer, origin string, now time.Time, elsewhere []string) error {
	return r.LedgerSnapshot(ctx, func(id ledger.Identity, notes []string, entries iter.Seq2[ledger.Record, error]) error {
		prev, first := id.Previous()
		h := ledger.Header{Origin: origin, Database: id.Database, Epoch: id.Epoch, First: first, Previous: prev.String()}
		return ledger.WriteExport(w, h, now, append(notes[:len(notes):len(notes)], elsewhere...), entries)
	})
}

// Notes returns the checkpoints of a second place that can be read back, nil
// for one that cannot.
func Notes(s Sink) ([]string, error) {
	r, ok := s.(Readable)
	if !ok {
		return nil, nil
	}
	text, err := r.Read()
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The checkpoints in %s cannot be read.", s)
	}
	return ledger.SplitNotes(text), nil
}

// behind compares the database with the newest checkpoint of the second place
// and returns a sentence when the place vouches for something the database
// does not have: then an older file was put back without portal restore.
func behind(ctx context.Context, r *db.Reader, s Sink, public string) (string, error) {
	notes, err := Notes(s)
	if err != nil {
		return "", nil //nolint:nilerr // a place that cannot be read is reported by the first write
	}
	cps, _, _ := ledger.OpenCheckpoints(notes, public)
	if len(cps) == 0 {
		return "", nil
	}
	last := cps[len(cps)-1]
	id, seq, _, err := r.LedgerHead(ctx)
	if err != nil {
		return "", err
	}
	const remedy = " Nothing is changed in the tenant until this is settled: run \"portal ledger verify\", and restore backups with \"portal restore\" only."
	switch {
	case last.Database != id.Database:
		return "", nil // the place was used by another database before
	case last.Epoch < id.Epoch:
		return "", nil // a restore was recorded since
	case last.Seq > seq:
		return "The database is older than the last checkpoint in " + s.String() + " says." + remedy, nil
	case last.Seq <= id.Base.Seq:
		return "", nil // archived since
	}
	rec, err := r.LedgerEntry(ctx, db.LedgerScope{All: true}, last.Seq)
	if err != nil {
		return "", err
	}
	if rec.Hash != last.Hash {
		return "The ledger is not the one that the last checkpoint in " + s.String() + " vouches for." + remedy, nil
	}
	return "", nil
}
