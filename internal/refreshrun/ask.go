package refreshrun

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/refreshplan"
)

// ask finds out whether a node's condition holds. What cannot be read is asked
// again: unknown is neither yes nor no.
func (e *Engine) ask(ctx context.Context, j *job, row db.PlanNode, n refreshplan.Node) error {
	yes, why, err := e.holds(ctx, j, n)
	if err != nil {
		return e.hold(ctx, row, max(busyAgain, retryAfter(err)), "Its condition could not be read and is asked again. "+fault.Sentence(err))
	}
	row.Answer, row.Reason, row.Wake = refreshplan.No, why, time.Time{}
	if yes {
		row.Answer = refreshplan.Yes
	}
	return e.save(ctx, "ask "+n.Name, row)
}

// holds asks every part of a condition until one does not hold.
func (e *Engine) holds(ctx context.Context, j *job, n refreshplan.Node) (bool, string, error) {
	if c := n.When; c.Upstream {
		if newer, why, err := e.newer(ctx, j, n); err != nil || !newer {
			return false, why, err
		}
	}
	if q := n.When.Query; q != nil {
		if ok, why, err := e.query(ctx, n, *q); err != nil || !ok {
			return false, "Not needed: " + why, err
		}
	}
	if a := n.When.Activity; a != nil {
		item := a.Item
		if item == "" {
			item = n.Item
		}
		seen, err := e.cfg.DB.Reader().CountActivity(ctx, j.run.Tenant, item, a.Name, e.cfg.Now().Add(-a.Within), int64(a.Least))
		if err != nil || seen < int64(a.Least) {
			return false, fmt.Sprintf("Not needed: the activity log knows of %d events of %d in %s.", seen, a.Least, refreshplan.Length(a.Within)), err
		}
	}
	return true, "", nil
}

// newer reports whether something before the node was refreshed since the node
// was. What was never refreshed itself is refreshed.
func (e *Engine) newer(ctx context.Context, j *job, n refreshplan.Node) (bool, string, error) {
	own, err := e.lastGood(ctx, n)
	if err != nil || own.IsZero() {
		return true, "", err
	}
	for _, need := range n.Needs {
		row, up := j.node(need)
		if row.Refreshed {
			return true, "", nil
		}
		at, err := e.lastGood(ctx, up)
		if err != nil {
			return false, "", err
		}
		if at.After(own) {
			return true, "", nil
		}
	}
	return false, "Not needed: nothing before it was refreshed since its own last refresh at " + own.UTC().Format("2 Jan 15:04") + " UTC.", nil
}

// lastGood is when the newest good refresh ended; zero when none is known.
func (e *Engine) lastGood(ctx context.Context, n refreshplan.Node) (time.Time, error) {
	past, err := e.history(ctx, n)
	for _, r := range past {
		if r.Status == "Completed" || r.Status == "Success" {
			return r.End, nil
		}
	}
	return time.Time{}, err
}

// query asks a model and compares the one value it answers.
func (e *Engine) query(ctx context.Context, n refreshplan.Node, q refreshplan.Query) (bool, string, error) {
	workspace, model := q.Workspace, q.Model
	if model == "" {
		workspace, model = n.Workspace, n.Item
	}
	rows, err := e.cfg.Executor.Query(ctx, workspace, model, q.DAX)
	if err != nil {
		return false, "", err
	}
	if len(rows) != 1 || len(rows[0]) != 1 {
		return false, "", fault.New(fault.Invalid, "The query answered %d rows; it must answer one row with one value.", len(rows))
	}
	for _, text := range rows[0] {
		value, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil:
			return false, "", fault.New(fault.Invalid, "The query answered %q, which is no number.", text)
		case q.Least != nil && value < *q.Least:
			return false, fmt.Sprintf("the query answered %s, and at least %s is asked for.", number(value), number(*q.Least)), nil
		case q.Most != nil && value > *q.Most:
			return false, fmt.Sprintf("the query answered %s, and at most %s is asked for.", number(value), number(*q.Most)), nil
		}
		return true, "The query answered " + number(value) + ".", nil
	}
	return false, "", nil
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// check asks a node's gate. One that cannot be read within the node's timeout
// is closed.
func (e *Engine) check(ctx context.Context, j *job, row db.PlanNode, n refreshplan.Node) error {
	good, why, err := e.passes(ctx, n)
	if err != nil && !e.cfg.Now().After(row.Since.Add(n.Timeout)) && !pbi.Missing(err) && !fault.Is(err, fault.Invalid) {
		row.Wake, row.Reason = e.cfg.Now().Add(max(unreadWait, retryAfter(err))), "Its gate could not be read and is asked again. "+fault.Sentence(err)
		return e.save(ctx, "gate unread "+n.Name, row)
	}
	if err != nil {
		good, why = false, "Its gate could not be read. "+fault.Sentence(err)
	}
	row.Wake = time.Time{}
	row.Status = n.Gated(row.Status, good, why, e.cfg.Now())
	return e.save(ctx, "gate "+n.Name, row)
}

func (e *Engine) passes(ctx context.Context, n refreshplan.Node) (bool, string, error) {
	why := ""
	if n.Gate.Fresh > 0 {
		at, err := e.lastGood(ctx, n)
		if err != nil {
			return false, "", err
		}
		if age := e.cfg.Now().Sub(at); at.IsZero() || age > n.Gate.Fresh {
			return false, "It was refreshed, but its gate is closed: no good refresh is newer than " + refreshplan.Length(n.Gate.Fresh) + ".", nil
		}
		why = "Its data is fresh. "
	}
	if q := n.Gate.Query; q != nil {
		good, said, err := e.query(ctx, n, *q)
		if err == nil && !good {
			said = "It was refreshed, but its gate is closed: " + said
		}
		return good, why + said, err
	}
	return true, why, nil
}
