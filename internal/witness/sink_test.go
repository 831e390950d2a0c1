package witness

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"steward/internal/fault"
	"steward/internal/secret"
)

func TestParseSink(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"file:/var/steward/checkpoints":    "file:/var/steward/checkpoints",
		"syslog:log.example:601":           "syslog:tcp:log.example:601",
		"syslog:tcp:127.0.0.1:601":         "syslog:tcp:127.0.0.1:601",
		"https://log.example/c?key=canary": "https://log.example/c",
		"https:https://log.example/c":      "https://log.example/c",
		"https:log.example/c":              "https://log.example/c",
		"http://127.0.0.1:9/c":             "http://127.0.0.1:9/c",
	} {
		if s, err := ParseSink(text, secret.Ref{}); err != nil || s.String() != want {
			t.Errorf("ParseSink(%q) = %v, %v; want %s", text, s, err, want)
		}
	}
	for _, text := range []string{"", "file:", "syslog:", "syslog:log.example", "syslog:udp:127.0.0.1:514", "syslog:udp://127.0.0.1:514", "ftp://x", "http://log.example/c", "https://", "https://user:canary@log.example/", "/var/x"} {
		if s, err := ParseSink(text, secret.Ref{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseSink(%q) = %v, %v", text, s, err)
		}
	}
}

func TestFileSinkSurvivesATornNote(t *testing.T) {
	t.Parallel()
	f := File{Path: filepath.Join(t.TempDir(), "c")}
	if err := os.WriteFile(f.Path, []byte("steward\n5\nabc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(t.Context(), "steward\n6\nx\n\n— steward AAAA\n"); err != nil {
		t.Fatal(err)
	}
	n, err := Notes(f)
	if err != nil || len(n) != 2 || !strings.HasPrefix(n[1], "steward\n6\n") {
		t.Errorf("notes = %q, %v", n, err)
	}
}

func TestFileSinkFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "not-a-directory")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (File{Path: filepath.Join(file, "c")}).Write(t.Context(), "x"); err == nil {
		t.Error("written below a file")
	}
	if err := (File{Path: dir}).Write(t.Context(), "x"); err == nil {
		t.Error("written onto a directory")
	}
	if _, err := os.Stat("/dev/full"); err == nil {
		if err := (File{Path: "/dev/full"}).Write(t.Context(), "x"); err == nil {
			t.Error("written to a full disk")
		}
	}
}

func TestSyslogSink(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			got <- err.Error()
			return
		}
		raw, _ := io.ReadAll(conn)
		_ = conn.Close()
		got <- string(raw)
	}()
	s, err := ParseSink("syslog:"+ln.Addr().String(), secret.Ref{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), "steward\n6\nx\n"); err != nil {
		t.Fatal(err)
	}
	msg := <-got
	var n int
	if _, err := fmt.Sscanf(msg, "%d ", &n); err != nil || n != len(msg)-len(fmt.Sprint(n))-1 || !strings.Contains(msg, `<110>1 - `) || !strings.HasSuffix(msg, `steward\n6\nx\n`) {
		t.Errorf("message = %q", msg)
	}
	_ = ln.Close()
	if err := s.Write(t.Context(), "x"); err == nil {
		t.Error("a collector that is gone is not noticed")
	}
}

func TestHTTPSSinkStaysWithItsHost(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(first.Close)
	s, err := ParseSink(first.URL, secret.Ref{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), "x"); err == nil || elsewhere.Load() != 0 {
		t.Errorf("a redirect was followed (%d) or taken for success: %v", elsewhere.Load(), err)
	}
	for _, url := range []string{"https://169.254.169.254/latest", "https://[fe80::1]/", "https://0.0.0.0/"} {
		s, err := ParseSink(url, secret.Ref{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "is not an address to send") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
