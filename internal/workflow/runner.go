package workflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Next says what a run does after a step.
type Next struct {
	// Ended means that there is nothing more to do.
	Ended bool
	// At is when to come back; the zero time means at once.
	At time.Time
}

// Work is what the runner keeps going.
type Work interface {
	// Recover puts in order what a crash has left. It is called once, first.
	Recover(ctx context.Context) error
	// Due returns the ids of the runs that may go on now, new ones included.
	Due(ctx context.Context) ([]string, error)
	// Advance does the next step of a run. It is never called twice at once
	// for one run. Its context ends only when a stop cannot wait any longer.
	Advance(ctx context.Context, id string) (Next, error)
}

// Config is what a Runner needs.
type Config struct {
	Work Work
	// Workers is how many runs go on at once; 4 when 0.
	Workers int
	// Poll is how often Due is asked without being woken; 2 s when 0.
	Poll time.Duration
	// Grace is how long a stop lets steps finish; 20 s when 0.
	Grace time.Duration
	// Now is the clock, time.Now when nil.
	Now func() time.Time
	Log *slog.Logger
}

// Runner keeps runs going until its context ends.
type Runner struct {
	cfg  Config
	wake chan struct{}

	mu   sync.Mutex
	busy map[string]bool
}

// New returns a Runner; Run starts it.
func New(cfg Config) *Runner {
	if cfg.Workers <= 0 {
		cfg.Workers = 4
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 2 * time.Second
	}
	if cfg.Grace <= 0 {
		cfg.Grace = 20 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{cfg: cfg, wake: make(chan struct{}, 1), busy: map[string]bool{}}
}

// Wake makes the runner look for work at once: something was agreed, resumed or
// decided.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends. It then begins no further step, lets those under
// way finish for Grace, ends their context, and returns when all have.
func (r *Runner) Run(ctx context.Context) error {
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	if err := r.cfg.Work.Recover(ctx); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	var wg sync.WaitGroup
	free := make(chan struct{}, r.cfg.Workers)
	for {
		r.start(ctx, hard, &wg, free)
		t := time.NewTimer(r.cfg.Poll)
		select {
		case <-ctx.Done():
			t.Stop()
			return r.stop(&wg, cut)
		case <-r.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

// start gives every run that may go on a worker, as far as there are any.
func (r *Runner) start(ctx, hard context.Context, wg *sync.WaitGroup, free chan struct{}) {
	ids, err := r.cfg.Work.Due(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.cfg.Log.ErrorContext(ctx, "which runs may go on could not be read", "error", err)
		}
		return
	}
	for _, id := range ids {
		if !r.claim(id) {
			continue
		}
		select {
		case free <- struct{}{}:
		default:
			r.release(id)
			return // all workers are busy; the rest is found the next time
		}
		wg.Go(func() {
			defer func() { <-free; r.release(id); r.Wake() }()
			r.advance(ctx, hard, id)
		})
	}
}

// stop waits for the steps under way, and cuts them off when that takes long.
func (r *Runner) stop(wg *sync.WaitGroup, cut context.CancelFunc) error {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	t := time.NewTimer(r.cfg.Grace)
	defer t.Stop()
	select {
	case <-done:
		return nil
	case <-t.C:
	}
	cut()
	<-done
	return errors.New("a step was cut off because it did not end in time; it is looked for at the next start")
}

// pause is how long a run rests after an error of its Work.
const pause = 5 * time.Second

// advance takes a run as far as it goes now.
func (r *Runner) advance(ctx, hard context.Context, id string) {
	for ctx.Err() == nil {
		next, err := r.step(hard, id)
		if err != nil {
			r.cfg.Log.WarnContext(ctx, "a step of a run was not taken", "run", id, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			return
		}
		if next.Ended || next.At.After(r.cfg.Now()) {
			return
		}
	}
}

// step is one Advance; a panic in it ends this run's turn, not the portal.
func (r *Runner) step(ctx context.Context, id string) (next Next, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in run %s: %v\n%s", id, p, debug.Stack())
		}
	}()
	return r.cfg.Work.Advance(ctx, id)
}

func (r *Runner) claim(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy[id] {
		return false
	}
	r.busy[id] = true
	return true
}

func (r *Runner) release(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, id)
}
