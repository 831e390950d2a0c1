package upstream

import (
	"io"
	"net/url"
	"time"
)

// Limit is one of Microsoft's limits: at most Calls in any span of Per.
type Limit struct {
	Calls int
	Per   time.Duration
}

// Operation is one kind of call with the limits it is counted under.
type Operation struct {
	// Name identifies the operation in budgets, metrics and errors, such as
	// admin/groups.
	Name string
	// Limits are Microsoft's; none where it states none.
	Limits []Limit
	// Timeout bounds one try up to the end of the answer; 0 means
	// DefaultTimeout.
	Timeout time.Duration
	// MaxBytes bounds the unpacked answer; 0 means DefaultMaxBytes.
	MaxBytes int64
	// Pause is how long to stay away after a 429 that does not say; 0 means
	// a minute.
	Pause time.Duration
	// Repeatable says that a call may be sent again when its outcome is not
	// known: reads. A call that changes something is sent again only after a
	// 429, which is refused before anything is done.
	Repeatable bool
}

const (
	// DefaultTimeout bounds a read: the service itself gives up after 30 s on
	// its slow lists.
	DefaultTimeout = 2 * time.Minute
	// DefaultMaxBytes bounds an answer that is held in memory.
	DefaultMaxBytes = 64 << 20
	// MaxRetries is how often a call is repeated at most.
	MaxRetries = 4
	// MaxRetryAfter is the longest Retry-After that is believed. Power BI's
	// hourly limits ask for up to an hour.
	MaxRetryAfter = time.Hour
)

// Request is one call.
type Request struct {
	Operation Operation
	// Method is the HTTP method.
	Method string
	// Path is relative to the base, with its segments escaped, without a
	// leading slash. Segment helps.
	Path string
	// Query is the query; it is encoded with %20 for blanks, which OData
	// services prefer to a plus sign.
	Query url.Values
	// RawQuery, when set, is sent as it stands instead of Query.
	RawQuery string
	// Body is sent as JSON; nil means no body.
	Body any
	// Content is sent as it is, instead of Body; nil means none.
	Content *Content
	// Accept is the media type asked for; empty means JSON.
	Accept string
}

// Content is a body that is not JSON, such as a file in a form.
type Content struct {
	// Type is its media type.
	Type string
	// Size is its length in bytes.
	Size int64
	// Open returns it from the beginning; it is called once for each try, and
	// what it returns is closed.
	Open func() (io.ReadCloser, error)
}

// Answer is a successful answer held in memory.
type Answer struct {
	Status int
	Header map[string][]string
	// Body is the unpacked body; empty for a 202 or 204 without one.
	Body []byte
	// RequestID is Microsoft's id of the call.
	RequestID string
}

// Segment escapes a value for use as one segment of a path: a guest's user
// principal name holds a '#'.
func Segment(value string) string { return url.PathEscape(value) }
