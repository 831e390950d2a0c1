package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// EmergencyOn reports whether approvals.yaml allows an emergency access at all.
func (d *Desk) EmergencyOn() bool { return d.approvals().Emergency != nil }

// emergencyEstate is what a request for emergency access is planned from.
func (d *Desk) emergencyEstate(ctx context.Context, asker request.Party, e *request.Estate) error {
	e.Emergency = &request.EmergencyEstate{Rule: d.approvals().Emergency}
	open, err := d.db.Reader().UnreviewedOf(ctx, asker)
	if err != nil {
		return err
	}
	for _, one := range open {
		if one.Holds(d.now()) {
			e.Emergency.Open = fmt.Sprintf("You hold the emergency access already, until %s.", one.Ends.Format("15:04 UTC"))
			return nil
		}
		e.Emergency.Open = fmt.Sprintf("Your emergency access of %s was not reviewed yet. Somebody else has to do that before you can have another.", one.Starts.Format("2 January 15:04 UTC"))
	}
	return nil
}

// grantEmergency puts an access in force that was agreed to, from the moment of
// the last approval, and tells everybody.
func (d *Desk) grantEmergency(ctx context.Context, tx *db.Tx, by By, r request.Request, p *request.EmergencyParams) error {
	rule := d.approvals().Emergency
	if rule == nil || p.Life() > rule.Longest {
		return fault.New(fault.Denied, "Emergency access is not allowed here so any more: approvals.yaml was changed. Nothing was stored.")
	}
	decisions, err := tx.Decisions(ctx, r.ID)
	if err != nil {
		return err
	}
	var names []string
	for _, one := range decisions {
		if one.Plan == r.Plan && one.Approves {
			names = append(names, one.By.Name)
		}
	}
	x := db.EmergencyAccess{Request: r.ID, Tenant: r.Tenant, Holder: r.Requester, GivenBy: strings.Join(names, ", "), Prefix: strings.TrimSpace(p.Prefix), Starts: tx.Now, Ends: tx.Now.Add(p.Life())}
	if err := tx.GrantEmergency(ctx, x); err != nil {
		return err
	}
	says := fmt.Sprintf("EMERGENCY ACCESS: %s may have their plans carried out without approval until %s, %s. %s agreed to it. Reason: %s", x.Holder.Name, x.Ends.Format("15:04 UTC"), reach(x), x.GivenBy, r.Reason)
	if err := d.alarm(ctx, tx, r, by.Party(), says); err != nil {
		return err
	}
	e := by.entry(ledger.BreakGlass, r)
	e.OnBehalf = ledger.Actor{Kind: ledger.Person, Tenant: x.Holder.TenantID, ID: x.Holder.ObjectID, Name: x.Holder.Name}
	e.Reason = r.Reason
	e.Details[ledger.Decision], e.Details[ledger.Due], e.Details[ledger.Filter] = "grant", x.Ends.UTC().Format(time.RFC3339), x.Prefix
	return tx.Record(ctx, e)
}

// reach says what an access is for.
func reach(x db.EmergencyAccess) string {
	if x.Prefix == "" {
		return "in all of " + x.Tenant
	}
	return "for workspaces of " + x.Tenant + " whose names begin with " + x.Prefix
}

const (
	toldEmergency = "It is about the emergency access, which approvals.yaml has this address told of."
	toldReviewer  = "It is about the emergency access, and you could review it: you look after this tenant."
)

// alarm tells the addresses of the configuration, whoever asked, and everybody
// who could review it, of something about the emergency access.
func (d *Desk) alarm(ctx context.Context, tx *db.Tx, r request.Request, by request.Party, says string) error {
	told, rules := telling(tx, r, by), d.approvals()
	to := slices.Clone(rules.EscalateTo)
	if rules.Emergency != nil {
		to = append(to, rules.Emergency.Tell...)
	}
	for _, address := range to {
		if err := told.to(ctx, request.Party{Address: address}, "escalate", toldEmergency, says); err != nil {
			return err
		}
	}
	if err := told.asker(ctx, "escalate", says); err != nil {
		return err
	}
	known, err := d.people(ctx)
	if err != nil {
		return err
	}
	for _, p := range known {
		if auth.Check(p, auth.ReviewBreakGlass, auth.Object{Tenant: r.Tenant}) != nil {
			continue
		}
		if err := told.to(ctx, By{Person: p}.Party(), "escalate", toldReviewer, says); err != nil {
			return err
		}
	}
	return nil
}

