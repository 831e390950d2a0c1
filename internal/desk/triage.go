package desk

import (
	"context"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/violation"
)

// MostAtOnce bounds how many violations one decision may be about.
const MostAtOnce = 500

// bounded refuses a decision about nothing, or about too much.
func bounded(ids []int64) error {
	switch {
	case len(ids) == 0:
		return &fault.Error{Kind: fault.Invalid, Field: "id", Sentence: "Choose at least one violation."}
	case len(ids) > MostAtOnce:
		return &fault.Error{Kind: fault.Invalid, Field: "id", Sentence: "At most 500 violations can be decided at once. Choose fewer."}
	}
	return nil
}

// Triage moves violations to a state that people may choose, with one reason
// for all: open, in progress, or false positive. All move or none does. rev is
// the revision that the person saw, for a single violation; 0 does not look.
func (r *Rules) Triage(ctx context.Context, d Decider, ids []int64, rev int64, to violation.State, reason string) error {
	if err := bounded(ids); err != nil {
		return err
	}
	var about ledger.Object
	return r.write(ctx, d, ledger.ViolationNote, &about, func(tx *db.Tx) error {
		for _, id := range ids {
			p, err := on(ctx, tx, d, auth.AssignViolation, id)
			if err != nil {
				return err
			}
			about = violationObject(p)
			if err := tx.Triage(ctx, d.actor(), id, rev, to, reason); err != nil {
				return named(err, p, len(ids))
			}
			if p.State == to {
				continue
			}
			e := d.entry(ledger.ViolationNote, about, strings.TrimSpace(reason))
			e.Details = map[ledger.Detail]string{ledger.Policy: p.Rule, ledger.StateBefore: string(p.State), ledger.State: string(to)}
			if err := tx.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// named says which of several violations stood in the way.
func named(err error, p db.ViolationPlace, of int) error {
	if of == 1 || !fault.Is(err, fault.Conflict) {
		return err
	}
	return fault.Wrap(err, fault.Conflict, "Nothing was changed: %s (%s). %s", p.Label, p.Says, fault.Sentence(err))
}

// Comment adds a comment to a violation.
func (r *Rules) Comment(ctx context.Context, d Decider, id int64, body string) error {
	var about ledger.Object
	return r.write(ctx, d, ledger.ViolationNote, &about, func(tx *db.Tx) error {
		p, err := on(ctx, tx, d, auth.AskWaiver, id)
		if err != nil {
			return err
		}
		about = violationObject(p)
		if err := tx.Comment(ctx, d.actor(), id, body); err != nil {
			return err
		}
		e := d.entry(ledger.ViolationNote, about, strings.TrimSpace(body))
		e.Details = map[ledger.Detail]string{ledger.Policy: p.Rule}
		return tx.Record(ctx, e)
	})
}
