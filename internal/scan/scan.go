package scan

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/graph"
	"steward/internal/pbi"
)

// Config is what scanning one tenant needs.
type Config struct {
	DB *db.DB
	// Tenant is the tenant's name in the configuration, TenantID Microsoft's
	// id of it.
	Tenant, TenantID string
	PBI              *pbi.Client
	// Budgets are those that PBI counts its calls in; nil when it counts none.
	Budgets *pbi.Budgets
	// Calls counts what PBI sends; nil means that nobody counts.
	Calls *Calls
	// Pipelines asks as the application that acts, which only is told what
	// stands in the stages of its pipelines; nil when there is none.
	Pipelines *pbi.Client
	// Graph reads people and groups; nil when Microsoft Graph is off.
	Graph *graph.Client
	// ArchiveDir is where raw answers are kept; empty means nowhere.
	ArchiveDir string
	// ArchiveDays is how long they are kept; 0 means for ever.
	ArchiveDays int
	// PersonalWorkspaces says whether "My workspace" of everybody is scanned.
	PersonalWorkspaces bool
	// ActivityDays is how far back the activity log is read, at most 28; 0
	// means that it is not read.
	ActivityDays int
	// UnusedPerScan bounds the workspaces whose unused items are asked for in
	// one scan; each costs a call of 200 an hour. 0 means 50, -1 none.
	UnusedPerScan int
	// Now and Sleep are the clock; nil means the real one.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger
	// OnChange is told of every scan that was started, resumed after a stop,
	// or ended (with its state as what), for metrics and for what follows from
	// a published scan; nil means nobody. The ledger is written with the
	// records themselves.
	OnChange func(ctx context.Context, s db.Scan, what string)
}

// Request asks for a scan.
type Request struct {
	Kind db.ScanKind
	// Workspaces are the ids of a targeted scan.
	Workspaces []string
	// Cause is schedule, person, command, first or request; AskedBy the
	// person, if there is one.
	Cause, AskedBy string
}

// Result is what became of a scan.
type Result struct {
	Scan db.Scan
	// Gaps are the workspaces that were meant to be seen and were not.
	Gaps []db.Gap
	// Parts are the other things that were read, by name.
	Parts map[string]db.Part
}

// Scanner scans one tenant, one scan at a time.
type Scanner struct {
	cfg    Config
	tenant int64
	busy   sync.Mutex
	pace   pace
	progress

	mu     sync.Mutex
	cancel context.CancelCauseFunc // of the running scan; nil when none runs
}

// New prepares the scanning of one tenant. It reads and writes the database,
// and calls nothing upstream.
func New(ctx context.Context, cfg Config) (*Scanner, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Calls == nil {
		cfg.Calls = &Calls{}
	}
	if cfg.UnusedPerScan == 0 {
		cfg.UnusedPerScan = 50
	}
	cfg.ActivityDays = min(cfg.ActivityDays, 28)
	id, err := cfg.DB.EnsureTenant(ctx, cfg.Tenant, cfg.TenantID)
	if err != nil {
		return nil, err
	}
	return &Scanner{cfg: cfg, tenant: id, pace: newPace()}, nil
}

// Tenant returns the tenant's number in the database.
func (s *Scanner) Tenant() int64 { return s.tenant }

// Calls counts requests. Give Note to the client as its OnCall.
type Calls struct{ n atomic.Int64 }

// Note counts one try.
func (c *Calls) Note(pbi.Call) { c.n.Add(1) }

// Total is how many tries there were since the start of the program.
func (c *Calls) Total() int64 { return c.n.Load() }

// cancelled is the cause of a context that Cancel ended, as opposed to one
// that ended with the program.
type cancelled struct{ by string }

func (c *cancelled) Error() string { return "the scan was cancelled" }

// Cancel stops the running scan on behalf of a person, or of the command line
// when by is empty; it ends as cancelled and the pages keep showing the last
// one. It reports whether a scan was running.
func (s *Scanner) Cancel(by string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel == nil {
		return false
	}
	s.cancel(&cancelled{by: by})
	return true
}

