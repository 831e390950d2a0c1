package witness

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// Interval is how often a checkpoint is written when nothing privileged
// happens, and how long the second place may be down before privileged work
// stops.
const Interval = 5 * time.Minute

// retry is how soon a failed write is tried again.
const retry = 30 * time.Second

// Config says what a Witness works with.
type Config struct {
	DB *db.DB
	// Sink is the second place.
	Sink Sink
	// Key is the signing key, read at each checkpoint so that it can be rotated.
	Key secret.Ref
	// Binary is the version of the program.
	Binary string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Log gets a line when the second place fails and when it works again.
	Log *slog.Logger
}

// Witness writes checkpoints. It is safe for use by several goroutines.
type Witness struct {
	cfg Config

	mu        sync.Mutex // one checkpoint at a time: the second place sees them in order
	state     sync.Mutex
	last      ledger.Checkpoint // last one written; zero before the first
	failed    time.Time         // since when writing fails; zero when it works
	why       string            // sentence about the failure
	unwritten bool              // nothing was tried yet
	behind    string            // sentence when the second place knows more than the database
}

// New checks the key and compares the database with the second place. It does
// not write yet. The error is Invalid when the key cannot be used: the portal
// does not start with a ledger it cannot sign.
func New(ctx context.Context, cfg Config) (*Witness, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	w := &Witness{cfg: cfg, unwritten: true, failed: cfg.Now(), why: "No checkpoint was written since the portal started."}
	signer, err := w.signer()
	if err != nil {
		return nil, err
	}
	if w.behind, err = behind(ctx, cfg.DB.Reader(), cfg.Sink, signer.Public()); err != nil {
		return nil, err
	}
	return w, nil
}

// Run writes a checkpoint now and every Interval until the context ends, and
// one last when it does. It returns when that is done.
func (w *Witness) Run(ctx context.Context) {
	for {
		wait := Interval
		if err := w.Checkpoint(ctx); err != nil {
			wait = retry
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
			defer cancel()
			if err := w.Checkpoint(last); err != nil {
				w.cfg.Log.Error("no last checkpoint", "error", err)
			}
			return
		case <-time.After(wait):
		}
	}
}

// Checkpoint signs the ledger's head as it is now and writes it to the second
// place. Workers call it after each privileged step.
func (w *Witness) Checkpoint(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.write(ctx)
	if err != nil {
		w.note(ctx, err)
		return fault.Wrap(err, fault.Unavailable, "A checkpoint of the ledger could not be written to %s.", w.cfg.Sink)
	}
	w.state.Lock()
	w.last = c
	w.state.Unlock()
	w.note(ctx, nil)
	return nil
}

func (w *Witness) write(ctx context.Context) (ledger.Checkpoint, error) {
	signer, err := w.signer()
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	id, seq, hash, err := w.cfg.DB.Reader().LedgerHead(ctx)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	c := ledger.Checkpoint{Origin: signer.Origin(), Seq: seq, Hash: hash, Time: w.cfg.Now().UTC().Truncate(time.Millisecond), Database: id.Database, Epoch: id.Epoch, Binary: w.cfg.Binary}
	note, err := signer.Sign(c)
	if err != nil {
		return c, err
	}
	if err := w.cfg.Sink.Write(ctx, note); err != nil {
		return c, err
	}
	if w.known(c) {
		return c, nil // nothing new: the copy in the database would say the same
	}
	return c, w.cfg.DB.Write(ctx, func(tx *db.Tx) error { return tx.AddCheckpoint(ctx, c, note) })
}

func (w *Witness) known(c ledger.Checkpoint) bool {
	w.state.Lock()
	defer w.state.Unlock()
	return w.last.Database == c.Database && w.last.Seq == c.Seq && w.last.Epoch == c.Epoch
}

// note keeps the state of the second place and records when it changes.
func (w *Witness) note(ctx context.Context, err error) {
	w.state.Lock()
	before, first := w.why, w.unwritten
	w.unwritten = false
	if err == nil {
		w.failed, w.why = time.Time{}, ""
	} else {
		if w.failed.IsZero() {
			w.failed = w.cfg.Now()
		}
		w.why = fmt.Sprintf("Checkpoints cannot be written to %s.", w.cfg.Sink)
	}
	after := w.why
	w.state.Unlock()
	if before == after || first && err == nil {
		return // no change, or an ordinary start
	}
	e := ledger.Entry{Action: ledger.LedgerCheckpoint, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "ledger"},
		Details: map[ledger.Detail]string{ledger.Sink: w.cfg.Sink.String()}}
	if err != nil {
		e.Outcome, e.Reason = ledger.Failed, after
		w.cfg.Log.Error("checkpoint not written", "sink", w.cfg.Sink.String(), "error", secret.Redact(err.Error()))
	} else {
		w.cfg.Log.Info("checkpoints are written", "sink", w.cfg.Sink.String())
	}
	if rerr := w.cfg.DB.Record(context.WithoutCancel(ctx), e); rerr != nil {
		w.cfg.Log.Error("state of the second place not recorded", "error", rerr)
	}
}

func (w *Witness) signer() (*ledger.Signer, error) {
	key, err := w.cfg.Key.Read()
	if err != nil {
		return nil, err
	}
	return ledger.NewSigner(key.Reveal())
}

// PublicKey returns the key that auditors check checkpoints with.
func (w *Witness) PublicKey() (string, error) {
	s, err := w.signer()
	if err != nil {
		return "", err
	}
	return s.Public(), nil
}
