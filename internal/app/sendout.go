package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/notify"
)

// again are the waits after failed attempts; after the last one it is given up.
var again = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// handOut sends what waits and is due, and removes the files that nobody waits
// for any more. A mail that left as the portal was killed may leave twice, with
// one message id.
func (s *sending) handOut(ctx context.Context) error {
	waiting, due, err := s.portal.DB.Reader().WaitingSendings(ctx)
	if err != nil {
		return err
	}
	left := map[string]bool{}
	for i, one := range waiting {
		if due[i].After(s.portal.clock.now()()) {
			left[one.File] = true
			continue
		}
		err := s.hand(ctx, one)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s.note(ctx, one, err) != nil || err != nil && !s.last(one, err) {
			left[one.File] = true
		}
	}
	return s.tidy(left)
}

func (s *sending) hand(ctx context.Context, one db.Sending) error {
	path := filepath.Join(s.keep, one.File)
	if one.Channel == "folder" {
		return intoFolder(path, filepath.Join(one.Place, one.File))
	}
	return s.smtp.SendFile(ctx, one.Place, notify.Message{
		Number: one.ID, Event: "report." + one.Report, At: s.portal.clock.now()(), Tenant: one.Tenant, Address: one.Place,
		Says: fmt.Sprintf("Report %s (%s) of %s, as of %s. SHA-256 of the file: %s", one.Name, one.Report, one.Tenant, one.AsOf.UTC().Format("2 Jan 2006 15:04 UTC"), one.SHA256),
		Why:  "You are named under reports." + one.Name + " in the portal's configuration; whoever runs the portal can change that.",
		Link: strings.TrimSuffix(s.portal.cfg.PublicURL, "/") + "/sent-reports?tenant=" + one.Tenant,
	}, path, one.File)
}

// intoFolder copies the file; it appears there whole or not at all.
func intoFolder(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The report waiting to be sent cannot be read.")
	}
	defer func() { _ = in.Close() }()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The folder cannot be made. Check its owner and mode.")
	}
	out, err := os.OpenFile(to+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The folder cannot be written to. Check its owner and mode.")
	}
	_, err = io.Copy(out, in)
	if serr := out.Sync(); err == nil {
		err = serr
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(to+".part", to)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The file could not be written into the folder. Is its disk full?")
	}
	return nil
}

func (s *sending) last(one db.Sending, err error) bool {
	return notify.IsPermanent(err) || one.Attempts >= len(again)
}

// note keeps how an attempt ended.
func (s *sending) note(ctx context.Context, one db.Sending, sent error) error {
	err := s.portal.DB.Write(ctx, func(tx *db.Tx) error {
		switch {
		case sent == nil:
			return tx.Sent(ctx, one.ID)
		case s.last(one, sent):
			return tx.NotSent(ctx, one.ID, fault.Sentence(sent), time.Time{})
		}
		return tx.NotSent(ctx, one.ID, fault.Sentence(sent), s.portal.clock.now()().Add(again[one.Attempts]))
	})
	if err != nil {
		s.portal.log.Error("how a report was sent could not be noted", "err", err)
	}
	return err
}

// tidy removes files that nobody waits for.
func (s *sending) tidy(left map[string]bool) error {
	files, err := os.ReadDir(s.keep)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		if !left[f.Name()] {
			if err := os.Remove(filepath.Join(s.keep, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
