package promotion

import (
	"context"
	"strings"
	"time"

	"steward/internal/policy"
)

// Judge asks the rules for promotions about every item that goes, and
// sums up what each rule says. day is when it is to begin.
func Judge(ctx context.Context, set *policy.Set, f Facts, c Choice, day time.Time) []Verdict {
	if !set.Judges(policy.KindPromotion) || len(f.Pipeline.Stages) == 0 {
		return nil
	}
	judge := set.NewJudge(ctx, policy.AtRequest, &policy.Tenant{})
	sums := map[string]*ruleSum{}
	for _, it := range f.Going(c) {
		judge.Each(promotionFact(f, c, it, day), func(v policy.Verdict) {
			s := sums[v.Rule.ID]
			if s == nil {
				s = &ruleSum{rule: v.Rule}
				sums[v.Rule.ID] = s
			}
			s.add(judge, v, it.Name)
		})
	}
	var out []Verdict
	for _, r := range set.Rules() {
		if s := sums[r.ID]; s != nil {
			out = append(out, s.verdict())
		}
	}
	return out
}

func promotionFact(f Facts, c Choice, it Item, day time.Time) *policy.Promotion {
	last := f.Pipeline.Stages[len(f.Pipeline.Stages)-1].Order
	p := &policy.Promotion{Name: it.Name, Kind: it.Kind, Pipeline: f.Pipeline.Name, From: f.Source.Stage.Title(), To: f.Target.Stage.Title(), ToProduction: c.To == last,
		Backward: c.Backward(), New: !it.Paired, Day: day.UTC().Format(time.DateOnly), Endorsement: it.Endorsement, LabelID: it.Label, LastRefresh: it.LastRefresh}
	return p
}

// Waivable are the rules for promotions whose breach a requester may accept, as
// value and label; refuses tells those that no request may break.
func Waivable(set *policy.Set, refuses func(rule string, severity policy.Severity) bool) (out [][2]string) {
	for _, r := range set.Rules() {
		if r.Kind == policy.KindPromotion && !r.NeverWaived && !refuses(r.ID, r.Severity) {
			out = append(out, [2]string{ruleCheck + r.ID, "The rule “" + r.Title + "” is broken, and I know"})
		}
	}
	return out
}

// ruleSum is what one rule says of all items of a promotion.
type ruleSum struct {
	rule                    *policy.Active
	failed, unsure          []string
	says                    string
	nFailed, nUnsure, total int
}

func (s *ruleSum) add(j *policy.Judge, v policy.Verdict, name string) {
	s.total++
	switch v.Outcome {
	case policy.Fail:
		if s.nFailed++; s.nFailed <= mostNamed {
			s.failed = append(s.failed, "“"+name+"”")
		}
		if s.says == "" {
			s.says = j.Finding(v).Says
		}
	case policy.Unknown:
		if s.nUnsure++; s.nUnsure <= mostNamed {
			s.unsure = append(s.unsure, "“"+name+"”")
		}
	}
}

func (s *ruleSum) verdict() Verdict {
	v := Verdict{Rule: s.rule.ID, Title: s.rule.Title, Severity: s.rule.Severity, NeverWaived: s.rule.NeverWaived, State: Pass, Evidence: "So it is for all items that it is about."}
	switch {
	case s.nFailed > 0:
		v.State, v.Evidence = Fail, "Not so for "+Listed(s.failed, s.nFailed)+". "+s.says+"."
	case s.nUnsure > 0:
		v.State, v.Evidence = Unknown, "Not known for "+Listed(s.unsure, s.nUnsure)+"."
	}
	if v.State != Pass {
		v.Remedy = strings.Join(s.rule.Remedy, " ")
	}
	return v
}
