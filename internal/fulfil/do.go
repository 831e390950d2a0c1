package fulfil

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/workflow"
)

// do takes a step through the protocol: T1, look, one write, T2.
func (e *Engine) do(ctx context.Context, j *job, s db.RunStep) (workflow.Next, error) {
	a := j.act(s)
	if a.look.Kind == request.KeepContent {
		return e.keep(ctx, j, s, a)
	}
	if a.look.Kind.Check() {
		return e.check(ctx, j, s, a)
	}
	path, body, err := a.call.Render(j.result)
	if err != nil {
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, "The call cannot be made: an earlier step has not answered what it needs.")
	}
	w := pbi.Write{Operation: a.call.Operation, Method: a.call.Method, Path: path, Body: body}
	if s, err = e.intend(ctx, j, s, w); err != nil {
		return workflow.Next{}, err
	}
	sendIt, next, err := e.before(ctx, j, s, a)
	if err != nil || !sendIt {
		return next, err
	}
	e.cfg.Hook("before write " + s.ID)
	answer, err := e.send(ctx, j, a, w)
	e.cfg.Hook("after write " + s.ID)
	s.AnsweredAt = e.cfg.Now()
	if unsendable(err) {
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, "Nothing was sent. "+fault.Sentence(err))
	}
	if err != nil {
		return e.refused(ctx, j, s, a, err)
	}
	return workflow.Next{}, e.answered(ctx, j, s, a, answer)
}

// intend is T1.
func (e *Engine) intend(ctx context.Context, j *job, s db.RunStep, w pbi.Write) (db.RunStep, error) {
	err := e.cfg.Write(ctx, "intent "+s.ID, func(tx *db.Tx) error {
		was, fence := s.State, s.Fence
		run, err := tx.Run(ctx, j.run.ID)
		if err != nil {
			return err
		}
		if !run.Paused.IsZero() || !run.Cancel.IsZero() {
			return errChanged
		}
		if _, held, err := tx.Hold(ctx, run.Tenant); err != nil || held {
			return errors.Join(err, errChanged)
		}
		if err := e.cfg.Orders.Valid(ctx, tx, run); err != nil {
			return err
		}
		if s.Undoes == "" {
			if err := e.cfg.Orders.Judged(ctx, tx, run); err != nil {
				return err
			}
		}
		if s.Fence, err = tx.Fence(ctx, run.Tenant, s.Lock, run.ID); err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(w.Method + " " + w.Path + "\n" + string(w.Body)))
		s.State, s.Digest, s.Intended = db.StepIntent, hex.EncodeToString(sum[:]), tx.Now
		s.Attempt++
		s.AnsweredAt, s.Wake, s.Note = time.Time{}, time.Time{}, ""
		s.Sent, s.Answered, s.Status = w.Method+" "+w.Path+"\n"+string(w.Body), "", 0
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		if err := tx.RunWaits(ctx, run.ID, "", time.Time{}); err != nil {
			return err
		}
		return tx.Record(ctx, entry(run, s, ledger.StepWrite, ledger.Intended, ""))
	})
	if fault.Is(err, fault.Denied) {
		// The agreement no longer holds: nothing was written down as intended.
		return s, errors.Join(e.end(ctx, j, s, db.StepFailed, fault.Sentence(err)), errChanged)
	}
	return s, err
}

// errChanged makes the next Advance look again.
var errChanged = errors.New("the run was changed in between")

