package desk

import (
	"context"
	"slices"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/request"
)

// Waiting is a request that waits for decisions, as one approver sees it.
type Waiting struct {
	Request request.Request
	// Mine says that it waits for this person; Why says why it does not.
	Mine bool
	Why  string
	// For is in whose place they would decide.
	For request.Party
}

// inboxSize bounds the inbox; what is longer is a list to be filtered.
const inboxSize = 500

// Inbox returns what waits for decisions at places where the person is an
// approver: first what waits for them, each in the order of its time to
// decide. tenants are the configured names.
func (d *Desk) Inbox(ctx context.Context, by By, tenants []string) ([]Waiting, error) {
	given, err := d.outside().DelegatedTo(ctx, by.Party())
	if err != nil {
		return nil, err
	}
	held, err := d.outside().HeldBy(ctx, by.Party())
	if err != nil {
		return nil, err
	}
	people := []request.Party{by.Party()}
	for _, one := range given {
		people = append(people, one.From)
	}
	all, err := d.db.Reader().Undecided(ctx, Scopes(by.Person, auth.DecideRequest, tenants), people, d.now(), inboxSize)
	if err != nil {
		return nil, err
	}
	out := make([]Waiting, 0, len(all))
	own := map[string][]string{} // groups by tenant, read when needed
	for i := range all {
		w, err := d.waits(ctx, by, &all[i], own, given, len(held) > 0)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(a, b Waiting) int {
		if a.Mine != b.Mine {
			return map[bool]int{true: -1, false: 1}[a.Mine]
		}
		return a.Request.Expires.Compare(b.Request.Expires)
	})
	return out, nil
}

// waits judges one request of an inbox. The tenant's drift is looked at when
// the request is opened.
func (d *Desk) waits(ctx context.Context, by By, f *request.Facing, own map[string][]string, given read, holds bool) (Waiting, error) {
	r := f.Request
	w := Waiting{Request: r}
	if why := f.WhyNot(by.Party()); why != "" {
		w.Why = why.Sentence()
		return w, nil
	}
	if holds {
		w.Why = request.WhyBreakGlass.Sentence()
		return w, nil
	}
	groups, have := own[r.Tenant]
	if !have && slices.ContainsFunc(r.Stages, func(s request.Stage) bool { return s.Group != "" }) {
		var err error
		if groups, err = d.groups(ctx, r.Tenant, by.Party()); err != nil {
			return w, err
		}
		own[r.Tenant] = groups
	}
	who, err := d.decider(ctx, given, by, f, grounds{groups: groups})
	if err != nil {
		return w, err
	}
	if _, err := f.Check(who, r.Plan, true); err != nil {
		w.Why = fault.Sentence(err)
		return w, nil
	}
	w.Mine, w.For = true, who.For
	return w, nil
}

// read are delegations that were read already.
type read []db.Delegation

// DelegatedTo implements the part of sight that a decider needs.
func (k read) DelegatedTo(context.Context, request.Party) ([]db.Delegation, error) { return k, nil }

// Count is how many requests wait for the person.
func (d *Desk) Count(ctx context.Context, by By, tenants []string) (n int64, err error) {
	if !by.Has(auth.Approver) {
		return 0, nil
	}
	all, err := d.Inbox(ctx, by, tenants)
	for _, w := range all {
		if w.Mine {
			n++
		}
	}
	return n, err
}

// Scopes is what of each tenant's requests a person reaches with an action.
func Scopes(p auth.Person, a auth.Action, tenants []string) map[string]db.RequestScope {
	out := map[string]db.RequestScope{}
	for _, name := range tenants {
		var s db.RequestScope
		for _, role := range p.Roles {
			if slices.Contains(auth.Permits[a].Roles, role) {
				s = widened(s, p.Limits[role], name)
			}
		}
		if s.All || len(s.Prefixes)+len(s.Domains) > 0 {
			out[name] = s
		}
	}
	return out
}

func widened(s db.RequestScope, limits []auth.Limit, tenant string) db.RequestScope {
	if len(limits) == 0 {
		s.All = true
	}
	for _, l := range limits {
		switch {
		case len(l.Tenants) > 0 && !slices.Contains(l.Tenants, tenant):
		case len(l.Prefixes)+len(l.Domains) == 0:
			s.All = true
		default:
			s.Prefixes, s.Domains = append(s.Prefixes, l.Prefixes...), append(s.Domains, l.Domains...)
		}
	}
	return s
}
