package scan

import (
	"context"
	"errors"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
)

const (
	// batchTries is how often a batch is asked for before it is taken to be
	// poisoned; half of one that was split gets one try less.
	batchTries = 3
	// resultTries is how often a state or result is asked for in vain before the batch is
	// asked for again.
	resultTries = 3
	// splitBudget bounds the getInfo calls that a scan spends on finding out
	// which workspaces poison their batch.
	splitBudget = 40
	// batchDeadline is when a batch that is still running is asked for again.
	batchDeadline = 45 * time.Minute
	// patience is how long nothing at all may succeed before a scan stops
	// trying: longer than Microsoft's hourly limits make anyone wait.
	patience = 75 * time.Minute
	// manyBatches is from when calls count more than seconds.
	manyBatches = 32
)

// job is one batch while the scan works on it.
type job struct {
	db.Batch
	due     time.Time // when to do the next thing with it
	looks   int       // how often its state was asked for since it was asked
	trouble int       // how often its state or result was asked for in vain
	split   bool      // half of a batch that failed
	failed  time.Time // when it first failed; zero if it never did
}

// board is all the batches of a scan that are not done, worked on one thing
// at a time: the limits allow no more than a few calls a second anyway.
type board struct {
	waiting, asked []*job
	total, done    int
	splits         int
	progressed     time.Time // when something last succeeded
	lastErr        error
}

// batches reads every batch of the scan, or finds out that it cannot be read.
func (r *run) batches(ctx context.Context) error {
	all, err := r.cfg.DB.Reader().Batches(ctx, r.record.ID)
	if err != nil {
		return err
	}
	b := &board{total: len(all), progressed: r.cfg.Now()}
	for _, one := range all {
		j := &job{Batch: one, due: r.cfg.Now()}
		switch one.State {
		case db.BatchWaiting:
			b.waiting = append(b.waiting, j)
		case db.BatchAsked:
			b.asked = append(b.asked, j)
		default:
			b.done++
		}
	}
	r.batchesKnown(b)
	for len(b.waiting)+len(b.asked) > 0 {
		if err := r.heartbeat(ctx); err != nil {
			return err
		}
		if err := r.step(ctx, b); err != nil {
			return err
		}
		r.batchesKnown(b)
	}
	return r.anythingSeen(ctx)
}

// step does the next thing that is due, or waits for it.
func (r *run) step(ctx context.Context, b *board) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	now := r.cfg.Now()
	if now.Sub(b.progressed) > patience {
		return r.giveUp(ctx, b)
	}
	next, at := b.next(now, r.roomForAsking(now))
	if next == nil || at.After(now) {
		return r.cfg.Sleep(ctx, max(at.Sub(now), 10*time.Millisecond))
	}
	if next.State == db.BatchWaiting {
		return r.ask(ctx, b, next)
	}
	return r.look(ctx, b, next)
}

// roomForAsking is when the limits allow another getInfo. Without this the
// client would wait inside the call, and no result would be fetched meanwhile.
func (r *run) roomForAsking(now time.Time) time.Time {
	if r.cfg.Budgets == nil {
		return now
	}
	if room := r.cfg.Budgets.Room(pbi.OpGetInfo); room.Left == 0 {
		return room.Next
	}
	return now
}

// next is the job to work on next, and when.
func (b *board) next(now, room time.Time) (*job, time.Time) {
	var best *job
	var at time.Time
	consider := func(j *job, t time.Time) {
		if best == nil || t.Before(at) {
			best, at = j, t
		}
	}
	for _, j := range b.asked {
		consider(j, j.due)
	}
	if len(b.asked) < pbi.MaxUnfinishedScans {
		for _, j := range b.waiting {
			t := j.due
			if t.Before(room) {
				t = room
			}
			consider(j, t)
		}
	}
	if best == nil {
		return nil, now.Add(time.Second)
	}
	return best, at
}

// ask starts a batch upstream and stores its id there at once, so that a kill
// in the next moment does not cost a second call.
func (r *run) ask(ctx context.Context, b *board, j *job) error {
	j.Attempts++
	scan, err := r.cfg.PBI.GetInfo(ctx, j.IDs, pbi.ScanOptions{Lineage: true, Datasources: true, Schema: true, Expressions: true, Users: true})
	if err != nil {
		return r.failed(ctx, b, j, err)
	}
	now := r.cfg.Now()
	j.State, j.Upstream, j.Asked, j.Error, j.RequestID = db.BatchAsked, scan.ID, now, "", ""
	j.due, j.looks, j.trouble = now.Add(r.pace.first()), 0, 0
	b.waiting, b.asked = without(b.waiting, j), append(b.asked, j)
	return r.cfg.DB.SaveBatch(ctx, r.record.ID, j.Batch)
}

