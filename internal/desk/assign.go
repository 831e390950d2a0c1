package desk

import (
	"cmp"
	"context"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Assign gives violations to a person of their tenant, named by id or e-mail
// address; "" takes them back. All are given or none is. rev is the revision
// that the person saw, for a single violation; 0 does not look.
func (r *Rules) Assign(ctx context.Context, d Decider, ids []int64, rev int64, to string) error {
	if err := bounded(ids); err != nil {
		return err
	}
	var about ledger.Object
	return r.write(ctx, d, ledger.ViolationAssign, &about, func(tx *db.Tx) error {
		for _, id := range ids {
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
				return named(err, p, len(ids))
			}
			e := d.entry(ledger.ViolationAssign, about, "")
			e.Details = map[ledger.Detail]string{ledger.Policy: p.Rule, ledger.Recipient: cmp.Or(who.Name, "nobody")}
			if err := tx.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}
