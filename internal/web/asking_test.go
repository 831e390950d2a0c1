package web

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/request"
)

// asked is a form that is sent: its fields, and at which field it must be
// refused with which words; no field means that it is planned and submitted.
type asked struct {
	kind   request.Kind
	name   string
	fields []string
	at     string
	says   string
}

// with is the form with some fields changed.
func with(fields []string, changed ...string) []string {
	out := append([]string{}, fields...)
	for i := 0; i+1 < len(changed); i += 2 {
		at := -1
		for j := 0; j < len(out); j += 2 {
			if out[j] == changed[i] {
				at = j
			}
		}
		if at < 0 {
			out = append(out, changed[i], changed[i+1])
			continue
		}
		out[at+1] = changed[i+1]
	}
	return out
}

var (
	goodProject = []string{"department", "FIN", "project", "Budget", "description", "The budget", "domain", gid("Finance domain"), "pipeline", "yes", "sensitivity", "Confidential",
		"refresh_days", "weekdays", "refresh_times", "06:00, 12:30", "pipeline_users[0]", gid("Analysts"),
		"environments[0].name", "DEV", "environments[0].capacity", gid("Big"), "environments[0].members[0].who", gid("Analysts"), "environments[0].members[0].right", "Admin",
		"environments[1].name", "TEST", "environments[1].capacity", gid("Big"), "environments[1].members[0].who", gid("Analysts"), "environments[1].members[0].right", "Admin"}
	goodSpace  = []string{"name", "FIN-New-DEV", "description", "Something new", "capacity", gid("Big"), "members[0].who", gid("Analysts"), "members[0].right", "Admin"}
	goodAccess = []string{"workspace", gid("HR-People-TEST"), "members[0].who", gid("Ben"), "members[0].right", "Viewer"}
)

