package ask

import "steward/internal/request"

// Thing is what is picked from the tenant.
type Thing string

// Things. Holder is somebody with a role on the workspace of another field,
// Stage and User belong to the pipeline of another field.
const (
	Nothing   Thing = ""
	Somebody  Thing = "somebody"
	Workspace Thing = "workspace"
	Deleted   Thing = "deleted-workspace"
	Capacity  Thing = "capacity"
	Domain    Thing = "domain"
	Pipeline  Thing = "pipeline"
	Holder    Thing = "holder"
	Stage     Thing = "stage"
	User      Thing = "pipeline-user"
	Gateway   Thing = "gateway"
	Uploaded  Thing = "upload"
	// Content is what stands on the stage of a route.
	Content Thing = "content"
	// Waivable are the rules for promotions whose breach may be accepted.
	Waivable Thing = "waivable"
)

// Searched reports whether the thing is found by typing; the others are few
// and stand in a list.
func (t Thing) Searched() bool {
	return t == Somebody || t == Workspace || t == Deleted || t == Pipeline
}

// Look is what a question looks like.
type Look string

// Looks of questions.
const (
	Line   Look = ""
	Area   Look = "area"
	Choice Look = "choice"
	Yes    Look = "yes"
	Day    Look = "day"
	Pick   Look = "pick"
	// Ticks is any number of choices, each an entry of the list of the name.
	Ticks Look = "ticks"
)

// Field is one question.
type Field struct {
	Name, Label, Hint string
	Look              Look
	Optional          bool
	// Of is what is picked, By the field it depends on.
	Of Thing
	By string
	// Choices are value and label.
	Choices [][2]string
	Rows    int
	// Named says that the names the portal builds depend on it.
	Named bool
}

// Group is a part of a form: questions under one heading, and the entries of
// a list.
type Group struct {
	// Name is the list's or the entry's name; errors about the whole stand
	// there.
	Name, Title, Hint string
	Fields            []Field
	Groups            []Group
	// Add is the label of the button that adds an entry to the list Name; Drop
	// that of the button that takes this entry out.
	Add, Drop string
}

// Form returns the questions of a kind, for the parameters as they stand: a
// list has as many entries as they hold, and one at least.
func Form(p request.Params) []Group {
	switch p := p.(type) {
	case *request.ProjectParams:
		return projectForm(p)
	case *request.WorkspaceCreateParams:
		return workspaceForm(p)
	case *request.WorkspaceEditParams:
		return []Group{{Fields: []Field{aWorkspace("Workspace"),
			{Name: "name", Label: "New name", Hint: "Leave it empty to keep the name.", Optional: true, Named: true},
			{Name: "description", Label: "New description", Hint: "Leave it empty to keep the description.", Look: Area, Optional: true},
			{Name: "clear", Label: "Empty the description", Look: Yes}}}}
	case *request.WorkspaceCapacityParams:
		return []Group{{Fields: []Field{aWorkspace("Workspace"),
			{Name: "capacity", Label: "Capacity", Hint: "No capacity takes it off: what needs one stops working.", Look: Pick, Of: Capacity, Optional: true}}}}
	case *request.WorkspaceDeleteParams:
		return []Group{{Fields: []Field{aWorkspace("Workspace"),
			{Name: "confirm", Label: "Its name, to be sure", Hint: "Type the name exactly. Everything in it is gone for everybody afterwards."}}}}
	case *request.WorkspaceRestoreParams:
		return []Group{{Fields: []Field{
			{Name: "workspace", Label: "Deleted workspace", Hint: "Microsoft keeps a deleted workspace 7 to 90 days.", Look: Pick, Of: Deleted},
			{Name: "name", Label: "Name", Hint: "Leave it empty to give it its old name back.", Optional: true, Named: true},
			{Name: "admin", Label: "Admin", Hint: "Who looks after it from now on. A group is better: it stays when people leave.", Look: Pick, Of: Somebody}}}}
	case *request.WorkspaceArchiveParams:
		return []Group{{Fields: []Field{aWorkspace("Workspace"),
			{Name: "owner", Label: "Owner", Hint: "Answers for it from now on and stays Admin; everybody else becomes a viewer.", Look: Pick, Of: Somebody}}}}
	case *request.AccessAddParams:
		return accessForm(p)
	case *request.AccessChangeParams:
		return []Group{{Fields: []Field{aWorkspace("Workspace"),
			{Name: "who", Label: "Who", Hint: "Those who have a role there. Choose the workspace first.", Look: Pick, Of: Holder, By: "workspace"},
			role("right", "New role")}}}
	case *request.AccessRemoveParams:
		return removeForm(p)
	}
	return otherForms(p)
}

