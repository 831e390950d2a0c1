package app

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/evaluate"
	"steward/internal/fault"
	"steward/internal/policy"
)

// FilePreview is what the rules of a file would raise.
type FilePreview struct {
	Tenant string
	Taken  time.Time
	Rules  []RuleFilePreview
}

// RuleFilePreview is what one rule of the file would raise now, and would have
// raised at past scans.
type RuleFilePreview struct {
	Rule, Title    string
	Tally          policy.Tally
	New, Same      int64
	Gone           int64
	Findings       []string // the first ones, as "object: finding"
	Days           []time.Time
	Found, Unknown []int64 // for each of Days
}

// PreviewFile judges the last scan of a tenant, and those of the last days, by
// the rules of a file laid over the built-in packs. It reads beside a running
// portal and changes nothing. Problems say what is wrong with the file.
func PreviewFile(ctx context.Context, cfg *config.Config, tenant, file string, days int) (FilePreview, policy.Problems, error) {
	out := FilePreview{}
	own, problems := policy.LoadFile(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	if len(problems) > 0 {
		return out, problems, nil
	}
	packs, problems := policy.Merge(policy.Builtin(), own)
	if len(problems) > 0 {
		return out, problems, nil
	}
	on := map[string]policy.Decision{}
	for _, p := range own {
		for _, r := range p.Rules {
			on[r.ID] = policy.Decision{On: true}
		}
	}
	set, problems := policy.Compile(packs, on)
	if len(problems) > 0 {
		return out, problems, nil
	}
	name, err := tenantName(cfg, tenant)
	if err != nil {
		return out, nil, err
	}
	reader, closeReader, err := db.OpenReader(ctx, filepath.Join(cfg.DataDir, "portal.db"))
	if err != nil {
		return out, nil, err
	}
	defer func() { _ = closeReader() }()
	v, err := reader.ViewNow(ctx, name)
	if err != nil {
		return out, nil, err
	}
	if v.Scan == 0 {
		return out, nil, fault.New(fault.NotFound, "Tenant %s was never scanned: there is nothing to look at.", name)
	}
	out.Tenant, out.Taken = name, v.Taken
	views, err := reader.ViewsSince(ctx, v, v.Taken.AddDate(0, 0, -days))
	if err != nil {
		return out, nil, err
	}
	for _, p := range own {
		for _, r := range p.Rules {
			one, err := previewRule(ctx, reader, v, spread(views, previewScans), set, r)
			if err != nil {
				return out, nil, err
			}
			out.Rules = append(out.Rules, one)
		}
	}
	return out, nil, nil
}

func previewRule(ctx context.Context, reader *db.Reader, v db.View, views []db.View, set *policy.Set, r *policy.Rule) (RuleFilePreview, error) {
	out := RuleFilePreview{Rule: r.ID, Title: r.Title}
	only, err := set.Only(r.ID)
	if err != nil {
		return out, err
	}
	now, err := evaluate.PreviewRules(ctx, reader, v, only, 20)
	if err != nil {
		return out, err
	}
	out.Tally, out.New, out.Same, out.Gone = now.Tally, now.New, now.Same, now.Gone
	for _, f := range now.Findings {
		out.Findings = append(out.Findings, f.Label+": "+f.Says)
	}
	points, err := evaluate.PreviewHistory(ctx, reader, views, only)
	for _, p := range points {
		out.Days, out.Found, out.Unknown = append(out.Days, p.Taken), append(out.Found, p.Tally.Failed), append(out.Unknown, p.Tally.Unknown)
	}
	return out, err
}
