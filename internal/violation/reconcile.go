package violation

import (
	"time"

	"steward/internal/policy"
)

// Key identifies a violation: the rule's id and the object. It stays the same
// when the rule's words, its parameters or the object's name change.
type Key struct {
	Rule string
	Ref  policy.Ref
}

// Record is a violation as it stood before a scan.
type Record struct {
	Key
	State State
	// Version and Digest are the rule's version and the digest of the evidence
	// it was last seen with.
	Version string
	Digest  string
	// WaivedUntil is the end of a waiver in force; zero when there is none.
	WaivedUntil time.Time
}

// Seen is a violation as a scan found it.
type Seen struct {
	Key
	Version string
	Digest  string
}

// Presence says what a scan knows of an object that it raised nothing about.
type Presence string

// Presences. Gone needs certainty: the scan closed the object's row because a
// complete answer no longer had it.
const (
	Judged Presence = "judged" // seen: what it was not found guilty of, it does not do
	Gone   Presence = "gone"
	Unseen Presence = "unseen"
)

// Sight is everything a scan knows about one part of the tenant.
type Sight struct {
	Now time.Time
	// Failing are the findings.
	Failing []Seen
	// Unknown are the keys whose verdict came out unknown.
	Unknown map[Key]bool
	// Presence tells of an object without a finding whether it was judged.
	Presence func(policy.Ref) Presence
	// InForce tells whether a rule was judged at all: what belongs to a rule
	// that is off stays as it is.
	InForce func(rule string) bool
}

// Happening is what reconciling did to one violation.
type Happening string

// Happenings. Seen means that only the evidence or the rule's version changed.
const (
	Raised      Happening = "raised"
	Reopened    Happening = "reopened"
	SeenAgain   Happening = "seen"
	Mended      Happening = "resolved"
	ObjectGone  Happening = "object gone"
	WaiverEnded Happening = "waiver ended"
)

// Change is one violation that is not as it was before.
type Change struct {
	Key
	What     Happening
	From, To State // From is empty when raised
	// Found is the finding behind Raised, Reopened and SeenAgain, as an index
	// into Sight.Failing; -1 for the others.
	Found int
}

// Reconcile compares what was known with what a scan saw and returns the
// changes, in the order of previous and then of the findings. Doing it twice
// changes nothing the second time.
func Reconcile(previous []Record, now Sight) []Change {
	failing := make(map[Key]int, len(now.Failing))
	for i, f := range now.Failing {
		failing[f.Key] = i
	}
	known := make(map[Key]bool, len(previous))
	var out []Change
	for _, p := range previous {
		known[p.Key] = true
		i, fails := failing[p.Key]
		if !fails {
			i = -1
		}
		if c, changed := step(p, now, i); changed {
			out = append(out, c)
		}
	}
	for i, f := range now.Failing {
		if !known[f.Key] {
			known[f.Key] = true // a rule that fails twice on one object is one violation
			out = append(out, Change{Key: f.Key, What: Raised, To: Open, Found: i})
		}
	}
	return out
}

// step is the whole life of one violation at one scan.
func step(p Record, now Sight, found int) (Change, bool) {
	c := Change{Key: p.Key, From: p.State, To: p.State, Found: -1}
	waived := !p.WaivedUntil.IsZero() && now.Now.Before(p.WaivedUntil)
	if found >= 0 {
		f := now.Failing[found]
		c.Found = found
		switch {
		case p.State == Resolved && waived:
			c.What, c.To = Reopened, Waived
		case p.State == Resolved:
			c.What, c.To = Reopened, Open
		case p.State == Waived && !waived:
			c.What, c.To = WaiverEnded, Open
		case f.Version != p.Version || f.Digest != p.Digest:
			c.What = SeenAgain
		default:
			return c, false
		}
		return c, true
	}
	if p.State.Standing() && now.InForce(p.Rule) && !now.Unknown[p.Key] {
		switch now.Presence(p.Ref) {
		case Judged:
			c.What, c.To = Mended, Resolved
			return c, true
		case Gone:
			c.What, c.To = ObjectGone, Resolved
			return c, true
		}
	}
	// Time alone ends a waiver, whether or not the object was seen.
	if p.State == Waived && !waived {
		c.What, c.To = WaiverEnded, Open
		return c, true
	}
	return c, false
}
