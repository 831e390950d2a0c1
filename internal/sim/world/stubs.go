package world

import (
	"iter"
	"time"
)

type dayCache struct{}

// Refreshes lists the newest n refreshes of a model or dataflow that had begun
// by t, newest first; n ≤ 0 means 60. A refresh still running at t has no end.
func (w *World) Refreshes(itemID string, t time.Time, n int) []Refresh { return nil }

// Refreshables lists the seven-day figures of all models on capacities, in a
// fixed order.
func (w *World) Refreshables(t time.Time) []Refreshable { return nil }

// Settings lists the tenant settings at t.
func (w *World) Settings(t time.Time) []Setting { return nil }

// Overrides lists the delegated overrides of one scope at t.
func (w *World) Overrides(scope OverrideScope, t time.Time) []Override { return nil }

// Pipelines walks the deployment pipelines at t in listing order.
func (w *World) Pipelines(t time.Time) iter.Seq[Pipeline] { return w.basePipelines(at(t)) }

// Pipeline finds one by id, in any case.
func (w *World) Pipeline(id string, t time.Time) (Pipeline, bool) {
	a, _, ok := w.parseKind(id, idPipeline)
	if !ok {
		return Pipeline{}, false
	}
	return w.pipelineAt(int(a), at(t))
}

// Deployments lists the operations of a pipeline that had begun by t, newest
// first, at most 20.
func (w *World) Deployments(pipelineID string, t time.Time) []Deployment { return nil }

// Apps walks the published apps at t in listing order.
func (w *World) Apps(t time.Time) iter.Seq[App] { return func(func(App) bool) {} }

// App finds one by id, in any case.
func (w *World) App(id string, t time.Time) (App, bool) { return App{}, false }

// OrgLinks walks the items shared with the whole organisation by a link.
func (w *World) OrgLinks(t time.Time) iter.Seq[WideShare] { return func(func(WideShare) bool) {} }

// PublishedToWeb walks the items with a publish-to-web code.
func (w *World) PublishedToWeb(t time.Time) iter.Seq[WideShare] {
	return func(func(WideShare) bool) {}
}

// Subscriptions lists the e-mail subscriptions of a report or dashboard.
func (w *World) Subscriptions(itemID string, t time.Time) []Subscription { return nil }

// UserSubscriptions walks the subscriptions that a person owns or receives.
func (w *World) UserSubscriptions(userID string, t time.Time) iter.Seq[Subscription] {
	return func(func(Subscription) bool) {}
}

// Access is one thing a principal can reach: the workspace by its role (Item
// is nil), or an item.
type Access struct {
	Workspace *Workspace
	Item      *Item
	Right     string
}

// AccessOf walks what a principal holds directly (not through groups), by
// object id. It builds every workspace: slow on a large tenant.
func (w *World) AccessOf(principalID string, t time.Time) iter.Seq[Access] {
	return func(func(Access) bool) {}
}

// Activity lists the log's events created in the given UTC hour (0..23) of a
// day that are available at t, in the order the log gives them, which is not
// quite the order of time.
func (w *World) Activity(day time.Time, hour int, t time.Time) []Event { return nil }

// Changes lists what truly happened in (from, to], in order of time.
func (w *World) Changes(from, to time.Time) []Change { return nil }

// Summary counts the tenant at t. It builds every workspace.
func (w *World) Summary(t time.Time) Summary { return Summary{} }
