// Package entra gets access tokens for an app registration from Microsoft
// Entra ID through MSAL, and nothing else: it knows neither Power BI nor the
// people who sign in to the portal (that is auth's). It keeps the tokens in
// memory, asks for one at a time however many callers wait, and turns every
// refusal into a sentence that says what to do. No reply of Entra's, no secret
// and no assertion ever reaches an error text.
package entra

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"steward/internal/fault"
)

// Config says whose token is wanted, for what, and from where.
type Config struct {
	// Authority is the base URL of the token service without the tenant, such
	// as https://login.microsoftonline.com. http is accepted for loopback only.
	Authority string
	// TenantID is the directory's id (or a verified domain of it).
	TenantID string
	// ClientID is the app registration's application id.
	ClientID string
	// Secret returns the client secret. It is asked again for every token, so
	// that a rotated secret works without a restart. Either Secret or
	// Certificate must be set.
	Secret func() (string, error)
	// Certificate returns a PEM with the certificate and its RSA key, asked
	// again like Secret.
	Certificate func() ([]byte, error)
	// Scope is one resource's default scope, such as
	// https://analysis.windows.net/powerbi/api/.default.
	Scope string
	// HTTPClient sends the token requests; nil means a client of its own with
	// a 30 s limit. Redirects are never followed.
	HTTPClient *http.Client
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Sleep waits between two tries; nil means a timer. It returns ctx's error
	// when ctx ends first.
	Sleep func(ctx context.Context, d time.Duration) error
}

const (
	// renewEarly is how long before its end a token is replaced.
	renewEarly = 5 * time.Minute
	// requestTimeout bounds one token request.
	requestTimeout = 30 * time.Second
	// maxTries bounds the token requests of one call when Entra answers that
	// it is busy.
	maxTries = 3
)

// Source hands out tokens of one app registration for one scope. It is safe
// for concurrent use.
type Source struct {
	cfg      Config
	tokenURL string
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error

	// turn holds one value when a caller talks to Entra; the others wait.
	turn chan struct{}

	mu   sync.Mutex
	held state
}

// state is what a Source remembers between calls.
type state struct {
	token   string
	renewAt time.Time // when a fresh one is fetched
	expiry  time.Time
	// lastErr is the answer to the request that ended at generation failed;
	// those who waited for it get it too, instead of asking again.
	lastErr error
	round   int // counts finished token requests
	// blockedUntil is set when Entra asks to be left alone.
	blockedUntil time.Time
}

