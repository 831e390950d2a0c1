package auth

import (
	"fmt"
	"slices"

	"steward/internal/fault"
)

// Action is something a person may or may not do. Routes, buttons and the API
// ask for the same action.
type Action string

// The actions there are.
const (
	ViewOverview   Action = "view.overview"
	ViewWorkspaces Action = "view.workspaces"
	ViewItems      Action = "view.items"
	ViewAccess     Action = "view.access"
	ViewPeople     Action = "view.people"
	ViewChanges    Action = "view.changes"
	ViewActivity   Action = "view.activity"
	ViewUnused     Action = "view.unused"
	ViewRefreshes  Action = "view.refreshes"
	ViewPipelines  Action = "view.pipelines"
	ViewCapacities Action = "view.capacities"
	ViewApps       Action = "view.apps"
	ViewSettings   Action = "view.settings"
	ViewScans      Action = "view.scans"
	ViewSetup      Action = "view.setup"
	ViewLedger     Action = "view.ledger"
	ViewViolations Action = "view.violations"
	ViewPolicies   Action = "view.policies"
	ViewWaivers    Action = "view.waivers"
	ViewRequests   Action = "view.requests"
	ViewApprovals  Action = "view.approvals"
	ViewRuns       Action = "view.runs"
	ViewNotices    Action = "view.notices"
	ViewHelp       Action = "view.help"

	ExportReport Action = "export.report"
	ExportLedger Action = "export.ledger"
	VerifyLedger Action = "ledger.verify"

	StartScan  Action = "scan.start"
	CancelScan Action = "scan.cancel"
	CheckSetup Action = "setup.check"

	AssignViolation Action = "violation.assign"
	AskWaiver       Action = "waiver.ask"
	// AskRuleChange is to ask that a rule be changed; somebody else decides.
	AskRuleChange Action = "policy.ask"
	EndWaiver     Action = "waiver.end"
	PreviewPolicy Action = "policy.preview"
	// AnswerAsOwner is an owner's word on what they own; that they own it is
	// asked of the last scan.
	AnswerAsOwner Action = "owner.answer"
	// Attest is to say what one found about a control that no rule can check.
	Attest Action = "baseline.attest"

	// BeginRequest opens the forms; each kind then asks for its own action.
	BeginRequest  Action = "request.begin"
	MakeRequest   Action = "request.make"
	EditRequest   Action = "request.edit"
	WithdrawOwn   Action = "request.withdraw"
	DecideRequest Action = "request.decide"
	// CommentRequest is to write at a request; that one has to do with it is
	// asked of the request.
	CommentRequest Action = "request.comment"
	// Delegate is to let another approver decide in one's place.
	Delegate    Action = "request.delegate"
	ResolveStep Action = "run.resolve"
	CancelRun   Action = "run.cancel"
	// BreakGlass is to ask for the emergency access and to use it,
	// ReviewBreakGlass to look at that afterwards: somebody else does.
	BreakGlass       Action = "break_glass"
	ReviewBreakGlass Action = "break_glass.review"
	// EndBreakGlass is to end it before its time: its holder may, and whoever
	// may review it.
	EndBreakGlass Action = "break_glass.end"
	HoldExecutor  Action = "executor.hold"
	SendNotices   Action = "notice.send"
	// RunPlan is to begin, cancel and resume the runs of a refresh plan; that
	// one may run any plan of the tenant, or is named by this one, is asked of
	// the plan.
	RunPlan    Action = "refresh-plan.run"
	RunAnyPlan Action = "refresh-plan.run_any"

	Configure         Action = "configure"
	ViewSessions      Action = "session.view_all"
	RevokeSessions    Action = "session.revoke"
	ViewOwnSessions   Action = "session.view_own"
	RevokeOwnSessions Action = "session.revoke_own"

	// MakeToken is to make a token for a program, RevokeOwnToken to end one of
	// one's own, RevokeToken to end anybody's, ViewTokens to see everybody's.
	MakeToken      Action = "token.make"
	RevokeOwnToken Action = "token.revoke_own"
	RevokeToken    Action = "token.revoke"
	ViewTokens     Action = "token.view_all"
)

