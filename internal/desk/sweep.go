package desk

import (
	"context"
	"fmt"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/request"
)

// sweepSize bounds one transaction of a sweep, so that nobody waits long.
const sweepSize = 100

// Expire lets requests fall whose time to be decided or started is over, and
// returns how many. It belongs on a schedule, once a minute.
func (d *Desk) Expire(ctx context.Context) (int, error) {
	return d.sweep(ctx, "expire", func(tx *db.Tx) ([]request.Request, error) { return tx.OverdueRequests(ctx, sweepSize) },
		func(tx *db.Tx, r request.Request) error {
			why := "Nobody decided in time."
			if r.State == request.Approved {
				why = "It was approved, but not started in time."
			}
			if err := tx.MoveRequest(ctx, r, request.Expired, request.Party{}, "expired", why); err != nil {
				return err
			}
			return tx.Record(ctx, moved(system(ledger.RequestExpire, r), r, request.Expired, why))
		})
}

// VoidOnPolicyChange returns the requests that were judged by other rules than
// those in force to their requesters. Their approvals no longer count, and
// until the sweep has come by, nobody can approve them either.
func (d *Desk) VoidOnPolicyChange(ctx context.Context) (int, error) {
	hash := d.rules().Hash
	return d.sweep(ctx, "void", func(tx *db.Tx) ([]request.Request, error) { return tx.RequestsUnderOtherRules(ctx, hash, sweepSize) },
		func(tx *db.Tx, r request.Request) error {
			return d.void(ctx, tx, r, "The rules have changed since this was submitted. It is a draft again: look at what they say now and submit it again.")
		})
}

// Void returns a request that waits or is approved to its requester, with the
// reason: drift of the target found before the first write.
func (d *Desk) Void(ctx context.Context, id, why string) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		r, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		return d.void(ctx, tx, r, why)
	})
}

func (d *Desk) void(ctx context.Context, tx *db.Tx, r request.Request, why string) error {
	e := moved(system(ledger.RequestVoid, r), r, request.Draft, why)
	if err := d.back(ctx, tx, &r, request.Party{}, "fell back", why); err != nil {
		return err
	}
	return tx.Record(ctx, e)
}

// sweep does something to every request of a list, a bounded number in one
// transaction.
func (d *Desk) sweep(ctx context.Context, what string, find func(*db.Tx) ([]request.Request, error), do func(*db.Tx, request.Request) error) (int, error) {
	total := 0
	for {
		n := 0
		err := d.db.Write(ctx, func(tx *db.Tx) error {
			all, err := find(tx)
			if err != nil {
				return err
			}
			for _, r := range all {
				if err := do(tx, r); err != nil {
					return err
				}
			}
			n = len(all)
			return nil
		})
		if err != nil {
			return total, fmt.Errorf("%s requests: %w", what, err)
		}
		if total += n; n < sweepSize {
			return total, nil
		}
	}
}

// Nudge is a request whose approvers are to be reminded, or about which
// somebody else is to be told.
type Nudge struct {
	Request  request.Request
	Escalate bool
	// To are the addresses for an escalation.
	To []string
}

// Nudges returns those that are due, each once for ever.
func (d *Desk) Nudges(ctx context.Context) (out []Nudge, err error) {
	rules := d.approvals()
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		out = nil
		late, err := tx.RemindRequests(ctx, tx.Now.Add(-rules.Remind))
		if err != nil {
			return err
		}
		for _, r := range late {
			out = append(out, Nudge{Request: r})
		}
		later, err := tx.EscalateRequests(ctx, tx.Now.Add(-rules.Escalate))
		for _, r := range later {
			out = append(out, Nudge{Request: r, Escalate: true, To: rules.EscalateTo})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reminders: %w", err)
	}
	return out, nil
}
