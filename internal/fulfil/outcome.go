package fulfil

import (
	"context"
	"encoding/json"
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

// answered is T2 after a success.
func (e *Engine) answered(ctx context.Context, j *job, s db.RunStep, a act, w pbi.Written) error {
	s.Status, s.Answered = w.Status, excerpt(w.Body)
	s.RequestIDs = strings.TrimSpace(s.RequestIDs + " " + w.RequestID)
	if moving, ok := begun(s, a, w); ok {
		return e.accepted(ctx, j, moving, a.waits())
	}
	results, err := resultsOf(a, w.Body)
	if err != nil {
		return e.doubtful(ctx, j, s, "The service answered with success, but not with what it made.")
	}
	s.Results, s.Made = results, true
	if w.RefreshID != "" {
		s.Results["refresh"] = w.RefreshID
	}
	if wait := a.waits(); wait != request.WaitNone {
		return e.accepted(ctx, j, s, wait)
	}
	return e.end(ctx, j, s, db.StepDone, "")
}

// resultsOf reads what later steps need out of an answer.
func resultsOf(a act, body []byte) (map[string]string, error) {
	if a.undo || len(a.step.Results) == 0 {
		return map[string]string{}, nil
	}
	if a.look.Kind == request.LookDeployment {
		d := pbi.ReadStartedDeployment(body)
		if d.ID == "" {
			return nil, errors.New("the answer has no operation")
		}
		return map[string]string{"operation": d.ID}, nil
	}
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, pointer := range a.step.Results {
		v, _ := doc[strings.TrimPrefix(pointer, "/")].(string)
		if v == "" {
			return nil, errors.New("the answer has no " + name)
		}
		out[name] = string(request.NewID(v))
	}
	return out, nil
}

// refused is T2 after an error: done, not done, or nobody knows.
func (e *Engine) refused(ctx context.Context, j *job, s db.RunStep, a act, err error) (workflow.Next, error) {
	code, status, id := pbi.CodeOf(err)
	s.Status, s.Answered = status, fault.Sentence(err)
	s.RequestIDs = strings.TrimSpace(s.RequestIDs + " " + id)
	switch pbi.CertaintyOf(err) {
	case pbi.NotSent, pbi.NotYet:
		return e.postpone(ctx, j, s, fault.Sentence(err), retryAfter(err))
	case pbi.Unknown:
		return workflow.Next{}, e.doubtful(ctx, j, s, "No clear answer came, so nobody knows yet whether it took effect. "+fault.Sentence(err))
	}
	if busy(code) || e.occupiedNow(ctx, j, a) || (pbi.Missing(err) || pbi.Closed(err)) && e.spreading(s, a) {
		return e.postpone(ctx, j, s, fault.Sentence(err), retryAfter(err))
	}
	if status == 404 || existing(code) {
		// What was to be there is there, or what was to go is gone: perhaps
		// by an earlier try of ours.
		found, lerr := e.sight(ctx, j, a)
		if lerr == nil && found.one {
			s.Made = s.Attempt > 1 || s.Marker != ""
			return workflow.Next{}, e.adopt(ctx, j, s, a, found.id)
		}
	}
	return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, e.refusal(ctx, j, a, code, err))
}

// occupiedNow reports whether a deployment or a refresh was refused because the
// target is at another one: the answer's code does not say so.
func (e *Engine) occupiedNow(ctx context.Context, j *job, a act) bool {
	arg, err := args(a.look.Args, j.result)
	if err != nil || a.undo {
		return false
	}
	switch a.look.Kind {
	case request.LookDeployment:
		why, err := e.occupied(ctx, arg["pipeline"])
		return err == nil && why != ""
	case request.LookRefresh:
		running, err := e.refreshing(ctx, arg)
		return err == nil && running
	}
	return false
}

// busy reports codes that say "not now".
func busy(code string) bool {
	if low := strings.ToLower(code); strings.HasPrefix(low, "alm_") && strings.HasSuffix(low, "inprogress") {
		return true
	}
	return strings.EqualFold(code, "WorkspaceMigrationOperationInProgress") || strings.EqualFold(code, "Alm_InvalidRequest_WorkloadUnavailable")
}

// existing reports codes that say "there already".
func existing(code string) bool {
	switch strings.ToLower(code) {
	case "powerbientityalreadyexists", "workspacenamealreadyexists", "addingalreadyexistsgroupusernotsupportederror",
		"principalalreadyhasworkspacerolepermissions", "itemdisplaynamealreadyinuse", "duplicatepackagefounderror":
		return true
	}
	return false
}

