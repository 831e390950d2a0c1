package fulfil

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"steward/internal/pbi"
	"steward/internal/request"
)

// stageReader reads a stage's content once for all that is expected of it.
type stageReader struct {
	x    *pbi.Executor
	seen map[string][]pbi.StageItem
}

// observe answers what is expected of the items of a stage; false for other
// observations.
func (r *stageReader) observe(ctx context.Context, o request.Observation) (now string, known bool, err error) {
	if o.Kind != request.StageItem && o.Kind != request.StageCount {
		return "", false, nil
	}
	key := o.Args["pipeline"] + "/" + o.Args["stage"]
	items, done := r.seen[key]
	if !done {
		order, err := strconv.Atoi(o.Args["stage"])
		if err != nil {
			return "", true, err
		}
		if items, err = r.x.StageItems(ctx, o.Args["pipeline"], order); err != nil {
			return "", true, err
		}
		items = slices.DeleteFunc(items, func(it pbi.StageItem) bool { return strings.HasPrefix(it.Name, "[App] ") })
		if r.seen == nil {
			r.seen = map[string][]pbi.StageItem{}
		}
		r.seen[key] = items
	}
	if o.Kind == request.StageCount {
		return strconv.Itoa(len(items)), true, nil
	}
	for _, it := range items {
		if it.ID == o.Args["item"] {
			return it.Name, true, nil
		}
	}
	return "", true, nil
}
