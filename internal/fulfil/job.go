package fulfil

import (
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/request"
)

// job is a run as it was read.
type job struct {
	run     db.Run
	plan    request.Plan
	steps   []db.RunStep
	results map[string]map[string]string
	// earlier are the steps of the run this one belongs to, by id.
	earlier map[string]db.StepState
}

// know takes over what steps have answered and where they are.
func (j *job) know(steps []db.RunStep) {
	if j.earlier == nil {
		j.earlier = map[string]db.StepState{}
	}
	for _, s := range steps {
		j.results[s.ID], j.earlier[s.ID] = s.Results, s.State
	}
}

// result is a request.Results.
func (j *job) result(step, name string) (string, bool) {
	v, ok := j.results[step][name]
	return v, ok
}

// locks are the targets of the run, each once, in one order for everybody.
func (j *job) locks() []string {
	set := map[string]bool{}
	for _, s := range j.steps {
		set[s.Lock] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// unsettled is the step whose outcome is still open.
func (j *job) unsettled() (db.RunStep, bool) {
	for _, s := range j.steps {
		if s.State == db.StepIntent || s.State == db.StepSettling || s.State == db.StepInDoubt {
			return s, true
		}
	}
	return db.RunStep{}, false
}

// ready is the next step to do: first what takes back, then the rest in order.
func (j *job) ready() (db.RunStep, bool) {
	for _, undoing := range []bool{true, false} {
		for _, s := range j.steps {
			if s.State == db.StepReady && (s.Undoes != "") == undoing {
				return s, true
			}
		}
	}
	return db.RunStep{}, false
}

// unmet says why a step is not done at all; empty when it can be.
func (j *job) unmet(s db.RunStep) string {
	if s.Undoes != "" {
		return ""
	}
	step, _ := j.plan.Step(s.ID)
	for _, need := range step.Needs {
		if j.earlier[need] != db.StepDone && !j.arrived(step, need) {
			other, _ := j.plan.Step(need)
			return "Skipped because this did not come about: " + other.Says + "."
		}
	}
	return ""
}

// arrived reports whether a step is about an item that came although the rest
// of its deployment failed: it must not stay with the source's values.
func (j *job) arrived(step request.Step, need string) bool {
	ref, ok := step.Call.Args["model"].Ref()
	if !ok || ref.Step != need || j.earlier[need] != db.StepFailed {
		return false
	}
	_, came := j.results[need][ref.Result]
	return came
}

// act is what a step of the run does: its own call, or the one that takes
// another step back.
type act struct {
	call request.Call
	look request.Look
	step request.Step
	undo bool
	// since is when it was intended the last time; zero when it never was.
	since time.Time
}

func (j *job) act(s db.RunStep) act {
	if s.Undoes == "" {
		step, _ := j.plan.Step(s.ID)
		return act{call: step.Call, look: step.Look, step: step, since: s.Intended}
	}
	step, _ := j.plan.Step(s.Undoes)
	return act{call: step.Undo.Call, look: step.Undo.Look, step: step, undo: true, since: s.Intended}
}

// fresh reports whether the step acts on something that this very run made:
// the service may not know it everywhere yet.
func (a act) fresh() bool {
	for _, v := range a.call.Args {
		if _, ok := v.Ref(); ok {
			return true
		}
	}
	for _, v := range a.call.Body {
		if _, ok := v.Ref(); ok {
			return true
		}
	}
	return false
}

// waits is how long the effect takes to settle after the answer.
func (a act) waits() request.WaitKind {
	if !a.undo && (a.step.Wait == request.WaitDeployment || a.step.Wait == request.WaitRefresh) {
		return a.step.Wait
	}
	if a.call.Operation == "Groups_AssignToCapacity" {
		return request.WaitCapacity
	}
	return movesContent(a.call.Operation)
}

// workspaces are the ids of those that the run made or changed.
func (j *job) workspaces() []string {
	set := map[string]bool{}
	for _, s := range j.steps {
		if s.State != db.StepDone && s.State != db.StepUndone {
			continue
		}
		if a := j.act(s); strings.HasPrefix(a.call.Operation, "Workspaces_Create") {
			set[s.Results["id"]] = true
		} else if v, ok := a.call.Args["workspace"]; ok {
			if id, err := v.Plain(j.result); err == nil {
				set[id] = true
			}
		}
	}
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}
