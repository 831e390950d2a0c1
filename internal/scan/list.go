package scan

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
)

// Microsoft answers "modified since" for moments between 30 minutes and 30
// days ago. Both ends keep a distance, so that a clock that is some minutes
// off is not refused.
const (
	sinceLatest   = 45 * time.Minute
	sinceEarliest = 30*24*time.Hour - time.Hour
	// sinceOverlap is asked for twice: what was changed while the last scan
	// ran, by either clock.
	sinceOverlap = 30 * time.Minute
)

// partListing is the part that says which workspaces there are.
const partListing = "workspaces"

// decide turns a request into the record of a scan. An incremental scan needs
// a full one not long ago; without it the scan becomes a full one.
func (s *Scanner) decide(ctx context.Context, req Request) (db.Scan, error) {
	plan := db.Scan{Tenant: s.tenant, Kind: req.Kind, Cause: req.Cause, AskedBy: req.AskedBy}
	if plan.Cause == "" {
		plan.Cause = "command"
	}
	switch req.Kind {
	case db.ScanFull:
		return plan, nil
	case db.ScanTargeted:
		if len(req.Workspaces) == 0 {
			return plan, fault.New(fault.Invalid, "A targeted scan needs the ids of the workspaces to read.")
		}
		return plan, nil
	}
	now, read := s.cfg.Now(), s.cfg.DB.Reader()
	full, any, err := read.LastFullScan(ctx, s.tenant)
	if err != nil {
		return plan, err
	}
	last, err := read.LastListing(ctx, s.tenant)
	if err != nil {
		return plan, err
	}
	since := last.Add(-sinceOverlap)
	if latest := now.Add(-sinceLatest); since.After(latest) {
		since = latest
	}
	if !any || now.Sub(full.Started) > sinceEarliest || now.Sub(since) > sinceEarliest {
		plan.Kind = db.ScanFull
		return plan, nil
	}
	plan.Since = since
	return plan, nil
}

// list finds out which workspaces to read and stores them as batches. After a
// stop it finds them there.
func (r *run) list(ctx context.Context, targets []string) error {
	done, err := r.partDone(ctx, partListing)
	if err != nil || done {
		return err
	}
	ids := targets
	if r.record.Kind == db.ScanTargeted && len(ids) == 0 {
		return &failure{fault.New(fault.Unavailable, "The program stopped before this scan knew what to read. Ask for it again.")}
	}
	if r.record.Kind != db.ScanTargeted {
		if ids, err = r.modified(ctx); err != nil {
			return err
		}
	}
	ids = normal(ids)
	part := db.Part{Name: partListing, State: db.PartDone, Meant: int64(len(ids)), Seen: int64(len(ids))}
	if r.record.Kind == db.ScanFull {
		part.AsOf = r.record.Started
	}
	if r.record.Kind == db.ScanIncremental {
		if ids, err = r.withGaps(ctx, ids); err != nil {
			return err
		}
	}
	var batches []db.Batch
	for some := range slices.Chunk(ids, pbi.MaxScanWorkspaces) {
		batches = append(batches, db.Batch{IDs: some})
	}
	return r.cfg.DB.SaveListing(ctx, r.record.ID, batches, part)
}

func (r *run) modified(ctx context.Context) ([]string, error) {
	ids, err := r.patiently(ctx, func() ([]string, error) {
		return r.cfg.PBI.Modified(ctx, pbi.ModifiedQuery{Since: r.record.Since, ExcludePersonal: !r.cfg.PersonalWorkspaces})
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &failure{err}
	}
	if len(ids) == 0 && r.record.Kind == db.ScanFull {
		known, err := r.knownWorkspaces(ctx)
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			return nil, &failure{fault.New(fault.Unavailable, "Microsoft's list of all workspaces came back empty, although %d are known. Nothing was changed; the next scan asks again.", len(known))}
		}
	}
	return ids, nil
}

// listTries is how often the list is asked for when the service breaks down;
// with the pauses between them, a quarter of an hour. Each try repeats itself
// some times, and the list may be asked for 30 times an hour.
const listTries = 4

// patiently repeats what everything else depends on: a scan is not given up
// because of some bad minutes.
func (r *run) patiently(ctx context.Context, ask func() ([]string, error)) ([]string, error) {
	began := r.cfg.Now()
	for n := 1; ; n++ {
		ids, err := ask()
		if err == nil || ctx.Err() != nil {
			return ids, err
		}
		switch {
		case fault.Is(err, fault.Throttled) && r.cfg.Now().Sub(began) < patience:
		case fault.Is(err, fault.Unavailable) && n < listTries:
		default:
			return nil, err
		}
		r.cfg.Log.WarnContext(ctx, "the list of workspaces could not be read", "scan", r.record.ID, "try", n, "error", err)
		if err := r.cfg.Sleep(ctx, min(2*time.Minute<<min(n-1, 3), 10*time.Minute)); err != nil {
			return nil, err
		}
	}
}

// withGaps adds the workspaces that the last scan could not see.
func (r *run) withGaps(ctx context.Context, ids []string) ([]string, error) {
	gaps, err := r.lastGaps(ctx)
	if err != nil {
		return nil, err
	}
	listed := setOf(ids)
	for _, g := range gaps {
		if !listed[g.WorkspaceID] {
			ids = append(ids, g.WorkspaceID)
		}
	}
	return ids, nil
}

// lastGaps are the gaps of the published scan.
func (r *run) lastGaps(ctx context.Context) ([]db.Gap, error) {
	last, ok, err := r.cfg.DB.Reader().PublishedScan(ctx, r.tenant)
	if err != nil || !ok {
		return nil, err
	}
	return r.cfg.DB.Reader().Gaps(ctx, last.ID)
}

// knownWorkspaces are the ids of all workspaces that are known now.
func (r *run) knownWorkspaces(ctx context.Context) ([]string, error) {
	var ids []string
	err := r.cfg.DB.Reader().OpenWorkspaces(ctx, r.tenant, func(id string) error {
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// normal lowers ids and drops repetitions and empty ones.
func normal(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		id = strings.ToLower(strings.TrimSpace(id))
		if id != "" && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}
