// Package check owns the set-up check: whether a tenant's two applications
// are registered, allowed and separate as the portal needs them, with the
// evidence of each answer and what to do about it. It asks Microsoft's APIs
// and writes nothing anywhere. It does not scan, and it does not judge the
// tenant's own rules.
package check

import (
	"context"
	"errors"
	"time"

	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/upstream"
)

// State is the answer to one check.
type State string

// States. Unknown is never a pass: it says that the question could not be
// asked, and why.
const (
	Pass    State = "pass"
	Warn    State = "warn"
	Fail    State = "fail"
	Unknown State = "unknown"
)

// Result is one line of the check.
type Result struct {
	// Key is the check's name for programs, such as "token".
	Key   string `json:"key"`
	Title string `json:"title"`
	State State  `json:"state"`
	// Evidence is what was seen, Remedy what to do; Remedy is empty on a pass.
	Evidence string `json:"evidence"`
	Remedy   string `json:"remedy,omitempty"`
	// RequestID is Microsoft's id of the call the answer comes from.
	RequestID string `json:"request_id,omitempty"`
}

// Tokens hands out access tokens of one application.
type Tokens interface {
	Token(ctx context.Context) (token string, expiry time.Time, err error)
}

// Application is one of the two registrations as the portal uses it.
type Application struct {
	ClientID string
	Tokens   Tokens
	API      *pbi.Client
	// Ends is when the certificate ends; zero for a secret, whose end only the
	// registration's page knows.
	Ends time.Time
	// Trouble is why the secret or certificate could not be read; nil when it
	// could.
	Trouble error
}

// Directory is the part of Microsoft Graph that the check asks.
type Directory interface {
	// Probe makes one small call and returns Microsoft's request id.
	Probe(ctx context.Context) error
}

// Subject is what is checked.
type Subject struct {
	Scanner Application
	// Executor is nil when none is configured: the portal then only looks.
	Executor *Application
	// Graph is nil when it is switched off.
	Graph Directory
	Now   func() time.Time
}

// Tenant runs every check in an order in which an early failure explains the
// later ones. It always returns every line.
func Tenant(ctx context.Context, s Subject) []Result {
	c := &run{s: s}
	c.ctx = upstream.Watch(ctx, func(call upstream.Call) { c.last = call })
	c.scannerToken()
	c.consent()
	c.adminAPI()
	c.clock()
	c.settings()
	c.executor()
	c.graph()
	c.expiry()
	return c.out
}

// run collects the lines of one check.
type run struct {
	ctx context.Context
	s   Subject
	out []Result
	// token is the scanner's, empty when there is none.
	token string
	// admin says that the admin APIs answered.
	admin bool
	// last is the last call of an API, for the request id of what it showed.
	last upstream.Call
}

func (c *run) add(r Result) { c.out = append(c.out, r) }

// seen adds a line that the last call showed, with its request id.
func (c *run) seen(r Result) {
	r.RequestID = c.last.RequestID
	c.add(r)
}

// failed is a line for an error: its sentence as evidence and remedy.
func failed(key, title string, err error, remedy string) Result {
	r := Result{Key: key, Title: title, State: Fail, Evidence: fault.Sentence(err), Remedy: remedy}
	var f *fault.Error
	if errors.As(err, &f) {
		r.RequestID = f.RequestID
	}
	if fault.Is(err, fault.Throttled) || fault.Is(err, fault.Unavailable) {
		r.State = Unknown
		r.Remedy = "Try again later: the service did not answer the question."
	}
	return r
}

// notAsked is a line for a question that an earlier failure made pointless.
func notAsked(key, title, because string) Result {
	return Result{Key: key, Title: title, State: Unknown, Evidence: "Not asked: " + because, Remedy: "Mend the line above first."}
}

// Worst returns the gravest state among the lines.
func Worst(results []Result) State {
	rank := map[State]int{Pass: 0, Unknown: 1, Warn: 2, Fail: 3}
	worst := Pass
	for _, r := range results {
		if rank[r.State] > rank[worst] {
			worst = r.State
		}
	}
	return worst
}
