package auth_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
	"steward/internal/secret"
)

var client = auth.Client{IP: "192.0.2.7", Agent: "test browser", Request: "req-1"}

// portal is the service under test with its provider and its clock.
type portal struct {
	*auth.Service
	t      *testing.T
	db     *db.DB
	issuer *authtest.Issuer
	clock  *atomic.Int64
	secret string // path of the client's secret
}

func (p *portal) now() time.Time          { return time.Unix(0, p.clock.Load()).UTC() }
func (p *portal) secretRef() secret.Ref   { return secret.File(p.secret) }
func (p *portal) advance(d time.Duration) { p.clock.Add(int64(d)) }

// open starts a provider and the service; change may bend the configuration.
func open(t *testing.T, entra bool, change func(*auth.Config)) *portal {
	t.Helper()
	p := &portal{t: t, clock: new(atomic.Int64)}
	p.clock.Store(time.Date(2026, 9, 25, 8, 0, 0, 0, time.UTC).UnixNano())
	p.db = dbtest.Open(t, p.now)
	p.issuer = authtest.Start(t, p.now, entra)
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(authtest.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	p.secret = path
	cfg := auth.Config{DB: p.db, Kind: auth.OIDC, Issuer: p.issuer.URL, ClientID: authtest.ClientID, ClientSecret: p.secretRef(), PublicURL: "http://127.0.0.1:8080", Now: p.now, Help: "Ask the data office."}
	if entra {
		cfg.Kind = auth.Entra
	}
	if change != nil {
		change(&cfg)
	}
	var err error
	if p.Service, err = auth.New(cfg); err != nil {
		t.Fatal(err)
	}
	return p
}

// visit is one trip to the provider: what the browser carries back.
type visit struct {
	auth.Callback
	url string
}

func (p *portal) begin(st auth.Start) visit {
	p.t.Helper()
	if st.Purpose == "" {
		st.Purpose = auth.ForSignIn
	}
	to, err := p.Begin(p.t.Context(), st)
	if err != nil {
		p.t.Fatalf("begin: %v", err)
	}
	return visit{auth.Callback{Query: p.issuer.Visit(p.t, to.URL), Browser: to.Cookie.Value, Client: client}, to.URL}
}

// signIn signs the issuer's present person in and returns the cookie's value.
func (p *portal) signIn() (string, auth.Completed) {
	p.t.Helper()
	done, err := p.Complete(p.t.Context(), p.begin(auth.Start{ReturnTo: "/workspaces?q=x"}).Callback)
	if err != nil {
		p.t.Fatalf("sign in: %v", err)
	}
	return sessionCookie(p.t, p.Service, done.Cookies), done
}

func sessionCookie(t *testing.T, s *auth.Service, cookies []*http.Cookie) string {
	t.Helper()
	for _, c := range cookies {
		if c.Name == s.SessionCookie() {
			return c.Value
		}
	}
	t.Fatal("no session cookie")
	return ""
}

func (p *portal) lookup(cookie string) (auth.Session, error) {
	return p.Lookup(p.t.Context(), cookie, client)
}

func (p *portal) mustLookup(cookie string) auth.Session {
	p.t.Helper()
	s, err := p.lookup(cookie)
	if err != nil {
		p.t.Fatalf("look up: %v", err)
	}
	return s
}

// entries returns the ledger, oldest first.
func (p *portal) entries() []ledger.Entry {
	p.t.Helper()
	recs, _, err := p.db.Reader().LedgerPage(p.t.Context(), db.LedgerScope{All: true}, db.LedgerFilter{Limit: 1000})
	if err != nil {
		p.t.Fatal(err)
	}
	out := make([]ledger.Entry, len(recs))
	for i, r := range recs {
		if out[len(recs)-1-i], err = r.Entry(); err != nil {
			p.t.Fatal(err)
		}
	}
	return out
}

func (p *portal) sessionCount() int {
	p.t.Helper()
	all, err := p.db.Reader().Sessions(p.t.Context(), "", "")
	if err != nil {
		p.t.Fatal(err)
	}
	return len(all)
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q does not say %q", text, p)
		}
	}
}
