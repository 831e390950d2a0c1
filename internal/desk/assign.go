package desk

import (
	"context"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Assign gives a violation to a person of its tenant, named by id or e-mail
// address; "" takes it back. rev is the revision that the person saw.
func (r *Rules) Assign(ctx context.Context, d Decider, id, rev int64, to string) error {
	var about ledger.Object
	return r.write(ctx, d, ledger.ViolationAssign, &about, func(tx *db.Tx) error {
		p, err := on(ctx, tx, d, auth.AssignViolation, id)
		if err != nil {
			return err
		}
		about = violationObject(p)
		var who db.Actor
		if to != "" {
			if who, err = tx.PersonSubject(ctx, p.TenantName, to, "to"); err != nil {
				return err
			}
		}
		if err := tx.Assign(ctx, d.actor(), id, rev, who); err != nil {
			return err
		}
		e := d.entry(ledger.ViolationAssign, about, "")
		e.Details = map[ledger.Detail]string{ledger.Policy: p.Rule, ledger.Recipient: who.Name}
		if who.Name == "" {
			e.Details[ledger.Recipient] = "nobody"
		}
		return tx.Record(ctx, e)
	})
}
