package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// stepStates are the states of a step as people say them.
var stepStates = map[db.StepState]ui.Badge{
	db.StepReady:    {Text: "to do"},
	db.StepIntent:   {Text: "being sent", Tone: ui.Info},
	db.StepSettling: {Text: "accepted, under way", Tone: ui.Info},
	db.StepInDoubt:  {Text: "in doubt", Tone: ui.Bad, Title: "It was sent, and nobody knows yet whether it took effect."},
	db.StepDone:     {Text: "done", Tone: ui.Good},
	db.StepFailed:   {Text: "failed", Tone: ui.Bad},
	db.StepSkipped:  {Text: "skipped", Tone: ui.Warn},
	db.StepUndone:   {Text: "taken back", Tone: ui.Warn},
}

// runBadge is the state of a run as people say it.
func runBadge(r db.Run, steps []db.RunStep) ui.Badge {
	switch r.State {
	case db.RunDone:
		if slices.ContainsFunc(steps, func(s db.RunStep) bool { return s.Finding != "" }) {
			return ui.Badge{Text: "done with findings", Tone: ui.Warn}
		}
		return ui.Badge{Text: "done", Tone: ui.Good}
	case db.RunFailed:
		return ui.Badge{Text: "failed", Tone: ui.Bad}
	case db.RunCancelled:
		return ui.Badge{Text: "cancelled", Tone: ui.Warn}
	}
	for _, s := range steps {
		if s.State == db.StepInDoubt {
			return ui.Badge{Text: "in doubt", Tone: ui.Bad}
		}
	}
	switch {
	case !r.Cancel.IsZero():
		return ui.Badge{Text: "being cancelled", Tone: ui.Warn}
	case !r.Paused.IsZero():
		return ui.Badge{Text: "paused", Tone: ui.Warn}
	}
	return ui.Badge{Text: "running", Tone: ui.Info}
}

// runPath is the address of a run's page.
func runPath(id string) string { return "/runs/" + url.PathEscape(id) }

// mostSteps is how many steps a run shows at once; of a longer one those that
// are open or went wrong, and the last of the others.
const mostSteps = 60

// runView makes the live part of a run. decides says whether the reader may
// say what became of a step in doubt.
func runView(r db.Run, steps []db.RunStep, decides bool, now time.Time) templates.RunView {
	v := templates.RunView{ID: r.ID, Href: runPath(r.ID), State: runBadge(r, steps), Says: r.Note,
		All: ui.With("/run-steps", ui.Param{Name: "tenant", Value: r.Tenant}, ui.Param{Name: "run", Value: r.ID})}
	if !r.Ended() {
		v.Says = r.Waits
		if !r.Paused.IsZero() && r.AskedWhy != "" {
			v.Says = "Paused by " + r.AskedBy + ": " + r.AskedWhy
		}
		if r.Wake.After(now.Add(5 * time.Second)) {
			v.Says = strings.TrimSpace(v.Says + " It looks again " + ui.Ago(r.Wake, now) + ".")
		}
		v.Live = ui.With(runPath(r.ID)+"/steps", ui.Param{Name: "seen", Value: runVersion(r, steps)})
	}
	for _, s := range steps {
		if s.Undoes == "" {
			v.Total++
			if s.State == db.StepDone {
				v.Done++
			}
		}
	}
	for _, s := range chosenSteps(steps) {
		v.Steps = append(v.Steps, runStep(r, s, decides, now))
	}
	v.Hidden = int64(len(steps) - len(v.Steps))
	return v
}

// chosenSteps leaves out of a long run what needs no eye: what is done, but
// for the last ones, and what comes much later.
func chosenSteps(steps []db.RunStep) []db.RunStep {
	if len(steps) <= mostSteps {
		return steps
	}
	keep := make([]bool, len(steps))
	done, ready := 0, 0
	for i := len(steps) - 1; i >= 0; i-- {
		if s := steps[i].State; s == db.StepDone || s == db.StepSkipped {
			done++
			keep[i] = done <= mostSteps/4
		} else if s != db.StepReady {
			keep[i] = true
		}
	}
	var out []db.RunStep
	for i, s := range steps {
		if s.State == db.StepReady {
			ready++
			keep[i] = ready <= mostSteps/4
		}
		if keep[i] && len(out) < mostSteps {
			out = append(out, s)
		}
	}
	return out
}

// runVersion changes whenever what the live part shows does.
func runVersion(r db.Run, steps []db.RunStep) string {
	h := sha256.New()
	fmt.Fprintln(h, r.State, r.Paused, r.Cancel, r.Waits, r.Wake)
	for _, s := range steps {
		fmt.Fprintln(h, s.ID, s.State, s.Attempt, s.Operator, s.Choice, s.Note, s.RequestIDs, s.Finding, len(s.Parts))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func runStep(r db.Run, s db.RunStep, decides bool, now time.Time) templates.RunStepView {
	v := templates.RunStepView{ID: s.ID, Row: s.Line, Says: s.Says, State: stepStates[s.State], Note: s.Note, Sent: readable(s.Sent), Answered: readable(s.Answered)}
	v.Finding = s.Finding
	v.Parts, v.PartsSay = partsTable(s)
	if v.State.Text == "" {
		v.State = ui.Badge{Text: string(s.State)}
	}
	add := func(format string, args ...any) { v.Facts = append(v.Facts, fmt.Sprintf(format, args...)) }
	if s.Attempt > 0 {
		add("sent %s", ui.Plural(int64(s.Attempt), "time", "times"))
		add("last at %s", s.Intended.UTC().Format("15:04:05 UTC"))
	}
	if end := firstSet(s.AnsweredAt, s.Finished); !end.IsZero() && !s.Intended.IsZero() {
		add("took %s", ui.Duration(end.Sub(s.Intended)))
	}
	if s.Status != 0 {
		add("answer %s", strconv.Itoa(s.Status))
	}
	if s.RequestIDs != "" {
		add("request id %s", strings.Join(strings.Fields(s.RequestIDs), ", "))
	}
	if s.Marker != "" {
		add("mark %s", s.Marker)
	}
	if s.ChosenBy != "" {
		add("decided by %s: %s", s.ChosenBy, s.ChosenWhy)
	}
	if s.Wake.After(now.Add(5*time.Second)) && !s.State.Ended() {
		add("next look %s", ui.Ago(s.Wake, now))
	}
	if decides && s.State == db.StepInDoubt && s.Choice == "" {
		v.Decide = runPath(r.ID) + "/steps/" + url.PathEscape(s.ID)
	}
	return v
}

func firstSet(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// readable sets JSON on lines of its own; what is none stays as it is.
func readable(text string) []string {
	if text == "" {
		return nil
	}
	head, body, ok := strings.Cut(text, "\n")
	if !ok {
		head, body = "", text
	}
	var out bytes.Buffer
	if json.Indent(&out, []byte(body), "", "  ") == nil {
		body = out.String()
	}
	lines := strings.Split(strings.TrimSpace(head+"\n"+body), "\n")
	return lines[:min(len(lines), 200)]
}
