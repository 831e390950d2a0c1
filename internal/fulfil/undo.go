package fulfil

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/request"
)

// undoID is the id of the step that takes another back.
func undoID(step string) string { return "undo:" + step }

// consequences writes down what the end of a step means for the others, in the
// transaction that ends it.
func (e *Engine) consequences(ctx context.Context, tx *db.Tx, j *job, s db.RunStep) error {
	if s.Undoes != "" {
		if s.State != db.StepDone {
			return nil // what could not be taken back stays, and its step says why
		}
		return e.undone(ctx, tx, j, s)
	}
	if s.State != db.StepFailed || j.act(s).step.OnFailure != request.UndoAll {
		return nil
	}
	var back []db.RunStep
	for _, o := range slices.Backward(j.steps) {
		if o.ID == s.ID || o.Line != s.Line || o.Undoes != "" {
			continue
		}
		step, _ := j.plan.Step(o.ID)
		switch {
		case o.State == db.StepReady:
			was := o.State
			o.State, o.Note, o.Wake = db.StepSkipped, "Skipped because this failed: "+s.Says+".", time.Time{}
			if err := tx.SaveStep(ctx, o, was, o.Fence); err != nil {
				return err
			}
		case o.State == db.StepDone && o.Made && step.Undo != nil:
			back = append(back, db.RunStep{ID: undoID(o.ID), Undoes: o.ID, Line: o.Line, Says: step.Undo.Sentence + " (" + o.Says + ")",
				Operation: step.Undo.Call.Operation, Call: step.Undo.Call.Shown(), Lock: o.Lock})
		}
	}
	return tx.AddRunSteps(ctx, j.run.ID, back)
}

// undone marks the step that was taken back.
func (e *Engine) undone(ctx context.Context, tx *db.Tx, j *job, s db.RunStep) error {
	for _, o := range j.steps {
		if o.ID == s.Undoes && o.State == db.StepDone {
			o.State = db.StepUndone
			return tx.SaveStep(ctx, o, db.StepDone, o.Fence)
		}
	}
	return nil
}

// touched says why something must not be taken back: it is no longer as this
// run left it. Empty when it is.
func (e *Engine) touched(ctx context.Context, j *job, a act) (string, error) {
	if a.step.Look.Kind == request.LookImport { // what it made has ids of its own
		gone, err := e.look(ctx, j, a.look)
		if err == nil && gone.one {
			return "Left alone: it is not there any more.", nil
		}
		return "", err
	}
	was, err := e.look(ctx, j, a.step.Look)
	if err != nil {
		if pbi.Missing(err) {
			return "Left alone: it is not there any more.", nil
		}
		return "", err
	}
	if !was.one {
		return "Left alone: somebody has changed it since.", nil
	}
	arg, err := args(a.call.Args, j.result)
	if err != nil {
		return "", err
	}
	switch a.call.Operation {
	case "Workspaces_DeleteWorkspace":
		return e.spaceTouched(ctx, j, arg["workspace"])
	case "Pipelines_DeletePipeline":
		return e.lineTouched(ctx, arg["pipeline"])
	}
	return "", nil
}

// spaceTouched says what somebody else has done to a workspace of this run.
func (e *Engine) spaceTouched(ctx context.Context, j *job, id string) (string, error) {
	full, err := e.cfg.Executor.HasItems(ctx, id)
	if err != nil {
		return "", err
	}
	if full {
		return "Left alone: somebody has put content into the workspace.", nil
	}
	users, err := e.cfg.Executor.WorkspaceUsers(ctx, id)
	if err != nil {
		return "", err
	}
	for _, u := range users {
		// The creator is an application: the executor itself.
		if u.PrincipalType != "App" && !j.gave(id, u) {
			return "Left alone: somebody has given others a role on the workspace.", nil
		}
	}
	return "", nil
}

// gave reports whether this run gave somebody their role on a workspace.
func (j *job) gave(workspace string, u pbi.User) bool {
	return slices.ContainsFunc(j.steps, func(s db.RunStep) bool {
		step, _ := j.plan.Step(s.ID)
		if s.State != db.StepDone || step.Look.Kind != request.LookRole {
			return false
		}
		arg, err := args(step.Look.Args, j.result)
		return err == nil && strings.EqualFold(arg["workspace"], workspace) && rightOf([]pbi.User{u}, arg) == arg["right"]
	})
}

// lineTouched says whether a pipeline of this run holds workspaces: those the
// run put there were taken off before.
func (e *Engine) lineTouched(ctx context.Context, id string) (string, error) {
	p, err := e.cfg.Executor.Pipeline(ctx, id)
	if err != nil {
		return "", err
	}
	for _, s := range p.Stages {
		if s.WorkspaceID != "" {
			return "Left alone: a workspace stands on a stage of the pipeline.", nil
		}
	}
	return "", nil
}
