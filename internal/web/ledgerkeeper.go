package web

import (
	"context"
	"io"
	"time"

	"steward/internal/ledger"
)

// Ledger is what pages of the ledger need beside its entries.
type Ledger interface {
	// Witness says whether the second place can be relied on; false when no
	// signing key is set.
	Witness() (Witness, bool)
	// Verify checks every entry against the chain and the chain against every
	// checkpoint that can be found, and keeps the verdict.
	Verify(ctx context.Context, by ledger.Actor) (Verdict, error)
	// LastVerdict returns the last one since the portal started; false before.
	LastVerdict() (Verdict, bool)
	// Open returns what a checkpoint of the database says; Denied when it is
	// not signed with the ledger's key.
	Open(note string) (ledger.Checkpoint, error)
	// Export writes the whole ledger with its checkpoints, for anyone with the
	// public key to check without the portal.
	Export(ctx context.Context, w io.Writer) error
}

// Verdict is what a check of the ledger found, when, and who asked for it.
type Verdict struct {
	ledger.Verdict
	At time.Time
	By string
}