// EndEmergency ends an access before its time: its holder can, and whoever
// could review it. What was let through under it and has not begun is a draft
// again.
func (d *Desk) EndEmergency(ctx context.Context, by By, id, reason string) error {
	return d.write(ctx, by, ledger.BreakGlass, id, func(tx *db.Tx) error {
		x, r, err := emergencyAnd(ctx, tx, id)
		if err != nil {
			return err
		}
		if !x.Holder.Same(by.Party()) {
			if err := auth.Check(by.Person, auth.ReviewBreakGlass, auth.Object{Tenant: x.Tenant}); err != nil {
				return err
			}
		}
		if reason, err = reasonFor(reason); err != nil {
			return err
		}
		if err := tx.EndEmergency(ctx, id, by.Name); err != nil {
			return err
		}
		waiting, err := tx.ApprovedUnder(ctx, id)
		if err != nil {
			return err
		}
		for _, one := range waiting {
			if err := void(ctx, tx, one, "The emergency access it was let through under was ended before it began."); err != nil {
				return err
			}
		}
		if err := d.alarm(ctx, tx, r, by.Party(), fmt.Sprintf("The emergency access of %s was ended by %s: %s", x.Holder.Name, by.Name, reason)); err != nil {
			return err
		}
		e := by.entry(ledger.BreakGlass, r)
		e.Reason, e.Details[ledger.Decision] = reason, "end"
		return tx.Record(ctx, e)
	})
}

func emergencyAnd(ctx context.Context, tx *db.Tx, id string) (x db.EmergencyAccess, r request.Request, err error) {
	if x, err = tx.Emergency(ctx, id); err != nil {
		return x, r, hidden(err)
	}
	r, err = tx.Request(ctx, id)
	return x, r, err
}

// Verdicts on an emergency access.
const (
	Justified    = "justified"
	NotJustified = "not justified"
)

// ReviewEmergency writes what somebody else found when it was over. Its holder
// is refused, whatever their role.
func (d *Desk) ReviewEmergency(ctx context.Context, by By, id, verdict, note string) error {
	return d.write(ctx, by, ledger.BreakGlass, id, func(tx *db.Tx) error {
		x, r, err := emergencyAnd(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case x.Holder.Same(by.Party()), request.AddressKey(x.Holder.Address) != "" && request.AddressKey(x.Holder.Address) == request.AddressKey(by.Address):
			return fault.New(fault.Denied, "You held this emergency access, so somebody else has to review it.")
		case auth.Check(by.Person, auth.ReviewBreakGlass, auth.Object{Tenant: x.Tenant}) != nil:
			return auth.Hidden()
		case tx.Now.Before(x.Over()):
			return fault.New(fault.Conflict, "It lasts until %s. It is reviewed when it is over; you can end it now.", x.Ends.Format("15:04 UTC"))
		}
		if err := stillSignedIn(ctx, tx, by, auth.Permits[auth.ReviewBreakGlass].Roles...); err != nil {
			return err
		}
		if verdict != Justified && verdict != NotJustified {
			return &fault.Error{Kind: fault.Invalid, Field: "verdict", Sentence: "Say whether it was justified."}
		}
		if note, err = reasonFor(note); err != nil {
			return err
		}
		if err := tx.ReviewEmergency(ctx, id, by.Party(), verdict, note); err != nil {
			return err
		}
		if err := d.alarm(ctx, tx, r, by.Party(), fmt.Sprintf("The emergency access of %s was reviewed by %s: %s. %s", x.Holder.Name, by.Name, verdict, note)); err != nil {
			return err
		}
		e := by.entry(ledger.BreakGlass, r)
		e.Reason, e.Details[ledger.Decision] = note, "review: "+verdict
		return tx.Record(ctx, e)
	})
}

// remindReview is after how long without a review everybody is told again.
const remindReview = 24 * time.Hour

// NudgeReviews tells of every emergency access that nobody has reviewed a day
// after it was over, once, and returns how many there were.
func (d *Desk) NudgeReviews(ctx context.Context) (n int, err error) {
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		all, err := tx.RemindEmergencies(ctx, tx.Now.Add(-remindReview))
		if err != nil {
			return err
		}
		n = len(all)
		for _, x := range all {
			r, err := tx.Request(ctx, x.Request)
			if err != nil {
				return err
			}
			says := fmt.Sprintf("Nobody has reviewed the emergency access of %s from %s. It was used %d times.", x.Holder.Name, x.Starts.Format("2 January 15:04 UTC"), x.Uses)
			if err := d.alarm(ctx, tx, r, request.Party{}, says); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("reviews of emergency access: %w", err)
	}
	return n, nil
}
