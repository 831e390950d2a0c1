package world

import (
	"iter"
	"strings"
	"time"
)

// Pipelines walks the deployment pipelines at t in listing order: those of the
// seed, then those that callers made.
func (w *World) Pipelines(t time.Time) iter.Seq[Pipeline] {
	return func(yield func(Pipeline) bool) {
		for p := range w.basePipelines(at(t)) {
			if p, ok := w.patchPipeline(p, at(t)); ok && !yield(p) {
				return
			}
		}
		w.o.mu.RLock()
		made := append([]string{}, w.o.newLines...)
		w.o.mu.RUnlock()
		for _, id := range made {
			if p, ok := w.Pipeline(id, t); ok && !yield(p) {
				return
			}
		}
	}
}

// Pipeline finds one by id, in any case.
func (w *World) Pipeline(id string, t time.Time) (Pipeline, bool) {
	id = strings.ToLower(id)
	if a, _, ok := w.parseKind(id, idPipeline); ok {
		p, ok := w.pipelineAt(int(a), at(t))
		if !ok {
			return Pipeline{}, false
		}
		return w.patchPipeline(p, at(t))
	}
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	p, ok := w.o.pipelines[id].at(t.Unix())
	return p.clone(), ok && p.ID != ""
}

// patchPipeline puts what callers changed over a pipeline of the seed; false =
// they deleted it.
func (w *World) patchPipeline(p Pipeline, t moment) (Pipeline, bool) {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	if v, ok := w.o.pipelines[p.ID].at(t); ok {
		return v.clone(), v.ID != ""
	}
	return p, true
}

// CreatePipeline adds a pipeline at t. ID, Created and three stages are filled
// in when empty.
func (w *World) CreatePipeline(t time.Time, p Pipeline) Pipeline {
	if p.ID == "" {
		p.ID = w.NewID()
	}
	p.Created = when(at(t))
	if len(p.Stages) == 0 {
		for st, title := range stageTitles {
			p.Stages = append(p.Stages, Stage{ID: w.NewID(), Order: st, Name: title})
		}
	}
	if p.Grants == nil {
		p.Grants = []Grant{}
	}
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.pipelines[p.ID] = w.o.pipelines[p.ID].put(at(t), p.clone())
	w.o.newLines = append(w.o.newLines, p.ID)
	return p
}

// MutatePipeline changes a pipeline from t on. An empty ID deletes it.
func (w *World) MutatePipeline(id string, t time.Time, fn func(*Pipeline) error) error {
	w.o.writing.Lock()
	defer w.o.writing.Unlock()
	p, ok := w.Pipeline(id, t)
	if !ok {
		return &NotFound{"pipeline", id}
	}
	key := p.ID
	if err := fn(&p); err != nil {
		return err
	}
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	w.o.pipelines[key] = w.o.pipelines[key].put(at(t), p.clone())
	return nil
}
