package sitetest

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/audit/audittest"
	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/db"
	"steward/internal/web/guard"
)

// served is the whole portal behind a real listener, over a big tenant.
type served struct {
	*site
	portal *app.Portal
	client *http.Client
	cookie string
	people int // ident of the first person
}

// serveBig fills a database of STEWARD_BENCH_WORKSPACES workspaces (2,000
// unless told; 100,000 have 1,000,000 items and 3,000,000 grants), or copies
// the one in STEWARD_BENCH_DIR, and serves the portal over it as the program
// does.
func serveBig(b *testing.B) *served {
	b.Helper()
	n := 2000
	if s := os.Getenv("STEWARD_BENCH_WORKSPACES"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	dir := b.TempDir()
	audittest.Big(b, filepath.Join(dir, "portal.db"), n)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	s := &served{site: &site{base: "http://" + listener.Addr().String(), issuer: authtest.Start(b, now, true)}, client: &http.Client{}, people: n + n*10}
	cfg := configuration(b, dir, s.issuer.URL, s.base)
	cfg.Tenants = cfg.Tenants[:1]
	log := slog.New(slog.DiscardHandler)
	if s.portal, err = app.New(b.Context(), cfg, app.Options{Log: log, Clock: app.Clock{Now: now}, Limits: guard.Limits{LoginsPerMinute: 1 << 20, ExportsPerHour: 1 << 20}}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.portal.Close() })
	var wait func()
	s.db = s.portal.DB
	if s.pages, s.auth, wait, err = s.portal.Site(b.Context()); err != nil {
		b.Fatal(err)
	}
	server := guard.NewServer(s.pages, log)
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close(); wait() })
	b.Logf("opening the database took %s", time.Since(began).Round(time.Millisecond))
	s.cookie = s.as(b, string(auth.Auditor))
	s.keepCounts(b)
	if err := s.db.Optimize(b.Context()); err != nil { // as after each scan
		b.Fatal(err)
	}
	return s
}

// keepCounts keeps what a scan counts before it is published: the fixture's
// scans are made with plain SQL.
func (s *served) keepCounts(b *testing.B) {
	b.Helper()
	for scan := int64(1); scan <= 3; scan++ {
		counts, err := s.db.Reader().RoleCounts(b.Context(), 1)
		if err == nil {
			err = s.db.KeepRoleCounts(b.Context(), scan, counts)
		}
		figures, ferr := s.db.Reader().Figures(b.Context(), 1)
		err = errors.Join(err, ferr, s.db.Write(b.Context(), func(tx *db.Tx) error {
			for name, n := range figures {
				if _, err := tx.Exec(`INSERT INTO scan_figure (scan, name, value) VALUES ($1, $2, $3) ON CONFLICT (scan, name) DO NOTHING`, scan, name, n); err != nil {
					return err
				}
			}
			return nil
		}))
		if err != nil {
			b.Fatal(err)
		}
	}
}

// get reads an address to its end and returns how long it took and how much
// it was.
func (s *served) get(b *testing.B, path string, w io.Writer) (time.Duration, int64) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.base+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: s.auth.SessionCookie(), Value: s.cookie})
	r.Header.Set("Accept", "text/html")
	began := time.Now()
	res, err := s.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	n, err := io.Copy(w, res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d after %d bytes: %v", path, res.StatusCode, n, err)
	}
	return time.Since(began), n
}

// rounds is how often the portal and its baseline take turns: what else the
// machine does then falls on both.
const rounds = 3

// BenchmarkExportsOverHTTP downloads every grant as each kind of file, and
// compares the CSV with sqlite3 -csv of the same query on the same file.
func BenchmarkExportsOverHTTP(b *testing.B) {
	s := serveBig(b)
	b.Run("csv", func(b *testing.B) {
		var shells, ours []time.Duration
		var size int64
		var heap uint64
		for b.Loop() {
			for range rounds {
				shells = append(shells, shell(b, s.db.Path(), fmt.Sprintf(audittest.PlainAccess, 3)))
				runtime.GC()
				stop := audittest.Peak()
				took, n := s.get(b, "/access.csv", io.Discard)
				heap, size, ours = max(heap, stop()), n, append(ours, took)
			}
		}
		slices.Sort(shells)
		slices.Sort(ours)
		b.Logf("portal %v, sqlite3 %v", ours, shells)
		b.ReportMetric(middle(ours).Seconds(), "http-s")
		b.ReportMetric(float64(size)/1e6, "MB")
		b.ReportMetric(float64(heap)/1e6, "peak-MB")
		if middle(shells) > 0 {
			b.ReportMetric(middle(shells).Seconds(), "sqlite3-s")
			b.ReportMetric(middle(ours).Seconds()/middle(shells).Seconds(), "ratio")
		}
	})
	for _, format := range []string{"json", "xlsx"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				runtime.GC()
				stop := audittest.Peak()
				first := &firstByte{began: time.Now()}
				took, n := s.get(b, "/access."+format, first)
				b.ReportMetric(took.Seconds(), "http-s")
				b.ReportMetric(first.after.Seconds(), "first-byte-s")
				b.ReportMetric(float64(n)/1e6, "MB")
				b.ReportMetric(float64(stop())/1e6, "peak-MB")
			}
		})
	}
}

// firstByte discards what is written and notes when it began.
type firstByte struct {
	began time.Time
	after time.Duration
}

func (f *firstByte) Write(p []byte) (int, error) {
	if f.after == 0 {
		f.after = time.Since(f.began)
	}
	return len(p), nil
}

func middle(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }

// shell times sqlite3 -csv; 0 where it is not installed.
func shell(b *testing.B, path, query string) time.Duration {
	b.Helper()
	program, err := exec.LookPath("sqlite3")
	if err != nil {
		b.Log("sqlite3 is not installed: no baseline")
		return 0
	}
	cmd := exec.CommandContext(b.Context(), program, "-readonly", "-csv", path, query)
	cmd.Stdout = io.Discard
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("sqlite3: %v", err)
	}
	return time.Since(began)
}