// Reach says how far a role must hold for an action.
type Reach string

const (
	// InPart: the role holds for the object's workspace, or its whole tenant;
	// where no object is in question, somewhere. Rows of lists are limited by
	// Scope.
	InPart Reach = "part"
	// WholeTenant: the role holds for the object's whole tenant.
	WholeTenant Reach = "tenant"
	// Everywhere: the role holds without limit.
	Everywhere Reach = "everywhere"
	// Own: anyone who is signed in, about themselves.
	Own Reach = "own"
)

// Permit is one line of the table.
type Permit struct {
	Roles []Role
	Reach Reach
	// Recent asks for a sign-in at most RecentLimit old.
	Recent bool
}

var (
	seers    = AllRoles
	stewards = []Role{Approver, Operator, Auditor, Admin}
	running  = []Role{Operator, Admin}
	// askers ask for something: requesters for changes of the tenant, others
	// for waivers and for changes of rules.
	askers = []Role{Requester, Approver, Operator, Admin}
)

// Permits is the one table of who may do what. An action that is not in it is
// nobody's.
var Permits = map[Action]Permit{
	ViewOverview:   {Roles: seers, Reach: InPart},
	ViewWorkspaces: {Roles: seers, Reach: InPart},
	ViewItems:      {Roles: seers, Reach: InPart},
	ViewAccess:     {Roles: seers, Reach: InPart},
	ViewPeople:     {Roles: seers, Reach: InPart},
	ViewChanges:    {Roles: seers, Reach: InPart},
	ViewActivity:   {Roles: seers, Reach: InPart},
	ViewUnused:     {Roles: seers, Reach: InPart},
	ViewRefreshes:  {Roles: seers, Reach: InPart},
	ViewPipelines:  {Roles: seers, Reach: InPart},
	ViewCapacities: {Roles: seers, Reach: InPart},
	ViewApps:       {Roles: seers, Reach: InPart},
	ViewSettings:   {Roles: seers, Reach: InPart},
	ViewScans:      {Roles: seers, Reach: InPart},
	ViewViolations: {Roles: seers, Reach: InPart},
	ViewPolicies:   {Roles: seers, Reach: InPart},
	ViewWaivers:    {Roles: seers, Reach: InPart},
	ViewRequests:   {Roles: seers, Reach: InPart},
	ViewRuns:       {Roles: seers, Reach: InPart},
	ViewHelp:       {Roles: seers, Reach: InPart},
	ViewApprovals:  {Roles: []Role{Approver, Auditor}, Reach: InPart},
	ViewNotices:    {Roles: stewards, Reach: InPart},
	ViewSetup:      {Roles: []Role{Operator, Auditor, Admin}, Reach: InPart},
	ViewLedger:     {Roles: []Role{Auditor, Admin}, Reach: InPart},

	ExportReport: {Roles: seers, Reach: InPart},
	ExportLedger: {Roles: []Role{Auditor, Admin}, Reach: Everywhere},
	VerifyLedger: {Roles: []Role{Auditor, Admin}, Reach: Everywhere},

	StartScan:  {Roles: running, Reach: WholeTenant},
	CancelScan: {Roles: running, Reach: WholeTenant},
	CheckSetup: {Roles: running, Reach: WholeTenant},

	AssignViolation: {Roles: []Role{Approver, Operator}, Reach: InPart},
	AskWaiver:       {Roles: []Role{Requester, Approver, Operator}, Reach: InPart},
	EndWaiver:       {Roles: []Role{Approver}, Reach: InPart},
	PreviewPolicy:   {Roles: stewards, Reach: InPart},
	AskRuleChange:   {Roles: []Role{Admin}, Reach: Everywhere},
	AnswerAsOwner:   {Roles: []Role{Viewer, Requester, Approver, Operator}, Reach: InPart},
	Attest:          {Roles: []Role{Operator}, Reach: WholeTenant},

	BeginRequest:     {Roles: askers, Reach: InPart},
	MakeRequest:      {Roles: []Role{Requester}, Reach: InPart},
	EditRequest:      {Roles: askers, Reach: InPart},
	WithdrawOwn:      {Roles: askers, Reach: InPart},
	DecideRequest:    {Roles: []Role{Approver}, Reach: InPart, Recent: true},
	CommentRequest:   {Roles: askers, Reach: InPart},
	Delegate:         {Roles: []Role{Approver}, Reach: InPart, Recent: true},
	ResolveStep:      {Roles: []Role{Operator}, Reach: WholeTenant, Recent: true},
	CancelRun:        {Roles: []Role{Operator}, Reach: WholeTenant},
	BreakGlass:       {Roles: []Role{Requester, Operator, Admin}, Reach: WholeTenant, Recent: true},
	ReviewBreakGlass: {Roles: []Role{Approver, Operator, Admin}, Reach: WholeTenant},
	EndBreakGlass:    {Roles: askers, Reach: WholeTenant},
	HoldExecutor:     {Roles: running, Reach: WholeTenant},
	SendNotices:      {Roles: running, Reach: WholeTenant},
	RunPlan:          {Roles: []Role{Viewer, Requester, Approver, Operator}, Reach: InPart},
	RunAnyPlan:       {Roles: []Role{Operator}, Reach: WholeTenant},

	Configure:         {Roles: []Role{Admin}, Reach: Everywhere, Recent: true},
	ViewSessions:      {Roles: []Role{Admin}, Reach: Everywhere},
	RevokeSessions:    {Roles: []Role{Admin}, Reach: Everywhere},
	ViewOwnSessions:   {Roles: seers, Reach: Own},
	RevokeOwnSessions: {Roles: seers, Reach: Own},
	MakeToken:         {Roles: seers, Reach: Own, Recent: true},
	RevokeOwnToken:    {Roles: seers, Reach: Own},
	RevokeToken:       {Roles: []Role{Admin}, Reach: Everywhere},
	ViewTokens:        {Roles: []Role{Auditor, Admin}, Reach: Everywhere},
}