// doubtful is T2 when the outcome is not known.
func (e *Engine) doubtful(ctx context.Context, j *job, s db.RunStep, why string) error {
	was, fence := s.State, s.Fence
	s.State, s.Note, s.Looks, s.Wake = db.StepInDoubt, why, 0, e.cfg.Now().Add(e.cfg.Settle)
	return e.cfg.WriteLast(ctx, "in doubt "+s.ID, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		return tx.Record(ctx, entry(j.run, s, ledger.StepWrite, ledger.InDoubt, why))
	})
}

// puzzle leaves a step to a person.
func (e *Engine) puzzle(ctx context.Context, j *job, s db.RunStep, why string) error {
	was, fence := s.State, s.Fence
	s.State, s.Operator, s.Choice, s.Wake, s.Note = db.StepInDoubt, true, "", time.Time{}, why+" An operator must say whether it took effect."
	return e.cfg.WriteLast(ctx, "puzzle "+s.ID, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		return tx.Record(ctx, entry(j.run, s, ledger.StepWrite, ledger.InDoubt, s.Note))
	})
}

// adopt takes an effect that is there as this step's.
func (e *Engine) adopt(ctx context.Context, j *job, s db.RunStep, a act, id string) error {
	if len(a.step.Results) > 0 && !a.undo {
		if id == "" {
			return e.puzzle(ctx, j, s, "It took effect, but its id is not known.")
		}
		s.Results = map[string]string{}
		for name := range a.step.Results {
			s.Results[name] = string(request.NewID(id))
		}
	}
	wait := a.waits()
	if name := followed[wait]; name == "import" {
		s.Results = map[string]string{name: id}
	}
	if wait == request.WaitRefresh && id != "" {
		s.Results = map[string]string{"refresh": id}
	}
	if wait != request.WaitNone && s.State != db.StepSettling {
		return e.accepted(ctx, j, s, wait)
	}
	return e.end(ctx, j, s, db.StepDone, "Found in the tenant and taken as done.")
}

// end writes down how a step ended, and what follows from it for the others.
func (e *Engine) end(ctx context.Context, j *job, s db.RunStep, state db.StepState, note string) error {
	was, fence := s.State, s.Fence
	s.State, s.Note, s.Operator, s.Wake, s.Tries = state, note, false, time.Time{}, 0
	err := e.cfg.WriteLast(ctx, string(state)+" "+s.ID, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SaveStep(ctx, s, was, fence); err != nil {
			return err
		}
		if err := e.consequences(ctx, tx, j, s); err != nil {
			return err
		}
		if err := e.provisioned(ctx, tx, j, s); err != nil {
			return err
		}
		return tx.Record(ctx, ended(j.run, s))
	})
	if err != nil {
		return err
	}
	if s.Attempt > 0 {
		if err := e.cfg.Checkpoint(ctx); err != nil {
			e.cfg.Log.WarnContext(ctx, "no checkpoint after a step", "run", s.Run, "step", s.ID, "error", err)
		}
	}
	return nil
}

// ended is the ledger's word on the end of a step.
func ended(r db.Run, s db.RunStep) ledger.Entry {
	switch {
	case s.State == db.StepDone && s.Note != "":
		return entry(r, s, ledger.StepAdopt, ledger.Done, s.Note)
	case s.State == db.StepDone:
		return entry(r, s, ledger.StepWrite, ledger.Done, "")
	case s.State == db.StepSkipped:
		return entry(r, s, ledger.StepWrite, ledger.Refused, s.Note)
	}
	return entry(r, s, ledger.StepWrite, ledger.Failed, s.Note)
}

// skip ends a step that is not done at all.
func (e *Engine) skip(ctx context.Context, j *job, s db.RunStep, why string) error {
	return e.end(ctx, j, s, db.StepSkipped, why)
}

// excerptBytes is how much of an answer a step keeps for reading.
const excerptBytes = 2000

// excerpt shortens an answer. Answers of the write API hold names and ids, and
// never a token; one that looks like it does is left out all the same.
func excerpt(body []byte) string {
	s := strings.ToValidUTF8(string(body), "�")
	if strings.Contains(s, "eyJ") || strings.Contains(strings.ToLower(s), "bearer ") || strings.Contains(s, "client_secret") {
		return "(left out: it may hold a token)"
	}
	if len(s) > excerptBytes {
		s = strings.ToValidUTF8(s[:excerptBytes], "") + "…"
	}
	return s
}
