package upstream

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"steward/internal/fault"
)

// BudgetStore keeps the budgets of one tenant and app over a restart.
type BudgetStore interface {
	// Load returns what was saved last for every operation.
	Load(ctx context.Context) (map[string][]byte, error)
	// Save replaces the state of one operation. It returns when the state is
	// durable.
	Save(ctx context.Context, operation string, state []byte) error
}

// BudgetConfig is what Budgets need.
type BudgetConfig struct {
	// Store keeps them; nil means that a restart forgets them.
	Store BudgetStore
	// Now and Sleep are the clock; nil means the real one.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Budgets keep every operation below Microsoft's limits, whoever calls: one
// value is shared by all workers of one tenant and app. A call is recorded
// before it is sent, so that no crash can make room for one too many. It is
// safe for concurrent use.
type Budgets struct {
	cfg BudgetConfig
	// wall says that the clock is the real one, so that a wait can be compared
	// with a context's deadline.
	wall bool

	mu  sync.Mutex
	ops map[string]*budget
}

// NewBudgets loads the budgets from the store.
func NewBudgets(ctx context.Context, cfg BudgetConfig) (*Budgets, error) {
	b := &Budgets{cfg: cfg, wall: cfg.Sleep == nil, ops: map[string]*budget{}}
	if cfg.Now == nil {
		b.cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		b.cfg.Sleep = Sleep
	}
	if cfg.Store == nil {
		return b, nil
	}
	saved, err := cfg.Store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the call budgets: %w", err)
	}
	for name, state := range saved {
		// A state that cannot be read is from another version: forgetting it
		// risks a 429, refusing to start would be worse.
		if one, err := decodeBudget(state); err == nil {
			b.ops[name] = one
		}
	}
	return b, nil
}

// Room is what is left of an operation's limits.
type Room struct {
	// Left is how many calls may be made at once; -1 when nothing limits it.
	Left int
	// Next is when a call may be made if Left is 0; the present otherwise.
	Next time.Time
	// Blocked says that the service itself asked to wait (a 429).
	Blocked bool
}

// Room returns what is left of op's limits now.
func (b *Budgets) Room(op Operation) Room {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(op).room(op.Limits, b.cfg.Now())
}

// of returns the budget of an operation. The caller holds the lock.
func (b *Budgets) of(op Operation) *budget {
	one := b.ops[op.Name]
	if one == nil {
		one = newBudget()
		b.ops[op.Name] = one
	}
	return one
}

// Wait returns when a call of op may be sent, and has recorded it by then. The
// caller must call the returned function when the service has answered, or
// cannot any more. When ctx ends before there is room, Wait does not wait for
// that and says when there will be.
func (b *Budgets) Wait(ctx context.Context, op Operation) (done func(), err error) {
	if err := b.inTime(ctx, op); err != nil {
		return nil, err
	}
	// One caller waits for room, the others for their turn: who came first is
	// served first, and room for one call does not wake a thousand.
	turn := b.turn(op)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		wait, err := b.reserve(ctx, op)
		if err != nil {
			return nil, err
		}
		if wait <= 0 {
			return func() { b.finish(op) }, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := b.inTime(ctx, op); err != nil {
			return nil, err
		}
		if err := b.pause(ctx, op, wait); err != nil {
			return nil, err
		}
	}
}

// underWay is the wait that reserve returns when calls under way alone fill
// the limit: their end makes room, not time.
const underWay = time.Duration(math.MaxInt64)

// pause waits for time to pass, or for a call under way to end.
func (b *Budgets) pause(ctx context.Context, op Operation, wait time.Duration) error {
	if wait != underWay {
		return b.cfg.Sleep(ctx, wait)
	}
	b.mu.Lock()
	landed := b.of(op).landed
	b.mu.Unlock()
	select {
	case <-landed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// turn returns the queue of an operation.
func (b *Budgets) turn(op Operation) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(op).turn
}

// inTime returns an error when an operation has no room before ctx's deadline.
func (b *Budgets) inTime(ctx context.Context, op Operation) error {
	end, ok := ctx.Deadline()
	if !ok || !b.wall || ctx.Err() != nil {
		return nil //nolint:nilerr // whoever waits sees the end of ctx by itself
	}
	room := b.Room(op)
	if wait := room.Next.Sub(b.cfg.Now()); room.Left == 0 && time.Until(end) < wait {
		return exhausted(op, wait)
	}
	return nil
}

// reserve records a call if there is room and returns how long to wait if not.
func (b *Budgets) reserve(ctx context.Context, op Operation) (time.Duration, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.cfg.Now()
	one := b.of(op)
	if room := one.room(op.Limits, now); room.Left == 0 {
		if wait := room.Next.Sub(now); wait > 0 {
			return wait, nil
		}
		return underWay, nil
	}
	if len(op.Limits) == 0 {
		return 0, nil
	}
	one.flying++
	if err := b.save(ctx, op, one, now); err != nil {
		one.flying--
		return 0, err
	}
	return 0, nil
}

// finish turns a call under way into one that counts from now: the service
// has counted it at some moment up to this one.
func (b *Budgets) finish(op Operation) {
	if len(op.Limits) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.of(op)
	one.flying--
	select {
	case one.landed <- struct{}{}:
	default: // one is there already, and nobody needs two
	}
	one.add(b.cfg.Now(), grain(op.Limits), 1)
	one.forget(op.Limits, b.cfg.Now())
}

// Block keeps everyone off an operation until then: the service asked for it.
func (b *Budgets) Block(ctx context.Context, op Operation, until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.of(op)
	if !until.After(one.blocked) {
		return nil
	}
	one.blocked = until
	return b.save(ctx, op, one, b.cfg.Now())
}

func (b *Budgets) save(ctx context.Context, op Operation, one *budget, now time.Time) error {
	if b.cfg.Store == nil {
		return nil
	}
	if err := b.cfg.Store.Save(ctx, op.Name, one.encode(now, grain(op.Limits))); err != nil {
		return fault.Wrap(fmt.Errorf("save the budget of %s: %w", op.Name, err), fault.Unavailable,
			"The call was not made because it could not be recorded. Check the database's disk.")
	}
	return nil
}

// exhausted says that an operation's limit is used up for longer than the
// caller can wait.
func exhausted(op Operation, wait time.Duration) error {
	f := fault.New(fault.Throttled, "Microsoft's limit for %s is used up. It can be called again in %s.", op.Name, spoken(wait))
	f.RetryAfter = wait
	return &Error{Class: ClassBudget, Operation: op.Name, RetryAfter: wait, Retriable: true, fault: f}
}

// spoken says a wait as a person would, rounded up.
func spoken(d time.Duration) string {
	if d <= 90*time.Second {
		return fmt.Sprintf("%d seconds", int(math.Ceil(d.Seconds())))
	}
	return fmt.Sprintf("%d minutes", int(math.Ceil(d.Minutes())))
}
