package pbi

import (
	"strings"
	"time"
)

// dateForms are the spellings of a date that the APIs use (guide, section 11).
// Fractions of a second of any length fit each of them.
var dateForms = []string{
	time.RFC3339,                // 2020-06-16T08:27:47.783Z, ...+02:00
	"2006-01-02T15:04:05",       // without zone: UTC
	"2006-01-02T15:04:05-0700",  // zone without a colon
	"2006-01-02T15:04",          //
	"2006-01-02 15:04:05Z07:00", //
	"2006-01-02 15:04:05",       //
	"2006-01-02",                //
	"1/2/2006 3:04:05 PM",       // US text of subscriptions
	"1/2/2006 15:04:05",         //
	"1/2/2006",                  //
}

// parseTime reads a date leniently, as UTC where it has no zone. Text that is
// no date, and the year 1 that stands for "none", is the zero time.
func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}
	}
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			if t.Year() <= 1 {
				return time.Time{}
			}
			return t.UTC()
		}
	}
	return time.Time{}
}
