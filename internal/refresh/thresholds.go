package refresh

import "time"

// Thresholds are where advice begins; each is a key of the configuration.
type Thresholds struct {
	// Days is how far back health looks.
	Days int
	// Success is the share of refreshes that should succeed, 0 to 1.
	Success float64
	// LongMean is a mean above which less should be refreshed at a time.
	LongMean time.Duration
	// Longest is how many times the mean the longest may take.
	Longest float64
	// Recurs is how often one cause must come back to be named.
	Recurs int
	// Slower is how many times its earlier median a model may take now.
	Slower float64
	// Wait is how long after its slot a refresh should have begun.
	Wait time.Duration
	// Failures in a row after which Microsoft switches a schedule off, and the
	// time without use after which it pauses one (api guide, section 5.2).
	Failures int
	Unused   time.Duration
}

// Defaults are the thresholds to start from.
func Defaults() Thresholds {
	return Thresholds{Days: 30, Success: 0.8, LongMean: time.Hour, Longest: 2, Recurs: 3, Slower: 1.5, Wait: 15 * time.Minute,
		Failures: 4, Unused: 60 * 24 * time.Hour}
}

// OrDefaults fills what is zero with the defaults.
func (t Thresholds) OrDefaults() Thresholds {
	d := Defaults()
	or(&t.Days, d.Days)
	or(&t.Success, d.Success)
	or(&t.LongMean, d.LongMean)
	or(&t.Longest, d.Longest)
	or(&t.Recurs, d.Recurs)
	or(&t.Slower, d.Slower)
	or(&t.Wait, d.Wait)
	or(&t.Failures, d.Failures)
	or(&t.Unused, d.Unused)
	return t
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
