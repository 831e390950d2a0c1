package app

import (
	"context"
	"strconv"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/pbi"
	"steward/internal/scan"
	"steward/internal/web"
)

// scans runs scans on behalf of pages and schedules. It owns their goroutines
// and waits for them.
type scans struct {
	portal *Portal
	wg     sync.WaitGroup

	mu sync.Mutex
	// ctx ends with the portal; nil before Start.
	ctx context.Context //nolint:containedctx // the scans outlive the request that asked for them
	// schedules are those of the tenants, by name.
	schedules map[string]*scan.Schedule
}

func newScans(p *Portal) *scans {
	return &scans{portal: p, schedules: map[string]*scan.Schedule{}}
}

// begin lets scans run until ctx ends, and starts each tenant's schedule.
func (s *scans) begin(ctx context.Context) error {
	s.mu.Lock()
	s.ctx = ctx
	s.mu.Unlock()
	for _, t := range s.portal.Tenants {
		schedule, err := scan.NewSchedule(t.Scanner, t.Config.Scan.Full, t.Config.Scan.Incremental)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.schedules[t.Config.Name] = schedule
		s.mu.Unlock()
		s.wg.Go(func() {
			if err := schedule.Run(ctx); err != nil {
				s.portal.log.Error("schedule ended", "tenant", t.Config.Name, "err", err)
			}
		})
	}
	return nil
}

// wait returns when no scan is running any more.
func (s *scans) wait() { s.wg.Wait() }

// Start asks for a scan; it goes on when the request that asked has ended.
func (s *scans) Start(asked context.Context, tenant, kind string, by ledger.Actor) error {
	t, err := s.portal.Tenant(tenant)
	if err != nil {
		return err
	}
	k := db.ScanKind(kind)
	if k != db.ScanFull && k != db.ScanIncremental {
		return fault.New(fault.Invalid, "%q is not a kind of scan. Choose full or incremental.", kind)
	}
	if t.Scanner.Progress().Running {
		return fault.New(fault.Conflict, "The tenant %s is being scanned already. Watch it below, or stop it first.", tenant)
	}
	s.mu.Lock()
	ctx := s.ctx
	s.mu.Unlock()
	if ctx == nil || ctx.Err() != nil {
		return fault.New(fault.Unavailable, "The portal is starting or stopping. Try again in a moment.")
	}
	req := scan.Request{Kind: k, Cause: "person", AskedBy: by.Name}
	if by.Kind == ledger.System {
		req.Cause, req.AskedBy = "schedule", ""
	}
	states, unwatch := t.Scanner.Watch()
	defer unwatch()
	ended := make(chan error, 1)
	s.wg.Go(func() {
		_, err := s.portal.runScan(ctx, t, req)
		if err != nil {
			s.portal.log.Warn("scan ended without being published", "tenant", tenant, "err", err)
		}
		ended <- err
	})
	return begun(asked, states, ended)
}

// startPatience is how long someone who starts a scan waits to see it begin.
const startPatience = 3 * time.Second

// begun waits until a scan has begun, so that the next page shows it; it is not
// waited for longer than a person would. Conflict when another one came first.
func begun(ctx context.Context, states <-chan scan.Progress, ended <-chan error) error {
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	for {
		select {
		case p := <-states:
			if p.Running {
				return nil
			}
		case err := <-ended:
			if fault.Is(err, fault.Conflict) {
				return err
			}
			return nil // however it ended, the list tells
		case <-patience.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// goOn runs fn with the context of the scans, unless the portal is stopping.
func (s *scans) goOn(fn func(context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx := s.ctx; ctx != nil && ctx.Err() == nil {
		s.wg.Go(func() { fn(ctx) })
	}
}

// Cancel stops the tenant's running scan.
func (s *scans) Cancel(_ context.Context, tenant string, by ledger.Actor) error {
	t, err := s.portal.Tenant(tenant)
	if err != nil {
		return err
	}
	if !t.Scanner.Cancel(by.Name) {
		return fault.New(fault.NotFound, "No scan of %s is running any more.", tenant)
	}
	return nil
}

// Progress returns what the tenant's scan is doing.
func (s *scans) Progress(tenant string) (web.Progress, bool) {
	t, err := s.portal.Tenant(tenant)
	if err != nil {
		return web.Progress{}, false
	}
	p := t.Scanner.Progress()
	if !p.Running {
		return web.Progress{}, false
	}
	out := web.Progress{
		Scan: p.Scan, Kind: string(p.Kind), Doing: p.Step, Done: p.BatchesDone, Batches: p.BatchesTotal,
		PartsDone: p.PartsDone, Parts: p.PartsTotal, Items: p.Items, Events: p.Events, Started: p.Began, Ends: p.End,
	}
	return out, true
}

// Stopped returns the tenant's scan that stopped before its end, and why.
func (s *scans) Stopped(tenant string) (int64, string) {
	t, err := s.portal.Tenant(tenant)
	if err != nil {
		return 0, ""
	}
	if p := t.Scanner.Progress(); !p.Running && p.State == db.ScanRunning {
		return p.Scan, p.Error
	}
	return 0, ""
}

// Quota returns what is left of the limits that hold the tenant's scans back.
func (s *scans) Quota(tenant string) []web.Quota {
	t, err := s.portal.Tenant(tenant)
	if err != nil {
		return nil
	}
	var out []web.Quota
	for _, op := range pbi.ScanOperations() {
		r := t.budgets.Room(op)
		out = append(out, web.Quota{Operation: op.Name, Left: r.Left, Frees: r.Next, Blocked: r.Blocked})
	}
	return out
}

// Next returns the next scan of each kind by the tenant's schedule.
func (s *scans) Next(tenant string) []web.Planned {
	s.mu.Lock()
	schedule := s.schedules[tenant]
	s.mu.Unlock()
	if schedule == nil {
		return nil
	}
	var out []web.Planned
	for _, n := range schedule.Each(s.portal.clock.now()()) {
		out = append(out, web.Planned{At: n.At, Kind: string(n.Kind)})
	}
	return out
}

// progressLine is a scan's state in one line, for a terminal.
func progressLine(p scan.Progress) string {
	line := p.Step
	if p.BatchesTotal > 0 {
		line += " " + strconv.Itoa(p.BatchesDone) + "/" + strconv.Itoa(p.BatchesTotal) + " batches"
	}
	if p.PartsTotal > 0 {
		line += ", " + strconv.Itoa(p.PartsDone) + "/" + strconv.Itoa(p.PartsTotal) + " other parts"
	}
	if !p.End.IsZero() {
		line += ", until about " + p.End.Local().Format("15:04")
	}
	return line
}
