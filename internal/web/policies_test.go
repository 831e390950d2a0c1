package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"steward/internal/auth"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	r := judged(t)
	d := r.get("/policies?sort=rule", http.StatusOK)
	if n, want := d.Count("table[data-testid=list] tbody tr"), len(r.keeper.Set().Rules()); n != min(want, 50) {
		t.Errorf("%d rules are listed, %d are in force", n, want)
	}
	d = r.get("/policies/naming.pattern", http.StatusOK)
	stands := r.one(`SELECT count(*) FROM violation WHERE rule = 'naming.pattern' AND state <> 'resolved'`)
	if got := strings.ReplaceAll(d.Text("[data-testid=stat-fail] .stat-value"), ",", ""); got != fmt.Sprint(stands) {
		t.Errorf("the page says %s fail, the database %d", got, stands)
	}
	if !d.Has("textarea, input[name='param.pattern']") || d.Count("table[data-testid=examples] tbody tr") < 2 {
		t.Error("the form or the examples are missing")
	}
	for _, rule := range r.keeper.Set().Rules() {
		r.get("/policies/"+rule.ID, http.StatusOK)
	}
	r.get("/policies/made.up", http.StatusNotFound)
}

// TestPreviewThenDecide changes a parameter: the preview tells what the
// judging then does, and the ledger has who decided.
func TestPreviewThenDecide(t *testing.T) {
	t.Parallel()
	r := judged(t)
	*r.who = admin
	const pattern = `^Finance 1.*$`
	to, _ := r.post("/policies/naming.pattern/preview", http.StatusSeeOther, "on", "yes", "param.pattern", pattern)
	d := r.get(to, http.StatusOK)
	says := d.Text("[data-testid=stat-would-be-found] .stat-value")
	if r.one(`SELECT count(*) FROM rule_decision`) != 0 {
		t.Fatal("looking at a preview decided something")
	}
	_, d = r.post("/policies/naming.pattern/decide", http.StatusUnprocessableEntity, "on", "yes", "param.pattern", pattern, "reason", "")
	if !strings.Contains(d.Text("[data-testid=field-reason]"), "Say why") || d.Attr("input[name='param.pattern']", "value") != pattern {
		t.Error("without a reason the form does not come back as it was")
	}
	r.agreed("/policies/naming.pattern/decide", "on", "yes", "param.pattern", pattern, "reason", "Finance has its own convention")
	stands := r.one(`SELECT count(*) FROM violation WHERE rule = 'naming.pattern' AND state <> 'resolved'`)
	if says != fmt.Sprint(stands) || stands == 0 {
		t.Errorf("the preview said %s, the judging found %d", says, stands)
	}
	if got := r.get("/policies/naming.pattern", http.StatusOK).Text("[data-testid=timeline]"); !strings.Contains(got, "Ali Admin") || !strings.Contains(got, "Finance has its own convention") {
		t.Errorf("the decision is not told: %s", got)
	}
	if n := r.one(`SELECT count(*) FROM ledger WHERE json_extract(body, '$.action') = 'config.change' AND json_extract(body, '$.object_id') = 'naming.pattern'`); n != 1 {
		t.Errorf("%d entries of the ledger", n)
	}
}

func TestRuleIsSwitchedOff(t *testing.T) {
	t.Parallel()
	r := judged(t)
	*r.who = admin
	d := r.get("/policies/naming.pattern/preview?on=no", http.StatusOK)
	if got := d.Text("[data-testid=stat-leave-the-lists] .stat-value"); got == "0" || got == "" {
		t.Errorf("%q leave the lists", got)
	}
	id := r.some("naming.pattern")
	r.agreed("/policies/naming.pattern/decide", "on", "no", "reason", "Not this year")
	if got := r.get("/violations?rule=naming.pattern", http.StatusOK); got.Count("table[data-testid=list] tbody tr") != 0 {
		t.Error("a rule that is off still lists violations")
	}
	if got := r.get(fmt.Sprintf("/violations/%d", id), http.StatusOK).Text("main"); !strings.Contains(got, "switched off") {
		t.Error("the violation's page does not say that its rule is off")
	}
	if got := r.get("/policies/naming.pattern", http.StatusOK).Text("main"); !strings.Contains(strings.ToLower(got), "switched off") {
		t.Error("the rule's page does not say so")
	}
	r.agreed("/policies/naming.pattern/decide", "on", "yes", "reason", "Back again")
	if got := r.get("/violations?rule=naming.pattern", http.StatusOK); got.Count("table[data-testid=list] tbody tr") == 0 {
		t.Error("switched on again, nothing is listed")
	}
}

func TestBadParameterIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	r := judged(t)
	*r.who = admin
	for name, bad := range map[string]string{"naming.pattern": "([", "owners.few": "many"} {
		field := map[string]string{"naming.pattern": "param.pattern", "owners.few": "param.least"}[name]
		d := r.get("/policies/"+name+"/preview?"+url.Values{"on": {"yes"}, field: {bad}}.Encode(), http.StatusUnprocessableEntity)
		if got := d.Attr("form[data-testid=form] input[name='"+field+"']", "value"); got != bad || d.Text("[data-testid='field-"+field+"'] .error") == "" {
			t.Errorf("%s: the field holds %q and says %q", name, got, d.Text("[data-testid='field-"+field+"']"))
		}
		r.post("/policies/"+name+"/decide", http.StatusUnprocessableEntity, "on", "yes", field, bad, "reason", "because I can")
	}
	if r.one(`SELECT count(*) FROM rule_decision`) != 0 {
		t.Error("a parameter that cannot be was kept")
	}
}

func TestPreviewIsForTheWholeTenant(t *testing.T) {
	t.Parallel()
	r := judged(t)
	*r.who = auth.Person{TenantID: "t", ObjectID: "part", Roles: []auth.Role{auth.Operator}, Limits: map[auth.Role][]auth.Limit{auth.Operator: {{Prefixes: []string{"Finance 1"}}}}}
	r.get("/policies/naming.pattern/preview?on=yes", http.StatusForbidden)
	*r.who = operator
	if d := r.get("/policies/naming.pattern/preview?on=yes", http.StatusOK); d.Has("form[data-testid=form]") {
		t.Error("somebody who may not configure is offered to decide")
	}
	r.post("/policies/naming.pattern/decide", http.StatusNotFound, "on", "no", "reason", "I would like to")
}
