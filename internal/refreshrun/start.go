package refreshrun

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/refreshplan"
)

// How long a node waits: for a model that is busy, for a service that refused
// for now, and for a history that could not be read.
const (
	busyAgain   = 2 * time.Minute
	refusedWait = 30 * time.Second
	unreadWait  = time.Minute
)

// errChanged makes the next Advance look again.
var errChanged = errors.New("the run was changed in between")

// call is the start of a node's refresh.
func call(n refreshplan.Node) pbi.Write {
	if n.Kind == refreshplan.Dataflow {
		return pbi.StartDataflowRefresh(n.Workspace, n.Item)
	}
	if n.Enhanced == nil {
		return pbi.StartRefresh(n.Workspace, n.Item)
	}
	e := n.Enhanced
	out := pbi.EnhancedRefresh{Type: capital(e.Type), CommitMode: capital(e.Commit), Parallelism: e.Parallelism, Retries: e.Retries, Timeout: e.Timeout}
	for _, o := range e.Objects {
		out.Objects = append(out.Objects, pbi.RefreshObject{Table: o.Table, Partition: o.Partition})
	}
	return pbi.StartEnhancedRefresh(n.Workspace, n.Item, out)
}

// capital writes a word as Microsoft's definition spells its values.
func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// history reads the newest refreshes of a node.
func (e *Engine) history(ctx context.Context, n refreshplan.Node) ([]pbi.Refresh, error) {
	if n.Kind == refreshplan.Dataflow {
		return e.cfg.Executor.Transactions(ctx, n.Workspace, n.Item)
	}
	return e.cfg.Executor.Refreshes(ctx, n.Workspace, n.Item, 60)
}

// underWay reports whether a refresh has not ended. Unknown is the service's
// word for that.
func underWay(r pbi.Refresh) bool {
	return r.End.IsZero() && (r.Status == "Unknown" || r.Status == "InProgress" || r.Status == "")
}

// begin takes a node through look, intent, one write, outcome.
func (e *Engine) begin(ctx context.Context, j *job, s refreshplan.State, row db.PlanNode, n refreshplan.Node) error {
	e.cfg.Hook("before look " + n.Name)
	past, err := e.history(ctx, n)
	if err != nil {
		return e.unread(ctx, row, n, err)
	}
	if len(past) > 0 && underWay(past[0]) {
		return e.hold(ctx, row, busyAgain, "It is being refreshed already, since "+past[0].Start.UTC().Format("15:04:05")+" UTC. This start waits for its end.")
	}
	quota, err := e.quota(ctx, n, row, past)
	if err != nil {
		return err
	}
	if held, err := e.within(ctx, j, s, row, n, quota); held || err != nil {
		return err
	}
	w := call(n)
	t := db.PlanTry{Run: row.Run, Name: row.Name, Try: j.tries[n.Name] + 1, Tenant: j.run.Tenant, Item: n.Item, Sent: w.Method + " " + w.Path + "\n" + string(w.Body)}
	if len(past) > 0 {
		t.Known = past[0].RequestID
	}
	if t, err = e.intend(ctx, j, &row, t); err != nil {
		if fault.Is(err, fault.Conflict) {
			return e.hold(ctx, row, busyAgain, fault.Sentence(err))
		}
		return err
	}
	e.cfg.Hook("before write " + n.Name)
	answer, err := e.cfg.Executor.Send(ctx, w)
	e.cfg.Hook("after write " + n.Name)
	if err != nil {
		return e.refused(ctx, j, row, n, t, err)
	}
	t.Status, t.Answered, t.RequestID = answer.Status, fmt.Sprintf("HTTP %d, RequestId %s", answer.Status, answer.RequestID), answer.RefreshID
	if n.Kind == refreshplan.Dataflow {
		t.RequestID = "" // the history has another one
	}
	return e.running(ctx, j, row, t, db.TryIntent, e.cfg.Now(), "")
}

// hold lets a node wait, without counting a try.
func (e *Engine) hold(ctx context.Context, row db.PlanNode, wait time.Duration, why string) error {
	row.Phase, row.Wake, row.Reason = refreshplan.Waiting, e.cfg.Now().Add(wait), why
	return e.save(ctx, "hold "+row.Name, row)
}

