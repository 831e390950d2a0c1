package desk_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
	"steward/internal/request"
)

// ballot takes random steps against the tables themselves, as code that forgot
// every check would: any person votes on any plan at any stage, anything is
// moved anywhere, at any time. What the rules in Go would say is asked first;
// the walls of the database must say the same, and what stands afterwards must
// keep the invariants. Whether a person plans well is not asked here, so that
// there is time for many more steps.
type ballot struct {
	t      *testing.T
	rand   *rand.Rand
	tx     *db.Tx
	tenant int64
	all    []*paper
	now    time.Time
	serial int
	// moves are what took effect, records what the ledger got.
	moves, records int
}

// paper is what is believed of one request.
type paper struct {
	r     request.Request
	plans []string // of every submission
	part  map[string]bool
	votes map[string]request.Decision // on the plan that waits
	final request.State
}

var voters = []string{"a", "b", "c", "d", "e", "f"}

func (b *ballot) who() request.Party {
	n := voters[b.rand.IntN(len(voters))]
	return request.Party{TenantID: directory, ObjectID: n, Name: n, Address: n + "@contoso.com"}
}

var errUndo = errors.New("undone")

// try runs one step by itself: what fails leaves nothing behind.
func (b *ballot) try(fn func() error) error {
	if _, err := b.tx.ExecContext(b.t.Context(), "SAVEPOINT one"); err != nil {
		b.t.Fatal(err)
	}
	err := fn()
	end := "RELEASE one"
	if err != nil {
		end = "ROLLBACK TO one; RELEASE one"
	}
	if _, e := b.tx.ExecContext(b.t.Context(), end); e != nil {
		b.t.Fatal(e)
	}
	return err
}

func (b *ballot) draft() *paper {
	b.serial++
	p := &paper{part: map[string]bool{}, votes: map[string]request.Decision{}}
	who := b.who()
	p.r = request.Request{ID: fmt.Sprintf("ballot-%09d", b.serial), Tenant: "contoso", Kind: request.AccessAdd, Title: "t", State: request.Draft, Version: 1, Params: []byte("{}"), Requester: who, Editor: who}
	if err := b.tx.InsertRequest(b.t.Context(), b.tenant, p.r); err != nil {
		b.t.Fatal(err)
	}
	b.all = append(b.all, p)
	return p
}

func (b *ballot) step() {
	var p *paper
	if len(b.all) > 0 {
		p = b.all[max(0, len(b.all)-1-b.rand.IntN(2))]
	}
	if p == nil || p.final != "" && b.rand.IntN(4) != 0 {
		p = b.draft()
	}
	switch b.rand.IntN(10) {
	case 0, 1:
		b.submit(p)
	case 2, 3, 4, 5:
		b.vote(p)
	case 6, 7:
		b.move(p)
	case 8:
		b.forge(p)
	case 9:
		b.now = b.now.Add(time.Duration(b.rand.IntN(20)-4) * time.Hour) // clocks jump back as well
		b.tx.Now = b.now
	}
	b.keeps(p)
}

func (b *ballot) submit(p *paper) {
	r := p.r
	r.Risk = []request.Risk{request.RiskNormal, request.RiskHigh}[b.rand.IntN(2)]
	r.Stages = []request.Stage{{Order: 1, Count: r.Risk.Least() + b.rand.IntN(2), Role: "approver"}}
	if b.rand.IntN(3) == 0 {
		r.Stages = append(r.Stages, request.Stage{Order: 2, Count: 1, Group: "g"})
	}
	r.Expires = b.now.Add(time.Duration(1+b.rand.IntN(72)) * time.Hour)
	plan := []byte(p.r.ID + strconv.Itoa(len(p.plans)))
	hash, gains := request.HashOf(plan), b.who()
	parties := []request.Involved{{Party: r.Requester, Why: request.WhyRequester}, {Party: r.Editor, Why: request.WhyEditor}, {Party: gains, Why: request.WhyBeneficiary}}
	err := b.try(func() error {
		return b.tx.SubmitRequest(b.t.Context(), db.Submission{Request: r, Plan: plan, Hash: hash, Need: request.Need(r.Stages), Parties: parties}, r.Requester)
	})
	if want := p.r.State == request.Draft; (err == nil) != want {
		b.t.Fatalf("submit in %s: %v", p.r.State, err)
	}
	if err != nil {
		return
	}
	b.record(ledger.RequestSubmit, p)
	p.r = r
	p.r.State, p.r.Plan = request.Pending, hash
	p.r.Version++
	p.r.Revision++
	p.plans, p.votes = append(p.plans, hash), map[string]request.Decision{}
	p.part = map[string]bool{r.Requester.ObjectID: true, r.Editor.ObjectID: true, gains.ObjectID: true}
}

