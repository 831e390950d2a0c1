package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/fault"
	"steward/internal/upstream"
)

// token must show up in no text.
const token = "eyJ0eXAi.c4n4ry.graph"

type tokens struct{}

func (tokens) Token(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
func (tokens) Renew(context.Context, string) (string, time.Time, error) {
	return token, time.Time{}, nil
}

// serve starts handler below /graph/v1.0 and a client of it. Nothing waits.
func serve(t *testing.T, handler http.HandlerFunc, change ...func(*Config)) (*Client, *httptest.Server) {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	cfg := Config{Base: srv.URL + "/graph/v1.0", Tokens: tokens{}, Transport: srv.Client().Transport,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c, srv
}

func collect(into *[]Object) func([]Object) error {
	return func(page []Object) error { *into = append(*into, page...); return nil }
}

// TestTransitiveMembers: two pages of mixed kinds, ids put in lower case.
func TestTransitiveMembers(t *testing.T) {
	t.Parallel()
	var queries []string
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		queries = append(queries, r.URL.EscapedPath()+"?"+r.URL.RawQuery)
		if len(queries) == 1 {
			fmt.Fprintf(w, `{"value":[{"@odata.type":"#microsoft.graph.user","id":"A-1","displayName":"Ann","userPrincipalName":"ann@x.y","accountEnabled":false,"userType":"Member"},
				{"@odata.type":"#microsoft.graph.group","id":"g","displayName":"Nested"}],"@odata.nextLink":"%s/graph/v1.0/groups/G/transitiveMembers?$skiptoken=a%%2Bb"}`, "http://"+r.Host)
			return
		}
		fmt.Fprint(w, `{"value":[{"@odata.type":"#microsoft.graph.servicePrincipal","id":"s"},{"@odata.type":"#microsoft.graph.user","id":"e","userPrincipalName":"eve_x#EXT#@y"}]}`)
	})
	var got []Object
	if err := c.TransitiveMembers(t.Context(), "G", collect(&got)); err != nil {
		t.Fatal(err)
	}
	no := false
	want := []Object{{ID: "a-1", Kind: KindUser, Name: "Ann", UserPrincipalName: "ann@x.y", Enabled: &no, UserType: "Member"},
		{ID: "g", Kind: KindGroup, Name: "Nested"}, {ID: "s", Kind: KindServicePrincipal}, {ID: "e", Kind: KindUser, UserPrincipalName: "eve_x#EXT#@y"}}
	same(t, got, want)
	if !got[3].Guest() || got[0].Guest() {
		t.Error("Guest")
	}
	same(t, queries, []string{"/graph/v1.0/groups/G/transitiveMembers?$select=id%2CdisplayName%2CuserPrincipalName%2CaccountEnabled%2CuserType&$top=999",
		"/graph/v1.0/groups/G/transitiveMembers?$skiptoken=a%2Bb"})
}

// same compares through JSON, which shows pointers' values.
func same(t *testing.T, got, want any) {
	t.Helper()
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if string(a) != string(b) {
		t.Errorf("\n got %s\nwant %s", a, b)
	}
}

func TestUsersAndUser(t *testing.T) {
	t.Parallel()
	row := `{"id":"U","userPrincipalName":"u@x.y","displayName":"Uma","mail":"u@x.y","accountEnabled":true,"userType":"Guest","department":"Sales","companyName":"X","manager":{"@odata.type":"#microsoft.graph.user","id":"M"},"new":{"a":1}}`
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/users") {
			fmt.Fprintf(w, `{"value":[%s,{"displayName":"no id"}]}`, row)
			return
		}
		if r.URL.EscapedPath() != "/graph/v1.0/users/u%23EXT%23@x.y" {
			t.Errorf("path = %s", r.URL.EscapedPath())
		}
		fmt.Fprint(w, row)
	})
	yes := true
	want := Object{ID: "u", Kind: KindUser, Name: "Uma", UserPrincipalName: "u@x.y", Mail: "u@x.y", Enabled: &yes, UserType: "Guest", Department: "Sales", Company: "X", ManagerID: "m"}
	var got []Object
	if err := c.Users(t.Context(), collect(&got)); err != nil {
		t.Fatal(err)
	}
	same(t, got, []Object{want})
	one, err := c.User(t.Context(), "u#EXT#@x.y")
	if err != nil {
		t.Fatal(err)
	}
	same(t, one, want)
}

