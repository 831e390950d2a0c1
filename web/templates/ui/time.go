package ui

import (
	"fmt"
	"time"
)

// Exact writes a moment in UTC as people write it: "21 Nov 2026 02:14 UTC".
func Exact(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04") + " UTC" }

// Day writes a date: "21 Nov 2026".
func Day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// Ago writes how far t is from now in one unit: "3 days ago", "in 20 min",
// "now". The zero time is "never".
func Ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	if d < 0 {
		if s := span(-d); s != "" {
			return "in " + s
		}
		return "now"
	}
	if s := span(d); s != "" {
		return s + " ago"
	}
	return "now"
}

// span writes a length of time in its largest unit; empty below a minute. The
// same steps are in app.js, which keeps open pages up to date.
func span(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d < time.Minute:
		return ""
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d/time.Minute))
	case d < 2*day:
		return fmt.Sprintf("%d h", int(d/time.Hour))
	case d < 60*day:
		return fmt.Sprintf("%d days", int(d/day))
	case d < 730*day:
		return fmt.Sprintf("%d months", int(d/(30*day)))
	}
	return fmt.Sprintf("%d years", int(d/(365*day)))
}

// machine is the form for the datetime attribute.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }
