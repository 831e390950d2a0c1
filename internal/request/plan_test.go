package request_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/request"
)

var until = noon.AddDate(0, 1, 0)

// plans are requests that must be planned exactly so for ever: a change of a
// hash here means that waiting approvals no longer fit.
func plans(tb testing.TB) []struct {
	name   string
	params request.Params
} {
	sales, prod, people, empty, line := gid("FIN-Sales-DEV"), gid("FIN-Sales-PROD"), gid("HR-People-TEST"), gid("OPS-Empty-DEV"), gid("Sales line")
	return []struct {
		name   string
		params request.Params
	}{
		{"project of three with a pipeline", &request.ProjectParams{Department: "FIN", Project: "Budget", Description: "The budget", Domain: gid("Finance"), Environments: envs(gid("Big"), "DEV", "TEST", "PROD"), Pipeline: true, PipelineUsers: []request.ID{gid("Anna")}}},
		{"project of one", &request.ProjectParams{Department: "FIN", Project: "Budget", Environments: envs("", "DEV")}},
		{"project with names of its own", &request.ProjectParams{Department: "FIN", Project: "Budget", Environments: []request.EnvironmentParams{{Name: "SANDBOX", Workspace: "FIN-Play-DEV"}}}},
		{"workspace", &request.WorkspaceCreateParams{Name: "FIN-New-DEV"}},
		{"workspace with everything", &request.WorkspaceCreateParams{Name: "FIN-New-DEV", Description: "New ✓", Capacity: gid("Big"), Domain: gid("Finance"), Members: members("Analysts:Member", "Anna:Viewer", "Loader:Contributor")}},
		{"workspace with an admin", &request.WorkspaceCreateParams{Name: "FIN-New-DEV", Members: members("Analysts:Admin")}},
		{"workspace with a guest who writes", &request.WorkspaceCreateParams{Name: "FIN-New-DEV", Members: members("Guest:Contributor")}},
		{"name that needs quotes", &request.WorkspaceCreateParams{Name: `FIN-"Ünï"-DEV <b>`}},
		{"name like a reference", &request.WorkspaceCreateParams{Name: `{"$step":"s1"}`}},
		{"rename", &request.WorkspaceEditParams{Workspace: sales, Name: "FIN-Turnover-DEV"}},
		{"rename in case only", &request.WorkspaceEditParams{Workspace: sales, Name: "FIN-SALES-DEV"}},
		{"describe", &request.WorkspaceEditParams{Workspace: sales, Description: "Sales of the week"}},
		{"move to a capacity", &request.WorkspaceCapacityParams{Workspace: people, Capacity: gid("Big")}},
		{"take off a productive capacity", &request.WorkspaceCapacityParams{Workspace: prod}},
		{"delete an empty one", &request.WorkspaceDeleteParams{Workspace: empty, Confirm: "OPS-Empty-DEV"}},
		{"delete one in a pipeline", &request.WorkspaceDeleteParams{Workspace: prod, Confirm: "FIN-Sales-PROD"}},
		{"restore", &request.WorkspaceRestoreParams{Workspace: gid("OLD-Gone-DEV"), Admin: gid("Anna")}},
		{"archive", &request.WorkspaceArchiveParams{Workspace: prod, Owner: gid("Cara")}},
		{"archive with a new owner", &request.WorkspaceArchiveParams{Workspace: people, Owner: gid("Ben")}},
		{"give access", &request.AccessAddParams{Workspace: people, Members: members("Ben:Viewer")}},
		{"give access to several", &request.AccessAddParams{Workspace: people, Members: members("Analysts:Member", "Loader:Viewer")}},
		{"give access until a day", &request.AccessAddParams{Workspace: people, Members: members("Ben:Admin"), Until: &until}},
		{"give access to production", &request.AccessAddParams{Workspace: prod, Members: members("Analysts:Contributor")}},
		{"raise", &request.AccessChangeParams{Workspace: sales, Who: gid("Ben"), Right: "Admin"}},
		{"lower an admin", &request.AccessChangeParams{Workspace: prod, Who: gid("Cara"), Right: "Viewer"}},
		{"take away one", holdings("FIN-Sales-DEV:Ben")},
		{"take away from who has left", holdings("FIN-Sales-PROD:Leaver")},
		{"take away many", holdings("FIN-Sales-DEV:Ben", "FIN-Sales-PROD:Ben", "FIN-Sales-PROD:Anna")},
		{"pipeline", &request.PipelineCreateParams{Name: "Ops line", Stages: []request.ID{empty}, Users: []request.ID{gid("Anna"), gid("Loader")}}},
		{"pipeline with a stage left open", &request.PipelineCreateParams{Name: "Ops line", Description: "ops", Stages: []request.ID{"", empty}}},
		{"delete a pipeline", &request.PipelineDeleteParams{Pipeline: line, Confirm: "Sales line"}},
		{"assign", &request.PipelineAssignParams{Pipeline: line, Stage: 1, Workspace: empty}},
		{"unassign production", &request.PipelineUnassignParams{Pipeline: line, Stage: 2}},
		{"pipeline user", &request.PipelineUserAddParams{Pipeline: line, Who: gid("Analysts")}},
		{"pipeline user away", &request.PipelineUserDropParams{Pipeline: line, Who: gid("Anna")}},
		{"list", bulk(tb, &request.WorkspaceCreateParams{Name: "FIN-A-DEV", Members: members("Anna:Viewer")}, &request.AccessAddParams{Workspace: people, Members: members("Ben:Viewer")}, holdings("FIN-Sales-PROD:Ben"))},
	}
}

