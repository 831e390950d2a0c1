package fulfil

import (
	"context"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/workflow"
)

// What a refresh history says of a refresh; Unknown is under way (api guide,
// section 5.1).
const (
	refreshRunning   = "Unknown"
	refreshCompleted = "Completed"
)

const (
	// refreshMost is how long a run waits for a refresh: what Microsoft gives one
	// on shared capacity. refreshShows is when one that never appeared in the
	// history is taken as lost.
	refreshMost  = 2 * time.Hour
	refreshShows = 10 * time.Minute
	// refreshesRead is how far back the history is read for one refresh.
	refreshesRead = 20
	// skew is how far two clocks may be apart.
	skew = time.Minute
)

// startedRefresh looks for a refresh that was asked for through the API since a
// step was intended.
func (e *Engine) startedRefresh(ctx context.Context, arg map[string]string, since time.Time) (sight, error) {
	if since.IsZero() {
		return sight{}, nil
	}
	all, err := e.cfg.Executor.Refreshes(ctx, arg["workspace"], arg["model"], refreshesRead)
	if err != nil {
		return sight{}, err
	}
	for _, r := range all {
		if r.Type == "ViaApi" && r.Start.After(since.Add(-skew)) {
			return sight{one: true, id: r.RequestID}, nil
		}
	}
	return sight{}, nil
}

// loads says why a refresh cannot begin now, or that there is nothing to load.
func (e *Engine) loads(ctx context.Context, arg map[string]string) (busy, never string, err error) {
	models, err := e.cfg.Executor.Models(ctx, arg["workspace"])
	if err != nil {
		return "", "", err
	}
	for _, m := range models {
		if m.ID == arg["model"] && !m.Refreshable {
			return "", "The model holds no data of its own, so there is nothing to load.", nil
		}
	}
	running, err := e.refreshing(ctx, arg)
	if running {
		busy = "Another refresh of this model is running. This one begins when it has ended."
	}
	return busy, "", err
}

func (e *Engine) refreshing(ctx context.Context, arg map[string]string) (bool, error) {
	last, err := e.cfg.Executor.Refreshes(ctx, arg["workspace"], arg["model"], 1)
	return len(last) > 0 && last[0].Status == refreshRunning && last[0].End.IsZero(), err
}

// settleRefresh asks how far a refresh is. However it ends, the step is done:
// what went wrong is a finding.
func (e *Engine) settleRefresh(ctx context.Context, j *job, s db.RunStep, arg map[string]string) (workflow.Next, error) {
	all, err := e.cfg.Executor.Refreshes(ctx, arg["workspace"], arg["model"], refreshesRead)
	e.cfg.Hook("after poll " + s.ID)
	if err != nil {
		return e.pollAfter(ctx, j, s, "How far the refresh is could not be read. "+fault.Sentence(err), retryAfter(err))
	}
	took := e.cfg.Now().Sub(s.Intended)
	for _, r := range all {
		if r.RequestID != s.Results["refresh"] {
			continue
		}
		if r.Status == refreshRunning && r.End.IsZero() {
			if took > refreshMost {
				s.Finding = "The refresh has not ended within two hours and is not waited for any longer. See the model's refresh history."
				return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
			}
			return e.pollAfter(ctx, j, s, "The refresh is running since "+r.Start.UTC().Format("15:04 UTC")+".", poll)
		}
		s.Finding = refreshEnd(r)
		return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
	}
	if took > refreshShows {
		s.Finding = "The refresh was accepted, and never appeared in the model's refresh history. Refresh the model by hand."
		return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
	}
	return e.pollAfter(ctx, j, s, "The refresh was accepted and does not show in the history yet.", 0)
}

// refreshEnd says how a refresh ended when it did not complete.
func refreshEnd(r pbi.Refresh) string {
	if r.Status == refreshCompleted {
		return ""
	}
	why := r.ErrorText
	if r.ErrorCode == "ModelRefreshFailed_CredentialsNotSpecified" {
		why = "The model has no credentials for its sources: bind it to a gateway in the mapping, or have its owner enter them."
	}
	return fmt.Sprintf("The refresh ended as %s. %s (%s)", r.Status, why, firstWord(r.ErrorCode, "no code"))
}
