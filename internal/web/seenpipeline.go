package web

import (
	"context"
	"strconv"

	"steward/internal/db"
	"steward/internal/request"
	"steward/web/templates/ui"
)

// seenOnPipelines adds what the scans since have seen of the pipelines that a
// run made or changed. Steps that no scan has looked at since are left out.
func (s *Server) seenOnPipelines(ctx context.Context, v db.View, run string, steps []db.RunStep, out map[string]ui.Cell) error {
	looked, err := s.Reader.PipelinesLookedAt(ctx, v)
	if err != nil {
		return err
	}
	r, err := s.Reader.Run(ctx, run)
	if err != nil {
		return err
	}
	plan, err := request.ParsePlan(r.Plan)
	if err != nil {
		return err
	}
	answers := map[string]map[string]string{}
	for _, st := range steps {
		answers[st.ID] = st.Results
	}
	results := func(step, name string) (string, bool) { text, ok := answers[step][name]; return text, ok }
	for _, st := range steps {
		one, ok := plan.Step(st.ID)
		if !ok || st.State != db.StepDone || !aboutPipeline(one.Look.Kind) {
			continue
		}
		if delete(out, st.ID); !looked.After(st.Finished) {
			continue
		}
		if out[st.ID], err = s.seenPipelineStep(ctx, v, one.Look, results, st); err != nil {
			return err
		}
	}
	return nil
}

func aboutPipeline(k request.LookKind) bool {
	return k == request.LookPipelineMarked || k == request.LookPipelineGone || k == request.LookStage || k == request.LookPipelineUser
}

// seenPipelineStep holds one step against what the view shows.
func (s *Server) seenPipelineStep(ctx context.Context, v db.View, look request.Look, results request.Results, st db.RunStep) (ui.Cell, error) {
	arg := map[string]string{"pipeline": st.Results["id"]}
	for name, value := range look.Args {
		text, err := value.Plain(results)
		if err != nil {
			return ui.Unknown("What it was about is not known."), nil //nolint:nilerr // then it is unknown, and said so
		}
		arg[name] = text
	}
	p, err := s.Reader.SeenPipeline(ctx, v, arg["pipeline"])
	if err != nil {
		return ui.Cell{}, err
	}
	so, now := p.There, "nothing"
	switch look.Kind {
	case request.LookPipelineGone:
		so, now = !p.There, "it is there"
	case request.LookStage:
		n, _ := strconv.ParseInt(arg["stage"], 10, 64)
		so, now = p.There && request.NewID(p.Stages[n]) == request.NewID(arg["workspace"]), dash(p.Stages[n])
	case request.LookPipelineUser:
		has := p.Users[string(request.NewID(arg["principal"]))]
		so, now = p.There && (has == arg["right"] || has == "" && arg["right"] == ""), dash(has)
	case request.LookPipelineMarked:
	}
	if so {
		return ui.Parts(ui.State("as agreed", ui.Good)), nil
	}
	return ui.Parts(ui.State("otherwise", ui.Bad), ui.Name(now)), nil
}
