package request

import (
	"slices"
	"strings"

	"steward/internal/policy"
	"steward/internal/promotion"
)

// atField is the field of the form that mends what a check of the pre-flight
// stops at; those not named are about the stages.
var atField = map[string]string{promotion.CheckItems: ".items", promotion.CheckPairing: ".items", promotion.CheckNeeded: ".items", promotion.CheckDataflow: ".items",
	promotion.CheckBackward: ".what", promotion.CheckCreate: "allow_create", promotion.CheckOverwrite: "allow_overwrite", promotion.CheckPurge: "allow_purge",
	promotion.CheckLabel: "allow_label", promotion.CheckOwner: "allow_take_over", promotion.CheckApp: "update_app", promotion.CheckParameters: "accepted",
	promotion.CheckGateway: "accepted", promotion.CheckCredentials: "accepted", promotion.CheckDirectLake: "accepted"}

// stopped refuses what the pre-flight stops at, each where it is mended, and
// writes down what the rules say.
func (b *builder) stopped(r *route) {
	f := b.facts(r)
	checks := promotion.Preflight(f, r.choice)
	for _, c := range promotion.Stopping(checks) {
		field, says := r.mendedAt(c)
		b.fail(field, "%s", says)
	}
	b.judged(r, f.Rules, checks)
}

// mendedAt is the field at which a check that stops is mended, and what stands
// there.
func (r *route) mendedAt(c promotion.Check) (field, says string) {
	says = strings.TrimSpace(c.Evidence + " " + c.Remedy)
	switch {
	case !promotion.OfRule(c.ID):
	case c.Waivable:
		says = c.Title + ": no. " + says + " Or tick it here: whoever decides sees that you know."
	default:
		says = c.Title + ": no. " + says
	}
	return FieldOf(strings.TrimSuffix(r.field, "."), c), says
}

// FieldOf is the field of the form of a promotion at which a failed check is
// mended; route is the field of the check's route.
func FieldOf(route string, c promotion.Check) string {
	field, known := atField[c.ID]
	switch {
	case known:
	case !promotion.OfRule(c.ID):
		field = ".stage"
	case c.Waivable:
		field = "accepted"
	default:
		field = ".items"
	}
	if strings.HasPrefix(field, ".") {
		return route + field
	}
	return field
}

// judged writes what the rules for promotions say into the plan. A breach that
// the requester accepts is carried on into the run; what was accepted and is not
// broken is not, so that nothing is accepted that nobody saw.
func (b *builder) judged(r *route, rules []promotion.Verdict, checks []promotion.Check) {
	r.choice.Accepted = slices.DeleteFunc(slices.Clone(r.choice.Accepted), func(id string) bool {
		return promotion.OfRule(id) && !slices.ContainsFunc(checks, func(c promotion.Check) bool { return c.ID == id && c.Accepted })
	})
	for _, v := range rules {
		switch v.State {
		case promotion.Unknown:
			b.plan.Judged.Unknown = append(b.plan.Judged.Unknown, v.Rule)
		case promotion.Fail:
			b.plan.Judged.Findings = append(b.plan.Judged.Findings, Finding{Rule: v.Rule, Severity: v.Severity, Object: r.src.Name + " → " + r.dst.Name, Says: v.Evidence, Refuses: v.Refuses})
			if v.Severity == policy.High || v.Severity == policy.Critical {
				b.risky("Breaks the rule “%s”.", v.Title)
			}
		}
	}
}
