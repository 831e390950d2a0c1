package app

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/secret"
)

// scrape asks for the figures as Prometheus does.
func (s *site) scrape() string {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://10.0.0.7:9999/metrics", nil)
	r.RemoteAddr = "127.0.0.1:40000"
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetricsFollowWhatHappens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	name := `{tenant="` + s.tenant() + `"}`
	if text := s.scrape(); !strings.Contains(text, "steward_up 1\n") || strings.Contains(text, "steward_scan_age_seconds{") {
		t.Errorf("before the first scan, whose age is not known:\n%s", text)
	}
	s.scanned(db.ScanFull)
	text := s.scrape()
	for _, want := range []string{
		"steward_scan_coverage_ratio" + name + " 1\n", "steward_executor_held" + name + " 0\n", "steward_steps_in_doubt 0\n", `steward_ready{check="database"} 1`,
		`steward_budget_left{operation="`, `steward_violations_open{severity="`, `steward_page_seconds_count{method="GET",route="/metrics",status="200"} 1`, "steward_ledger_entries_total ", "go_goroutines ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

// TestWhoMayScrape keeps the names of tenants from whoever finds the address.
func TestWhoMayScrape(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret-of-the-scraper\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var ref secret.Ref
	if err := ref.UnmarshalText([]byte("file:" + file)); err != nil {
		t.Fatal(err)
	}
	open, token := config.Metrics{}, config.Metrics{Token: ref}
	for _, c := range []struct {
		name   string
		cfg    config.Metrics
		remote string
		header string
		value  string
		want   bool
	}{
		{"a program here", open, "127.0.0.1:5", "", "", true},
		{"a program here, by IPv6", open, "[::1]:5", "", "", true},
		{"elsewhere", open, "10.0.0.9:5", "", "", false},
		{"by a proxy here", open, "127.0.0.1:5", "X-Forwarded-For", "10.0.0.9", false},
		{"by a proxy that says so otherwise", open, "127.0.0.1:5", "Forwarded", "for=10.0.0.9", false},
		{"elsewhere with the token", token, "10.0.0.9:5", "Authorization", "Bearer s3cret-of-the-scraper", true},
		{"elsewhere with another", token, "10.0.0.9:5", "Authorization", "Bearer guess", false},
		{"here without the token", token, "127.0.0.1:5", "", "", false},
		{"an empty token", token, "127.0.0.1:5", "Authorization", "Bearer ", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
			r.RemoteAddr = c.remote
			if c.header != "" {
				r.Header.Set(c.header, c.value)
			}
			if got := scraper(c.cfg)(r); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
