package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/trace"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/violation"
	"steward/internal/web/api"
	"steward/internal/web/guard"
)

// Config is what the pages are made from.
type Config struct {
	Reader  *db.Reader
	Tenants []string
	Scans   Scans
	// Installation is the running program, for the set-up page.
	Installation Installation
	// Ledger is the ledger's keeper, for its pages.
	Ledger Ledger
	// Rules is where decisions about rules and violations are made; Policies
	// shows the rules in force and tries drafts out.
	Rules    RuleDesk
	Policies Policies
	// Requests is where people ask for changes of a tenant.
	Requests RequestDesk
	// Periods are the times of the owner's loop, for the words on pages.
	Periods violation.Periods
	// Runs is where people act on what is being carried out.
	Runs RunDesk
	// Plans is where people run refresh plans.
	Plans PlanDesk
	// Views keeps lists under names; nil offers none.
	Views ViewDesk
	// Messages decides how people are told.
	Messages MessageDesk
	// Auth says who sends a request; without it the server does not start.
	Auth *auth.Service
	// Metrics serves the figures of operation to those Scraper lets through, and
	// Observe counts an answer by its route; both may be nil.
	Metrics http.Handler
	Scraper func(r *http.Request) bool
	Observe func(method, route string, status int, took time.Duration)
	// Tracer begins a span for each answer; nil begins none.
	Tracer trace.Tracer
	// Record writes one entry to the ledger and fails when it cannot: what
	// should be recorded and is not must not happen.
	Record func(ctx context.Context, e ledger.Entry) error
	// PublicURL is the portal's address without a trailing slash; Hosts are
	// further names it answers to, Proxies whose X-Forwarded-For is believed.
	PublicURL string
	Hosts     []string
	Proxies   []netip.Prefix
	// Limits bound how often one may sign in, write and export; zero fields
	// get the defaults.
	Limits guard.Limits
	Now    func() time.Time
	Log    *slog.Logger
	// Who replaces Auth in tests of single pages: it tells who sends a request,
	// and nothing is guarded then.
	Who func(c echo.Context) (auth.Person, bool)
}

// Server answers requests for pages.
type Server struct {
	Config
	echo  *echo.Echo
	guard *guard.Guard // nil only in tests of single pages
	api   *api.API
	// actions finds the action of a route by method and path.
	actions map[string]auth.Action
}

// New builds the server with its routes. It does not listen: the caller owns
// the http.Server. Invalid when the configuration cannot be guarded.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{Config: cfg, echo: echo.New(), actions: map[string]auth.Action{}}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.serveError
	s.echo.Use(s.logRequest)
	var err error
	if s.api, err = api.New(api.Config{Reader: s.Reader, Desk: s.Requests, Runner: s.Plans, Site: programs{s}, ActionOf: actionFor, PublicURL: s.PublicURL, Now: s.Now}); err != nil {
		return nil, err
	}
	table := s.routes()
	for _, r := range table {
		s.actions[r.method+" "+r.path] = r.action
	}
	if cfg.Who == nil {
		if err := s.protect(table); err != nil {
			return nil, err
		}
	}
	for _, r := range append(s.public(), table...) {
		s.echo.Add(r.method, r.path, r.handler)
	}
	return s, nil
}

// protect puts the guard in front of every route, known and unknown.
func (s *Server) protect(table []route) error {
	g, err := guard.New(guard.Config{
		Auth: s.Auth, Routes: s.guarded(table), PublicURL: s.PublicURL, Hosts: s.Hosts, Proxies: s.Proxies, Limits: s.Limits, Now: s.Now, Log: s.Log, KeptNotice: keptNotice,
	})
	if err != nil {
		return err
	}
	s.guard = g
	g.Attach(s.echo)
	g.MountSignIn(s.echo, "/signed-out")
	s.Who = func(c echo.Context) (auth.Person, bool) {
		session, ok := guard.Session(c)
		return session.Person, ok
	}
	return nil
}

// ServeHTTP makes the server a handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }
