package sim

import (
	"sync"
	"time"

	"steward/internal/sim/rest"
)

// Limits says whether the quotas of Microsoft's documentation are enforced.
type Limits string

const (
	// Documented answers 429 beyond a quota; it is the zero value's meaning too.
	Documented Limits = "documented"
	// Off serves everything but still counts what would have been refused.
	Off Limits = "off"
)

// Limiter keeps a sliding window for each operation and quota: a call is
// admitted when fewer than N were admitted in the Per before it. Microsoft does
// not say whether its windows slide or begin on the hour; sliding is the
// stricter, so who keeps this one keeps any. Refused calls do not count: they
// were refused before anything was done.
type Limiter struct {
	mu      sync.Mutex
	windows map[string]*window
}

// window holds the times of the admitted calls, oldest first.
type window struct{ times []time.Time }

// NewLimiter returns a limiter that has seen no call.
func NewLimiter() *Limiter { return &Limiter{windows: map[string]*window{}} }

// Admit books a call when every quota of the operation has room, and otherwise
// says how long it is until the window frees.
func (l *Limiter) Admit(op *rest.Operation, who rest.Caller, now time.Time) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var wait time.Duration
	full := false
	for _, q := range op.Quotas {
		w := l.window(op.ID, q, who)
		w.forget(now, q.Per)
		if len(w.times) < q.N {
			continue
		}
		full = true
		if left := w.times[len(w.times)-q.N].Add(q.Per).Sub(now); left > wait {
			wait = left
		}
	}
	if full {
		return wait, false
	}
	l.book(op, who, now)
	return 0, true
}

// Force books a call without looking: used when limits are off, so that the
// counters still tell what would have happened.
func (l *Limiter) Force(op *rest.Operation, who rest.Caller, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.book(op, who, now)
}

// Reset forgets all calls.
func (l *Limiter) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.windows = map[string]*window{}
}

func (l *Limiter) book(op *rest.Operation, who rest.Caller, now time.Time) {
	for _, q := range op.Quotas {
		w := l.window(op.ID, q, who)
		w.times = append(w.times, now)
	}
}

func (l *Limiter) window(op string, q rest.Quota, who rest.Caller) *window {
	owner := who.AppID
	if q.Scope == rest.PerTenant {
		owner = "tenant"
	}
	key := op + "|" + q.Per.String() + "|" + owner
	w := l.windows[key]
	if w == nil {
		w = &window{}
		l.windows[key] = w
	}
	return w
}

// forget drops calls that the window has passed, and those of a future that the
// clock has been set back from.
func (w *window) forget(now time.Time, per time.Duration) {
	for len(w.times) > 0 && w.times[len(w.times)-1].After(now) {
		w.times = w.times[:len(w.times)-1]
	}
	passed := 0
	for passed < len(w.times) && now.Sub(w.times[passed]) >= per {
		passed++
	}
	w.times = w.times[passed:]
}
