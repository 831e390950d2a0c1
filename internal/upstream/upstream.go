// Package upstream makes one call to one of Microsoft's APIs as it must be
// made: within the limits of the operation, with a token that is renewed once
// when it is refused, repeated only where repeating is harmless, to a pinned
// host, bounded in time and size, and with a typed error at the end. It knows
// no endpoint: pbi and graph bring theirs, and their own reading of an error
// answer.
package upstream

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"steward/internal/fault"
)

// Tokens gives access tokens. entra.Source is one.
type Tokens interface {
	// Token returns a token and when it ends.
	Token(ctx context.Context) (string, time.Time, error)
	// Renew returns another token than the refused one.
	Renew(ctx context.Context, refused string) (string, time.Time, error)
}

// Config is what a Client needs.
type Config struct {
	// Base is the API's root, such as https://api.powerbi.com/v1.0/myorg.
	// http is accepted for loopback only.
	Base string
	// Hosts are further hosts that an address in an answer may name; one with
	// a leading dot stands for every host below it.
	Hosts []string
	// Tokens gives the access tokens.
	Tokens Tokens
	// Transport sends the requests; nil means one that all such clients share.
	Transport http.RoundTripper
	// Budgets keep the limits; nil means that nothing is limited but what the
	// service itself refuses.
	Budgets *Budgets
	// Now and Sleep are the clock; nil means the real one.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
	// Jitter returns a number in [0,1); nil means a random one.
	Jitter func() float64
	// Stall is how long an answer may stand still before it is given up;
	// 0 means a minute.
	Stall time.Duration
	// Timeout replaces the operations' own time limits when it is not 0.
	Timeout time.Duration
	// Log gets one line per failed try; nil means none.
	Log *slog.Logger
	// UserAgent is sent with every request.
	UserAgent string
	// OnCall is told of every try; nil means nobody.
	OnCall func(Call)
	// Read takes an error answer apart; nil leaves code and message empty.
	Read func(status int, header http.Header, body []byte) Problem
	// Explain gives a finished error its kind and the sentence for users; nil
	// means a general one.
	Explain func(*Error) (fault.Kind, string)
}

// Call is what OnCall is told about one try.
type Call struct {
	// Operation is the operation's name, such as admin/groups.
	Operation string
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// Duration runs from the sending to the end of the answer.
	Duration time.Duration
	// RequestID is Microsoft's id of the call; empty when it gave none.
	RequestID string
	// Bytes is the size of the answer after unpacking.
	Bytes int64
	// Try counts from 1.
	Try int
	// ServerTime is the service's clock in its answer, to the second; zero
	// when there was none. It shows a wrong clock of ours.
	ServerTime time.Time
}

type watchKey struct{}

// Watch returns a context whose calls tell each of their tries to watch, besides
// OnCall: for one who wants the request ids of the calls it makes. watch is called
// by the goroutine that calls.
func Watch(ctx context.Context, watch func(Call)) context.Context {
	return context.WithValue(ctx, watchKey{}, watch)
}

// Client calls one API. It is safe for concurrent use.
type Client struct {
	cfg  Config
	base *url.URL
	http *http.Client
}

// New checks cfg and returns a Client.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(cfg.Base, "/"))
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fault.New(fault.Invalid, "The address %q is not the base of an API, such as https://api.powerbi.com/v1.0/myorg.", cfg.Base)
	}
	if base.Scheme != "https" && !(base.Scheme == "http" && loopback(base.Hostname())) {
		return nil, fault.New(fault.Invalid, "The address %q must use https; http is accepted for this machine only (127.0.0.1).", cfg.Base)
	}
	if cfg.Tokens == nil {
		return nil, fault.New(fault.Invalid, "No app registration is configured for %s.", base.Host)
	}
	if cfg.Transport == nil {
		cfg.Transport = shared
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = Sleep
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	if cfg.Stall == 0 {
		cfg.Stall = time.Minute
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Read == nil {
		cfg.Read = func(int, http.Header, []byte) Problem { return Problem{} }
	}
	return &Client{cfg: cfg, base: base, http: &http.Client{
		Transport: cfg.Transport,
		// A redirect would carry the bearer token, and a POST its body, to
		// wherever an answer says.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// shared is http.DefaultTransport with room for as many idle connections to a
// host as a scan has workers.
var shared = func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 32
	return t
}()

// Sleep waits in real time; its error is the context's.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
