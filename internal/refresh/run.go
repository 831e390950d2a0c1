package refresh

import (
	"strings"
	"time"
)

// Status is how a refresh ended, or that it has not.
type Status string

// The statuses of a run. Microsoft's "Unknown" of a refresh without an end is
// Running; what ended in a way that nobody told is Unclear.
const (
	Running   Status = "running"
	Completed Status = "completed"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
	Disabled  Status = "disabled"
	Unclear   Status = "unclear"
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool {
	switch s {
	case Running, Completed, Failed, Cancelled, Disabled, Unclear:
		return true
	}
	return false
}

// Over reports whether a run with the status has ended.
func (s Status) Over() bool { return s != Running }

// Broken reports whether a run with the status left the data as old as it was.
func (s Status) Broken() bool { return s == Failed || s == Disabled }

// StatusOf reads a status as Power BI spells it; ended says that the run has an
// end (api guide, section 5.1). Dataflow transactions say Success, InProgress.
func StatusOf(wire string, ended bool) Status {
	switch strings.ToLower(wire) {
	case "completed", "success", "succeeded":
		return Completed
	case "failed", "failure", "timedout":
		return Failed
	case "cancelled", "canceled":
		return Cancelled
	case "disabled":
		return Disabled
	}
	if ended {
		return Unclear
	}
	return Running
}

// Source is where a run is known from. The first two tell every run; the others
// only some.
type Source string

// The sources, the most telling first.
const (
	// FromHistory is the refresh history of a model.
	FromHistory Source = "history"
	// FromTransactions is the list of transactions of a dataflow.
	FromTransactions Source = "transactions"
	// FromRefreshables is the last run that a capacity's refreshables name.
	FromRefreshables Source = "refreshables"
	// FromActivity is an event of the activity log: no duration, no cause.
	FromActivity Source = "activity"
	// FromNowhere says that nothing can be read.
	FromNowhere Source = "none"
)

// Complete reports whether the source tells every run.
func (s Source) Complete() bool { return s == FromHistory || s == FromTransactions }

// Run is one refresh of a model or dataflow.
type Run struct {
	// ID is Microsoft's request id in lower case, or the transaction's id of a
	// dataflow. A refresh started through the API is found by it.
	ID string
	// End is zero while the run is under way, and where nobody told it.
	Start, End time.Time
	Status     Status
	// Type is Scheduled, OnDemand, ViaApi, ViaEnhancedApi, ViaXmlaEndpoint …
	Type string
	// ErrorCode and ErrorText are Microsoft's, empty on success. The text may
	// hold names of the tenant.
	ErrorCode, ErrorText string
	// Attempts is how often the service tried; 0 when it does not say.
	Attempts int
	Source   Source
}

// Took is how long the run took; 0 while it is under way or when it is unknown.
func (r Run) Took() time.Duration {
	if r.End.IsZero() || r.End.Before(r.Start) {
		return 0
	}
	return r.End.Sub(r.Start)
}
