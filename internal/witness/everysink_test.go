package witness

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/secret"
)

// trouble is one way in which a second place fails: before a note reaches it,
// while it does, or after, when only the answer is lost.
type trouble struct {
	name string
	sink func(t *testing.T, broken *atomic.Bool) Sink
}

func parsed(t *testing.T, text string) Sink {
	t.Helper()
	s, err := ParseSink(text, secret.Ref{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fileTrouble is a file whose place is spoilt by a function that also mends it.
func fileTrouble(name string, spoil func(path string) error) trouble {
	return trouble{name, func(t *testing.T, broken *atomic.Bool) Sink {
		path := filepath.Join(t.TempDir(), "place", "notes")
		return spoilt{parsed(t, "file:"+path), path, broken, spoil}
	}}
}

// spoilt spoils the place before each write while it is to be broken.
type spoilt struct {
	Sink
	path   string
	broken *atomic.Bool
	spoil  func(path string) error
}

// syslogTrouble is a collector that treats a connection badly.
func syslogTrouble(name string, badly func(net.Conn)) trouble {
	return trouble{name, func(t *testing.T, broken *atomic.Bool) Sink {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				if broken.Load() {
					badly(conn)
					continue
				}
				buffer := make([]byte, 4096)
				for err == nil {
					_, err = conn.Read(buffer)
				}
				_ = conn.Close()
			}
		}()
		t.Cleanup(func() { _ = ln.Close(); <-done })
		return parsed(t, "syslog:"+ln.Addr().String())
	}}
}

func httpsTrouble(name string, badly http.HandlerFunc) trouble {
	return trouble{name, func(t *testing.T, broken *atomic.Bool) Sink {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() {
				badly(w, r)
			}
		}))
		t.Cleanup(srv.Close)
		return parsed(t, srv.URL)
	}}
}

// reset ends a connection without a good-bye.
func reset(conn net.Conn) {
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}

func hijacked(w http.ResponseWriter, do func(net.Conn)) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		do(conn)
	}
}

func troubles() []trouble {
	return []trouble{
		fileTrouble("file: a directory in its place", func(path string) error { return os.MkdirAll(path, 0o700) }),
		fileTrouble("file: the disk is full", func(path string) error {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				return err
			}
			return os.Symlink("/dev/full", path)
		}),
		fileTrouble("file: its directory is a file", func(path string) error { return os.WriteFile(filepath.Dir(path), nil, 0o600) }),
		syslogTrouble("syslog: refuses by hanging up", reset),
		syslogTrouble("syslog: resets in the middle", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 8))
			reset(c)
		}),
		httpsTrouble("https: an error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }),
		httpsTrouble("https: somebody else's sign-in page", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }),
		httpsTrouble("https: hangs up unread", func(w http.ResponseWriter, _ *http.Request) { hijacked(w, reset) }),
		httpsTrouble("https: takes it and the answer is lost", func(w http.ResponseWriter, r *http.Request) {
			_, _ = r.Body.Read(make([]byte, 1<<16))
			hijacked(w, func(c net.Conn) { _ = c.Close() })
		}),
		httpsTrouble("https: half an answer", func(w http.ResponseWriter, _ *http.Request) {
			hijacked(w, func(c net.Conn) {
				_, _ = c.Write([]byte("HTTP/1.1 2"))
				reset(c)
			})
		}),
	}
}

// TestEverySinkAtEveryPoint breaks each kind of second place in each way before
// the first checkpoint and after one that was written, lets it stay broken past
// five minutes, and mends it: what people do is recorded all the time and can be
// read, and privileged work stops exactly while the place is away for too long.
func TestEverySinkAtEveryPoint(t *testing.T) {
	t.Parallel()
	for _, tr := range troubles() {
		for _, first := range []bool{true, false} {
			t.Run(tr.name+map[bool]string{true: ", from the beginning", false: ", later"}[first], func(t *testing.T) {
				t.Parallel()
				var broken atomic.Bool
				sink := tr.sink(t, &broken)
				s := start(t, sink)
				at := func(moment string, may, fails bool) {
					t.Helper()
					before := s.entries(t)
					s.record(t, 1) // a sign-in, a decision: in the primary record
					if n := s.entries(t); n != before+1 {
						t.Errorf("%s: %d entries were recorded, want 1", moment, n-before)
					}
					breakOrMend(t, sink, broken.Load())
					if err := s.w.Checkpoint(t.Context()); (err != nil) != fails {
						t.Errorf("%s: checkpoint: %v", moment, err)
					}
					if got := s.w.Privileged() == nil; got != may {
						t.Errorf("%s: privileged work is allowed: %v, want %v (%s)", moment, got, may, s.w.Health().Sentence)
					}
					if shown := s.w.Health().Sentence != ""; shown != fails {
						t.Errorf("%s: the banner shows: %v", moment, shown)
					}
					if v, err := Verify(t.Context(), s.db.Reader(), s.public, nil); err != nil || !v.OK() {
						t.Errorf("%s: the ledger: %v %+v", moment, err, v.Problems)
					}
				}
				if !first {
					at("while it is there", true, false)
				}
				broken.Store(true)
				at("just broken", !first, true)
				s.advance(Interval)
				at("broken for five minutes", !first, true)
				s.advance(time.Second)
				at("broken for longer", false, true)
				broken.Store(false)
				at("mended", true, false)
			})
		}
	}
}

func (s *setup) entries(t *testing.T) (n int) {
	t.Helper()
	if err := s.db.Reader().QueryRow(t.Context(), `SELECT count(*) FROM ledger`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// breakOrMend brings a file's place into the state that it is to be in; other
// places do that themselves.
func breakOrMend(t *testing.T, sink Sink, broken bool) {
	t.Helper()
	f, ok := sink.(spoilt)
	if !ok {
		return
	}
	if err := os.RemoveAll(filepath.Dir(f.path)); err != nil {
		t.Fatal(err)
	}
	if broken {
		if err := f.spoil(f.path); err != nil {
			t.Fatal(err)
		}
	}
}
