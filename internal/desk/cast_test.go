package desk_test

import (
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/policy"
	"steward/internal/request"
)

func upper(by desk.By) desk.By {
	by.ObjectID, by.TenantID = strings.ToUpper(by.ObjectID), strings.ToUpper(by.TenantID)
	return by
}

func named(by desk.By, name string) desk.By { by.Name = name; return by }

func newSpace(member string) request.Params {
	return &request.WorkspaceCreateParams{Name: "FIN-New-DEV", Description: "Something new", Capacity: gid("Big"),
		Members: []request.Member{{Who: gid(member), Right: "Member"}}}
}

func project(members ...string) request.Params {
	p := &request.ProjectParams{Department: "FIN", Project: "Budget", Description: "The budget", Pipeline: true}
	for i, env := range []string{"DEV", "TEST", "PROD"} {
		e := request.EnvironmentParams{Name: env, Capacity: gid("Big")}
		if i < len(members) {
			e.Members = []request.Member{{Who: gid(members[i]), Right: "Member"}}
		}
		p.Environments = append(p.Environments, e)
	}
	return p
}

// asked drafts, edits and submits the request of a story.
func (o *office) asked(s story) request.Request {
	o.tb.Helper()
	if s.edits == "" {
		return o.submitted(requester(s.asks), s.params)
	}
	ctx, by, editor := o.tb.Context(), requester(s.asks), requester(s.edits)
	r := o.submitted(by, s.params)
	r, err := o.desk.Edit(ctx, editor, r.ID, r.Version, desk.In{Params: s.params, Reason: "better said"})
	o.check(err)
	r, _, err = o.desk.Submit(ctx, by, r.ID, r.Version)
	o.check(err)
	return r
}

func (o *office) approve(who string, r request.Request) {
	o.tb.Helper()
	_, err := o.desk.Approve(o.tb.Context(), approver(who), r.ID, r.Plan, "")
	o.check(err)
}

func (o *office) votes(id string) int {
	o.tb.Helper()
	all, err := o.db.Reader().Decisions(o.tb.Context(), id)
	o.check(err)
	return len(all)
}

func (o *office) delegate(from, to string) {
	o.tb.Helper()
	_, err := o.desk.Delegate(o.tb.Context(), person(from, auth.Approver), person(to).Party(), o.clock().Add(-time.Hour), o.clock().Add(240*time.Hour), "on holiday")
	o.check(err)
}

// otherRules puts other policies in force.
func (o *office) otherRules() {
	o.tb.Helper()
	k := policy.NewKeeper(nil, time.Now)
	if problems := k.Reload(map[string]policy.Decision{"owners.few": {On: false}}); len(problems) > 0 {
		o.tb.Fatal(problems)
	}
	o.rules = k.Set()
}
