package scan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/scan"
	"steward/internal/sim"
)

// slim is the metadata scanner of a tenant with very many almost empty
// workspaces: just enough to count what a scan costs at a size at which the
// stand-in's lifelike answers would take hours. It keeps Microsoft's limits as
// sliding windows.
type slim struct {
	clock *sim.Clock
	n     int

	mu     sync.Mutex
	calls  map[string][]time.Time
	scans  map[string]slimScan
	beyond int // calls beyond a limit
}

type slimScan struct {
	ids  []string
	done time.Time
}

// slimLimits are calls an hour.
var slimLimits = map[string]int{"modified": 30, "getInfo": 500, "scanStatus": 10_000, "scanResult": 500}

func (s *slim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/admin/workspaces/"), "/")
	s.count(path[0], now)
	w.Header().Set("Content-Type", "application/json")
	switch path[0] {
	case "modified":
		ids := make([]string, s.n)
		for i := range ids {
			ids[i] = fmt.Sprintf("%08x-0000-4000-8000-000000000000", i)
		}
		_, _ = fmt.Fprint(w, listOf(ids))
	case "getInfo":
		var body struct{ Workspaces []string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		id := fmt.Sprintf("scan-%d", len(s.scans))
		// Half a minute, now and then twice that.
		s.scans[id] = slimScan{ids: body.Workspaces, done: now.Add(time.Duration(20+len(s.scans)*7919%20+30*(len(s.scans)%13/12)) * time.Second)}
		if s.unfinished(now) > 16 {
			s.beyond++
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = fmt.Fprintf(w, `{"id":%q,"createdDateTime":"2026-03-10T09:00:00","status":"NotStarted"}`, id)
	case "scanStatus":
		status := "Running"
		if !now.Before(s.scans[path[1]].done) {
			status = "Succeeded"
		}
		_, _ = fmt.Fprintf(w, `{"id":%q,"status":%q}`, path[1], status)
	case "scanResult":
		_, _ = fmt.Fprint(w, `{"workspaces":[`)
		for i, id := range s.scans[path[1]].ids {
			_, _ = fmt.Fprintf(w, `%s{"id":%q,"name":"W %s","type":"Workspace","state":"Active","reports":[],"users":[]}`, ","[:min(i, 1)], id, id[:8])
		}
		_, _ = fmt.Fprint(w, `],"datasourceInstances":[]}`)
	default:
		http.Error(w, "{}", http.StatusForbidden)
	}
}

func (s *slim) count(op string, now time.Time) {
	s.calls[op] = append(s.calls[op], now)
	limit, ok := slimLimits[op]
	if all := s.calls[op]; ok && len(all) > limit && now.Sub(all[len(all)-1-limit]) < time.Hour {
		s.beyond++
	}
}

func (s *slim) unfinished(now time.Time) (n int) {
	for _, one := range s.scans {
		if now.Before(one.done) {
			n++
		}
	}
	return n
}

// scanSlim scans a tenant of n workspaces and returns what it took.
func scanSlim(tb testing.TB, n int) (s *slim, virtual time.Duration) {
	tb.Helper()
	s = &slim{clock: sim.FrozenClock(beginning), n: n, calls: map[string][]time.Time{}, scans: map[string]slimScan{}}
	server := httptest.NewServer(s)
	tb.Cleanup(server.Close)
	d := openDB(tb, filepath.Join(tb.TempDir(), "portal.db"), s.clock.Now)
	r := &rig{clock: s.clock}
	budgets, err := pbi.NewBudgets(tb.Context(), pbi.BudgetConfig{Now: s.clock.Now, Sleep: r.sleep})
	if err != nil {
		tb.Fatal(err)
	}
	client, err := pbi.New(pbi.Config{API: server.URL, Tokens: anyToken{}, Budgets: budgets, Now: s.clock.Now, Sleep: r.sleep})
	if err != nil {
		tb.Fatal(err)
	}
	scanner, err := scan.New(tb.Context(), scan.Config{DB: d, Tenant: "contoso", TenantID: "t", PBI: client, Budgets: budgets,
		UnusedPerScan: -1, Now: s.clock.Now, Sleep: r.sleep})
	if err != nil {
		tb.Fatal(err)
	}
	res, err := scanner.Run(tb.Context(), scan.Request{Kind: db.ScanFull})
	if err != nil || res.Scan.Seen != int64(n) {
		tb.Fatalf("seen %d of %d workspaces: %v", res.Scan.Seen, n, err)
	}
	return s, s.clock.Now().Sub(beginning)
}

// anyToken is a token source for a service that does not look.
type anyToken struct{}

func (anyToken) Token(context.Context) (string, time.Time, error) { return "t", time.Time{}, nil }
func (anyToken) Renew(context.Context, string) (string, time.Time, error) {
	return "t", time.Time{}, nil
}

// What a scan costs must follow from Microsoft's limits and not from us: one
// getInfo for a hundred workspaces, little more than three requests for each
// of these, and the time that 500 of them an hour take.
func TestAScanCostsWhatTheLimitsDemand(t *testing.T) {
	t.Parallel()
	n := 5_000
	if os.Getenv("STEWARD_LONG") != "" {
		n = 100_000
	}
	s, took := scanSlim(t, n)
	batches := float64(n) / 100
	if s.beyond > 0 {
		t.Errorf("%d calls were beyond a limit", s.beyond)
	}
	if got := float64(len(s.calls["getInfo"])); got != batches {
		t.Errorf("%v calls of getInfo for %v batches", got, batches)
	}
	requests := float64(len(s.calls["getInfo"]) + len(s.calls["scanStatus"]) + len(s.calls["scanResult"]))
	const constant = 80 // until it is known how long Microsoft takes for a batch
	if each := (requests - constant) / batches; each > 3.2 {
		t.Errorf("%.2f requests for each hundred workspaces", each)
	}
	bound := time.Duration(batches) * time.Hour / 500
	if took > bound*105/100 {
		t.Errorf("it took %s, and the limits alone %s", took, bound)
	}
	t.Logf("%d workspaces: %s of %s, %.2f requests for each hundred", n, took, bound, requests/batches)
}
