package evaluate

import (
	"context"
	"slices"

	"steward/internal/db"
	"steward/internal/policy"
	"steward/internal/violation"
)

// loaded is a part whose facts were read, on its way to be judged.
type loaded struct {
	ids  []int64
	part *db.FactPart
	err  error
}

// judgeSpaces judges the chosen workspaces, a part at a time. Reading the next
// part goes on while one is judged and written; two parts exist at most.
func (r *run) judgeSpaces(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	free, ready := make(chan *db.FactPart, 2), make(chan loaded)
	free <- &db.FactPart{}
	free <- &db.FactPart{}
	go func() {
		defer close(ready)
		for ids := range slices.Chunk(r.seen(), db.FactChunk) {
			var part *db.FactPart
			select {
			case part = <-free:
			case <-ctx.Done():
				return
			}
			err := r.facts.Load(ctx, ids, part)
			select {
			case ready <- loaded{ids: ids, part: part, err: err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	// The reader is waited for whatever happens: it holds statements.
	defer func() {
		stop()
		for range ready {
		}
	}()
	judge := r.set.NewJudge(ctx, policy.AtScan, r.facts.Tenant())
	for l := range ready {
		if l.err != nil {
			return l.err
		}
		if err := r.judgePart(ctx, judge, l); err != nil {
			return err
		}
		free <- l.part
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.save(ctx, nil, 0)
}

// seen leaves out the workspaces that the scan could not see.
func (r *run) seen() []int64 {
	return slices.DeleteFunc(slices.Clone(r.spaces), r.facts.Unseen)
}

func (r *run) judgePart(ctx context.Context, judge *policy.Judge, l loaded) error {
	standing, err := r.reader.StandingIn(ctx, r.view.Tenant, l.ids)
	if err != nil {
		return err
	}
	if err := r.leaving(ctx, l.ids); err != nil {
		return err
	}
	spaces := l.part.Spaces()
	s := r.newSheet(len(spaces), standing)
	r.facts.Each(l.part, func(at int, o policy.Object) { s.judge(judge, at, o) })
	if s.err != nil {
		return s.err
	}
	if r.holdings != nil {
		l.part.Holdings(r.holdings)
	}
	visible := make(map[int64]bool, len(spaces))
	for i := range spaces {
		visible[spaces[i].Num] = true
	}
	changes := s.reconcile(func(ref policy.Ref) violation.Presence {
		switch {
		case !visible[ref.Workspace]:
			return violation.Gone
		case ref.Kind == policy.KindWorkspace, ref.Object == ref.Workspace:
			return violation.Judged
		case !l.part.HasItem(ref.Object):
			return violation.Gone
		}
		return violation.Judged // a right that was taken away is mended, too
	})
	r.result.Workspaces += int64(len(spaces))
	if err := r.save(ctx, s.units(spaces, changes), saveAt); err != nil {
		return err
	}
	return r.dropGone(ctx, l.ids, visible)
}

// saveAt is how much is gathered, in units and changes, before it is written:
// every commit waits for the disk.
const saveAt = 900

// save writes what was gathered once there is at least so much of it.
func (r *run) save(ctx context.Context, units []db.Unit, atLeast int) error {
	r.unsaved = append(r.unsaved, units...)
	size := 0
	for i := range r.unsaved {
		size += 1 + len(r.unsaved[i].Changes)
	}
	if size < atLeast {
		return nil
	}
	units, r.unsaved = r.unsaved, nil
	return r.write(ctx, units)
}

// dropGone forgets what workspaces that are gone counted for.
func (r *run) dropGone(ctx context.Context, ids []int64, visible map[int64]bool) error {
	gone := slices.DeleteFunc(slices.Clone(ids), func(ws int64) bool { return visible[ws] })
	if len(gone) == 0 {
		return nil
	}
	if err := r.save(ctx, nil, 0); err != nil { // their last changes first
		return err
	}
	return r.store.DropUnits(ctx, r.view.Tenant, gone)
}
