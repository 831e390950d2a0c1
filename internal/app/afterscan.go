package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"steward/internal/db"
	"steward/internal/policy"
)

// newKeeper loads the built-in rules and those of the configured directory.
func newKeeper(dir string, now func() time.Time) *policy.Keeper {
	if dir == "" {
		return policy.NewKeeper(nil, now)
	}
	return policy.NewKeeper(func() (fs.FS, error) {
		if _, err := os.Stat(dir); err != nil {
			return nil, err
		}
		return os.DirFS(dir), nil
	}, now)
}

// reloadRules puts the rules with the decisions made so far in force. Rules
// that cannot be loaded leave the last good set in force; the page of the
// policies says so.
func (p *Portal) reloadRules(ctx context.Context) error {
	decisions, err := p.DB.Reader().RuleDecisions(ctx)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	if problems := p.rules.Reload(decisions); len(problems) > 0 {
		p.log.Error("the rules in the directory were not loaded; the last good set stays in force", "problems", fmt.Sprint(problems))
	}
	return nil
}

// onScan judges what a scan published. It runs in the scan's own goroutine, so
// the next scan waits for the judging. That there was a scan is in the ledger
// with the scan itself.
func (p *Portal) onScan(ctx context.Context, s db.Scan, _ string) {
	if s.State != db.ScanComplete && s.State != db.ScanPartial {
		return // nothing was published
	}
	if err := p.judge(ctx, s); err != nil {
		p.log.Error("scan not judged", "scan", s.ID, "err", err)
	}
}

// judge evaluates the rules over a published scan.
func (p *Portal) judge(ctx context.Context, s db.Scan) error {
	return p.judgeNow(ctx, p.tenantName(s.Tenant))
}

func (p *Portal) tenantName(number int64) string {
	for _, t := range p.Tenants {
		if t.Scanner.Tenant() == number {
			return t.Config.Name
		}
	}
	return ""
}
