package desk

import (
	"context"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// AskWaiver asks that a violation be accepted until a day. It changes nothing
// until somebody else approves; a waiver in force or ended is renewed by it.
// owner is who answers for it, by id or address; empty is whoever asks.
func (r *Rules) AskWaiver(ctx context.Context, d Decider, violation int64, owner, reason string, ends time.Time) (id int64, err error) {
	var about ledger.Object
	err = r.write(ctx, d, ledger.WaiverAsk, &about, func(tx *db.Tx) error {
		p, err := on(ctx, tx, d, auth.AskWaiver, violation)
		if err != nil {
			return err
		}
		about = violationObject(p)
		w := db.WaiverRequest{Violation: violation, Owner: d.actor(), Reason: reason, Ends: ends, NeverWaived: r.neverWaived(p.Rule)}
		if owner != "" {
			if w.Owner, err = tx.PersonSubject(ctx, p.TenantName, owner, "owner"); err != nil {
				return err
			}
		}
		if id, err = tx.RequestWaiver(ctx, d.actor(), w); err != nil {
			return err
		}
		e := d.entry(ledger.WaiverAsk, about, strings.TrimSpace(reason))
		e.Details = map[ledger.Detail]string{ledger.Policy: p.Rule, ledger.Due: ends.UTC().Format(time.DateOnly), ledger.Recipient: w.Owner.Name}
		return tx.Record(ctx, e)
	})
	return id, err
}

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

// DecideWaiver approves or rejects a waiver. Whoever asked, and whoever would
// own it, is refused, whatever their role.
func (r *Rules) DecideWaiver(ctx context.Context, d Decider, waiver int64, approve bool, note string) error {
	word := map[bool]string{true: "approve", false: "reject"}[approve]
	return r.onWaiver(ctx, d, auth.DecideWaiver, ledger.WaiverDecide, waiver, word, note, func(tx *db.Tx) error {
		return tx.DecideWaiver(ctx, d.actor(), waiver, approve, strings.TrimSpace(note))
	})
}

// EndWaiver takes a waiver back before its time, or clears one that has ended:
// what it covered is open again.
func (r *Rules) EndWaiver(ctx context.Context, d Decider, waiver int64, note string) error {
	return r.onWaiver(ctx, d, auth.EndWaiver, ledger.WaiverEnd, waiver, "withdraw", note, func(tx *db.Tx) error {
		return tx.WithdrawWaiver(ctx, d.actor(), waiver, strings.TrimSpace(note))
	})
}

func (r *Rules) onWaiver(ctx context.Context, d Decider, a auth.Action, what ledger.Action, waiver int64, word, note string, do func(*db.Tx) error) error {
	var about ledger.Object
	return r.write(ctx, d, what, &about, func(tx *db.Tx) error {
		id, ends, err := tx.WaivedViolation(ctx, waiver)
		if err != nil {
			return hidden(err)
		}
		p, err := on(ctx, tx, d, a, id)
		if err != nil {
			return err
		}
		about = violationObject(p)
		if err := do(tx); err != nil {
			return err
		}
		e := d.entry(what, about, strings.TrimSpace(note))
		e.Details = map[ledger.Detail]string{ledger.Policy: p.Rule, ledger.Decision: word, ledger.Due: ends.Format(time.DateOnly)}
		return tx.Record(ctx, e)
	})
}
