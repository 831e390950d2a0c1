package desk

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/refreshplan"
	"steward/internal/request"
)

// putPlan writes the version of a refresh plan that was agreed to.
func (d *Desk) putPlan(ctx context.Context, tx *db.Tx, by By, r request.Request, p *request.RefreshPlanParams) error {
	plans, err := tx.PlansOf(ctx, r.Tenant)
	if err != nil {
		return err
	}
	stored := db.RefreshPlan{ID: r.ID, Tenant: r.Tenant}
	var was int64
	if i := slices.IndexFunc(plans, func(o db.RefreshPlan) bool { return o.ID == p.Plan }); i >= 0 {
		stored.ID, stored.Name, was = plans[i].ID, plans[i].Name, plans[i].Version
	} else if p.Plan != "" {
		return fault.New(fault.Conflict, "This refresh plan was deleted in the meantime.")
	}
	v := db.PlanVersion{Request: r.ID, By: r.Requester.Name, Reason: r.Reason}
	if !p.Delete {
		plan, errs := p.Text()
		if len(errs) > 0 {
			return fault.New(fault.Invalid, "%s", errs[0].Sentence)
		}
		stored.Name, v.YAML = plan.Name, plan.YAML()
	}
	if err := tx.PutRefreshPlan(ctx, stored, was, v); err != nil {
		return err
	}
	e := by.entry(ledger.Configure, r)
	e.Object, e.Reason = ledger.Object{Kind: "refresh-plan", ID: stored.ID, Name: stored.Name, Tenant: r.Tenant}, r.Reason
	e.Details[ledger.Version] = fmt.Sprint(was + 1)
	return tx.Record(ctx, e)
}

// MayRunPlan reports whether somebody may begin, cancel and resume a plan's
// runs: operators of the tenant, and those whom the plan names.
func MayRunPlan(p auth.Person, tenant string, plan *refreshplan.Plan) bool {
	if auth.May(p, auth.RunAnyPlan, auth.Object{Tenant: tenant}) {
		return true
	}
	return auth.May(p, auth.RunPlan, auth.Object{}) && slices.Contains(plan.People, lower(p.ObjectID))
}

