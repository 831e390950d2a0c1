package upstream

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"steward/internal/fault"
)

// clock is a time that moves when somebody sleeps: to the end of that sleep,
// not by it, so that many sleepers do not add up.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2024, 10, 1, 6, 30, 0, 0, time.UTC)} }

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}
func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	until := c.now().Add(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if until.After(c.t) {
		c.t = until
	}
	return ctx.Err()
}

// store is a BudgetStore in memory.
type store struct {
	mu    sync.Mutex
	state map[string][]byte
	saves int
	fail  error
}

func (s *store) Load(context.Context) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string][]byte{}
	for k, v := range s.state {
		out[k] = slices.Clone(v)
	}
	return out, s.fail
}

func (s *store) Save(_ context.Context, op string, state []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if s.state == nil {
		s.state = map[string][]byte{}
	}
	s.state[op] = slices.Clone(state)
	s.saves++
	return nil
}

func budgets(t interface{ Fatal(...any) }, c *clock, s BudgetStore) *Budgets {
	b, err := NewBudgets(context.Background(), BudgetConfig{Store: s, Now: c.now, Sleep: c.sleep})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// within returns the most calls in any span of the given length.
func within(calls []time.Time, per time.Duration) int {
	slices.SortFunc(calls, time.Time.Compare)
	most := 0
	for i, first := range calls {
		n := 0
		for _, at := range calls[i:] {
			if at.Sub(first) >= per {
				break
			}
			n++
		}
		most = max(most, n)
	}
	return most
}

// TestNeverMore is the property of the budgets: whatever the pauses, the time
// that calls take to reach the service, and crashes at any moment, the service
// counts no more calls in any span than the limit allows.
func TestNeverMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limits := []Limit{{rapid.IntRange(1, 12).Draw(t, "hourly"), time.Hour}}
		if rapid.Bool().Draw(t, "two limits") {
			limits = append(limits, Limit{rapid.IntRange(1, 5).Draw(t, "by the minute"), time.Minute})
		}
		op := Operation{Name: "x", Limits: limits}
		c, s := newClock(), &store{}
		b := budgets(t, c, s)
		var counted []time.Time // when the service counted each call
		for range rapid.IntRange(1, 60).Draw(t, "calls") {
			done, err := b.Wait(context.Background(), op)
			if err != nil {
				t.Fatal(err)
			}
			way := time.Duration(rapid.IntRange(0, 20_000).Draw(t, "way")) * time.Millisecond
			counted = append(counted, c.now().Add(way))
			switch rapid.IntRange(0, 9).Draw(t, "then") {
			case 0: // killed while the call is under way
				b = budgets(t, c, s)
			case 1: // killed after it
				c.add(way)
				done()
				b = budgets(t, c, s)
			default:
				c.add(way + time.Duration(rapid.IntRange(0, 5_000).Draw(t, "answer"))*time.Millisecond)
				done()
			}
			c.add(time.Duration(rapid.IntRange(0, 600).Draw(t, "pause")) * time.Second)
		}
		for _, l := range limits {
			if n := within(counted, l.Per); n > l.Calls {
				t.Fatalf("%d calls within %s, %d allowed", n, l.Per, l.Calls)
			}
		}
	})
}

// TestManyWorkers: 50 workers share one budget; none is sent too many, and the
// budget is used up to the limit.
func TestManyWorkers(t *testing.T) {
	t.Parallel()
	c := newClock()
	b := budgets(t, c, &store{})
	op := Operation{Name: "x", Limits: []Limit{{500, time.Hour}}}
	begun := c.now()
	var mu sync.Mutex
	var counted []time.Time
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for range 40 {
				done, err := b.Wait(context.Background(), op)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				counted = append(counted, c.now())
				mu.Unlock()
				done()
			}
		})
	}
	wg.Wait()
	if n := within(counted, time.Hour); n > 500 || len(counted) != 2000 {
		t.Errorf("%d of %d calls within an hour", n, len(counted))
	}
	// 2,000 calls need three full hours after the first 500.
	if took := c.now().Sub(begun); took > 3*time.Hour+3*time.Minute {
		t.Errorf("took %s of virtual time", took)
	}
}

// TestRoomUnderWay: when calls under way alone fill a limit, the next waits
// for one of them to end, without moving the clock.
func TestRoomUnderWay(t *testing.T) {
	t.Parallel()
	c := newClock()
	b := budgets(t, c, nil)
	op := Operation{Name: "x", Limits: []Limit{{2, time.Minute}}}
	var first func()
	for range 2 {
		done, err := b.Wait(t.Context(), op)
		if err != nil {
			t.Fatal(err)
		}
		first = done
	}
	begun := c.now()
	got := make(chan error)
	go func() { _, err := b.Wait(t.Context(), op); got <- err }()
	for len(b.turn(op)) == 0 {
		runtime.Gosched() // until it waits
	}
	if !c.now().Equal(begun) {
		t.Errorf("the clock moved by %s", c.now().Sub(begun))
	}
	first()
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	if passed := c.now().Sub(begun); passed < time.Minute || passed > time.Minute+time.Second {
		t.Errorf("waited %s after the end of the first", passed)
	}
}

