// Package fault owns the few meanings an error can have for the people who use
// the portal, and the sentence each of them may see. It does not log, does not
// know HTTP and does not decide what to do: pages, commands and workers ask it
// for the kind of an error and act on that.
//
// An error is classified once, where its meaning is known (the API client, the
// database, a form), and wrapped going up with the operation and its arguments:
//
//	return fmt.Errorf("scan %s: batch %d: %w", tenant, n, err)
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is the meaning of an error. The zero value is Internal: an error that
// nobody classified is our own defect until shown otherwise.
type Kind string

const (
	// Internal is a defect of ours; the user is told that it was logged.
	Internal Kind = ""
	// NotFound means that the object is not there, or that the caller may not
	// know whether it is there (the two look the same on purpose).
	NotFound Kind = "not_found"
	// Invalid means that the input cannot be accepted as it stands.
	Invalid Kind = "invalid"
	// Denied means that the caller is known and may not do this.
	Denied Kind = "denied"
	// Conflict means that the object changed since the caller looked at it.
	Conflict Kind = "conflict"
	// Throttled means that a budget (Microsoft's or ours) is used up for now.
	Throttled Kind = "throttled"
	// Unavailable means that something we depend on does not answer now.
	Unavailable Kind = "unavailable"
)

// Error is a classified error. Sentence is safe to show to any user: it says
// what is wrong and what to do, and holds no secret and no raw upstream text.
type Error struct {
	Kind     Kind
	Sentence string
	// Field names the form field or configuration key at fault; empty when the
	// fault is not about one.
	Field string
	// RequestID is Microsoft's id of the failed call; empty when there is none.
	// It is shown small, for their support.
	RequestID string
	// RetryAfter is how long to wait before trying again; zero when unknown.
	RetryAfter time.Duration
	// Err is the cause, for the log only. May be nil.
	Err error
}

// Error returns the sentence and the cause, for logs.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Sentence
	}
	return fmt.Sprintf("%s: %v", e.Sentence, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of the given kind with a sentence for the user.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Sentence: fmt.Sprintf(format, args...)}
}

// Wrap classifies cause as kind and gives it a sentence for the user. The
// cause is kept for the log and never shown.
func Wrap(cause error, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Sentence: fmt.Sprintf(format, args...), Err: cause}
}

// KindOf returns the kind of the first classified error in err's chain, and
// Internal when there is none. KindOf(nil) is Internal too: ask only after an
// error has happened.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the given kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// unclassified is what a user sees of an error that nobody classified.
const unclassified = "Something went wrong on our side. It has been recorded; try again, and give the request id to whoever runs this portal if it happens twice."

// Sentence returns what a user may see of err.
func Sentence(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Sentence != "" {
		return e.Sentence
	}
	return unclassified
}
