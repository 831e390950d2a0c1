package violation

import (
	"strings"
	"time"

	"steward/internal/fault"
)

// WaiverState is where a waiver stands.
type WaiverState string

// States of a waiver. Ended is by time; withdrawn by a person; renewed when a
// later waiver took its place; closed when the violation it was about is no
// more.
const (
	Asked     WaiverState = "asked"
	Approved  WaiverState = "approved"
	Rejected  WaiverState = "rejected"
	Withdrawn WaiverState = "withdrawn"
	Ended     WaiverState = "ended"
	Renewed   WaiverState = "renewed"
	Closed    WaiverState = "closed"
)

var waiverMoves = map[WaiverState][]WaiverState{
	Asked:    {Approved, Rejected, Withdrawn},
	Approved: {Ended, Withdrawn, Renewed, Closed},
	Ended:    {Renewed, Closed, Withdrawn},
}

// WaiverMay reports whether a waiver may go from one state to another.
func WaiverMay(from, to WaiverState) bool {
	for _, s := range waiverMoves[from] {
		if s == to {
			return true
		}
	}
	return false
}

// LongestWaiver is how far away the end of a waiver may be.
const LongestWaiver = 366 * 24 * time.Hour

// Waiver is a violation that is accepted for a while. People are named by
// their subject (tenant and object id), never by address.
type Waiver struct {
	State  WaiverState
	Owner  string // who answers for it
	Reason string
	Ends   time.Time
	// AskedBy and DecidedBy must differ; DecidedBy may not be Owner either.
	AskedBy, DecidedBy string
}

// CheckRequest checks what somebody asks for, at the moment of asking and again
// when it is decided.
func (w Waiver) CheckRequest(now time.Time, neverWaived bool) error {
	field := func(name, text string) error {
		return &fault.Error{Kind: fault.Invalid, Field: name, Sentence: text}
	}
	switch {
	case neverWaived:
		return fault.New(fault.Denied, "This rule is about waivers themselves and cannot be waived. Mend it, renew the waiver or withdraw it.")
	case strings.TrimSpace(w.Owner) == "":
		return field("owner", "Name the person who answers for this while it is waived.")
	case len([]rune(strings.TrimSpace(w.Reason))) < minReason:
		return field("reason", "Say why this may stay as it is, in a few words.")
	case w.Ends.IsZero():
		return field("ends", "A waiver needs a date on which it ends.")
	case !w.Ends.After(now):
		return field("ends", "The end must lie in the future.")
	case w.Ends.After(now.Add(LongestWaiver)):
		return field("ends", "A waiver may run for a year at most. Renew it when the year is over.")
	case w.AskedBy == "":
		return field("", "Nobody is named as asking for this waiver.")
	}
	return nil
}

// CheckDecision checks who decides: never who asked, never who would own it.
func (w Waiver) CheckDecision(by string, now time.Time) error {
	switch {
	case w.State != Asked:
		return fault.New(fault.Conflict, "This waiver is already %s.", w.State)
	case by == "" || by == w.AskedBy:
		return fault.New(fault.Denied, "Whoever asks for a waiver cannot approve it. Somebody else must.")
	case by == w.Owner:
		return fault.New(fault.Denied, "Whoever would own a waiver cannot approve it. Somebody else must.")
	case !w.Ends.After(now):
		return fault.New(fault.Conflict, "The end of this waiver has already passed. Ask for a new one.")
	}
	return nil
}

// InForce reports whether the waiver holds at the moment.
func (w Waiver) InForce(now time.Time) bool { return w.State == Approved && now.Before(w.Ends) }

// RemindAt returns when the owner is to be reminded of the end.
func (w Waiver) RemindAt(before time.Duration) time.Time { return w.Ends.Add(-before) }
