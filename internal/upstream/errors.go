package upstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"steward/internal/fault"
)

// Class says in what way a call failed.
type Class string

const (
	// ClassAnswer is an error answer of the service.
	ClassAnswer Class = "answer"
	// ClassNetwork means that no whole answer came: refused, reset, cut off.
	ClassNetwork Class = "network"
	// ClassTimeout means that the answer took too long.
	ClassTimeout Class = "timeout"
	// ClassBroken is a successful answer that is not what was asked for: HTML,
	// cut off, not JSON, of the wrong shape, empty.
	ClassBroken Class = "broken"
	// ClassTooLarge is an answer beyond its cap.
	ClassTooLarge Class = "too large"
	// ClassForeign is an answer that names another host to go on with. Nothing
	// was sent there.
	ClassForeign Class = "foreign link"
	// ClassLoop is a list that does not end.
	ClassLoop Class = "endless list"
	// ClassBudget means that a limit is used up for longer than the caller
	// can wait. Nothing was sent.
	ClassBudget Class = "budget"
)

// Problem is what an API's error answer says.
type Problem struct {
	// Code is the service's own name of the error, such as TokenExpired.
	Code string
	// Message is its text, unsafe as it came.
	Message string
	// RequestID is its id of the call.
	RequestID string
	// Retriable is the service's own word on it, false when it has none.
	Retriable bool
	// Until is when the service says it will answer again; zero if it does not.
	Until time.Time
}

// Error is a failed call. It never holds a token, and of an answer's body no
// more than a short piece of the service's message.
type Error struct {
	Class Class
	// Operation is the operation's name.
	Operation string
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// Code is the service's code of the error; empty when it gave none.
	Code string
	// Message is the service's message, shortened and cleaned, for the log.
	Message string
	// RequestID is Microsoft's id of the call, which their support asks for.
	RequestID string
	// RetryAfter is how long to wait before trying again; 0 when unknown.
	RetryAfter time.Duration
	// Retriable says that the same call may succeed later.
	Retriable bool
	// Err is the cause; nil for an error answer.
	Err error

	// begun says that the answer had begun when it broke off.
	begun bool
	fault *fault.Error
}

// Error describes the failure for the log.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Operation)
	switch {
	case e.Status >= 300:
		fmt.Fprintf(&b, ": HTTP %d", e.Status)
	default:
		fmt.Fprintf(&b, ": %s", e.Class)
	}
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, " %q", e.Message)
	}
	if e.RequestID != "" {
		b.WriteString(" (request id " + e.RequestID + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the classified error with its sentence, then the cause.
func (e *Error) Unwrap() []error {
	var out []error
	if e.fault != nil {
		out = append(out, e.fault)
	}
	if e.Err != nil {
		out = append(out, e.Err)
	}
	return out
}

// finish gives an error its kind and its sentence.
func (c *Client) finish(e *Error) *Error {
	kind, sentence := fault.Internal, ""
	if c.cfg.Explain != nil {
		kind, sentence = c.cfg.Explain(e)
	}
	if sentence == "" {
		kind, sentence = general(e, c.base.Host)
	}
	e.fault = &fault.Error{Kind: kind, Sentence: sentence, RequestID: e.RequestID, RetryAfter: e.RetryAfter}
	return e
}

// general is the sentence of an error that the API's package has none for.
func general(e *Error, host string) (fault.Kind, string) {
	switch e.Class {
	case ClassNetwork:
		return fault.Unavailable, fmt.Sprintf("%s did not answer %s completely. Check the network and the proxy; the portal tries again by itself.", host, e.Operation)
	case ClassTimeout:
		if errors.Is(e.Err, context.Canceled) {
			return fault.Unavailable, fmt.Sprintf("The call of %s was stopped before %s had answered.", e.Operation, host)
		}
		return fault.Unavailable, fmt.Sprintf("%s took too long to answer %s. The portal tries again by itself.", host, e.Operation)
	case ClassBroken:
		return fault.Unavailable, fmt.Sprintf("%s answered %s with something unreadable. Check that no proxy answers in its place; what was known before is kept.", host, e.Operation)
	case ClassTooLarge:
		return fault.Unavailable, fmt.Sprintf("The answer of %s to %s is larger than the portal accepts. What was known before is kept.", host, e.Operation)
	case ClassForeign:
		return fault.Unavailable, fmt.Sprintf("The answer of %s to %s asks to go on at another host. Nothing was sent there; check that no proxy changes the answers.", host, e.Operation)
	case ClassLoop:
		return fault.Unavailable, fmt.Sprintf("The list that %s gives for %s does not end. It was not used.", host, e.Operation)
	}
	switch {
	case e.Status >= 300 && e.Status < 400:
		return fault.Unavailable, fmt.Sprintf("%s answered %s with a redirect (HTTP %d), which is not followed because the access token would go with it. Check the address and any proxy.", host, e.Operation, e.Status)
	case e.Status == 401 || e.Status == 403:
		return fault.Denied, fmt.Sprintf("%s does not let the app call %s (HTTP %d). Check the app's permissions in the set-up check.", host, e.Operation, e.Status)
	case e.Status == 404:
		return fault.NotFound, fmt.Sprintf("%s knows nothing there for %s, or the app may not see it.", host, e.Operation)
	case e.Status == 409:
		return fault.Conflict, fmt.Sprintf("%s says that %s meets something that exists already.", host, e.Operation)
	case e.Status == 429:
		return fault.Throttled, fmt.Sprintf("Microsoft's limit for %s is used up. It can be called again in %s.", e.Operation, spoken(e.RetryAfter))
	case e.Status >= 500:
		return fault.Unavailable, fmt.Sprintf("%s has a problem of its own with %s (HTTP %d). The portal tries again by itself.", host, e.Operation, e.Status)
	}
	return fault.Invalid, fmt.Sprintf("%s refused %s (HTTP %d).", host, e.Operation, e.Status)
}

// broken is a failure of the answer's content.
func (c *Client) broken(op Operation, class Class, answer *Answer, cause error) *Error {
	e := &Error{Class: class, Operation: op.Name, Err: cause, Retriable: class == ClassBroken}
	if answer != nil {
		e.Status, e.RequestID = answer.Status, answer.RequestID
	}
	return c.finish(e)
}

// Broken returns the error of an answer whose content is not what the
// operation promises.
func (c *Client) Broken(op Operation, answer *Answer, cause error) *Error {
	return c.broken(op, ClassBroken, answer, cause)
}

// Foreign returns the error of an answer that names another host.
func (c *Client) Foreign(op Operation, answer *Answer, cause error) *Error {
	return c.broken(op, ClassForeign, answer, cause)
}

// Endless returns the error of a list that does not end.
func (c *Client) Endless(op Operation, answer *Answer, cause error) *Error {
	return c.broken(op, ClassLoop, answer, cause)
}

// excerptLength is how much of a service's message an error keeps, in runes.
const excerptLength = 200

// excerpt makes a message of the service fit for a log: one line, short, and
// without anything that could be a token.
func excerpt(s string) string {
	if strings.Contains(s, "eyJ") || strings.Contains(strings.ToLower(s), "bearer ") {
		return "(left out: it may hold a token)"
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > excerptLength {
			b.WriteString("…")
			break
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// TooLarge returns the error of an answer with a part beyond its cap.
func (c *Client) TooLarge(op Operation, answer *Answer, cause error) *Error {
	return c.broken(op, ClassTooLarge, answer, cause)
}
