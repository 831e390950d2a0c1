package upstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Do makes a call and returns its answer, the body in memory and known to be
// JSON (or empty). The error is an *Error, or the token source's own.
func (c *Client) Do(ctx context.Context, req Request) (*Answer, error) {
	var got *Answer
	err := c.run(ctx, req, func(a *Answer, body *body) error {
		b, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		a.Body = bytes.TrimPrefix(b, bom)
		got = a
		return checkJSON(a)
	}, req.Operation.Repeatable)
	if err != nil {
		return nil, err
	}
	return got, nil
}

// Stream makes a call and hands the body of a successful answer to consume
// while it comes in. Until consume is called the call is repeated like any
// other; from then on a failure is final, and the caller must throw away what
// consume got. An error of consume that is not about reading is returned as it
// is.
func (c *Client) Stream(ctx context.Context, req Request, consume func(*Answer, io.Reader) error) error {
	return c.run(ctx, req, func(a *Answer, body *body) error {
		return consume(a, body)
	}, false)
}

// bom is the UTF-8 byte order mark that some Microsoft files begin with.
var bom = []byte("\xef\xbb\xbf")

// run makes the tries of one call. again says that a failure while reading the
// answer may be repeated too.
func (c *Client) run(ctx context.Context, req Request, use func(*Answer, *body) error, again bool) error {
	var last *Error
	renewed := false
	for try, failures := 1, 0; ; try++ {
		token, _, err := c.cfg.Tokens.Token(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", req.Operation.Name, err)
		}
		err = c.try(ctx, req, token, try, use)
		if err == nil {
			return nil
		}
		var e *Error
		if !errors.As(err, &e) {
			return err
		}
		if e.Class == ClassBudget && last != nil {
			return last // the 429 that used it up says more
		}
		if refusedToken(e) && !renewed {
			renewed = true
			if _, _, err := c.cfg.Tokens.Renew(ctx, token); err != nil {
				return fmt.Errorf("%s: renew the refused token: %w", req.Operation.Name, err)
			}
			continue
		}
		last = e
		if failures++; failures > MaxRetries || !c.mayRepeat(req.Operation, e, again) || ctx.Err() != nil {
			return err
		}
		if c.cfg.Budgets != nil && e.Status == http.StatusTooManyRequests {
			continue // the budget is blocked and waits for everyone
		}
		if c.cfg.Sleep(ctx, max(c.backoff(failures), e.RetryAfter)) != nil {
			return err
		}
	}
}

// try makes one try within the operation's budget.
func (c *Client) try(ctx context.Context, req Request, token string, number int, use func(*Answer, *body) error) error {
	op := req.Operation
	done, err := c.reserve(ctx, op)
	if err != nil {
		return err
	}
	ctx, span := begin(ctx, op)
	tryCtx, cancel := context.WithTimeout(ctx, c.timeout(op))
	defer cancel()
	out, err := c.build(tryCtx, req, token)
	if err != nil {
		done()
		span.End()
		return err
	}
	begun := c.cfg.Now()
	call := Call{Operation: op.Name, Try: number}
	res, err := c.http.Do(out) //nolint:bodyclose // closed with the Answer that is made of it
	done()
	defer func() {
		call.Duration = c.cfg.Now().Sub(begun)
		end(span, call)
		if c.cfg.OnCall != nil {
			c.cfg.OnCall(call)
		}
		if watch, ok := ctx.Value(watchKey{}).(func(Call)); ok {
			watch(call)
		}
	}()
	if err != nil {
		return c.noAnswer(ctx, op, nil, err)
	}
	in := newBody(res, c.limit(op, res), c.cfg.Stall, cancel)
	defer func() { call.Bytes = in.read; in.close() }()
	answer := &Answer{Status: res.StatusCode, Header: res.Header, RequestID: headerRequestID(res.Header)}
	call.Status, call.RequestID = answer.Status, answer.RequestID
	call.ServerTime, _ = http.ParseTime(res.Header.Get("Date")) // zero when it is none
	if res.StatusCode < 200 || res.StatusCode > 299 {
		e := c.refused(ctx, op, answer, in)
		call.RequestID = e.RequestID
		return e
	}
	if err := notJSON(res.Header); err != nil {
		return c.broken(op, ClassBroken, answer, err)
	}
	if err := use(answer, in); err != nil {
		return c.unusable(ctx, op, answer, in, err)
	}
	return nil
}

// reserve takes a call from the budget.
func (c *Client) reserve(ctx context.Context, op Operation) (func(), error) {
	if c.cfg.Budgets == nil {
		return func() {}, nil
	}
	done, err := c.cfg.Budgets.Wait(ctx, op)
	if err != nil && ctx.Err() != nil {
		return nil, c.noAnswer(ctx, op, nil, err)
	}
	return done, err
}

// build makes the HTTP request.
func (c *Client) build(ctx context.Context, req Request, token string) (*http.Request, error) {
	u := *c.base
	escaped := u.EscapedPath() + "/" + req.Path
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, fmt.Errorf("%s: path %q: %w", req.Operation.Name, req.Path, err)
	}
	u.Path, u.RawPath = path, escaped
	u.RawQuery = req.RawQuery
	if u.RawQuery == "" {
		u.RawQuery = strings.ReplaceAll(req.Query.Encode(), "+", "%20")
	}
	var body io.Reader
	switch {
	case req.Content != nil:
		if body, err = req.Content.Open(); err != nil {
			return nil, fmt.Errorf("%s: request body: %w", req.Operation.Name, err)
		}
	case req.Body != nil:
		b, err := json.Marshal(req.Body)
		if err != nil {
			return nil, fmt.Errorf("%s: request body: %w", req.Operation.Name, err)
		}
		body = bytes.NewReader(b)
	}
	out, err := http.NewRequestWithContext(ctx, req.Method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", req.Operation.Name, err)
	}
	switch {
	case req.Content != nil:
		out.ContentLength = req.Content.Size
		out.Header.Set("Content-Type", req.Content.Type)
	case req.Body != nil:
		out.Header.Set("Content-Type", "application/json")
	}
	out.Header.Set("Accept", "application/json")
	if req.Accept != "" {
		out.Header.Set("Accept", req.Accept)
	}
	out.Header.Set("Authorization", "Bearer "+token)
	if c.cfg.UserAgent != "" {
		out.Header.Set("User-Agent", c.cfg.UserAgent)
	}
	return out, nil
}

func (c *Client) timeout(op Operation) time.Duration {
	switch {
	case c.cfg.Timeout > 0:
		return c.cfg.Timeout
	case op.Timeout > 0:
		return op.Timeout
	}
	return DefaultTimeout
}

// limit is the cap of an answer: an error answer needs little.
func (c *Client) limit(op Operation, res *http.Response) int64 {
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		return 1 << 20
	case op.MaxBytes > 0:
		return op.MaxBytes
	}
	return DefaultMaxBytes
}