// planOf reads a plan that the person may run. NotFound for others, as for what
// is not there.
func (d *Desk) planOf(ctx context.Context, by By, id string) (db.RefreshPlan, refreshplan.Plan, error) {
	stored, err := d.db.Reader().RefreshPlan(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !stored.Ended.IsZero() {
		return stored, refreshplan.Plan{}, auth.Hidden()
	}
	if err != nil {
		return stored, refreshplan.Plan{}, err
	}
	plan, err := stored.Plan()
	if err == nil && !MayRunPlan(by.Person, stored.Tenant, &plan) {
		err = auth.Hidden()
	}
	return stored, plan, err
}

// onPlan runs one verb on a plan, with its entry in the ledger; a refusal is
// recorded by itself.
func (d *Desk) onPlan(ctx context.Context, by By, id string, what ledger.Action, reason string, do func(db.RefreshPlan, *refreshplan.Plan, ledger.Entry) error) error {
	stored, plan, err := d.planOf(ctx, by, id)
	e := ledger.Entry{Action: what, Outcome: ledger.Done, Actor: by.Actor(), IP: by.IP, Session: by.Session, Request: by.HTTP, Reason: reason,
		Object: ledger.Object{Kind: "refresh-plan", ID: id, Name: stored.Name, Tenant: stored.Tenant}, Details: map[ledger.Detail]string{}}
	if err == nil {
		err = do(stored, &plan, e)
	}
	return d.recorded(ctx, e, e.Object, err)
}

// StartPlan begins a run of a plan and returns the run's id. via says how it was
// asked for: db.ByPerson from a page, db.ByAPI from a program after an ETL run,
// which the plan must allow. A program that names its start with a key gets the
// run that it began under it, however often it asks; key is empty for people.
// Conflict when the plan runs already, or the key is another plan's.
func (d *Desk) StartPlan(ctx context.Context, by By, plan string, via db.Cause, key string) (string, error) {
	run := db.PlanRun{ID: d.newID(), Plan: plan, Cause: via, CauseBy: by.Name}
	err := d.onPlan(ctx, by, plan, ledger.RunStart, "", func(p db.RefreshPlan, graph *refreshplan.Plan, e ledger.Entry) error {
		if via == db.ByAPI && !graph.Start.API {
			return fault.New(fault.Denied, "This plan does not let programs start it. Ask for a change of the plan with api: true.")
		}
		run.Tenant, run.Version = p.Tenant, p.Version
		e.Details[ledger.Run], e.Details[ledger.Version] = run.ID, fmt.Sprint(p.Version)
		return d.db.Write(ctx, func(tx *db.Tx) error {
			switch known, err := tx.PlanRunOfKey(ctx, by.Party(), key); {
			case err != nil:
				return err
			case known.ID != "" && known.Plan != plan:
				return &fault.Error{Kind: fault.Conflict, Field: "key", Sentence: "This key named a run of another plan. Take a new key for each start."}
			case known.ID != "":
				run.ID = known.ID
				return nil
			}
			if err := tx.BeginPlan(ctx, run, graph, nil, e); err != nil {
				return err
			}
			return tx.KeyPlanRun(ctx, by.Party(), key, run.ID)
		})
	})
	return run.ID, err
}

// CancelPlanRun ends a run of a plan: nothing more begins, and what can be
// stopped is. It needs a reason. Conflict when the run has ended.
func (d *Desk) CancelPlanRun(ctx context.Context, by By, run, reason string) error {
	reason, without := reasonFor(reason)
	r, err := d.db.Reader().PlanRun(ctx, run)
	if err != nil {
		return err
	}
	return d.onPlan(ctx, by, r.Plan, ledger.RunCancel, reason, func(_ db.RefreshPlan, _ *refreshplan.Plan, e ledger.Entry) error {
		if without != nil { // asked after the right, which whoever lacks it learns nothing beside
			return without
		}
		e.Details[ledger.Run] = run
		return d.db.Write(ctx, func(tx *db.Tx) error {
			if err := tx.CancelPlanRun(ctx, run, by.Name, reason); err != nil {
				return err
			}
			return tx.Record(ctx, e)
		})
	})
}

// ResumePlanRun begins a run that goes on from where another ended badly: what
// ended well there is not refreshed again. Conflict when the plan was changed
// since, or the run ended well.
func (d *Desk) ResumePlanRun(ctx context.Context, by By, run string) (string, error) {
	was, err := d.db.Reader().PlanRun(ctx, run)
	if err != nil {
		return "", err
	}
	before, err := d.db.Reader().PlanNodes(ctx, run)
	if err != nil {
		return "", err
	}
	next := db.PlanRun{ID: d.newID(), Plan: was.Plan, Tenant: was.Tenant, Version: was.Version, Cause: db.ByResume, CauseBy: run}
	err = d.onPlan(ctx, by, was.Plan, ledger.RunStart, "", func(p db.RefreshPlan, graph *refreshplan.Plan, e ledger.Entry) error {
		switch {
		case !was.Ended():
			return fault.New(fault.Conflict, "This run has not ended. It goes on by itself.")
		case was.State == refreshplan.Good:
			return fault.New(fault.Conflict, "This run ended well; there is nothing to go on with.")
		case p.Version != was.Version:
			return fault.New(fault.Conflict, "The plan was changed since this run. Start it anew.")
		}
		e.Details[ledger.Run], e.Details[ledger.Version], e.Reason = next.ID, fmt.Sprint(p.Version), "Goes on from run "+run+"."
		return d.db.Write(ctx, func(tx *db.Tx) error { return tx.BeginPlan(ctx, next, graph, before, e) })
	})
	return next.ID, err
}
