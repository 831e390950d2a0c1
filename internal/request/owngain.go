package request

import (
	"fmt"
	"slices"

	"steward/internal/tenant"
)

// OwnGain is what becomes of a request by which whoever asks for it, or edited
// it last, gains a right in the tenant themselves. Whatever it is, they are told
// at the field, those who decide read it, and they do not decide.
type OwnGain string

// What approvals.yaml can say of it.
const (
	// OwnShown leaves it at that.
	OwnShown OwnGain = "show"
	// OwnSecond makes the risk high: two people must agree.
	OwnSecond OwnGain = "second"
	// OwnRefused refuses it at the field: somebody else has to ask.
	OwnRefused OwnGain = "refuse"
)

// OwnGains says it for the two ways.
type OwnGains struct {
	// ByName is for those who name themselves, which everybody sees. Group is for
	// a group they belong to, nested ones included, which few would notice.
	ByName, Group OwnGain
}

// usualOwnGains is what holds unless a file says otherwise.
var usualOwnGains = OwnGains{ByName: OwnShown, Group: OwnSecond}

type yamlOwnGains struct {
	ByName OwnGain `yaml:"by_name"`
	Group  OwnGain `yaml:"through_group"`
}

// read returns what the file says, over what is usual.
func (y *yamlOwnGains) read() (OwnGains, error) {
	o := usualOwnGains
	for _, one := range []struct {
		key  string
		says OwnGain
		to   *OwnGain
	}{{"by_name", y.ByName, &o.ByName}, {"through_group", y.Group, &o.Group}} {
		switch one.says {
		case "":
		case OwnShown, OwnSecond, OwnRefused:
			*one.to = one.says
		default:
			return o, fmt.Errorf("own_gain: %s is show, second or refuse, not %q", one.key, one.says)
		}
	}
	return o, nil
}

// picked notes the field in which somebody was chosen.
func (b *builder) picked(field string, id ID) {
	if b.fields == nil {
		b.fields = map[ID][]string{}
	}
	if at := b.prefix + field; !slices.Contains(b.fields[id], at) {
		b.fields[id] = append(b.fields[id], at)
	}
}

// ownGain does what the approval rules say when a gain is one's own. Waivers
// and the other rules of the house give nobody a right in the tenant.
func (b *builder) ownGain(p Principal, right, where string) {
	if b.plan.Kind.House() {
		return
	}
	for _, by := range b.ctx.Askers {
		me := NewID(by.ObjectID)
		if me == "" || NewID(by.TenantID) != b.estate.TenantID {
			continue
		}
		switch {
		case NewID(p.ID) == me:
			b.ownGainIs(b.ctx.Own.ByName, p, fmt.Sprintf("%s gains the role %s on %s by their own request.", by.Name, right, where))
		case p.Kind == tenant.PrincipalGroup && slices.Contains(p.People, me):
			b.ownGainIs(b.ctx.Own.Group, p, fmt.Sprintf("%s belongs to %s, and so gains the role %s on %s by their own request.", by.Name, p.Name, right, where))
		}
	}
}

func (b *builder) ownGainIs(o OwnGain, p Principal, says string) {
	switch o {
	case OwnSecond:
		b.risky("%s", says)
	case OwnRefused:
		for _, field := range b.fields[NewID(p.ID)] {
			if !slices.ContainsFunc(b.errs, func(e FieldError) bool { return e.Field == field }) {
				b.errs.add(field, "%s Somebody who does not gain by it has to ask for this: approvals.yaml says so.", says)
			}
		}
	}
}
