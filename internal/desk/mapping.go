package desk

import (
	"context"
	"strconv"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/request"
)

// mapPair writes the version of a mapping set that was agreed to: what the plan
// says, over the version it was made from.
func (d *Desk) mapPair(ctx context.Context, tx *db.Tx, by By, r request.Request, p *request.MappingParams, asker db.Actor) error {
	plan, _, err := tx.RequestPlan(ctx, r.Plan)
	if err != nil {
		return err
	}
	change, err := plan.MappingChange()
	if err != nil {
		return err
	}
	set, _, err := tx.SaveMapping(ctx, r.Tenant, p.Pair(), change, db.MappingVersion{Mapping: p.Mapping, Request: r.ID, Reason: r.Reason, Author: asker})
	if err != nil {
		return err
	}
	e := by.entry(ledger.Configure, r)
	e.Object, e.Reason = ledger.Object{Kind: "mapping", ID: strconv.FormatInt(set, 10), Tenant: r.Tenant}, r.Reason
	e.Before, e.After = change.Replaces, p.Mapping.Hash()
	return tx.Record(ctx, e)
}
