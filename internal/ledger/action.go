package ledger

// Action is what was done or tried. The list is closed, so that a filter can
// offer it and a misspelt action is found by the first test that records it.
type Action string

// The actions there are, by what they are about.
const (
	SignIn        Action = "session.sign_in"
	SignOut       Action = "session.sign_out"
	StepUp        Action = "session.step_up"
	SessionEnd    Action = "session.end"    // idle, too old, or the role was lost
	SessionRevoke Action = "session.revoke" // by its owner or an admin
	TokenMake     Action = "token.make"     // a person made a token for a program
	TokenRevoke   Action = "token.revoke"   // by its owner, an admin, or because the provider no longer vouches for the owner
	AccessRefuse  Action = "access.refuse"  // a request that the guard turned away
	CSPReport     Action = "access.csp"     // a browser reported a blocked script

	ViewSave   Action = "view.save" // a list with its filters was kept under a name
	ViewChange Action = "view.change"
	ViewDelete Action = "view.delete"

	Export    Action = "export"
	Configure Action = "config.change"
	SecretUse Action = "secret.use" // first use of a secret or of a new version
	Start     Action = "portal.start"
	Stop      Action = "portal.stop"
	Migrate   Action = "portal.migrate"
	Backup    Action = "portal.backup"
	Hold      Action = "portal.hold" // the executor was stopped
	Release   Action = "portal.release"

	LedgerEpoch      Action = "ledger.epoch" // a backup was restored: a new history begins
	LedgerVerify     Action = "ledger.verify"
	LedgerArchive    Action = "ledger.archive"    // a signed segment was written out and removed
	LedgerCheckpoint Action = "ledger.checkpoint" // the second place failed, or works again

	Retention Action = "retention.sweep" // what was too old was deleted, by rule and count

	SetupCheck Action = "setup.check" // someone had a tenant's set-up checked

	ScanStart  Action = "scan.start"
	ScanCancel Action = "scan.cancel"
	ScanFinish Action = "scan.finish"
	ScanHold   Action = "scan.hold" // a sudden loss waits for a second scan

	PolicyLoad      Action = "policy.load"
	ViolationOpen   Action = "violation.open"
	ViolationClose  Action = "violation.resolve"
	ViolationReopen Action = "violation.reopen"
	ViolationAssign Action = "violation.assign"
	ViolationNote   Action = "violation.note"
	WaiverAsk       Action = "waiver.ask"
	WaiverDecide    Action = "waiver.decide"
	WaiverEnd       Action = "waiver.end"

	RequestDraft    Action = "request.draft"
	RequestEdit     Action = "request.edit"
	RequestSubmit   Action = "request.submit"
	RequestDecide   Action = "request.decide"
	RequestVoid     Action = "request.void" // approvals fell, with the reason
	RequestWithdraw Action = "request.withdraw"
	RequestExpire   Action = "request.expire"
	RequestFinish   Action = "request.finish"
	BreakGlass      Action = "request.break_glass"

	RunStart   Action = "run.start"
	RunCancel  Action = "run.cancel"
	RunFinish  Action = "run.finish"
	StepWrite  Action = "step.write"   // an external write: intended, then done, failed or in doubt
	StepAdopt  Action = "step.adopt"   // the effect was found and taken as ours
	StepRetry  Action = "step.retry"   // sent again because that is provably safe
	StepDecide Action = "step.resolve" // a person decided what became of it

	Notify      Action = "notice.send"
	NotifyAgain Action = "notice.again" // what was given up is tried again
	NotifyWish  Action = "notice.wish"  // somebody chose how they are told
)

// ActionText says what each action means, for filters and the page.
var ActionText = map[Action]string{
	SignIn: "Signed in", SignOut: "Signed out", StepUp: "Confirmed who they are", SessionEnd: "Session ended",
	SessionRevoke: "Session revoked", TokenMake: "Token made", TokenRevoke: "Token revoked", AccessRefuse: "Request refused", CSPReport: "Browser blocked content",
	ViewSave: "Saved a view", ViewChange: "Changed a saved view", ViewDelete: "Deleted a saved view",
	Export: "Exported a report", Configure: "Changed the configuration", SecretUse: "Used a secret",
	Start: "Portal started", Stop: "Portal stopped", Migrate: "Database migrated", Backup: "Backup written",
	Hold: "Execution put on hold", Release: "Execution released",
	LedgerEpoch: "Backup restored, new epoch", LedgerVerify: "Ledger verified", LedgerArchive: "Ledger segment archived", LedgerCheckpoint: "Checkpoint sink changed state",
	Retention: "Deleted what was too old", SetupCheck: "Checked the set-up",
	ScanStart: "Scan started", ScanCancel: "Scan cancelled", ScanFinish: "Scan finished", ScanHold: "Scan held back",
	PolicyLoad: "Policies loaded", ViolationOpen: "Violation opened", ViolationClose: "Violation resolved",
	ViolationReopen: "Violation reopened", ViolationAssign: "Violation assigned", ViolationNote: "Violation noted",
	WaiverAsk: "Waiver asked for", WaiverDecide: "Waiver decided", WaiverEnd: "Waiver ended",
	RequestDraft: "Request drafted", RequestEdit: "Request edited", RequestSubmit: "Request submitted",
	RequestDecide: "Request decided", RequestVoid: "Approvals voided", RequestWithdraw: "Request withdrawn",
	RequestExpire: "Request expired", RequestFinish: "Request finished", BreakGlass: "Break-glass used",
	RunStart: "Run started", RunCancel: "Run cancelled", RunFinish: "Run finished",
	StepWrite: "Wrote to the tenant", StepAdopt: "Adopted an earlier write", StepRetry: "Wrote again",
	StepDecide: "Step resolved by a person", Notify: "Notice sent", NotifyAgain: "Notices sent again", NotifyWish: "Chose how to be told",
}

// Valid reports whether the action is in the list.
func (a Action) Valid() bool { return ActionText[a] != "" }
