package fulfil

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/workflow"
)

// What a pipeline's operation says of itself (Pipelines_GetPipelineOperation).
const (
	deployWaiting   = "NotStarted"
	deploySucceeded = "Succeeded"
	deployFailed    = "Failed"
)

// listedOperations is how many operations a pipeline still tells of (api guide,
// section 6.1).
const listedOperations = 20

// arrivedID is the name of the result that tells the target's id of an item.
func arrivedID(source string) string { return "target/" + source }

// sight looks for the effect of a step. Deployments and refreshes have no key
// of their own: when the step was intended tells them from others.
func (e *Engine) sight(ctx context.Context, j *job, a act) (sight, error) {
	switch a.look.Kind {
	case request.LookDeployment, request.LookRefresh, request.LookImport:
		arg, err := args(a.look.Args, j.result)
		if err != nil {
			return sight{}, err
		}
		if a.look.Kind == request.LookImport {
			return e.startedImport(ctx, j, arg, a.since)
		}
		if a.look.Kind == request.LookRefresh {
			return e.startedRefresh(ctx, arg, a.since)
		}
		return e.startedDeployment(ctx, arg, a.since)
	}
	return e.look(ctx, j, a.look)
}

// startedDeployment looks for an operation by its mark. Where the list no
// longer reaches back, or the content says that something was deployed which no
// operation explains, only a person can tell.
func (e *Engine) startedDeployment(ctx context.Context, arg map[string]string, since time.Time) (sight, error) {
	ops, err := e.cfg.Executor.Deployments(ctx, arg["pipeline"])
	if err != nil {
		return sight{}, err
	}
	var found []string
	explained, oldest := false, e.cfg.Now()
	for _, o := range ops {
		begun := firstTime(o.Started, o.Updated)
		if strings.Contains(o.Note, arg["marker"]) {
			found = append(found, o.ID)
		}
		explained = explained || strconv.Itoa(o.TargetStage) == arg["stage"] && !begun.Before(since)
		if begun.Before(oldest) {
			oldest = begun
		}
	}
	switch {
	case len(found) == 1:
		return sight{one: true, id: found[0]}, nil
	case len(found) > 1:
		return sight{many: true}, nil
	case since.IsZero():
		return sight{}, nil
	case len(ops) >= listedOperations && oldest.After(since):
		return sight{many: true, why: "The pipeline has had twenty deployments since, and tells of no older one. Look at the content of the target."}, nil
	case explained:
		return sight{}, nil
	}
	order, err := strconv.Atoi(arg["stage"])
	if err != nil {
		return sight{}, err
	}
	items, err := e.cfg.Executor.StageItems(ctx, arg["pipeline"], order)
	if err != nil {
		return sight{}, err
	}
	for _, it := range items {
		if it.Deployed.After(since) {
			return sight{many: true, why: "Something was deployed into the target since, and no operation of the pipeline says who did it."}, nil
		}
	}
	return sight{}, nil
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// occupied says why a deployment must not be sent now: a pipeline does one
// thing at a time (api guide, section 6.2). Empty when it may.
func (e *Engine) occupied(ctx context.Context, pipeline string) (string, error) {
	ops, err := e.cfg.Executor.Deployments(ctx, pipeline)
	if err != nil {
		return "", err
	}
	for _, o := range ops {
		if promotion.UnderWay(o.Status) {
			return "Another deployment of this pipeline is running since " + firstTime(o.Started, o.Updated).UTC().Format("15:04 UTC") + ". This one begins when it has ended.", nil
		}
	}
	return "", nil
}

// settleDeployment asks how far a deployment is.
func (e *Engine) settleDeployment(ctx context.Context, j *job, s db.RunStep, arg map[string]string) (workflow.Next, error) {
	d, err := e.cfg.Executor.Deployment(ctx, arg["pipeline"], s.Results["operation"])
	e.cfg.Hook("after poll " + s.ID)
	switch {
	case pbi.Missing(err) && s.ChosenID != "":
		// An operator says that it took effect: what stands there now is all that
		// anybody can tell of it.
		return e.deployed(ctx, j, s, arg, pbi.Deployment{Status: deploySucceeded})
	case pbi.Missing(err):
		return workflow.Next{}, e.puzzle(ctx, j, s, "The deployment was accepted, and the pipeline does not tell of it any more. Look at the content of the target.")
	case err != nil:
		return e.pollAfter(ctx, j, s, "How far the deployment is could not be read. "+fault.Sentence(err), retryAfter(err))
	case d.Status == deploySucceeded, d.Status == deployFailed:
		return e.deployed(ctx, j, s, arg, d)
	}
	done := 0
	for _, p := range d.Steps {
		if p.Status == deploySucceeded {
			done++
		}
	}
	why := "The deployment is waiting to begin."
	if d.Status != deployWaiting {
		why = fmt.Sprintf("The deployment is running: %d of %d items are done.", done, len(d.Steps))
	}
	return e.pollLater(ctx, j, s, why)
}

// deployed writes down how a deployment ended: each item for itself, and under
// which id it stands in the target now.
func (e *Engine) deployed(ctx context.Context, j *job, s db.RunStep, arg map[string]string, d pbi.Deployment) (workflow.Next, error) {
	from, err := strconv.Atoi(arg["from"])
	if err != nil {
		return workflow.Next{}, err
	}
	pairs, err := e.cfg.Executor.StageItems(ctx, arg["pipeline"], from)
	if err != nil {
		return e.pollAfter(ctx, j, s, "The deployment has ended; what arrived could not be read. "+fault.Sentence(err), retryAfter(err))
	}
	results := map[string]string{"operation": s.Results["operation"]}
	target := map[string]string{}
	for _, it := range pairs {
		target[it.ID] = it.TargetID
		if it.TargetID != "" && d.Status == deploySucceeded {
			results[arrivedID(it.ID)] = it.TargetID
		}
	}
	s.Parts = nil
	for _, p := range d.Steps {
		s.Parts = append(s.Parts, db.StepPart{Name: p.SourceName, Kind: strings.TrimSuffix(p.Type, "Deployment"), What: p.Difference, State: p.Status, Says: pbi.DeployFailure(p)})
		if id := firstWord(p.TargetID, target[p.SourceID]); id != "" && p.Status == deploySucceeded {
			results[arrivedID(p.SourceID)] = id
		}
	}
	s.Results = results
	if d.Status == deploySucceeded {
		return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
	}
	return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, partly(s.Parts))
}

func firstWord(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// partly says how far a deployment came that failed.
func partly(parts []db.StepPart) string {
	done, failed, first := 0, 0, ""
	for _, p := range parts {
		switch p.State {
		case deploySucceeded:
			done++
		case deployFailed:
			failed++
			if first == "" {
				first = "“" + p.Name + "”: " + p.Says
			}
		}
	}
	switch {
	case len(parts) == 0:
		return "Power BI says that the deployment failed, and not at which item."
	case done == 0:
		return fmt.Sprintf("Nothing was deployed: %d of %d items failed. %s", failed, len(parts), first)
	}
	return fmt.Sprintf("A part was deployed and stays: %d of %d items. %d failed, %d were not begun. %s", done, len(parts), failed, len(parts)-done-failed, first)
}
