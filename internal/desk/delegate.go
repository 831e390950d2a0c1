package desk

import (
	"context"
	"strconv"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// longestDelegation is the longest somebody can be stood in for at a time; the
// database holds it too.
const longestDelegation = 90 * 24 * time.Hour

// Delegate lets somebody decide in the person's place until a day. The other
// needs the approver's role as well; a delegation moves no rights, it only
// opens the stages that ask for the person's groups, and uses up their vote.
func (d *Desk) Delegate(ctx context.Context, by By, to request.Party, starts, ends time.Time, reason string) (id int64, err error) {
	reason = strings.TrimSpace(reason)
	switch {
	case !by.Has(auth.Approver):
		return 0, auth.Hidden()
	case to.ObjectID == "" || to.Same(by.Party()):
		return 0, &fault.Error{Kind: fault.Invalid, Field: "to", Sentence: "Choose somebody else."}
	case !ends.After(starts) || !ends.After(d.now()):
		return 0, &fault.Error{Kind: fault.Invalid, Field: "ends", Sentence: "The end must lie after the beginning, and ahead."}
	case ends.Sub(starts) > longestDelegation:
		return 0, &fault.Error{Kind: fault.Invalid, Field: "ends", Sentence: "A delegation lasts at most 90 days."}
	}
	if err := checkText("reason", reason); err != nil {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if id, err = tx.AddDelegation(ctx, db.Delegation{From: by.Party(), To: to, Starts: starts, Ends: ends, Reason: reason}); err != nil {
			return err
		}
		e := by.delegation(id, reason)
		e.OnBehalf = ledger.Actor{Kind: ledger.Person, Tenant: to.TenantID, ID: to.ObjectID, Name: to.Name}
		e.Details[ledger.Due] = ends.UTC().Format(time.RFC3339)
		return tx.Record(ctx, e)
	})
	return id, err
}

// EndDelegation takes a delegation back before its time.
func (d *Desk) EndDelegation(ctx context.Context, by By, id int64) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.EndDelegation(ctx, id, by.Party()); err != nil {
			return err
		}
		return tx.Record(ctx, by.delegation(id, "taken back"))
	})
}

func (b By) delegation(id int64, reason string) ledger.Entry {
	e := b.entry(ledger.Configure, request.Request{})
	e.Object, e.Reason = ledger.Object{Kind: "delegation", ID: strconv.FormatInt(id, 10)}, reason
	return e
}

// Deciders are the people somebody could let decide in their place: those who
// ever signed in as approvers, without themselves.
func (d *Desk) Deciders(ctx context.Context, by By) ([]request.Party, error) {
	if !by.Has(auth.Approver) {
		return nil, nil
	}
	known, err := d.people(ctx)
	if err != nil {
		return nil, err
	}
	var out []request.Party
	for _, p := range known {
		who := By{Person: p}.Party()
		if p.Has(auth.Approver) && !who.Same(by.Party()) {
			out = append(out, who)
		}
	}
	return out, nil
}
