package upstream

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// noAnswer is the error of a try without an answer.
func (c *Client) noAnswer(ctx context.Context, op Operation, answer *Answer, err error) *Error {
	// *url.Error repeats the address; what it wraps says enough.
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	e := &Error{Class: ClassNetwork, Operation: op.Name, Err: err, Retriable: true}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errStalled) || errors.As(err, &timeout) && timeout.Timeout() {
		e.Class = ClassTimeout
	}
	if ctx.Err() != nil {
		e.Class, e.Err, e.Retriable = ClassTimeout, ctx.Err(), false
	}
	if answer != nil {
		e.RequestID, e.begun = answer.RequestID, true
	}
	return c.finish(e)
}

// unusable is the error of a successful answer that could not be used.
func (c *Client) unusable(ctx context.Context, op Operation, answer *Answer, in *body, err error) error {
	switch {
	case errors.Is(in.failed, errTooLarge):
		return c.broken(op, ClassTooLarge, answer, errTooLarge)
	case in.failed != nil && damaged(in.failed):
		return c.broken(op, ClassBroken, answer, errors.New("the packed (gzip) answer is damaged"))
	case in.failed != nil:
		return c.noAnswer(ctx, op, answer, in.failed)
	case errors.Is(err, errNotJSON), errors.Is(err, io.ErrUnexpectedEOF):
		return c.broken(op, ClassBroken, answer, err)
	}
	return err // the consumer's own
}

// refused reads an error answer and, after a 429, keeps everyone off the
// operation for as long as the service wants.
func (c *Client) refused(ctx context.Context, op Operation, answer *Answer, in io.Reader) *Error {
	text, _ := io.ReadAll(in) // a torn error answer is still an error answer
	p := c.cfg.Read(answer.Status, answer.Header, text)
	e := &Error{Class: ClassAnswer, Operation: op.Name, Status: answer.Status, Code: excerpt(p.Code),
		Message: excerpt(p.Message), RequestID: answer.RequestID,
		Retriable: p.Retriable || answer.Status == http.StatusTooManyRequests || answer.Status >= 500}
	if e.RequestID == "" {
		e.RequestID = plainID(p.RequestID)
	}
	header := http.Header(answer.Header)
	now := c.serverTime(header)
	switch wait, said := retryAfter(header.Get("Retry-After"), now); {
	case said:
		e.RetryAfter = wait
	case !p.Until.IsZero():
		e.RetryAfter = clamp(p.Until.Sub(now))
	case answer.Status == http.StatusTooManyRequests && op.Pause > 0:
		e.RetryAfter = op.Pause
	case answer.Status == http.StatusTooManyRequests:
		e.RetryAfter = time.Minute
	}
	if answer.Status == http.StatusTooManyRequests && c.cfg.Budgets != nil {
		if err := c.cfg.Budgets.Block(ctx, op, c.cfg.Now().Add(e.RetryAfter)); err != nil {
			c.cfg.Log.WarnContext(ctx, "a 429 could not be recorded", "operation", op.Name, "error", err)
		}
	}
	c.cfg.Log.DebugContext(ctx, "call refused", "operation", op.Name, "status", e.Status, "code", e.Code,
		"request_id", e.RequestID, "retry_after", e.RetryAfter)
	return c.finish(e)
}

// serverTime is the service's clock as its answer shows it, so that a date in
// Retry-After is right even when our own clock is not.
func (c *Client) serverTime(header http.Header) time.Time {
	if t, err := http.ParseTime(header.Get("Date")); err == nil {
		return t
	}
	return c.cfg.Now()
}

// retryAfter reads a Retry-After header: seconds, or an HTTP date.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(seconds) && seconds >= 0 {
		if seconds > MaxRetryAfter.Seconds() {
			return MaxRetryAfter, true
		}
		return clamp(time.Duration(seconds * float64(time.Second))), true
	}
	if t, err := http.ParseTime(text); err == nil {
		return clamp(t.Sub(now)), true
	}
	return 0, false
}

// clamp keeps a wait between a second and MaxRetryAfter.
func clamp(d time.Duration) time.Duration {
	return min(max(d, time.Second), MaxRetryAfter)
}

// mayRepeat says whether a failed call may be sent again.
func (c *Client) mayRepeat(op Operation, e *Error, again bool) bool {
	switch e.Class {
	case ClassAnswer:
		if e.Status == http.StatusTooManyRequests {
			return true // refused before anything was done
		}
		return op.Repeatable && (e.Status >= 500 && e.Status != http.StatusNotImplemented || e.Status == http.StatusRequestTimeout)
	case ClassNetwork, ClassTimeout:
		// Once the answer has begun, only a call whose answer nobody has used
		// yet may be repeated.
		return op.Repeatable && e.Retriable && (again || !e.begun)
	case ClassBroken:
		return op.Repeatable && again
	}
	return false
}

// backoff is the pause before the n-th repetition: 1, 2, 4, 8 s, each between
// half and one and a half of it.
func (c *Client) backoff(n int) time.Duration {
	base := time.Second << (n - 1)
	return time.Duration(float64(base) * (0.5 + c.cfg.Jitter()))
}

// refusedToken reports that a call failed because of its token, which Power BI
// says with 401 as well as 403, and not for want of a right.
func refusedToken(e *Error) bool {
	if e.Class != ClassAnswer || e.Status != http.StatusUnauthorized && e.Status != http.StatusForbidden {
		return false
	}
	if e.Code == "" && e.Message == "" {
		return true
	}
	code := strings.ToLower(e.Code)
	return strings.Contains(code, "token") || strings.Contains(code, "unauthenticated") ||
		strings.Contains(strings.ToLower(e.Message), "token has expired")
}

// headerRequestID is Microsoft's id of a call.
func headerRequestID(header http.Header) string {
	for _, name := range []string{"RequestId", "x-ms-request-id", "request-id", "x-ms-correlation-request-id"} {
		if id := plainID(header.Get(name)); id != "" {
			return id
		}
	}
	return ""
}

// plainID keeps an id only if it looks like one.
func plainID(s string) string {
	if len(s) > 64 {
		return ""
	}
	for _, r := range s {
		if r != '-' && r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return ""
		}
	}
	return s
}