// before looks at the target; false when the write must not be sent, with the
// step moved to where it belongs.
func (e *Engine) before(ctx context.Context, j *job, s db.RunStep, a act) (bool, workflow.Next, error) {
	e.cfg.Hook("before look " + s.ID)
	defer e.cfg.Hook("after look " + s.ID)
	if a.undo && !a.restores() {
		why, err := e.touched(ctx, j, a)
		if err != nil {
			return e.unread(ctx, j, s, a, err)
		}
		if why != "" {
			return false, workflow.Next{}, e.end(ctx, j, s, db.StepSkipped, why)
		}
	}
	if s.Attempt > 1 || s.Marker != "" || a.look.Kind == request.LookOwner {
		found, err := e.sight(ctx, j, a)
		switch {
		case err != nil:
			return e.unread(ctx, j, s, a, err)
		case found.many:
			return false, workflow.Next{}, e.puzzle(ctx, j, s, found.riddle())
		case found.one:
			s.Made = s.Made || s.Attempt > 1 || s.Marker != ""
			return false, workflow.Next{}, e.adopt(ctx, j, s, a, found.id)
		}
	}
	if !a.undo {
		why, err := e.differs(ctx, j, expected(s, a))
		if err != nil {
			return e.unread(ctx, j, s, a, err)
		}
		if why != "" {
			return false, workflow.Next{}, e.end(ctx, j, s, db.StepFailed, why+" Nothing was sent. Ask again, so that what is agreed to is what is there.")
		}
	}
	return e.mayBegin(ctx, j, s, a)
}

// mayBegin waits for what the target does one at a time: deployments of a
// pipeline, refreshes of a model.
func (e *Engine) mayBegin(ctx context.Context, j *job, s db.RunStep, a act) (bool, workflow.Next, error) {
	if a.undo || a.look.Kind != request.LookDeployment && a.look.Kind != request.LookRefresh {
		return true, workflow.Next{}, nil
	}
	arg, err := args(a.look.Args, j.result)
	if err != nil {
		return false, workflow.Next{}, err
	}
	busy, never := "", ""
	if a.look.Kind == request.LookDeployment {
		busy, err = e.occupied(ctx, arg["pipeline"])
	} else {
		busy, never, err = e.loads(ctx, arg)
	}
	switch {
	case err != nil:
		return e.unread(ctx, j, s, a, err)
	case never != "":
		return false, workflow.Next{}, e.end(ctx, j, s, db.StepDone, never)
	case busy != "":
		next, err := e.postpone(ctx, j, s, busy, 0)
		return false, next, err
	}
	return true, workflow.Next{}, nil
}

// unread is what becomes of a step whose target could not be looked at.
func (e *Engine) unread(ctx context.Context, j *job, s db.RunStep, a act, err error) (bool, workflow.Next, error) {
	if ctx.Err() != nil {
		err = errors.Join(err, ctx.Err())
	}
	settled := (pbi.Missing(err) || pbi.Closed(err)) && !e.spreading(s, a)
	if settled && pbi.CertaintyOf(err) == pbi.RefusedByService {
		return false, workflow.Next{}, e.end(ctx, j, s, db.StepFailed, "The target could not be read before the write, so nothing was sent. "+fault.Sentence(err))
	}
	next, perr := e.postpone(ctx, j, s, fault.Sentence(err), retryAfter(err))
	return false, next, perr
}

// spreading reports whether "not there" and "not allowed" may mean "not yet".
func (e *Engine) spreading(s db.RunStep, a act) bool { return a.fresh() && s.Tries < 8 }

// postpone takes an intended step back to ready: nothing was sent. It is tried
// again after 5 s, 10 s … 1 min, or when the service said.
func (e *Engine) postpone(ctx context.Context, j *job, s db.RunStep, why string, after time.Duration) (workflow.Next, error) {
	was, fence := s.State, s.Fence
	wait := max(min(5*time.Second<<min(s.Tries, 4), time.Minute), after)
	s.Tries++
	s.State, s.Note, s.Wake = db.StepReady, why, e.cfg.Now().Add(wait)
	err := e.cfg.WriteLast(ctx, "postponed "+s.ID, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		if err := tx.RunWaits(ctx, j.run.ID, why, s.Wake); err != nil {
			return err
		}
		return tx.Record(ctx, entry(j.run, s, ledger.StepWrite, ledger.Failed, "Nothing was done. "+why))
	})
	return workflow.Next{At: s.Wake}, err
}

// lastWord is the last of blank-separated words.
func lastWord(s string) string {
	f := strings.Fields(s)
	if len(f) == 0 {
		return ""
	}
	return f[len(f)-1]
}

// retryAfter is what the service said; 0 when it did not.
func retryAfter(err error) time.Duration {
	var e *pbi.Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}
