package app

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"steward/internal/ledger"
	"steward/internal/web"
)

const (
	// checkPatience is how long a person waits for a check before the page
	// comes back without it; checkTime is how long the check itself may take.
	checkPatience = 15 * time.Second
	checkTime     = 5 * time.Minute
	// checkEvery is how often a set-up is looked at without being asked: a
	// setting that someone switched off is then known before the next full scan
	// fails.
	checkEvery = 24 * time.Hour
)

// setupChecks runs the set-up checks and keeps the last of each tenant. It
// owns their goroutines and waits for them.
type setupChecks struct {
	portal *Portal
	wg     sync.WaitGroup

	mu   sync.Mutex
	ctx  context.Context //nolint:containedctx // a check outlives the request that asked for it
	last map[string]web.SetupCheck
	// running has a channel for each check under way, closed at its end.
	running map[string]chan struct{}
}

func newSetupChecks(p *Portal) *setupChecks {
	return &setupChecks{portal: p, last: map[string]web.SetupCheck{}, running: map[string]chan struct{}{}}
}

// begin lets checks run until ctx ends, and checks every tenant now and once a
// day.
func (s *setupChecks) begin(ctx context.Context) {
	s.mu.Lock()
	s.ctx = ctx
	s.mu.Unlock()
	s.wg.Go(func() {
		tick := time.NewTicker(checkEvery)
		defer tick.Stop()
		for {
			for _, t := range s.portal.Tenants {
				s.start(t, "")
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// wait returns when no check is running any more.
func (s *setupChecks) wait() { s.wg.Wait() }

// Check runs the check of a tenant, or joins the one under way.
func (s *setupChecks) Check(ctx context.Context, tenant string, by ledger.Actor) error {
	t, err := s.portal.Tenant(tenant)
	if err != nil {
		return err
	}
	patience := time.NewTimer(checkPatience)
	defer patience.Stop()
	select {
	case <-s.start(t, by.Name):
	case <-patience.C:
	case <-ctx.Done():
		return fmt.Errorf("check %s: %w", tenant, ctx.Err())
	}
	return nil
}

// start begins a check unless one is under way, and returns what is closed at
// its end.
func (s *setupChecks) start(t *Tenant, by string) <-chan struct{} {
	name := t.Config.Name
	s.mu.Lock()
	defer s.mu.Unlock()
	if done, busy := s.running[name]; busy {
		return done
	}
	done := make(chan struct{})
	if s.ctx == nil || s.ctx.Err() != nil {
		close(done) // starting or stopping: the last answer stays
		return done
	}
	s.running[name] = done
	ctx, cancel := context.WithTimeout(s.ctx, checkTime)
	s.wg.Go(func() {
		defer cancel()
		lines := setupLines(ctx, t)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ctx.Err() == nil { // else the answers tell of our own end
			s.last[name] = web.SetupCheck{At: s.portal.clock.now()(), By: by, Lines: lines}
		}
		delete(s.running, name)
		close(done)
	})
	return done
}

func setupLines(ctx context.Context, t *Tenant) []web.SetupLine {
	var out []web.SetupLine
	for _, r := range t.Check(ctx) {
		out = append(out, web.SetupLine{State: string(r.State), Title: r.Title, Evidence: r.Evidence, Remedy: r.Remedy, RequestID: r.RequestID})
	}
	return out
}

// LastCheck returns the last check of a tenant.
func (s *setupChecks) LastCheck(tenant string) (web.SetupCheck, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, known := s.last[tenant]
	_, last.Running = s.running[tenant]
	return last, known || last.Running
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}
