package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/fault"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 10, 1, 6, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"55":                            55 * time.Second,
		" 55 ":                          55 * time.Second,
		"1.5":                           1500 * time.Millisecond,
		"0":                             time.Second,
		"3600":                          time.Hour,
		"99999999999999999999999":       time.Hour,
		"1e300":                         time.Hour,
		"Tue, 01 Oct 2024 06:31:00 GMT": time.Minute,
		"Tue, 01 Oct 2024 06:00:00 GMT": time.Second,
		"Tue, 01 Oct 2999 06:00:00 GMT": time.Hour,
		"":                              0,
		"-5":                            0,
		"NaN":                           0,
		"soon":                          0,
	} {
		if got, said := retryAfter(text, now); got != want || said != (want != 0) {
			t.Errorf("%q: %s, %v; want %s", text, got, said, want)
		}
	}
}

// fixed is a token source with one token.
type fixed struct{}

func (fixed) Token(context.Context) (string, time.Time, error) { return "t", time.Time{}, nil }
func (fixed) Renew(context.Context, string) (string, time.Time, error) {
	return "t2", time.Time{}, nil
}

func client(t *testing.T, h http.Handler, change func(*Config)) (*Client, *clock) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c := newClock()
	cfg := Config{Base: srv.URL + "/v1", Tokens: fixed{}, Transport: srv.Client().Transport, Now: c.now, Sleep: c.sleep,
		Jitter: func() float64 { return 0.5 }}
	if change != nil {
		change(&cfg)
	}
	up, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return up, c
}

// TestWhatIsRepeated: reads after any failure, writes only after a 429, which
// is refused before anything is done.
func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		repeatable bool
		status     int
		calls      int64
	}{
		{true, 500, 5}, {true, 502, 5}, {true, 503, 5}, {true, 504, 5}, {true, 408, 5}, {true, 429, 5},
		{true, 501, 1}, {true, 400, 1}, {true, 404, 1}, {true, 409, 1},
		{false, 500, 1}, {false, 502, 1}, {false, 503, 1}, {false, 504, 1}, {false, 408, 1}, {false, 400, 1}, {false, 429, 5},
		{true, 0, 5}, {false, 0, 1}, // 0: the connection breaks
	} {
		t.Run(fmt.Sprintf("%d repeatable=%v", c.status, c.repeatable), func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			up, _ := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				for name := range r.Header {
					if strings.Contains(strings.ToLower(name), "idempotency") {
						t.Errorf("header %s makes Go send a POST twice", name)
					}
				}
				if c.status == 0 {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(c.status)
			}), nil)
			_, err := up.Do(t.Context(), Request{Operation: Operation{Name: "x", Repeatable: c.repeatable}, Method: "POST", Path: "y", Body: map[string]int{"a": 1}})
			if err == nil || calls.Load() != c.calls {
				t.Errorf("%d calls, want %d (%v)", calls.Load(), c.calls, err)
			}
		})
	}
}

// TestThrottledForAll: one worker's 429 keeps the others away as well, for as
// long as the service asked.
func TestThrottledForAll(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	var c *clock
	var first time.Time
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := calls.Add(1)
		switch {
		case n == 1:
			first = c.now()
			w.Header().Set("Retry-After", "600")
			w.Header().Set("Date", "Tue, 01 Oct 2024 06:30:00 GMT")
			w.WriteHeader(429)
		case c.now().Sub(first) < 10*time.Minute:
			t.Errorf("call %d came %s after the 429", n, c.now().Sub(first))
		}
		fmt.Fprint(w, `{}`)
	})
	var up *Client
	up, c = client(t, h, func(cfg *Config) {
		cfg.Budgets, _ = NewBudgets(t.Context(), BudgetConfig{Now: cfg.Now, Sleep: cfg.Sleep})
	})
	op := Operation{Name: "x", Repeatable: true}
	for range 3 {
		if _, err := up.Do(t.Context(), Request{Operation: op, Method: "GET", Path: "y"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := calls.Load(); n != 4 {
		t.Errorf("%d calls", n)
	}
}

// TestFollow: only the base's own origin and path are followed.
func TestFollow(t *testing.T) {
	t.Parallel()
	up, err := New(Config{Base: "https://graph.microsoft.com/v1.0", Tokens: fixed{}})
	if err != nil {
		t.Fatal(err)
	}
	path, query, err := up.Follow("https://GRAPH.microsoft.com/v1.0/users/a%23b?$skiptoken=x%2By")
	if err != nil || path != "users/a%23b" || query != "$skiptoken=x%2By" {
		t.Errorf("%q %q %v", path, query, err)
	}
	for _, bad := range []string{"", "users", "http://graph.microsoft.com/v1.0/users", "https://graph.microsoft.com:444/v1.0/users",
		"https://graph.microsoft.com.evil.example/v1.0/users", "https://evil.example/v1.0/users", "https://a@graph.microsoft.com/v1.0/users",
		"https://graph.microsoft.com/beta/users", "https://graph.microsoft.com/v1.0/../beta/users", "//graph.microsoft.com/v1.0/users",
		"https://graph.microsoft.com/v1.0x/users", "javascript:alert(1)", "https://graph.microsoft.com\\@evil.example/v1.0/", "\x7f"} {
		if path, _, err := up.Follow(bad); err == nil {
			t.Errorf("%q is followed to %q", bad, path)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "api.powerbi.com", "http://api.powerbi.com/v1.0", "ftp://127.0.0.1", "https://u:p@api.powerbi.com", "https://api.powerbi.com?x=1", "http://127.0.0.1.evil.example/"} {
		if _, err := New(Config{Base: base, Tokens: fixed{}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", base, err)
		}
	}
	if _, err := New(Config{Base: "https://api.powerbi.com"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without tokens: %v", err)
	}
}

// TestTokenFailure: without a token nothing is sent, and the token source's
// own sentence comes through.
func TestTokenFailure(t *testing.T) {
	t.Parallel()
	up, _ := client(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a call was made") }), func(cfg *Config) { cfg.Tokens = none{} })
	_, err := up.Do(t.Context(), Request{Operation: Operation{Name: "x"}, Method: "GET", Path: "y"})
	if !fault.Is(err, fault.Denied) || fault.Sentence(err) != "The secret has expired." || !errors.Is(err, errNone) {
		t.Errorf("err = %v", err)
	}
}

var errNone = errors.New("none")

type none struct{}

func (none) Token(context.Context) (string, time.Time, error) {
	return "", time.Time{}, fault.Wrap(errNone, fault.Denied, "The secret has expired.")
}
func (none) Renew(context.Context, string) (string, time.Time, error) {
	return "", time.Time{}, errNone
}

// TestQuerySpelling: blanks as %20, a raw query as it stands, segments escaped.
func TestQuerySpelling(t *testing.T) {
	t.Parallel()
	var got []string
	up, _ := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.RequestURI)
		fmt.Fprint(w, `{}`)
	}), nil)
	for _, req := range []Request{
		{Method: "GET", Path: "users/" + Segment("a#EXT#@b c/d"), Query: map[string][]string{"$filter": {"a eq 'b+c'"}}},
		{Method: "GET", Path: "y", RawQuery: "continuationToken='%2Bx'"},
	} {
		if _, err := up.Do(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"/v1/users/a%23EXT%23@b%20c%2Fd?%24filter=a%20eq%20%27b%2Bc%27", "/v1/y?continuationToken='%2Bx'"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