func (b *ballot) vote(p *paper) {
	who, plan := b.who(), p.r.Plan
	if len(p.plans) > 0 && b.rand.IntN(6) == 0 {
		plan = p.plans[b.rand.IntN(len(p.plans))]
	}
	d := request.Decider{Party: who, Roles: []string{"approver"}, Groups: []string{"g"}}
	if b.rand.IntN(6) == 0 {
		d.For = b.who()
		if d.For.Same(who) {
			d.For = request.Party{}
		}
	}
	approves := b.rand.IntN(8) != 0
	f, err := b.tx.Facing(b.t.Context(), p.r.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	stage, goErr := f.Check(d, plan, approves)
	if goErr != nil {
		stage = 1 + b.rand.IntN(2)
		if len(f.Waiting()) > 0 && b.rand.IntN(2) == 0 {
			stage = f.Waiting()[0].Order
		}
	}
	one := request.Decision{Plan: plan, By: who, Stage: stage, Approves: approves, For: d.For}
	err = b.try(func() error { return b.tx.AddApproval(b.t.Context(), p.r.ID, one) })
	if (err == nil) != (goErr == nil) {
		b.t.Fatalf("vote of %s for %q on %s in %s: Go says %v, the database %v", who.Name, d.For.Name, p.r.ID, p.r.State, goErr, err)
	}
	if err == nil {
		b.record(ledger.RequestDecide, p)
		p.votes[who.ObjectID] = one
	}
}

// move tries any move at all.
func (b *ballot) move(p *paper) {
	states := request.States()
	to := states[b.rand.IntN(len(states))]
	if to.Final() && b.rand.IntN(3) != 0 {
		to = request.Approved
	}
	r := p.r
	if to == request.Approved {
		r.WindowEnds = b.now.Add(time.Duration(1+b.rand.IntN(30)) * time.Hour)
	}
	f, err := b.tx.Facing(b.t.Context(), r.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	want := request.May(r.State, to) && to != request.Pending
	if to == request.Approved {
		want = want && f.Outcome() == request.Approved && !r.WindowEnds.After(b.now.Add(24*time.Hour))
	}
	if to == request.Running {
		want = want && b.now.Before(r.WindowEnds)
	}
	err = b.try(func() error { return b.tx.MoveRequest(b.t.Context(), r, to, request.Party{}, "moved", "") })
	if (err == nil) != want {
		b.t.Fatalf("%s from %s to %s: %v, want %v (outcome %s)", r.ID, r.State, to, err, want, f.Outcome())
	}
	if err != nil {
		return
	}
	b.record(ledger.RequestVoid, p)
	p.r.State, p.r.WindowEnds = to, r.WindowEnds
	p.r.Version++
	switch {
	case to == request.Draft:
		p.r.Plan, p.r.Stages, p.votes = "", nil, map[string]request.Decision{}
		if b.rand.IntN(2) == 0 {
			p.r.Editor = b.who()
			if err := b.tx.SaveDraft(b.t.Context(), p.r); err != nil {
				b.t.Fatal(err)
			}
			p.r.Version++
		}
	case to.Final():
		p.final = to
	}
}

// forged are statements that must never take effect on what is not a draft.
var forged = []string{
	`UPDATE request SET state = 'approved', version = version + 1, window_ends = changed + 1 WHERE id = $1 AND state IN ('pending') AND (SELECT count(*) FROM approval a WHERE a.request = request.id AND a.plan_hash = request.plan_hash AND a.approves = 1) < need`,
	`UPDATE request SET need = 1, version = version + 1 WHERE id = $1 AND state = 'pending' AND need > 1`,
	`UPDATE request SET risk = 'none', version = version + 1 WHERE id = $1 AND state = 'pending' AND risk <> 'none'`,
	`UPDATE request SET expires = expires + 1, version = version + 1 WHERE id = $1 AND state IN ('pending','approved')`,
	`UPDATE request SET requester_oid = 'zz', version = version + 1 WHERE id = $1`,
	`UPDATE request SET params = '[]', version = version + 1 WHERE id = $1 AND state <> 'draft'`,
	`UPDATE request SET note = 'x' WHERE id = $1`,
	`DELETE FROM approval WHERE request = $1 AND EXISTS (SELECT 1 FROM approval WHERE request = $1)`,
	`UPDATE approval SET approves = 1 - approves WHERE request = $1`,
	`DELETE FROM request WHERE id = $1`,
	`UPDATE request_plan SET body = x'00' WHERE request = $1`,
	`UPDATE request_stage SET count = 1 WHERE count > 1 AND plan_hash IN (SELECT plan_hash FROM request WHERE id = $1)`,
	`DELETE FROM request_party WHERE plan_hash IN (SELECT plan_hash FROM request WHERE id = $1)`,
	`DELETE FROM request_alias WHERE plan_hash IN (SELECT plan_hash FROM request WHERE id = $1)`,
}

func (b *ballot) forge(p *paper) {
	query := forged[b.rand.IntN(len(forged))]
	var n int64
	err := b.try(func() error {
		res, err := b.tx.ExecContext(b.t.Context(), query, p.r.ID)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return errors.Join(err, errUndo)
	})
	if errors.Is(err, errUndo) && n > 0 {
		b.t.Fatalf("%d rows in %s: %s", n, p.r.State, query)
	}
}

// record writes what an act of the desk writes.
func (b *ballot) record(a ledger.Action, p *paper) {
	b.moves++
	if b.moves%100 != 0 { // the ledger's own length is not what is tried here
		b.records++
		return
	}
	e := ledger.Entry{Action: a, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "ballot"}, Object: ledger.Object{Kind: "request", ID: p.r.ID}}
	if err := b.tx.Record(b.t.Context(), e); err != nil {
		b.t.Fatal(err)
	}
	b.records++
}

// keeps checks the invariants on what is stored.
func (b *ballot) keeps(p *paper) {
	f, err := b.tx.Facing(b.t.Context(), p.r.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	r := f.Request
	if r.State != p.r.State || r.Plan != p.r.Plan || r.Version != p.r.Version {
		b.t.Fatalf("%s is %s v%d, believed %s v%d", r.ID, r.State, r.Version, p.r.State, p.r.Version)
	}
	if p.final != "" && r.State != p.final {
		b.t.Fatalf("I4: %s was %s and is %s", r.ID, p.final, r.State)
	}
	counts := map[string]bool{}
	for _, d := range f.Decisions {
		if d.Plan != r.Plan || r.Plan == "" {
			continue
		}
		if p.part[d.By.ObjectID] || d.For.ObjectID != "" && p.part[d.For.ObjectID] {
			b.t.Fatalf("I2: %s decided on %s", d.By.Name, r.ID)
		}
		if _, ok := p.votes[d.By.ObjectID]; !ok {
			b.t.Fatalf("I3: a vote of %s on %s counts that was not given on this plan", d.By.Name, r.ID)
		}
		if d.Approves {
			counts[d.By.ObjectID] = true
		}
	}
	acted := []request.State{request.Approved, request.Running, request.Done, request.Failed, request.Cancelled}
	if slices.Contains(acted, r.State) && (len(counts) < request.Need(p.r.Stages) || len(counts) < p.r.Risk.Least() || f.Outcome() != request.Approved) {
		b.t.Fatalf("I1: %s is %s with %d approvals of %d", r.ID, r.State, len(counts), request.Need(p.r.Stages))
	}
}

// TestWallsAgree is the campaign of random votes: what Go allows the database
// allows, and nothing else.
func TestWallsAgree(t *testing.T) {
	t.Parallel()
	seeds, steps := 2, 800
	if os.Getenv("STEWARD_LONG") != "" {
		seeds, steps = 50, 2_000
	}
	d := dbtest.Open(t, func() time.Time { return noon })
	tenant, err := d.EnsureTenant(t.Context(), "contoso", directory)
	if err != nil {
		t.Fatal(err)
	}
	took := 0
	for seed := range seeds {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			b := &ballot{t: t, rand: rand.New(rand.NewPCG(uint64(seed), 38)), tx: tx, tenant: tenant, now: noon}
			for range steps {
				b.step()
			}
			took += b.moves
			return errUndo // the next seed begins with empty tables
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
	}
	t.Logf("%d seeds of %d steps, %d of which took effect", seeds, steps, took)
	if took < seeds*steps/10 {
		t.Errorf("only %d steps took effect", took)
	}
}