// look asks where a batch stands and fetches its result when it is ready.
func (r *run) look(ctx context.Context, b *board, j *job) error {
	scan, err := r.cfg.PBI.ScanStatus(ctx, j.Upstream)
	j.looks++
	now := r.cfg.Now()
	after := now.Sub(j.Asked)
	switch {
	case err != nil && fault.Is(err, fault.NotFound):
		return r.askAgain(ctx, b, j, "Microsoft no longer knows this batch")
	case err != nil:
		return r.stumbled(ctx, b, j, err)
	case scan.Status == pbi.ScanSucceeded:
		r.pace.ready(after, j.looks)
		return r.fetch(ctx, b, j)
	case scan.Status == pbi.ScanFailed:
		return r.failed(ctx, b, j, &refusedBatch{code: scan.ErrorCode})
	case after > batchDeadline:
		return r.askAgain(ctx, b, j, "Microsoft did not finish this batch in time")
	}
	j.due = j.Asked.Add(r.pace.notReady(after, b.total > manyBatches))
	return nil
}

// fetch reads the result of a batch into the database.
func (r *run) fetch(ctx context.Context, b *board, j *job) error {
	missing, err := r.readResult(ctx, j.Batch)
	var broken *storeError
	switch {
	case errors.As(err, &broken):
		return broken.err
	case err != nil && fault.Is(err, fault.NotFound):
		return r.askAgain(ctx, b, j, "Microsoft no longer has the result of this batch")
	case err == nil && len(missing) > 0 && len(missing) == len(j.IDs):
		err = errEmptyResult
	}
	if err != nil {
		return r.stumbled(ctx, b, j, err)
	}
	if len(missing) > 0 {
		if err := r.askFor(ctx, b, missing); err != nil {
			return err
		}
	}
	j.State, j.Error, j.RequestID = db.BatchDone, "", ""
	b.asked = without(b.asked, j)
	b.done++
	b.progressed = r.cfg.Now()
	return r.cfg.DB.SaveBatch(ctx, r.record.ID, j.Batch)
}

var errEmptyResult = fault.New(fault.Unavailable, "Microsoft's answer held none of the workspaces that were asked for.")

// stumbled looks at a batch again after its state or result could not be read;
// after some times it is asked for anew.
func (r *run) stumbled(ctx context.Context, b *board, j *job, err error) error {
	j.trouble++
	if ctx.Err() != nil {
		return err
	}
	if j.trouble >= resultTries && !fault.Is(err, fault.Throttled) || errors.Is(err, errEmptyResult) || tooLarge(err) {
		return r.failed(ctx, b, j, err)
	}
	b.lastErr = err
	r.cfg.Log.WarnContext(ctx, "batch could not be read", "scan", r.record.ID, "batch", j.Seq, "error", err)
	j.due = r.cfg.Now().Add(wait(j.trouble))
	return nil
}

// askFor adds a batch of the workspaces that an answer left out.
func (r *run) askFor(ctx context.Context, b *board, ids []string) error {
	more := []db.Batch{{IDs: ids}}
	if err := r.cfg.DB.AddBatches(ctx, r.record.ID, more); err != nil {
		return err
	}
	b.waiting = append(b.waiting, &job{Batch: more[0], due: r.cfg.Now(), split: true})
	b.total++
	return nil
}

// askAgain puts a batch back without blaming it.
func (r *run) askAgain(ctx context.Context, b *board, j *job, why string) error {
	if j.Attempts > 2*batchTries {
		return r.failed(ctx, b, j, fault.New(fault.Unavailable, "%s, %d times.", why, j.Attempts))
	}
	return r.putBack(ctx, b, j, why, 0)
}

func (r *run) putBack(ctx context.Context, b *board, j *job, why string, after time.Duration) error {
	j.State, j.Upstream, j.Error = db.BatchWaiting, "", why
	j.due = r.cfg.Now().Add(after)
	b.asked = without(b.asked, j)
	b.waiting = append(without(b.waiting, j), j)
	return r.cfg.DB.SaveBatch(ctx, r.record.ID, j.Batch)
}

// without returns the jobs except one.
func without(jobs []*job, j *job) []*job {
	kept := jobs[:0]
	for _, one := range jobs {
		if one != j {
			kept = append(kept, one)
		}
	}
	return kept
}

// wait is the pause before the n-th repetition: half a minute, doubled each
// time, ten minutes at most.
func wait(n int) time.Duration { return min(30*time.Second<<min(n-1, 5), 10*time.Minute) }