func askedCases() []asked {
	long := strings.Repeat("x", 257)
	return []asked{
		{request.NewProject, "good", goodProject, "", ""},
		{request.NewProject, "no department", with(goodProject, "department", ""), "department", "Name the department"},
		{request.NewProject, "no project", with(goodProject, "project", ""), "project", "Name the project"},
		{request.NewProject, "an environment without a name", with(goodProject, "environments[1].name", ""), "environments[1].name", "Name the environment"},
		{request.NewProject, "a name that breaks the rule", with(goodProject, "environments[1].name", "Q!"), "environments[1].name", "rule naming."},
		{request.NewProject, "a name that exists by case", with(goodProject, "environments[1].workspace", "fin-SALES-dev"), "environments[1].name", "exists already"},
		{request.NewProject, "two names alike to the eye", with(goodProject, "environments[1].workspace", "FIN-Budget-DEV"), "environments[1].name", "looks the same"},
		{request.NewProject, "a paused capacity", with(goodProject, "environments[1].capacity", gid("Asleep")), "environments[1].capacity", "paused"},
		{request.NewProject, "a pipeline without capacity", with(goodProject, "environments[1].capacity", ""), "environments[1].capacity", "Pipelines need a capacity"},
		{request.NewProject, "members of every environment", with(goodProject, "everywhere[0].who", gid("Crew"), "everywhere[0].right", "Viewer"), "", ""},
		{request.NewProject, "a member of every environment who has left", with(goodProject, "everywhere[0].who", gid("Leaver"), "everywhere[0].right", "Viewer"), "everywhere[0].who", "no longer in the directory"},
		{request.NewProject, "a member of every environment without a role", with(goodProject, "everywhere[0].who", gid("Crew")), "everywhere[0].right", "Choose Viewer"},
		{request.NewProject, "a domain that is not there", with(goodProject, "domain", gid("nowhere")), "domain", "no such domain"},
		{request.NewProject, "a refresh at no time", with(goodProject, "refresh_times", "6 o'clock"), "refresh_times", "no full or half hour"},
		{request.NewProject, "times without days", with(goodProject, "refresh_days", ""), "refresh_days", "Choose the days"},
		{request.NewProject, "somebody who has left", with(goodProject, "environments[0].members[0].who", gid("Leaver")), "environments[0].members[0].who", "no longer in the directory"},
		{request.NewProject, "a group that pipelines do not take", with(goodProject, "pipeline_users[0]", gid("Team")), "pipeline_users[0]", "Microsoft 365 group"},

		{request.WorkspaceCreate, "good", goodSpace, "", ""},
		{request.WorkspaceCreate, "no name", with(goodSpace, "name", ""), "name", "Give it a name"},
		{request.WorkspaceCreate, "a name too long", with(goodSpace, "name", long), "name", "257 characters"},
		{request.WorkspaceCreate, "a name that exists", with(goodSpace, "name", "FIN-Sales-DEV"), "name", "exists already"},
		{request.WorkspaceCreate, "a name with hidden marks", with(goodSpace, "name", "FIN-New\u202e-DEV"), "name", "cannot see"},
		{request.WorkspaceCreate, "a look-alike", with(goodSpace, "name", "FIN-S\u0430les-DEV"), "name", "rule naming."},
		{request.WorkspaceCreate, "a role without somebody", with(goodSpace, "members[0].right", ""), "members[0].right", "Choose Viewer"},
		{request.WorkspaceCreate, "a disabled account", with(goodSpace, "members[0].who", gid("Disabled")), "members[0].who", "disabled"},
		{request.WorkspaceCreate, "a group nobody read", with(goodSpace, "members[0].who", gid("Unread")), "members[0].who", "were not read"},
		{request.WorkspaceCreate, "somebody by words that fit nobody", with(goodSpace, "members[0].who", "", "members[0].who.find", "Zacharias"), "members[0].who", "Nothing that fits"},
		{request.WorkspaceCreate, "a guest as Admin", with(goodSpace, "members[0].who", gid("Guest")), "members", "rule guests.admin"},
		{request.WorkspaceCreate, "a description too long", with(goodSpace, "description", strings.Repeat("y", 4001)), "description", "4001 characters"},
		{request.WorkspaceCreate, "a start too late", with(goodSpace, "not_before", "2027-01-01"), "not_before", "within the time"},
		{request.WorkspaceCreate, "a start that is no day", with(goodSpace, "not_before", "soon"), "not_before", "no day"},

		{request.WorkspaceEdit, "good", []string{"workspace", gid("HR-People-TEST"), "name", "HR-Staff-TEST"}, "", ""},
		{request.WorkspaceEdit, "no workspace", []string{"name", "HR-Staff-TEST"}, "workspace", "Choose a workspace"},
		{request.WorkspaceEdit, "nothing new", []string{"workspace", gid("HR-People-TEST")}, "name", "Nothing would change"},
		{request.WorkspaceEdit, "a name that exists", []string{"workspace", gid("HR-People-TEST"), "name", "FIN-Sales-DEV"}, "name", "exists already"},
		{request.WorkspaceEdit, "both described and emptied", []string{"workspace", gid("HR-People-TEST"), "description", "x", "clear", "yes"}, "clear", "Either"},
		{request.WorkspaceCapacity, "good", []string{"workspace", gid("HR-People-TEST"), "capacity", gid("Big")}, "", ""},
		{request.WorkspaceCapacity, "a paused one", []string{"workspace", gid("HR-People-TEST"), "capacity", gid("Asleep")}, "capacity", "paused"},
		{request.WorkspaceCapacity, "where it is", []string{"workspace", gid("FIN-Sales-DEV"), "capacity", gid("Big")}, "capacity", "there already"},
		{request.WorkspaceDelete, "good", []string{"workspace", gid("OPS-Empty-DEV"), "confirm", "OPS-Empty-DEV"}, "", ""},
		{request.WorkspaceDelete, "another name", []string{"workspace", gid("OPS-Empty-DEV"), "confirm", "OPS-Full-DEV"}, "confirm", "Type the name"},
		{request.WorkspaceDelete, "a deleted one", []string{"workspace", gid("OLD-Gone-DEV"), "confirm", "OLD-Gone-DEV"}, "workspace", "not active"},
		{request.WorkspaceRestore, "good", []string{"workspace", gid("OLD-Gone-DEV"), "admin", gid("Analysts")}, "", ""},
		{request.WorkspaceRestore, "one that is there", []string{"workspace", gid("OPS-Empty-DEV"), "admin", gid("Analysts")}, "workspace", "no deleted workspace"},
		{request.WorkspaceRestore, "nobody to look after it", []string{"workspace", gid("OLD-Gone-DEV")}, "admin", "Choose who"},
		{request.WorkspaceArchive, "good", []string{"workspace", gid("OPS-Other-DEV"), "owner", gid("Cara")}, "", ""},
		{request.WorkspaceArchive, "no owner", []string{"workspace", gid("OPS-Other-DEV")}, "owner", "Choose who"},

		{request.AccessAdd, "good", goodAccess, "", ""},
		{request.AccessAdd, "until a day", with(goodAccess, "until", "2026-08-20"), "", ""},
		{request.AccessAdd, "until yesterday", with(goodAccess, "until", "2026-07-31"), "until", "between an hour and a year"},
		{request.AccessAdd, "until no day", with(goodAccess, "until", "when it is done"), "until", "no day"},
		{request.AccessAdd, "for nobody", []string{"workspace", gid("HR-People-TEST")}, "members", "Name at least one"},
		{request.AccessAdd, "who has it already", with(goodAccess, "members[0].who", gid("Cara")), "members[0].who", "already"},
		{request.AccessAdd, "named twice", with(goodAccess, "members[1].who", gid("Ben"), "members[1].right", "Viewer"), "members[1].who", "Named twice"},
		{request.AccessAdd, "a workspace by words that fit several", []string{"workspace.find", "FIN-Sales", "members[0].who", gid("Ben"), "members[0].right", "Viewer"}, "workspace", "Several fit"},
		{request.AccessAdd, "a workspace by its whole name", []string{"workspace.find", "hr-people-test", "members[0].who.find", "BEN@contoso.com", "members[0].right", "Viewer"}, "", ""},
		{request.AccessChange, "good", []string{"workspace", gid("FIN-Sales-DEV"), "who", gid("Ben"), "right", "Member"}, "", ""},
		{request.AccessChange, "the last Admin", []string{"workspace", gid("HR-People-TEST"), "who", gid("Cara"), "right", "Viewer"}, "who", "no Admin left"},
		{request.AccessChange, "the same role", []string{"workspace", gid("FIN-Sales-DEV"), "who", gid("Ben"), "right", "Viewer"}, "right", "already"},
		{request.AccessChange, "who has none", []string{"workspace", gid("FIN-Sales-DEV"), "who", gid("Dan"), "right", "Viewer"}, "who", "no role"},
		{request.AccessRemove, "good", []string{"rows[0].workspace", gid("FIN-Sales-DEV"), "rows[0].who", gid("Ben"), "rows[1].workspace", gid("FIN-Sales-PROD"), "rows[1].who", gid("Leaver")}, "", ""},
		{request.AccessRemove, "nothing", nil, "rows", "at least one"},
		{request.AccessRemove, "the last Admin", []string{"rows[0].workspace", gid("HR-People-TEST"), "rows[0].who", gid("Cara")}, "rows[0].who", "no Admin left"},
		{request.AccessRemove, "the portal itself", []string{"rows[0].workspace", gid("FIN-Sales-DEV"), "rows[0].who", gid("Portal")}, "rows[0].who", "own application"},

		{request.PipelineCreate, "good", []string{"name", "Ops line", "stages[0]", gid("OPS-Empty-DEV"), "users[0]", gid("Analysts")}, "", ""},
		{request.PipelineCreate, "no name", []string{"stages[0]", gid("OPS-Empty-DEV")}, "name", "Give it a name"},
		{request.PipelineCreate, "a workspace of another pipeline", []string{"name", "Ops line", "stages[1]", gid("FIN-Sales-DEV")}, "stages[1]", "belongs to one pipeline only"},
		{request.PipelineCreate, "a workspace on no capacity", []string{"name", "Ops line", "stages[0]", gid("HR-People-TEST")}, "stages[0]", "on no capacity"},
		{request.PipelineAssign, "good", []string{"pipeline", gid("Sales line"), "stage", "1", "workspace", gid("OPS-Empty-DEV")}, "", ""},
		{request.PipelineAssign, "a stage that is taken", []string{"pipeline", gid("Sales line"), "stage", "0", "workspace", gid("OPS-Empty-DEV")}, "stage", "taken"},
		{request.PipelineAssign, "no pipeline", []string{"stage", "0", "workspace", gid("OPS-Empty-DEV")}, "pipeline", "Choose a pipeline"},
		{request.PipelineUnassign, "good", []string{"pipeline", gid("Sales line"), "stage", "0"}, "", ""},
		{request.PipelineUnassign, "an empty stage", []string{"pipeline", gid("Sales line"), "stage", "1"}, "stage", "no workspace"},
		{request.PipelineUserAdd, "good", []string{"pipeline", gid("Sales line"), "who", gid("Analysts")}, "", ""},
		{request.PipelineUserAdd, "who can already", []string{"pipeline", gid("Sales line"), "who", gid("Ben")}, "who", "already"},
		{request.PipelineUserDrop, "good", []string{"pipeline", gid("Sales line"), "who", gid("Ben")}, "", ""},
		{request.PipelineUserDrop, "who cannot", []string{"pipeline", gid("Sales line"), "who", gid("Dan")}, "who", "no such user"},
		{request.RefreshPlanChange, "two plans in one text", []string{"yaml", "name: a\n---\nname: b\n"}, "yaml", "one plan only"},
		{request.RefreshPlanChange, "three plans in one text", []string{"yaml", "name: a\n---\nname: b\n---\nname: c\n"}, "yaml", "one plan only"},
		{request.MappingChange, "nothing chosen", nil, "source", "Choose the workspace"},
		{request.MappingChange, "no target", []string{"source", gid("FIN-Sales-DEV")}, "target", "content goes to"},
		{request.WorkspacePromotion, "nothing chosen", nil, "source", "Choose the workspace"},
		{request.WorkspacePromotion, "to itself", []string{"source", gid("FIN-Sales-DEV"), "target", gid("FIN-Sales-DEV"), "way", "definition"}, "target", "to itself"},
		{request.FileImport, "nothing chosen", nil, "workspace", "Choose a workspace"},
		{request.FileImport, "no file", []string{"workspace", gid("FIN-Sales-DEV")}, "file", "Upload a file"},
		{request.Promotion, "nothing chosen", nil, "routes", "at least one pipeline"},
		{request.Promotion, "no stage", []string{"routes[0].pipeline", gid("Sales line"), "routes[0].what", "all"}, "routes[0].stage", "Choose the stage"},
		{request.Promotion, "nothing behind", []string{"routes[0].pipeline", gid("Sales line"), "routes[0].stage", "2", "routes[0].what", "all"}, "routes[0].stage", "no stage behind"},
		{request.Promotion, "into a stage without a workspace", []string{"routes[0].pipeline", gid("Sales line"), "routes[0].stage", "0", "routes[0].what", "all"}, "routes[0].stage", "has no workspace"},
		{request.Promotion, "nothing ticked", []string{"routes[0].pipeline", gid("Sales line"), "routes[0].stage", "0", "routes[0].what", "selected"}, "routes[0].items", "Tick what"},
		{request.PipelineDelete, "good", []string{"pipeline", gid("Sales line"), "confirm", "Sales line"}, "", ""},
		{request.ScheduleChange, "nothing named", nil, "rows", "at least one"},
		{request.ScheduleChange, "no half hour", []string{"rows[0].model", gid("Sales model"), "rows[0].times", "06:10"}, "rows[0].times", "half hours"},
		{request.ScheduleChange, "no days", []string{"rows[0].model", gid("Sales model"), "rows[0].days", "now and then"}, "rows[0].days", "Write daily"},
		{request.ScheduleChange, "off and at other times", []string{"off", "yes", "rows[0].model", gid("Sales model"), "rows[0].times", "06:00"}, "rows[0].times", "only change"},
		{request.ScheduleChange, "no such model", []string{"rows[0].model", gid("Nowhere"), "rows[0].times", "06:00"}, "rows[0].model", "no model with this id"},
		{request.Waiver, "good", []string{"violation", "1", "ends", "2026-10-01", "owner", gid("Ben")}, "", ""},
		{request.Waiver, "no violation", []string{"ends", "2026-10-01"}, "violation", "number of a violation"},
		{request.Waiver, "one that is not there", []string{"violation", "77", "ends", "2026-10-01"}, "violation", "no such violation"},
		{request.Waiver, "no end", []string{"violation", "1"}, "ends", "needs a day"},
		{request.Waiver, "too long", []string{"violation", "1", "ends", "2028-10-01"}, "ends", "a year at most"},
		{request.Waiver, "a group that answers", []string{"violation", "1", "ends", "2026-10-01", "owner", gid("Analysts")}, "owner", "is none"},
		{request.Waiver, "a later start", []string{"violation", "1", "ends", "2026-10-01", "not_before", "2026-08-02"}, "not_before", "from the moment"},
		{request.RuleChange, "good", []string{"rule", "owners.few", "on", "no"}, "", ""},
		{request.RuleChange, "no such rule", []string{"rule", "owners.such", "on", "no"}, "rule", "no rule of this id"},
		{request.RuleChange, "neither on nor off", []string{"rule", "owners.few"}, "on", "Choose"},
		{request.RuleChange, "as it is", []string{"rule", "owners.few", "on", "yes"}, "on", "nothing would change"},
		{request.RuleChange, "values that are none", []string{"rule", "owners.few", "on", "yes", "parameters", "least: 3"}, "parameters", "JSON"},
		{request.RuleChange, "values the rule does not have", []string{"rule", "owners.few", "on", "yes", "parameters", `{"most": 3}`}, "parameters", "cannot be put in force"},
		{request.Emergency, "good", []string{"minutes", "30", "prefix", "FIN-"}, "", ""},
		{request.Emergency, "too long", []string{"minutes", "90"}, "minutes", "At most 60 minutes"},
		{request.Emergency, "no time", nil, "minutes", "as a number"},
		{request.PipelineDelete, "another name", []string{"pipeline", gid("Sales line"), "confirm", "sales"}, "confirm", "Type the name"},
	}
}

