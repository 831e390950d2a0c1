package desk_test

import (
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// glass allows the emergency access for half an hour.
const glass = `emergency: {longest: 30m, prefixes: [FIN-], tell: [security@contoso.com]}
rules:
  - name: everything
    approvals: [{count: 1}]
`

// burning asks for the emergency access.
func burning(minutes, prefix string) *request.EmergencyParams {
	return &request.EmergencyParams{Minutes: minutes, Prefix: prefix}
}

// holder asks for things and for the emergency access.
func holder(name string) desk.By { return person(name, auth.Requester, auth.Operator) }

// breaks gives Anna the emergency access for FIN-, agreed to by Eve.
func (o *office) breaks() string {
	o.tb.Helper()
	r := o.submitted(holder("Anna"), burning("30", "FIN-"))
	o.approve("Eve", r)
	if got := o.request(r.ID); got.State != request.Done {
		o.tb.Fatalf("the request for emergency access is %s", got.State)
	}
	return r.ID
}

func (o *office) atOnce(by desk.By, r request.Request) error {
	_, err := o.desk.CarryOutNow(o.tb.Context(), by, r.ID, r.Plan, "the dashboard of the board is empty")
	return err
}

// TestBreakGlassAsking: it is off unless approvals.yaml allows it, lasts an hour
// at most, within the reach that is allowed, and somebody else agrees to it.
func TestBreakGlassAsking(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, approvals string
		params          *request.EmergencyParams
		field           string
	}{
		{"switched off", "", burning("30", "FIN-"), "minutes"},
		{"too long", glass, burning("31", "FIN-"), "minutes"},
		{"no time", glass, burning("0", "FIN-"), "minutes"},
		{"no number", glass, burning("soon", "FIN-"), "minutes"},
		{"the whole tenant, where only a part is allowed", glass, burning("30", ""), "prefix"},
		{"another part", glass, burning("30", "HR-"), "prefix"},
		{"fine", glass, burning("30", "fin-sales"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, c.approvals)
			r, err := o.desk.Draft(t.Context(), holder("Anna"), "contoso", desk.In{Params: c.params, Reason: "it burns"})
			o.check(err)
			_, p, err := o.desk.Submit(t.Context(), holder("Anna"), r.ID, r.Version)
			if c.field == "" {
				o.check(err)
				return
			}
			refused(t, c.name, err, fault.Invalid)
			if len(p.Errors) == 0 || p.Errors[0].Field != c.field {
				t.Errorf("refused at %+v, want the field %s", p.Errors, c.field)
			}
		})
	}
	if _, err := request.ParseApprovals("a.yaml", []byte("emergency: {longest: 2h}")); !fault.Is(err, fault.Invalid) {
		t.Errorf("two hours: %v", err)
	}
	if rules := request.BuiltinApprovals(); rules.Emergency != nil {
		t.Error("it is on without anybody having said so")
	}
}

// TestBreakGlassTwoPersons: whoever asks does not agree, and while they hold it
// they decide nothing, whatever their roles.
func TestBreakGlassTwoPersons(t *testing.T) {
	t.Parallel()
	o := newOffice(t, glass)
	ctx := t.Context()
	other := o.submitted(requester("Ben"), access("FIN-Sales-DEV", "Cara", "Viewer"))
	r := o.submitted(holder("Anna"), burning("30", "FIN-"))
	_, err := o.desk.Approve(ctx, everyRole("Anna"), r.ID, r.Plan, "")
	refused(t, "agreed to by whoever asked", err, fault.Denied)
	_, err = o.desk.CarryOutNow(ctx, everyRole("Anna"), r.ID, r.Plan, "now")
	refused(t, "the access used on itself", err, fault.Denied)
	o.approve("Eve", r)
	for _, act := range []func() error{
		func() error { _, err := o.desk.Approve(ctx, everyRole("Anna"), other.ID, other.Plan, ""); return err },
		func() error {
			_, err := o.desk.Reject(ctx, everyRole("Anna"), other.ID, other.Plan, "not like this")
			return err
		},
		func() error {
			_, err := o.desk.AskBack(ctx, everyRole("Anna"), other.ID, other.Plan, "what for?")
			return err
		},
	} {
		refused(t, "decided with the emergency access", act(), fault.Denied)
	}
	if s := o.standing(approver("Anna"), other.ID); s.May || !strings.Contains(s.Why, "emergency") {
		t.Errorf("the page says %v %q", s.May, s.Why)
	}
	o.pass(30 * time.Minute)
	_, err = o.desk.Approve(ctx, everyRole("Anna"), other.ID, other.Plan, "")
	o.check(err)
}

