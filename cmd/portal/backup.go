package main

import (
	"fmt"
	"strings"
	"time"

	"steward/internal/app"
	"steward/internal/ledger"
)

type backupCmd struct {
	File   string `arg:"" type:"path" help:"The file to write; it must not be there yet."`
	Config string `required:"" type:"path" help:"The configuration file."`
}

// Run copies the database beside a running portal and checks the copy.
func (b backupCmd) Run(w *world) error {
	cfg, err := w.config(b.Config)
	if err != nil {
		return err
	}
	done, err := app.Backup(w.ctx, cfg, b.File, ledger.Command)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "%s\n%d bytes, SHA-256 %s\nEvery page is whole; %d ledger entries are unbroken.\n", done.Path, done.Bytes, done.SHA256, done.Entries)
	return err
}

type restoreCmd struct {
	File   string `arg:"" type:"existingfile" help:"The backup."`
	Config string `required:"" type:"path" help:"The configuration file."`
}

// Run puts a backup in the place of the database; executors begin on hold.
func (r restoreCmd) Run(w *world) error {
	cfg, err := w.config(r.Config)
	if err != nil {
		return err
	}
	done, err := app.Restore(w.ctx, cfg, r.File, time.Now())
	if done.Former != "" {
		fmt.Fprintf(w.stdout, "The former database is kept at %s.\n", done.Former)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "Restored %s (SHA-256 %s) with %d ledger entries.\nOn hold until an operator releases it: %s. Compare what ran after the backup was made first.\n",
		r.File, done.SHA256, done.Entries, strings.Join(done.Held, ", "))
	return err
}
