package evaluate

import (
	"context"
	"errors"

	"steward/internal/db"
	"steward/internal/policy"
	"steward/internal/violation"
)

// peopleUnit is the unit under which principals count; 0 is the rest.
const peopleUnit = -1

// judgeRest judges what belongs to no workspace: the tenant, capacities,
// pipelines, settings and waivers, all of them every time, as they are few;
// and the principals that were chosen.
func (r *run) judgeRest(ctx context.Context) error {
	standing, err := r.reader.StandingIn(ctx, r.view.Tenant, nil)
	if err != nil {
		return err
	}
	var people, rest []db.Standing
	for _, st := range standing {
		if st.Ref.Kind == policy.KindPrincipal {
			people = append(people, st)
		} else {
			rest = append(rest, st)
		}
	}
	if err := r.judgeFew(ctx, rest); err != nil {
		return err
	}
	return r.judgePeople(ctx, people)
}

func (r *run) judgeFew(ctx context.Context, standing []db.Standing) error {
	judge := r.set.NewJudge(ctx, policy.AtScan, r.facts.Tenant())
	s := r.newSheet(1, standing)
	seen := map[policy.Ref]bool{}
	err := r.eachOfRest(ctx, func(o policy.Object) {
		seen[o.Ref()] = true
		s.judge(judge, 0, o)
	})
	if err = errors.Join(err, s.err); err != nil {
		return err
	}
	changes := s.reconcile(func(ref policy.Ref) violation.Presence {
		switch {
		case seen[ref], ref.Kind == policy.KindWaiver: // a waiver not listed was renewed, withdrawn or closed
			return violation.Judged
		case ref.Kind == policy.KindCapacity, ref.Kind == policy.KindPipeline:
			return violation.Gone
		}
		return violation.Unseen
	})
	if err := r.leaving(ctx, []int64{0}); err != nil {
		return err
	}
	return r.write(ctx, []db.Unit{{Workspace: 0, Tally: s.tallies[0].encode(r), Changes: changes}})
}

// judgePeople judges everybody, or those of whom something changed. In the
// second case the others count as they did.
func (r *run) judgePeople(ctx context.Context, standing []db.Standing) error {
	chosen := r.people
	if r.holdings != nil {
		chosen = r.facts.PrincipalNumbers()
	}
	judge := r.set.NewJudge(ctx, policy.AtScan, r.facts.Tenant())
	s := r.newSheet(1, standing)
	judged := make(map[int64]bool, len(chosen))
	err := r.facts.Principals(ctx, chosen, r.holdings, func(o policy.Object) {
		judged[o.Ref().Principal] = true
		s.judge(judge, 0, o)
	})
	if err = errors.Join(err, s.err); err != nil {
		return err
	}
	changes := s.reconcile(func(ref policy.Ref) violation.Presence {
		switch {
		case judged[ref.Principal]:
			return violation.Judged
		case r.facts.Principal(ref.Principal) == nil:
			return violation.Gone
		}
		return violation.Unseen
	})
	count := s.tallies[0]
	if r.holdings == nil {
		if count, err = r.adjusted(ctx, changes); err != nil {
			return err
		}
	}
	if err := r.leaving(ctx, []int64{peopleUnit}); err != nil {
		return err
	}
	return r.write(ctx, []db.Unit{{Workspace: peopleUnit, Tally: count.encode(r), Changes: changes}})
}

// adjusted is what principals counted for before, with those moved that began
// or ceased to fail. Judging everybody, once a day, sets it right again.
func (r *run) adjusted(ctx context.Context, changes []db.FoundChange) (tally, error) {
	count := make(tally, len(r.set.Rules()))
	data, err := r.reader.Tally(ctx, r.view.Tenant, peopleUnit)
	if err != nil {
		return nil, err
	}
	err = eachCount(peopleUnit, data, func(version int64, c count32) {
		if a := r.set.Rule(r.rules.Rules[version]); a != nil {
			count[a.Index] = c
		}
	})
	for _, c := range changes {
		a := r.set.Rule(c.Rule)
		if a == nil {
			continue
		}
		n := &count[a.Index]
		switch c.What {
		case violation.Raised, violation.Reopened:
			n.failed++
			n.passed = max(0, n.passed-1)
		case violation.Mended:
			n.failed = max(0, n.failed-1)
			n.passed++
		case violation.ObjectGone:
			n.failed = max(0, n.failed-1)
		}
	}
	return count, err
}

func (r *run) eachOfRest(ctx context.Context, each func(policy.Object)) error {
	each(r.facts.Tenant())
	r.facts.Capacities(each)
	if err := r.facts.Pipelines(ctx, each); err != nil {
		return err
	}
	if err := r.facts.Settings(ctx, r.set.Settings(), each); err != nil {
		return err
	}
	return r.reader.Waivers(ctx, r.view, each)
}