// New checks cfg and returns a Source. It does not talk to Entra yet.
func New(cfg Config) (*Source, error) {
	tokenURL, err := tokenEndpoint(cfg.Authority, cfg.TenantID)
	if err != nil {
		return nil, err
	}
	switch {
	case cfg.ClientID == "":
		return nil, fault.New(fault.Invalid, "The client id of the app registration is missing: copy the Application (client) ID from its overview page.")
	case (cfg.Secret == nil) == (cfg.Certificate == nil):
		return nil, fault.New(fault.Invalid, "The app registration %s needs either a client secret or a certificate, and not both.", cfg.ClientID)
	case !strings.HasSuffix(cfg.Scope, "/.default"):
		return nil, fault.New(fault.Invalid, "The scope %q must be one resource's /.default.", cfg.Scope)
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = &http.Client{Transport: http.DefaultTransport}
	}
	s := &Source{cfg: cfg, tokenURL: tokenURL, now: cfg.Now, sleep: cfg.Sleep,
		turn: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.sleep == nil {
		s.sleep = sleep
	}
	return s, nil
}

// Token returns an access token and when it ends. All callers that come while
// none is there share one request. The error is a *fault.Error.
func (s *Source) Token(ctx context.Context) (string, time.Time, error) {
	return s.get(ctx, "")
}

// Renew drops stale, a token that was refused although its time is not over,
// and returns another. Of many callers with the same stale token only the
// first causes a request.
func (s *Source) Renew(ctx context.Context, stale string) (string, time.Time, error) {
	return s.get(ctx, stale)
}

// get returns the held token unless it is due or is the refused one.
func (s *Source) get(ctx context.Context, refused string) (string, time.Time, error) {
	before := s.look()
	if before.usable(s.now(), refused) {
		return before.token, before.expiry, nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return "", time.Time{}, waited(ctx)
	}
	now := s.look()
	if now.usable(s.now(), refused) {
		return now.token, now.expiry, nil
	}
	if now.round > before.round && now.lastErr != nil {
		return "", time.Time{}, now.lastErr
	}
	if wait := now.blockedUntil.Sub(s.now()); wait > 0 {
		return "", time.Time{}, busy(wait)
	}
	after := s.refresh(ctx, now, refused)
	s.mu.Lock()
	s.held = after
	s.mu.Unlock()
	if after.lastErr != nil && !after.alive(s.now(), refused) {
		return "", time.Time{}, after.lastErr
	}
	return after.token, after.expiry, nil
}

// look copies the state.
func (s *Source) look() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

// usable reports whether the token needs no request.
func (st state) usable(now time.Time, refused string) bool {
	return st.token != "" && st.token != refused && now.Before(st.renewAt)
}

// alive reports whether the token is due for renewal but still good: better
// than none while Entra does not answer.
func (st state) alive(now time.Time, refused string) bool {
	return st.token != "" && st.token != refused && now.Before(st.expiry.Add(-30*time.Second))
}

// refresh asks Entra, again when it says that it is busy, and returns the
// state that follows from the answer.
func (s *Source) refresh(ctx context.Context, st state, refused string) state {
	st.round++
	if st.token == refused {
		st.token = ""
	}
	var err error
	for try := range maxTries {
		var got grant
		if got, err = s.request(ctx); err == nil {
			begun := s.now()
			early := min(renewEarly, got.lifetime/2)
			return state{token: got.token, round: st.round,
				expiry: begun.Add(got.lifetime), renewAt: begun.Add(got.lifetime - early)}
		}
		wait, again := retryIn(err, try)
		if !again || ctx.Err() != nil || s.sleep(ctx, wait) != nil {
			break
		}
	}
	st.lastErr = err
	var e *fault.Error
	if errors.As(err, &e) && e.Kind == fault.Throttled {
		st.blockedUntil = s.now().Add(e.RetryAfter)
	}
	return st
}

// retryIn says whether a failed request is worth another try, and when. A
// refusal is not; what Entra calls transient is, if the wait is short.
func retryIn(err error, try int) (time.Duration, bool) {
	var e *fault.Error
	if try == maxTries-1 || !errors.As(err, &e) || e.Kind != fault.Unavailable {
		return 0, false
	}
	wait := max(e.RetryAfter, time.Second<<try)
	return wait, wait <= 10*time.Second
}

func waited(ctx context.Context) error {
	return fault.Wrap(ctx.Err(), fault.Unavailable, "Waiting for an access token from Microsoft Entra took too long or was stopped. Try again.")
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tokenEndpoint builds {authority}/{tenant}/oauth2/v2.0/token, all that a
// token service has to offer: no discovery document is asked for.
func tokenEndpoint(authority, tenant string) (string, error) {
	u, err := url.Parse(strings.TrimSuffix(authority, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fault.New(fault.Invalid, "The authority %q is not the address of a token service, such as https://login.microsoftonline.com.", authority)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return "", fault.New(fault.Invalid, "The authority %q must use https; http is accepted for this machine only (127.0.0.1).", authority)
	}
	if tenant == "" || strings.ContainsAny(tenant, "/?#%\\ ") {
		return "", fault.New(fault.Invalid, "The tenant id %q is not a directory id: copy the Directory (tenant) ID from the app registration's overview page.", tenant)
	}
	return u.String() + "/" + tenant + "/oauth2/v2.0/token", nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
