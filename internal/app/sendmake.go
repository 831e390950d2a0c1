package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"steward/internal/audit"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/policy"
)

// reportsDir is where files wait until everybody has them.
func (p *Portal) reportsDir() string { return filepath.Join(p.cfg.DataDir, "reports") }

// make writes the file of one moment and keeps to whom it goes. The ledger has
// it first. After a crash before the rows are kept it is made again.
func (s *sending) make(ctx context.Context, r scheduled, slot time.Time) error {
	view, err := s.portal.DB.Reader().ViewNow(ctx, r.Tenant)
	if err != nil {
		return err
	}
	if view.Scan == 0 {
		return nil // nothing to tell yet; the first scan makes it due
	}
	if err := s.record(ctx, r); err != nil {
		return err
	}
	if err := os.MkdirAll(s.keep, 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The directory %s of waiting reports cannot be created.", s.keep)
	}
	name := r.Name + "-" + slot.UTC().Format("20060102T1504Z") + "." + r.Form()
	one := db.Sending{Tenant: r.Tenant, Name: r.Name, Slot: slot, Report: r.Report, Rule: r.Rule, File: name, AsOf: view.Taken}
	if one.Bytes, one.SHA256, err = s.write(ctx, r, view, filepath.Join(s.keep, name)); err != nil {
		return err
	}
	return s.portal.DB.Write(ctx, func(tx *db.Tx) error {
		if r.Folder != "" {
			one.Channel, one.Place = "folder", r.Folder
			if err := tx.AddSending(ctx, one); err != nil {
				return err
			}
		}
		for _, to := range r.Mail {
			one.Channel, one.Place = "mail", to
			if err := tx.AddSending(ctx, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// record puts the export into the ledger.
func (s *sending) record(ctx context.Context, r scheduled) error {
	filter := url.Values(r.filters())
	details := map[ledger.Detail]string{ledger.Report: r.Report, ledger.Format: r.Form(), ledger.Filter: filter.Encode()}
	if r.Rule != "" {
		details[ledger.Policy] = r.Rule
	}
	return s.portal.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Record(ctx, ledger.Entry{Action: ledger.Export, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "Steward"},
			Object: ledger.Object{Kind: "report", ID: r.Report, Name: r.Name, Tenant: r.Tenant}, Details: details})
	})
}

// write makes the file whole or not at all, and returns its size and sum.
func (s *sending) write(ctx context.Context, r scheduled, view db.View, path string) (int64, string, error) {
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, "", fault.Wrap(err, fault.Unavailable, "The report %s cannot be written.", filepath.Base(path))
	}
	sum := sha256.New()
	count := &counted{w: io.MultiWriter(f, sum)}
	err = s.fill(ctx, count, r, view)
	if serr := f.Sync(); err == nil {
		err = serr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	return count.n, hex.EncodeToString(sum.Sum(nil)), err
}

func (s *sending) fill(ctx context.Context, w io.Writer, r scheduled, view db.View) error {
	reader, now := s.portal.DB.Reader(), s.portal.clock.now()()
	q := audit.Query{View: view, Scope: db.Everything, Where: r.filters()}
	if r.Report == config.Evidence {
		k, err := s.rule(r.Rule)
		if err != nil {
			return err
		}
		e := audit.Evidence{Chosen: k, Made: now, By: "the schedule " + r.Name, Ledger: (&keeper{portal: s.portal}).Export}
		if s.portal.witness != nil {
			if e.Key, err = s.portal.witness.PublicKey(); err != nil {
				return err
			}
		}
		q.Where = nil
		return audit.WriteEvidence(ctx, w, reader, q, e)
	}
	report, err := audit.Lookup(r.Report)
	if err != nil {
		return err
	}
	if report.Compares { // with a week before
		if q.CompareView, err = reader.ViewAsOf(ctx, r.Tenant, view.Taken.AddDate(0, 0, -7)); err != nil {
			return err
		}
	}
	_, err = audit.Export(ctx, w, reader, report, q, audit.Format(r.Form()), audit.Options{Header: r.Form() != "csv"})
	return err
}

// rule finds a rule of the packs.
func (s *sending) rule(id string) (policy.Chosen, error) {
	set := s.portal.rules.Set()
	if set == nil {
		return policy.Chosen{}, fault.New(fault.Unavailable, "No rules are loaded.")
	}
	k, ok := set.Find(id)
	if !ok {
		return k, fault.New(fault.Invalid, "there is no rule %q.", id)
	}
	return k, nil
}

// counted counts what goes through it.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