// Run scans the tenant and returns when the scan has ended. A scan that a stop
// of the program left unfinished is finished first; when that one read at
// least as much as is asked for, its result is the answer.
//
// An error means that nothing was published: the scan failed (its record says
// why), was cancelled, or is left for the next start because the program or
// the database stopped. Conflict: a scan of this tenant is running.
func (s *Scanner) Run(ctx context.Context, req Request) (Result, error) {
	if !s.busy.TryLock() {
		return Result{}, fault.New(fault.Conflict, "The tenant %s is being scanned already.", s.cfg.Tenant)
	}
	defer s.busy.Unlock()
	res, found, err := s.resume(ctx)
	if err != nil || found && (res.Scan.Kind == db.ScanFull || res.Scan.Kind == req.Kind && req.Kind != db.ScanTargeted) {
		return res, err
	}
	plan, err := s.decide(ctx, req)
	if err != nil {
		return Result{}, err
	}
	record, err := s.cfg.DB.StartScan(ctx, plan)
	if err != nil {
		return Result{}, err
	}
	s.tell(ctx, record, "started")
	return s.execute(ctx, record, req.Workspaces)
}

// Resume finishes the scan that a stop of the program left unfinished. found
// is false when there is none.
func (s *Scanner) Resume(ctx context.Context) (res Result, found bool, err error) {
	if !s.busy.TryLock() {
		return Result{}, false, fault.New(fault.Conflict, "The tenant %s is being scanned already.", s.cfg.Tenant)
	}
	defer s.busy.Unlock()
	return s.resume(ctx)
}

// staleAfter is when an unfinished scan is not worth finishing: Microsoft has
// dropped its results by then.
const staleAfter = 24 * time.Hour

func (s *Scanner) resume(ctx context.Context) (Result, bool, error) {
	record, found, err := s.cfg.DB.Reader().RunningScan(ctx, s.tenant)
	if err != nil {
		return Result{}, false, err
	}
	if found && s.cfg.Now().Sub(record.Started) > staleAfter {
		record.State = db.ScanFailed
		record.Error = "The program stopped during this scan and was not started again for a day. A new scan replaces it."
		if err := s.end(ctx, record); err != nil {
			return Result{}, false, err
		}
		found = false
	}
	if err := s.cfg.DB.SweepScans(ctx, s.tenant); err != nil || !found {
		return Result{}, false, err
	}
	record.Note.Resumed++
	if err := s.cfg.DB.NoteScan(ctx, record.ID, record.Note); err != nil {
		return Result{}, true, err
	}
	s.tell(ctx, record, "resumed")
	res, err := s.execute(ctx, record, nil)
	return res, true, err
}

// execute runs a scan that has a record to its end.
func (s *Scanner) execute(ctx context.Context, record db.Scan, targets []string) (Result, error) {
	scanCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.mu.Lock()
	s.cancel = cancel
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.cancel = nil
		s.mu.Unlock()
	}()

	r := &run{Scanner: s, record: record, calls: record.Calls - s.cfg.Calls.Total(), archiveRoot: s.cfg.ArchiveDir}
	s.begin(record)
	err := r.all(scanCtx, targets)
	res, err := r.conclude(ctx, context.Cause(scanCtx), err)
	s.finish(res.Scan, err)
	return res, err
}

// run is one scan under way.
type run struct {
	*Scanner
	record db.Scan
	calls  int64 // added to the count of all calls, those of this scan
	beat   time.Time
	in     *db.Ingest
	gone   []string // workspaces that this scan closed
	// archiveRoot is where the answers are kept; empty means nowhere.
	archiveRoot string
}

