package app

import (
	"context"

	"steward/internal/db"
)

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
