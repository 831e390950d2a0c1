package fulfil_test

import (
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
)

// frozen are the built-in policies with one day in the calendar of the freeze.
func frozen(t *testing.T, day string) *policy.Set {
	t.Helper()
	set, problems := policy.Compile(policy.Builtin(), map[string]policy.Decision{"promotion.freeze": {On: true, Parameters: map[string]any{"calendar": []any{day}}}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return set
}

// TestRulesAreAskedAgainBeforeActing: a promotion that was agreed to before a
// freeze and would begin in it is not sent.
func TestRulesAreAskedAgainBeforeActing(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.policies = frozen(t, l.clock.Now().AddDate(0, 0, 1).Format("2006-01-02"))
	p := l.everything()
	p.Accepted = append(p.Accepted, "rule/promotion.freeze") // nobody saw it broken
	id := l.agree(p, l.seen())
	l.clock.Advance(23 * time.Hour)
	l.goOn()
	l.want(id, db.RunFailed)
	if s := l.step(id, "Look again"); !strings.Contains(s.Note, "frozen") || !strings.Contains(s.Note, "Nothing was sent") {
		t.Errorf("it says %q", s.Note)
	}
	if n := len(l.deployed()); n != 0 {
		t.Errorf("%d deployments", n)
	}
}

// TestAnAcceptedBreachIsCarriedOut: what the requester accepted and others agreed
// to does not stop the run.
func TestAnAcceptedBreachIsCarriedOut(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	l.policies = frozen(t, l.clock.Now().Format("2006-01-02"))
	p := l.everything()
	p.Accepted = append(p.Accepted, "rule/promotion.freeze")
	l.want(l.goOnWith(p, l.seen()), db.RunDone)
	if n := len(l.deployed()); n != 1 {
		t.Errorf("%d deployments", n)
	}
}