// TestEveryForm sends a form of every kind, right and wrong in each field: a
// right one shows its plan and is submitted; a wrong one is refused at the
// field, with what was typed still there and kept as a draft.
func TestEveryForm(t *testing.T) {
	t.Parallel()
	tried := map[request.Kind]int{}
	for _, c := range askedCases() {
		tried[c.kind]++
	}
	for _, k := range request.Kinds() {
		if tried[k.Kind] < 2 && k.Kind != request.Bulk {
			t.Errorf("%s is tried %d times", k.Kind, tried[k.Kind])
		}
	}
	r := town(t)
	for _, c := range askedCases() {
		t.Run(string(c.kind)+" "+c.name, func(t *testing.T) {
			r := &ruled{portal: r.on(t), who: r.who, keeper: r.keeper, desk: r.desk}
			if c.at == "" {
				r.submits(c)
				return
			}
			r.refuses(c)
		})
	}
}

func (r *ruled) submits(c asked) {
	r.t.Helper()
	r.get("/requests/new/"+string(c.kind), http.StatusOK)
	to, _ := r.post("/requests/new/"+string(c.kind), http.StatusSeeOther, with(c.fields, "reason", "because "+c.name)...)
	if !strings.HasSuffix(to, "/preview") {
		r.t.Fatalf("it leads to %s", to)
	}
	plan := r.get(to, http.StatusOK)
	if plan.Count("[data-testid=plan-step]") == 0 || plan.Text("[data-testid=plan-agreement]") == "" || plan.Text("[data-testid=plan-undo]") == "" {
		r.t.Errorf("the plan is not shown: %s", plan.Text("main"))
	}
	form := []string{"version", plan.Attr("form[data-testid=do-submit] input[name=version]", "value"), "plan", plan.Attr("form[data-testid=do-submit] input[name=plan]", "value")}
	id := strings.TrimSuffix(strings.TrimPrefix(to, "/requests/"), "/preview")
	r.post("/requests/"+id+"/submit", http.StatusConflict, "version", form[1], "plan", "another")
	r.post("/requests/"+id+"/submit", http.StatusSeeOther, form...)
	if got := r.text(`SELECT state FROM request WHERE id = $1`, id); got != "pending" {
		r.t.Errorf("the request is %s", got)
	}
	if r.one(`SELECT count(*) FROM request WHERE id = $1 AND reason = $2`, id, "because "+c.name) != 1 {
		r.t.Error("the reason is lost")
	}
}

