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
			if err := telling(tx, r, request.Party{}).fallen(ctx, why); err != nil {
				return err
			}
			return tx.Record(ctx, moved(system(ledger.RequestExpire, r), r, request.Expired, why))
		})
}

// VoidOnPolicyChange returns the requests that were judged by other rules than
// those in force to their requesters. Their approvals no longer count, and
// until the sweep has come by, nobody can approve them either.
func (d *Desk) VoidOnPolicyChange(ctx context.Context) (int, error) {
	set, err := d.inForce()
	if err != nil {
		return 0, err
	}
	return d.sweep(ctx, "void", func(tx *db.Tx) ([]request.Request, error) {
		return tx.RequestsUnderOtherRules(ctx, set.Hash, sweepSize)
	},
		func(tx *db.Tx, r request.Request) error { return void(ctx, tx, r, otherRules) })
}

// voidUnderOtherRules is VoidOnPolicyChange within the transaction that changes
// the policies, for all there are: from the moment the change stands, no
// approval rests on what held before.
func voidUnderOtherRules(ctx context.Context, tx *db.Tx, hash string) error {
	for {
		all, err := tx.RequestsUnderOtherRules(ctx, hash, sweepSize)
		if err != nil {
			return err
		}
		for _, r := range all {
			if err := void(ctx, tx, r, otherRules); err != nil {
				return err
			}
		}
		if len(all) < sweepSize {
			return nil
		}
	}
}

// Void returns a request that waits or is approved to its requester, with the
// reason: drift of the target found before the first write.
func (d *Desk) Void(ctx context.Context, id, why string) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		r, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		return void(ctx, tx, r, why)
	})
}

func void(ctx context.Context, tx *db.Tx, r request.Request, why string) error {
	e := moved(system(ledger.RequestVoid, r), r, request.Draft, why)
	if err := back(ctx, tx, &r, request.Party{}, "fell back", why); err != nil {
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

// Nudge writes reminders to those who could decide and escalations into the
// outbox, each once for every submission, and returns how many requests they
// are about. It belongs on a schedule.
func (d *Desk) Nudge(ctx context.Context) (int, error) {
	late, err := d.lateFor(ctx)
	if err != nil {
		return 0, fmt.Errorf("reminders: %w", err)
	}
	n, rules := 0, d.approvals()
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		remind, err := tx.RemindRequests(ctx, tx.Now.Add(-rules.Remind))
		if err != nil {
			return err
		}
		for _, r := range remind {
			if err := d.remind(ctx, tx, r, late[r.ID]); err != nil {
				return err
			}
		}
		escalate, err := tx.EscalateRequests(ctx, tx.Now.Add(-rules.Escalate))
		if err != nil {
			return err
		}
		for _, r := range escalate {
			if err := d.escalate(ctx, tx, r, late[r.ID]); err != nil {
				return err
			}
		}
		n = len(remind) + len(escalate)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("reminders: %w", err)
	}
	return n, nil
}

// lateFor finds, before the transaction, who could decide each request that
// waits long enough to be reminded of.
func (d *Desk) lateFor(ctx context.Context) (map[string][]request.Party, error) {
	reader, out := d.db.Reader(), map[string][]request.Party{}
	before := d.now().Add(-d.approvals().Remind)
	all, err := reader.UnremindedRequests(ctx, before, sweepSize*2)
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		f, err := reader.Facing(ctx, id, d.now())
		if err != nil {
			return nil, err
		}
		places, err := reader.RequestPlaces(ctx, id)
		if err != nil {
			return nil, err
		}
		if out[id], err = d.eligible(ctx, &f, places); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *Desk) remind(ctx context.Context, tx *db.Tx, r request.Request, who []request.Party) error {
	says := r.Requester.Name + " still waits for a decision: " + r.Title + ". It falls on " + r.Expires.Format("2 January 15:04 UTC") + "."
	if err := telling(tx, r, request.Party{}).deciders(ctx, who, "remind", says); err != nil {
		return err
	}
	note := fmt.Sprintf("%d people who could decide are reminded.", len(who))
	return tx.AddRequestEvent(ctx, db.RequestEvent{Request: r.ID, What: "reminded", From: r.State, To: r.State, Plan: r.Plan, Note: note})
}

// escalate tells the addresses of the configuration, or, where it names none,
// the requester: somebody has to know that nobody decides.
func (d *Desk) escalate(ctx context.Context, tx *db.Tx, r request.Request, who []request.Party) error {
	told := telling(tx, r, request.Party{})
	says := fmt.Sprintf("Nobody has decided since %s: %s. %d people could.", r.Submitted.Format("2 January 15:04 UTC"), r.Title, len(who))
	to := d.approvals().EscalateTo
	for _, address := range to {
		if err := told.to(ctx, request.Party{Address: address}, "escalate", "approvals.yaml names this address under escalate_to.", says); err != nil {
			return err
		}
	}
	if err := told.asker(ctx, "escalate", says); err != nil {
		return err
	}
	return tx.AddRequestEvent(ctx, db.RequestEvent{Request: r.ID, What: "escalated", From: r.State, To: r.State, Plan: r.Plan,
		Note: fmt.Sprintf("%d addresses of the configuration and the requester are told.", len(to))})
}
