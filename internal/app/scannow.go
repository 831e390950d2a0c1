package app

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/scan"
)

// ScanRequest asks for a scan from the command line.
type ScanRequest struct {
	// Tenant is the tenant's name; empty for all.
	Tenant string
	Full   bool
	Log    *slog.Logger
	// Progress is told where a scan stands; nil for nobody.
	Progress func(ScanLine)
	Clock    Clock
}

// ScanLine is where a scan stands, for a terminal.
type ScanLine struct {
	Tenant, Text string
	// Share is the share of the batches that is done, 0 to 1.
	Share float64
	Ended bool
}

// ScanSummary is what became of a scan, for programs.
type ScanSummary struct {
	Tenant    string           `json:"tenant"`
	Scan      int64            `json:"scan"`
	Kind      string           `json:"kind"`
	State     string           `json:"state"`
	Started   time.Time        `json:"started"`
	Finished  time.Time        `json:"finished"`
	Published *time.Time       `json:"published"`
	Meant     int64            `json:"workspaces_meant"`
	Seen      int64            `json:"workspaces_seen"`
	Calls     int64            `json:"calls"`
	Changed   map[string]int64 `json:"changed"`
	Gaps      []GapSummary     `json:"gaps"`
	Parts     []PartSummary    `json:"parts"`
	Flags     []string         `json:"flags,omitempty"`
	Error     string           `json:"error,omitempty"`
	RequestID string           `json:"request_id,omitempty"`
}

// GapSummary is a workspace that was meant to be seen and was not.
type GapSummary struct {
	Workspace string `json:"workspace"`
	Reason    string `json:"reason"`
}

// PartSummary is one of the other things a scan reads.
type PartSummary struct {
	Part  string `json:"part"`
	State string `json:"state"`
	Meant int64  `json:"meant"`
	Seen  int64  `json:"seen"`
	Error string `json:"error,omitempty"`
}

// ScanNow scans one tenant, or all of them one after the other, and reports
// each. A scan that fails is reported like the others and does not stop them;
// the error is for what kept a scan from beginning.
func ScanNow(ctx context.Context, cfg *config.Config, req ScanRequest, report func(ScanSummary) error) error {
	p, err := New(ctx, cfg, Options{Log: req.Log, Clock: req.Clock})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	tenants := p.Tenants
	if req.Tenant != "" {
		t, err := p.Tenant(req.Tenant)
		if err != nil {
			return err
		}
		tenants = []*Tenant{t}
	}
	for _, t := range tenants {
		sum, err := p.scanOne(ctx, t, req)
		if ctx.Err() != nil {
			return errors.Join(fault.New(fault.Unavailable, "The scan was interrupted. The next one goes on where it stopped."), err)
		}
		if err := report(sum); err != nil {
			return err
		}
	}
	return nil
}

func (p *Portal) scanOne(ctx context.Context, t *Tenant, req ScanRequest) (ScanSummary, error) {
	stop := watch(t.Scanner, t.Config.Name, req.Progress)
	kind := db.ScanIncremental
	if req.Full {
		kind = db.ScanFull
	}
	res, err := p.runScan(ctx, t, scan.Request{Kind: kind, Cause: "command"})
	stop()
	return summary(t.Config.Name, res, err), err
}

// watch passes a scan's progress on until the returned function is called.
func watch(s *scan.Scanner, tenant string, tell func(ScanLine)) (stop func()) {
	if tell == nil {
		return func() {}
	}
	states, unwatch := s.Watch()
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case p := <-states:
				if p.Running {
					tell(line(tenant, p))
				}
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-done
		unwatch()
		p := s.Progress()
		tell(ScanLine{Tenant: tenant, Text: string(p.State), Share: 1, Ended: true})
	}
}

func line(tenant string, p scan.Progress) ScanLine {
	l := ScanLine{Tenant: tenant, Text: progressLine(p)}
	if p.BatchesTotal > 0 {
		l.Share = float64(p.BatchesDone) / float64(p.BatchesTotal)
	}
	return l
}

func summary(tenant string, res scan.Result, err error) ScanSummary {
	s := res.Scan
	out := ScanSummary{
		Tenant: tenant, Scan: s.ID, Kind: string(s.Kind), State: string(s.State), Started: s.Started, Finished: s.Finished,
		Meant: s.Meant, Seen: s.Seen, Calls: s.Calls, Changed: s.Note.Changed, Flags: s.Note.Flags, Error: s.Error,
		Gaps: []GapSummary{}, Parts: []PartSummary{},
	}
	if !s.Published.IsZero() {
		out.Published = &s.Published
	}
	for _, g := range res.Gaps {
		out.Gaps = append(out.Gaps, GapSummary{Workspace: g.WorkspaceID, Reason: g.Reason})
	}
	for _, name := range slices.Sorted(maps.Keys(res.Parts)) {
		part := res.Parts[name]
		out.Parts = append(out.Parts, PartSummary{Part: name, State: string(part.State), Meant: part.Meant, Seen: part.Seen, Error: part.Error})
	}
	if err != nil {
		out.Error = fault.Sentence(err)
		if out.State == "" || out.State == "running" {
			out.State = "failed"
		}
		var f *fault.Error
		if errors.As(err, &f) {
			out.RequestID = f.RequestID
		}
	}
	return out
}
