package guard

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// Config says what the guard works with.
type Config struct {
	Auth *auth.Service
	// Routes is the table of routes.
	Routes []Route
	// PublicURL is the portal's own address, without a path.
	PublicURL string
	// Hosts are further host names (with port) under which the portal answers,
	// such as localhost:8080 beside 127.0.0.1:8080.
	Hosts []string
	// Proxies are the networks of reverse proxies whose X-Forwarded-For is
	// believed; empty believes nobody.
	Proxies []netip.Prefix
	// Limits bound how often; zero fields get the defaults.
	Limits Limits
	// Now and Random default to the clock and crypto/rand.
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
	// KeptNotice makes what a page says above a form that was filled in again,
	// as HTML; left are the values that found no field. Nil says nothing.
	KeptNotice func(c echo.Context, left []Left) (string, error)
}

// Guard holds the checks. Make one with New.
type Guard struct {
	cfg    Config
	public *url.URL
	hosts  map[string]bool
	routes routes
	cop    *http.CrossOriginProtection
	logins *buckets
	writes *buckets
	export *buckets
	calls  *buckets
	kept   keeper
	limits Limits
	turns  chan struct{} // one for each download that is being written
}

// New checks the configuration. Errors are Invalid.
func New(cfg Config) (*Guard, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	u, err := url.Parse(strings.TrimSuffix(cfg.PublicURL, "/"))
	if err != nil || u.Host == "" || u.Path != "" || cfg.Auth == nil {
		return nil, fault.New(fault.Invalid, "public_url %q is not an address without a path.", cfg.PublicURL)
	}
	g := &Guard{cfg: cfg, public: u, hosts: map[string]bool{strings.ToLower(u.Host): true}, routes: index(cfg.Routes), cop: http.NewCrossOriginProtection()}
	for _, h := range cfg.Hosts {
		g.hosts[strings.ToLower(h)] = true
	}
	l := cfg.Limits.WithDefaults()
	g.limits, g.turns = l, make(chan struct{}, l.ExportsAtOnce)
	g.logins = newBuckets(l.LoginsPerMinute, time.Minute, cfg.Now)
	g.writes = newBuckets(l.WritesPerMinute, time.Minute, cfg.Now)
	g.calls = newBuckets(l.CallsPerMinute, time.Minute, cfg.Now)
	g.export = newBuckets(l.ExportsPerHour, time.Hour, cfg.Now)
	return g, nil
}

// Attach puts the guard in front of every route of e, known and unknown.
func (g *Guard) Attach(e *echo.Echo) {
	e.Use(g.identify, g.recoverPanic, g.headers, g.checkHost, g.limitBody, g.checkOrigin, g.loadSession, g.keepForm, g.limitRate, g.permit)
}

// identify gives the request its id and finds out where it comes from.
func (g *Guard) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, err := g.token()
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		st := &state{client: auth.Client{IP: g.clientIP(c.Request()), Agent: c.Request().UserAgent(), Request: id}}
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), stateKey{}, st)))
		return next(c)
	}
}

// recoverPanic turns a panic into an error: nothing that panicked is let
// through, and the page says that it was our fault.
func (g *Guard) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
					panic(r)
				}
				g.cfg.Log.Error("panic", "request", RequestID(c), "path", c.Path(), "panic", secret.Redact(fmt.Sprint(r)), "stack", string(debug.Stack()))
				err = fmt.Errorf("panic in %s %s", c.Request().Method, c.Path())
			}
		}()
		return next(c)
	}
}

// refuse records a refusal and returns its error.
func (g *Guard) refuse(c echo.Context, rule string, err error) error {
	st := stateOf(c.Request().Context())
	actor := ledger.Actor{Kind: ledger.Nobody}
	e := ledger.Entry{Action: ledger.AccessRefuse, Outcome: ledger.Refused, IP: st.client.IP, Request: st.client.Request, Reason: fault.Sentence(err)}
	if st.session != nil {
		actor, e.Session = st.session.Person.Actor(), st.session.Hash.String()
	}
	path := c.Path()
	if path == "" || strings.Contains(path, "*") {
		path = clip(c.Request().URL.Path)
	}
	e.Actor = actor
	if st.machine && st.session.Hash == (ledger.Hash{}) {
		e.Session = "" // a token of the provider's is no session
	}
	e.Details = map[ledger.Detail]string{ledger.Rule: rule, ledger.Method: clip(c.Request().Method), ledger.Address: path}
	g.cfg.Auth.Refusals.Record(c.Request().Context(), e)
	return err
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 200)], "\uFFFD") }

// StatusOf returns the HTTP status with which an error is shown.
func StatusOf(err error) int {
	var he *echo.HTTPError
	var tooLarge *http.MaxBytesError
	var need *SignInError
	switch {
	case errors.As(err, &need):
		return http.StatusUnauthorized
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &he):
		if he.Code == http.StatusMethodNotAllowed {
			return http.StatusNotFound // what exists is not told by its methods
		}
		return he.Code
	}
	switch fault.KindOf(err) {
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Denied:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Throttled:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// Prepare sets the headers that an error's answer needs (Retry-After, and for
// htmx where to go to sign in) and returns its status. Error pages call it.
func Prepare(c echo.Context, err error) int {
	h := c.Response().Header()
	var f *fault.Error
	if errors.As(err, &f) && f.RetryAfter > 0 {
		h.Set("Retry-After", fmt.Sprint(int64((f.RetryAfter+time.Second-1)/time.Second)))
	}
	var need *SignInError
	if errors.As(err, &need) && ofMachines(c) {
		h.Set(echo.HeaderWWWAuthenticate, `Bearer realm="steward"`)
	}
	if errors.As(err, &need) && c.Request().Header.Get("HX-Request") != "" {
		h.Set("HX-Redirect", need.URL)
	}
	return StatusOf(err)
}
