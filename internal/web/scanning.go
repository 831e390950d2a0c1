package web

import (
	"context"
	"time"

	"steward/internal/ledger"
)

// Scans is what pages need of the scanning side: watching, and asking for or
// stopping one. The methods return at once; the work goes on elsewhere.
type Scans interface {
	// Start asks for a full or incremental scan of the tenant. Conflict when
	// one is running, Invalid for another kind.
	Start(ctx context.Context, tenant, kind string, by ledger.Actor) error
	// Cancel stops the tenant's running scan. NotFound when none runs.
	Cancel(ctx context.Context, tenant string, by ledger.Actor) error
	// Progress returns what the running scan is doing; false when none runs.
	Progress(tenant string) (Progress, bool)
	// Stopped returns the scan that stopped before its end and goes on with the
	// next one, and why it did; 0 when there is none.
	Stopped(tenant string) (scan int64, why string)
	// Quota returns what is left of the limits that hold scans back.
	Quota(tenant string) []Quota
	// Next returns when the schedule scans the tenant next, the soonest first,
	// each kind once; empty without a schedule.
	Next(tenant string) []Planned
}

// Progress is a running scan as pages show it.
type Progress struct {
	Scan int64
	Kind string
	// Doing says what is being read: workspaces, or the name of a part.
	Doing string
	// Batches are of at most a hundred workspaces each; Parts is what is read
	// beside them.
	Batches, Done    int
	Parts, PartsDone int
	Items, Events    int
	Started          time.Time
	// Ends is the estimate; zero when there is none yet.
	Ends time.Time
}

// Quota is one operation's budget.
type Quota struct {
	Operation string
	// Left is how many calls may be made at once; -1 when nothing limits it.
	Left int
	// Frees is when the next call is possible if Left is 0.
	Frees time.Time
	// Blocked says that Microsoft itself asked to wait.
	Blocked bool
}

// Planned is a scan that the schedule will start.
type Planned struct {
	At   time.Time
	Kind string
}
