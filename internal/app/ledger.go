package app

import (
	"context"
	"fmt"
	"io"
	"sync"

	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
	"steward/internal/web"
	"steward/internal/witness"
)

// keeper is the ledger's side of the pages: verifying, exporting, and whether
// its end is vouched for.
type keeper struct {
	portal *Portal

	mu      sync.Mutex
	busy    sync.Mutex // one check at a time: it reads everything
	verdict web.Verdict
}

// Witness says whether the second place can be relied on.
func (k *keeper) Witness() (web.Witness, bool) {
	if k.portal.witness == nil {
		return web.Witness{}, false
	}
	return witnessState(k.portal.witness), true
}

// Verify checks the whole ledger.
func (k *keeper) Verify(ctx context.Context, by ledger.Actor) (web.Verdict, error) {
	if !k.busy.TryLock() {
		return web.Verdict{}, fault.New(fault.Conflict, "The ledger is being verified already. The verdict stands on its page in a moment.")
	}
	defer k.busy.Unlock()
	public, notes, err := k.portal.checkpoints()
	if err != nil {
		return web.Verdict{}, err
	}
	v, err := witness.Verify(ctx, k.portal.DB.Reader(), public, notes)
	if err != nil {
		return web.Verdict{}, err
	}
	out := web.Verdict{Verdict: v, At: k.portal.clock.now()(), By: by.Name}
	k.mu.Lock()
	k.verdict = out
	k.mu.Unlock()
	return out, nil
}

// LastVerdict returns the last check since the portal started.
func (k *keeper) LastVerdict() (web.Verdict, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.verdict, !k.verdict.At.IsZero()
}

// Open reads a checkpoint under the ledger's own key.
func (k *keeper) Open(note string) (ledger.Checkpoint, error) {
	if k.portal.witness == nil {
		return ledger.Checkpoint{}, fault.New(fault.Unavailable, "ledger.signing_key is not set, so a checkpoint cannot be checked.")
	}
	public, err := k.portal.witness.PublicKey()
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	return ledger.OpenCheckpoint(note, public)
}

// Export writes the whole ledger for an offline check.
func (k *keeper) Export(ctx context.Context, w io.Writer) error {
	_, notes, err := k.portal.checkpoints()
	if err != nil {
		return err
	}
	origin, err := originOf(k.portal.cfg.Ledger.SigningKey)
	if err != nil {
		return err
	}
	return witness.Export(ctx, k.portal.DB.Reader(), w, origin, k.portal.clock.now()(), notes)
}

// checkpoints returns the public key and the checkpoints of the second place,
// as far as there are any.
func (p *Portal) checkpoints() (public string, notes []string, err error) {
	return checkpointsOf(p.cfg.Ledger.SigningKey, p.cfg.Ledger.SecondSink)
}

func checkpointsOf(key secret.Ref, place string) (public string, notes []string, err error) {
	if key.IsZero() {
		return "", nil, nil
	}
	signer, err := signerOf(key)
	if err != nil {
		return "", nil, err
	}
	if place == "" {
		return signer.Public(), nil, nil
	}
	sink, err := witness.ParseSink(place, secret.Ref{})
	if err != nil {
		return "", nil, err
	}
	notes, err = witness.Notes(sink)
	return signer.Public(), notes, err
}

func signerOf(key secret.Ref) (*ledger.Signer, error) {
	v, err := key.Read()
	if err != nil {
		return nil, fmt.Errorf("ledger.signing_key: %w", err)
	}
	return ledger.NewSigner(v.Reveal())
}

// originOf is the name an export is under: that of the key, or the program's.
func originOf(key secret.Ref) (string, error) {
	if key.IsZero() {
		return "steward", nil
	}
	s, err := signerOf(key)
	if err != nil {
		return "", err
	}
	return s.Origin(), nil
}
