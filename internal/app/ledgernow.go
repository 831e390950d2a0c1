package app

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/witness"
)

// LedgerCheck says what to check the ledger against, from the command line.
type LedgerCheck struct {
	// Checkpoints is a file of checkpoints kept elsewhere; empty takes those of
	// the configured second place, if it can be read.
	Checkpoints string
	// Key is the public key, or a file with it; empty takes that of the
	// configured signing key. Without any, the chain alone is checked.
	Key string
}

// VerifyLedger checks the ledger of the configured database, beside a running
// portal or without one.
func VerifyLedger(ctx context.Context, cfg *config.Config, c LedgerCheck) (ledger.Verdict, error) {
	place := cfg.Ledger.SecondSink
	if c.Checkpoints != "" {
		place = ""
	}
	public, notes, err := checkpointsOf(cfg.Ledger.SigningKey, place)
	if err != nil {
		return ledger.Verdict{}, err
	}
	if c.Key != "" {
		if public, err = publicKey(c.Key); err != nil {
			return ledger.Verdict{}, err
		}
	}
	more, err := notesIn(c.Checkpoints)
	if err != nil {
		return ledger.Verdict{}, err
	}
	reader, closeReader, err := db.OpenReader(ctx, databasePath(cfg))
	if err != nil {
		return ledger.Verdict{}, err
	}
	defer func() { _ = closeReader() }()
	return witness.Verify(ctx, reader, public, append(notes, more...))
}

// VerifyLedgerFile checks an exported file; no configuration and no database
// are needed.
func VerifyLedgerFile(name string, c LedgerCheck) (ledger.Verdict, error) {
	public, err := publicKey(c.Key)
	if err != nil {
		return ledger.Verdict{}, err
	}
	notes, err := notesIn(c.Checkpoints)
	if err != nil {
		return ledger.Verdict{}, err
	}
	f, err := os.Open(name)
	if err != nil {
		return ledger.Verdict{}, fault.Wrap(err, fault.Invalid, "The exported ledger %s cannot be opened.", name)
	}
	defer func() { _ = f.Close() }()
	_, v, err := ledger.VerifyExport(f, public, notes)
	return v, err
}

// ExportLedger writes the whole ledger of the configured database, beside a
// running portal too. That it was done, and by whom, is its last entry.
func ExportLedger(ctx context.Context, cfg *config.Config, by string, w io.Writer) error {
	_, notes, err := checkpointsOf(cfg.Ledger.SigningKey, cfg.Ledger.SecondSink)
	if err != nil {
		return err
	}
	origin, err := originOf(cfg.Ledger.SigningKey)
	if err != nil {
		return err
	}
	if err := recordLedgerExport(ctx, cfg, by); err != nil {
		return err
	}
	reader, closeReader, err := db.OpenReader(ctx, databasePath(cfg))
	if err != nil {
		return err
	}
	defer func() { _ = closeReader() }()
	return witness.Export(ctx, reader, w, origin, time.Now(), notes)
}

// recordLedgerExport records the export, beside a running portal too.
func recordLedgerExport(ctx context.Context, cfg *config.Config, by string) error {
	return db.RecordBeside(ctx, databasePath(cfg), ledger.Entry{Action: ledger.Export, Outcome: ledger.Done,
		Actor: ledger.Actor{Kind: ledger.Command, Name: by}, Object: ledger.Object{Kind: "ledger"},
		Details: map[ledger.Detail]string{ledger.Report: "ledger", ledger.Format: "jsonl"}})
}

// ArchiveLedger moves the entries that were signed before a moment out of the
// configured database into a file. The portal must not be running: it is told
// of nothing behind its back.
func ArchiveLedger(ctx context.Context, cfg *config.Config, account, file string, before time.Time) (witness.Archived, error) {
	public, notes, err := checkpointsOf(cfg.Ledger.SigningKey, cfg.Ledger.SecondSink)
	if err != nil {
		return witness.Archived{}, err
	}
	if public == "" {
		return witness.Archived{}, fault.New(fault.Invalid, "Only signed segments are archived: set ledger.signing_key and ledger.second_sink, and let the portal run.")
	}
	origin, err := originOf(cfg.Ledger.SigningKey)
	if err != nil {
		return witness.Archived{}, err
	}
	d, err := openDatabase(ctx, db.Config{Path: databasePath(cfg)})
	if err != nil {
		return witness.Archived{}, err
	}
	out, err := witness.Archive(ctx, d, public, origin, file, before, time.Now(), notes,
		ledger.Actor{Kind: ledger.Command, Name: account})
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return out, err
}

// CreateLedgerKey makes a signing key in a new file, with the public key beside
// it, and returns the public key.
func CreateLedgerKey(file, origin string) (string, error) {
	return witness.CreateKey(rand.Reader, file, origin)
}

func databasePath(cfg *config.Config) string { return filepath.Join(cfg.DataDir, "portal.db") }

// publicKey reads a key given as text or as the name of a file.
func publicKey(given string) (string, error) {
	if given == "" {
		return "", nil
	}
	text, err := os.ReadFile(given) //nolint:gosec // the operator's own path
	if err != nil {
		return given, nil //nolint:nilerr // then it is the key itself
	}
	return string(text), nil
}

func notesIn(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	notes, err := witness.Notes(witness.File{Path: file})
	if err == nil && len(notes) == 0 {
		err = fault.New(fault.Invalid, "There is no checkpoint in %s.", file)
	}
	return notes, err
}
