package auth

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// Limits of what refusals may write into the ledger.
const (
	// refusalWindow is how long the same refusal is counted after its first
	// entry; the count is written when the window ends.
	refusalWindow = time.Minute
	// refusalBurst is how many entries refusals may make in a window; beyond it
	// they are counted together, whoever sends them.
	refusalBurst = 600
	// refusalKinds bounds the memory for counting.
	refusalKinds = 5000
)

// Refusals records refusals in the ledger so that each kind shows at once and
// a flood fills neither disk nor page: the first of a kind is written, those
// like it within the next minute are counted, and the count is written after.
type Refusals struct {
	db  *db.DB
	now func() time.Time
	log *slog.Logger

	mu      sync.Mutex
	counted map[string]*counted
	window  time.Time // when the present window for refusalBurst began
	written int
}

type counted struct {
	entry ledger.Entry
	since time.Time
	n     int
}

// NewRefusals returns a recorder for the database.
func NewRefusals(d *db.DB, now func() time.Time, log *slog.Logger) *Refusals {
	return &Refusals{db: d, now: now, log: log, counted: map[string]*counted{}}
}

// Record notes a refusal, counting it with others like it: same action, rule,
// method, address, person and client.
func (r *Refusals) Record(ctx context.Context, e ledger.Entry) {
	r.note(ctx, e, fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s", e.Action, e.Details[ledger.Rule], e.Details[ledger.Method], e.Details[ledger.Address], e.Actor.Tenant, e.Actor.ID, e.IP))
}

// Write notes a refusal by itself, as long as there is no flood: sign-ins have
// their own limit per client.
func (r *Refusals) Write(ctx context.Context, e ledger.Entry) { r.note(ctx, e, "") }

func (r *Refusals) note(ctx context.Context, e ledger.Entry, key string) {
	now := r.now()
	if e.Time.IsZero() {
		e.Time = now
	}
	r.mu.Lock()
	if r.window.IsZero() || now.Sub(r.window) >= refusalWindow {
		r.window, r.written = now, 0
		r.mu.Unlock()
		r.Flush(ctx) // also when nobody runs Run
		r.mu.Lock()
	}
	alone := r.count(e, key, now)
	r.mu.Unlock()
	if alone {
		r.write(ctx, e)
	}
}

// count notes the refusal under the lock and reports whether it gets an entry
// of its own.
func (r *Refusals) count(e ledger.Entry, key string, now time.Time) bool {
	if c := r.counted[key]; key != "" && c != nil {
		c.n++
		return false
	}
	if r.written >= refusalBurst || len(r.counted) >= refusalKinds {
		r.flood(e, now)
		return false
	}
	r.written++
	if key != "" {
		r.counted[key] = &counted{entry: e, since: now}
	}
	return true
}

// flood counts a refusal that finds no room, by action only.
func (r *Refusals) flood(e ledger.Entry, now time.Time) {
	key := "flood|" + string(e.Action)
	c := r.counted[key]
	if c == nil {
		c = &counted{since: now, entry: ledger.Entry{Time: now, Action: e.Action, Outcome: ledger.Refused, Actor: ledger.Actor{Kind: ledger.Nobody},
			Reason: "More refusals than are recorded one by one.", Details: map[ledger.Detail]string{ledger.Rule: "flood"}}}
		r.counted[key] = c
	}
	c.n++
}

// Flush writes the counts of windows that have ended.
func (r *Refusals) Flush(ctx context.Context) { r.flush(ctx, false) }

// Close writes every count there is.
func (r *Refusals) Close(ctx context.Context) { r.flush(ctx, true) }

func (r *Refusals) flush(ctx context.Context, all bool) {
	now := r.now()
	var out []ledger.Entry
	r.mu.Lock()
	for key, c := range r.counted {
		if !all && now.Sub(c.since) < refusalWindow {
			continue
		}
		delete(r.counted, key)
		if c.n == 0 {
			continue
		}
		e := c.entry
		details := map[ledger.Detail]string{ledger.Count: strconv.Itoa(c.n), ledger.Since: ledger.FormatTime(c.since)}
		for k, v := range e.Details {
			details[k] = v
		}
		e.Time, e.Details, e.Request = now, details, ""
		out = append(out, e)
	}
	r.mu.Unlock()
	r.write(ctx, out...)
}

// write puts entries into the ledger. A refusal that cannot be recorded stays
// a refusal: nothing was let through, and the log has it.
func (r *Refusals) write(ctx context.Context, entries ...ledger.Entry) {
	if len(entries) == 0 {
		return
	}
	if err := r.db.Record(context.WithoutCancel(ctx), entries...); err != nil {
		r.log.Error("refusal not recorded", "action", entries[0].Action, "reason", entries[0].Reason, "error", secret.Redact(err.Error()))
	}
}
