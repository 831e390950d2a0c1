package request

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/tenant"
)

// Emergency asks for the emergency access ("break-glass"): for at most an hour
// somebody may have their own plans carried out without waiting for those who
// would have to agree. Somebody else agrees to the access itself; every plan is
// still hashed, locked and recorded, and every use is reviewed afterwards.
const Emergency Kind = "emergency"

// EmergencyLife is the longest that an emergency access lasts (requirement
// R30). A file may shorten it, never lengthen.
const EmergencyLife = time.Hour

// EmergencyRule is the section emergency of approvals.yaml. Without it there is
// no emergency access.
type EmergencyRule struct {
	// Longest is at most EmergencyLife.
	Longest time.Duration
	// Prefixes limit it to workspaces whose names begin so; none limits nothing.
	Prefixes []string
	// Tell are addresses that hear of each access and each use, besides those
	// of escalate_to.
	Tell []string
}

// EmergencyParams ask for the emergency access. Fields: minutes, prefix.
type EmergencyParams struct {
	// Minutes is for how long, from when somebody agrees.
	Minutes string `json:"minutes"`
	// Prefix limits it to workspaces whose names begin so; empty is the whole
	// tenant, as far as approvals.yaml allows.
	Prefix string `json:"prefix"`
}

// EmergencyEstate is what a plan needs to know of emergency access.
type EmergencyEstate struct {
	// Rule is nil when it is switched off.
	Rule *EmergencyRule
	// Open says why whoever asks cannot have another one; empty when they can.
	Open string
}

// Kind implements Params.
func (*EmergencyParams) Kind() Kind { return Emergency }

// Refs implements Params.
func (*EmergencyParams) Refs() Refs { return Refs{} }

// Life is how long the access is asked for; zero when that is no number.
func (p *EmergencyParams) Life() time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(p.Minutes))
	if err != nil || n < 0 || n > 24*60 {
		return 0
	}
	return time.Duration(n) * time.Minute
}

// Validate implements Params.
func (p *EmergencyParams) Validate() (e FieldErrors) {
	if p.Life() < time.Minute {
		e.add("minutes", "Say for how many minutes, as a number from 1 to %d.", int(EmergencyLife/time.Minute))
	}
	if len([]rune(p.Prefix)) > 200 {
		e.add("prefix", "The beginning of a name is at most 200 characters.")
	}
	return e
}

// EmergencyCovers reports whether workspaces lie within the prefix of an
// access. A plan about no workspace lies within an access to the whole tenant
// only.
func EmergencyCovers(prefix string, places []Place) bool {
	key := tenant.Fold(prefix)
	if key == "" {
		return true
	}
	return len(places) > 0 && !slices.ContainsFunc(places, func(p Place) bool { return !strings.HasPrefix(tenant.Fold(p.Workspace), key) })
}

func (p *EmergencyParams) plan(b *builder) {
	x := b.estate.Emergency
	if x == nil || x.Rule == nil {
		b.fail("minutes", "Emergency access is switched off here: approvals.yaml has no section emergency.")
		return
	}
	if x.Open != "" {
		b.fail("minutes", "%s", x.Open)
	}
	if p.Life() > x.Rule.Longest {
		b.fail("minutes", "At most %d minutes. Ask again when they are over, if it still burns.", int(x.Rule.Longest/time.Minute))
	}
	prefix := strings.TrimSpace(p.Prefix)
	if len(x.Rule.Prefixes) > 0 && !slices.ContainsFunc(x.Rule.Prefixes, func(a string) bool { return strings.HasPrefix(tenant.Fold(prefix), tenant.Fold(a)) }) {
		b.fail("prefix", "Emergency access is for workspaces whose names begin with %s only. Write one of these.", strings.Join(x.Rule.Prefixes, ", "))
	}
	b.needsReason("Say what burns, in a few words. Everybody who is told reads it, and so does whoever reviews it.")
	where := "every workspace of " + b.estate.Tenant
	if prefix != "" {
		where = "workspaces of " + b.estate.Tenant + " whose names begin with " + prefix
	}
	b.title("Emergency access for %s minutes", strings.TrimSpace(p.Minutes))
	b.add(Step{
		Says: fmt.Sprintf("For %s minutes from the approval, carry out plans of whoever asks about %s without waiting for further approvals", strings.TrimSpace(p.Minutes), where),
		Lock: "emergency/" + b.ctx.Request,
		Call: houseCall("Emergency_Grant", "PUT", "emergency/{request}", "request", b.ctx.Request, map[string]Value{"minutes": Text(strings.TrimSpace(p.Minutes)), "prefix": Text(prefix)}),
		Look: houseLook("request", b.ctx.Request),
		Undo: &Undo{Sentence: "End the access before its time: what it began goes on, nothing more begins", Call: houseCall("Emergency_End", "DELETE", "emergency/{request}", "request", b.ctx.Request, nil), Look: houseLook("request", b.ctx.Request)},
	})
}
