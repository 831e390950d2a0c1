package fulfil

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
	"steward/internal/workflow"
)

// What CapacityAssignmentStatus says (Groups_CapacityAssignmentStatus).
const (
	statusPending = "Pending"
	statusMoving  = "InProgress"
	statusArrived = "CompletedSuccessfully"
	statusFailed  = "AssignmentFailed"
)

const (
	// poll is how often a move is asked about, soonest how soon the first time;
	// moves take seconds to minutes.
	poll, soonest = 10 * time.Second, 2 * time.Second
	// moveMost is when a move that does not end is left to a person.
	moveMost = 2 * time.Hour
)

// acceptedSays says what the service works on.
var acceptedSays = map[request.WaitKind]string{request.WaitCapacity: "Accepted; the workspace is moving.",
	request.WaitDeployment: "Accepted; the deployment begins.", request.WaitRefresh: "Accepted; the refresh begins.",
	request.WaitOperation: "Accepted; Microsoft Fabric works on it.", request.WaitImport: "Accepted; Power BI publishes the file."}

// accepted writes down that the service took the write on and works on it.
func (e *Engine) accepted(ctx context.Context, j *job, s db.RunStep, wait request.WaitKind) error {
	was, fence := s.State, s.Fence
	s.State, s.Note, s.Operator, s.Wake, s.Tries = db.StepSettling, acceptedSays[wait], false, e.cfg.Now().Add(soonest), 0
	return e.cfg.WriteLast(ctx, "accepted "+s.ID, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		return tx.Record(ctx, entry(j.run, s, ledger.StepWrite, ledger.Intended, s.Note))
	})
}

// settle asks how far it is.
func (e *Engine) settle(ctx context.Context, j *job, s db.RunStep) (workflow.Next, error) {
	if s.Wake.After(e.cfg.Now()) {
		return e.rest(ctx, j, s.Note, s.Wake)
	}
	a := j.act(s)
	arg, err := args(a.look.Args, j.result)
	if err != nil {
		return workflow.Next{}, err
	}
	e.cfg.Hook("before poll " + s.ID)
	switch a.waits() {
	case request.WaitDeployment:
		return e.settleDeployment(ctx, j, s, arg)
	case request.WaitRefresh:
		return e.settleRefresh(ctx, j, s, arg)
	case request.WaitOperation:
		return e.settleOperation(ctx, j, s, a)
	case request.WaitImport:
		return e.settleImport(ctx, j, s, arg)
	}
	return e.settleMove(ctx, j, s, a, arg)
}

// settleMove asks how far a move to a capacity is.
func (e *Engine) settleMove(ctx context.Context, j *job, s db.RunStep, a act, arg map[string]string) (workflow.Next, error) {
	move, err := e.cfg.Executor.Assignment(ctx, arg["workspace"])
	e.cfg.Hook("after poll " + s.ID)
	if err != nil {
		return e.pollAgain(ctx, j, s, "How far it is could not be read. "+fault.Sentence(err))
	}
	switch move.Status {
	case statusArrived:
		found, err := e.look(ctx, j, a.look)
		if err != nil || !found.one {
			return e.pollLater(ctx, j, s, "The move has ended, but the workspace does not show the capacity yet.")
		}
		return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
	case statusFailed:
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, "Power BI could not move the workspace to the capacity. Check that the capacity runs and has room.")
	}
	return e.pollLater(ctx, j, s, "The workspace is moving to the capacity.")
}

// pollLater polls again, unless the move has taken too long.
func (e *Engine) pollLater(ctx context.Context, j *job, s db.RunStep, why string) (workflow.Next, error) {
	if e.cfg.Now().Sub(s.Intended) > moveMost {
		return workflow.Next{}, e.puzzle(ctx, j, s, why+" It has taken two hours.")
	}
	return e.pollAgain(ctx, j, s, why)
}

func (e *Engine) pollAgain(ctx context.Context, j *job, s db.RunStep, why string) (workflow.Next, error) {
	return e.pollAfter(ctx, j, s, why, 0)
}

// pollAfter polls again, not before what the service asked for.
func (e *Engine) pollAfter(ctx context.Context, j *job, s db.RunStep, why string, least time.Duration) (workflow.Next, error) {
	fence := s.Fence
	s.Tries++
	s.Note, s.Wake = why, e.cfg.Now().Add(max(least, min(soonest<<min(s.Tries, 3), poll)))
	err := e.cfg.Write(ctx, "poll later "+s.ID, func(tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, db.StepSettling, fence); err != nil {
			return err
		}
		return tx.RunWaits(ctx, j.run.ID, why, s.Wake)
	})
	return workflow.Next{At: s.Wake}, err
}
