package desk_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// believed is what the model holds of one request: the rules of deciding once
// more, in the fewest words.
type believed struct {
	id                      string
	state                   request.State
	plan                    string
	requester, editor, gain string
	votes                   map[string]bool // names of those who approved the plan
	need                    int
	expires, window         time.Time
	rules                   string
	recorded                int // ledger entries that took effect
}

func (b *believed) party(who string) bool {
	return who == b.requester || who == b.editor || who == b.gain
}

// walk takes random steps and compares the desk with the model after each.
type walk struct {
	*office
	rand *rand.Rand
	all  []*believed
	old  []string // hashes of plans that no longer count
	flip bool
}

var cast = []string{"Anna", "Ben", "Cara", "Dan", "Eve", "Fay"}

func (w *walk) anyone() string { return cast[w.rand.IntN(len(cast))] }

// both signs somebody in who may ask and decide: so that only the rules about
// parties stand in the way.
func both(name string) desk.By { return person(name, auth.Requester, auth.Approver) }

func (w *walk) some() *believed {
	if len(w.all) == 0 || w.rand.IntN(12) == 0 {
		w.draft()
	}
	return w.all[max(0, len(w.all)-1-w.rand.IntN(4))]
}

func (w *walk) params(gain string) request.Params {
	right := []string{"Viewer", "Member", "Admin"}[w.rand.IntN(3)]
	return access("HR-People-TEST", gain, right)
}

func (w *walk) draft() {
	b := &believed{state: request.Draft, requester: w.anyone(), gain: cast[w.rand.IntN(5)], votes: map[string]bool{}, recorded: 1}
	b.editor = b.requester
	r, err := w.desk.Draft(w.tb.Context(), both(b.requester), "contoso", desk.In{Params: w.params(b.gain)})
	w.check(err)
	b.id = r.ID
	w.all = append(w.all, b)
}

// did counts what must be in the ledger, or says that the desk and the model
// disagree.
func (w *walk) did(what string, b *believed, err error, want bool) bool {
	w.tb.Helper()
	if (err == nil) != want {
		w.tb.Fatalf("%s of %s in %s: %v, the model says %v", what, b.id, b.state, err, want)
	}
	if err != nil && fault.KindOf(err) == fault.Internal {
		w.tb.Fatalf("%s: refused by the second wall only: %v", what, err)
	}
	if err == nil {
		b.recorded++
	}
	return err == nil
}

func (w *walk) fall(b *believed, to request.State) {
	w.old = append(w.old, b.plan)
	b.state = to
	if to == request.Draft {
		b.plan, b.votes = "", map[string]bool{}
	}
}

func (w *walk) step() {
	ctx, b := w.tb.Context(), w.some()
	who, now := w.anyone(), w.clock()
	hash := b.plan
	if len(w.old) > 0 && w.rand.IntN(5) == 0 {
		hash = w.old[w.rand.IntN(len(w.old))]
	}
	open := b.state == request.Pending && hash == b.plan && hash != ""
	switch w.rand.IntN(16) {
	case 0, 1:
		r := w.request(b.id)
		gain := cast[w.rand.IntN(5)]
		_, err := w.desk.Edit(ctx, both(who), b.id, r.Version, desk.In{Params: w.params(gain)})
		can := b.state == request.Draft || b.state == request.Pending || b.state == request.Approved
		if who != b.requester && r.Revision == 0 {
			can = false // nobody knows yet what it is about
		}
		if w.did("edit", b, err, can) {
			w.fall(b, request.Draft)
			b.editor, b.gain = who, gain
		}
	case 2, 3, 4, 5:
		w.submit(b, who)
	case 6, 7, 8, 9, 10:
		w.vote(b, who, hash, open, now)
	case 11:
		_, err := w.desk.Reject(ctx, both(who), b.id, hash, "because I say so")
		if w.did("reject", b, err, open && now.Before(b.expires) && !b.party(who) && !b.votes[who]) {
			b.state = request.Rejected
		}
	case 12:
		_, err := w.desk.AskBack(ctx, both(who), b.id, hash, "what is it for?")
		if w.did("ask back", b, err, open && !b.party(who)) {
			w.fall(b, request.Draft)
		}
	case 13:
		r := w.request(b.id)
		_, err := w.desk.Withdraw(ctx, both(who), b.id, r.Version, "")
		if w.did("withdraw", b, err, who == b.requester && request.May(b.state, request.Withdrawn)) {
			b.state = request.Withdrawn
		}
	case 14:
		w.world()
	case 15:
		w.run(b)
	}
}

func (w *walk) submit(b *believed, who string) {
	r := w.request(b.id)
	r, p, err := w.desk.Submit(w.tb.Context(), both(who), b.id, r.Version)
	can := b.state == request.Draft && (who == b.requester || r.Revision > 0)
	if !w.did("submit", b, err, can) {
		return
	}
	b.state, b.plan, b.votes, b.rules = request.Pending, r.Plan, map[string]bool{}, w.rules.Hash
	b.expires = w.clock().Add(72 * time.Hour)
	b.need = 1
	if p.Plan.Risk == request.RiskHigh {
		b.need = 2
	}
	if slices.Contains(w.old, b.plan) {
		w.tb.Fatal("a plan of an earlier submission came back")
	}
}

