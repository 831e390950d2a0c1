package web

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/request"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// mostSides is how many steps are compared on the page; the run has them all.
const mostSides = 100

// stepTones are the colours of where a write is.
var stepTones = map[db.StepState]ui.Tone{db.StepReady: ui.Neutral, db.StepIntent: ui.Info, db.StepSettling: ui.Info, db.StepInDoubt: ui.Warn,
	db.StepDone: ui.Good, db.StepFailed: ui.Bad, db.StepSkipped: ui.Neutral, db.StepUndone: ui.Neutral}

// requestSides puts asked, agreed, done and seen beside each other, a row for
// each step.
func (s *Server) requestSides(ctx context.Context, d *requested, page *templates.RequestPage) error {
	if d.r.Plan == "" || d.hash != d.r.Plan {
		return nil
	}
	steps, err := s.Reader.RunSteps(ctx, d.r.ID)
	if err != nil {
		return err
	}
	done := map[string]db.RunStep{}
	for _, st := range steps {
		done[st.ID] = st
	}
	seen, err := s.seenOf(ctx, d.r, &d.plan)
	if err != nil {
		return err
	}
	agreed := ui.Txt(d.agreedBy())
	t := ui.Table{ID: "sides", Caption: "Asked, agreed, done, seen", Columns: []ui.Column{{Label: "Asked"}, {Label: "Agreed"}, {Label: "Done"}, {Label: "Seen"}}}
	for i, one := range d.plan.Steps {
		if i == mostSides {
			break
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: one.Says, Sub: one.ID}, agreed, doneCell(done, one.ID), seenCell(seen, done, one.ID)}})
	}
	page.Sides = &t
	if run, err := s.Reader.Run(ctx, d.r.ID); err == nil && !run.Ended() {
		live := runView(run, steps, d.who.may(auth.ResolveStep), s.Now())
		page.Run = &live
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if len(steps) > 0 {
		page.SidesTo = ui.Link{Label: "The run, step by step", Href: "/runs/" + d.r.ID}
	}
	return nil
}

// agreedBy names those whose approval counts.
func (d *requested) agreedBy() string {
	var names []string
	for _, v := range d.Facing.Decisions {
		if v.Plan == d.r.Plan && v.Approves {
			names = append(names, v.By.Name)
		}
	}
	for _, u := range d.uses {
		if u.Plan == d.r.Plan {
			return strings.Join(append(names, "under the emergency access of "+d.r.Requester.Name), ", ")
		}
	}
	need := request.Need(d.r.Stages)
	switch {
	case len(names) == 0 && need > 0:
		return fmt.Sprintf("not yet (0 of %d)", need)
	case len(names) < need:
		return fmt.Sprintf("%s (%d of %d)", strings.Join(names, ", "), len(names), need)
	}
	return strings.Join(names, ", ")
}

func doneCell(done map[string]db.RunStep, id string) ui.Cell {
	st, there := done[id]
	if !there {
		return ui.Txt("not yet")
	}
	out := ui.Parts(ui.State(strings.ReplaceAll(string(st.State), "_", " "), stepTones[st.State]))
	out.Sub = st.Note
	return out
}

// seenCell is what the scans since have seen of a step.
func seenCell(seen map[string]ui.Cell, done map[string]db.RunStep, id string) ui.Cell {
	if c, there := seen[id]; there {
		return c
	}
	if _, there := done[id]; !there {
		return ui.Txt("–")
	}
	return ui.Unknown("No scan has looked since it was done.")
}
