package config

// Refreshes is where advice about refreshes begins. 0 is the usual value,
// which stands with each.
type Refreshes struct {
	// HealthDays is how far back health looks, in days; 30.
	HealthDays int `yaml:"health_days"`
	// SuccessPercent is the share of refreshes that should succeed; 80.
	SuccessPercent int `yaml:"success_percent"`
	// LongMinutes is the mean from which incremental refresh is advised; 60.
	LongMinutes int `yaml:"long_minutes"`
	// LongestTimes is how many times the mean the longest may take; 2.
	LongestTimes float64 `yaml:"longest_times"`
	// Recurs is how often one cause comes back before it is named; 3.
	Recurs int `yaml:"recurs"`
	// SlowerTimes is how many times its earlier median a model may take; 1.5.
	SlowerTimes float64 `yaml:"slower_times"`
	// WaitMinutes is how long after its slot a refresh should have begun; 15.
	WaitMinutes int `yaml:"wait_minutes"`
}

// HistoryDays is how long runs of refreshes are kept.
func (c *Config) HistoryDays() int {
	if c.RefreshHistoryDays == 0 {
		return 180
	}
	return c.RefreshHistoryDays
}

func (c *Config) checkRefreshes() error {
	if d := c.RefreshHistoryDays; d < 0 || d > longest || d > 0 && d < 30 {
		return invalid("refresh_history_days", "%d is not a number of days from 30 to %d. Leave the key out for 180.", d, longest)
	}
	r := c.Refreshes
	for _, x := range []struct {
		key         string
		value, most int
	}{{"health_days", r.HealthDays, 365}, {"success_percent", r.SuccessPercent, 100}, {"long_minutes", r.LongMinutes, 1440},
		{"recurs", r.Recurs, 1000}, {"wait_minutes", r.WaitMinutes, 1440}} {
		if x.value < 0 || x.value > x.most {
			return invalid("refreshes."+x.key, "%d is not a number from 1 to %d. Leave the key out for the usual value.", x.value, x.most)
		}
	}
	if r.HealthDays > c.HistoryDays() {
		return invalid("refreshes.health_days", "%d days are looked at, but runs are kept for %d only: raise refresh_history_days.", r.HealthDays, c.HistoryDays())
	}
	for _, x := range []struct {
		key   string
		value float64
	}{{"longest_times", r.LongestTimes}, {"slower_times", r.SlowerTimes}} {
		if x.value != 0 && (x.value < 1.05 || x.value > 100) {
			return invalid("refreshes."+x.key, "%v is not a number from 1.05 to 100. Leave the key out for the usual value.", x.value)
		}
	}
	return nil
}
