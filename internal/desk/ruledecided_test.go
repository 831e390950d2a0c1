package desk_test

import (
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/policy"
	"steward/internal/request"
)

// TestADecidedRuleTakesBackWhatItJudged: from the moment a change of a rule is
// agreed to, in its own transaction, nothing that was judged by the rules before
// waits or may begin.
func TestADecidedRuleTakesBackWhatItJudged(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	keeper := policy.NewKeeper(nil, time.Now)
	o.desk = desk.New(desk.Config{DB: o.db, Rules: keeper.Set, Own: &desk.Rules{DB: o.db, Keeper: keeper}, NewID: o.newID, Now: o.clock})
	waits := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	agreed := o.submitted(requester("Anna"), access("HR-People-TEST", "Ben", "Viewer"))
	o.approve("Eve", agreed)
	ctx, admin := t.Context(), person("Gus", auth.Admin)
	r, err := o.desk.Draft(ctx, admin, "contoso", desk.In{Params: &request.RuleChangeParams{Rule: "owners.few", On: "no"}, Reason: "One owner is enough here."})
	o.check(err)
	r, _, err = o.desk.Submit(ctx, admin, r.ID, r.Version)
	o.check(err)
	for _, who := range []string{"Eve", "Fay"} {
		r, err = o.desk.Approve(ctx, approver(who), r.ID, r.Plan, "")
		o.check(err)
	}
	if r.State != request.Done {
		t.Fatalf("the change is %s", r.State)
	}
	for _, id := range []string{waits.ID, agreed.ID} {
		if got := o.request(id); got.State != request.Draft || !strings.Contains(got.Note, "The rules have changed") {
			t.Errorf("%s is %s: %q", id, got.State, got.Note)
		}
	}
}
