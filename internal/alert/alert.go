// Package alert decides what people are warned of about refreshes, whom the
// configuration says to tell, and when an alert is over. It reads nothing and
// tells nobody: internal/alertwatch does, and keeps each alert from when it was
// noticed until its end:
//
//	found ──▶ stands ──(told, outside quiet hours, once)──▶ no longer found ──▶ ended ──(told to the same, once)
//
// What cannot be read any more neither opens an alert nor ends one.
package alert

import (
	"strings"
	"time"

	"steward/internal/quiet"
	"steward/internal/refresh"
	"steward/internal/tenant"
)

// Kind is what an alert warns of.
type Kind string

// The kinds of alerts.
const (
	// NodeFailed: a node of a plan failed for good.
	NodeFailed Kind = "node-failed"
	// PlanLate: a plan did not begin, or has not ended, when it should have.
	PlanLate Kind = "plan-late"
	// LowSuccess: too few of a model's refreshes succeed.
	LowSuccess Kind = "success"
	// Drift: a model takes longer than it did.
	Drift Kind = "duration"
	// SwitchOff: Microsoft switched a schedule off, or is about to.
	SwitchOff Kind = "switch-off"
	// OwnerLeft: whoever a model refreshes as has left.
	OwnerLeft Kind = "owner-left"
	// Unused: Microsoft is about to pause the schedule of what nobody uses. It is
	// warned of where the configuration asks for it only.
	Unused Kind = "unused"
)

// words say each kind as a badge does, and as a sentence's beginning.
var words = map[Kind]string{
	NodeFailed: "Node of a plan failed", PlanLate: "Plan is late", LowSuccess: "Seldom succeeds", Drift: "Takes longer than it did",
	SwitchOff: "Schedule is being switched off", OwnerLeft: "Owner has left", Unused: "Unused, about to be paused",
}

// Kinds lists the kinds, the most pressing first.
func Kinds() []Kind {
	return []Kind{NodeFailed, PlanLate, SwitchOff, LowSuccess, Drift, OwnerLeft, Unused}
}

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return words[k] != "" }

// Says is the kind in a few words.
func (k Kind) Says() string { return words[k] }

// ends say why an alert of each kind is over.
var ends = map[Kind]string{
	NodeFailed: "It was refreshed since, or left the plan.", PlanLate: "It began, or ended, since.",
	LowSuccess: "Enough of its refreshes succeed again.", Drift: "It takes about as long as it did.",
	SwitchOff: "It was refreshed since, or its schedule was changed.", OwnerLeft: "Somebody who is there owns it now.", Unused: "It was used since.",
}

// Over says why an alert of the kind is over.
func (k Kind) Over() string { return ends[k] }

// Lines are where alerts begin.
type Lines struct {
	// Success is the share of refreshes below which one is warned, 0 to 1.
	Success float64
	// Slower is how many times its earlier median a model may take.
	Slower float64
	// Late is how long after its time a plan may begin, and how much longer than
	// usual it may take.
	Late time.Duration
}

// DefaultLines are the lines to start from.
func DefaultLines() Lines {
	d := refresh.Defaults()
	return Lines{Success: d.Success, Slower: d.Slower, Late: 30 * time.Minute}
}

// Rule says where the lines are for some things, and who is told.
type Rule struct {
	// Tenants (names), Prefixes (of workspace names), Owners (names or
	// addresses) and Kinds are what it is for; an empty list is all of them, but
	// Unused must be named.
	Tenants, Prefixes, Owners []string
	Kinds                     []Kind
	// To are addresses, Places teams:NAME and webhook:NAME; Owner tells the
	// owner of the model as well. Mute tells nobody.
	To, Places  []string
	Owner, Mute bool
	Lines       Lines
	Quiet       quiet.Hours
}

// Thing is what an alert can be about, as far as rules ask.
type Thing struct {
	Tenant string
	// Workspaces are the names of those it is in; a plan's are several.
	Workspaces []string
	// Owners are its owners' names and addresses.
	Owners []string
}

// Rules are the rules of the configuration; of those that fit, the first counts.
type Rules struct {
	List []Rule
	// Otherwise is the rule for what none fits.
	Otherwise Rule
}

// For returns the rule for a kind of alert about a thing; false when nobody
// wants to be warned of it.
func (rs Rules) For(t Thing, k Kind) (Rule, bool) {
	for _, r := range rs.List {
		if r.fits(t, k) {
			return r, true
		}
	}
	return rs.Otherwise, k != Unused
}

func (r Rule) fits(t Thing, k Kind) bool {
	named := false
	for _, one := range r.Kinds {
		named = named || one == k
	}
	switch {
	case !named && (len(r.Kinds) > 0 || k == Unused):
		return false
	case len(r.Tenants) > 0 && !anyOf(r.Tenants, []string{t.Tenant}, strings.EqualFold):
		return false
	case len(r.Prefixes) > 0 && !anyOf(r.Prefixes, t.Workspaces, begins):
		return false
	}
	return len(r.Owners) == 0 || anyOf(r.Owners, t.Owners, same)
}

func anyOf(wanted, have []string, fits func(want, have string) bool) bool {
	for _, w := range wanted {
		for _, h := range have {
			if fits(w, h) {
				return true
			}
		}
	}
	return false
}

func begins(prefix, name string) bool {
	return strings.HasPrefix(tenant.Fold(name), tenant.Fold(prefix))
}

func same(a, b string) bool { return tenant.Fold(a) == tenant.Fold(b) }

// Finding is a state that one should be warned of, as it is now.
type Finding struct {
	Kind Kind
	// Key is what it is about, unique within its kind and tenant.
	Key  string
	Name string
	// Workspace and Item are Microsoft's ids, empty for a plan as a whole; Plan
	// and Run are those of a plan.
	Workspace, Item, Plan, Run string
	// Reason is what is wrong, on what evidence, and what to do.
	Reason string
	Rule   Rule
	// Also are addresses that the plan itself names.
	Also []string
	// Owner is the address of the model's owner, empty where it is not known or
	// the owner has left.
	Owner string
}

// Ways are the ways by which a finding is told, each once: mail:ADDRESS,
// teams:NAME, webhook:NAME.
func (f Finding) Ways() []string {
	var out []string
	seen := map[string]bool{}
	add := func(prefix string, list ...string) {
		for _, one := range list {
			if way := prefix + one; one != "" && !seen[strings.ToLower(way)] {
				seen[strings.ToLower(way)] = true
				out = append(out, way)
			}
		}
	}
	add("mail:", f.Also...)
	if f.Rule.Mute {
		return out
	}
	add("mail:", f.Rule.To...)
	if f.Rule.Owner {
		add("mail:", f.Owner)
	}
	add("", f.Rule.Places...)
	return out
}
