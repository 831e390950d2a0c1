package request

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"steward/internal/policy"
)

// Kinds of requests that change nothing in the tenant but what the portal
// itself goes by. They are carried out in the transaction of the last approval.
const (
	Waiver     Kind = "waiver"
	RuleChange Kind = "rule-change"
)

// House reports whether a kind of request is about the portal itself.
func (k Kind) House() bool {
	return k == Waiver || k == RuleChange || k == MappingChange || k == Emergency || k == RefreshPlanChange
}

// WaiverParams ask that a violation be accepted until a day.
type WaiverParams struct {
	// Violation is its number.
	Violation int64 `json:"violation"`
	// Owner answers for it; empty is whoever asks.
	Owner ID         `json:"owner"`
	Ends  *time.Time `json:"ends"`
}

// RuleChangeParams ask that a rule be switched on or off, or go by other
// values. Parameters is JSON of those that differ from the pack's; empty keeps
// the pack's.
type RuleChangeParams struct {
	Rule string `json:"rule"`
	// On is yes or no.
	On         string `json:"on"`
	Parameters string `json:"parameters"`
}

// Violation is what a plan needs to know of one.
type Violation struct {
	ID                int64
	Rule, Label, Says string
	Severity          policy.Severity
	// State is as internal/violation names it.
	State             string
	Workspace, Domain string
	NeverWaived       bool
}

// Rule is what a plan needs to know of a rule.
type Rule struct {
	ID, Title string
	// Version is that in force, empty when it is off.
	Version string
	// Hash is that of the whole set with the change; empty when there is none.
	Hash string
	// Problem says why the change cannot be put in force; empty when it can.
	Problem string
	// Field is the field that the problem is about.
	Field string
}

// Kind implements Params.
func (*WaiverParams) Kind() Kind { return Waiver }

// Kind implements Params.
func (*RuleChangeParams) Kind() Kind { return RuleChange }

// longestWaiver is violation.LongestWaiver, less the day that a day's end adds.
const longestWaiver = 366 * 24 * time.Hour

// Validate implements Params.
func (p *WaiverParams) Validate() (e FieldErrors) {
	if p.Violation <= 0 {
		e.add("violation", "Give the number of a violation.")
	}
	if p.Ends == nil {
		e.add("ends", "A waiver needs a day on which it ends.")
	}
	return e
}

// Refs implements Params.
func (p *WaiverParams) Refs() Refs {
	return Refs{Violations: []int64{p.Violation}, Principals: given(p.Owner)}
}

func (p *WaiverParams) plan(b *builder) {
	v, ok := b.estate.Violations[p.Violation]
	switch {
	case !ok:
		b.fail("violation", "There is no such violation, or it is not open to you.")
		return
	case v.NeverWaived:
		b.fail("violation", "The rule %s is never waived. Mend what it found.", v.Rule)
		return
	case v.State == "resolved" || v.State == "false_positive":
		b.fail("violation", "There is nothing to waive: this violation is %s.", strings.ReplaceAll(v.State, "_", " "))
		return
	case !p.Ends.After(b.ctx.Now):
		b.fail("ends", "The end must lie in the future.")
	case p.Ends.After(b.ctx.Now.Add(longestWaiver)):
		b.fail("ends", "A waiver may run for a year at most. Renew it when the year is over.")
	}
	b.needsReason("Say why this may stay as it is, in a few words.")
	owner, who := "", "whoever asks"
	if p.Owner != "" {
		one, ok := b.somebody("owner", p.Owner)
		if !ok {
			return
		}
		if one.Kind != "User" {
			b.fail("owner", "A person answers for a waiver; %s is none.", one.Name)
			return
		}
		owner, who = string(NewID(one.ID)), one.Name
		b.gain(one, "Answers for the waiver", v.Label)
	}
	if v.Workspace != "" {
		b.place(v.Workspace, v.Domain)
	}
	b.title("Waive %s for %s", v.Rule, v.Label)
	ends, id := p.Ends.UTC().Format(time.DateOnly), strconv.FormatInt(v.ID, 10)
	b.add(Step{
		Says: fmt.Sprintf("Accept until %s that %s (%s) breaks the rule %s; %s answers for it", ends, v.Label, v.Says, v.Rule, who), Lock: "violation/" + id,
		Call: houseCall("Waivers_Grant", "PUT", "violations/{violation}/waiver", "violation", id, map[string]Value{"ends": Text(ends), "owner": Text(owner)}),
		Look: houseLook("violation", id), Expects: []Observation{observe(ViolationState, v.State, "violation", id)},
		Undo: &Undo{Sentence: "Withdraw the waiver: the violation is open again", Call: houseCall("Waivers_Withdraw", "DELETE", "violations/{violation}/waiver", "violation", id, nil), Look: houseLook("violation", id)},
	})
}

// needsReason refuses a request that does not say why, and a later start: what
// the portal goes by changes when it is agreed.
func (b *builder) needsReason(sentence string) {
	if len([]rune(strings.TrimSpace(b.ctx.Reason))) < 5 {
		b.fail("reason", "%s", sentence)
	}
	if b.ctx.NotBefore != nil {
		b.fail("not_before", "This holds from the moment it is agreed. Leave the day empty.")
	}
}

func houseCall(operation, method, path, name, id string, body map[string]Value) Call {
	return Call{API: House, Operation: operation, Method: method, Path: path, Args: map[string]Value{name: Text(id)}, Body: body}
}

func houseLook(name, id string) Look {
	return Look{Kind: LookHouse, Redo: true, Args: map[string]Value{name: Text(id)}}
}

// Validate implements Params.
func (p *RuleChangeParams) Validate() (e FieldErrors) {
	if strings.TrimSpace(p.Rule) == "" {
		e.add("rule", "Give the id of a rule, as its page shows it.")
	}
	if p.On != "yes" && p.On != "no" {
		e.add("on", "Choose whether the rule is in force.")
	}
	return e
}

// Refs implements Params.
func (p *RuleChangeParams) Refs() Refs { return Refs{} }

func (p *RuleChangeParams) plan(b *builder) {
	r := b.estate.Rule
	if r == nil || r.ID == "" {
		b.fail("rule", "There is no rule of this id among those loaded.")
		return
	}
	if r.Problem != "" {
		b.fail(r.Field, "%s", r.Problem)
	}
	b.needsReason("Say why, in a few words: whoever looks at this in a year will want to know.")
	word := "Put the rule " + r.ID + " in force"
	if p.On == "no" {
		word = "Switch the rule " + r.ID + " off"
		b.risky("Nobody is told any more of what %s finds.", r.ID)
	}
	b.title("%s", word)
	says := word + ", for every tenant"
	if p.On == "yes" && strings.TrimSpace(p.Parameters) != "" {
		says += ", with the values below"
	}
	b.add(Step{
		Says: says, Lock: "rule/" + r.ID,
		Call: houseCall("Rules_Decide", "PUT", "rules/{rule}", "rule", r.ID, map[string]Value{"on": Truth(p.On == "yes"), "parameters": Text(p.Parameters)}),
		Look: houseLook("rule", r.ID), Expects: []Observation{observe(RuleVersion, r.Version, "rule", r.ID)},
		Undo: &Undo{Sentence: "Ask for it as it was; its history keeps every version", Call: houseCall("Rules_Decide", "PUT", "rules/{rule}", "rule", r.ID, map[string]Value{"version": Text(r.Version)}), Look: houseLook("rule", r.ID)},
	})
}
