package scan

import (
	"context"
	"errors"
	"fmt"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
)

// refusedBatch is a batch that Microsoft itself says it could not scan.
type refusedBatch struct{ code string }

func (e *refusedBatch) Error() string { return "the metadata scan failed: " + e.code }

// Unwrap gives the error the sentence for people.
func (e *refusedBatch) Unwrap() error {
	if e.code == "" {
		return fault.New(fault.Unavailable, "Microsoft could not scan these workspaces and did not say why.")
	}
	return fault.New(fault.Unavailable, "Microsoft could not scan these workspaces (%s).", plain(e.code))
}

// failed decides what becomes of a batch after an error: wait and ask again,
// split it to find what poisons it, give it up; or, when nobody is let in, end
// the scan.
func (r *run) failed(ctx context.Context, b *board, j *job, err error) error {
	if ctx.Err() != nil {
		return err
	}
	b.lastErr = err
	if j.failed.IsZero() {
		j.failed = r.cfg.Now()
	}
	j.Error, j.RequestID = fault.Sentence(err), requestID(err)
	r.cfg.Log.WarnContext(ctx, "batch failed", "scan", r.record.ID, "batch", j.Seq, "workspaces", len(j.IDs), "attempt", j.Attempts, "error", err)
	switch {
	case fault.Is(err, fault.Throttled):
		j.Attempts = max(j.Attempts-1, 0) // refused before anything was done: not the batch's fault
		return r.putBack(ctx, b, j, j.Error, wait(1))
	case fault.Is(err, fault.Denied) && b.done == 0:
		return &failure{err}
	case tooLarge(err):
		return r.splitOrDrop(ctx, b, j)
	case int(j.Attempts) < tries(j):
		return r.putBack(ctx, b, j, j.Error, wait(int(j.Attempts)))
	case b.outage(j, err):
		return r.putBack(ctx, b, j, j.Error, wait(int(j.Attempts)))
	}
	return r.splitOrDrop(ctx, b, j)
}

func tries(j *job) int {
	if j.split && len(j.IDs) > 1 {
		return 1
	}
	if j.split {
		return batchTries - 1
	}
	return batchTries
}

// outageTries is how often a batch is asked for while nothing else succeeds
// either: with the pauses between them, a quarter of an hour.
const outageTries = 6

// outage reports whether an error says more of the service than of the batch:
// it broke down or did not answer, and nothing else has succeeded since. Such
// a batch is not split, it waits.
func (b *board) outage(j *job, err error) bool {
	var e *pbi.Error
	if j.split || !errors.As(err, &e) || e.Status != 0 && e.Status < 500 || b.progressed.After(j.failed) {
		return false
	}
	for _, other := range append(append([]*job{}, b.waiting...), b.asked...) {
		if other != j && other.failed.IsZero() {
			return true // let those show whether the service is well
		}
	}
	return j.Attempts < outageTries
}

func tooLarge(err error) bool {
	var e *pbi.Error
	return errors.As(err, &e) && e.Class == pbi.ClassTooLarge
}

// splitOrDrop halves a poisoned batch as long as there is something to halve
// and calls to spend on it; else its workspaces become gaps.
func (r *run) splitOrDrop(ctx context.Context, b *board, j *job) error {
	b.asked, b.waiting = without(b.asked, j), without(b.waiting, j)
	if len(j.IDs) < 2 || b.splits+2 > splitBudget {
		return r.drop(ctx, b, j)
	}
	b.splits += 2
	first, second, err := r.cfg.DB.SplitBatch(ctx, r.record.ID, j.Batch)
	if err != nil {
		return err
	}
	now := r.cfg.Now()
	b.waiting = append(b.waiting, &job{Batch: first, due: now, split: true}, &job{Batch: second, due: now, split: true})
	b.total++
	return nil
}

// drop turns the workspaces of a batch into gaps.
func (r *run) drop(ctx context.Context, b *board, j *job) error {
	b.asked, b.waiting = without(b.asked, j), without(b.waiting, j)
	b.done++
	if err := r.gaps(ctx, j.IDs, j.Error); err != nil {
		return err
	}
	j.State = db.BatchFailed
	return r.cfg.DB.SaveBatch(ctx, r.record.ID, j.Batch)
}

// gaps notes workspaces that cannot be seen, and why.
func (r *run) gaps(ctx context.Context, ids []string, why string) error {
	last, err := r.cfg.DB.Reader().LastSeen(ctx, r.tenant, ids)
	if err != nil {
		return err
	}
	var gaps []db.Gap
	for _, id := range ids {
		gaps = append(gaps, db.Gap{WorkspaceID: id, Reason: why, LastSeen: last[id]})
	}
	return r.cfg.DB.AddGaps(ctx, r.tenant, r.record.ID, gaps)
}

// giveUp ends the waiting for a service that has not answered anything for a
// long time: what was not read becomes gaps.
func (r *run) giveUp(ctx context.Context, b *board) error {
	why := "Microsoft's service did not answer for more than an hour."
	if b.lastErr != nil {
		why = fault.Sentence(b.lastErr)
	}
	for _, j := range append(append([]*job{}, b.waiting...), b.asked...) {
		j.Error = why
		if err := r.drop(ctx, b, j); err != nil {
			return err
		}
	}
	return nil
}

// anythingSeen fails a scan that could read none of its batches: it has
// nothing to publish.
func (r *run) anythingSeen(ctx context.Context) error {
	all, err := r.cfg.DB.Reader().Batches(ctx, r.record.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	why := ""
	for _, b := range all {
		if b.State == db.BatchDone {
			return nil
		}
		why = b.Error
	}
	return &failure{fault.New(fault.Unavailable, "None of the workspaces could be read: %s The pages keep showing the last scan.", why)}
}

// requestID is Microsoft's id of the call that failed.
func requestID(err error) string {
	var e *pbi.Error
	if errors.As(err, &e) {
		return e.RequestID
	}
	return ""
}

// plain keeps a code of the service to what a code consists of.
func plain(code string) string {
	out := make([]rune, 0, 60)
	for _, c := range code {
		if len(out) < 60 && (c == '_' || c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			out = append(out, c)
		}
	}
	return string(out)
}

// storeError is an error of our own side, while reading a result: no reason
// to ask Microsoft again.
type storeError struct{ err error }

func (e *storeError) Error() string { return fmt.Sprintf("store a result: %v", e.err) }
func (e *storeError) Unwrap() error { return e.err }
