package acts

import (
	"slices"
	"time"

	"steward/internal/sim/world"
)

// Schedule is a change of a refresh schedule; what is nil stays as it is.
type Schedule struct {
	Days     []string `json:"days"`
	Times    []string `json:"times"`
	Enabled  *bool    `json:"enabled"`
	TimeZone *string  `json:"localTimeZoneId"`
	Notify   *string  `json:"notifyOption"`
}

var weekdays = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// over applies the change to a schedule, or says why it cannot be.
func (s Schedule) over(was *world.Schedule, dedicated bool) (*world.Schedule, error) {
	next := world.Schedule{TimeZone: "UTC", NotifyOption: "NoNotification"}
	if was != nil {
		next = *was
	}
	if s.Enabled != nil && !*s.Enabled {
		if s.Days != nil || s.Times != nil || s.TimeZone != nil || s.Notify != nil {
			return nil, invalid("A schedule that is switched off can have no other change in the same request.")
		}
		next.Enabled = false
		return &next, nil
	}
	if s.Enabled != nil {
		next.Enabled = true
	}
	if s.Days != nil {
		next.Days = s.Days
	}
	if s.Times != nil {
		next.Times = s.Times
	}
	if s.TimeZone != nil {
		next.TimeZone = *s.TimeZone
	}
	if s.Notify != nil && *s.Notify != "NoNotification" {
		return nil, invalid("Invalid NotifyOption value '" + clip(*s.Notify) + "' for app only owner requests")
	}
	return &next, checkSchedule(next, dedicated)
}

func checkSchedule(s world.Schedule, dedicated bool) error {
	most := 8
	if dedicated {
		most = 48
	}
	if len(s.Days) == 0 || len(s.Times) > most {
		return invalid("A schedule needs at least one day, and can have 8 times a day (48 on a capacity).")
	}
	for _, d := range s.Days {
		if !slices.Contains(weekdays, d) {
			return invalid("The days of a schedule are the English names of weekdays.")
		}
	}
	for _, text := range s.Times {
		at, err := time.Parse("15:04", text)
		if err != nil || at.Minute()%30 != 0 {
			return invalid("The times of a schedule are on the hour or the half hour.")
		}
	}
	return nil
}
