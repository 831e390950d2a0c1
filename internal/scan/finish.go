package scan

import (
	"context"
	"fmt"

	"steward/internal/db"
)

// A loss of more than this much at once is not believed the first time (R27).
const (
	lossCount = 20
	lossShare = 10 // per cent
)

// settleGaps decides, when all batches were tried, which workspaces are gone
// and which were merely not seen.
func (r *run) settleGaps(ctx context.Context) error {
	batches, err := r.cfg.DB.Reader().Batches(ctx, r.record.ID)
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, b := range batches {
		for _, id := range b.IDs {
			asked[id] = true
		}
	}
	if err := r.carryGaps(ctx, asked); err != nil {
		return err
	}
	if r.record.Kind != db.ScanFull {
		return nil
	}
	return r.missing(ctx, asked)
}

// carryGaps keeps the last scan's gaps that this one did not ask about again,
// and the reason of those that it asked about in vain. A full scan starts from
// its own list.
func (r *run) carryGaps(ctx context.Context, asked map[string]bool) error {
	if r.record.Kind == db.ScanFull {
		return nil
	}
	last, err := r.lastGaps(ctx)
	if err != nil {
		return err
	}
	now, err := r.cfg.DB.Reader().Gaps(ctx, r.record.ID)
	if err != nil {
		return err
	}
	open := map[string]bool{}
	for _, g := range now {
		open[g.WorkspaceID] = true
	}
	var carried []db.Gap
	for _, g := range last {
		if !asked[g.WorkspaceID] || open[g.WorkspaceID] && g.Reason == db.ReasonNotListed {
			carried = append(carried, g)
		}
	}
	return r.cfg.DB.AddGaps(ctx, r.tenant, r.record.ID, carried)
}

// missing closes the workspaces that a complete list of all lacks. When too
// many are missing at once, they are kept until a second list agrees: a list
// that was cut short looks the same as a clean-up.
func (r *run) missing(ctx context.Context, listed map[string]bool) error {
	known, err := r.knownWorkspaces(ctx)
	if err != nil {
		return err
	}
	last, err := r.lastGaps(ctx)
	if err != nil {
		return err
	}
	agreed := map[string]bool{}
	for _, g := range last {
		agreed[g.WorkspaceID] = g.Reason == db.ReasonNotListed
	}
	var certain, sudden []string
	for _, id := range known {
		switch {
		case listed[id]:
		case agreed[id]:
			certain = append(certain, id)
		default:
			sudden = append(sudden, id)
		}
	}
	if n := len(sudden); n > lossCount || n*100 > len(known)*lossShare {
		r.record.Note.Held = int64(n)
		r.record.Note.Flags = append(r.record.Note.Flags, fmt.Sprintf("%d of %d workspaces are missing from Microsoft's list at once. "+
			"They are kept as last seen until a second full scan agrees that they are gone.", n, len(known)))
		if err := r.gaps(ctx, sudden, db.ReasonNotListed); err != nil {
			return err
		}
	} else {
		certain = append(certain, sudden...)
	}
	for _, id := range certain {
		if err := r.in.EndWorkspace(ctx, id); err != nil {
			return err
		}
	}
	r.gone = certain
	r.record.Note.Gone += int64(len(certain))
	return r.cfg.DB.NoteScan(ctx, r.record.ID, r.record.Note)
}

// publish counts what is there and makes it what the pages show.
func (r *run) publish(ctx context.Context) error {
	read := r.cfg.DB.Reader()
	gaps, err := read.Gaps(ctx, r.record.ID)
	if err != nil {
		return err
	}
	batches, err := read.Batches(ctx, r.record.ID)
	if err != nil {
		return err
	}
	parts, err := read.Parts(ctx, r.record.ID)
	if err != nil {
		return err
	}
	known, err := r.knownWorkspaces(ctx)
	if err != nil {
		return err
	}
	figures, err := read.Figures(ctx, r.tenant)
	if err != nil {
		return err
	}
	roles, err := read.RoleCounts(ctx, r.tenant)
	if err != nil {
		return err
	}
	if err := r.cfg.DB.KeepRoleCounts(ctx, r.record.ID, roles); err != nil {
		return err
	}
	r.record.State = db.ScanComplete
	if len(gaps) > 0 || anyFailed(parts) {
		r.record.State = db.ScanPartial
	}
	r.count(known, gaps)
	r.record.Calls, r.record.Note.Changed = r.sent(), r.changed()
	if err := r.writeManifest(gaps, batches); err != nil {
		return err
	}
	if err := r.cfg.DB.PublishScan(ctx, r.record, figures); err != nil {
		return err
	}
	r.tell(ctx, r.record, string(r.record.State))
	r.afterwards(ctx)
	return nil
}

// changed counts the versions this scan has written, by table; what it wrote
// before a stop is not counted.
func (r *run) changed() map[string]int64 { return r.in.Changes() }

// count says how many workspaces there are and of how many the state is known
// as of this scan.
func (r *run) count(known []string, gaps []db.Gap) {
	there := setOf(known)
	meant := len(known)
	for _, g := range gaps {
		if !there[g.WorkspaceID] {
			meant++
		}
	}
	r.record.Meant, r.record.Seen = int64(meant), int64(meant-len(gaps))
}

// anyFailed reports whether a part is missing that was asked for. A part that
// is read bit by bit over several scans, because of Microsoft's limits, is
// partial without a request id or an error of the service: see behind.
func anyFailed(parts map[string]db.Part) bool {
	for _, p := range parts {
		if p.State == db.PartFailed || p.State == db.PartPartial && !isBehind(p) {
			return true
		}
	}
	return false
}

// afterwards is what may fail without harm once a scan is published.
func (r *run) afterwards(ctx context.Context) {
	if err := r.cfg.DB.Optimize(ctx); err != nil {
		r.cfg.Log.WarnContext(ctx, "the database's statistics were not renewed", "error", err)
	}
	if err := r.CleanArchive(); err != nil {
		r.cfg.Log.WarnContext(ctx, "the archive was not cleaned", "error", err)
	}
}
