package request_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"steward/internal/request"
)

// agreeing takes random steps with one request after another, through the same
// rules that the desk asks: Facing, Outcome and CheckMove. What is believed is
// kept beside it in the fewest words.
type agreeing struct {
	f     request.Facing
	now   time.Time
	plans int
	// part are those with a part in the plan that waits, votes who approved it.
	part  map[string]bool
	votes map[string]bool
	no    bool
	end   request.State
	// moves are changes of state, told what was written down about them.
	moves, told int
}

var crowd = []string{"a", "b", "c", "d", "e", "f", "g"}

func human(name string) request.Party {
	return request.Party{TenantID: "t", ObjectID: name, Address: name + "@contoso.com"}
}

func pick(t *rapid.T, what string) string { return rapid.SampledFrom(crowd).Draw(t, what) }

// begin is a new draft.
func (m *agreeing) begin(t *rapid.T) {
	asks := human(pick(t, "asks"))
	m.f = request.Facing{Request: request.Request{ID: fmt.Sprint(m.plans), State: request.Draft, Requester: asks, Editor: asks}}
	m.part, m.votes, m.no, m.end = map[string]bool{}, map[string]bool{}, false, ""
}

// move is the one way a state changes here, as in the database.
func (m *agreeing) move(t *rapid.T, to request.State) bool {
	if request.CheckMove(m.f.Request.State, to) != nil {
		return false
	}
	if m.end != "" {
		t.Fatalf("I4: %s moved to %s", m.end, to)
	}
	m.f.Request.State = to
	m.moves++
	m.told++
	if to.Final() {
		m.end = to
	}
	return true
}

func (m *agreeing) submit(t *rapid.T) {
	if !m.move(t, request.Pending) {
		return
	}
	r := &m.f.Request
	m.plans++
	r.Plan, r.Expires, r.Risk = fmt.Sprint("plan ", m.plans), m.now.Add(72*time.Hour), rapid.SampledFrom([]request.Risk{request.RiskNormal, request.RiskHigh}).Draw(t, "risk")
	r.Stages = []request.Stage{{Order: 1, Count: r.Risk.Least(), Role: "approver"}}
	if rapid.Bool().Draw(t, "a second stage") {
		r.Stages = append(r.Stages, request.Stage{Order: 2, Count: 1, Group: "g"})
	}
	gains := human(pick(t, "gains"))
	gains.ObjectID += " of old" // invited anew: another id, the same address
	m.f.Involved = []request.Involved{{Party: r.Requester, Why: request.WhyRequester}, {Party: r.Editor, Why: request.WhyEditor}, {Party: gains, Why: request.WhyBeneficiary}}
	m.part = map[string]bool{r.Requester.ObjectID: true, r.Editor.ObjectID: true, gains.Address[:1]: true}
	m.votes, m.no = map[string]bool{}, false
}

func (m *agreeing) vote(t *rapid.T) {
	r := m.f.Request
	d := request.Decider{Party: human(pick(t, "votes")), Roles: rapid.SampledFrom([][]string{{"approver"}, {"approver"}, {"approver", "admin"}, {"admin", "operator"}}).Draw(t, "roles")}
	if rapid.Bool().Draw(t, "in the group") {
		d.Groups = []string{"g"}
	}
	if rapid.IntRange(0, 5).Draw(t, "stands in") == 0 {
		if d.For = human(pick(t, "for")); d.For.Same(d.Party) {
			d.For = request.Party{}
		}
	}
	plan := r.Plan
	if rapid.IntRange(0, 7).Draw(t, "an old plan") == 0 {
		plan = fmt.Sprint("plan ", rapid.IntRange(1, max(1, m.plans)).Draw(t, "which"))
	}
	approves := rapid.IntRange(0, 9).Draw(t, "word") != 0
	m.f.Now = m.now
	stage, err := m.f.Check(d, plan, approves)
	if err != nil {
		return
	}
	me := d.ObjectID
	if r.State != request.Pending || plan != r.Plan || !m.now.Before(r.Expires) {
		t.Fatalf("I3: a vote on %s counts in %s of %s", plan, r.State, r.Plan)
	}
	if !slices.Contains(d.Roles, "approver") {
		t.Fatalf("I1: %s decides with the roles %v", me, d.Roles)
	}
	if m.part[me] || m.part[d.For.ObjectID] {
		t.Fatalf("I2: %s for %q decides and has a part", me, d.For.ObjectID)
	}
	if m.votes[me] {
		t.Fatalf("I1: %s votes twice", me)
	}
	m.f.Decisions = append(m.f.Decisions, request.Decision{Plan: plan, By: d.Party, Stage: stage, Approves: approves, For: d.For})
	m.votes[me] = true
	if d.For.ObjectID != "" {
		m.votes[d.For.ObjectID] = true
	}
	m.no = m.no || !approves
	if to := m.f.Outcome(); to != request.Pending {
		m.move(t, to)
	}
}

