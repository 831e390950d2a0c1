package upstream

import (
	"encoding/binary"
	"errors"
	"time"
)

// budget is the record of one operation: when it was called, in grains of
// time, how many calls are under way, and until when the service refuses it.
type budget struct {
	log     []tick // ordered by time
	flying  int
	blocked time.Time
	turn    chan struct{} // holds one value while somebody waits for room
	landed  chan struct{} // holds one value when a call has ended since
}

func newBudget() *budget {
	return &budget{turn: make(chan struct{}, 1), landed: make(chan struct{}, 1)}
}

// tick is a number of calls that were answered up to the end of a grain.
type tick struct {
	end   int64 // Unix milliseconds; the grain's last
	calls int
}

// crashGrace is how much later than its record a call may reach the service:
// after a crash every call under way counts as made so much later.
const crashGrace = 30 * time.Second

// grain is the resolution of the record: a thousandth of the shortest span.
// That bounds the record, and costs a thousandth of the limit at most.
func grain(limits []Limit) time.Duration {
	var shortest time.Duration
	for _, l := range limits {
		if shortest == 0 || l.Per < shortest {
			shortest = l.Per
		}
	}
	return max(shortest/1000, time.Millisecond)
}

// add records calls at a moment.
func (b *budget) add(at time.Time, grain time.Duration, calls int) {
	g := grain.Milliseconds()
	end := (at.UnixMilli()/g + 1) * g
	if n := len(b.log); n > 0 && b.log[n-1].end >= end {
		b.log[n-1].calls += calls // a clock set back keeps the order
		return
	}
	b.log = append(b.log, tick{end, calls})
}

// room returns what the limits leave at a moment. A call counts until a whole
// span after the end of its grain.
func (b *budget) room(limits []Limit, now time.Time) Room {
	room := Room{Left: -1, Next: now}
	for _, l := range limits {
		used := b.flying
		for i := len(b.log) - 1; i >= 0 && b.log[i].until(l.Per).After(now); i-- {
			used += b.log[i].calls
		}
		left := max(l.Calls-used, 0)
		if room.Left < 0 || left < room.Left {
			room.Left = left
		}
		if left == 0 {
			room.Next = later(room.Next, b.free(l, used, now))
		}
	}
	if b.blocked.After(now) {
		room.Left, room.Blocked = 0, true
		room.Next = later(room.Next, b.blocked)
	}
	return room
}

// until is when a tick stops counting under a limit of the given span.
func (t tick) until(per time.Duration) time.Time { return time.UnixMilli(t.end).Add(per) }

// free returns when a full limit has room again: when enough of the oldest
// calls in its span have left it. With calls under way only, nobody knows:
// then it returns now, and whoever waits must wait for one of them to end.
func (b *budget) free(l Limit, used int, now time.Time) time.Time {
	excess := used - l.Calls + 1
	for _, t := range b.log {
		if !t.until(l.Per).After(now) {
			continue
		}
		if excess -= t.calls; excess <= 0 {
			return t.until(l.Per)
		}
	}
	return now
}

// forget drops what no limit counts any more.
func (b *budget) forget(limits []Limit, now time.Time) {
	var longest time.Duration
	for _, l := range limits {
		longest = max(longest, l.Per)
	}
	keep := 0
	for keep < len(b.log) && !b.log[keep].until(longest).After(now) {
		keep++
	}
	b.log = append(b.log[:0], b.log[keep:]...)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// encode writes a budget for the store: a version, the block, then pairs of
// time difference and number. Calls under way are written as if they reached
// the service up to crashGrace from now.
func (b *budget) encode(now time.Time, grain time.Duration) []byte {
	whole := budget{log: append([]tick(nil), b.log...), blocked: b.blocked}
	if b.flying > 0 {
		whole.add(now.Add(crashGrace), grain, b.flying)
	}
	out := []byte{1}
	block := int64(0)
	if whole.blocked.After(now) {
		block = whole.blocked.UnixMilli()
	}
	out = binary.AppendVarint(out, block)
	last := int64(0)
	for _, t := range whole.log {
		out = binary.AppendVarint(out, t.end-last)
		out = binary.AppendUvarint(out, uint64(t.calls))
		last = t.end
	}
	return out
}

// decodeBudget reads what encode wrote.
func decodeBudget(state []byte) (*budget, error) {
	broken := errors.New("budget state is broken")
	if len(state) < 2 || state[0] != 1 {
		return nil, broken
	}
	state = state[1:]
	block, n := binary.Varint(state)
	if n <= 0 {
		return nil, broken
	}
	b := newBudget()
	if block != 0 {
		b.blocked = time.UnixMilli(block)
	}
	last := int64(0)
	for state = state[n:]; len(state) > 0; state = state[n:] {
		diff, m := binary.Varint(state)
		if m <= 0 {
			return nil, broken
		}
		calls, k := binary.Uvarint(state[m:])
		if k <= 0 || calls > 1<<31 {
			return nil, broken
		}
		last += diff
		b.log = append(b.log, tick{last, int(calls)})
		n = m + k
	}
	return b, nil
}
