package app

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"

	"steward/internal/buildinfo"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/metrics"
)

// figures reads what the portal's operator watches.
func (p *Portal) figures(ctx context.Context) metrics.Figures {
	f := metrics.Figures{Version: buildinfo.Version(), Ready: map[string]bool{}, Checkpoint: -1}
	for _, r := range p.ready.Ready(ctx) {
		f.Ready[r.Name] = r.OK
	}
	o, err := p.DB.Reader().Operations(ctx)
	if err != nil {
		p.log.Warn("the figures of operation cannot be read", "error", err)
		return f
	}
	f.OK, f.Requests, f.Runs, f.InDoubt, f.LedgerEntries = true, o.Requests, o.Runs, o.InDoubt, o.LedgerEntries
	if f.Waiting, f.GivenUp, err = p.DB.Reader().CountDeliveries(ctx, ""); err != nil {
		p.log.Warn("messages cannot be counted", "error", err)
	}
	now := p.clock.now()()
	if !o.Oldest.IsZero() {
		f.OldestDoubt = now.Sub(o.Oldest)
	}
	if p.witness != nil {
		h := p.witness.Health()
		f.SinkOK = h.OK && h.Since.IsZero()
		if !h.Last.Time.IsZero() {
			f.Checkpoint = now.Sub(h.Last.Time)
		}
	}
	f.DatabaseBytes, f.LogBytes, _ = p.DB.Sizes() // a size that cannot be read is a disk that /readyz tells of
	f.FreeBytes, _, _ = disk(p.cfg.DataDir)
	for _, t := range p.Tenants {
		f.Tenants = append(f.Tenants, p.tenantFigures(ctx, t, o))
	}
	return f
}

func (p *Portal) tenantFigures(ctx context.Context, t *Tenant, o db.Operations) metrics.Tenant {
	out := metrics.Tenant{Name: t.Config.Name, Budgets: map[string]int{}, Violations: o.Violations[t.Config.Name]}
	r := p.DB.Reader()
	if s, ok, err := r.PublishedScan(ctx, t.Scanner.Tenant()); err == nil && ok {
		out.Scanned, out.ScanAge = true, p.clock.now()().Sub(s.Published)
		out.Coverage = share(s)
	}
	_, out.Running = p.scans.Progress(t.Config.Name)
	_, out.Held, _ = r.Hold(ctx, t.Config.Name) // unread, the figure of the check "database" tells
	for _, q := range p.scans.Quota(t.Config.Name) {
		if q.Left >= 0 {
			out.Budgets[q.Operation] = q.Left
		}
	}
	return out
}

// share is the part of the workspaces that are known; a tenant without any is
// known whole.
func share(s db.Scan) float64 {
	if s.Meant <= 0 {
		return 1
	}
	return float64(s.Seen) / float64(s.Meant)
}

// scraper says who may read /metrics: whoever has the token, or, when none is
// configured, a program on this machine that did not come by a proxy.
func scraper(cfg config.Metrics) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if cfg.Token.IsZero() {
			return fromHere(r)
		}
		want, err := cfg.Token.Read()
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return err == nil && ok && subtle.ConstantTimeCompare([]byte(given), []byte(want.Reveal())) == 1
	}
}

func fromHere(r *http.Request) bool {
	for _, h := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && config.IsLoopback(host)
}
