package desk_test

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"steward/internal/desk"
	"steward/internal/request"
)

// together runs functions at once and returns their errors.
func together(fns ...func() error) []error {
	errs := make([]error, len(fns))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() {
			<-start
			errs[i] = fn()
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func wins(errs []error) (n int) {
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}

// TestRaces lets people decide, edit and withdraw at the same moment: there is
// one outcome, and no vote that was acknowledged is lost.
func TestRaces(t *testing.T) {
	t.Parallel()
	rounds := 15
	if os.Getenv("STEWARD_LONG") != "" {
		rounds = 1_000 // of each of the four kinds
	}
	o := newOffice(t, "")
	ctx := t.Context()
	approve := func(who string, r request.Request) func() error {
		return func() error { _, err := o.desk.Approve(ctx, approver(who), r.ID, r.Plan, ""); return err }
	}
	reject := func(who string, r request.Request) func() error {
		return func() error { _, err := o.desk.Reject(ctx, approver(who), r.ID, r.Plan, "not like this"); return err }
	}
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Member"))
			if n := wins(together(approve("Eve", r), approve("Fay", r))); n != 1 || o.request(r.ID).State != request.Approved || o.votes(r.ID) != 1 {
				t.Errorf("two approve where one is needed: %d won, %s", n, o.request(r.ID).State)
			}
			r = o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Admin"))
			errs := together(approve("Eve", r), approve("Fay", r), approve("Cara", r), reject("Dan", r))
			got := o.request(r.ID)
			if n := wins(errs); n != o.votes(r.ID) || (errs[3] == nil) != (got.State == request.Rejected) || errs[3] != nil && got.State != request.Approved {
				t.Errorf("three approve and one rejects: %d won, %d votes, %s, %v", n, o.votes(r.ID), got.State, errs)
			}
			r = o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Member"))
			errs = together(approve("Eve", r), func() error {
				_, err := o.desk.Edit(ctx, requester("Anna"), r.ID, r.Version, desk.In{Params: access("FIN-Sales-DEV", "Dan", "Viewer")})
				return err
			})
			if got = o.request(r.ID); wins(errs) != 1 || (errs[0] == nil) != (got.State == request.Approved) || (errs[1] == nil) != (got.State == request.Draft) {
				t.Errorf("approve against edit: %v, %s", errs, got.State)
			}
			r = o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Member"))
			errs = together(approve("Eve", r), func() error { _, err := o.desk.Withdraw(ctx, requester("Anna"), r.ID, r.Version, ""); return err })
			if got = o.request(r.ID); wins(errs) != 1 || (errs[0] == nil) != (got.State == request.Approved) || (errs[1] == nil) != (got.State == request.Withdrawn) {
				t.Errorf("approve against withdraw: %v, %s", errs, got.State)
			}
		})
	}
	t.Logf("%d rounds of each of four kinds of race", rounds)
}
