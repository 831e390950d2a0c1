package pbi

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"steward/internal/contract"
)

// bearer is the first token of a test; it must show up nowhere.
const bearer = "eyJ0eXAi.c4n4ry-1.bearer"

// tokens is a token source that counts.
type tokens struct {
	mu      sync.Mutex
	n       int
	renewed int
}

func (s *tokens) Token(context.Context) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("eyJ0eXAi.c4n4ry-%d.bearer", s.n+1), time.Time{}, nil
}

func (s *tokens) Renew(_ context.Context, refused string) (string, time.Time, error) {
	s.mu.Lock()
	if refused == fmt.Sprintf("eyJ0eXAi.c4n4ry-%d.bearer", s.n+1) {
		s.n++
		s.renewed++
	}
	s.mu.Unlock()
	return s.Token(context.Background())
}

// clock is a time that moves only when somebody sleeps.
type clock struct {
	mu    sync.Mutex
	t     time.Time
	slept []time.Duration
}

func newClock() *clock { return &clock{t: time.Date(2024, 10, 1, 6, 30, 0, 0, time.UTC)} }

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// total is how long was slept.
func (c *clock) total() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var sum time.Duration
	for _, d := range c.slept {
		sum += d
	}
	return sum
}

// service is a server for both APIs, and a client of it.
type service struct {
	*Client
	srv    *httptest.Server
	clock  *clock
	tokens *tokens
	calls  []Call
	mu     sync.Mutex
}

// serve starts handler and a client of it. Every request is checked against
// Microsoft's definitions; answers are the test's own business.
func serve(t *testing.T, handler http.Handler, change ...func(*Config)) *service {
	t.Helper()
	s := &service{clock: newClock(), tokens: &tokens{}}
	check := contract.New(t)
	s.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		check.Request(r)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(s.srv.Close)
	cfg := Config{API: s.srv.URL + "/v1.0/myorg", Fabric: s.srv.URL + "/v1", Tokens: s.tokens,
		Transport: s.srv.Client().Transport, Now: s.clock.now, Sleep: s.clock.sleep,
		Jitter: func() float64 { return 0.5 }, UserAgent: "steward-test",
		OnCall: func(c Call) { s.mu.Lock(); s.calls = append(s.calls, c); s.mu.Unlock() }}
	for _, f := range change {
		f(&cfg)
	}
	client, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = client
	return s
}

// answering answers every call with the body, as JSON.
func answering(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte(body))
	})
}

// sample answers with a sample, 202 where its name says so.
func sample(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if name == "scanner_getInfo_202.json" {
			w.WriteHeader(http.StatusAccepted)
		}
		_, _ = w.Write(contract.Sample(name))
	})
}

// once answers the first call with first and all others with then.
func once(first, then http.Handler) http.Handler {
	var mu sync.Mutex
	n := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		h := then
		if n == 1 {
			h = first
		}
		mu.Unlock()
		h.ServeHTTP(w, r)
	})
}