// TestDelta: the link of the end is kept and asked next time; removed ones are
// marked; a forgotten link is told as such.
func TestDelta(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("$deltatoken") {
		case "":
			fmt.Fprintf(w, `{"value":[{"id":"a"}],"@odata.deltaLink":"http://%s/graph/v1.0/users/delta?$deltatoken=1"}`, r.Host)
		case "1":
			fmt.Fprintf(w, `{"value":[{"id":"a","@removed":{"reason":"deleted"}}],"@odata.deltaLink":"http://%s/graph/v1.0/users/delta?$deltatoken=2"}`, r.Host)
		default:
			w.WriteHeader(http.StatusGone)
			fmt.Fprint(w, `{"error":{"code":"resyncRequired","message":"m"}}`)
		}
	})
	var got []Object
	link := ""
	for range 2 {
		var err error
		if link, err = c.UsersDelta(t.Context(), link, collect(&got)); err != nil {
			t.Fatal(err)
		}
	}
	same(t, got, []Object{{ID: "a", Kind: KindUser}, {ID: "a", Kind: KindUser, Removed: true}})
	if _, err := c.UsersDelta(t.Context(), link, collect(&got)); !fault.Is(err, fault.Conflict) {
		t.Errorf("err = %v", err)
	}
	_, err := c.GroupsDelta(t.Context(), "https://evil.example/graph/v1.0/groups/delta?$deltatoken=1", collect(&got))
	var e *Error
	if !errors.As(err, &e) || e.Class != upstream.ClassForeign {
		t.Errorf("foreign delta link: %v", err)
	}
}

// TestByIDs: ids are asked in thousands, each once, and what is missing is
// gone.
func TestByIDs(t *testing.T) {
	t.Parallel()
	var sizes []int
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct{ IDs, Types []string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != "POST" || len(body.Types) != 3 {
			t.Errorf("%s %v %v", r.Method, body.Types, err)
		}
		sizes = append(sizes, len(body.IDs))
		var rows []string
		for _, id := range body.IDs {
			if id != "id-0007" {
				rows = append(rows, fmt.Sprintf(`{"@odata.type":"#microsoft.graph.group","id":%q,"groupTypes":["Unified"],"securityEnabled":true}`, id))
			}
		}
		fmt.Fprintf(w, `{"value":[%s]}`, strings.Join(rows, ","))
	})
	var ids []string
	for i := range 2500 {
		ids = append(ids, fmt.Sprintf("ID-%04d", i), fmt.Sprintf("id-%04d", i))
	}
	found, err := c.ByIDs(t.Context(), append(ids, ""))
	if err != nil {
		t.Fatal(err)
	}
	_, gone := found["id-0007"]
	if len(found) != 2499 || gone || !found["id-0008"].Unified || !found["id-0008"].Security {
		t.Errorf("%d found, id-0007 %v, %+v", len(found), gone, found["id-0008"])
	}
	same(t, sizes, []int{1000, 1000, 500})
}

// TestForeignNextLink: the token goes to no other host.
func TestForeignNextLink(t *testing.T) {
	t.Parallel()
	var foreign atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { foreign.Add(1) }))
	t.Cleanup(evil.Close)
	for _, link := range []string{evil.URL + "/graph/v1.0/users?x=1", "https://graph.microsoft.com/v1.0/users", "/graph/v1.0/users", "http://127.0.0.1/graph/v1.0/users"} {
		var calls atomic.Int64
		c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			fmt.Fprintf(w, `{"value":[],"@odata.nextLink":%q}`, link)
		})
		err := c.Users(t.Context(), func([]Object) error { return nil })
		var e *Error
		if !errors.As(err, &e) || e.Class != upstream.ClassForeign || calls.Load() != 1 || foreign.Load() != 0 {
			t.Errorf("%s: %v, %d calls, %d foreign", link, err, calls.Load(), foreign.Load())
		}
	}
}

