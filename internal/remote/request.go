package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"steward/internal/fault"
)

// Wish is what is asked for.
type Wish struct {
	Kind      string          `json:"kind"`
	Tenant    string          `json:"tenant,omitempty"`
	Params    json.RawMessage `json:"params"`
	Reason    string          `json:"reason,omitempty"`
	NotBefore string          `json:"not_before,omitempty"`
	Submit    bool            `json:"submit"`
	// Key makes it safe to send it again.
	Key string `json:"key"`
}

// Request is a request as the portal tells it, as far as waiting needs it.
type Request struct {
	ID        string     `json:"id"`
	Tenant    string     `json:"tenant"`
	Kind      string     `json:"kind"`
	Title     string     `json:"title"`
	State     string     `json:"state"`
	Says      string     `json:"says"`
	Final     bool       `json:"final"`
	Note      string     `json:"note"`
	Reason    string     `json:"reason"`
	Risk      string     `json:"risk"`
	Few       string     `json:"too_few"`
	Href      string     `json:"href"`
	Hash      string     `json:"plan_hash"`
	Stages    []Stage    `json:"stages"`
	Decisions []Decision `json:"decisions"`
	Run       *Run       `json:"run"`
	// Raw is the whole answer.
	Raw json.RawMessage `json:"-"`
}

// Stage is how many people must agree, and how many have.
type Stage struct {
	Count int    `json:"count"`
	Role  string `json:"role"`
	Group string `json:"group"`
	Given int    `json:"given"`
}

// Decision is one person's word.
type Decision struct {
	By       string `json:"by"`
	Approves bool   `json:"approves"`
	Note     string `json:"note"`
	At       string `json:"at"`
	Counts   bool   `json:"counts"`
}

// Run is the carrying out.
type Run struct {
	State string `json:"state"`
	Waits string `json:"waits"`
	Note  string `json:"note"`
	Steps []Step `json:"steps"`
}

// Step is one step of it.
type Step struct {
	Says  string `json:"says"`
	State string `json:"state"`
	Note  string `json:"note"`
}

// Submit asks for something, once.
func (c *Client) Submit(ctx context.Context, w Wish) (Request, error) {
	return c.request(ctx, http.MethodPost, "/requests", w, true)
}

// betweenTries is the pause between two tries of what was refused.
const betweenTries = 5 * time.Second

// SubmitPatiently asks again, for as long as given, for what the portal refuses
// at its fields: a pipeline that was made a moment ago is known to the portal
// after its next look at the tenant. Nothing is stored by what is refused.
func (c *Client) SubmitPatiently(ctx context.Context, w Wish, patience time.Duration) (Request, error) {
	for tries := int(patience / betweenTries); ; tries-- {
		r, err := c.Submit(ctx, w)
		var p *Problem
		if !errors.As(err, &p) || p.Status != http.StatusUnprocessableEntity || tries <= 0 {
			return r, err
		}
		c.Say("%s Trying again in %s.", firstLine(err), betweenTries)
		if serr := c.Sleep(ctx, betweenTries); serr != nil {
			return r, err
		}
	}
}

// Show returns a request as it stands.
func (c *Client) Show(ctx context.Context, id string) (Request, error) {
	return c.request(ctx, http.MethodGet, "/requests/"+url.PathEscape(id), nil, false)
}

// Withdraw takes a request back.
func (c *Client) Withdraw(ctx context.Context, id, reason string) (Request, error) {
	return c.request(ctx, http.MethodPost, "/requests/"+url.PathEscape(id)+"/withdraw", map[string]string{"reason": reason}, false)
}

func (c *Client) request(ctx context.Context, method, path string, body any, once bool) (Request, error) {
	a, err := c.Call(ctx, method, path, "", body, once)
	if err != nil {
		return Request{}, err
	}
	return parse(a)
}

func parse(a Answer) (Request, error) {
	r := Request{Raw: a.Body}
	if err := json.Unmarshal(a.Body, &r); err != nil || r.ID == "" {
		return r, unread(err)
	}
	return r, nil
}

func unread(err error) error {
	return fault.Wrap(err, fault.Unavailable, "The portal's answer cannot be read. Is --server the portal itself?")
}

// ErrTimeout says that the time to wait is over while the request goes on.
var ErrTimeout = errors.New("the time to wait is over")

// Waiting is how one waits.
type Waiting struct {
	// Timeout ends it; zero waits for ever.
	Timeout time.Duration
	// Every is the pause between two looks.
	Every time.Duration
}

// Wait returns the request when nothing follows its state any more.
func (c *Client) Wait(ctx context.Context, id string, w Waiting) (Request, error) {
	return watch(ctx, c, "/requests/"+url.PathEscape(id), w, parse)
}

// watched is what goes on at the portal: line says where it stands, for a log,
// over that nothing follows.
type watched interface {
	line() string
	over() bool
}

// watch looks at something until it is over. A portal that cannot be reached for
// a while is asked again until the time is over: what is watched goes on there
// meanwhile. What it refuses (a token that was revoked) ends the waiting.
func watch[T watched](ctx context.Context, c *Client, path string, w Waiting, parse func(Answer) (T, error)) (T, error) {
	if w.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.Timeout, ErrTimeout)
		defer cancel()
	}
	var last T
	etag, said := "", ""
	for {
		a, err := c.Call(ctx, http.MethodGet, path, etag, nil, false)
		var p *Problem
		switch {
		case ctx.Err() != nil:
			return last, context.Cause(ctx)
		case errors.As(err, &p) && p.Status < http.StatusInternalServerError && p.Status != http.StatusTooManyRequests:
			return last, err
		case err != nil:
			c.Say("%s It goes on there; asking again.", firstLine(err))
		case a.Status != http.StatusNotModified:
			if last, err = parse(a); err != nil {
				return last, err
			}
			if etag = a.ETag; last.line() != said {
				said = last.line()
				c.Say("%s", said)
			}
			if last.over() {
				return last, nil
			}
		}
		if err := c.Sleep(ctx, w.Every); err != nil {
			return last, context.Cause(ctx)
		}
	}
}

func (r Request) over() bool { return r.Final }

// line says where a request stands, for a log.
func (r Request) line() string {
	text := r.Says + ": " + r.Title
	for _, s := range r.Stages {
		if r.State == "pending" && s.Given < s.Count {
			who := s.Role
			if who == "" {
				who = "group " + s.Group
			}
			text += fmt.Sprintf(" (%d of %d %s)", s.Given, s.Count, who)
		}
	}
	if r.Run != nil && !r.Final {
		done := 0
		for _, s := range r.Run.Steps {
			if s.State == "done" {
				done++
			}
		}
		text += fmt.Sprintf(" (%d of %d steps)", done, len(r.Run.Steps))
		if r.Run.Waits != "" {
			text += ": " + r.Run.Waits
		}
	}
	if r.Note != "" {
		text += ": " + r.Note
	}
	if r.Few != "" {
		text += ". " + r.Few
	}
	return text
}