// unread is what becomes of a node whose history cannot be read: without it
// nobody can tell whether the model is busy, or how often it was refreshed
// today, so nothing is sent.
func (e *Engine) unread(ctx context.Context, row db.PlanNode, n refreshplan.Node, err error) error {
	why := "Its history could not be read, so nothing was sent. " + fault.Sentence(err)
	if pbi.Missing(err) || pbi.Closed(err) {
		row.Tries++
		row.Status = n.Ended(row.Status, false, why+" Let the portal's application into the workspace as a Contributor.", e.cfg.Now())
		return e.save(ctx, "unread "+row.Name, row)
	}
	return e.hold(ctx, row, max(unreadWait, retryAfter(err)), why)
}

func retryAfter(err error) time.Duration {
	var e *pbi.Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// within asks the daily limit again, now that the history is known; held means
// that the node is not begun now.
func (e *Engine) within(ctx context.Context, j *job, s refreshplan.State, row db.PlanNode, n refreshplan.Node, q refreshplan.Quota) (held bool, err error) {
	j.quota[n.Name] = q
	free, ever := q.Next(e.cfg.Now())
	if ever && !free.After(e.cfg.Now()) {
		return false, nil
	}
	s.Quota = j.quota
	for _, a := range refreshplan.Next(&j.plan, s, e.cfg.Now()) {
		if a.Node == n.Name && a.Do == refreshplan.Lose {
			return true, e.act(ctx, j, s, a)
		}
	}
	return true, e.hold(ctx, row, free.Sub(e.cfg.Now()), fmt.Sprintf("It was refreshed as often as Microsoft allows in a day (%d, its schedule included). The next one is possible at %s UTC.",
		q.Limit, free.UTC().Format("2 Jan 15:04")))
}

// quota counts how often a node was refreshed in the last day: what its history
// tells, and what plans began that is not in there.
func (e *Engine) quota(ctx context.Context, n refreshplan.Node, row db.PlanNode, past []pbi.Refresh) (refreshplan.Quota, error) {
	q := refreshplan.Quota{Limit: refreshplan.SharedPerDay}
	if row.Capacity != "" {
		q.Limit = refreshplan.DedicatedPerDay
	}
	since := e.cfg.Now().Add(-24 * time.Hour)
	known := map[string]bool{}
	for _, r := range past {
		known[r.RequestID] = true
		switch {
		case !r.Start.After(since) || r.Type == "OnDemand" && n.Kind == refreshplan.Model:
		case r.Type == "Scheduled":
			q.Scheduled++
		default:
			q.Starts = append(q.Starts, r.Start)
		}
	}
	tries, err := e.cfg.DB.Reader().TriesOf(ctx, e.cfg.Tenant, n.Item, since)
	for _, t := range tries {
		if t.State != db.TryRefused && !known[t.RequestID] {
			q.Starts = append(q.Starts, t.Intended)
		}
	}
	if err != nil || n.Kind == refreshplan.Dataflow {
		return q, err
	}
	// A schedule that cannot be read is not known to take fewer slots than it
	// took in the last day; those are counted.
	if sch, err := e.cfg.Executor.Schedule(ctx, n.Workspace, n.Item); err == nil && sch != nil && sch.Enabled {
		q.Slots = len(sch.Times)
	}
	return q, nil
}

// intend writes the start down before it is sent.
func (e *Engine) intend(ctx context.Context, j *job, row *db.PlanNode, t db.PlanTry) (db.PlanTry, error) {
	err := e.cfg.Write(ctx, "intent "+row.Name, func(tx *db.Tx) error {
		run, err := tx.PlanRun(ctx, row.Run)
		if err != nil {
			return err
		}
		if _, held, err := tx.Hold(ctx, run.Tenant); err != nil || held || !run.Cancel.IsZero() || run.Ended() {
			return errors.Join(err, errChanged)
		}
		if err := tx.IntendTry(ctx, t); err != nil {
			return err
		}
		t.State, t.Intended = db.TryIntent, tx.Now
		next := *row
		next.Phase, next.Since, next.Wake, next.Reason = refreshplan.Starting, tx.Now, time.Time{}, ""
		next.Tries++
		if err := tx.SavePlanNode(ctx, next); err != nil {
			return err
		}
		*row = next
		return tx.Record(ctx, step(j, t, ledger.StepWrite, ledger.Intended, ""))
	})
	return t, err
}

// step is a ledger entry about a start.
func step(j *job, t db.PlanTry, a ledger.Action, o ledger.Outcome, why string) ledger.Entry {
	out := entry(j.run, j.plan.Name, a, o, why)
	sent, _, _ := strings.Cut(t.Sent, "\n")
	out.Details[ledger.Step], out.Details[ledger.Call], out.Details[ledger.Attempt] = t.Name, sent, fmt.Sprint(t.Try)
	if t.RequestID != "" {
		out.Details[ledger.UpstreamID] = t.RequestID
	}
	if t.Status != 0 {
		out.Details[ledger.Status] = fmt.Sprint(t.Status)
	}
	return out
}

// running writes down that the service refreshes.
func (e *Engine) running(ctx context.Context, j *job, row db.PlanNode, t db.PlanTry, was db.TryState, began time.Time, how string) error {
	t.State, t.Began, t.Wake = db.TryRunning, began, e.cfg.Now().Add(e.cfg.Poll)
	row.Phase, row.Reason = refreshplan.Running, how
	action := ledger.StepWrite
	if was == db.TryInDoubt {
		action = ledger.StepAdopt
	}
	err := e.cfg.WriteLast(ctx, "running "+row.Name, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SaveTry(ctx, t, was); err != nil {
			return err
		}
		if err := tx.SavePlanNode(ctx, row); err != nil {
			return err
		}
		return tx.Record(ctx, step(j, t, action, ledger.Done, how))
	})
	if err != nil {
		return err
	}
	return e.cfg.Checkpoint(ctx)
}