// all does the work of a scan up to, and with, its publication.
func (r *run) all(ctx context.Context, targets []string) error {
	r.in = r.cfg.DB.Ingest(r.tenant, r.record.ID)
	defer func() { r.in.Close() }()
	if err := r.list(ctx, targets); err != nil {
		return err
	}
	if err := r.batches(ctx); err != nil {
		return err
	}
	if err := r.settleGaps(ctx); err != nil {
		return err
	}
	parts := r.parts
	if r.record.Kind == db.ScanTargeted {
		parts = r.targetedParts
	}
	if err := parts(ctx); err != nil {
		return err
	}
	if r.record.Kind == db.ScanFull {
		if err := r.in.EndUnreferenced(ctx); err != nil {
			return err
		}
	}
	return r.publish(ctx)
}

// failure is an error after which a scan has nothing to publish, although the
// program and the database are well.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// conclude gives the scan its end: nothing more to do when it was published;
// failed or cancelled; or left as it is, to be resumed.
func (r *run) conclude(ctx context.Context, cause, err error) (Result, error) {
	if err == nil {
		return r.result(ctx)
	}
	var failed *failure
	var stopped *cancelled
	switch {
	case errors.As(cause, &stopped):
		r.record.CancelledBy = stopped.by
		r.record.State, r.record.Error = db.ScanCancelled, "The scan was cancelled. The pages show the last finished one."
	case errors.As(err, &failed):
		r.record.State, r.record.Error = db.ScanFailed, fault.Sentence(err)
	default:
		return Result{Scan: r.record}, fmt.Errorf("scan %d of %s stopped and will go on at the next start: %w", r.record.ID, r.cfg.Tenant, err)
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer stop()
	r.record.Calls = r.sent()
	if endErr := r.end(last, r.record); endErr != nil {
		return Result{Scan: r.record}, errors.Join(err, endErr)
	}
	res, _ := r.result(last)
	if sweepErr := r.cfg.DB.SweepScans(last, r.tenant); sweepErr != nil {
		r.cfg.Log.WarnContext(ctx, "what a scan left behind will be cleared before the next one", "scan", r.record.ID, "error", sweepErr)
	}
	if r.record.State == db.ScanCancelled {
		return res, fault.Wrap(stopped, fault.Conflict, "%s", r.record.Error)
	}
	return res, fmt.Errorf("scan %d of %s: %w", r.record.ID, r.cfg.Tenant, err)
}

// result reads what the database says of the scan now.
func (r *run) result(ctx context.Context) (Result, error) {
	read := r.cfg.DB.Reader()
	record, err := read.Scan(ctx, r.record.ID)
	if err != nil {
		return Result{Scan: r.record}, err
	}
	res := Result{Scan: record}
	if res.Gaps, err = read.Gaps(ctx, record.ID); err != nil {
		return res, err
	}
	res.Parts, err = read.Parts(ctx, record.ID)
	return res, err
}

// end stores the end of a scan that publishes nothing.
func (s *Scanner) end(ctx context.Context, record db.Scan) error {
	if err := s.cfg.DB.EndScan(ctx, record); err != nil {
		return err
	}
	s.tell(ctx, record, string(record.State))
	return nil
}

func (s *Scanner) tell(ctx context.Context, record db.Scan, what string) {
	s.cfg.Log.InfoContext(ctx, "scan "+what, "tenant", s.cfg.Tenant, "scan", record.ID, "kind", record.Kind, "cause", record.Cause, "error", record.Error)
	if s.cfg.OnChange != nil {
		s.cfg.OnChange(ctx, record, what)
	}
}

// sent is how many requests this scan has sent.
func (r *run) sent() int64 { return r.calls + r.cfg.Calls.Total() }

// heartbeat notes now and then that the scan lives.
func (r *run) heartbeat(ctx context.Context) error {
	now := r.cfg.Now()
	if now.Sub(r.beat) < 10*time.Second {
		return nil
	}
	r.beat = now
	r.quota(r.cfg.Budgets)
	return r.cfg.DB.Heartbeat(ctx, r.record.ID, r.sent())
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
