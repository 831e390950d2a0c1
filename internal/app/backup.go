package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/witness"
)

// BackupDone says what a backup holds.
type BackupDone struct {
	Path  string
	Bytes int64
	// SHA256 of the file, in hexadecimal, as the ledger has it.
	SHA256 string
	// Entries is how many ledger entries the copy has; all of them were checked.
	Entries int64
}

// Backup copies the configured database into a new file, beside a running
// portal, checks the copy (every page, every entry of the ledger against the
// checkpoints) and records it, with the command line or the portal itself as the
// one who did it. Secrets are not in it: the configuration and
// what it refers to are kept elsewhere.
func Backup(ctx context.Context, cfg *config.Config, into string, by ledger.ActorKind) (BackupDone, error) {
	done := BackupDone{Path: into}
	if err := db.Backup(ctx, databasePath(cfg), into); err != nil {
		return done, err
	}
	v, _, err := verifyResting(ctx, cfg, into)
	if err == nil && !v.OK() {
		err = fault.New(fault.Invalid, "The backup was written to %s, but its ledger is broken: %s Verify the ledger of the database itself.", into, v.Problems[0].Sentence)
	}
	if err != nil {
		return done, err
	}
	done.Entries = v.Entries
	if done.Bytes, done.SHA256, err = digest(into); err != nil {
		return done, err
	}
	return done, db.RecordBeside(ctx, databasePath(cfg), ledger.Entry{
		Action: ledger.Backup, Outcome: ledger.Done, Actor: ledger.Actor{Kind: by},
		Object: ledger.Object{Kind: "portal", ID: "database"},
		Details: map[ledger.Detail]string{ledger.File: filepath.Base(into), ledger.SHA256: done.SHA256,
			ledger.Bytes: strconv.FormatInt(done.Bytes, 10), ledger.Count: strconv.FormatInt(done.Entries, 10)},
	})
}

// verifyResting checks a file that nobody writes: its pages, and its ledger
// against its own checkpoints and those of the second place. Checkpoints that
// are younger than the copy vouch for entries it cannot have; they are told as
// missing entries only on the live database.
func verifyResting(ctx context.Context, cfg *config.Config, path string) (ledger.Verdict, int64, error) {
	public, _, err := checkpointsOf(cfg.Ledger.SigningKey, "")
	if err != nil {
		return ledger.Verdict{}, 0, err
	}
	reader, schema, closeReader, err := db.OpenResting(ctx, path)
	if err != nil {
		return ledger.Verdict{}, 0, err
	}
	v, err := witness.Verify(ctx, reader, public, nil)
	return v, schema, errors.Join(err, closeReader())
}

func digest(path string) (int64, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}

// RestoreDone says what was restored.
type RestoreDone struct {
	// Former is where the database that was there went; empty when there was
	// none.
	Former string
	// Entries is how many ledger entries the restored database had.
	Entries int64
	SHA256  string
	// Held are the tenants whose executor stands still until an operator lets
	// it go on.
	Held []string
}

// Restore puts a backup in the place of the configured database, which no
// portal may have open. The former database is kept beside it. A new epoch of
// the ledger begins, and every executor is on hold: what ran after the backup
// was made is not known to it, and must not run again before someone has
// looked.
func Restore(ctx context.Context, cfg *config.Config, from string, now time.Time) (RestoreDone, error) {
	var done RestoreDone
	v, _, err := verifyResting(ctx, cfg, from)
	if err != nil {
		return done, err
	}
	if !v.OK() {
		return done, fault.New(fault.Invalid, "The ledger in %s is broken: %s Nothing was restored.", from, v.Problems[0].Sentence)
	}
	done.Entries = v.Entries
	if _, done.SHA256, err = digest(from); err != nil {
		return done, err
	}
	if done.Former, err = db.Replace(databasePath(cfg), from, now); err != nil {
		return done, err
	}
	// The durable runs belong to the former database; those the restored one
	// holds open are started anew from it, once released.
	if _, err := db.PutAside(filepath.Join(cfg.DataDir, "workflow.db"), now); err != nil {
		return done, err
	}
	d, err := openDatabase(ctx, db.Config{Path: databasePath(cfg)})
	if err != nil {
		return done, err
	}
	return done, errors.Join(holdAll(ctx, cfg, d, &done, filepath.Base(from)), d.Close())
}

func holdAll(ctx context.Context, cfg *config.Config, d *db.DB, done *RestoreDone, file string) error {
	actor := ledger.Actor{Kind: ledger.Command}
	reason := "Restored from " + file + ". Compare what ran after it was made, then release."
	if err := d.Write(ctx, func(tx *db.Tx) error { return tx.BeginEpoch(ctx, actor, reason) }); err != nil {
		return err
	}
	for _, t := range cfg.Tenants {
		if err := d.HoldExecutor(ctx, t.Name, reason, ledger.Entry{Actor: actor}); err != nil {
			return err
		}
		done.Held = append(done.Held, t.Name)
	}
	return nil
}
