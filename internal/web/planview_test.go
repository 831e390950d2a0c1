package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/htmlcheck"
	"steward/internal/request"
	"steward/web/templates"
)

// hostile is a plan whose texts try to be something else.
func hostile() request.Plan {
	at := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	return request.Plan{
		Version: request.PlanVersion, Request: "01JD0000000000000000000001", Revision: 1, Kind: request.WorkspaceCreate, Title: "Create FIN\u202eVED-tegduB",
		Reason: "for <b>us</b>", Tenant: "contoso", TenantID: "t", Risk: request.RiskHigh, RiskReasons: []string{"Guest\u200b gets Admin."}, NotBefore: &at, Approval: 72 * 3600, Window: 90 * 60,
		Steps: []request.Step{
			{ID: "s1", Says: "Create the workspace FIN\u202eVED", Call: request.Call{API: request.Fabric, Operation: "Workspaces_CreateWorkspace", Method: "POST", Path: "workspaces",
				Body: map[string]request.Value{"displayName": request.Text("A\u202eB"), "description": request.Text("⟨id from step s1⟩ \"x\" \n <i>")}}, OnFailure: request.UndoAll,
				Undo: &request.Undo{Sentence: "Deletes the workspace again, if nobody touched it."}},
			{ID: "s2", Says: "Give a role", Needs: []string{"s1"}, Call: request.Call{API: request.PowerBI, Operation: "Groups_AddGroupUser", Method: "POST", Path: "groups/{workspace}/users",
				Args: map[string]request.Value{"workspace": request.From("s1", "id")},
				Body: map[string]request.Value{"identifier": request.Text("a/b@x"), "n": request.Number(3), "l": request.List(request.Truth(true), request.From("s1", "id"))}}, OnFailure: request.GoOn,
				Expects: []request.Observation{{Kind: request.Role, Args: map[string]string{"workspace": "w"}, Value: ""}}},
		},
		Later:  []request.LaterStep{{Due: at, Step: request.Step{ID: "s3", Says: "Take it away", Call: request.Call{API: request.PowerBI, Method: "DELETE", Path: "groups/{w}/users/{u}", Args: map[string]request.Value{"w": request.Text("1"), "u": request.Text("a/b@x")}}}}},
		Gains:  []request.Gain{{Principal: "p", Kind: "Group", Name: "SG\u200b-Ops", Right: "Admin", Where: "FIN"}},
		Judged: request.Judgement{Findings: []request.Finding{{Rule: "naming.pattern", Severity: "high", Object: "FIN\u202e", Says: "no", Refuses: true}, {Rule: "owners.one", Severity: "low"}, {Rule: "old", Severity: "low", Already: true}}, Mends: []request.Finding{{Rule: "guests.admin", Severity: "high"}}, Unknown: []string{"capacity.region"}},
	}
}

func drawn(t *testing.T, p request.Plan, a agreement) *htmlcheck.Doc {
	t.Helper()
	body, err := p.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	v, err := planView(body, request.HashOf(body), a)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := templates.Plan(v).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{"\u202e", "\u200b"} {
		if strings.Contains(b.String(), r) {
			t.Errorf("the page holds %+q itself", r)
		}
	}
	return htmlcheck.Parse(t, b.String())
}

// What is shown is the call as it is sent, with what cannot be seen made
// visible, and nothing that was typed looks like a reference.
func TestPlanShowsTheCallsOfTheHashedBytes(t *testing.T) {
	t.Parallel()
	d := drawn(t, hostile(), agreement{rule: "high risk", stages: []request.Stage{{Count: 2, Role: "approver"}, {Count: 1, Group: "g1"}}, group: func(string) string { return "SG\u202eX" },
		parties: []request.Involved{{Party: request.Party{Name: "Rita\u200b"}, Why: request.WhyRequester}}})
	text := d.Text("[data-testid=plan]")
	for _, want := range []string{"POST", "/v1/workspaces", `"displayName": "AU+202EB"`, `"description": "⟨id from step s1⟩ \"x\" \n <i>"`, "/v1.0/myorg/groups/⟨id from step s1⟩/users", `"identifier": "a/b@x"`,
		`"n": 3`, "DELETE /v1.0/myorg/groups/1/users/a%2Fb@x", "for <b>us</b>", "High risk", "Guest U+200B gets Admin.", "not before 1 Dec 2026 08:00 UTC", "90 minutes", "after s1", "the role on the workspace is nothing (workspace w)"} {
		if !strings.Contains(squeezed(text), squeezed(want)) {
			t.Errorf("the plan does not show %q", want)
		}
	}
	if strings.Contains(text, `"⟨id from step s1⟩"`) {
		t.Error("a reference stands in quotes as a text would")
	}
	for where, wants := range map[string][]string{
		"plan-undo":      {"s1", "Deletes the workspace again", "Cannot be taken back:"},
		"plan-verdict":   {"Not allowed", "naming.pattern", "Violations it would make", "owners.one", "Violations it would mend", "guests.admin", "would stay", "Unknown", "capacity.region"},
		"plan-agreement": {"“high risk”", "2 people with the role approver", "then 1 person of the group SGU+202EX", "asked for it", "Admin"},
	} {
		for _, want := range wants {
			if !strings.Contains(squeezed(d.Text("[data-testid="+where+"]")), squeezed(want)) {
				t.Errorf("%s does not say %q", where, want)
			}
		}
	}
}

// squeezed is a text without blanks: marks stand in elements of their own.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

func TestPlanIsShownFromCanonicalBytesOnly(t *testing.T) {
	t.Parallel()
	p := hostile()
	body, err := p.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := planView(append([]byte(" "), body...), "", agreement{}); err == nil {
		t.Error("bytes that are not canonical are shown")
	}
}
