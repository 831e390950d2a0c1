package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/tenant"
)

// conveyor is an office with a pipeline from FIN-Sales-DEV to FIN-Sales-PROD
// and a model on it that every rule for promotions lets go.
func conveyor(t *testing.T, decisions map[string]policy.Decision) *office {
	t.Helper()
	o := newOffice(t, "")
	set, problems := policy.Compile(policy.Builtin(), decisions)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	o.rules = set
	for i := range o.spaces[:2] {
		o.spaces[i].CapacityID = string(gid("Big"))
		o.spaces[i].Users = append(o.spaces[i].Users, tenant.Grant{ObjectID: o.spaces[i].ID, Principal: o.principal("Portal"), Right: tenant.RightAdmin})
	}
	o.spaces[0].Items = []tenant.Item{{ID: string(gid("model")), WorkspaceID: o.spaces[0].ID, Kind: tenant.ItemDataset, Name: "Sales", Tables: 1, Roles: 0,
		Endorsement: "Certified", LabelID: string(gid("label")), ConfiguredBy: string(gid("Anna")),
		Refresh: &tenant.RefreshSchedule{Enabled: true, Days: []string{"Monday"}, Times: []string{"06:00"}}}}
	o.pipelines = []tenant.Pipeline{{ID: string(gid("line")), Name: "Sales", UsersKnown: true, Users: []tenant.Grant{{Principal: o.principal("Portal"), Right: tenant.RightAdmin}},
		Stages: []tenant.Stage{{Order: 0, Name: "Development", WorkspaceID: o.spaces[0].ID}, {Order: 1, Name: "Production", WorkspaceID: o.spaces[1].ID}}}}
	o.ended("Completed")
	o.scan()
	o.pass(time.Hour) // a stage that was assigned just now cannot be deployed to
	o.scan()
	return o
}

// ended is how the model's last refresh ended.
func (o *office) ended(status string) {
	o.refreshed = []tenant.Refreshable{{ID: string(gid("model")), Name: "Sales", Kind: "Dataset", WorkspaceID: o.spaces[0].ID, Refreshes: 3, LastStatus: status}}
}

func toProduction(accepted ...string) *request.PromotionParams {
	return &request.PromotionParams{Routes: []request.RouteParams{{Pipeline: gid("line"), Stage: "0", What: request.CarryAll}}, AllowCreate: true, AllowOverwrite: true,
		Accepted: append(accepted, promotion.CheckCredentials, promotion.CheckParameters, promotion.CheckGateway, promotion.CheckDirectLake)}
}

// promotionRules are the rules for promotions, each with what breaks it and the
// field at which that is refused.
var promotionRules = map[string]struct {
	on    policy.Decision
	field string
	spoil func(*office)
}{
	"promotion.refresh-fails": {policy.Decision{On: true}, "accepted", func(o *office) { o.ended("Failed") }},
	"promotion.certified":     {policy.Decision{On: true}, "accepted", func(o *office) { o.spaces[0].Items[0].Endorsement = "Promoted" }},
	"promotion.labelled":      {policy.Decision{On: true}, "accepted", func(o *office) { o.spaces[0].Items[0].LabelID = "" }},
	"promotion.freeze": {policy.Decision{On: true, Parameters: map[string]any{"calendar": []any{"2026-08-02"}}}, "routes[0].items",
		func(o *office) { o.pass(noon.AddDate(0, 0, 1).Sub(o.clock())) }},
}

// TestEveryPromotionRuleAtARequest judges each rule for promotions from what a
// scan wrote, passing and failing, and through a request that is submitted.
func TestEveryPromotionRuleAtARequest(t *testing.T) {
	t.Parallel()
	for _, r := range compiled().Rules() {
		if _, tried := promotionRules[r.ID]; r.Kind == policy.KindPromotion && !tried {
			t.Errorf("%s has no case here", r.ID)
		}
	}
	for rule, c := range promotionRules {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			o := conveyor(t, map[string]policy.Decision{rule: c.on})
			if v := o.verdict(rule); v.State != promotion.Pass {
				t.Fatalf("of a good promotion it says %+v", v)
			}
			early := o.submitted(requester("Anna"), toProduction())
			c.spoil(o)
			o.scan()
			v := o.verdict(rule)
			if v.State != promotion.Fail || !strings.Contains(v.Evidence, "“Sales”") || v.Remedy == "" {
				t.Errorf("of a bad promotion it says %+v", v)
			}
			o.refusedAt(c.field, v, toProduction())
			o.decidedAgain(early)
			o.accepted(rule, c.field)
		})
	}
}

