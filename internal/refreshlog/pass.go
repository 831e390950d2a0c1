package refreshlog

import (
	"context"
	"fmt"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/refresh"
)

// pass is one pass under way.
type pass struct {
	*Collector
	view  db.View
	began time.Time
	done  Pass
	// open are the workspaces the executor has a role in.
	open     map[string]bool
	useSince time.Time
	events   map[int64][]refresh.Run
	// touched are the workspaces in which something was read; tried the items
	// of this pass, each taken once.
	touched, tried map[int64]bool
}

// eventDays is how far back the activity log is looked at: events come late.
const eventDays = 30

func (p *pass) prepare(ctx context.Context) error {
	r := p.cfg.DB.Reader()
	var err error
	if p.useSince, err = r.UseKnownSince(ctx, p.view.Tenant); err != nil {
		return err
	}
	if p.events, err = r.RefreshEvents(ctx, p.view.Tenant, p.began.AddDate(0, 0, -min(eventDays, p.cfg.KeepDays))); err != nil {
		return err
	}
	p.open = map[string]bool{}
	if p.cfg.Executor == nil {
		return nil
	}
	p.done.Calls++
	list, err := p.cfg.Executor.Workspaces(ctx)
	if err != nil {
		return fmt.Errorf("workspaces of the executor: %w", err)
	}
	for _, w := range list {
		p.open[w.ID] = true
	}
	return nil
}

// next lists what is due and was not tried in this pass.
func (p *pass) next(ctx context.Context) ([]db.Refreshed, error) {
	due, err := p.cfg.DB.Reader().RefreshesDue(ctx, p.view, p.began, atOnce)
	if err != nil {
		return nil, err
	}
	var out []db.Refreshed
	for _, it := range due {
		if !p.tried[it.Item] {
			p.tried[it.Item] = true
			out = append(out, it)
		}
	}
	return out, nil
}

// readers is how many histories are read at the same time.
const readers = 4

