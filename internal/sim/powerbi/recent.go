package powerbi

import (
	"sync"
	"time"
)

// recent keeps the last list that was computed, so that the pages after the first
// do not walk the whole tenant again, and show the same moment as the first.
type recent[T any] struct {
	mu   sync.Mutex
	key  string
	at   time.Time
	rows []T
}

// get returns the kept list for a later page asked for within a minute, and
// computes it anew otherwise.
func (r *recent[T]) get(key string, t time.Time, later bool, compute func() []T) []T {
	r.mu.Lock()
	rows, fits := r.rows, r.key == key && t.Sub(r.at).Abs() < time.Minute
	r.mu.Unlock()
	if later && fits && rows != nil {
		return rows
	}
	rows = compute()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.key, r.at, r.rows = key, t, rows
	return rows
}