// verdict is what a rule says of the promotion, from the database's facts.
func (o *office) verdict(rule string) promotion.Verdict {
	o.tb.Helper()
	c := promotion.Choice{Pipeline: string(gid("line")), To: 1}
	view, err := o.db.Reader().ViewNow(o.tb.Context(), "contoso")
	o.check(err)
	f, err := o.db.Reader().PromotionFacts(o.tb.Context(), view, c, promotion.Executor{ID: string(gid("Portal")), Service: true}, o.clock())
	o.check(err)
	all := promotion.Judge(o.tb.Context(), o.rules, f, c, o.clock())
	i := slices.IndexFunc(all, func(v promotion.Verdict) bool { return v.Rule == rule })
	if i < 0 {
		o.tb.Fatalf("%s was not asked: %+v", rule, all)
	}
	return all[i]
}

// refusedAt submits a promotion that a rule is against.
func (o *office) refusedAt(field string, v promotion.Verdict, p request.Params) {
	o.tb.Helper()
	r, err := o.desk.Draft(o.tb.Context(), requester("Anna"), "contoso", desk.In{Params: p, Reason: "because"})
	o.check(err)
	_, preview, err := o.desk.Submit(o.tb.Context(), requester("Anna"), r.ID, r.Version)
	refused(o.tb, "a promotion that a rule is against", err, fault.Invalid)
	if says := preview.Errors.For(field); !strings.Contains(says, v.Title) || !strings.Contains(says, v.Evidence) || !strings.Contains(says, v.Remedy) {
		o.tb.Errorf("at %s it says %q; all of it: %v", field, says, preview.Errors)
	}
	if got := o.request(r.ID).State; got != request.Draft {
		o.tb.Errorf("the refused request is %s", got)
	}
}

// decidedAgain: what was fine when it was submitted is judged again when it is
// agreed to.
func (o *office) decidedAgain(r request.Request) {
	o.tb.Helper()
	_, err := o.desk.Approve(o.tb.Context(), approver("Eve"), r.ID, r.Plan, "")
	refused(o.tb, "an approval of what a rule is against by now", err, fault.Conflict)
	if got := o.request(r.ID).State; got != request.Draft {
		o.tb.Errorf("the request is %s", got)
	}
}

// accepted: a breach may be accepted, and whoever decides reads it; one of a rule
// that refuses may not.
func (o *office) accepted(rule, field string) {
	o.tb.Helper()
	p := o.preview(requester("Anna"), toProduction("rule/"+rule))
	if field != "accepted" {
		if p.Errors.For(field) == "" {
			o.tb.Errorf("%s refuses, and was accepted", rule)
		}
		return
	}
	broken := func(f request.Finding) bool { return f.Rule == rule && !f.Refuses }
	if !p.Fine() || !slices.ContainsFunc(p.Plan.Judged.Findings, broken) || p.Plan.Risk != request.RiskHigh {
		o.tb.Errorf("accepted: %v %v, findings %+v, risk %s", p.Errors, p.Refused, p.Plan.Judged.Findings, p.Plan.Risk)
	}
	shown := slices.ContainsFunc(o.desk.Waivable(), func(c [2]string) bool { return c[0] == "rule/"+rule })
	flights, err := o.desk.Flights(o.tb.Context(), "contoso", toProduction("rule/"+rule), o.clock())
	o.check(err)
	ticked := slices.ContainsFunc(flights[0].Checks, func(c promotion.Check) bool { return c.ID == "rule/"+rule && c.Accepted && !c.Stops() })
	if !shown || !ticked {
		o.tb.Errorf("its tick is offered: %v, and counts in the pre-flight: %v", shown, ticked)
	}
	carried := strings.Contains(p.Plan.Steps[0].Look.Args["choice"].String(), `"rule/`+rule)
	if !carried {
		o.tb.Error("the run would not know that it was accepted")
	}
}

// TestNothingIsAcceptedUnseen: a tick at a rule that is not broken does not go
// into the plan, so that a later breach stops the run.
func TestNothingIsAcceptedUnseen(t *testing.T) {
	t.Parallel()
	o := conveyor(t, nil)
	p := o.preview(requester("Anna"), toProduction("rule/promotion.refresh-fails"))
	if !p.Fine() || strings.Contains(p.Plan.Steps[0].Look.Args["choice"].String(), "rule/") {
		t.Errorf("%v %v: %s", p.Errors, p.Refused, p.Plan.Steps[0].Look.Args["choice"].String())
	}
}

// TestAFrozenDayIsTheDayItBegins: the calendar is held against the start that is
// asked for.
func TestAFrozenDayIsTheDayItBegins(t *testing.T) {
	t.Parallel()
	o := conveyor(t, map[string]policy.Decision{"promotion.freeze": {On: true, Parameters: map[string]any{"calendar": []any{"2026-08-02"}}}})
	for day, frozen := range map[int]bool{0: false, 1: true, 2: false} {
		in := desk.In{Params: toProduction(), Reason: "because", NotBefore: noon.AddDate(0, 0, day)}
		p, err := o.desk.Preview(t.Context(), requester("Anna"), request.Request{Tenant: "contoso"}, in)
		o.check(err)
		if got := p.Errors.For("routes[0].items") != ""; got != frozen {
			t.Errorf("in %d days: refused %v, want %v: %v", day, got, frozen, p.Errors)
		}
	}
}