func (w *walk) vote(b *believed, who, hash string, open bool, now time.Time) {
	_, err := w.desk.Approve(w.tb.Context(), both(who), b.id, hash, "")
	fits := open && now.Before(b.expires) && !b.party(who) && !b.votes[who]
	if fits && b.rules != w.rules.Hash {
		if !fault.Is(err, fault.Conflict) {
			w.tb.Fatalf("approved under other rules: %v", err)
		}
		b.recorded++
		w.fall(b, request.Draft)
		return
	}
	if !w.did("approve", b, err, fits) {
		return
	}
	b.votes[who] = true
	if len(b.votes) >= b.need {
		b.state, b.window = request.Approved, now.Add(24*time.Hour)
	}
}

// world lets time pass, or changes the rules, and sweeps.
func (w *walk) world() {
	ctx := w.tb.Context()
	if w.rand.IntN(3) == 0 {
		if w.flip = !w.flip; w.flip {
			w.otherRules()
		} else {
			w.rules = compiled()
		}
		if w.rand.IntN(2) == 0 {
			_, err := w.desk.VoidOnPolicyChange(ctx)
			w.check(err)
			for _, b := range w.all {
				if (b.state == request.Pending || b.state == request.Approved) && b.rules != w.rules.Hash {
					b.recorded++
					w.fall(b, request.Draft)
				}
			}
		}
		return
	}
	w.pass(time.Duration(w.rand.IntN(20)) * time.Hour)
	_, err := w.desk.Expire(ctx)
	w.check(err)
	for _, b := range w.all {
		if b.state == request.Pending && !w.clock().Before(b.expires) || b.state == request.Approved && !w.clock().Before(b.window) {
			b.state = request.Expired
			b.recorded++
		}
	}
}

// run does what the executor does: start and finish.
func (w *walk) run(b *believed) {
	to := request.Running
	if b.state == request.Running {
		to = []request.State{request.Done, request.Failed, request.Cancelled}[w.rand.IntN(3)]
	}
	err := w.db.Write(w.tb.Context(), func(tx *db.Tx) error {
		r, err := tx.Request(w.tb.Context(), b.id)
		if err != nil {
			return err
		}
		return tx.MoveRequest(w.tb.Context(), r, to, request.Party{}, "run", "")
	})
	can := b.state == request.Approved && w.clock().Before(b.window) || b.state == request.Running
	if (err == nil) != can {
		w.tb.Fatalf("run of %s in %s: %v", b.id, b.state, err)
	}
	if err == nil {
		b.state = to
	}
}

// holds checks the invariants of one request against the database.
func (w *walk) holds(b *believed) {
	w.tb.Helper()
	r := w.request(b.id)
	if r.State != b.state || r.Plan != b.plan && b.state != request.Withdrawn {
		w.tb.Fatalf("%s is %s with plan %.8s, the model says %s with %.8s", b.id, r.State, r.Plan, b.state, b.plan)
	}
	all, err := w.db.Reader().Decisions(w.tb.Context(), b.id)
	w.check(err)
	valid := map[string]bool{}
	for _, d := range all {
		if d.Plan == r.Plan && d.Approves {
			valid[d.By.ObjectID] = true
			if b.party(d.By.Name) {
				w.tb.Fatalf("I2: %s approved %s and is a party", d.By.Name, b.id)
			}
		}
	}
	if r.Plan != "" && len(valid) != len(b.votes) {
		w.tb.Fatalf("I3: %d approvals of %s count, the model says %d", len(valid), b.id, len(b.votes))
	}
	if slices.Contains([]request.State{request.Approved, request.Running, request.Done, request.Failed, request.Cancelled}, r.State) && (len(valid) < b.need || b.need < r.Risk.Least()) {
		w.tb.Fatalf("I1: %s is %s with %d of %d approvals", b.id, r.State, len(valid), b.need)
	}
}

// recordedOnce checks I5: every change has one entry of the ledger.
func (w *walk) recordedOnce() {
	w.tb.Helper()
	for _, b := range w.all {
		recs, _, err := w.db.Reader().LedgerPage(w.tb.Context(), db.LedgerScope{All: true}, db.LedgerFilter{ObjectKind: "request", ObjectID: b.id, Outcome: ledger.Done, Limit: 1000})
		w.check(err)
		if len(recs) != b.recorded {
			w.tb.Errorf("I5: %d entries about %s, %d changes", len(recs), b.id, b.recorded)
		}
	}
}

// TestModelOfApprovals walks through the whole desk over a real database. Fifty
// walks of 1,000 steps are its long run: 100,000 steps each are the rules' own
// model (internal/request, TestModelOfAgreeing), which needs no disk for a step.
func TestModelOfApprovals(t *testing.T) {
	t.Parallel()
	seeds, steps := 3, 250
	if os.Getenv("STEWARD_LONG") != "" {
		seeds, steps = 50, 1_000
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := &walk{office: newOffice(t, ""), rand: rand.New(rand.NewPCG(uint64(seed), 7))}
			for range steps {
				w.step()
				for _, b := range w.all[max(0, len(w.all)-5):] {
					w.holds(b)
				}
			}
			w.recordedOnce()
			for _, b := range w.all { // I4: what was final stayed so
				w.holds(b)
			}
		})
	}
}
