package fulfil

import (
	"context"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/workflow"
)

// looksBeforeRedo is how often a lost write must have been looked for in vain
// before it is sent again, however harmless that is: lists lag.
const looksBeforeRedo = 2

// mostAttempts is how often a step is sent by itself.
const mostAttempts = 4

// doubt settles a step whose outcome is not known.
func (e *Engine) doubt(ctx context.Context, j *job, s db.RunStep) (workflow.Next, error) {
	a := j.act(s)
	if s.Choice != "" {
		return workflow.Next{}, e.decided(ctx, j, s, a)
	}
	if s.Operator {
		return e.park(ctx, j, s.Note, remind, nil)
	}
	if s.Wake.After(e.cfg.Now()) {
		return e.rest(ctx, j, s.Note, s.Wake)
	}
	e.cfg.Hook("before settling look " + s.ID)
	found, err := e.sight(ctx, j, a)
	e.cfg.Hook("after settling look " + s.ID)
	switch {
	case err != nil && pbi.Missing(err) && !a.undo && !a.fresh():
		return workflow.Next{}, e.puzzle(ctx, j, s, "The target is not there any more.")
	case err != nil:
		// While the tenant cannot be read nobody could tell; it is tried on.
		s.Tries = min(s.Tries, e.lastTry()-1)
		return e.later(ctx, j, s, "Whether it took effect could not be read. "+fault.Sentence(err))
	case found.many:
		return workflow.Next{}, e.puzzle(ctx, j, s, found.riddle())
	case found.one:
		s.Made = true
		return workflow.Next{}, e.adopt(ctx, j, s, a, found.id)
	}
	s.Looks++
	if a.look.Redo && s.Looks >= looksBeforeRedo {
		if s.Attempt >= mostAttempts {
			return workflow.Next{}, e.puzzle(ctx, j, s, "It was sent several times without a clear answer.")
		}
		return workflow.Next{}, e.again(ctx, j, s, "It was looked for and is not there; sending it again is safe.", e.cfg.Now())
	}
	return e.later(ctx, j, s, "It was looked for and not found.")
}

// later looks again after twice the time, and leaves it to a person when that
// has become too long.
func (e *Engine) later(ctx context.Context, j *job, s db.RunStep, why string) (workflow.Next, error) {
	s.Tries++
	wait := e.cfg.Settle << min(s.Tries, 20)
	if wait > e.cfg.SettleMost {
		return workflow.Next{}, e.puzzle(ctx, j, s, why)
	}
	fence := s.Fence
	s.Note, s.Wake = why+" It is looked for again.", e.cfg.Now().Add(wait)
	err := e.cfg.Write(ctx, "look later "+s.ID, func(tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, db.StepInDoubt, fence); err != nil {
			return err
		}
		return tx.RunWaits(ctx, j.run.ID, s.Note, s.Wake)
	})
	return workflow.Next{At: s.Wake}, err
}

// lastTry is the last wait that is not too long.
func (e *Engine) lastTry() int {
	n := 0
	for e.cfg.Settle<<(n+1) <= e.cfg.SettleMost {
		n++
	}
	return n
}

// again takes a step back to ready, to be sent once more.
func (e *Engine) again(ctx context.Context, j *job, s db.RunStep, why string, at time.Time) error {
	fence := s.Fence
	s.State, s.Operator, s.Choice, s.Tries, s.Looks, s.Note, s.Wake = db.StepReady, false, "", 0, 0, why, at
	return e.cfg.Write(ctx, "redo "+s.ID, func(tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, db.StepInDoubt, fence); err != nil {
			return err
		}
		return tx.Record(ctx, entry(j.run, s, ledger.StepRetry, ledger.Done, why))
	})
}

// decided does what a person chose.
func (e *Engine) decided(ctx context.Context, j *job, s db.RunStep, a act) error {
	choice, id := s.Choice, s.ChosenID
	s.Choice = ""
	switch choice {
	case db.ChooseRedo:
		return e.again(ctx, j, s, decision(s, "decided that it did not take effect"), e.cfg.Now())
	case db.ChooseStop:
		return e.end(ctx, j, s, db.StepFailed, decision(s, "gave it up; whether it took effect is not known"))
	}
	if id == "" && (len(a.step.Results) > 0 || a.waits() == request.WaitRefresh) {
		found, err := e.sight(ctx, j, a)
		if err == nil && found.one {
			id = found.id
		}
	}
	s.Made = true
	return e.adopt(ctx, j, s, a, id)
}

// decision says who decided about a step, and why.
func decision(s db.RunStep, what string) string {
	by, why := s.ChosenBy, strings.TrimSpace(s.ChosenWhy)
	if by == "" {
		by = "An operator"
	}
	if why != "" {
		why = " Reason: " + why
	}
	return by + " " + what + "." + why
}
