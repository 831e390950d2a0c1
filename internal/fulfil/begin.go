package fulfil

import (
	"context"
	"fmt"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// begin makes the run of an order: order, run, steps and ledger in one
// transaction, so that there is a run exactly when the request is running.
func (e *Engine) begin(ctx context.Context, o db.Order) error {
	if got := request.HashOf(o.Plan); got != o.PlanHash {
		return fault.New(fault.Conflict, "The plan of request %s is not the one that was agreed to. It is not carried out.", o.Request)
	}
	plan, err := request.ParsePlan(o.Plan)
	if err != nil {
		return fmt.Errorf("request %s: %w", o.Request, err)
	}
	r := db.Run{ID: o.Request, Request: o.Request, Later: o.Later, Tenant: e.cfg.Tenant, Title: plan.Title, PlanHash: o.PlanHash, Plan: o.Plan, For: o.For}
	if o.Later != "" {
		r.ID += ":" + o.Later
	}
	return e.cfg.Write(ctx, "begin", func(tx *db.Tx) error {
		if err := e.cfg.Orders.Begin(ctx, tx, o); err != nil {
			return err
		}
		if err := tx.StartRun(ctx, r, stepsOf(plan, o.Later)); err != nil {
			return err
		}
		return tx.Record(ctx, runEntry(r, ledger.RunStart, ledger.Done, ""))
	})
}

// stepsOf are the rows of a plan: all that has no time of its own, or the one
// whose time has come.
func stepsOf(p request.Plan, later string) []db.RunStep {
	var out []db.RunStep
	add := func(s request.Step) {
		out = append(out, db.RunStep{ID: s.ID, Line: s.Row, Says: s.Says, Operation: s.Call.Operation, Call: s.Call.Shown(), Lock: s.Lock, Marker: s.Marker})
	}
	if later == "" {
		for _, s := range p.Steps {
			add(s)
		}
		return out
	}
	for _, l := range p.Later {
		if l.Step.ID == later {
			add(l.Step)
		}
	}
	return out
}

// worker is who acts: the portal's own executor, for the person who asked.
var worker = ledger.Actor{Kind: ledger.System, Name: "executor"}

func runEntry(r db.Run, a ledger.Action, o ledger.Outcome, why string) ledger.Entry {
	return ledger.Entry{Action: a, Outcome: o, Actor: worker, OnBehalf: r.For, Reason: why,
		Object:  ledger.Object{Kind: "request", ID: r.Request, Name: r.Title, Tenant: r.Tenant},
		Details: map[ledger.Detail]string{ledger.Run: r.ID, ledger.Plan: r.PlanHash}}
}

// entry records something about a step.
func entry(r db.Run, s db.RunStep, a ledger.Action, o ledger.Outcome, why string) ledger.Entry {
	out := runEntry(r, a, o, why)
	set := func(k ledger.Detail, v string) {
		if v != "" {
			out.Details[k] = v
		}
	}
	set(ledger.Step, s.ID)
	set(ledger.Call, s.Call)
	set(ledger.Marker, s.Marker)
	set(ledger.Attempt, fmt.Sprint(s.Attempt))
	set(ledger.UpstreamID, lastWord(s.RequestIDs))
	if s.Status != 0 {
		set(ledger.Status, fmt.Sprint(s.Status))
	}
	out.After = s.Digest
	return out
}
