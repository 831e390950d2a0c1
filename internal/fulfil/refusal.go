package fulfil

import (
	"context"

	"steward/internal/fault"
	"steward/internal/request"
)

// refusal says why the service refused a write, as far as a look at the target
// can tell more than its answer does.
func (e *Engine) refusal(ctx context.Context, j *job, a act, code string, err error) string {
	if arg, aerr := args(a.look.Args, j.result); aerr == nil && !a.undo && a.look.Kind == request.LookStage {
		p, perr := e.cfg.Executor.Pipeline(ctx, arg["pipeline"])
		if on := request.NewID(onStage(p, arg["stage"])); perr == nil && on != "" && on != request.NewID(arg["workspace"]) {
			return "The stage holds another workspace by now (" + string(on) + "). Take that one off, or ask for another stage."
		}
	}
	if code == "" {
		return fault.Sentence(err)
	}
	return fault.Sentence(err) + " Microsoft's code for it: " + code + "."
}
