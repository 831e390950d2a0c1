package auth

import (
	"maps"
	"slices"

	"steward/internal/fault"
)

// Grant is what a token is for: a word that stands for a set of actions. There
// is none for deciding: what a person agrees to, a person clicks.
type Grant string

// Grants of tokens.
const (
	// GrantRead sees what the owner sees.
	GrantRead Grant = "read"
	// GrantAsk asks for changes: drafts, submits, comments, takes back.
	GrantAsk Grant = "ask"
	// GrantScan starts and stops scans.
	GrantScan Grant = "scan"
	// GrantRun starts refresh plans that let programs start them.
	GrantRun Grant = "run"
)

// Grants lists them in the order of forms; GrantText says what each is.
var (
	Grants    = []Grant{GrantRead, GrantAsk, GrantScan, GrantRun}
	GrantText = map[Grant]string{GrantRead: "Read: reports, details, requests, runs and scans", GrantAsk: "Ask: draft, submit, comment on and take back requests", GrantScan: "Scan: start and stop scans",
		GrantRun: "Run: start refresh plans that let programs start them, and watch how they go"}
)

// granted is the allow-list: an action that is not here is nothing a program
// may do, whoever's token it has. An ask can be watched, so it reads as well.
var granted = map[Grant][]Action{
	GrantRead: {ViewOverview, ViewWorkspaces, ViewItems, ViewAccess, ViewPeople, ViewChanges, ViewActivity, ViewUnused, ViewRefreshes, ViewPipelines,
		ViewCapacities, ViewApps, ViewSettings, ViewScans, ViewViolations, ViewPolicies, ViewWaivers, ViewRequests, ViewRuns, ViewNotices, ViewHelp, ExportReport},
	GrantAsk:  {ViewHelp, ViewRequests, ViewRuns, BeginRequest, MakeRequest, EditRequest, WithdrawOwn, CommentRequest, AskWaiver, AskRuleChange},
	GrantScan: {ViewHelp, ViewScans, StartScan, CancelScan},
	GrantRun:  {ViewHelp, ViewRefreshes, RunPlan, RunAnyPlan},
}

// ForPrograms reports whether any token can be made for the action: only such
// actions have routes in the API.
func ForPrograms(a Action) bool { return len(GrantsFor(a)) > 0 }

// ParseGrants reads the words of a form. Invalid when there are none, or one
// that is none.
func ParseGrants(words []string) ([]Grant, error) {
	var out []Grant
	for _, g := range Grants {
		if slices.Contains(words, string(g)) {
			out = append(out, g)
		}
	}
	if len(out) == 0 || len(out) != len(slices.Compact(slices.Sorted(slices.Values(words)))) {
		return nil, &fault.Error{Kind: fault.Invalid, Field: "grants", Sentence: "Choose what the token is for: read, ask, scan or run."}
	}
	return out, nil
}

// as returns the person as a program with a token acts for them: no more than
// the grants, in no more than the tenants.
func (p Person) as(token string, grants []Grant, tenants []string) Person {
	p.Token, p.Only = token, []Action{}
	for _, g := range grants {
		p.Only = append(p.Only, granted[g]...)
	}
	if len(tenants) == 0 {
		return p
	}
	limits := maps.Clone(p.Limits)
	if limits == nil {
		limits = map[Role][]Limit{}
	}
	for _, r := range p.Roles {
		limits[r] = narrowed(limits[r], tenants)
	}
	p.Limits = limits
	return p
}

// narrowed are limits that open nothing beyond the tenants. A role that is left
// with no tenant at all is limited to one that cannot be.
func narrowed(limits []Limit, tenants []string) []Limit {
	if len(limits) == 0 {
		return []Limit{{Tenants: tenants}}
	}
	out := []Limit{}
	for _, l := range limits {
		var both []string
		for _, t := range tenants {
			if l.names(t) {
				both = append(both, t)
			}
		}
		if len(both) > 0 {
			l.Tenants = both
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return []Limit{{Tenants: []string{nowhere}}}
	}
	return out
}

// nowhere is a name that no tenant can have.
const nowhere = "\x00"

// GrantsFor are the grants of which each is enough for the action.
func GrantsFor(a Action) []Grant {
	var out []Grant
	for _, g := range Grants {
		if slices.Contains(granted[g], a) {
			out = append(out, g)
		}
	}
	return out
}
