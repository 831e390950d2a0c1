package config

import (
	"strconv"
	"strings"
	"time"
)

// Owners are the times, in days, of the owner's loop: owners of workspaces are
// asked whether they are kept, reminded, and silence is told to others. 0 is
// the usual time.
type Owners struct {
	// KeepDays is after how long an owner who keeps a workspace is asked
	// again; 180. RemoveDays is how long one has who said that it may go; 30.
	KeepDays   int `yaml:"keep_days"`
	RemoveDays int `yaml:"remove_days"`
	// RemindDays is how long an owner may be silent before a reminder, and
	// between reminders; 14. EscalateDays is after how long others are told; 30.
	RemindDays   int `yaml:"remind_days"`
	EscalateDays int `yaml:"escalate_days"`
	// EscalateTo are addresses told of an owner's silence besides the owner's
	// manager and the workspace's other admins.
	EscalateTo []string `yaml:"escalate_to"`
	// WaiverDays is how long before its end whoever answers for a waiver is
	// reminded of it; 14.
	WaiverDays int `yaml:"waiver_days"`
}

// Days is a number of days of the configuration as a duration.
func Days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// longest is the longest time that the loop takes, in days: ten years.
const longest = 3650

func (o *Owners) check() error {
	for _, x := range []struct {
		key  string
		days int
	}{{"keep_days", o.KeepDays}, {"remove_days", o.RemoveDays}, {"remind_days", o.RemindDays}, {"escalate_days", o.EscalateDays}, {"waiver_days", o.WaiverDays}} {
		if x.days < 0 || x.days > longest {
			return invalid("owners."+x.key, "%d is not a number of days from 1 to %d. Leave the key out for the usual time.", x.days, longest)
		}
	}
	for i, a := range o.EscalateTo {
		if name, domain, ok := strings.Cut(a, "@"); !ok || name == "" || domain == "" || strings.ContainsAny(a, " \t\r\n<>,;") {
			return invalid("owners.escalate_to."+strconv.Itoa(i), "%q is not an e-mail address.", a)
		}
	}
	return nil
}
