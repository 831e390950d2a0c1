package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/fault"
)

const (
	canary = "c4n4ry~Secret.Value-xyz"
	app    = "11111111-2222-3333-4444-555555555555"
	tenant = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	scope  = "https://analysis.windows.net/powerbi/api/.default"
)

// endpoint is a token service that answers with answer and remembers the forms
// it got.
type endpoint struct {
	*httptest.Server
	calls  atomic.Int64
	mu     sync.Mutex
	form   map[string]string
	answer func(n int64, w http.ResponseWriter, r *http.Request)
}

func newEndpoint(t *testing.T, answer func(n int64, w http.ResponseWriter, r *http.Request)) *endpoint {
	t.Helper()
	e := &endpoint{answer: answer}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/login/"+tenant+"/oauth2/v2.0/token" {
			t.Errorf("unexpected %s %s", r.Method, r.URL)
			http.NotFound(w, r)
			return
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		e.mu.Lock()
		e.form = map[string]string{}
		for k := range r.PostForm {
			e.form[k] = r.PostForm.Get(k)
		}
		e.mu.Unlock()
		e.answer(e.calls.Add(1), w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

// numbered answers every request with a token of its own.
func numbered(n int64, w http.ResponseWriter, _ *http.Request) {
	give(w, fmt.Sprintf("token-%d", n), 3599)
}

func give(w http.ResponseWriter, token string, seconds int) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":%d,"ext_expires_in":%d,"access_token":%q}`, seconds, seconds, token)
}

func refuseWith(status, code int, name string) func(int64, http.ResponseWriter, *http.Request) {
	return func(_ int64, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"error":             name,
			"error_description": fmt.Sprintf("AADSTS%d: something about %s", code, r.PostForm.Get("client_secret")),
			"error_codes":       []int{code},
			"correlation_id":    "fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7",
		})
	}
}

// clock is a time that moves only when told to, or when slept.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	return ctx.Err()
}

func newSource(t *testing.T, e *endpoint, change func(*Config)) (*Source, *clock) {
	t.Helper()
	c := &clock{t: time.Date(2024, 10, 1, 6, 0, 0, 0, time.UTC)}
	cfg := Config{Authority: e.URL + "/login", TenantID: tenant, ClientID: app, Scope: scope,
		Secret: func() (string, error) { return canary, nil },
		Now:    c.now, Sleep: c.sleep, HTTPClient: e.Client()}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, numbered)
	s, c := newSource(t, e, nil)
	token, expiry, err := s.Token(t.Context())
	if err != nil || token != "token-1" {
		t.Fatalf("Token = %q, %v", token, err)
	}
	if left := expiry.Sub(c.now()); left < 59*time.Minute || left > time.Hour {
		t.Errorf("the token lasts %s, want about an hour of the given clock", left)
	}
	for field, want := range map[string]string{
		"grant_type": "client_credentials", "client_id": app, "client_secret": canary,
	} {
		if e.form[field] != want {
			t.Errorf("form field %s = %q, want %q", field, e.form[field], want)
		}
	}
	if !strings.Contains(e.form["scope"], scope) {
		t.Errorf("scope = %q", e.form["scope"])
	}
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, numbered)
	s, c := newSource(t, e, nil)
	for _, step := range []struct {
		pass time.Duration
		want string
	}{{0, "token-1"}, {54 * time.Minute, "token-1"}, {2 * time.Minute, "token-2"}, {time.Hour, "token-3"}} {
		_ = c.sleep(t.Context(), step.pass)
		if got, _, err := s.Token(t.Context()); err != nil || got != step.want {
			t.Errorf("after %s: %q, %v; want %s", step.pass, got, err, step.want)
		}
	}
}

// TestShortToken: a token shorter than the early renewal is used for half its
// life instead of being asked for again and again.
func TestShortToken(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, func(n int64, w http.ResponseWriter, _ *http.Request) { give(w, fmt.Sprint(n), 60) })
	s, _ := newSource(t, e, nil)
	for range 5 {
		if _, _, err := s.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := e.calls.Load(); n != 1 {
		t.Errorf("%d token requests, want 1", n)
	}
}

