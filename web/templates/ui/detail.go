package ui

import (
	"time"

	"github.com/a-h/templ"
)

// Pair is one line of a list of facts. The first that is set wins: Unknown,
// Part, Copy, At, Value.
type Pair struct {
	Key string
	// Value comes from anywhere and is shown safely; Href makes it a link.
	Value, Href string
	// Copy shows the value in a field that can be copied: ids.
	Copy bool
	// At is a moment; shown exactly.
	At time.Time
	// Part is anything drawn: badges, a severity.
	Part templ.Component
	// Unknown says why there is no value.
	Unknown string
}

// Event is one entry of a time line.
type Event struct {
	At, Now time.Time
	// Actor did it; empty when nobody is known ("seen by the scan").
	Actor, ActorHref string
	// Text is a sentence without its subject: "removed the guest ben@…".
	Text string
	// Kind says where the entry comes from: "Scan", "Activity", "Request".
	Kind string
	Tone Tone
	// Detail is small print; Href leads to the object.
	Detail, Href string
	// Changes are shown below the sentence.
	Changes []Change
}

// Change is one field before and after. An empty side means: was not there.
type Change struct{ Field, Before, After string }

// Node is one object of a tree, such as a lineage.
type Node struct {
	Label, Href string
	// Kind is the small word before the label ("Semantic model").
	Kind string
	// Note stands after it: where it lives, how it is connected.
	Note   string
	Badges []templ.Component
	// Here marks the object the page is about.
	Here     bool
	Children []Node
	// More is how many children are not shown, MoreHref where they are.
	More     int64
	MoreHref string
}

// Stat is one number of a dashboard with what it was before.
type Stat struct {
	Label, Value, Href string
	// Delta is the change in words ("12 fewer than last week"); Tone says
	// whether that is good.
	Delta string
	Tone  Tone
	// Trend draws a small line; empty draws none.
	Trend []float64
	// Unknown says why there is no number; it is shown instead of Value.
	Unknown string
}

// Progress is work under way. Live is the address of this same fragment, asked
// again every two seconds while it is set; leave it empty when all is done.
type Progress struct {
	Label string
	// Done of Total; Total zero means: not known yet.
	Done, Total int64
	Noun        string
	// Says is what happens now and when it may end: "reading batch 12 of 41,
	// about 6 min left".
	Says string
	Live string
	Tone Tone
	// Stop is how to cancel, if one may.
	Stop *Action
}

// Problem is a page that says what went wrong and what to do.
type Problem struct {
	// Status is the HTTP status, shown small.
	Status int
	Title  string
	// Text says what is wrong; Do what one can do about it.
	Text string
	Do   []Action
	// Detail is for support: a code, a request id.
	Detail string
}

// Confirm is the last step before something that cannot be taken back.
type Confirm struct {
	Action string
	Params []Param
	Title  string
	// Consequences say what will happen, one sentence each.
	Consequences []string
	// Name has to be typed into the field called Field; empty asks for nothing.
	Name, Field, Error string
	Button             string
	Danger             bool
	// Back leads away without doing anything.
	Back string
}

func trendOf(s Stat) bool { return len(s.Trend) > 1 }

func (p Progress) says() string {
	if p.Total <= 0 {
		return Count(p.Done) + noun(p.Noun)
	}
	return Count(p.Done) + " of " + Count(p.Total) + noun(p.Noun)
}

func (p Progress) live() string {
	if p.Live == "" {
		return ""
	}
	return Local(p.Live)
}
