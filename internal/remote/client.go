package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/secret"
)

// Limits of talking to a portal.
const (
	// perCall is how long one call may take.
	perCall = 60 * time.Second
	// mostBytes is the most that is read of an answer.
	mostBytes = 8 << 20
	// mostTries is how often a call is tried that may be, and longestWait the
	// longest pause between two tries, whatever the portal asks for.
	mostTries   = 6
	longestWait = 2 * time.Minute
)

// Client sends calls to one portal.
type Client struct {
	// Server is the portal's address, Token what a person made at /me/tokens.
	Server string
	Token  secret.Value
	// HTTP defaults to a client that follows no redirect: the token must not
	// travel to another host.
	HTTP *http.Client
	// Sleep waits between tries; it ends early with the context.
	Sleep func(ctx context.Context, d time.Duration) error
	// Say tells a person what is going on, one line at a time.
	Say func(format string, args ...any)
}

// Answer is what the portal said.
type Answer struct {
	Status int
	Body   []byte
	ETag   string
}

// Problem is a refusal by the portal.
type Problem struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Instance is the portal's id of the call, for whoever runs it.
	Instance string `json:"instance"`
	Errors   []struct {
		Field    string `json:"field"`
		Sentence string `json:"sentence"`
	} `json:"errors"`
}

// Error implements error: the sentence, and each refused field.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = fmt.Sprintf("The portal answered with status %d.", p.Status)
	}
	for _, e := range p.Errors {
		if e.Field != "" {
			text += "\n  " + e.Field + ": " + e.Sentence
		}
	}
	return text
}

// New checks the address. Invalid when it is none, or would send the token in
// the clear to another machine.
func New(server string, token secret.Value, say func(string, ...any)) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(server, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Path != "" {
		return nil, fault.New(fault.Invalid, "--server %q is not the address of a portal. Write https://host.", server)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, fault.New(fault.Invalid, "--server must be https: the token travels with each call. http is accepted for this machine only.")
	}
	if token.Empty() {
		return nil, fault.New(fault.Invalid, "The token is empty. Make one at %s/me/tokens.", u)
	}
	return &Client{Server: u.String(), Token: token, Say: say, Sleep: sleep,
		HTTP: &http.Client{Timeout: perCall, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Call sends one call, and again where that cannot do anything twice: once says
// that the portal does what is asked once, however often it is sent. Errors are
// a *Problem for what the portal refused, Unavailable where it does not answer.
func (c *Client) Call(ctx context.Context, method, path, etag string, body any, once bool) (Answer, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return Answer{}, fmt.Errorf("write %s: %w", path, err)
		}
	}
	for try := 1; ; try++ {
		a, wait, err := c.send(ctx, method, path, etag, text)
		again := method == http.MethodGet || once
		var p *Problem
		if errors.As(err, &p) {
			again = p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable || again && p.Status >= http.StatusInternalServerError
		}
		if err == nil || !again || try == mostTries || ctx.Err() != nil {
			return a, err
		}
		if wait == 0 {
			wait = time.Second << (try - 1)
		}
		wait = min(wait, longestWait)
		c.Say("%s Trying again in %s.", firstLine(err), wait)
		if err := c.Sleep(ctx, wait); err != nil {
			return a, err
		}
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(sentence(err), "\n")
	return line
}

func sentence(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Error()
	}
	return fault.Sentence(err)
}

func (c *Client) send(ctx context.Context, method, path, etag string, body []byte) (a Answer, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.Server+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return a, 0, fmt.Errorf("call %s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return a, 0, unreachable(c.Server, err)
	}
	defer func() { _ = res.Body.Close() }()
	a = Answer{Status: res.StatusCode, ETag: res.Header.Get("ETag")}
	if a.Body, err = io.ReadAll(io.LimitReader(res.Body, mostBytes)); err != nil {
		return a, 0, unreachable(c.Server, err)
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		wait = time.Duration(min(seconds, 3600)) * time.Second
	}
	if a.Status == http.StatusNotModified || a.Status < http.StatusMultipleChoices {
		return a, wait, nil
	}
	p := &Problem{}
	if json.Unmarshal(a.Body, p) != nil || p.Detail == "" {
		p.Detail = fmt.Sprintf("%s answered with status %d, and not as a portal does.", c.Server, a.Status)
	}
	p.Status = a.Status
	return a, wait, p
}

func unreachable(server string, err error) error {
	return fault.Wrap(err, fault.Unavailable, "%s cannot be reached.", server)
}