// take reads some items, writes what was found, and judges them.
func (p *pass) take(ctx context.Context, due []db.Refreshed) error {
	found := make([]db.RefreshReading, len(due))
	calls := make([]int, len(due))
	var wg sync.WaitGroup
	turn := make(chan struct{}, readers)
	for i := range due {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			found[i], calls[i] = p.read(ctx, &due[i])
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range found {
		p.done.Calls += calls[i]
		switch {
		case found[i].Source.Complete() && found[i].Reason == "":
			p.done.Read++
		case calls[i] > 0:
			p.done.Failed++
		default:
			p.done.Closed++
		}
	}
	if err := p.cfg.DB.SaveRefreshes(ctx, p.view.Tenant, p.keep(), found...); err != nil {
		return err
	}
	for i := range due {
		p.touched[due[i].Workspace] = true
		due[i].Source, due[i].Reason = found[i].Source, found[i].Reason
	}
	return p.assess(ctx, due)
}

// keep is since when runs are kept.
func (p *pass) keep() time.Time { return p.began.AddDate(0, 0, -p.cfg.KeepDays) }

// read finds out how an item is refreshed, by the best source there is.
func (p *pass) read(ctx context.Context, it *db.Refreshed) (db.RefreshReading, int) {
	if why := p.closed(it); why != "" {
		return p.fromScans(it, why, p.cfg.Now().Add(closedAgain)), 0
	}
	runs, whole, calls, err := p.ask(ctx, it)
	now := p.cfg.Now()
	switch {
	case err == nil:
		from := refresh.FromHistory
		if it.Kind == kindDataflow {
			from = refresh.FromTransactions
		}
		for i := range runs {
			runs[i].Source = from
		}
		return db.RefreshReading{Item: it.Item, Source: from, Runs: runs, Whole: whole, At: now, Due: refresh.NextRead(it.Schedule, runs, now)}, calls
	case pbi.Missing(err), pbi.Closed(err):
		return p.fromScans(it, "Microsoft does not let Steward's executor read its history: "+fault.Sentence(err)+" Give the executor Contributor in the workspace.", now.Add(closedAgain)), calls
	}
	// What is known stays known; it is tried again soon.
	reason := "The last try to read its history failed, and is repeated: " + fault.Sentence(err)
	if it.ReadAt.IsZero() || !it.Source.Complete() {
		return p.fromScans(it, reason, now.Add(failedAgain)), calls
	}
	return db.RefreshReading{Item: it.Item, Source: it.Source, Keep: true, At: it.ReadAt, Due: now.Add(failedAgain), Reason: reason}, calls
}

// kindDataflow is the kind of a dataflow in the database.
const kindDataflow = "dataflow"

// When to look again at what cannot be read, and at what could not be read just
// now.
const (
	closedAgain = 6 * time.Hour
	failedAgain = 30 * time.Minute
)

// closed says why the executor need not even ask; empty when it may.
func (p *pass) closed(it *db.Refreshed) string {
	switch {
	case p.cfg.Executor == nil:
		return "The tenant has no executor, and only an application with a role in the workspace may read single refreshes. Configure one under executor."
	case it.Personal:
		return "It is in somebody's own workspace, which no application can read."
	case !p.open[it.WorkspaceID]:
		return "Steward's executor has no role in its workspace. Give it Contributor there, by a request, and the history is read within hours."
	}
	return ""
}

// ask reads a history; whole says that the answer holds all there ever was.
func (p *pass) ask(ctx context.Context, it *db.Refreshed) (runs []refresh.Run, whole bool, calls int, err error) {
	x := p.cfg.Executor
	if it.Kind == kindDataflow {
		list, err := x.Transactions(ctx, it.WorkspaceID, it.ItemID)
		return convert(list), false, 1, err
	}
	top := refresh.Enough(it.Schedule, it.ReadAt, p.cfg.Now())
	list, err := x.RefreshHistory(ctx, it.WorkspaceID, it.ItemID, top)
	calls = 1
	if err == nil && top < refresh.HistoryMost && len(list) == top && list[top-1].Start.After(it.Newest) {
		top, calls = refresh.HistoryMost, 2
		list, err = x.RefreshHistory(ctx, it.WorkspaceID, it.ItemID, top)
	}
	return convert(list), len(list) < min(top, refresh.HistoryLeast), calls, err
}

func convert(list []pbi.Refresh) []refresh.Run {
	out := make([]refresh.Run, 0, len(list))
	for i := range list {
		w := &list[i]
		if w.RequestID == "" || w.Start.IsZero() {
			continue // nothing could be found again by it
		}
		r := refresh.Run{ID: w.RequestID, Start: w.Start, End: w.End, Status: refresh.StatusOf(w.Status, !w.End.IsZero()),
			Type: w.Type, ErrorCode: w.ErrorCode, ErrorText: w.ErrorText}
		for _, a := range w.Attempts {
			r.Attempts = max(r.Attempts, a.Number)
			if r.ErrorCode == "" && r.Status.Broken() {
				r.ErrorCode, r.ErrorText = a.ErrorCode, a.ErrorText
			}
		}
		out = append(out, r)
	}
	return out
}

// fromScans tells of an item what scans saw: the last run of Microsoft's summary
// of seven days, else the events of the activity log.
func (p *pass) fromScans(it *db.Refreshed, why string, due time.Time) db.RefreshReading {
	r := db.RefreshReading{Item: it.Item, Source: refresh.FromNowhere, At: p.cfg.Now(), Due: due, Reason: why}
	if s := it.Seven; s != nil {
		r.Source = refresh.FromRefreshables
		if !s.LastStart.IsZero() {
			r.Runs = append(r.Runs, refresh.Run{ID: "last of seven days", Start: s.LastStart, End: s.LastEnd, Type: s.LastType,
				Status: refresh.StatusOf(s.LastStatus, !s.LastEnd.IsZero()), ErrorCode: s.LastError, Source: refresh.FromRefreshables})
		}
		return r
	}
	if events := p.events[it.Item]; len(events) > 0 {
		r.Source, r.Runs = refresh.FromActivity, events
	}
	return r
}
