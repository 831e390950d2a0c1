package refresh

import (
	"slices"
	"time"

	"steward/internal/tenant"
)

// week are the names of days as Power BI writes them.
var week = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// Slots lists when a schedule begins refreshes at or after from and before to,
// in order: none when it is off or has no times of day. Power BI starts one
// within fifteen minutes of its slot, and at most an hour late.
func Slots(s *tenant.RefreshSchedule, from, to time.Time) []time.Time {
	if s == nil || !s.Enabled || len(s.Times) == 0 {
		return nil
	}
	zone, _ := ZoneOf(s.TimeZone)
	var out []time.Time
	first := from.In(zone)
	for day := -1; ; day++ {
		at := time.Date(first.Year(), first.Month(), first.Day()+day, 0, 0, 0, 0, zone)
		if !at.Before(to) {
			break
		}
		if !slices.Contains(s.Days, week[at.Weekday()]) {
			continue
		}
		for _, text := range s.Times {
			if m, ok := Minute(text); ok {
				slot := time.Date(at.Year(), at.Month(), at.Day(), m/60, m%60, 0, 0, zone)
				if !slot.Before(from) && slot.Before(to) {
					out = append(out, slot.UTC())
				}
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// Minute reads a time of day, "06:30", as minutes since midnight.
func Minute(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}

// Clock writes minutes since midnight as a time of day.
func Clock(minute int) string {
	return time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC).Format("15:04")
}

// sameRun is how far after its slot a run still belongs to it.
const sameRun = 75 * time.Minute

// waited is how long a scheduled run waited after its slot; false when it fits
// none. slots are in order.
func waited(slots []time.Time, start time.Time) (time.Duration, bool) {
	i, found := slices.BinarySearchFunc(slots, start, time.Time.Compare)
	if found {
		return 0, true
	}
	if i == 0 {
		return 0, false
	}
	w := start.Sub(slots[i-1])
	return w, w <= sameRun
}