// refused is what becomes of a start that was not answered with success.
func (e *Engine) refused(ctx context.Context, j *job, row db.PlanNode, n refreshplan.Node, t db.PlanTry, err error) error {
	_, status, id := pbi.CodeOf(err)
	t.Status, t.Answered = status, strings.TrimSpace(fault.Sentence(err)+" "+id)
	switch pbi.CertaintyOf(err) {
	case pbi.Unknown:
		t.State, t.Wake = db.TryInDoubt, e.cfg.Now().Add(e.cfg.Settle)
		row.Reason = "No clear answer came, so nobody knows yet whether it began. Its history is looked at."
		return e.move(ctx, j, row, t, db.TryIntent, ledger.InDoubt)
	case pbi.NotSent, pbi.NotYet:
		return e.back(ctx, j, row, t, db.TryIntent, max(refusedWait, retryAfter(err)), fault.Sentence(err))
	}
	if now, herr := e.history(ctx, n); status == 409 || busy(err) || herr == nil && len(now) > 0 && underWay(now[0]) {
		return e.back(ctx, j, row, t, db.TryIntent, busyAgain, "It is being refreshed by somebody else at the moment. This start waits for its end.")
	}
	t.State, t.Ended = db.TryFailed, e.cfg.Now()
	t.ErrorCode, t.ErrorText = said(err)
	row.Status = n.Ended(row.Status, false, "Power BI refused to begin. "+cause(ending{code: t.ErrorCode, text: t.ErrorText}), e.cfg.Now())
	return e.move(ctx, j, row, t, db.TryIntent, ledger.Failed)
}

// said is the service's own code and text of a refusal; ours where it gave none.
func said(err error) (code, text string) {
	var e *pbi.Error
	if errors.As(err, &e) && strings.TrimSpace(e.Message) != "" {
		return e.Code, e.Message
	}
	return "", fault.Sentence(err)
}

// busy reports whether the service said that a refresh runs already; it has no
// code of its own for that (guide, 5.2).
func busy(err error) bool {
	var e *pbi.Error
	return errors.As(err, &e) && e.Status == 400 && strings.Contains(strings.ToLower(e.Message), "already executing")
}

// back takes a start back that did not begin: the node waits, and no try is
// counted.
func (e *Engine) back(ctx context.Context, j *job, row db.PlanNode, t db.PlanTry, was db.TryState, wait time.Duration, why string) error {
	t.State, t.Ended, t.Wake = db.TryRefused, e.cfg.Now(), time.Time{}
	row.Phase, row.Wake, row.Reason = refreshplan.Waiting, e.cfg.Now().Add(wait), why
	row.Tries--
	return e.move(ctx, j, row, t, was, ledger.Refused)
}

// move writes down where a start and its node are.
func (e *Engine) move(ctx context.Context, j *job, row db.PlanNode, t db.PlanTry, was db.TryState, o ledger.Outcome) error {
	return e.cfg.WriteLast(ctx, string(t.State)+" "+row.Name, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SaveTry(ctx, t, was); err != nil {
			return err
		}
		if err := tx.SavePlanNode(ctx, row); err != nil {
			return err
		}
		return tx.Record(ctx, step(j, t, ledger.StepWrite, o, row.Reason))
	})
}
