package evaluate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
	"steward/internal/violation"
)

// Preview is what a draft of rules would raise, beside what stands now. Nothing
// is written for it.
type Preview struct {
	Scan  int64
	Taken time.Time
	// Tally counts the verdicts of all rules of the draft together.
	Tally policy.Tally
	// New would be raised, Same stand already, Gone stand now and would be
	// resolved.
	New, Same, Gone int64
	// Owners are those who would be asked, with the number of findings, most
	// first; an empty name stands for objects nobody answers for.
	Owners []OwnerShare
	// Findings are the first ones, new before those that stand already.
	Findings []Previewed
	// GoneLabels name the first of those that would be resolved.
	GoneLabels []string
}

// OwnerShare is how many findings one person would be asked about.
type OwnerShare struct {
	Principal int64
	Name      string
	Findings  int64
}

// Previewed is one finding of a draft.
type Previewed struct {
	Rule  string
	Ref   policy.Ref
	Label string
	Says  string
	Owner string
	New   bool

	owner int64
}

// PreviewRules judges the view by a draft: a set with nothing but the rules in
// question, compiled with the decision that is being thought about. limit
// bounds the lists, not the counts.
func PreviewRules(ctx context.Context, reader *db.Reader, v db.View, draft *policy.Set, limit int) (Preview, error) {
	p := Preview{Scan: v.Scan, Taken: v.Taken}
	if v.Scan == 0 {
		return p, nil
	}
	standing := map[violation.Key]db.Standing{}
	for _, r := range draft.Rules() {
		list, err := reader.StandingOf(ctx, v.Tenant, r.ID)
		if err != nil {
			return p, fmt.Errorf("preview of %s: %w", r.ID, err)
		}
		for _, s := range list {
			standing[s.Key] = s
		}
	}
	owners := map[int64]int64{}
	facts, err := eachVerdict(ctx, reader, v, draft, &p.Tally, func(j *policy.Judge, verdict policy.Verdict, o policy.Object) {
		f := j.Finding(verdict)
		key := violation.Key{Rule: verdict.Rule.ID, Ref: f.Ref}
		_, stands := standing[key]
		delete(standing, key)
		if stands {
			p.Same++
		} else {
			p.New++
		}
		owner := ownerOf(o)
		owners[owner]++
		if len(p.Findings) < limit || !stands {
			p.Findings = append(p.Findings, Previewed{Rule: key.Rule, Ref: f.Ref, Label: f.Label, Says: f.Says, New: !stands, owner: owner})
		}
		p.trim(limit)
	})
	if err != nil {
		return p, fmt.Errorf("preview at scan %d: %w", v.Scan, err)
	}
	p.finish(facts, owners, standing, limit)
	return p, nil
}

// trim keeps the list of findings short while it grows, new ones first.
func (p *Preview) trim(limit int) {
	if len(p.Findings) < 2*limit+16 {
		return
	}
	p.sort()
	p.Findings = p.Findings[:limit]
}

func (p *Preview) sort() {
	slices.SortStableFunc(p.Findings, func(a, b Previewed) int {
		if a.New != b.New {
			return cmp.Compare(bit(b.New), bit(a.New))
		}
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Rule, b.Rule))
	})
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *Preview) finish(facts *names, owners map[int64]int64, gone map[violation.Key]db.Standing, limit int) {
	p.sort()
	p.Findings = p.Findings[:min(limit, len(p.Findings))]
	for i := range p.Findings {
		p.Findings[i].Owner = facts.of(p.Findings[i].owner)
	}
	for num, n := range owners {
		p.Owners = append(p.Owners, OwnerShare{Principal: num, Name: facts.of(num), Findings: n})
	}
	slices.SortFunc(p.Owners, func(a, b OwnerShare) int {
		return cmp.Or(cmp.Compare(b.Findings, a.Findings), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Principal, b.Principal))
	})
	p.Owners = p.Owners[:min(limit, len(p.Owners))]
	p.Gone = int64(len(gone))
	for _, s := range gone {
		p.GoneLabels = append(p.GoneLabels, s.Label)
	}
	slices.Sort(p.GoneLabels)
	p.GoneLabels = p.GoneLabels[:min(limit, len(p.GoneLabels))]
}

// Point is what a draft says of one past scan.
type Point struct {
	Scan  int64
	Taken time.Time
	Tally policy.Tally
}

// PreviewHistory judges past scans by a draft, for a line of how many it would
// have raised: oldest first. Days of activity that were read later than a scan
// are counted for it too, as they are about days before it.
func PreviewHistory(ctx context.Context, reader *db.Reader, views []db.View, draft *policy.Set) ([]Point, error) {
	var out []Point
	for _, v := range views {
		p := Point{Scan: v.Scan, Taken: v.Taken}
		if _, err := eachVerdict(ctx, reader, v, draft, &p.Tally, func(*policy.Judge, policy.Verdict, policy.Object) {}); err != nil {
			return out, fmt.Errorf("preview at scan %d: %w", v.Scan, err)
		}
		out = append(out, p)
	}
	return out, nil
}

// names finds the names of principals after the facts are closed.
type names struct{ byNum map[int64]string }

func (n *names) of(num int64) string { return n.byNum[num] }

// eachVerdict judges everything a view shows by a set and calls fail for each
// verdict that fails, on the object that was judged last.
func eachVerdict(ctx context.Context, reader *db.Reader, v db.View, set *policy.Set, tally *policy.Tally, fail func(*policy.Judge, policy.Verdict, policy.Object)) (*names, error) {
	facts, err := reader.OpenFacts(ctx, v)
	if err != nil {
		return nil, err
	}
	defer func() { _ = facts.Close() }()
	judge := set.NewJudge(ctx, policy.AtScan, facts.Tenant())
	asked := &names{byNum: map[int64]string{}}
	one := func(o policy.Object) {
		judge.Each(o, func(verdict policy.Verdict) {
			switch verdict.Outcome {
			case policy.Pass:
				tally.Passed++
			case policy.Unknown:
				tally.Unknown++
			case policy.Fail:
				tally.Failed++
				if num := ownerOf(o); num != 0 {
					asked.byNum[num] = facts.Principal(num).Name
				}
				fail(judge, verdict, o)
			}
		})
	}
	holdings := map[int64]db.Holding{}
	var part db.FactPart
	spaces := slices.DeleteFunc(facts.WorkspaceNumbers(), facts.Unseen)
	for ids := range slices.Chunk(spaces, db.FactChunk) {
		if err := facts.Load(ctx, ids, &part); err != nil {
			return nil, err
		}
		facts.Each(&part, func(_ int, o policy.Object) { one(o) })
		part.Holdings(holdings)
	}
	r := &run{reader: reader, view: v, set: set, facts: facts}
	if err := r.eachOfRest(ctx, one); err != nil {
		return nil, err
	}
	return asked, facts.Principals(ctx, facts.PrincipalNumbers(), holdings, one)
}