// back makes it a draft: edited, asked back, other rules, drift.
func (m *agreeing) back(t *rapid.T) {
	if m.f.Request.State == request.Draft || !m.move(t, request.Draft) {
		return
	}
	r := &m.f.Request
	r.Plan, r.Stages = "", nil
	if rapid.Bool().Draw(t, "by another") {
		r.Editor = human(pick(t, "edits"))
	}
}

func (m *agreeing) step(t *rapid.T) {
	switch rapid.IntRange(0, 15).Draw(t, "step") {
	case 0, 1:
		m.submit(t)
	case 2, 3, 4, 5, 6, 7, 8:
		m.vote(t)
	case 9:
		m.back(t)
	case 10:
		m.move(t, rapid.SampledFrom([]request.State{request.Running, request.Done, request.Failed, request.Cancelled}).Draw(t, "to"))
	case 11:
		if rapid.IntRange(0, 4).Draw(t, "ends") == 0 {
			m.move(t, rapid.SampledFrom([]request.State{request.Withdrawn, request.Expired}).Draw(t, "how"))
		}
	case 12:
		m.now = m.now.Add(time.Duration(rapid.IntRange(-3, 20).Draw(t, "hours")) * time.Hour)
	case 13:
		if m.end != "" {
			m.begin(t)
		}
	}
	m.holds(t)
}

// holds are the invariants.
func (m *agreeing) holds(t *rapid.T) {
	r := m.f.Request
	if m.end != "" && r.State != m.end {
		t.Fatalf("I4: %s was final and is %s", m.end, r.State)
	}
	if m.moves != m.told {
		t.Fatalf("I5: %d moves, %d told", m.moves, m.told)
	}
	switch r.State {
	case request.Approved, request.Running, request.Done, request.Failed, request.Cancelled:
	default:
		return
	}
	distinct := map[string]bool{}
	for _, d := range m.f.Decisions {
		if d.Plan == r.Plan && d.Approves && !m.part[d.By.ObjectID] {
			distinct[d.By.ObjectID] = true
		}
	}
	if len(distinct) < request.Need(r.Stages) || len(distinct) < r.Risk.Least() || m.no {
		t.Fatalf("I1: %s with %d of %d, rejected %v", r.State, len(distinct), request.Need(r.Stages), m.no)
	}
}

// TestModelOfAgreeing: 100 walks by default, 50 of 100,000 steps in the long
// run.
func TestModelOfAgreeing(t *testing.T) {
	steps := 200
	if os.Getenv("STEWARD_LONG") != "" {
		steps = 100_000
		before := flag.Lookup("rapid.checks").Value.String()
		if err := flag.Set("rapid.checks", "50"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = flag.Set("rapid.checks", before) }()
	}
	moves, walks := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		m := &agreeing{now: noon}
		m.begin(rt)
		for range steps {
			m.step(rt)
			if len(m.f.Decisions) > 60 {
				m.f.Decisions = m.f.Decisions[30:] // of plans long gone
			}
		}
		moves, walks = moves+m.moves, walks+1
	})
	t.Logf("%d walks of %d steps, %d moves", walks, steps, moves)
}
