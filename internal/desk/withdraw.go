package desk

import (
	"context"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// Withdraw takes a request back, at the version the person saw: only who asked
// for it can. One that is being carried out is cancelled by an operator
// instead.
func (d *Desk) Withdraw(ctx context.Context, by By, id string, version int64, reason string) (r request.Request, err error) {
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) > maxReason {
		return r, &fault.Error{Kind: fault.Invalid, Field: "reason", Sentence: "The reason is too long: at most 2,000 characters."}
	}
	err = d.write(ctx, by, ledger.RequestWithdraw, id, func(tx *db.Tx) error {
		if r, err = tx.Request(ctx, id); err != nil {
			return err
		}
		if !own(by, r) || !inTenant(by.Person, auth.WithdrawOwn, r.Tenant) {
			return auth.Hidden()
		}
		if r.State == request.Running {
			return fault.New(fault.Conflict, "This request is being carried out. Ask an operator to cancel the run between two steps.")
		}
		if err := request.CheckMove(r.State, request.Withdrawn); err != nil {
			return err
		}
		if r.Version != version {
			return fault.New(fault.Conflict, "This request changed in the meantime. Reload it and look again; it was not withdrawn.")
		}
		e := moved(by.entry(ledger.RequestWithdraw, r), r, request.Withdrawn, reason)
		if err := tx.MoveRequest(ctx, r, request.Withdrawn, by.Party(), "withdrawn", reason); err != nil {
			return err
		}
		told := telling(tx, r, by.Party())
		if err := told.voters(ctx, "withdrawn", "It was withdrawn by "+by.Name+"."); err != nil {
			return err
		}
		r.State, r.Note = request.Withdrawn, reason
		r.Version++
		return tx.Record(ctx, e)
	})
	return r, err
}
