package refreshlog

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/refresh"
)

// Config is what a Collector needs.
type Config struct {
	DB *db.DB
	// Tenant is the configured name.
	Tenant string
	// Executor is nil for a tenant that is only read: then nothing but what
	// scans saw is known.
	Executor *pbi.Executor
	// KeepDays is how long runs are kept.
	KeepDays   int
	Thresholds refresh.Thresholds
	Now        func() time.Time
	// Sleep waits; nil is the real clock.
	Sleep func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger
	// After is told of each pass that changed something; may be nil.
	After func(ctx context.Context, p Pass)
}

// Collector reads the refreshes of one tenant.
type Collector struct {
	cfg Config
	// one lets one pass run at a time.
	one sync.Mutex
}

// New returns a Collector. It calls nobody yet.
func New(cfg Config) *Collector {
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Thresholds = cfg.Thresholds.OrDefaults()
	return &Collector{cfg: cfg}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Pass is what one pass did.
type Pass struct {
	// Read are the items whose history was read, Closed those that the executor
	// may not read, Failed those of which the read failed.
	Read, Closed, Failed int
	Calls                int
	Began, Ended         time.Time
}

// between is the time between two passes.
const between = 10 * time.Minute

// Run makes a pass at once and then every ten minutes, until ctx ends.
func (c *Collector) Run(ctx context.Context) {
	for {
		if _, err := c.Pass(ctx); err != nil && ctx.Err() == nil {
			c.cfg.Log.Warn("refreshes were not read; the next pass goes on", "err", err)
		}
		if err := c.cfg.Sleep(ctx, between); err != nil {
			return
		}
	}
}

// atOnce is how many items are taken together: read, written, judged.
const atOnce = 60

// Pass reads everything that is due.
func (c *Collector) Pass(ctx context.Context) (Pass, error) {
	c.one.Lock()
	defer c.one.Unlock()
	p := &pass{Collector: c, began: c.cfg.Now(), done: Pass{Began: c.cfg.Now()}, touched: map[int64]bool{}, tried: map[int64]bool{}}
	var err error
	if p.view, err = c.cfg.DB.Reader().ViewNow(ctx, c.cfg.Tenant); err != nil || p.view.Scan == 0 {
		return p.done, err
	}
	if err := p.prepare(ctx); err != nil {
		return p.done, err
	}
	for {
		due, err := p.next(ctx)
		if err != nil {
			return p.done, err
		}
		if len(due) == 0 {
			break
		}
		if err := p.take(ctx, due); err != nil {
			return p.done, err
		}
	}
	err = p.finish(ctx)
	p.done.Ended = c.cfg.Now()
	if err == nil && c.cfg.After != nil {
		c.cfg.After(ctx, p.done)
	}
	return p.done, err
}
