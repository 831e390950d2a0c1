package desk_test

import (
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/request"
)

// story is one person trying to decide one request.
type story struct {
	name string
	// asks, edits: who drafts it, who edits the draft before it is submitted.
	asks, edits string
	params      request.Params
	who         desk.By
	want        fault.Kind // empty: it counts
	// before changes the world between submission and decision.
	before func(*office, request.Request)
}

const counts = fault.Kind("counts")

func withAddress(by desk.By, address string) desk.By { by.Address = address; return by }
func withTenant(by desk.By, tid string) desk.By      { by.TenantID = tid; return by }
func limited(by desk.By, l auth.Limit) desk.By {
	by.Limits = map[auth.Role][]auth.Limit{}
	for _, r := range by.Roles {
		by.Limits[r] = []auth.Limit{l}
	}
	return by
}

func everyRole(name string) desk.By { return person(name, auth.AllRoles...) }

func stories() []story {
	dev := func(who string) request.Params { return access("FIN-Sales-DEV", who, "Member") }
	viewer := func(who string) request.Params { return access("FIN-Sales-DEV", who, "Viewer") }
	list := []story{
		{name: "another approver", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: counts},
		{name: "the requester", asks: "Anna", params: dev("Ben"), who: approver("Anna"), want: fault.Denied},
		{name: "the requester with every role", asks: "Anna", params: dev("Ben"), who: everyRole("Anna"), want: fault.Denied},
		{name: "the requester with an id in capitals", asks: "Anna", params: dev("Ben"), who: upper(approver("Anna")), want: fault.Denied},
		{name: "the requester under another name and address", asks: "Anna", params: dev("Ben"), who: withAddress(named(approver("Anna"), "Someone"), "someone@else.com"), want: fault.Denied},
		{name: "the beneficiary", asks: "Anna", params: dev("Ben"), who: approver("Ben"), want: fault.Denied},
		{name: "the beneficiary with every role", asks: "Anna", params: dev("Ben"), who: everyRole("Ben"), want: fault.Denied},
		{name: "the beneficiary of a viewer's role", asks: "Anna", params: viewer("Ben"), who: approver("Ben"), want: fault.Denied},
		{name: "a member of the group that gains", asks: "Anna", params: dev("Finance"), who: approver("Fay"), want: fault.Denied},
		{name: "a member of a group within it", asks: "Anna", params: dev("All staff"), who: approver("Cara"), want: fault.Denied},
		{name: "a member of another group within it", asks: "Anna", params: dev("All staff"), who: approver("Fay"), want: fault.Denied},
		{name: "somebody outside the group", asks: "Anna", params: dev("All staff"), who: approver("Eve"), want: counts},
		{name: "somebody who joined the group since", asks: "Anna", params: dev("Finance"), who: approver("Eve"), want: fault.Denied,
			before: func(o *office, _ request.Request) { o.groups["Finance"] = append(o.groups["Finance"], "Eve"); o.scan() }},
		{name: "somebody who joined a group within it since", asks: "Anna", params: dev("All staff"), who: approver("Eve"), want: fault.Denied,
			before: func(o *office, _ request.Request) {
				o.groups["Analysts"] = append(o.groups["Analysts"], "Eve")
				o.scan()
			}},
		{name: "somebody who left the group since stays a party", asks: "Anna", params: dev("Finance"), who: approver("Fay"), want: fault.Denied,
			before: func(o *office, _ request.Request) { o.groups["Finance"] = nil; o.scan() }},
		{name: "the last editor", asks: "Anna", edits: "Eve", params: dev("Ben"), who: approver("Eve"), want: fault.Denied},
		{name: "the last editor with every role", asks: "Anna", edits: "Eve", params: dev("Ben"), who: everyRole("Eve"), want: fault.Denied},
		{name: "somebody else than the last editor", asks: "Anna", edits: "Eve", params: dev("Ben"), who: approver("Fay"), want: counts},
		{name: "the requester after somebody else edited", asks: "Anna", edits: "Eve", params: dev("Ben"), who: approver("Anna"), want: fault.Denied},
		{name: "a guest who gains", asks: "Anna", params: viewer("Guest"), who: withAddress(approver("Guest"), "gus_fabrikam.com#EXT#@contoso.com"), want: fault.Denied},
		{name: "the same guest invited anew", asks: "Anna", params: viewer("Guest"), who: withAddress(approver("Other id"), "gus_fabrikam.com#EXT#@contoso.com"), want: fault.Denied},
		{name: "the same guest by their own address", asks: "Anna", params: viewer("Guest"), who: withAddress(approver("Other id"), "gus@fabrikam.com"), want: fault.Denied},
		{name: "the same guest by their own address in capitals", asks: "Anna", params: viewer("Guest"), who: withAddress(approver("Other id"), "GUS@FABRIKAM.COM"), want: fault.Denied},
		{name: "another guest of the same company", asks: "Anna", params: viewer("Guest"), who: withAddress(approver("Other id"), "lea_fabrikam.com#EXT#@contoso.com"), want: counts},
		{name: "the requester signed in elsewhere", asks: "Anna", params: dev("Ben"), who: withTenant(approver("Anna"), "22222222-2222-2222-2222-222222222222"), want: fault.Denied},
		{name: "the same object id in another directory is somebody else", asks: "Anna", params: dev("Ben"),
			who: withAddress(withTenant(approver("Anna"), "22222222-2222-2222-2222-222222222222"), "zed@elsewhere.com"), want: counts},
		{name: "somebody without an address", asks: "Anna", params: dev("Ben"), who: withAddress(approver("Eve"), ""), want: counts},
		{name: "an approver limited to other workspaces", asks: "Anna", params: dev("Ben"), who: limited(approver("Eve"), auth.Limit{Prefixes: []string{"HR-"}}), want: fault.NotFound},
		{name: "an approver limited to these workspaces", asks: "Anna", params: dev("Ben"), who: limited(approver("Eve"), auth.Limit{Prefixes: []string{"FIN-"}}), want: counts},
		{name: "an approver limited to another tenant", asks: "Anna", params: dev("Ben"), who: limited(approver("Eve"), auth.Limit{Tenants: []string{"fabrikam"}}), want: fault.NotFound},
		{name: "an approver of part of the places", asks: "Anna", params: &request.AccessRemoveParams{Rows: []request.Holding{
			{Workspace: gid("FIN-Sales-DEV"), Who: gid("Analysts")}, {Workspace: gid("FIN-Sales-PROD"), Who: gid("Dan")}}},
			who: limited(approver("Eve"), auth.Limit{Prefixes: []string{"FIN-Sales-D"}}), want: fault.NotFound},
		{name: "who only loses may decide", asks: "Anna", params: &request.AccessRemoveParams{Rows: []request.Holding{{Workspace: gid("FIN-Sales-PROD"), Who: gid("Dan")}}},
			who: approver("Dan"), want: counts},
		{name: "who is lowered may decide", asks: "Anna", params: &request.AccessChangeParams{Workspace: gid("FIN-Sales-PROD"), Who: gid("Dan"), Right: "Viewer"}, who: approver("Dan"), want: counts},
		{name: "who is raised may not", asks: "Anna", params: &request.AccessChangeParams{Workspace: gid("FIN-Sales-PROD"), Who: gid("Dan"), Right: "Member"}, who: approver("Dan"), want: fault.Denied},
		{name: "a member of a new workspace", asks: "Anna", params: newSpace("Ben"), who: approver("Ben"), want: fault.Denied},
		{name: "somebody else about a new workspace", asks: "Anna", params: newSpace("Ben"), who: approver("Eve"), want: counts},
		{name: "a member of one environment of a project", asks: "Anna", params: project("Ben", "Finance"), who: approver("Fay"), want: fault.Denied},
		{name: "somebody outside the project", asks: "Anna", params: project("Ben", "Finance"), who: approver("Eve"), want: counts},
		{name: "after 72 hours", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict, before: func(o *office, _ request.Request) { o.pass(72 * time.Hour) }},
		{name: "just before 72 hours", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: counts, before: func(o *office, _ request.Request) { o.pass(72*time.Hour - time.Second) }},
		{name: "after the rules changed", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict, before: func(o *office, _ request.Request) { o.otherRules() }},
		{name: "after somebody else gave the role", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, _ request.Request) {
				o.spaces[0] = o.space("FIN-Sales-DEV", "Anna:Admin", "Ben:Viewer")
				o.scan()
			}},
		{name: "after the workspace was renamed", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, _ request.Request) { o.spaces[0].Name = "FIN-Other-DEV"; o.scan() }},
		{name: "after the workspace was deleted", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, _ request.Request) { o.spaces[0].State = "Deleted"; o.scan() }},
		{name: "after the name was taken", asks: "Anna", params: newSpace("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, _ request.Request) {
				o.spaces = append(o.spaces, o.space("fin-new-dev", "Anna:Admin"))
				o.scan()
			}},
		{name: "after something else changed", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: counts,
			before: func(o *office, _ request.Request) {
				o.spaces[2] = o.space("HR-People-TEST", "Fay:Admin", "Dan:Viewer")
				o.scan()
			}},
		{name: "after it was withdrawn", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, r request.Request) {
				_, err := o.desk.Withdraw(o.tb.Context(), requester("Anna"), r.ID, r.Version, "no longer needed")
				o.check(err)
			}},
		{name: "after it was edited and not submitted again", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, r request.Request) {
				_, err := o.desk.Edit(o.tb.Context(), requester("Anna"), r.ID, r.Version, desk.In{Params: dev("Dan")})
				o.check(err)
			}},
		{name: "after it was edited and submitted again", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, r request.Request) {
				r, err := o.desk.Edit(o.tb.Context(), requester("Anna"), r.ID, r.Version, desk.In{Params: dev("Ben")})
				o.check(err)
				_, _, err = o.desk.Submit(o.tb.Context(), requester("Anna"), r.ID, r.Version)
				o.check(err)
			}},
		{name: "after somebody rejected it", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, r request.Request) {
				_, err := o.desk.Reject(o.tb.Context(), approver("Fay"), r.ID, r.Plan, "not needed at all")
				o.check(err)
			}},
		{name: "after it was asked back", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, r request.Request) {
				_, err := o.desk.AskBack(o.tb.Context(), approver("Fay"), r.ID, r.Plan, "what for?")
				o.check(err)
			}},
		{name: "in the place of the requester", asks: "Anna", params: dev("Ben"), who: approver("Eve"), want: counts,
			before: func(o *office, _ request.Request) { o.delegate("Anna", "Eve") }},
		{name: "twice", asks: "Anna", params: access("FIN-Sales-DEV", "Ben", "Admin"), who: approver("Eve"), want: fault.Conflict,
			before: func(o *office, r request.Request) { o.approve("Eve", r) }},
		{name: "second of two", asks: "Anna", params: access("FIN-Sales-DEV", "Ben", "Admin"), who: approver("Fay"), want: counts,
			before: func(o *office, r request.Request) { o.approve("Eve", r) }},
		{name: "third of two", asks: "Anna", params: access("FIN-Sales-DEV", "Ben", "Admin"), who: approver("Cara"), want: fault.Conflict,
			before: func(o *office, r request.Request) { o.approve("Eve", r); o.approve("Fay", r) }},
	}
	for _, role := range auth.AllRoles {
		if role != auth.Approver {
			list = append(list, story{name: "somebody who is only " + string(role), asks: "Anna", params: dev("Ben"), who: person("Eve", role), want: fault.NotFound})
		}
	}
	for _, why := range []struct{ name, who string }{{"the requester", "Anna"}, {"the beneficiary", "Ben"}} {
		list = append(list, story{name: why.name + " who is also admin of the portal", asks: "Anna", params: dev("Ben"), who: person(why.who, auth.Admin, auth.Approver), want: fault.Denied})
	}
	return append(list, story{name: "nobody in particular", asks: "Anna", params: dev("Ben"), who: desk.By{}, want: fault.NotFound})
}

func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	all := stories()
	if len(all) < 60 {
		t.Errorf("%d stories, want at least 60", len(all))
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "")
			r := o.asked(s)
			plan := r.Plan
			if s.before != nil {
				s.before(o, r)
			}
			before := o.votes(r.ID)
			_, err := o.desk.Approve(t.Context(), s.who, r.ID, plan, "")
			switch {
			case s.want == counts && err != nil:
				t.Errorf("refused: %v", err)
			case s.want == counts && o.votes(r.ID) != before+1:
				t.Error("the vote was not counted")
			case s.want != counts:
				refused(t, "decide", err, s.want)
				if o.votes(r.ID) != before {
					t.Error("a refused vote was counted")
				}
			}
		})
	}
}
