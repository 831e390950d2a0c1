package pbi

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"steward/internal/fault"
)

// TestForeignContinuation: an answer that names another host sends nothing
// anywhere, least of all the token.
func TestForeignContinuation(t *testing.T) {
	t.Parallel()
	var foreign atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		foreign.Add(1)
		t.Errorf("the foreign host was called with %q", r.Header.Get("Authorization"))
	}))
	t.Cleanup(evil.Close)
	for name, uri := range map[string]string{
		"another port":        evil.URL + "/v1.0/myorg/admin/activityevents?continuationToken='a'",
		"another host":        "https://evil.example/v1.0/myorg/admin/activityevents?continuationToken='a'",
		"look-alike suffix":   "https://evilanalysis.windows.net/x?continuationToken='a'",
		"suffix inside":       "https://wabi.analysis.windows.net.evil.example/x?continuationToken='a'",
		"user in the address": "https://api.powerbi.com@evil.example/x?continuationToken='a'",
		"name before host":    "https://evil.example\\@api.powerbi.com/x?continuationToken='a'",
		"plain http":          "http://api.powerbi.com/x?continuationToken='a'",
		"another port there":  "https://api.powerbi.com:8443/x?continuationToken='a'",
		"another scheme":      "file:///etc/passwd?continuationToken='a'",
		"no scheme":           "//evil.example/x?continuationToken='a'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				fmt.Fprintf(w, `{"activityEventEntities":[],"continuationToken":"a","continuationUri":%q}`, uri)
			}))
			err := s.ActivityEvents(context.Background(), ActivityQuery{Day: utc("2024-10-01T00:00:00Z")}, func([]Event) error { return nil })
			checkFailure(t, err, []any{ClassForeign})
			if calls.Load() != 1 || foreign.Load() != 0 {
				t.Errorf("%d calls, %d foreign ones", calls.Load(), foreign.Load())
			}
		})
	}
}

// TestContinuation: the token goes on as the service spelt it, to our own base
// whichever of Microsoft's hosts the address names, and empty pages end
// nothing.
func TestContinuation(t *testing.T) {
	t.Parallel()
	const first = "startDateTime='2024-10-01T00:00:00.000Z'&endDateTime='2024-10-01T23:59:59.999Z'"
	for name, c := range map[string]struct{ uri, token, want string }{
		"official, regional host": {"https://wabi-west-us-redirect.analysis.windows.net/v1.0/myorg/admin/activityevents?continuationToken='%2BRID%3A24%3D'", "%2BRID%3A24%3D", "continuationToken='%2BRID%3A24%3D'"},
		"official with a filter":  {"https://api.powerbi.com/v1.0/myorg/admin/activityevents?continuationToken='%2BRID%3A24%3D'&$filter=Activity eq 'ViewReport'", "%2BRID%3A24%3D", "continuationToken='%2BRID%3A24%3D'"},
		"token alone, escaped":    {"", "%2BRID%3A24%3D", "continuationToken='%2BRID%3A24%3D'"},
		"token alone, plain":      {"", "+RID:24=", "continuationToken='%2BRID%3A24%3D'"},
		"token alone, quoted":     {"", "'abc'", "continuationToken='abc'"},
		"escaped quotes":          {"https://api.powerbi.com/x?continuationToken=%27abc%27", "abc", "continuationToken=%27abc%27"},
		"injection":               {"", "a'&$filter=x", "continuationToken='a%27%26%24filter%3Dx'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var queries []string
			s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				queries = append(queries, r.URL.RawQuery)
				switch len(queries) {
				case 1: // an empty page with a token is normal
					fmt.Fprintf(w, `{"activityEventEntities":[],"continuationToken":%q,"continuationUri":%q}`, c.token, c.uri)
				default:
					fmt.Fprint(w, `{"activityEventEntities":[{"Id":"a"}],"continuationToken":null,"lastResultSet":false}`)
				}
			}))
			n := 0
			err := s.ActivityEvents(context.Background(), ActivityQuery{Day: utc("2024-10-01T22:00:00Z")}, func(page []Event) error { n += len(page); return nil })
			if err != nil || n != 1 {
				t.Fatalf("%d events, %v", n, err)
			}
			if got := strings.NewReplacer("%27", "'", "%3A", ":").Replace(queries[0]); !sameParams(got, first) {
				t.Errorf("first query %q, want %q", got, first)
			}
			if queries[1] != c.want {
				t.Errorf("second query %q, want %q", queries[1], c.want)
			}
		})
	}
}

func sameParams(a, b string) bool {
	for _, p := range strings.Split(b, "&") {
		if !strings.Contains("&"+a+"&", "&"+p+"&") {
			return false
		}
	}
	return len(a) == len(b)
}

