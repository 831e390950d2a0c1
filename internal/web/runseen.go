package web

import (
	"context"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/request"
	"steward/web/templates/ui"
)

// seenOf is what the scans since a run have seen of each step of its plan, by
// the step's id; a step that no scan has looked at since is left out.
func (s *Server) seenOf(ctx context.Context, q request.Request, _ *request.Plan) (map[string]ui.Cell, error) {
	steps, err := s.Reader.RunSteps(ctx, q.ID)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	return s.seenOfRun(ctx, q.Tenant, q.ID, steps)
}

func (s *Server) seenOfRun(ctx context.Context, tenant, run string, steps []db.RunStep) (map[string]ui.Cell, error) {
	v, err := s.Reader.ViewNow(ctx, tenant)
	if err != nil {
		return nil, err
	}
	facts, err := s.Reader.SeenOfRun(ctx, v, run)
	if err != nil {
		return nil, err
	}
	by := map[string][]db.SeenFact{}
	for _, f := range facts {
		by[f.Step] = append(by[f.Step], f)
	}
	out := map[string]ui.Cell{}
	for _, st := range steps {
		if c, looked := seenNow(st, by[st.ID]); looked {
			out[st.ID] = c
		}
	}
	if slices.ContainsFunc(steps, func(st db.RunStep) bool { return strings.Contains(st.Operation, "Pipeline") }) {
		if err := s.seenOnPipelines(ctx, v, run, steps, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// runOutcome lays side by side what was asked, what was done and what a scan
// has seen of it since.
func (s *Server) runOutcome(ctx context.Context, r db.Run, steps []db.RunStep) (*ui.Table, error) {
	seen, err := s.seenOfRun(ctx, r.Tenant, r.ID, steps)
	if err != nil {
		return nil, err
	}
	done := map[string]db.RunStep{}
	for _, st := range steps {
		done[st.ID] = st
	}
	t := &ui.Table{ID: "outcome", Caption: "What was asked, done and seen", Columns: []ui.Column{{Label: "Asked and agreed"}, {Label: "Done"}, {Label: "Seen"}}}
	for _, st := range steps {
		if st.Undoes == "" && len(t.Rows) < mostSteps {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(st.Says), doneCell(done, st.ID), seenCell(seen, done, st.ID)}})
		}
	}
	return t, nil
}

// aboutContent reports operations that no scan compares with what it saw.
func aboutContent(operation string) bool {
	return operation == "Pipelines_GetPipelineStageArtifacts" || slices.ContainsFunc([]string{"Datasets_", "Reports_", "Items_", "Imports_", "Promotion_"},
		func(prefix string) bool { return strings.HasPrefix(operation, prefix) })
}

// seenNow is what a scan saw of a step; false when none has looked since. What
// was not looked at is unknown, not fine.
func seenNow(st db.RunStep, facts []db.SeenFact) (c ui.Cell, looked bool) {
	switch {
	case st.State != db.StepDone:
		return ui.Txt("–"), true
	case len(facts) == 0 && aboutContent(st.Operation):
		return ui.Unknown("No scan tells this. What the run itself found is beside the step."), true
	case len(facts) == 0 && strings.Contains(st.Operation, "Pipeline"):
		return ui.Unknown("The next full scan looks at pipelines; this one is not compared."), true
	case len(facts) == 0:
		return ui.Txt("something else was asked for since"), true
	}
	for _, f := range facts {
		if !f.Looked {
			return c, false
		}
		if !f.So() {
			now := f.Seen
			if now == "" {
				now = "nothing"
			}
			return ui.Parts(ui.State("otherwise", ui.Bad), ui.Name(now)), true
		}
	}
	return ui.Parts(ui.State("as agreed", ui.Good)), true
}
