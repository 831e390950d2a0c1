package scan

import (
	"context"
	"errors"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// partTime bounds one part: a service that asks to wait longer than this gets
// its turn in the next scan (R25).
const partTime = 15 * time.Minute

// part is one thing that a scan reads beside the workspaces.
type part struct {
	name string
	// read reads and stores it. It returns how much was meant to be read and
	// how much was.
	read func(ctx context.Context, r *run) (extent, error)
	// skip says why a part is not read, when it is not.
	skip func(r *run) string
}

// extent is how much of a part was read.
type extent struct {
	meant, seen int
	// sameAge says that only what is new was read: the part is as old as it
	// was in the last scan.
	sameAge bool
	// behind says that the rest follows with the next scans, by design; it is
	// the sentence that explains it.
	behind string
}

// whole is the extent of a list that was read to its end.
func whole(n int) extent { return extent{meant: n, seen: n} }

// allParts in the order in which they are read: what others refer to first.
var allParts = []part{
	{name: "capacities", read: readCapacities},
	{name: "domains", read: readDomains},
	{name: "tenant-settings", read: readSettings},
	{name: "capacity-overrides", read: readOverrides("capacity")},
	{name: "domain-overrides", read: readOverrides("domain")},
	{name: "workspace-overrides", read: readOverrides("workspace")},
	{name: "apps", read: readApps},
	{name: "pipelines", read: readPipelines},
	{name: "deployments", read: readDeployments, skip: noPipelines},
	{name: "refreshables", read: readRefreshables},
	{name: "organisation-links", read: readOrganisationLinks},
	{name: "published-to-web", read: readPublishedToWeb},
	{name: "groups", read: readGroups, skip: noDirectory},
	{name: "people", read: readPeople, skip: noDirectory},
	{name: "unused", read: readUnused, skip: noUnused},
	{name: "activity", read: readActivity, skip: noActivity},
}

// parts reads everything beside the workspaces. A part that fails is missing
// and says why; the others go on.
func (r *run) parts(ctx context.Context) error {
	for i, p := range allParts {
		done, err := r.partDone(ctx, p.name)
		if err != nil {
			return err
		}
		r.partBegins(p.name, i, len(allParts))
		if done {
			continue
		}
		if err := r.heartbeat(ctx); err != nil {
			return err
		}
		if err := r.onePart(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// targetedParts keeps what the last scan knew beside the workspaces, but reads
// pipelines anew: whoever makes workspaces puts them into stages, and a
// production workspace whose pipeline is not seen would be called wrong. Whoever
// deployed wants to see what stands in the stages now.
func (r *run) targetedParts(ctx context.Context) error {
	if err := r.cfg.DB.KeepParts(ctx, r.record.ID); err != nil {
		return err
	}
	if err := r.onePart(ctx, part{name: "pipelines", read: readPipelines}); err != nil {
		return err
	}
	return r.onePart(ctx, part{name: "deployments", read: readDeployments, skip: noPipelines})
}

func (r *run) onePart(ctx context.Context, p part) error {
	record := db.Part{Name: p.name, State: db.PartDone}
	if p.skip != nil {
		if why := p.skip(r); why != "" {
			record.State, record.Error = db.PartSkipped, why
			return r.cfg.DB.SavePart(ctx, r.record.ID, record)
		}
	}
	began := r.cfg.Now()
	bounded, stop := context.WithTimeout(ctx, partTime)
	got, err := p.read(bounded, r)
	stop()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case ourFault(err):
		return err
	}
	record.Meant, record.Seen = int64(got.meant), int64(got.seen)
	switch {
	case err != nil:
		r.cfg.Log.WarnContext(ctx, "part failed", "scan", r.record.ID, "part", p.name, "error", err)
		record.State, record.Error, record.RequestID = db.PartFailed, fault.Sentence(err), requestID(err)
		if got.seen > 0 {
			record.State = db.PartPartial
		}
	case got.behind != "":
		record.State, record.Error = db.PartPartial, behindMark+got.behind
		record.AsOf = began
	case !got.sameAge:
		record.AsOf = began
	}
	return r.cfg.DB.SavePart(ctx, r.record.ID, record)
}

// behindMark begins the sentence of a part that is read over several scans.
const behindMark = "By design: "

func isBehind(p db.Part) bool { return strings.HasPrefix(p.Error, behindMark) }

// partDone reports whether the part was read in this scan before a stop.
func (r *run) partDone(ctx context.Context, name string) (bool, error) {
	parts, err := r.cfg.DB.Reader().Parts(ctx, r.record.ID)
	if err != nil {
		return false, err
	}
	p, ok := parts[name]
	return ok && (p.State == db.PartDone || p.State == db.PartSkipped || isBehind(p)), nil
}

// stored wraps an error of the database or the archive, so that it is not
// taken for one of the service.
func stored(err error) error {
	if err == nil {
		return nil
	}
	return &storeError{err}
}

// ourFault reports whether an error is one of the database or the archive.
func ourFault(err error) bool {
	var broken *storeError
	return errors.As(err, &broken)
}
