package app

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"steward/internal/audit/audittest"
	"steward/internal/auth"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/web/guard/guardtest"
)

// BenchmarkStart starts the program itself on a large database and measures how
// long it takes from there to the overview, the first page of somebody who is
// signed in. STEWARD_BENCH_WORKSPACES=100000 is the size of the figure:
// 1,000,000 items and 3,000,000 grants; with STEWARD_BENCH_DIR the database of
// the reports' benchmarks is used. The baseline is a start on an empty one.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "portal")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, "steward/cmd/portal").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	for _, n := range []int{0, audittest.BenchWorkspaces()} {
		b.Run(fmt.Sprintf("workspaces=%d", n), func(b *testing.B) {
			file, cookie := startable(b, n)
			var overview []time.Duration
			for b.Loop() {
				one := startProgram(b, program, file)
				overview = append(overview, one.until(b, "/", cookie))
				one.stop(b)
			}
			slices.Sort(overview)
			b.ReportMetric(overview[len(overview)/2].Seconds(), "overview-p50-s")
			b.ReportMetric(overview[len(overview)-1].Seconds(), "overview-max-s")
		})
	}
}

// startable writes a configuration over a stand-in with a database of n
// workspaces, and returns it with the cookie of somebody who is signed in.
func startable(b *testing.B, n int) (file string, cookie *http.Cookie) {
	b.Helper()
	listen := freeAddress(b)
	cloud, at, err := StartStandIn(StandIn{Addr: "127.0.0.1:0", Workspaces: 12, Seed: 1, RedirectURI: "http://" + listen + "/login/callback"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cloud.Close() })
	file = filepath.Join(b.TempDir(), "portal.yaml")
	if err := WriteConfig(file, cloud.World(), at, listen); err != nil {
		b.Fatal(err)
	}
	cfg, err := config.Load(config.Source{File: file})
	if err != nil {
		b.Fatal(err)
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(cfg.DataDir, "portal.db")
	if n > 0 {
		audittest.Big(b, path, n)
	}
	d, err := db.Open(b.Context(), db.Config{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	err = d.Write(b.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(b.Context(), `UPDATE tenant SET name = $1, guid = $2`, cfg.Tenants[0].Name, cfg.Tenants[0].TenantID)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	who := auth.Person{TenantID: cfg.Tenants[0].TenantID, ObjectID: "00000000-0000-4000-8000-000000000001", Name: "Ann", Roles: []auth.Role{auth.Viewer}}
	return file, &http.Cookie{Name: "steward-" + listen[strings.LastIndex(listen, ":")+1:], Value: guardtest.NewSession(b, d, "ann", who, time.Now())}
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// started is the running program.
type started struct {
	cmd  *exec.Cmd
	at   time.Time
	base string
	said *bytes.Buffer
}

func startProgram(b *testing.B, program, file string) *started {
	b.Helper()
	cfg, err := config.Load(config.Source{File: file})
	if err != nil {
		b.Fatal(err)
	}
	s := &started{said: &bytes.Buffer{}, base: "http://" + cfg.Listen}
	s.cmd = exec.CommandContext(b.Context(), program, "serve", "--config", file)
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	s.at = time.Now()
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return s
}

// until is how long after its start the program answered a page with 200.
func (s *started) until(b *testing.B, path string, cookie *http.Cookie) time.Duration {
	b.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for time.Since(s.at) < time.Minute {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.base+path, nil)
		if err != nil {
			b.Fatal(err)
		}
		req.AddCookie(cookie)
		res, err := client.Do(req)
		if err != nil {
			time.Sleep(2 * time.Millisecond) // nothing listens yet
			continue
		}
		_, err = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			b.Fatalf("GET %s = %d, %v\n%s", path, res.StatusCode, err, s.said.String())
		}
		return time.Since(s.at)
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	b.Fatalf("%s did not answer\n%s", path, s.said.String())
	return 0
}

func (s *started) stop(b *testing.B) {
	b.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	_ = s.cmd.Wait() // however it ends
}
