package config

import "time"

// Retention says how long what the portal remembers is kept, in days; 0 keeps
// it for good. Raw answers (archive_days), runs of refreshes
// (refresh_history_days) and segments of the ledger have settings of their own.
type Retention struct {
	// HistoryDays is how far back pages can look: versions of workspaces, items,
	// access and all else that were replaced longer ago are deleted.
	HistoryDays int `yaml:"history_days"`
	// ActivityDays is how long events of the activity log are kept.
	ActivityDays int `yaml:"activity_days"`
}

// shortestKept is the shortest time for which anything is kept, in days: what
// scans, rules and the page of changes compare with must be there.
const shortestKept = 35

func (r *Retention) check() error {
	for _, x := range []struct {
		key  string
		days int
	}{{"history_days", r.HistoryDays}, {"activity_days", r.ActivityDays}} {
		if x.days < 0 || x.days > longest || x.days > 0 && x.days < shortestKept {
			return invalid("retention."+x.key, "%d is not a number of days from %d to %d. Leave the key out to keep everything.", x.days, shortestKept, longest)
		}
	}
	return nil
}

// Before is the moment before which is deleted; false when all is kept.
func (r *Retention) Before(days int, now time.Time) (time.Time, bool) {
	return now.AddDate(0, 0, -days), days > 0
}
