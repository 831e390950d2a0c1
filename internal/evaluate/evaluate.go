package evaluate

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/policy"
)

// Full and incremental judging; the words are stored.
const (
	Full        = "full"
	Incremental = "incremental"
)

// Result is what one judging did.
type Result struct {
	// Mode is full or incremental; empty when there was nothing to judge.
	Mode string
	// Workspaces is how many were judged, Verdicts how many answers rules gave.
	Workspaces, Verdicts int64
	// Raised, Resolved and Reopened count violations.
	Raised, Resolved, Reopened int64
}

// Evaluate judges the view's scan by the rules and writes what changed. Call it
// after each published scan, and again when rules changed: a scan that is
// already judged by the same rules costs nothing. Scans are judged in their
// order; one older than the last judged is refused with Conflict, because
// violations know only one direction of time.
func Evaluate(ctx context.Context, store *db.DB, v db.View, set *policy.Set) (Result, error) {
	return new(Memory).Evaluate(ctx, store, v, set)
}

// Memory keeps, from one judging of a tenant to the next, the people and the
// names that every workspace may need: after a scan in which little changed,
// reading them would take longer than judging. It grows with people and
// workspaces, not with items or grants; the zero value is empty. It is safe for
// several goroutines, and without it judging gives the same.
type Memory struct {
	mu   sync.Mutex
	held map[int64]*db.Held
}

// take hands over what is kept of a tenant, for one to use.
func (m *Memory) take(tenant int64) *db.Held {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.held[tenant]
	delete(m.held, tenant)
	return h
}

func (m *Memory) keep(tenant int64, h *db.Held) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[int64]*db.Held{}
	}
	m.held[tenant] = h
}

// Evaluate is the function of this name, with what is kept from before.
func (m *Memory) Evaluate(ctx context.Context, store *db.DB, v db.View, set *policy.Set) (Result, error) {
	if v.Scan == 0 {
		return Result{}, nil
	}
	r := &run{store: store, reader: store.Reader(), view: v, set: set, memory: m}
	if err := r.prepare(ctx); err != nil {
		return Result{}, fmt.Errorf("evaluate scan %d of %s: %w", v.Scan, v.TenantName, err)
	}
	defer func() {
		_ = r.facts.Close()
		m.keep(v.Tenant, r.facts.Hold())
	}()
	if r.mode == "" {
		return Result{}, nil
	}
	if err := r.judge(ctx); err != nil {
		// The record must not stay "running" because the caller's time is up.
		_ = store.FailEvaluation(context.WithoutCancel(ctx), r.record, fault.Sentence(err))
		return r.result, fmt.Errorf("evaluate scan %d of %s: %w", v.Scan, v.TenantName, err)
	}
	return r.result, nil
}

// run is one judging under way.
type run struct {
	store  *db.DB
	reader *db.Reader
	memory *Memory
	view   db.View
	set    *policy.Set
	rules  db.StoredSet
	record db.Evaluation
	mode   string
	facts  *db.Facts
	// spaces are to be judged, in the order of their numbers; people likewise,
	// nil for everybody.
	spaces   []int64
	people   []int64
	holdings map[int64]db.Holding // nil unless everything is judged
	unsaved  []db.Unit
	result   Result
	// since is the judging that an incremental one builds on; sums are its
	// figures, moved by what is judged. Nil: they are to be added up anew.
	since db.Evaluation
	sums  map[string]policy.Tally
}

// prepare decides what is to be judged, and leaves mode empty when nothing is.
func (r *run) prepare(ctx context.Context) error {
	last, judged, err := r.reader.LastEvaluation(ctx, r.view.Tenant)
	if err != nil {
		return err
	}
	if judged && last.Scan > r.view.Scan {
		return fault.New(fault.Conflict, "Scan %d is older than scan %d, which was already judged.", r.view.Scan, last.Scan)
	}
	if _, err := r.store.EndWaivers(ctx, r.view, r.view.Taken); err != nil {
		return err
	}
	if r.rules, err = r.store.SaveRuleSet(ctx, r.set); err != nil {
		return err
	}
	day := r.view.Taken.Unix() / 86_400
	r.record = db.Evaluation{Tenant: r.view.Tenant, Scan: r.view.Scan, RuleSet: r.rules.ID, Day: day}
	held := r.memory.take(r.view.Tenant)
	r.mode = Full
	if judged && last.RuleSetHash == r.set.Hash && last.Day == day {
		r.mode, r.since = Incremental, last
	} else {
		held = nil // once a day all is read anew
	}
	if r.facts, err = r.reader.OpenFactsFrom(ctx, r.view, held); err != nil {
		return err
	}
	if r.mode == Incremental {
		if err := r.chooseTouched(ctx, last.Scan); err != nil {
			return err
		}
	}
	if r.mode == Full {
		if err := r.chooseAll(ctx); err != nil {
			return err
		}
	}
	if err := r.beginSums(ctx); err != nil {
		return err
	}
	r.record.Mode, r.result.Mode = r.mode, r.mode
	r.record, err = r.store.StartEvaluation(ctx, r.record, judgedRules(r.set))
	return err
}

// judgedRules are the rules a scan is judged by; rules for requests only raise
// no violations.
func judgedRules(set *policy.Set) []string {
	ids := []string{}
	for _, a := range set.Rules() {
		if a.Applies.Covers(policy.AtScan) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// chooseAll takes every workspace there is, and those that are gone and still
// have violations.
func (r *run) chooseAll(ctx context.Context) error {
	standing, err := r.reader.SpacesWithStanding(ctx, r.view.Tenant)
	if err != nil {
		return err
	}
	all := append(r.facts.WorkspaceNumbers(), standing...)
	slices.Sort(all)
	r.spaces = slices.Compact(all)
	r.holdings = map[int64]db.Holding{}
	return nil
}

// chooseTouched takes what changed since the last judging, unless that is most
// of the tenant: then judging everything is as quick and mends more.
func (r *run) chooseTouched(ctx context.Context, since int64) error {
	touched, err := r.facts.Changed(ctx, since)
	if err != nil {
		return err
	}
	if len(touched.Workspaces)*3 > len(r.facts.WorkspaceNumbers()) {
		r.mode = Full
		return nil
	}
	for ws := range touched.Workspaces {
		r.spaces = append(r.spaces, ws)
	}
	for p := range touched.Principals {
		r.people = append(r.people, p)
	}
	slices.Sort(r.spaces)
	slices.Sort(r.people)
	return nil
}

func (r *run) judge(ctx context.Context) error {
	if err := r.judgeSpaces(ctx); err != nil {
		return err
	}
	if err := r.judgeRest(ctx); err != nil {
		return err
	}
	tallies, err := r.sum(ctx)
	if err != nil {
		return err
	}
	e := &r.record
	e.Workspaces, e.Verdicts, e.Raised, e.Resolved, e.Reopened = r.result.Workspaces, r.result.Verdicts, r.result.Raised, r.result.Resolved, r.result.Reopened
	return r.store.FinishEvaluation(ctx, *e, r.set, tallies)
}
