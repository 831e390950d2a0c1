package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// CarryOutNow has the person's own request carried out under the emergency
// access they hold, on the plan with the hash they saw, without the approvals
// that are missing. Nothing else is left out: the plan is bound by its hash,
// judged by the rules in force, recorded, locked and told.
func (d *Desk) CarryOutNow(ctx context.Context, by By, id, plan, reason string) (r request.Request, err error) {
	err = d.onGrounds(ctx, by, ledger.BreakGlass, id, plan, func(tx *db.Tx, g grounds) (fell string, err error) {
		f, err := d.facingNow(ctx, tx, by, id)
		if err != nil {
			return "", err
		}
		r = f.Request
		if reason, err = reasonFor(reason); err != nil {
			return "", err
		}
		x, err := d.underWhich(ctx, tx, by, &f, g, plan)
		if err != nil {
			return "", err
		}
		if why := d.stale(r, g); why != "" {
			return why, void(ctx, tx, r, why)
		}
		if err := tx.AddParties(ctx, plan, g.gainers); err != nil {
			return "", err
		}
		r, err = d.letThrough(ctx, tx, by, r, x, reason)
		return "", err
	})
	return r, err
}

// facingNow reads the person's own request, if they may use an emergency
// access at all, by the roles their session has at this moment.
func (d *Desk) facingNow(ctx context.Context, tx *db.Tx, by By, id string) (request.Facing, error) {
	f, err := tx.Facing(ctx, id)
	if err != nil {
		return f, err
	}
	if !own(by, f.Request) {
		return f, auth.Hidden()
	}
	if err := auth.Check(by.Person, auth.BreakGlass, auth.Object{Tenant: f.Request.Tenant}); err != nil {
		return f, err
	}
	return f, stillSignedIn(ctx, tx, by, auth.Permits[auth.BreakGlass].Roles...)
}

// underWhich finds the access that covers a request, or says why none does.
func (d *Desk) underWhich(ctx context.Context, tx *db.Tx, by By, f *request.Facing, g grounds, plan string) (x db.EmergencyAccess, err error) {
	r := f.Request
	switch {
	case r.State != request.Pending:
		return x, fault.New(fault.Conflict, "This request is %s, so there is nothing to let through.", lower(r.State.Text()))
	case !f.Now.Before(r.Expires):
		return x, fault.New(fault.Conflict, "The time to decide has ended. Submit it again.")
	case plan == "" || plan != r.Plan:
		return x, fault.New(fault.Conflict, "The plan changed after you opened it. Read it again; nothing was stored.")
	case r.Kind.House():
		return x, fault.New(fault.Denied, "The emergency access is for the tenant. What the portal itself goes by changes with the usual approvals only.")
	case !by.Party().Same(r.Editor):
		return x, fault.New(fault.Denied, "%s edited this last. Under the emergency access one's own plans are carried out.", r.Editor.Name)
	}
	if _, err := d.inForce(); err != nil {
		return x, err
	}
	held, err := tx.HeldBy(ctx, by.Party())
	if err != nil {
		return x, err
	}
	i := slices.IndexFunc(held, func(x db.EmergencyAccess) bool { return x.Tenant == r.Tenant })
	if i < 0 {
		return x, fault.New(fault.Denied, "You do not hold the emergency access to %s at this moment. Nothing was stored.", r.Tenant)
	}
	x = held[i]
	places, err := tx.RequestPlaces(ctx, r.ID)
	if err != nil {
		return x, err
	}
	if !request.EmergencyCovers(x.Prefix, places) {
		return x, fault.New(fault.Denied, "Your emergency access is %s. This request reaches beyond.", reach(x))
	}
	if !r.NotBefore.IsZero() && !r.NotBefore.Before(x.Ends) {
		return x, fault.New(fault.Denied, "It is to start when the emergency access is over. Leave the day empty, or wait for the approvals.")
	}
	return x, d.giverGains(ctx, tx, f, g, x)
}

// giverGains refuses what somebody gains by who agreed to the access: they
// would have agreed to their own request.
func (d *Desk) giverGains(ctx context.Context, tx *db.Tx, f *request.Facing, g grounds, x db.EmergencyAccess) error {
	given, err := tx.Decisions(ctx, x.Request)
	if err != nil {
		return err
	}
	whole := *f
	whole.Involved = append(slices.Clone(f.Involved), g.gainers...)
	for _, one := range given {
		if why := whole.WhyNot(one.By); one.Approves && why != "" {
			return fault.New(fault.Denied, "%s agreed to your emergency access and has a part in this request (%s). Somebody else has to agree to it.", one.By.Name, why)
		}
	}
	return nil
}

// letThrough writes the use in the place of approvals, and tells everybody.
func (d *Desk) letThrough(ctx context.Context, tx *db.Tx, by By, r request.Request, x db.EmergencyAccess, reason string) (request.Request, error) {
	if err := tx.UseEmergency(ctx, db.EmergencyUse{Request: r.ID, Plan: r.Plan, Emergency: x.Request, Reason: reason}); err != nil {
		return r, err
	}
	r.Decided = tx.Now
	r.WindowEnds = earlier(d.windowEnds(tx.Now, r), x.Ends)
	e := moved(by.entry(ledger.BreakGlass, r), r, request.Approved, reason)
	e.Details[ledger.Decision], e.Details[ledger.Due] = "use of "+x.Request, x.Ends.UTC().Format(time.RFC3339)
	if err := tx.MoveRequest(ctx, r, request.Approved, by.Party(), "let through", reason); err != nil {
		return r, err
	}
	says := fmt.Sprintf("EMERGENCY ACCESS USED: %s has this carried out without approval: %s. Reason: %s", by.Name, r.Title, reason)
	if err := d.alarm(ctx, tx, r, request.Party{}, says); err != nil {
		return r, err
	}
	r.State, r.Version, r.Note = request.Approved, r.Version+1, reason
	return r, tx.Record(ctx, e)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// NowUnder is the emergency access under which somebody could have a request
// carried out at this moment; false when there is none. The desk asks again
// when they do.
func (d *Desk) NowUnder(ctx context.Context, by By, r request.Request, places []request.Place) (x db.EmergencyAccess, may bool, err error) {
	if r.State != request.Pending || r.Kind.House() || !own(by, r) || !auth.May(by.Person, auth.BreakGlass, auth.Object{Tenant: r.Tenant}) {
		return x, false, nil
	}
	held, err := d.outside().HeldBy(ctx, by.Party())
	for _, one := range held {
		if one.Tenant == r.Tenant && request.EmergencyCovers(one.Prefix, places) {
			return one, true, err
		}
	}
	return x, false, err
}