// TestOneRequestForMany is the figure of the design: 50 first calls, one token
// request; and 50 refused ones, one renewal.
func TestOneRequestForMany(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	e := newEndpoint(t, func(n int64, w http.ResponseWriter, r *http.Request) {
		<-release
		numbered(n, w, r)
	})
	s, _ := newSource(t, e, nil)
	all := func(get func() (string, time.Time, error), want string) {
		t.Helper()
		var wg, started sync.WaitGroup
		for range 50 {
			started.Add(1)
			wg.Go(func() {
				started.Done()
				if token, _, err := get(); err != nil || token != want {
					t.Errorf("got %q, %v; want %s", token, err, want)
				}
			})
		}
		started.Wait()
		release <- struct{}{} // exactly one request is answered
		wg.Wait()
	}
	all(func() (string, time.Time, error) { return s.Token(t.Context()) }, "token-1")
	all(func() (string, time.Time, error) { return s.Renew(t.Context(), "token-1") }, "token-2")
	if n := e.calls.Load(); n != 2 {
		t.Errorf("%d token requests, want 2", n)
	}
}

// TestFailureIsShared: those who waited for a refused request get its answer.
func TestFailureIsShared(t *testing.T) {
	t.Parallel()
	const callers = 20
	release := make(chan struct{})
	refuse := refuseWith(401, 7000215, "invalid_client")
	e := newEndpoint(t, func(n int64, w http.ResponseWriter, r *http.Request) { <-release; refuse(n, w, r) })
	// Every caller looks at the clock once before it waits, and the one whose
	// turn it is twice more before it asks.
	looks := make(chan struct{}, 10*callers)
	s, _ := newSource(t, e, func(c *Config) {
		now := c.Now
		c.Now = func() time.Time { looks <- struct{}{}; return now() }
	})
	errs := make(chan error, callers)
	for range callers {
		go func() { _, _, err := s.Token(t.Context()); errs <- err }()
	}
	for range callers + 2 {
		<-looks
	}
	close(release)
	for range callers {
		if err := <-errs; !fault.Is(err, fault.Denied) {
			t.Errorf("err = %v", err)
		}
	}
	if n := e.calls.Load(); n != 1 {
		t.Errorf("%d requests for %d callers, want 1", n, callers)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, func(n int64, w http.ResponseWriter, r *http.Request) {
		if r.PostForm.Get("client_secret") != "new" {
			refuseWith(401, 7000222, "invalid_client")(n, w, r)
			return
		}
		numbered(n, w, r)
	})
	secret := "old"
	s, _ := newSource(t, e, func(c *Config) { c.Secret = func() (string, error) { return secret + "\n", nil } })
	if _, _, err := s.Token(t.Context()); !strings.Contains(fault.Sentence(err), "has expired") {
		t.Fatalf("before the rotation: %v", err)
	}
	secret = "new"
	if token, _, err := s.Token(t.Context()); err != nil || token != "token-2" {
		t.Errorf("after the rotation: %q, %v", token, err)
	}
}

// TestOldTokenBridgesAnOutage: while Entra is away a token that is due but
// good is better than none; a refused one is not.
func TestOldTokenBridgesAnOutage(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, func(n int64, w http.ResponseWriter, r *http.Request) {
		if n > 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		numbered(n, w, r)
	})
	s, c := newSource(t, e, nil)
	_, _, _ = s.Token(t.Context())
	_ = c.sleep(t.Context(), 56*time.Minute)
	if token, _, err := s.Token(t.Context()); err != nil || token != "token-1" {
		t.Errorf("during the outage: %q, %v", token, err)
	}
	if _, _, err := s.Renew(t.Context(), "token-1"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("renewing a refused token during the outage: %v", err)
	}
	_ = c.sleep(t.Context(), 5*time.Minute)
	if _, _, err := s.Token(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after the token's end: %v", err)
	}
}

func TestBusyIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []int{90055, 90033, 90024, 50033} {
		e := newEndpoint(t, func(n int64, w http.ResponseWriter, r *http.Request) {
			if n < 3 {
				refuseWith(503, code, "temporarily_unavailable")(n, w, r)
				return
			}
			numbered(n, w, r)
		})
		s, _ := newSource(t, e, nil)
		if token, _, err := s.Token(t.Context()); err != nil || token != "token-3" {
			t.Errorf("AADSTS%d: %q, %v", code, token, err)
		}
	}
}

