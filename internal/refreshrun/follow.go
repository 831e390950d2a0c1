package refreshrun

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/refreshplan"
)

const (
	// skew is how far the service's clock may be behind ours.
	skew = 2 * time.Minute
	// looksBeforeLost is how often a start without an answer is looked for.
	looksBeforeLost = 3
	// neverSeen is how long a refresh that was taken on may not show in the
	// history before it counts as lost (guide, 5.2).
	neverSeen = 10 * time.Minute
)

// follow looks after every start that has no outcome; moved means that one has
// one now.
func (e *Engine) follow(ctx context.Context, j *job) (moved bool, err error) {
	for _, row := range j.nodes {
		t, open := j.open[row.Name]
		if !open {
			continue
		}
		_, n := j.node(row.Name)
		did := false
		switch {
		case t.State == db.TryIntent:
			did, err = true, e.doubtful(ctx, j, row, t)
		case t.State == db.TryInDoubt && !t.Wake.After(e.cfg.Now()):
			did, err = true, e.seek(ctx, j, row, n, t)
		case t.State == db.TryRunning && row.Phase == refreshplan.Cancelling && t.Stopped == "":
			did, err = true, e.stop(ctx, j, row, n, t)
		case t.State == db.TryRunning && !t.Wake.After(e.cfg.Now()):
			did, err = e.poll(ctx, j, row, n, t)
		}
		if moved = moved || did; err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// doubtful marks a start whose outcome nobody wrote down: the portal stopped in
// between.
func (e *Engine) doubtful(ctx context.Context, j *job, row db.PlanNode, t db.PlanTry) error {
	t.State, t.Wake = db.TryInDoubt, e.cfg.Now().Add(e.cfg.Settle)
	row.Reason = "The portal stopped before it knew whether this began. Its history is looked at."
	return e.move(ctx, j, row, t, db.TryIntent, ledger.InDoubt)
}

// seek looks in the history for a start without an answer.
func (e *Engine) seek(ctx context.Context, j *job, row db.PlanNode, n refreshplan.Node, t db.PlanTry) error {
	e.cfg.Hook("before settling look " + n.Name)
	past, err := e.history(ctx, n)
	if err != nil { // while it cannot be read nobody can tell; it is tried on
		t.Wake = e.cfg.Now().Add(max(e.cfg.Settle, retryAfter(err)))
		row.Reason = "Whether it began could not be read. " + fault.Sentence(err)
		return e.move(ctx, j, row, t, db.TryInDoubt, ledger.InDoubt)
	}
	for _, r := range past {
		if r.RequestID == t.Known {
			break // what is older was there before
		}
		if r.Start.Before(t.Intended.Add(-skew)) || r.Type == "Scheduled" {
			continue
		}
		t.RequestID, t.Status = r.RequestID, 0
		err := e.running(ctx, j, row, t, db.TryInDoubt, r.Start, "Found again in its history by when it began.")
		if fault.Is(err, fault.Conflict) { // that one is another start's
			continue
		}
		return err
	}
	t.Looks++
	if t.Looks < looksBeforeLost {
		t.Wake = e.cfg.Now().Add(e.cfg.Settle << t.Looks)
		row.Reason = "It was looked for in its history and is not there. It is looked for again."
		return e.move(ctx, j, row, t, db.TryInDoubt, ledger.InDoubt)
	}
	return e.back(ctx, j, row, t, db.TryInDoubt, 0, "It was looked for in its history three times and never began. It is begun anew.")
}

// stop tells the service to stop a refresh. Telling it again is harmless.
func (e *Engine) stop(ctx context.Context, j *job, row db.PlanNode, n refreshplan.Node, t db.PlanTry) error {
	if t.RequestID == "" {
		return e.wait(ctx, row, t, e.cfg.Now().Add(e.cfg.Poll)) // its id is not known yet
	}
	w := pbi.CancelRefresh(n.Workspace, n.Item, t.RequestID)
	if n.Kind == refreshplan.Dataflow {
		w = pbi.CancelDataflowRefresh(n.Workspace, t.RequestID)
	}
	e.cfg.Hook("before stop " + n.Name)
	answer, err := e.cfg.Executor.Send(ctx, w)
	e.cfg.Hook("after stop " + n.Name)
	if err != nil && pbi.CertaintyOf(err) != pbi.RefusedByService {
		e.cfg.Log.WarnContext(ctx, "a refresh was not told to stop yet", "node", n.Name, "error", err)
		return e.wait(ctx, row, t, e.cfg.Now().Add(max(refusedWait, retryAfter(err))))
	}
	t.Stopped, t.Wake = w.Method+" "+w.Path, e.cfg.Now().Add(e.cfg.Poll)
	if err != nil {
		t.Stopped += "\n" + fault.Sentence(err)
	} else {
		t.Stopped += fmt.Sprintf("\nHTTP %d", answer.Status)
	}
	return e.move(ctx, j, row, t, db.TryRunning, ledger.Done)
}

// wait asks again later.
func (e *Engine) wait(ctx context.Context, row db.PlanNode, t db.PlanTry, at time.Time) error {
	t.Wake = at
	return e.cfg.DB.Write(ctx, func(tx *db.Tx) error { return tx.SaveTry(ctx, t, t.State) })
}

// ending is what a refresh came to.
type ending struct {
	over, good, cancelled bool
	at                    time.Time
	code, text            string
}

// poll asks how far a refresh is.
func (e *Engine) poll(ctx context.Context, j *job, row db.PlanNode, n refreshplan.Node, t db.PlanTry) (moved bool, err error) {
	e.cfg.Hook("before poll " + n.Name)
	end, seen, err := e.look(ctx, n, &t)
	age := e.cfg.Now().Sub(t.Began)
	switch {
	case err != nil:
		e.cfg.Log.WarnContext(ctx, "how far a refresh is could not be read", "node", n.Name, "error", err)
		return false, e.wait(ctx, row, t, e.cfg.Now().Add(max(e.cfg.PollMost, retryAfter(err))))
	case !seen && age > neverSeen:
		end = ending{over: true, text: "It never showed up in the history, ten minutes after Power BI took it on. It counts as lost."}
	case !end.over:
		return false, e.wait(ctx, row, t, e.cfg.Now().Add(min(max(age/10, e.cfg.Poll), e.cfg.PollMost)))
	}
	return true, e.ended(ctx, j, row, n, t, end)
}

// look finds a refresh by its id, or, where the answer had none, by when it
// began; seen is false when the service does not show it.
func (e *Engine) look(ctx context.Context, n refreshplan.Node, t *db.PlanTry) (end ending, seen bool, err error) {
	if n.Enhanced != nil && t.RequestID != "" {
		d, err := e.cfg.Executor.RefreshDetails(ctx, n.Workspace, n.Item, t.RequestID)
		if err == nil {
			return ending{over: d.Over(), good: d.ExtendedStatus == "Completed", cancelled: d.ExtendedStatus == "Cancelled", at: d.End, code: d.ErrorCode,
				text: firstOf(d.ErrorText, d.ExtendedStatus)}, true, nil
		}
		if !pbi.Missing(err) {
			return end, false, err
		}
	}
	past, err := e.history(ctx, n)
	for _, r := range past {
		found := strings.EqualFold(r.RequestID, t.RequestID)
		if t.RequestID == "" {
			if r.RequestID == t.Known {
				break
			}
			if found = !r.Start.Before(t.Intended.Add(-skew)) && r.Type != "Scheduled"; found {
				t.RequestID = r.RequestID
			}
		}
		if found {
			good := r.Status == "Completed" || r.Status == "Success"
			return ending{over: !underWay(r), good: good, cancelled: r.Status == "Cancelled", at: r.End, code: r.ErrorCode, text: firstOf(r.ErrorText, r.Status)}, true, nil
		}
	}
	return end, false, err
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// ended writes down how a refresh ended, and where its node goes.
func (e *Engine) ended(ctx context.Context, j *job, row db.PlanNode, n refreshplan.Node, t db.PlanTry, end ending) error {
	t.State, t.Ended, t.Wake, t.ErrorCode, t.ErrorText = db.TryDone, end.at, time.Time{}, end.code, end.text
	if t.Ended.IsZero() {
		t.Ended = e.cfg.Now()
	}
	outcome := ledger.Done
	switch {
	case end.good:
		t.ErrorText = ""
	case end.cancelled:
		t.State, outcome = db.TryCancelled, ledger.Failed
	default:
		t.State, outcome = db.TryFailed, ledger.Failed
	}
	switch {
	case row.Phase.Ended(): // it was given up before; now the service has ended, too
		row.Lingers = false
	case row.Phase == refreshplan.Cancelling && !end.good:
		row.Status = n.Ended(row.Status, false, row.Reason+" It was stopped.", e.cfg.Now())
	case end.good:
		row.Status = n.Ended(row.Status, true, "", e.cfg.Now())
	default:
		row.Status = n.Ended(row.Status, false, cause(end), e.cfg.Now())
	}
	return e.move(ctx, j, row, t, db.TryRunning, outcome)
}

// cause says why a refresh failed: what the service told, and its code.
func cause(end ending) string {
	text := strings.TrimSpace(end.text)
	switch {
	case end.cancelled:
		return "Somebody stopped the refresh at Power BI."
	case text == "" || text == "Failed":
		text = "The refresh failed; Power BI gave no text."
	}
	if end.code != "" {
		text += " (" + end.code + ")"
	}
	return text
}
