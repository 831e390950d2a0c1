package guard_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
	"steward/internal/web/guard"
	"steward/internal/web/guard/guardtest"
)

// site is a small site behind the guard, over real HTTP where a test asks for
// it, with a provider and a clock.
type site struct {
	t      *testing.T
	base   string
	guard  *guard.Guard
	auth   *auth.Service
	db     *db.DB
	echo   *echo.Echo
	issuer *authtest.Issuer
	clock  *atomic.Int64
	now    func() time.Time
	table  []guard.Route
	log    *slog.Logger
	wrote  atomic.Int32      // how often a page that changes something was reached
	hold   func(path string) // called by every page; may be nil
}

func (s *site) advance(d time.Duration) { s.clock.Add(int64(d)) }

func table() []guard.Route {
	return append(guard.SignInRoutes(),
		guard.Route{Method: "GET", Path: "/healthz", Public: true, AnyHost: true},
		guard.Route{Method: "GET", Path: "/signed-out", Public: true},
		guard.Route{Method: "GET", Path: "/", Action: auth.ViewOverview},
		guard.Route{Method: "GET", Path: "/workspaces", Action: auth.ViewWorkspaces},
		guard.Route{Method: "GET", Path: "/workspaces.csv", Action: auth.ViewWorkspaces, Export: true},
		guard.Route{Method: "GET", Path: "/workspaces/:tenant/:id", Action: auth.ViewWorkspaces},
		guard.Route{Method: "POST", Path: "/workspaces/:tenant/:id/waiver", Action: auth.AskWaiver},
		guard.Route{Method: "POST", Path: "/waivers/:tenant/:id", Action: auth.DecideRequest},
		guard.Route{Method: "POST", Path: "/scans/:tenant", Action: auth.StartScan},
		guard.Route{Method: "GET", Path: "/ledger", Action: auth.ViewLedger},
		guard.Route{Method: "GET", Path: "/ledger.jsonl", Action: auth.ExportLedger},
		guard.Route{Method: "PUT", Path: "/settings", Action: auth.Configure},
		guard.Route{Method: "GET", Path: "/panic", Action: auth.ViewOverview},
		guard.Route{Method: "GET", Path: "/api/v1/requests", Action: auth.ViewRequests},
		guard.Route{Method: "POST", Path: "/api/v1/requests", Action: auth.MakeRequest},
	)
}

// objects are the site's workspaces: id → what they are.
var objects = map[string]auth.Object{
	"contoso/fin": {Tenant: "contoso", Workspace: "FIN-Reports"},
	"contoso/hr":  {Tenant: "contoso", Workspace: "HR-Reports"},
	"fabrikam/x":  {Tenant: "fabrikam", Workspace: "FIN-Other"},
}

