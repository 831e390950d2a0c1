package powerbi

import "steward/internal/sim/world"

type schedule struct {
	Days         []string `json:"days"`
	Times        []string `json:"times"`
	Enabled      bool     `json:"enabled"`
	TimeZone     string   `json:"localTimeZoneId"`
	NotifyOption string   `json:"notifyOption"`
}

func wireSchedule(s *world.Schedule) *schedule {
	if s == nil {
		return nil
	}
	w := &schedule{s.Days, s.Times, s.Enabled, s.TimeZone, s.NotifyOption}
	if w.Days == nil {
		w.Days = []string{}
	}
	if w.Times == nil {
		w.Times = []string{}
	}
	return w
}

// directQuery is the cache refresh of a DirectQuery model; the frequency is a
// number of minutes.
type directQuery struct {
	Frequency *int     `json:"frequency,omitempty"`
	Days      []string `json:"days"`
	Times     []string `json:"times"`
	TimeZone  string   `json:"localTimeZoneId"`
}

func wireDirectQuery(s *world.DirectQuerySchedule) *directQuery {
	if s == nil {
		return nil
	}
	w := &directQuery{Days: s.Days, Times: s.Times, TimeZone: s.TimeZone}
	if s.FrequencyMinutes > 0 {
		w.Frequency = &s.FrequencyMinutes
	}
	if w.Days == nil {
		w.Days = []string{}
	}
	if w.Times == nil {
		w.Times = []string{}
	}
	return w
}
