package scan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"steward/internal/db"
	"steward/internal/fault"
)

// Schedule starts scans of one tenant by the clock. A moment that comes while
// a scan is running, or while the program was not, is not made up for: the
// next one follows soon enough.
type Schedule struct {
	scanner           *Scanner
	full, incremental cron.Schedule
}

// NewSchedule reads two cron expressions of five fields, in UTC unless one
// names a zone (CRON_TZ=…). An empty one never comes. Invalid names the one
// that cannot be read.
func NewSchedule(s *Scanner, full, incremental string) (*Schedule, error) {
	sc := &Schedule{scanner: s}
	for _, e := range []struct {
		name, text string
		into       *cron.Schedule
	}{{"scan.full", full, &sc.full}, {"scan.incremental", incremental, &sc.incremental}} {
		if e.text == "" {
			continue
		}
		parsed, err := cron.ParseStandard(e.text)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "%s: %q is not a schedule such as \"0 2 * * 0\": %v", e.name, e.text, err)
		}
		*e.into = parsed
	}
	return sc, nil
}

// Next is when the next scan comes after a moment, and of what kind; the zero
// time when none does. A full scan takes the place of an incremental one at
// the same moment.
func (sc *Schedule) Next(after time.Time) (time.Time, db.ScanKind) {
	var at time.Time
	var kind db.ScanKind
	if sc.full != nil {
		at, kind = sc.full.Next(after.UTC()), db.ScanFull
	}
	if sc.incremental != nil {
		if t := sc.incremental.Next(after.UTC()); !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at, kind = t, db.ScanIncremental
		}
	}
	return at, kind
}

// Planned is a scan that the schedule will start.
type Planned struct {
	At   time.Time
	Kind db.ScanKind
}

// Each returns the next scan of each kind after a moment, the soonest first.
func (sc *Schedule) Each(after time.Time) []Planned {
	var out []Planned
	for _, k := range []struct {
		kind db.ScanKind
		when cron.Schedule
	}{{db.ScanFull, sc.full}, {db.ScanIncremental, sc.incremental}} {
		if k.when == nil {
			continue
		}
		if at := k.when.Next(after.UTC()); !at.IsZero() {
			out = append(out, Planned{At: at, Kind: k.kind})
		}
	}
	slices.SortStableFunc(out, func(a, b Planned) int { return a.At.Compare(b.At) })
	return out
}

// Run finishes what a stop left unfinished, scans a tenant that was never
// scanned, and then scans by the clock until ctx ends. It returns when the
// scan in hand has stopped.
func (sc *Schedule) Run(ctx context.Context) error {
	s := sc.scanner
	if _, _, err := s.Resume(ctx); err != nil {
		sc.report(ctx, err)
	}
	if _, ok, err := s.cfg.DB.Reader().PublishedScan(ctx, s.tenant); err != nil {
		return fmt.Errorf("schedule of %s: %w", s.cfg.Tenant, err)
	} else if !ok {
		_, err := s.Run(ctx, Request{Kind: db.ScanFull, Cause: "first"})
		sc.report(ctx, err)
	}
	for ctx.Err() == nil {
		now := s.cfg.Now()
		at, kind := sc.Next(now)
		if at.IsZero() {
			<-ctx.Done()
			break
		}
		// A long sleep is cut into pieces, so that a clock that is set, or a
		// machine that slept, is noticed.
		if err := s.cfg.Sleep(ctx, min(at.Sub(now), time.Minute)); err != nil {
			break
		}
		if s.cfg.Now().Before(at) {
			continue
		}
		_, err := s.Run(ctx, Request{Kind: kind, Cause: "schedule"})
		sc.report(ctx, err)
	}
	return nil //nolint:nilerr // a sleep that ctx ended is how a schedule ends
}

// report logs what the record of the scan says too. A scan that is running
// already is no error here.
func (sc *Schedule) report(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || fault.Is(err, fault.Conflict) {
		return
	}
	sc.scanner.cfg.Log.ErrorContext(ctx, "scheduled scan", "tenant", sc.scanner.cfg.Tenant, "error", err)
}
