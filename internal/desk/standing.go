package desk

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/request"
)

// Standing is where a request stands for one person who looks at it: what the
// desk would say if they decided now, without writing anything.
type Standing struct {
	Facing request.Facing
	Places []request.Place
	// May says that an approval of theirs would count; Why says why it would
	// not. For is in whose place they would decide; zero for their own.
	May bool
	Why string
	For request.Party
	// Stale says why the plan can no longer be agreed to as it stands.
	Stale string
	// Known are the people who could still decide, of those who ever signed in;
	// Few says that they are too few.
	Known []request.Party
	Few   string
}

// Standing reads a request as one person sees it. NotFound when it is not open
// to them.
func (d *Desk) Standing(ctx context.Context, by By, id string) (s Standing, err error) {
	out := d.outside()
	if s.Facing, err = out.Facing(ctx, id); err != nil {
		return s, err
	}
	if s.Places, err = out.RequestPlaces(ctx, id); err != nil {
		return s, err
	}
	r := s.Facing.Request
	if !own(by, r) && (r.Revision == 0 || mayAll(by.Person, auth.ViewRequests, r.Tenant, s.Places) != nil) {
		return s, auth.Hidden()
	}
	if r.State != request.Pending {
		return s, nil
	}
	if s.Known, err = d.eligible(ctx, &s.Facing, s.Places); err != nil {
		return s, err
	}
	s.Few = few(&s.Facing, len(s.Known))
	return s, d.weigh(ctx, by, &s)
}

// weigh finds out what a decision of the person would come to.
func (d *Desk) weigh(ctx context.Context, by By, s *Standing) error {
	r := s.Facing.Request
	g, err := d.grounds(ctx, by, r.ID, r.Plan)
	if err != nil {
		return err
	}
	s.Stale = d.stale(r, g)
	s.Facing.Involved = append(s.Facing.Involved, g.gainers...)
	who, err := d.mayFace(ctx, d.outside(), by, &s.Facing, s.Places, g)
	if err == nil {
		_, err = s.Facing.Check(who, r.Plan, true)
	}
	switch fault.KindOf(err) {
	case "":
		s.May, s.For = true, who.For
	case fault.Denied, fault.Conflict, fault.NotFound:
		s.Why = fault.Sentence(err)
		if fault.Is(err, fault.NotFound) {
			s.Why = "Deciding needs the role approver for every workspace this is about."
		}
	default:
		return err
	}
	return nil
}

// mayFace asks whether the person may decide here at all, and as who.
func (d *Desk) mayFace(ctx context.Context, from sight, by By, f *request.Facing, places []request.Place, g grounds) (request.Decider, error) {
	if err := d.admit(ctx, from, by, f, places); err != nil {
		return request.Decider{}, err
	}
	return d.decider(ctx, from, by, f, g)
}

// eligible are the people who could still agree to a request, of those who
// ever signed in: approvers of all its places who have no part in it and have
// not decided. Roles are the provider's to give, so whoever never came is not
// known.
func (d *Desk) eligible(ctx context.Context, f *request.Facing, places []request.Place) ([]request.Party, error) {
	known, err := d.people(ctx)
	if err != nil {
		return nil, fmt.Errorf("who could decide: %w", err)
	}
	var out []request.Party
	for _, p := range known {
		by := By{Person: p}
		if d.admit(ctx, d.outside(), by, f, places) != nil || f.WhyNot(by.Party()) != "" || decided(f, by.Party()) {
			continue
		}
		fits, err := d.fitsSome(ctx, f, by)
		if err != nil {
			return nil, err
		}
		if fits {
			out = append(out, by.Party())
		}
	}
	return out, nil
}

// fitsSome reports whether one of the stages that still wait admits a person.
func (d *Desk) fitsSome(ctx context.Context, f *request.Facing, by By) (bool, error) {
	who := request.Decider{Party: by.Party()}
	for _, r := range by.Roles {
		who.Roles = append(who.Roles, string(r))
	}
	if slices.ContainsFunc(f.Request.Stages, func(s request.Stage) bool { return s.Group != "" }) {
		groups, err := d.groups(ctx, f.Request.Tenant, by.Party())
		if err != nil {
			return false, err
		}
		who.Groups = groups
	}
	return slices.ContainsFunc(f.Waiting(), func(s request.Stage) bool { return s.Admits(who) }), nil
}

func decided(f *request.Facing, who request.Party) bool {
	return slices.ContainsFunc(f.Decisions, func(d request.Decision) bool {
		return d.Plan == f.Request.Plan && (d.By.Same(who) || d.For.Same(who))
	})
}

// few says that too few people are known who could decide (requirement R2).
// With fewer than are needed the request cannot be agreed to and stays blocked.
func few(f *request.Facing, known int) string {
	need := 0
	for _, s := range f.Waiting() {
		need += s.Count
	}
	switch {
	case need == 0:
		return ""
	case known < need:
		return fmt.Sprintf("Fewer people than needed: %s who could decide this has signed in so far, and %d still must agree. It stays blocked until there are more.", counted(known), need)
	case known < 2:
		return "Fewer than 2 eligible people: only one person who could decide this has signed in so far. If they are away, nobody can."
	}
	return ""
}

func counted(n int) string {
	if n == 0 {
		return "nobody"
	}
	return fmt.Sprintf("only %d", n)
}