func otherForms(p request.Params) []Group {
	switch p := p.(type) {
	case *request.RefreshPlanParams:
		return refreshPlanForm(p)
	case *request.ImportParams:
		return importForm()
	case *request.TransferParams:
		return transferForm()
	case *request.MappingParams:
		return mappingForm(p)
	case *request.ScheduleParams:
		return scheduleForm(p)
	case *request.WaiverParams:
		return []Group{{Hint: "A waiver accepts a violation until a day and never counts as passing. When it ends, the violation is open again.", Fields: []Field{
			{Name: "violation", Label: "Number of the violation", Hint: "It stands in the address of the violation's page, which also leads here."},
			{Name: "ends", Label: "Last day", Hint: "A year away at most. It can be renewed.", Look: Day},
			{Name: "owner", Label: "Who answers for it while it is waived", Hint: "Leave it empty if it is you. Whoever answers for it does not decide.", Look: Pick, Of: Somebody, Optional: true}}}}
	case *request.RuleChangeParams:
		return []Group{{Hint: "A rule's page shows what a change would find, and fills this in.", Fields: []Field{
			{Name: "rule", Label: "Rule", Hint: "Its id, as its page shows it: naming.pattern."},
			{Name: "on", Label: "The rule is", Look: Choice, Choices: [][2]string{{"", "Choose"}, {"yes", "In force"}, {"no", "Switched off"}}},
			{Name: "parameters", Label: "Values that differ from the pack's", Hint: "As the rule's page writes them (JSON). Empty goes by the pack's.", Look: Area, Optional: true}}}}
	case *request.EmergencyParams:
		return []Group{{Hint: "For when waiting for approvals would do harm. Somebody else has to agree to it first; everybody who looks after the tenant is told; while you hold it you decide nothing; and somebody else reviews it when it is over.", Fields: []Field{
			{Name: "minutes", Label: "For how many minutes", Hint: "From when somebody agrees. 60 at most."},
			{Name: "prefix", Label: "Workspaces whose names begin with", Hint: "As little as will do. Empty is the whole tenant, where that is allowed.", Optional: true}}}}
	}
	return pipelineForms(p)
}

func aWorkspace(label string) Field {
	return Field{Name: "workspace", Label: label, Hint: "A part of its name, or its id.", Look: Pick, Of: Workspace}
}

func role(name, label string) Field {
	return Field{Name: name, Label: label, Look: Choice, Choices: [][2]string{{"", "Choose a role"}, {"Viewer", "Viewer: reads"},
		{"Contributor", "Contributor: makes content"}, {"Member", "Member: also shares it"}, {"Admin", "Admin: also manages the workspace"}}}
}

// preferGroups is said wherever members are named.
const preferGroups = "Name groups rather than people: who joins or leaves a team then needs no new request."

func member(list string, i int) Group {
	at := Item(list, i)
	return Group{Name: at, Drop: "Leave this one out", Fields: []Field{
		{Name: at + ".who", Label: "Group, person or application", Hint: "A part of the name, or an address.", Look: Pick, Of: Somebody},
		role(at+".right", "Role")}}
}

func members(list, title string, n int) Group {
	g := Group{Name: list, Title: title, Hint: preferGroups, Add: "Add another"}
	for i := range max(n, 1) {
		g.Groups = append(g.Groups, member(list, i))
	}
	return g
}

func workspaceForm(p *request.WorkspaceCreateParams) []Group {
	return []Group{{Fields: []Field{
		{Name: "name", Label: "Name", Hint: "Department-Project-Environment, such as FIN-Sales-DEV. The rules are checked as you type.", Named: true},
		{Name: "description", Label: "Description", Hint: "What it is for, in a sentence others understand.", Look: Area, Optional: true},
		{Name: "capacity", Label: "Capacity", Hint: "Without one, what needs a capacity does not work.", Look: Pick, Of: Capacity, Optional: true},
		{Name: "domain", Label: "Domain", Look: Pick, Of: Domain, Optional: true}}},
		members("members", "Members", len(p.Members))}
}

func accessForm(p *request.AccessAddParams) []Group {
	return []Group{{Fields: []Field{aWorkspace("Workspace")}},
		members("members", "Who gets access", len(p.Members)),
		{Title: "For how long", Fields: []Field{{Name: "until", Label: "Last day", Look: Day, Optional: true,
			Hint: "Leave it empty for good. Otherwise the role ends by itself at the end of that day (UTC): the end is agreed to now, with the rest."}}}}
}

func removeForm(p *request.AccessRemoveParams) []Group {
	g := Group{Name: "rows", Title: "Roles to take away", Hint: "One approval for all of them; each is taken away by itself, and one that fails does not hold up the others.", Add: "Add another"}
	for i := range max(len(p.Rows), 1) {
		at := Item("rows", i)
		g.Groups = append(g.Groups, Group{Name: at, Drop: "Leave this one out", Fields: []Field{
			{Name: at + ".workspace", Label: "Workspace", Look: Pick, Of: Workspace},
			{Name: at + ".who", Label: "Who", Hint: "Those who have a role there. Choose the workspace first.", Look: Pick, Of: Holder, By: at + ".workspace"}}})
	}
	return []Group{g}
}
