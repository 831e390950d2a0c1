package desk

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/policy"
)

// DecideRule switches a rule on or off, or gives its parameters other values.
// The rules are compiled with the decision first: what cannot be put in force
// is refused and not kept. Then it is in force, and the tenants are judged
// again.
func (r *Rules) DecideRule(ctx context.Context, d Decider, rule string, decision policy.Decision, reason string) error {
	if err := auth.Check(d.Person, auth.Configure, auth.Object{}); err != nil {
		return err
	}
	r.deciding.Lock()
	defer r.deciding.Unlock()
	decisions, err := r.DB.Reader().RuleDecisions(ctx)
	if err != nil {
		return err
	}
	before := version(r.Keeper.Set(), rule)
	decisions[rule] = decision
	draft, problems := r.Keeper.Draft(decisions)
	if len(problems) > 0 {
		return paramProblem(rule, problems)
	}
	if !known(draft, rule) {
		return fault.New(fault.NotFound, "There is no rule %q.", rule)
	}
	about := ledger.Object{Kind: "policy", ID: rule}
	err = r.write(ctx, d, ledger.Configure, &about, func(tx *db.Tx) error {
		if err := tx.DecideRule(ctx, d.actor(), rule, decision, reason); err != nil {
			return err
		}
		if err := VoidUnderOtherRules(ctx, tx, draft.Hash); err != nil {
			return err
		}
		e := d.entry(ledger.Configure, about, strings.TrimSpace(reason))
		e.Before, e.After = before, version(draft, rule)
		e.Details = map[ledger.Detail]string{ledger.Policy: rule, ledger.State: onOff(decision.On), ledger.StateBefore: onOff(before != "")}
		return tx.Record(ctx, e)
	})
	if err != nil {
		return err
	}
	if problems := r.Keeper.Reload(decisions); len(problems) > 0 {
		return fmt.Errorf("rule %s was decided and could not be put in force: %w", rule, problems.Err())
	}
	if r.Changed != nil {
		r.Changed()
	}
	return nil
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// version is the rule's version in a set; empty when it is off.
func version(s *policy.Set, rule string) string {
	if s == nil || s.Rule(rule) == nil {
		return ""
	}
	return s.Rule(rule).Version
}

func known(s *policy.Set, rule string) bool {
	if s.Rule(rule) != nil {
		return true
	}
	for _, off := range s.Off() {
		if off.ID == rule {
			return true
		}
	}
	return false
}

// paramProblem says what is wrong with a parameter at its field: the problem
// begins with the parameter's name.
func paramProblem(rule string, problems policy.Problems) error {
	for _, p := range problems {
		if p.Rule != rule {
			continue
		}
		e := fault.New(fault.Invalid, "This cannot be put in force: %s.", p.Text)
		if name, _, ok := strings.Cut(p.Text, " "); ok {
			e.Field = "param." + strings.TrimSuffix(name, ":")
		}
		return e
	}
	return problems.Err()
}
