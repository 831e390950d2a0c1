package app

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/evaluate"
	"steward/internal/policy"
	"steward/internal/web"
)

// policies shows pages the rules in force and tries drafts out.
type policies struct{ p *Portal }

// Set returns the rules in force.
func (x policies) Set() *policy.Set { return x.p.rules.Set() }

// Problems returns what keeps the rule files from being in force.
func (x policies) Problems() policy.Problems { return x.p.rules.Problems() }

// previewScans is how many past scans a preview looks at: each is judged by
// the draft anew.
const previewScans = 12

// Preview judges the view, and past scans since the moment, by one rule as it
// would be with the decision.
func (x policies) Preview(ctx context.Context, v db.View, rule string, d policy.Decision, since time.Time, limit int) (web.RulePreview, error) {
	var out web.RulePreview
	r := x.p.DB.Reader()
	decisions, err := r.RuleDecisions(ctx)
	if err != nil {
		return out, err
	}
	d.On = true
	decisions[rule] = d
	draft, problems := x.p.rules.Draft(decisions)
	if out.Problems = problems; len(problems) > 0 {
		return out, nil
	}
	only, err := draft.Only(rule)
	if err != nil {
		return out, err
	}
	now, err := evaluate.PreviewRules(ctx, r, v, only, limit)
	if err != nil {
		return out, err
	}
	out.Tally, out.New, out.Same, out.Gone, out.GoneLabels = now.Tally, now.New, now.Same, now.Gone, now.GoneLabels
	for _, o := range now.Owners {
		out.Owners = append(out.Owners, web.PreviewOwner{Name: o.Name, Findings: o.Findings})
	}
	for _, f := range now.Findings {
		out.Findings = append(out.Findings, web.PreviewFinding{Label: f.Label, Says: f.Says, Owner: f.Owner, New: f.New})
	}
	views, err := r.ViewsSince(ctx, v, since)
	if err != nil {
		return out, err
	}
	points, err := evaluate.PreviewHistory(ctx, r, spread(views, previewScans), only)
	for _, p := range points {
		out.Points = append(out.Points, web.PreviewPoint{At: p.Taken, Tally: p.Tally})
	}
	return out, err
}

// spread picks at most n of the views, evenly, the last one among them.
func spread(views []db.View, n int) []db.View {
	if len(views) <= n {
		return views
	}
	out := make([]db.View, 0, n)
	for i := range n {
		out = append(out, views[(i+1)*len(views)/n-1])
	}
	return out
}
