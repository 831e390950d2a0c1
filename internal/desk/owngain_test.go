package desk_test

import (
	"strings"
	"testing"

	"steward/internal/fault"
	"steward/internal/request"
)

// TestOwnGain: whoever asks for a right that they gain through a group they
// belong to needs two others, none of them in the group.
func TestOwnGain(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	ctx := t.Context()
	for _, group := range []string{"Analysts", "All staff"} { // Dan is in the second through the first
		r := o.submitted(requester("Dan"), access("HR-People-TEST", group, "Member"))
		plan, _, err := o.db.Reader().RequestPlan(ctx, r.Plan)
		o.check(err)
		if got := strings.Join(plan.RiskReasons, " "); plan.Risk != request.RiskHigh || request.Need(r.Stages) != 2 || !strings.Contains(got, "Dan belongs to "+group) {
			t.Errorf("%s: risk %s because %q, %d must agree", group, plan.Risk, got, request.Need(r.Stages))
		}
		for _, one := range []string{"Cara", "Dan"} {
			_, err = o.desk.Approve(ctx, approver(one), r.ID, r.Plan, "")
			refused(t, one+" agrees", err, fault.Denied)
		}
		o.approve("Eve", r)
		if got := o.request(r.ID).State; got != request.Pending {
			t.Errorf("%s: after one approval it is %s", group, got)
		}
		o.approve("Ben", r)
		if got := o.request(r.ID).State; got != request.Approved {
			t.Errorf("%s: after two approvals it is %s", group, got)
		}
	}
	if p := o.preview(requester("Dan"), access("HR-People-TEST", "Finance", "Member")); request.Need(p.Stages) != 1 {
		t.Errorf("for a group of others %d must agree", request.Need(p.Stages))
	}
	if p := o.preview(requester("Ben"), access("HR-People-TEST", "Ben", "Member")); request.Need(p.Stages) != 1 {
		t.Errorf("for oneself, by name, %d must agree", request.Need(p.Stages))
	}
}

// TestOwnGainOfTheEditor: who edits somebody's request so that they gain counts
// like who asked.
func TestOwnGainOfTheEditor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	params := access("HR-People-TEST", "Analysts", "Member")
	if r := o.submitted(requester("Anna"), params); request.Need(r.Stages) != 1 {
		t.Errorf("Anna asks for others: %d must agree", request.Need(r.Stages))
	}
	if r := o.asked(story{asks: "Anna", edits: "Dan", params: params}); request.Need(r.Stages) != 2 {
		t.Errorf("Dan edited it last: %d must agree", request.Need(r.Stages))
	}
}

// TestOwnGainRefusedAtTheField: approvals.yaml can refuse it, by name or
// through a group, and the refusal stands at every field that names the group.
func TestOwnGainRefusedAtTheField(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "own_gain: {by_name: refuse, through_group: refuse}\nrules:\n  - {name: all, approvals: [{count: 1}]}\n")
	for _, c := range []struct {
		name, who string
		params    request.Params
		fields    []string
	}{
		{"by name", "Ben", access("HR-People-TEST", "Ben", "Viewer"), []string{"members[0].who"}},
		{"through a group in a group", "Dan", access("HR-People-TEST", "All staff", "Viewer"), []string{"members[0].who"}},
		{"in two environments", "Dan", project("Ben", "Analysts", "Analysts"), []string{"environments[1].members[0].who", "environments[2].members[0].who"}},
		{"of others", "Eve", access("HR-People-TEST", "Analysts", "Viewer"), nil},
	} {
		p := o.preview(requester(c.who), c.params)
		if len(p.Errors) != len(c.fields) {
			t.Errorf("%s: %v", c.name, p.Errors)
		}
		for _, field := range c.fields {
			if got := p.Errors.For(field); !strings.Contains(got, "by their own request. Somebody who does not gain by it has to ask") {
				t.Errorf("%s: at %s it says %q", c.name, field, got)
			}
		}
	}
}

// TestOwnGainSince: who joins the group while the request waits makes it fall
// back, because more would have to agree now.
func TestOwnGainSince(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	r := o.submitted(requester("Ben"), access("HR-People-TEST", "Analysts", "Member"))
	o.groups["Analysts"] = append(o.groups["Analysts"], "Ben")
	o.scan()
	_, err := o.desk.Approve(t.Context(), approver("Eve"), r.ID, r.Plan, "")
	refused(t, "agreeing when Ben has joined", err, fault.Conflict)
	if got := o.request(r.ID); got.State != request.Draft || !strings.Contains(got.Note, "more people would have to agree now: Ben belongs to Analysts") {
		t.Errorf("it is %s: %s", got.State, got.Note)
	}
}
