package scan

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/tenant"
)

func noUnused(r *run) string {
	if r.cfg.UnusedPerScan < 0 {
		return "Microsoft's lists of unused items are switched off in the configuration."
	}
	return ""
}

// readUnused asks Microsoft for the unused items of some workspaces, those
// whose list is oldest first: a call each of 200 an hour is too few for all of
// a large tenant, so the list goes round over several scans.
func readUnused(ctx context.Context, r *run) (extent, error) {
	limit := r.cfg.UnusedPerScan
	if r.cfg.Budgets != nil {
		if left := r.cfg.Budgets.Room(pbi.OpUnused).Left; left >= 0 {
			limit = min(limit, left)
		}
	}
	due, err := r.cfg.DB.Reader().UnusedDue(ctx, r.tenant, limit, r.record.Started)
	if err != nil {
		return extent{}, stored(err)
	}
	var lists []unusedList
	for _, ws := range due {
		if err = r.readUnusedOf(ctx, ws, &lists); err != nil {
			break
		}
	}
	if keepErr := r.keepPart("unused", lists); keepErr != nil {
		return extent{}, stored(keepErr)
	}
	e, countErr := r.unusedExtent(ctx)
	if err == nil {
		err = countErr
	}
	return e, err
}

// unusedList is the list of one workspace in the archive.
type unusedList struct {
	Workspace string
	Items     []tenant.Unused
}

func (r *run) readUnusedOf(ctx context.Context, ws string, lists *[]unusedList) error {
	all, err := r.cfg.PBI.Unused(ctx, ws)
	switch {
	case fault.Is(err, fault.NotFound):
		all = nil // deleted since, or of a kind that has no such list
	case err != nil:
		return err
	}
	list := each(all, func(u *pbi.UnusedItem) tenant.Unused {
		return tenant.Unused{ItemID: strings.ToLower(u.ID), ItemName: u.Name, ItemKind: normalKind(u.Type), WorkspaceID: ws, SizeMB: u.SizeMB, Created: u.Created, LastAccessed: u.LastAccessed}
	})
	*lists = append(*lists, unusedList{ws, list})
	return r.storeUnused(ctx, ws, list)
}

func (r *run) storeUnused(ctx context.Context, ws string, list []tenant.Unused) error {
	if err := r.in.Unused(ctx, ws, list); err != nil {
		return stored(err)
	}
	return stored(r.cfg.DB.UnusedRead(ctx, r.tenant, ws, r.record.Started))
}

// unusedExtent says of how many workspaces the list was ever read.
func (r *run) unusedExtent(ctx context.Context) (extent, error) {
	meant, seen, err := r.cfg.DB.Reader().UnusedCoverage(ctx, r.tenant)
	if err != nil {
		return extent{}, stored(err)
	}
	e := extent{meant: meant, seen: seen}
	if seen < meant {
		e.behind = fmt.Sprintf("Microsoft tells unused items one workspace and call at a time, 200 an hour. %d of %d workspaces were asked so far; each scan asks some more, the oldest answers first.", seen, meant)
	}
	return e, nil
}