// hang answers never. It reads the request first: only then does the server
// notice that the client has gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// TestFaults: every flaw on every call ends with the right class, a sentence
// and no token in any text.
func TestFaults(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *Client) error{
		"TransitiveMembers": func(ctx context.Context, c *Client) error {
			return c.TransitiveMembers(ctx, "g", func([]Object) error { return nil })
		},
		"Members": func(ctx context.Context, c *Client) error {
			return c.Members(ctx, "g", func([]Object) error { return nil })
		},
		"Users": func(ctx context.Context, c *Client) error { return c.Users(ctx, func([]Object) error { return nil }) },
		"User":  func(ctx context.Context, c *Client) error { _, err := c.User(ctx, "u"); return err },
		"UsersDelta": func(ctx context.Context, c *Client) error {
			_, err := c.UsersDelta(ctx, "", func([]Object) error { return nil })
			return err
		},
		"ByIDs": func(ctx context.Context, c *Client) error { _, err := c.ByIDs(ctx, []string{"a"}); return err },
	}
	body := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); fmt.Fprint(w, text) }
	}
	for name, f := range map[string]struct {
		handler http.HandlerFunc
		class   upstream.Class
		kind    fault.Kind
	}{
		"cut off":    {body(200, `{"value":[{"id":"a"`), upstream.ClassBroken, fault.Unavailable},
		"empty":      {body(200, ``), upstream.ClassBroken, fault.Unavailable},
		"HTML":       {body(200, `<html>`+token), upstream.ClassBroken, fault.Unavailable},
		"a string":   {body(200, `"`+token+`"`), upstream.ClassBroken, fault.Unavailable},
		"null list":  {body(200, `{"value":null}`), upstream.ClassBroken, fault.Unavailable},
		"wrong type": {body(200, `{"id":7,"value":[{"id":{"x":"`+token+`"}}]}`), upstream.ClassBroken, fault.Unavailable},
		"too deep":   {body(200, strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)), upstream.ClassBroken, fault.Unavailable},
		"forbidden":  {body(403, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges","innerError":{"request-id":"11111111-2222-3333-4444-555555555555"}}}`), upstream.ClassAnswer, fault.Denied},
		"not found":  {body(404, `{"error":{"code":"Request_ResourceNotFound"}}`), upstream.ClassAnswer, fault.NotFound},
		"throttled":  {body(429, `{"error":{"code":"TooManyRequests"}}`), upstream.ClassAnswer, fault.Throttled},
		"broken":     {body(503, ``), upstream.ClassAnswer, fault.Unavailable},
		"reset":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, upstream.ClassNetwork, fault.Unavailable},
		"hang":       {hang, upstream.ClassTimeout, fault.Unavailable},
	} {
		for call, do := range calls {
			t.Run(name+"/"+call, func(t *testing.T) {
				t.Parallel()
				c, _ := serve(t, f.handler, func(cfg *Config) {
					if name == "hang" {
						cfg.Timeout = 20 * time.Millisecond
					}
				})
				err := do(t.Context(), c)
				var e *Error
				if !errors.As(err, &e) || e.Class != f.class || !fault.Is(err, f.kind) {
					t.Fatalf("err = %v (%q)", err, fault.KindOf(err))
				}
				if strings.Contains(err.Error()+fault.Sentence(err), "c4n4ry") || len(fault.Sentence(err)) < 40 {
					t.Errorf("%v\n%s", err, fault.Sentence(err))
				}
				if name == "forbidden" && (e.RequestID == "" || !strings.Contains(fault.Sentence(err), "GroupMember.Read.All")) {
					t.Errorf("%+v: %s", e, fault.Sentence(err))
				}
			})
		}
	}
}