// open starts a site with a clock of its own and a small provider.
func open(t *testing.T, change func(*guard.Config)) *site {
	t.Helper()
	clock := new(atomic.Int64)
	clock.Store(time.Date(2026, 9, 25, 8, 0, 0, 0, time.UTC).UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	issuer := authtest.Start(t, now, true)
	s := openAt(t, issuer.URL, now, change)
	s.clock, s.issuer = clock, issuer
	return s
}

// openAt starts a site whose people sign in at the given issuer.
func openAt(t *testing.T, issuer string, now func() time.Time, change func(*guard.Config)) *site {
	t.Helper()
	s := &site{t: t, now: now, base: "http://127.0.0.1:8080", log: slog.New(slog.DiscardHandler)}
	s.table = append(table(), guard.Route{Method: "GET", Path: "/form", Action: auth.ViewOverview})
	s.db = dbtest.Open(t, now)
	cfg := guard.Config{PublicURL: s.base, Routes: s.table, Now: now, Limits: guard.Limits{LoginsPerMinute: 1000, WritesPerMinute: 1 << 20, ExportsPerHour: 1 << 20}}
	if change != nil {
		change(&cfg)
	}
	s.base = cfg.PublicURL
	key := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(key, []byte(authtest.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	s.auth, err = auth.New(auth.Config{DB: s.db, Kind: auth.Entra, Issuer: issuer, ClientID: authtest.ClientID, ClientSecret: secret.File(key), PublicURL: cfg.PublicURL, Now: now,
		LimitRules: []auth.LimitRule{{Person: authtest.ObjectID("fin"), Limit: auth.Limit{Tenants: []string{"contoso"}, Prefixes: []string{"FIN-"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Auth = s.auth
	if s.guard, err = guard.New(cfg); err != nil {
		t.Fatal(err)
	}
	s.echo = echo.New()
	s.echo.HTTPErrorHandler = func(err error, c echo.Context) {
		if !c.Response().Committed {
			_ = c.String(guard.Prepare(c, err), fault.Sentence(err))
		}
	}
	s.guard.Attach(s.echo)
	s.guard.MountSignIn(s.echo, "/signed-out")
	s.echo.GET("/form", form)
	for _, r := range s.table {
		if r.Path != "/form" && !slices.Contains(guard.SignInRoutes(), r) {
			s.echo.Add(r.Method, r.Path, s.page(r))
		}
	}
	return s
}

// form is a page with forms, a script of ours, and whatever x says.
func form(c echo.Context) error {
	nonce := templ.GetNonce(c.Request().Context())
	return c.HTML(http.StatusOK, `<!doctype html><html lang=en><title>form</title><link rel=icon href=/healthz><p id=who>`+templ.EscapeString(guard.Person(c).Name)+`</p>
		<form method=post action=/scans/contoso><button id=go>Scan</button></form>
		<form method=post action=/logout><button id=out>Sign out</button></form>
		<script nonce="`+nonce+`">window.ours = true</script>`+c.QueryParam("x"))
}

// page is what stands behind a route: it looks the object up and asks again.
func (s *site) page(r guard.Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r.Path == "/panic" {
			panic("with a secret client_secret=canary")
		}
		if s.hold != nil {
			s.hold(r.Path)
		}
		o := auth.Object{Tenant: c.Param("tenant")}
		if c.Param("id") != "" {
			var ok bool
			if o, ok = objects[c.Param("tenant")+"/"+c.Param("id")]; !ok {
				return auth.Hidden()
			}
		}
		if !r.Public && !auth.May(guard.Person(c), r.Action, o) {
			return auth.Hidden()
		}
		if c.Request().Method != http.MethodGet {
			if _, err := c.FormParams(); err != nil {
				return err
			}
			s.wrote.Add(1)
		}
		return c.String(http.StatusOK, "page")
	}
}

// session signs someone in without the provider.
func (s *site) session(name string, roles ...auth.Role) (string, auth.Person) {
	p := auth.Person{TenantID: authtest.Directory, ObjectID: authtest.ObjectID(name), Name: name, Roles: roles}
	if name == "fin" {
		limit := []auth.Limit{{Tenants: []string{"contoso"}, Prefixes: []string{"FIN-"}}}
		p.Limits = map[auth.Role][]auth.Limit{}
		for _, r := range roles {
			p.Limits[r] = limit
		}
	}
	for _, r := range roles {
		name += " " + string(r)
	}
	return guardtest.NewSession(s.t, s.db, name, p, s.now()), p
}

// token is one of the person's that may read and ask.
func (s *site) token(p auth.Person) string {
	s.t.Helper()
	_, text, err := s.auth.MakeToken(s.t.Context(), auth.Session{Person: p}, auth.TokenWish{Purpose: "a test", Grants: []string{"read", "ask"}, Days: 1}, nil, auth.Client{})
	if err != nil {
		s.t.Fatal(err)
	}
	return text.Reveal()
}

// call is one request; header pairs follow.
func (s *site) call(method, path, cookie, body string, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	req := httptest.NewRequest(method, s.base+path, strings.NewReader(body))
	req.RemoteAddr = "192.0.2.9:4711"
	if cookie != "" {
		req.AddCookie(&http.Cookie{Name: s.auth.SessionCookie(), Value: cookie})
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.echo.ServeHTTP(rec, req)
	return rec
}

// same are the headers of a form of the site itself.
func (s *site) same() []string { return []string{"Sec-Fetch-Site", "same-origin", "Origin", s.base} }

func (s *site) entries() []ledger.Entry {
	s.t.Helper()
	recs, _, err := s.db.Reader().LedgerPage(s.t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Limit: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	out := make([]ledger.Entry, len(recs))
	for i, r := range recs {
		if out[len(recs)-1-i], err = r.Entry(); err != nil {
			s.t.Fatal(err)
		}
	}
	return out
}