func TestPlansStayTheSame(t *testing.T) {
	t.Parallel()
	all := plans(t)
	if len(all) < 30 {
		t.Errorf("%d plans, want at least 30", len(all))
	}
	var got strings.Builder
	for _, c := range all {
		p, errs := request.Build(c.params, town(), asked)
		if len(errs) > 0 {
			t.Errorf("%s: refused: %v", c.name, errs)
			continue
		}
		body, err := p.Canonical()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		back, err := request.ParsePlan(body)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		again, err := back.Canonical()
		if err != nil || !bytes.Equal(again, body) {
			t.Errorf("%s: reading and writing again gives other bytes", c.name)
		}
		if shown(back) != shown(p) {
			t.Errorf("%s: what is read back differs:\n%s", c.name, differing(shown(p), shown(back)))
		}
		fmt.Fprintf(&got, "%s\n%s\n%s\n", c.name, request.HashOf(body), shown(p))
	}
	golden := filepath.Join("testdata", "plans.golden")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got.String() {
		t.Errorf("plans changed, so approvals that wait no longer fit:\n%s", differing(string(want), got.String()))
	}
}

// differing returns the first lines in which two texts differ.
func differing(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines and %d", len(a), len(b))
}

// TestPlansAreSound checks what must hold of every plan.
func TestPlansAreSound(t *testing.T) {
	t.Parallel()
	for _, c := range plans(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, _ := request.Build(c.params, town(), asked)
			done := map[string]bool{}
			results := func(step, result string) (string, bool) { return "made-by-" + step, done[step] }
			for _, s := range p.Steps {
				for _, need := range s.Needs {
					if !done[need] {
						t.Errorf("%s needs %s, which does not come before it", s.ID, need)
					}
				}
				if _, _, err := s.Call.Render(results); err != nil {
					t.Errorf("%s: %v", s.ID, err)
				}
				for name, v := range s.Look.Args {
					if _, err := v.Plain(func(step, _ string) (string, bool) { return "x", done[step] || step == s.ID }); err != nil {
						t.Errorf("%s: look %s: %v", s.ID, name, err)
					}
				}
				if s.Undo == nil && s.Final == "" {
					t.Errorf("%s can neither be undone nor says why not", s.ID)
				}
				if s.Lock == "" || s.Says == "" || s.Look.Kind == "" || s.Wait == "" || s.OnFailure == "" {
					t.Errorf("%s is not whole: %+v", s.ID, s)
				}
				done[s.ID] = true
				if s.Undo != nil {
					if _, _, err := s.Undo.Call.Render(results); err != nil {
						t.Errorf("undo of %s: %v", s.ID, err)
					}
				}
			}
			if p.Title == "" || len(p.Steps) == 0 || len(p.Places) == 0 {
				t.Errorf("title %q, %d steps, %d places", p.Title, len(p.Steps), len(p.Places))
			}
		})
	}
}

func TestRefusedAtTheField(t *testing.T) {
	t.Parallel()
	people, prod := gid("HR-People-TEST"), gid("FIN-Sales-PROD")
	past, far := noon.Add(-time.Hour), noon.AddDate(2, 0, 0)
	for _, c := range []struct {
		name, field, says string
		params            request.Params
	}{
		{"no name", "name", "Give it a name", &request.WorkspaceCreateParams{}},
		{"a long name", "name", "at most 256", &request.WorkspaceCreateParams{Name: strings.Repeat("é", 257)}},
		{"a name of another direction", "name", "cannot see", &request.WorkspaceCreateParams{Name: "FIN-\u202eVED"}},
		{"a name with a zero byte", "name", "cannot see", &request.WorkspaceCreateParams{Name: "FIN\x00"}},
		{"a name that is no text", "name", "no text", &request.WorkspaceCreateParams{Name: "\xff"}},
		{"a blank at the end", "name", "blanks at an end", &request.WorkspaceCreateParams{Name: "FIN "}},
		{"a name that is taken", "name", "exists already", &request.WorkspaceCreateParams{Name: "FIN-Sales-DEV"}},
		{"a name that is taken in another case", "name", "exists already", &request.WorkspaceCreateParams{Name: "fin-sales-dev"}},
		{"a name that is taken in wide letters", "name", "exists already", &request.WorkspaceCreateParams{Name: "ＦＩＮ-Sales-DEV"}},
		{"a long description", "description", "at most", &request.WorkspaceCreateParams{Name: "A", Description: strings.Repeat("x", 4000)}},
		{"a mark in the description", "description", "mark of the form", &request.WorkspaceCreateParams{Name: "A", Description: "gov:0123456789ABCDEFGHJKMNPQRS"}},
		{"a capacity that is paused", "capacity", "paused", &request.WorkspaceCreateParams{Name: "A", Capacity: gid("Asleep")}},
		{"a capacity that is not there", "capacity", "no such capacity", &request.WorkspaceCreateParams{Name: "A", Capacity: gid("x")}},
		{"a domain that is not there", "domain", "no such domain", &request.WorkspaceCreateParams{Name: "A", Domain: gid("x")}},
		{"a member who left", "members[0].who", "no longer", &request.WorkspaceCreateParams{Name: "A", Members: members("Leaver:Viewer")}},
		{"a member who is disabled", "members[0].who", "disabled", &request.WorkspaceCreateParams{Name: "A", Members: members("Disabled:Viewer")}},
		{"a member nobody knows", "members[0].who", "knows nobody", &request.WorkspaceCreateParams{Name: "A", Members: members("Nobody:Viewer")}},
		{"everyone", "members[0].who", "whole organisation", &request.WorkspaceCreateParams{Name: "A", Members: members("Everyone:Viewer")}},
		{"a group whose members are not known", "members[0].who", "were not read", &request.WorkspaceCreateParams{Name: "A", Members: members("Unread:Viewer")}},
		{"a member without a sign-in name", "members[0].who", "not known", &request.WorkspaceCreateParams{Name: "A", Members: members("No address:Viewer")}},
		{"a member twice", "members[1].who", "twice", &request.WorkspaceCreateParams{Name: "A", Members: members("Ben:Viewer", "Ben:Member")}},
		{"a role there is not", "members[0].right", "Choose Viewer", &request.WorkspaceCreateParams{Name: "A", Members: members("Ben:Owner")}},
		{"two environments of one name", "environments[1].name", "looks the same", &request.ProjectParams{Department: "FIN", Project: "X", Environments: envs("", "DEV", "DEV")}},
		{"two environments that look the same", "environments[1].name", "looks the same", &request.ProjectParams{Department: "FIN", Project: "X", Environments: envs("", "DEV", "DЕV")}},
		{"four stages", "pipeline", "3 stages", &request.ProjectParams{Department: "FIN", Project: "X", Environments: envs(gid("Big"), "A", "B", "C", "D"), Pipeline: true}},
		{"a pipeline without a capacity", "environments[0].capacity", "need a capacity", &request.ProjectParams{Department: "FIN", Project: "X", Environments: envs("", "A", "B"), Pipeline: true}},
		{"nothing changes", "name", "Nothing would change", &request.WorkspaceEditParams{Workspace: people}},
		{"the same capacity", "capacity", "there already", &request.WorkspaceCapacityParams{Workspace: prod, Capacity: gid("Big")}},
		{"delete with another name", "confirm", "exactly", &request.WorkspaceDeleteParams{Workspace: prod, Confirm: "fin-sales-prod"}},
		{"restore what is there", "workspace", "no deleted", &request.WorkspaceRestoreParams{Workspace: prod, Admin: gid("Anna")}},
		{"access to what is deleted", "workspace", "not active", &request.AccessAddParams{Workspace: gid("OLD-Gone-DEV"), Members: members("Ben:Viewer")}},
		{"access that is there", "members[0].who", "already", &request.AccessAddParams{Workspace: people, Members: members("Cara:Viewer")}},
		{"access that has ended", "until", "between", &request.AccessAddParams{Workspace: people, Members: members("Ben:Viewer"), Until: &past}},
		{"access for years", "until", "between", &request.AccessAddParams{Workspace: people, Members: members("Ben:Viewer"), Until: &far}},
		{"the last admin lowered", "who", "no Admin left", &request.AccessChangeParams{Workspace: people, Who: gid("Cara"), Right: "Viewer"}},
		{"the last admin away", "rows[0].who", "no Admin left", holdings("HR-People-TEST:Cara")},
		{"the last two admins away", "rows[1].who", "no Admin left", holdings("FIN-Sales-PROD:Anna", "FIN-Sales-PROD:Cara")},
		{"the portal itself away", "rows[0].who", "own application", holdings("FIN-Sales-DEV:Portal")},
		{"a role that is not there", "rows[0].who", "no such role", holdings("HR-People-TEST:Ben")},
		{"a stage that is taken", "stage", "taken", &request.PipelineAssignParams{Pipeline: gid("Sales line"), Stage: 2, Workspace: gid("OPS-Empty-DEV")}},
		{"a stage that is not there", "stage", "no such stage", &request.PipelineAssignParams{Pipeline: gid("Sales line"), Stage: 7, Workspace: gid("OPS-Empty-DEV")}},
		{"a workspace in a pipeline already", "workspace", "one pipeline only", &request.PipelineAssignParams{Pipeline: gid("Sales line"), Stage: 1, Workspace: prod}},
		{"a workspace without a capacity", "workspace", "no capacity", &request.PipelineAssignParams{Pipeline: gid("Sales line"), Stage: 1, Workspace: people}},
		{"a Microsoft 365 group in a pipeline", "who", "security group", &request.PipelineUserAddParams{Pipeline: gid("Sales line"), Who: gid("Team")}},
		{"a list within a list", "rows[0].kind", "list of rows", bulk(t, &request.BulkParams{})},
		{"rows that pull the ground away", "rows[1].kind", "same object", bulk(t, &request.WorkspaceEditParams{Workspace: people, Name: "HR-Else-TEST"}, &request.AccessAddParams{Workspace: people, Members: members("Ben:Viewer")})},
		{"rows that take one name", "rows[1].name", "looks the same", bulk(t, &request.WorkspaceCreateParams{Name: "A-B-DEV"}, &request.WorkspaceCreateParams{Name: "a-b-dev"})},
		{"rows that take the last admins", "rows[1].rows[0].who", "no Admin left", bulk(t, holdings("FIN-Sales-PROD:Anna"), holdings("FIN-Sales-PROD:Cara"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, errs := request.Build(c.params, town(), asked)
			if got := errs.For(c.field); !strings.Contains(got, c.says) {
				t.Errorf("at %s: %q, want %q; all: %v", c.field, got, c.says, errs)
			}
		})
	}
}