// TestBreakGlassUse: what is let through is bound to the plan that was seen,
// told loudly, in the ledger, and carried out like anything that was agreed to.
func TestBreakGlassUse(t *testing.T) {
	t.Parallel()
	o := newOffice(t, glass)
	ctx := t.Context()
	o.known = []auth.Person{approver("Eve").Person, person("Fay", auth.Admin).Person}
	early := o.submitted(holder("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	refused(t, "before there is an access", o.atOnce(holder("Anna"), early), fault.Denied)
	id := o.breaks()
	_, err := o.desk.CarryOutNow(ctx, holder("Anna"), early.ID, strings.Repeat("0", 64), "on another plan")
	refused(t, "on another plan", err, fault.Conflict)
	_, err = o.desk.CarryOutNow(ctx, holder("Anna"), early.ID, early.Plan, " ")
	refused(t, "without a reason", err, fault.Invalid)
	refused(t, "without a role for it", o.atOnce(person("Anna", auth.Viewer), early), fault.NotFound)
	o.check(o.atOnce(holder("Anna"), early))
	got := o.request(early.ID)
	if got.State != request.Approved || got.WindowEnds.After(noon.Add(30*time.Minute)) {
		t.Errorf("it is %s and may start until %v", got.State, got.WindowEnds)
	}
	due, err := db.Orders{DB: o.db, Rules: func() string { return o.rules.Hash }}.Due(ctx, "contoso", o.clock())
	o.check(err)
	if len(due) != 1 || due[0].PlanHash != early.Plan {
		t.Errorf("what may begin: %+v", due)
	}
	refused(t, "twice", o.atOnce(holder("Anna"), early), fault.Conflict)
	o.told(early.ID, "security@contoso.com", "EMERGENCY ACCESS USED")
	o.told(early.ID, "Eve@contoso.com", "EMERGENCY ACCESS USED")
	o.told(id, "security@contoso.com", "EMERGENCY ACCESS: Anna")
	recs, _, err := o.db.Reader().LedgerPage(ctx, db.LedgerScope{All: true}, db.LedgerFilter{Actions: []ledger.Action{ledger.BreakGlass}, Limit: 100, Outcome: ledger.Done})
	o.check(err)
	if len(recs) != 2 {
		t.Errorf("%d entries in the ledger, want those of granting and of using", len(recs))
	}
}

// told checks that an address hears of something loudly.
func (o *office) told(id, address, says string) {
	o.tb.Helper()
	all, err := o.db.Reader().Notices(o.tb.Context(), id)
	o.check(err)
	for _, n := range all {
		if n.What == "escalate" && n.To.Address == address && strings.Contains(n.Says, says) {
			return
		}
	}
	o.tb.Errorf("%s is not told %q of %s: %+v", address, says, id, all)
}

// TestBreakGlassLimits: what the access is not for.
func TestBreakGlassLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(o *office) error
		kind fault.Kind
	}{
		{"a workspace outside its reach", func(o *office) error {
			return o.atOnce(holder("Anna"), o.submitted(holder("Anna"), access("HR-People-TEST", "Ben", "Viewer")))
		}, fault.Denied},
		{"what somebody else asked", func(o *office) error {
			return o.atOnce(holder("Anna"), o.submitted(requester("Ben"), access("FIN-Sales-DEV", "Cara", "Viewer")))
		}, fault.NotFound},
		{"what somebody else edited last", func(o *office) error {
			return o.atOnce(holder("Anna"), o.asked(story{asks: "Anna", edits: "Dan", params: access("FIN-Sales-DEV", "Ben", "Viewer")}))
		}, fault.Denied},
		{"what gives a right to who agreed to the access", func(o *office) error {
			return o.atOnce(holder("Anna"), o.submitted(holder("Anna"), access("FIN-Sales-DEV", "Eve", "Viewer")))
		}, fault.Denied},
		{"when it is over", func(o *office) error {
			r := o.submitted(holder("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
			o.pass(30 * time.Minute)
			return o.atOnce(holder("Anna"), r)
		}, fault.Denied},
		{"when it was ended", func(o *office) error {
			r := o.submitted(holder("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
			o.check(o.desk.EndEmergency(o.tb.Context(), person("Fay", auth.Operator), o.accessOf("Anna"), "it burns no more"))
			return o.atOnce(holder("Anna"), r)
		}, fault.Denied},
		{"when the rules have changed", func(o *office) error {
			r := o.submitted(holder("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
			o.otherRules()
			return o.atOnce(holder("Anna"), r)
		}, fault.Conflict},
		{"when the tenant has moved", func(o *office) error {
			r := o.submitted(holder("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
			o.spaces[0].Name = "FIN-Sold-DEV"
			o.scan()
			return o.atOnce(holder("Anna"), r)
		}, fault.Conflict},
		{"what starts when it is over", func(o *office) error {
			r, err := o.desk.Draft(o.tb.Context(), holder("Anna"), "contoso", desk.In{Params: access("FIN-Sales-DEV", "Ben", "Viewer"), Reason: "because", NotBefore: noon.Add(time.Hour)})
			o.check(err)
			r, _, err = o.desk.Submit(o.tb.Context(), holder("Anna"), r.ID, r.Version)
			o.check(err)
			return o.atOnce(holder("Anna"), r)
		}, fault.Denied},
		{"a second one before the first was reviewed", func(o *office) error {
			o.pass(time.Hour)
			r, err := o.desk.Draft(o.tb.Context(), holder("Anna"), "contoso", desk.In{Params: burning("30", "FIN-"), Reason: "again"})
			o.check(err)
			_, _, err = o.desk.Submit(o.tb.Context(), holder("Anna"), r.ID, r.Version)
			return err
		}, fault.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, glass)
			o.breaks()
			refused(t, c.name, c.do(o), c.kind)
			if n, err := o.db.Reader().UsesOfEmergency(t.Context(), o.accessOf("Anna")); err != nil || len(n) != 0 {
				t.Errorf("it was used: %+v %v", n, err)
			}
		})
	}
}

// accessOf is the id of the one access that somebody has or had.
func (o *office) accessOf(name string) string {
	o.tb.Helper()
	all, err := o.db.Reader().UnreviewedOf(o.tb.Context(), person(name).Party())
	o.check(err)
	if len(all) != 1 {
		o.tb.Fatalf("%s has %d accesses", name, len(all))
	}
	return all[0].Request
}

// TestBreakGlassIsOff: what was agreed to under an approvals.yaml that allowed
// it is not given under one that does not.
func TestBreakGlassIsOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t, glass)
	r := o.submitted(holder("Anna"), burning("30", "FIN-"))
	strict := desk.New(desk.Config{DB: o.db, Rules: compiled, NewID: o.newID, Now: o.clock})
	_, err := strict.Approve(t.Context(), approver("Eve"), r.ID, r.Plan, "")
	if err == nil || o.request(r.ID).State == request.Done {
		t.Errorf("given although it is switched off: %v", err)
	}
}

// TestBreakGlassReview: it is reviewed when it is over, by somebody else, and
// who waits for that is told; what had not begun when it was ended does not
// begin.
func TestBreakGlassReview(t *testing.T) {
	t.Parallel()
	o := newOffice(t, glass)
	ctx := t.Context()
	o.known = []auth.Person{person("Fay", auth.Admin).Person}
	id := o.breaks()
	r := o.submitted(holder("Anna"), access("FIN-Sales-DEV", "Ben", "Viewer"))
	o.check(o.atOnce(holder("Anna"), r))
	refused(t, "reviewed while it lasts", o.desk.ReviewEmergency(ctx, person("Fay", auth.Admin), id, desk.Justified, "it did burn"), fault.Conflict)
	refused(t, "ended by nobody in charge", o.desk.EndEmergency(ctx, requester("Ben"), id, "mine"), fault.NotFound)
	o.check(o.desk.EndEmergency(ctx, holder("Anna"), id, "it burns no more"))
	if got := o.request(r.ID); got.State != request.Draft || !strings.Contains(got.Note, "emergency access") {
		t.Errorf("what had not begun is %s: %s", got.State, got.Note)
	}
	refused(t, "ended twice", o.desk.EndEmergency(ctx, holder("Anna"), id, "again"), fault.Conflict)
	refused(t, "reviewed by its holder", o.desk.ReviewEmergency(ctx, everyRole("Anna"), id, desk.Justified, "it did burn"), fault.Denied)
	refused(t, "reviewed by nobody in charge", o.desk.ReviewEmergency(ctx, requester("Ben"), id, desk.Justified, "fine"), fault.NotFound)
	refused(t, "no verdict", o.desk.ReviewEmergency(ctx, person("Fay", auth.Admin), id, "", "it did burn"), fault.Invalid)
	o.pass(26 * time.Hour)
	for _, want := range []int{1, 0} {
		if n, err := o.desk.NudgeReviews(ctx); err != nil || n != want {
			t.Errorf("reminded of %d (%v), want %d", n, err, want)
		}
	}
	o.told(id, "Fay@contoso.com", "Nobody has reviewed")
	o.check(o.desk.ReviewEmergency(ctx, person("Fay", auth.Admin), id, desk.Justified, "it did burn"))
	refused(t, "reviewed twice", o.desk.ReviewEmergency(ctx, person("Fay", auth.Admin), id, desk.NotJustified, "or not"), fault.Conflict)
	o.submitted(holder("Anna"), burning("10", "FIN-"))
}