// TestEndless: lists that never end are given up.
func TestEndless(t *testing.T) {
	t.Parallel()
	activity := func(c *Client) error {
		return c.ActivityEvents(context.Background(), ActivityQuery{Day: utc("2024-10-01T00:00:00Z")}, func([]Event) error { return nil })
	}
	t.Run("the same token again and again", func(t *testing.T) {
		t.Parallel()
		s := serve(t, answering(`{"activityEventEntities":[],"continuationToken":"a"}`))
		checkFailure(t, activity(s.Client), []any{ClassLoop})
		if len(s.calls) != 2 {
			t.Errorf("%d calls", len(s.calls))
		}
	})
	t.Run("two tokens in turn", func(t *testing.T) {
		t.Parallel()
		var n atomic.Int64
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"activityEventEntities":[],"continuationToken":"t%d"}`, n.Add(1)%2)
		}))
		checkFailure(t, activity(s.Client), []any{ClassLoop})
	})
	t.Run("a new token every time", func(t *testing.T) {
		t.Parallel()
		if testing.Short() {
			t.Skip("10,000 calls")
		}
		var n atomic.Int64
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"activityEventEntities":[],"continuationToken":"t%d"}`, n.Add(1))
		}))
		checkFailure(t, activity(s.Client), []any{ClassLoop})
		if n.Load() != maxPages {
			t.Errorf("%d pages", n.Load())
		}
	})
	t.Run("$skip is ignored", func(t *testing.T) {
		t.Parallel()
		s := serve(t, answering(`{"value":[{"id":"a"},{"id":"b"}]}`))
		rows := 0
		err := s.Groups(context.Background(), GroupsQuery{PageSize: 2}, func(page []Group) error { rows += len(page); return nil })
		checkFailure(t, err, []any{ClassLoop})
		if rows != 2 {
			t.Errorf("%d rows, want each once", rows)
		}
	})
}

// TestSkipPages: pages are asked for until one is not full, and a row that
// slides onto the next page comes once.
func TestSkipPages(t *testing.T) {
	t.Parallel()
	var queries []string
	pages := []string{`{"value":[{"id":"A"},{"id":"b"}]}`, `{"value":[{"id":"B"},{"id":"c"}]}`, `{"value":[{"id":"d"}]}`}
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		queries = append(queries, r.URL.RawQuery)
		fmt.Fprint(w, pages[len(queries)-1])
	}))
	var ids []string
	err := s.Groups(context.Background(), GroupsQuery{PageSize: 2, Filter: "state eq 'Active'"}, func(page []Group) error {
		for _, g := range page {
			ids = append(ids, g.ID)
		}
		return nil
	})
	if err != nil || strings.Join(ids, "") != "abcd" {
		t.Errorf("ids = %v, %v", ids, err)
	}
	want := []string{"%24filter=state%20eq%20%27Active%27&%24top=2", "%24filter=state%20eq%20%27Active%27&%24skip=2&%24top=2", "%24filter=state%20eq%20%27Active%27&%24skip=4&%24top=2"}
	same(t, "queries", queries, want)
}

// TestRenewal: a refused token is renewed once, on 401 as on 403, and not when
// the refusal is about a right.
func TestRenewal(t *testing.T) {
	t.Parallel()
	reply := func(code int, body string, header ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		})
	}
	good := answering(`{"value":[]}`)
	for name, c := range map[string]struct {
		first   http.Handler
		renewed int
		ok      bool
	}{
		"401 bare":          {reply(401, ""), 1, true},
		"403 TokenExpired":  {reply(403, `{"error":{"code":"TokenExpired","message":"Access token has expired, resubmit with a new access token"}}`), 1, true},
		"403 InvalidToken":  {reply(403, `{"error":{"code":"InvalidToken"}}`), 1, true},
		"401 Fabric":        {reply(401, `{"requestId":"x","errorCode":"TokenExpired","message":"m"}`), 1, true},
		"401 tenant switch": {reply(401, "", "X-PowerBI-Error-Info", "ServicePrincipalIsNotAllowedByTenantAdminSwitch"), 0, false},
		"401 no access":     {reply(401, `{"error":{"code":"GroupNotAccessible"}}`), 0, false},
		"403 not for apps":  {reply(403, `{"Message":"API is not accessible for application"}`), 0, false},
		"401 conditional":   {reply(401, "", "WWW-Authenticate", `Bearer error="insufficient_claims"`), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, once(c.first, good))
			_, err := s.Capacities(context.Background())
			if (err == nil) != c.ok || s.tokens.renewed != c.renewed {
				t.Errorf("err = %v, renewed %d times", err, s.tokens.renewed)
			}
			if err != nil && !fault.Is(err, fault.Denied) {
				t.Errorf("kind = %q", fault.KindOf(err))
			}
		})
	}
	t.Run("for ever", func(t *testing.T) {
		t.Parallel()
		s := serve(t, reply(401, ""))
		_, err := s.Capacities(context.Background())
		if !fault.Is(err, fault.Denied) || s.tokens.renewed != 1 || len(s.calls) != 2 {
			t.Errorf("err = %v, renewed %d times, %d calls", err, s.tokens.renewed, len(s.calls))
		}
	})
	t.Run("in the middle of a list", func(t *testing.T) {
		t.Parallel()
		n := 0
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			switch {
			case n == 3:
				w.WriteHeader(401)
			case n > 3 && strings.Contains(r.Header.Get("Authorization"), "c4n4ry-1."):
				t.Error("the refused token was used again")
			default:
				fmt.Fprintf(w, `{"value":[{"id":"%d"},{"id":"x%d"}]}`, n, n)
				if n > 5 {
					t.Error("too many calls")
				}
			}
			if n == 5 {
				n = 100
			}
		}))
		rows := 0
		_ = s.Groups(context.Background(), GroupsQuery{PageSize: 2}, func(page []Group) error {
			if rows += len(page); rows >= 8 {
				return context.Canceled
			}
			return nil
		})
		if rows != 8 || s.tokens.renewed != 1 {
			t.Errorf("%d rows, renewed %d times", rows, s.tokens.renewed)
		}
	})
}
