package workflow_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/workflow"
)

// counts is work that counts down: each run needs so many steps.
type counts struct {
	mu      sync.Mutex
	left    map[string]int
	inside  map[string]int
	most    int // runs at once
	twice   bool
	recover int
	// step is called within each Advance; nil for nothing.
	step func(ctx context.Context, id string) error
	// rest is until when a run rests after a step; nil for not at all.
	rest func(id string) time.Time
	done chan string
}

func (c *counts) Recover(context.Context) error { c.recover++; return nil }

func (c *counts) Due(context.Context) (ids []string, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, n := range c.left {
		if n > 0 {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (c *counts) Advance(ctx context.Context, id string) (workflow.Next, error) {
	c.mu.Lock()
	c.inside[id]++
	c.twice = c.twice || c.inside[id] > 1
	c.most = max(c.most, len(c.inside))
	c.mu.Unlock()
	var err error
	if c.step != nil {
		err = c.step(ctx, id)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.inside, id)
	if err != nil || c.left[id] == 0 { // asked again for what was done meanwhile
		return workflow.Next{Ended: err == nil}, err
	}
	if c.left[id]--; c.left[id] > 0 {
		if c.rest != nil {
			return workflow.Next{At: c.rest(id)}, nil
		}
		return workflow.Next{}, nil
	}
	c.done <- id
	return workflow.Next{Ended: true}, nil
}

func work(runs map[string]int) *counts {
	return &counts{left: runs, inside: map[string]int{}, done: make(chan string, 100)}
}

// start runs a runner over a file of its own and returns what ends it.
func start(t *testing.T, cfg workflow.Config, w workflow.Work) (r *workflow.Runner, stop func() error) {
	t.Helper()
	cfg.Works = map[string]workflow.Work{"w": w}
	if cfg.SQLite == nil && cfg.PostgreSQL == "" {
		cfg.SQLite = file(t, filepath.Join(t.TempDir(), "workflow.db"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := workflow.New(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return r, func() error { cancel(); return <-ended }
}

func file(t *testing.T, path string) *sql.DB {
	t.Helper()
	f, err := db.OpenDurable(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestRunsToTheEnd: every run is advanced to its end, by one worker at a time,
// no more at once than there are workers, after what was left was put in order.
func TestRunsToTheEnd(t *testing.T) {
	t.Parallel()
	toTheEnd(t, workflow.Config{Poll: 20 * time.Millisecond})
}

func toTheEnd(t *testing.T, cfg workflow.Config) {
	cfg.Workers = 2
	w := work(map[string]int{"z": 5, "b": 1, "c": 30, "d": 2, "e": 7})
	_, stop := start(t, cfg, w)
	for range 5 {
		<-w.done
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if w.twice || w.most > 2 || w.recover != 1 {
		t.Errorf("twice at once: %v, %d at once, recovered %d times", w.twice, w.most, w.recover)
	}
}

// TestStopLetsStepsFinish: a stop begins no further step and waits for the one
// under way, whose context it does not end.
func TestStopLetsStepsFinish(t *testing.T) {
	t.Parallel()
	w := work(map[string]int{"a": 100})
	began, goOn := make(chan struct{}), make(chan struct{})
	steps := 0
	w.step = func(ctx context.Context, _ string) error {
		steps++
		close(began)
		<-goOn
		return ctx.Err()
	}
	_, stop := start(t, workflow.Config{Poll: 20 * time.Millisecond}, w)
	<-began
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	select {
	case <-ended:
		t.Fatal("it stopped in the middle of a step")
	case <-time.After(20 * time.Millisecond):
	}
	close(goOn)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if steps != 1 || w.left["a"] != 99 {
		t.Errorf("%d steps, %d left", steps, w.left["a"])
	}
}

// TestStopCutsOff: a step that does not end is cut off after the grace.
func TestStopCutsOff(t *testing.T) {
	t.Parallel()
	w := work(map[string]int{"a": 1})
	began := make(chan struct{})
	w.step = func(ctx context.Context, _ string) error { close(began); <-ctx.Done(); return ctx.Err() }
	_, stop := start(t, workflow.Config{Poll: 20 * time.Millisecond, Grace: 10 * time.Millisecond}, w)
	<-began
	if err := stop(); err == nil {
		t.Error("that a step was cut off is not said")
	}
}

// TestOneBadRun: an error or a panic in one run does not keep the others.
func TestOneBadRun(t *testing.T) {
	t.Parallel()
	w := work(map[string]int{"bad": 3, "mad": 3, "good": 3})
	w.step = func(_ context.Context, id string) error {
		switch id {
		case "bad":
			return errors.New("no")
		case "mad":
			panic("no")
		}
		return nil
	}
	_, stop := start(t, workflow.Config{Poll: 20 * time.Millisecond}, w)
	if id := <-w.done; id != "good" {
		t.Errorf("%s ended", id)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestWake: what is new is found at once, not at the next look.
func TestWake(t *testing.T) {
	t.Parallel()
	w := work(map[string]int{})
	r, stop := start(t, workflow.Config{Poll: time.Hour}, w)
	w.mu.Lock()
	w.left["new"] = 1
	w.mu.Unlock()
	r.Wake()
	if id := <-w.done; id != "new" {
		t.Errorf("%s ended", id)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