func TestRoom(t *testing.T) {
	t.Parallel()
	c := newClock()
	b := budgets(t, c, nil)
	op := Operation{Name: "x", Limits: []Limit{{3, time.Hour}, {2, time.Minute}}}
	for _, left := range []int{2, 1} {
		if r := b.Room(op); r.Left != left {
			t.Errorf("left = %d, want %d", r.Left, left)
		}
		done, err := b.Wait(t.Context(), op)
		if err != nil {
			t.Fatal(err)
		}
		done()
	}
	r := b.Room(op)
	if wait := r.Next.Sub(c.now()); r.Left != 0 || wait < time.Minute || wait > time.Minute+time.Second || r.Blocked {
		t.Errorf("room = %+v, in %s", r, wait)
	}
	c.add(61 * time.Second)
	if r := b.Room(op); r.Left != 1 {
		t.Errorf("after a minute: %+v", r)
	}
	if err := b.Block(t.Context(), op, c.now().Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if r := b.Room(op); r.Left != 0 || !r.Blocked || r.Next.Sub(c.now()) != 10*time.Minute {
		t.Errorf("blocked: %+v", r)
	}
	if r := b.Room(Operation{Name: "free"}); r.Left != -1 {
		t.Errorf("without limits: %+v", r)
	}
}

// TestBlockSurvivesARestart: what the service asked for binds the next process
// too.
func TestBlockSurvivesARestart(t *testing.T) {
	t.Parallel()
	c, s := newClock(), &store{}
	op := Operation{Name: "x", Limits: []Limit{{3, time.Hour}}}
	if err := budgets(t, c, s).Block(t.Context(), op, c.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r := budgets(t, c, s).Room(op); !r.Blocked || r.Next.Sub(c.now()) != time.Hour {
		t.Errorf("room = %+v", r)
	}
}

// TestNotRecordedNotSent: a call that cannot be recorded is not made, and does
// not count.
func TestNotRecordedNotSent(t *testing.T) {
	t.Parallel()
	s := &store{}
	b := budgets(t, newClock(), s)
	op := Operation{Name: "x", Limits: []Limit{{1, time.Hour}}}
	s.fail = errors.New("disk full")
	if _, err := b.Wait(t.Context(), op); !fault.Is(err, fault.Unavailable) {
		t.Errorf("err = %v", err)
	}
	s.fail = nil
	if r := b.Room(op); r.Left != 1 {
		t.Errorf("room = %+v", r)
	}
	if _, err := b.Wait(t.Context(), op); err != nil || s.saves != 1 {
		t.Errorf("%v, %d saves", err, s.saves)
	}
}

// TestNoRoomBeforeTheDeadline: a caller who cannot wait long enough is told at
// once, and told when.
func TestNoRoomBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	b, err := NewBudgets(t.Context(), BudgetConfig{})
	if err != nil {
		t.Fatal(err)
	}
	op := Operation{Name: "admin/groups", Limits: []Limit{{1, time.Hour}}}
	if _, err := b.Wait(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	b.finish(op)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	_, err = b.Wait(ctx, op)
	var e *Error
	if !errors.As(err, &e) || e.Class != ClassBudget || e.RetryAfter < 59*time.Minute || !fault.Is(err, fault.Throttled) {
		t.Errorf("err = %v", err)
	}
	cancel()
	if _, err := b.Wait(ctx, op); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestStateIsSmall: ten thousand calls an hour are kept in a few kilobytes,
// and broken states are refused, not believed.
func TestStateIsSmall(t *testing.T) {
	t.Parallel()
	c := newClock()
	limits := []Limit{{10_000, time.Hour}}
	one := &budget{}
	for range 20_000 {
		one.add(c.now(), grain(limits), 1)
		one.forget(limits, c.now())
		c.add(400 * time.Millisecond)
	}
	state := one.encode(c.now(), grain(limits))
	if len(state) > 8<<10 {
		t.Errorf("%d bytes", len(state))
	}
	back, err := decodeBudget(state)
	if err != nil || fmt.Sprint(back.log) != fmt.Sprint(one.log) {
		t.Errorf("decoded differs: %v", err)
	}
	for i := range state {
		if b, err := decodeBudget(state[:i]); err == nil && len(b.log) >= len(one.log) {
			t.Errorf("a state cut at %d is believed", i)
		}
	}
	if _, err := decodeBudget([]byte{9, 0}); err == nil {
		t.Error("a state of another version is believed")
	}
}
