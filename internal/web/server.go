package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/web/static"
)

// Scans is what pages need of the scanning side: watching, and asking for or
// stopping one. The methods return at once; the work goes on elsewhere.
type Scans interface {
	// Start asks for a full or incremental scan of the tenant. Conflict when
	// one is running.
	Start(ctx context.Context, tenant, kind, askedBy string) error
	// Cancel stops the tenant's running scan. NotFound when none runs.
	Cancel(ctx context.Context, tenant, askedBy string) error
	// Progress returns what the running scan is doing; false when none runs.
	Progress(tenant string) (Progress, bool)
}

// Progress is a running scan as pages show it.
type Progress struct {
	Scan int64
	Kind string
	// Doing says what is being read: workspaces, or the name of a part.
	Doing string
	// Batches are of at most a hundred workspaces each; Parts is what is read
	// beside them.
	Batches, Done    int
	Parts, PartsDone int
	Items, Events    int
	Started          time.Time
	// Ends is the estimate; zero when there is none yet.
	Ends time.Time
	// Quota is what is left of the limits that hold the scan back.
	Quota []Quota
}

// Quota is one operation's budget.
type Quota struct {
	Operation string
	// Left is how many calls may be made at once; -1 when nothing limits it.
	Left int
	// Frees is when the next call is possible if Left is 0.
	Frees time.Time
	// Blocked says that Microsoft itself asked to wait.
	Blocked bool
}

// Config is what the pages are made from.
type Config struct {
	Reader  *db.Reader
	Tenants []string
	Scans   Scans
	// Who tells who sends a request; false before sign-in.
	Who func(c echo.Context) (auth.Person, bool)
	// Record writes one entry to the ledger and fails when it cannot: what
	// should be recorded and is not must not happen.
	Record func(c echo.Context, e ledger.Entry) error
	// PublicURL is the portal's address without a trailing slash.
	PublicURL string
	Now       func() time.Time
	Log       *slog.Logger
}

// Server answers requests for pages.
type Server struct {
	Config
	echo *echo.Echo
	// actions finds the action of a route by method and path.
	actions map[string]auth.Action
}

// New builds the server with its routes. It does not listen: the caller owns
// the http.Server.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{Config: cfg, echo: echo.New(), actions: map[string]auth.Action{}}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.serveError
	for _, r := range s.routes() {
		s.actions[r.method+" "+r.path] = r.action
		s.echo.Add(r.method, r.path, r.handler)
	}
	s.echo.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	return s
}

// ServeHTTP makes the server a handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }
