package request

import (
	"time"

	"steward/internal/policy"
)

// PlanVersion is written into every plan, so that a later form can be told
// from this one.
const PlanVersion = "steward-plan/1"

// Plan is exactly what will be done. The approver's page, the hash and the
// execution use this one struct; Canonical writes it, ParsePlan reads it.
type Plan struct {
	Version string `json:"version"`
	// Request is the request's id, Revision how often it was submitted: an
	// approval of an earlier submission can never fit a later plan, even when
	// nothing else differs.
	Request  string `json:"request"`
	Revision int64  `json:"revision"`
	Kind     Kind   `json:"kind"`
	Title    string `json:"title"`
	// Reason is what the requester wrote for the approver.
	Reason string `json:"reason"`
	// Tenant is the configured name, TenantID the directory.
	Tenant   string `json:"tenant"`
	TenantID ID     `json:"tenant_id"`
	// Steps in the order in which they are done.
	Steps []Step `json:"steps"`
	// Later are steps that are agreed to with the plan and done when their
	// time has come: the end of an access that was given until a day.
	Later []LaterStep `json:"later"`
	// Gains lists who has more rights afterwards: they do not decide.
	Gains []Gain `json:"gains"`
	// Risk and its reasons, in words.
	Risk        Risk     `json:"risk"`
	RiskReasons []string `json:"risk_reasons"`
	// Places are the workspaces it is about, for the scope of those who may
	// see and decide it.
	Places []Place `json:"places"`
	// Judged is what the rules said of the outcome.
	Judged Judgement `json:"judged"`
	// NotBefore delays the start; nil means as soon as it is approved.
	NotBefore *time.Time `json:"not_before"`
	// Approval is how long an approval lives, Window how long after it the run
	// may start; both in seconds.
	Approval int64 `json:"approval_seconds"`
	Window   int64 `json:"window_seconds"`
}

// Step is one write with all that is needed to do it once.
type Step struct {
	// ID names the step within the plan; other steps refer to it.
	ID string `json:"id"`
	// Row ties the steps of one row of a bulk request together; 0 elsewhere.
	Row int64 `json:"row"`
	// Says is the sentence a person reads.
	Says string `json:"says"`
	// Lock is what one run at a time may change: workspace/{id},
	// pipeline/{id}, or name/{folded name} for what does not exist yet.
	Lock string `json:"lock"`
	// Marker is carried by what the step creates; empty where the effect has a
	// key of its own.
	Marker string `json:"marker"`
	Call   Call   `json:"call"`
	// Results names what the answer tells, by JSON pointer: id → /id.
	Results map[string]string `json:"results"`
	Look    Look              `json:"look"`
	Wait    WaitKind          `json:"wait"`
	// Needs are the steps that must be done before; when one of them fails,
	// this one is skipped.
	Needs []string `json:"needs"`
	// Expects must hold immediately before the step, read from the tenant.
	Expects []Observation `json:"expects"`
	// Undo takes it back; nil when that cannot be done, and Final says why.
	Undo  *Undo  `json:"undo"`
	Final string `json:"final"`
	// OnFailure says what its failure means for what was done before.
	OnFailure OnFailure `json:"on_failure"`
}

// OnFailure says what becomes of the rest when a step fails. Steps that need
// the failed one are always skipped.
type OnFailure string

// Meanings of failure.
const (
	// GoOn keeps what is done and goes on with what does not need the step.
	GoOn OnFailure = "go-on"
	// UndoAll takes back what this run did in the same row, newest first.
	UndoAll OnFailure = "undo"
)

// LaterStep is a step with its time.
type LaterStep struct {
	Due  time.Time `json:"due"`
	Step Step      `json:"step"`
}

// Gain is a principal who gets a right by the plan.
type Gain struct {
	Principal ID     `json:"principal"`
	Kind      string `json:"kind"` // User, Group, App
	Name      string `json:"name"`
	Right     string `json:"right"`
	Where     string `json:"where"`
}

// Place is a workspace the plan is about.
type Place struct {
	Workspace string `json:"workspace"`
	Domain    string `json:"domain"`
}

// Judgement is the rules' verdict on what the plan would make.
type Judgement struct {
	// Rules is the hash of the rule set that judged.
	Rules    string    `json:"rules"`
	Findings []Finding `json:"findings"`
	// Mends are the findings that stand today and would be gone.
	Mends []Finding `json:"mends"`
	// Unknown are the rules that could not answer, with the facts missing.
	Unknown []string `json:"unknown"`
}

// Finding is one rule that the plan's outcome would break.
type Finding struct {
	Rule     string          `json:"rule"`
	Severity policy.Severity `json:"severity"`
	Object   string          `json:"object"`
	Says     string          `json:"says"`
	// Already says that it stands today: the plan neither makes nor mends it.
	Already bool `json:"already"`
	// Refuses says that a plan with this finding is not accepted.
	Refuses bool `json:"refuses"`
}

// Step returns the step with the id, from the plan or from what comes later.
func (p *Plan) Step(id string) (Step, bool) {
	for _, s := range p.Steps {
		if s.ID == id {
			return s, true
		}
	}
	for _, l := range p.Later {
		if l.Step.ID == id {
			return l.Step, true
		}
	}
	return Step{}, false
}

// Observed returns every observation the plan was made from, each once, in the
// order of the steps.
func (p *Plan) Observed() []Observation {
	var out []Observation
	seen := map[string]bool{}
	for _, s := range p.Steps {
		for _, o := range s.Expects {
			if key := o.Key(); !seen[key] {
				seen[key] = true
				out = append(out, o)
			}
		}
	}
	return out
}
