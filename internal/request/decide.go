package request

import (
	"slices"
	"strings"
	"time"

	"steward/internal/fault"
)

// Why says how somebody is connected with a request, so that they cannot
// decide it.
type Why string

// Connections.
const (
	WhyRequester   Why = "requester"
	WhyEditor      Why = "editor"
	WhyBeneficiary Why = "beneficiary"
	// WhyBreakGlass: holds the emergency access, and so cannot approve.
	WhyBreakGlass Why = "break-glass"
)

// Sentence tells somebody why they may not decide.
func (w Why) Sentence() string {
	switch w {
	case WhyRequester:
		return "You asked for this, so somebody else has to decide."
	case WhyEditor:
		return "You edited this last, so somebody else has to decide."
	case WhyBeneficiary:
		return "You would gain by this, yourself or through a group, so somebody else has to decide."
	case WhyBreakGlass:
		return "You hold the emergency access, so somebody else has to decide."
	}
	return "You are part of this request, so somebody else has to decide."
}

// Involved is one person connected with a request.
type Involved struct {
	Party
	Why Why
	// Aliases are further addresses of the same person.
	Aliases []string
}

// Facing is everything a decision is measured by. The triggers of the database
// hold the same rules once more.
type Facing struct {
	Request  Request
	Involved []Involved
	// Decisions are those made so far, on any plan of the request.
	Decisions []Decision
	Now       time.Time
}

// Decider is who wants to decide.
type Decider struct {
	Party
	Roles []string
	// Groups are the object ids of the groups they belong to, nested ones
	// included.
	Groups []string
	// For is who delegated to them; zero when nobody did.
	For Party
	// ForRoles and ForGroups are those of who delegated.
	ForGroups []string
}

// addressKey compares addresses; a guest's sign-in name is turned back into
// the address it was made from.
func addressKey(a string) string {
	a = strings.ToLower(strings.TrimSpace(a))
	if before, _, ok := strings.Cut(a, "#ext#"); ok {
		if i := strings.LastIndexByte(before, '_'); i > 0 {
			a = before[:i] + "@" + before[i+1:]
		}
	}
	return a
}

// AddressKey is the form in which addresses of people are compared.
func AddressKey(a string) string { return addressKey(a) }

// WhyNot returns how the person is connected with the request; empty when they
// are not. Ids decide; an address can only add a refusal: a guest who was
// invited anew has another id and is the same human.
func (f *Facing) WhyNot(who Party) Why {
	for _, p := range f.Involved {
		if p.Same(who) {
			return p.Why
		}
		own := addressKey(who.Address)
		if own != "" && (addressKey(p.Address) == own || slices.ContainsFunc(p.Aliases, func(a string) bool { return addressKey(a) == own })) {
			return p.Why
		}
	}
	return ""
}

// Check returns the stage at which the person's decision counts, or why it
// does not. plan is the hash of what they saw.
func (f *Facing) Check(d Decider, plan string, approves bool) (stage int, err error) {
	r := f.Request
	switch {
	case r.State != Pending:
		return 0, fault.New(fault.Conflict, "This request is %s, so there is nothing to decide.", lower(r.State))
	case !f.Now.Before(r.Expires):
		return 0, fault.New(fault.Conflict, "The time to decide ended on %s. The requester can submit it again.", r.Expires.Format("2 January 15:04 UTC"))
	case plan == "" || plan != r.Plan:
		return 0, fault.New(fault.Conflict, "The plan changed after you opened it. Read it again and decide then; nothing was stored.")
	}
	for _, who := range []Party{d.Party, d.For} {
		if why := f.WhyNot(who); who.ObjectID != "" && why != "" {
			return 0, fault.New(fault.Denied, "%s", why.Sentence())
		}
	}
	if !slices.Contains(d.Roles, roleApprover) {
		return 0, fault.New(fault.Denied, "Deciding needs the role approver.")
	}
	for _, have := range f.Decisions {
		if have.Plan == plan && (have.By.Same(d.Party) || d.For.ObjectID != "" && have.By.Same(d.For) || have.For.Same(d.Party) || have.For.Same(d.For)) {
			return 0, fault.New(fault.Conflict, "You have decided this already, or somebody has in your place. One person has one vote.")
		}
	}
	return f.stage(d, plan, approves)
}

// stage finds the first stage that still waits; an approval must fit it, a
// rejection ends the request at any stage.
func (f *Facing) stage(d Decider, plan string, approves bool) (int, error) {
	for _, s := range f.Request.Stages {
		if f.given(plan, s.Order) >= s.Count {
			continue
		}
		if !approves || s.Admits(d) {
			return s.Order, nil
		}
		if s.Group != "" {
			return 0, fault.New(fault.Denied, "At this point the members of one group decide, and you are not among them.")
		}
		return 0, fault.New(fault.Denied, "At this point somebody with the role %s decides.", s.Role)
	}
	return 0, fault.New(fault.Conflict, "Everybody who was needed has agreed already.")
}

// Admits reports whether a person's approval counts at the stage.
func (s Stage) Admits(d Decider) bool {
	if s.Group != "" {
		return slices.Contains(d.Groups, s.Group) || d.For.ObjectID != "" && slices.Contains(d.ForGroups, s.Group)
	}
	return slices.Contains(d.Roles, s.Role)
}

// given counts the approvals of a stage for a plan.
func (f *Facing) given(plan string, stage int) (n int) {
	for _, d := range f.Decisions {
		if d.Plan == plan && d.Stage == stage && d.Approves {
			n++
		}
	}
	return n
}

// Waiting are the stages that still need people, each with how many.
func (f *Facing) Waiting() (out []Stage) {
	for _, s := range f.Request.Stages {
		if s.Count -= f.given(f.Request.Plan, s.Order); s.Count > 0 {
			out = append(out, s)
		}
	}
	return out
}

// Outcome is what the decisions on the plan amount to: Rejected by one
// rejection, Approved when every stage is full, else Pending.
func (f *Facing) Outcome() State {
	full := len(f.Request.Stages) > 0
	for _, d := range f.Decisions {
		if d.Plan == f.Request.Plan && !d.Approves {
			return Rejected
		}
	}
	for _, s := range f.Request.Stages {
		full = full && f.given(f.Request.Plan, s.Order) >= s.Count
	}
	if full {
		return Approved
	}
	return Pending
}
