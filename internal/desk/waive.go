package desk

import (
	"context"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// neverWaived asks the packs, so that a rule that is off is known too.
func (r *Rules) neverWaived(rule string) bool {
	set := r.Keeper.Set()
	if set == nil {
		return true
	}
	for _, p := range set.Packs() {
		for _, x := range p.Rules {
			if x.ID == rule {
				return x.NeverWaived
			}
		}
	}
	return false
}

// EndWaiver takes a waiver back before its time, or clears one that has ended:
// what it covered is open again.
func (r *Rules) EndWaiver(ctx context.Context, d Decider, waiver int64, note string) error {
	var about ledger.Object
	return r.write(ctx, d, ledger.WaiverEnd, &about, func(tx *db.Tx) error {
		id, ends, err := tx.WaivedViolation(ctx, waiver)
		if err != nil {
			return hidden(err)
		}
		p, err := on(ctx, tx, d, auth.EndWaiver, id)
		if err != nil {
			return err
		}
		about = violationObject(p)
		if err := tx.WithdrawWaiver(ctx, d.actor(), waiver, strings.TrimSpace(note)); err != nil {
			return err
		}
		e := d.entry(ledger.WaiverEnd, about, strings.TrimSpace(note))
		e.Details = map[ledger.Detail]string{ledger.Policy: p.Rule, ledger.Decision: "withdraw", ledger.Due: ends.Format(time.DateOnly)}
		return tx.Record(ctx, e)
	})
}