func (r *ruled) refuses(c asked) {
	r.t.Helper()
	before := r.one(`SELECT count(*) FROM request`)
	_, d := r.post("/requests/new/"+string(c.kind), http.StatusUnprocessableEntity, with(c.fields, "reason", "because "+c.name)...)
	flat := strings.NewReplacer("[", "-", "]", "", ".", "-").Replace(c.at)
	at := "[data-testid=ask-" + flat + "] .error"
	if !d.Has(at) {
		at = "[data-testid=group-" + flat + "] > .error"
	}
	if got := d.Text(at); !strings.Contains(got, c.says) {
		r.t.Errorf("at %s it says %q, want %q; all: %q", c.at, got, c.says, d.Text("[data-testid=errors]"))
	}
	if got := d.Text("[data-testid=field-reason] textarea"); got != "because "+c.name {
		r.t.Errorf("what was typed is lost: %q", got)
	}
	if n := r.one(`SELECT count(*) FROM request`); n != before+1 {
		r.t.Errorf("%d drafts more", n-before)
	}
	if r.one(`SELECT count(*) FROM request WHERE state <> 'draft' AND reason = $1`, "because "+c.name) != 0 {
		r.t.Error("it was submitted all the same")
	}
	// The form now belongs to the draft: sent again it makes no second one.
	again := d.Attr("form[data-testid=form]", "action")
	r.post(again, http.StatusUnprocessableEntity, with(c.fields, "reason", "because "+c.name, "version", d.Attr("input[name=version]", "value"))...)
	if n := r.one(`SELECT count(*) FROM request`); n != before+1 {
		r.t.Error("sending it again makes another draft")
	}
	r.get(again, http.StatusOK)
}