// Object is what an action is about. The zero Object is about nothing in
// particular: the question is then whether the person may do it at all.
type Object struct {
	// Tenant is the configured name of the tenant.
	Tenant string
	// Workspace is the name of the workspace, Domain the name of its domain;
	// empty when the object is the tenant as a whole.
	Workspace, Domain string
}

// May reports whether the person may do the action to the object. With the
// zero Object it reports whether they may do it to anything: that is for
// routes and buttons; whoever acts asks again with the object.
func May(p Person, a Action, o Object) bool {
	permit, ok := Permits[a]
	return ok && p.reachable(a) && permit.holds(p, o)
}

// reachable reports whether the action is within what a token is for; without
// one, everything is.
func (p Person) reachable(a Action) bool { return p.Token == "" || slices.Contains(p.Only, a) }

// holds reports whether one of the person's roles permits and reaches.
func (p Permit) holds(who Person, o Object) bool {
	return slices.ContainsFunc(who.Roles, func(r Role) bool {
		return slices.Contains(p.Roles, r) && p.reaches(who.Limits[r], o)
	})
}

func (p Permit) reaches(limits []Limit, o Object) bool {
	if len(limits) == 0 || p.Reach == Own {
		return true
	}
	if p.Reach == Everywhere {
		return false
	}
	if o == (Object{}) {
		return true
	}
	return slices.ContainsFunc(limits, func(l Limit) bool {
		if p.Reach == WholeTenant {
			return l.names(o.Tenant) && l.whole()
		}
		return l.holds(o)
	})
}

// Hidden is what a person gets to see of something they may not know of. It is
// the same error for what is absent and for what is forbidden.
func Hidden() error {
	return fault.New(fault.NotFound, "There is nothing here, or nothing that is open to you.")
}

// Check returns nil when the person may do the action to the object, and
// Hidden when not.
func Check(p Person, a Action, o Object) error {
	if May(p, a, o) {
		return nil
	}
	return fmt.Errorf("%s may not %s: %w", p.ObjectID, a, Hidden())
}
