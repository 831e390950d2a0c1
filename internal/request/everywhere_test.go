package request_test

import (
	"strings"
	"testing"

	"steward/internal/request"
	"steward/internal/tenant"
)

// TestMembersOfEveryEnvironment: who is a member everywhere gets the role on
// each workspace; what an environment says of them itself goes before.
func TestMembersOfEveryEnvironment(t *testing.T) {
	t.Parallel()
	group := tenant.Principal{ID: "11111111-0000-0000-0000-000000000001", Kind: tenant.PrincipalGroup, Name: "Crew"}
	e := &request.Estate{Tenant: "contoso", Names: map[string][]request.ID{}, Principals: map[request.ID]request.Principal{request.NewID(group.ID): {Principal: group, PeopleKnown: true}}}
	p := &request.ProjectParams{Department: "FIN", Project: "Budget", Everywhere: []request.Member{{Who: request.ID(group.ID), Right: "Viewer"}},
		Environments: []request.EnvironmentParams{{Name: "DEV", Members: []request.Member{{Who: request.ID(group.ID), Right: "Admin"}}}, {Name: "TEST"}, {Name: "PROD"}}}
	plan, errs := request.Build(p, e, request.Context{Request: "x", Revision: 1})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var says []string
	for _, s := range plan.Steps {
		if strings.HasPrefix(s.Says, "Give Crew") {
			says = append(says, s.Says)
		}
	}
	want := "Give Crew the role Admin on FIN-Budget-DEV; Give Crew the role Viewer on FIN-Budget-TEST; Give Crew the role Viewer on FIN-Budget-PROD"
	if got := strings.Join(says, "; "); got != want {
		t.Errorf("it gives %q, want %q", got, want)
	}
}