// TestLeftAlone: after a loop or a 429 Entra is not asked before its time.
func TestLeftAlone(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, refuseWith(400, 50196, "invalid_grant"))
	s, c := newSource(t, e, nil)
	for range 10 {
		_, _, err := s.Token(t.Context())
		if !fault.Is(err, fault.Throttled) {
			t.Fatalf("err = %v", err)
		}
	}
	if n := e.calls.Load(); n != 1 {
		t.Errorf("%d requests within the pause, want 1", n)
	}
	_ = c.sleep(t.Context(), loopPause)
	_, _, _ = s.Token(t.Context())
	if n := e.calls.Load(); n != 2 {
		t.Errorf("%d requests after the pause, want 2", n)
	}
}

// TestNothingLeaks drives every odd reply and greps every rendering of the
// error for the secret and for the token in the reply.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	const token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.leaky.part"
	for name, answer := range map[string]func(int64, http.ResponseWriter, *http.Request){
		"truncated token": func(_ int64, w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"token_type":"Bearer","access_token":"`+token)
		},
		"wrong type": func(_ int64, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `["`+token+`"]`) },
		"expires in words": func(_ int64, w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"access_token":"`+token+`","expires_in":"soon"}`)
		},
		"no token": func(_ int64, w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"token_type":"Bearer","expires_in":3599}`)
		},
		"HTML with 200": func(_ int64, w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "<html>"+r.PostForm.Get("client_secret"))
		},
		"HTML with 502": func(_ int64, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(502)
			io.WriteString(w, "<html>"+canary)
		},
		"empty 400":       func(_ int64, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) },
		"echoing refusal": refuseWith(401, 7000215, "invalid_client"),
		"unknown code":    refuseWith(400, 999999, canary),
		"redirect": func(_ int64, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login/elsewhere", http.StatusTemporaryRedirect)
		},
		"torn connection": func(_ int64, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			io.WriteString(w, token)
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newSource(t, newEndpoint(t, answer), nil)
			_, _, err := s.Token(t.Context())
			var known *fault.Error
			if !errors.As(err, &known) || known.Kind == fault.Internal {
				t.Fatalf("err = %#v, want a classified one", err)
			}
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err), known.Sentence} {
				if strings.Contains(text, canary) || strings.Contains(text, "leaky") {
					t.Errorf("leaks: %s", text)
				}
			}
		})
	}
}

func TestHangEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	e := newEndpoint(t, func(int64, http.ResponseWriter, *http.Request) { <-hang })
	defer close(hang)
	s, _ := newSource(t, e, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := s.Token(ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("err = %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	secret := func() (string, error) { return canary, nil }
	good := Config{Authority: "https://login.microsoftonline.com", TenantID: tenant, ClientID: app, Secret: secret, Scope: scope}
	for name, change := range map[string]func(*Config){
		"http elsewhere":   func(c *Config) { c.Authority = "http://login.example.com" },
		"http look-alike":  func(c *Config) { c.Authority = "http://127.0.0.1.example.com" },
		"no scheme":        func(c *Config) { c.Authority = "login.microsoftonline.com" },
		"user in address":  func(c *Config) { c.Authority = "https://a:b@login.microsoftonline.com" },
		"tenant with path": func(c *Config) { c.TenantID = "common/../evil" },
		"no tenant":        func(c *Config) { c.TenantID = "" },
		"no client":        func(c *Config) { c.ClientID = "" },
		"no credential":    func(c *Config) { c.Secret = nil },
		"two credentials":  func(c *Config) { c.Certificate = func() ([]byte, error) { return nil, nil } },
		"narrow scope":     func(c *Config) { c.Scope = "User.Read" },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
	for _, authority := range []string{"https://login.microsoftonline.us/", "http://127.0.0.1:9/x", "http://localhost:9", "http://[::1]:9"} {
		cfg := good
		cfg.Authority = authority
		if _, err := New(cfg); err != nil {
			t.Errorf("%s: %v", authority, err)
		}
	}
}
