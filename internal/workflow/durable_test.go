package workflow_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"steward/internal/workflow"
)

// rests is work of one run that does one step and then rests until it is due.
type rests struct {
	counts
	until time.Time
	due   bool
	steps chan int
}

func (r *rests) Due(context.Context) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.due {
		return nil, nil
	}
	return []string{"a"}, nil
}

func (r *rests) Advance(context.Context, string) (workflow.Next, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left["a"]--
	r.due = false
	r.steps <- r.left["a"]
	return workflow.Next{Ended: r.left["a"] == 0, At: r.until}, nil
}

func (r *rests) set(due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.due = due
}

func resting(steps int, until time.Time) *rests {
	return &rests{counts: counts{left: map[string]int{"a": steps}, done: make(chan string, 1)}, until: until, due: true, steps: make(chan int, 100)}
}

// TestStores: both places in which runs can be kept keep them.
func TestStores(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(*testing.T) func() workflow.Config{
		"sqlite": func(t *testing.T) func() workflow.Config {
			path := filepath.Join(t.TempDir(), "workflow.db")
			return func() workflow.Config {
				return workflow.Config{SQLite: file(t, path), Poll: 20 * time.Millisecond}
			}
		},
		"postgresql": func(t *testing.T) func() workflow.Config {
			at := postgres(t)
			return func() workflow.Config { return workflow.Config{PostgreSQL: at, Poll: 20 * time.Millisecond} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := store(t)
			t.Run("goes on after a restart", func(t *testing.T) { goesOnAfterRestart(t, cfg) })
			t.Run("woken early", func(t *testing.T) { wokenEarly(t, cfg) })
			t.Run("to the end", func(t *testing.T) { toTheEnd(t, cfg()) })
		})
	}
}

// goesOnAfterRestart: a run that was stopped while it rested goes on when its
// time has come, without anybody naming it again.
func goesOnAfterRestart(t *testing.T, cfg func() workflow.Config) {
	w := resting(3, time.Now().Add(1500*time.Millisecond))
	_, stop := start(t, cfg(), w)
	if left := <-w.steps; left != 2 {
		t.Fatalf("%d steps left", left)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	_, stop = start(t, cfg(), w)
	for left := 2; left > 0; {
		left = <-w.steps
	}
	if time.Now().Before(w.until) {
		t.Error("it did not wait")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// wokenEarly: a run that rests for an hour goes on when it becomes due.
func wokenEarly(t *testing.T, cfg func() workflow.Config) {
	w := resting(2, time.Now().Add(time.Hour))
	r, stop := start(t, cfg(), w)
	<-w.steps
	w.set(true)
	r.Wake()
	<-w.steps
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestRecordsLost: with an empty database in place of the old one every open
// run goes on from where its Work says it is.
func TestRecordsLost(t *testing.T) {
	t.Parallel()
	w := resting(2, time.Now().Add(time.Hour))
	_, stop := start(t, workflow.Config{}, w)
	<-w.steps
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.set(true)
	_, stop = start(t, workflow.Config{}, w) // another file
	<-w.steps
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestCarriedOn: after so many turns another workflow carries a run on, so that
// none grows without end. A look that found the run due just before it ended may
// begin one more, which finds nothing left to do.
func TestCarriedOn(t *testing.T) {
	t.Parallel()
	w := work(map[string]int{"a": 10})
	path := filepath.Join(t.TempDir(), "workflow.db")
	_, stop := start(t, workflow.Config{SQLite: file(t, path), Poll: 20 * time.Millisecond, Turns: 3}, w)
	<-w.done
	if err := stop(); err != nil {
		t.Error(err)
	}
	n, longest := workflows(t, file(t, path))
	if n < 4 || n > 5 || longest > 3 || w.left["a"] != 0 {
		t.Errorf("%d workflows, the longest of %d turns, %d steps left", n, longest, w.left["a"])
	}
}

// workflows counts the workflows of a file and the turns of the longest.
func workflows(t *testing.T, f *sql.DB) (n, longest int) {
	t.Helper()
	const q = `SELECT (SELECT count(*) FROM workflow_status), (SELECT max(n) FROM (SELECT count(*) AS n FROM operation_outputs WHERE function_name = 'turn' GROUP BY workflow_uuid))`
	if err := f.QueryRowContext(t.Context(), q).Scan(&n, &longest); err != nil {
		t.Fatal(err)
	}
	return n, longest
}

// TestManyAtRest: runs that rest take no worker from those that can go on.
func TestManyAtRest(t *testing.T) {
	t.Parallel()
	w := work(map[string]int{})
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		w.left[id] = 2
	}
	at := time.Now().Add(time.Hour)
	w.rest = func(id string) time.Time {
		if id == "f" {
			return time.Time{}
		}
		return at
	}
	_, stop := start(t, workflow.Config{Workers: 1, Poll: time.Hour}, w)
	if id := <-w.done; id != "f" {
		t.Errorf("%s ended", id)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
