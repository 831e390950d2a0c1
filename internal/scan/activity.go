package scan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/tenant"
)

const (
	// lateDays are read again by every scan: events arrive up to 24 hours
	// late.
	lateDays = 2
	// activityReserve is left of the hourly calls: for a person who asks, and
	// for the pages of a day that has begun.
	activityReserve = 20
	// clockMargin is how far our clock may be from Microsoft's.
	clockMargin = 15 * time.Minute
	// settledAfter is when a day that was read whole needs no further look.
	settledAfter = 48 * time.Hour
)

func noActivity(r *run) string {
	if r.cfg.ActivityDays <= 0 {
		return "The activity log is switched off in the configuration."
	}
	return ""
}

// readActivity reads the days of the activity log that are not settled yet.
// The log comes by the hour, so a day costs at least 24 of 200 calls an hour:
// the first scans read what the limit allows and leave the rest to the next
// ones, the newest days first, then those that Microsoft will drop first.
func readActivity(ctx context.Context, r *run) (extent, error) {
	days, err := r.daysToRead(ctx)
	if err != nil {
		return extent{}, stored(err)
	}
	store := workBeside(ctx)
	e, err := r.readDays(days, store)
	return e, errors.Join(store.wait(), err)
}

func (r *run) readDays(days []time.Time, store *beside) (extent, error) {
	e := extent{meant: r.cfg.ActivityDays, seen: r.cfg.ActivityDays - len(days)}
	for _, day := range days {
		err := errNoRoom
		if r.roomForActivity() {
			err = r.readDay(day, store)
		}
		if outOfCalls(err) {
			e.behind = fmt.Sprintf("Microsoft gives out the activity log at 200 calls an hour. %d of %d days are read to their end; the others follow with the next scans.", e.seen, e.meant)
			return e, nil
		}
		if err != nil {
			return e, err
		}
		e.seen++
	}
	return e, nil
}

var errNoRoom = errors.New("no calls are left in this hour")

// outOfCalls reports whether only our own budget kept a call from being made.
func outOfCalls(err error) bool {
	var e *pbi.Error
	return errors.Is(err, errNoRoom) || errors.As(err, &e) && e.Class == pbi.ClassBudget
}

func (r *run) roomForActivity() bool {
	if r.cfg.Budgets == nil {
		return true
	}
	left := r.cfg.Budgets.Room(pbi.OpActivity).Left
	return left < 0 || left > activityReserve+24
}

// daysToRead lists the days in the order in which to read them.
func (r *run) daysToRead(ctx context.Context) ([]time.Time, error) {
	now := r.cfg.Now().UTC()
	// Around midnight a clock that is some minutes off must not ask for a day
	// that has not begun at Microsoft, or that has just become too old there.
	today := now.Add(-clockMargin).Truncate(24 * time.Hour)
	oldest := now.Add(clockMargin).Truncate(24*time.Hour).AddDate(0, 0, 1-r.cfg.ActivityDays)
	known, err := r.cfg.DB.Reader().ActivityDays(ctx, r.tenant, oldest)
	if err != nil {
		return nil, err
	}
	var newest, rest []time.Time
	for day := today; !day.Before(oldest); day = day.AddDate(0, 0, -1) {
		have, ok := known[day]
		settled := ok && have.Whole && have.ReadAt.Sub(day) >= settledAfter
		switch {
		case settled:
		case len(newest) < lateDays && !day.Before(today.AddDate(0, 0, 1-lateDays)):
			newest = append(newest, day)
		default:
			rest = append([]time.Time{day}, rest...)
		}
	}
	return append(newest, rest...), nil
}

// eventGroup is about how many events are handed to the database at a time.
const eventGroup = 1500

// readDay reads one day whole. What it reads before an error is kept, and the
// day is read again.
func (r *run) readDay(day time.Time, store *beside) error {
	began := r.cfg.Now()
	pages, err := r.keepPages("activity-" + day.Format(time.DateOnly))
	if err != nil {
		return stored(err)
	}
	upstream := r.fetchDay(day, pages, store)
	if err := pages.commit(); err != nil {
		return stored(err)
	}
	if ourFault(upstream) {
		return upstream
	}
	mark := db.ActivityDay{Day: day, ReadAt: began, Whole: upstream == nil}
	if upstream != nil {
		if store.ctx.Err() != nil {
			return upstream
		}
		mark.Error = fault.Sentence(upstream)
	}
	err = store.do(func() error {
		return stored(r.cfg.DB.SaveActivityDay(context.WithoutCancel(store.ctx), r.tenant, mark))
	})
	if err != nil {
		return err
	}
	return upstream
}

// fetchDay asks for a day of the log, archives it and has it stored.
func (r *run) fetchDay(day time.Time, pages *pageFile, store *beside) error {
	var group []tenant.Event
	send := func() error {
		some := group
		group = nil
		if len(some) == 0 {
			return nil
		}
		// What was read is kept, also when the time of this part is over.
		return store.do(func() error { return stored(r.in.Activity(context.WithoutCancel(store.ctx), some)) })
	}
	err := r.cfg.PBI.ActivityEvents(store.ctx, pbi.ActivityQuery{Day: day}, func(events []pbi.Event) error {
		list := each(events, convertEvent)
		r.eventsSeen(len(list))
		if err := pages.add(list); err != nil {
			return stored(err)
		}
		if group = append(group, list...); len(group) < eventGroup {
			return nil
		}
		return send()
	})
	return errors.Join(err, send())
}

// convertEvent picks the most specific thing that an event names.
func convertEvent(w *pbi.Event) tenant.Event {
	e := tenant.Event{ID: w.ID, At: w.Time, Activity: w.Activity, Actor: w.UserID, WorkspaceID: w.WorkspaceID, WorkspaceName: w.WorkspaceName,
		Succeeded: w.Succeeded, Via: first(w.ConsumptionMethod, w.DistributionMethod), Raw: w.Raw}
	for _, named := range []struct{ id, name, kind string }{
		{w.ReportID, w.ReportName, tenant.ItemReport},
		{w.DashboardID, w.DashboardName, tenant.ItemDashboard},
		{w.DataflowID, w.DataflowName, tenant.ItemDataflow},
		{w.ArtifactID, w.ArtifactName, normalKind(w.ArtifactKind)},
		{w.DatasetID, w.DatasetName, tenant.ItemDataset},
	} {
		if named.id != "" {
			e.ItemID, e.ItemName, e.ItemKind = named.id, first(named.name, w.ItemName), named.kind
			break
		}
	}
	e.ItemName = first(e.ItemName, w.ItemName, w.ObjectName)
	return e
}
