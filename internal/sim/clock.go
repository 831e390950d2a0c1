package sim

import (
	"sync"
	"time"
)

// Clock is the time the stand-in lives in. Limits, token lifetimes, scans, the
// state of the tenant and the activity log all follow it, so that an hour of
// Microsoft's quotas passes in a test without waiting and a demo can look at the
// tenant as it was two months ago.
//
// Delays (latency, slow answers) are real time: they are felt by the caller's
// own timeouts, which know nothing of this clock. All methods are safe for
// concurrent use.
type Clock struct {
	mu     sync.Mutex
	base   func() time.Time
	offset time.Duration
}

// NewClock follows base, which is time.Now when nil.
func NewClock(base func() time.Time) *Clock {
	if base == nil {
		base = time.Now
	}
	return &Clock{base: base}
}

// FrozenClock stands at t until it is set or advanced.
func FrozenClock(t time.Time) *Clock {
	return &Clock{base: func() time.Time { return t }}
}

// Now is the stand-in's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.offset).UTC()
}

// Set moves the clock to t, from where it goes on as before. It may go back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = t.Sub(c.base())
}

// Advance moves the clock by d, which may be negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}
