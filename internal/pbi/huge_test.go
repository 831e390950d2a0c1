package pbi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"steward/internal/contract"
)

// long reports whether the long campaigns run: set STEWARD_LONG=1.
var long = os.Getenv("STEWARD_LONG") != ""

// generator writes n bytes of blanks as the middle of an answer.
func generator(head string, n int64, tail string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		_, _ = io.WriteString(w, head)
		chunk := bytes.Repeat([]byte("x"), 1<<20)
		for ; n > 0; n -= int64(len(chunk)) {
			if _, err := w.Write(chunk[:min(n, int64(len(chunk)))]); err != nil {
				return // the client has had enough
			}
		}
		_, _ = io.WriteString(w, tail)
	})
}

// peak returns the highest heap use while f runs, above what was used before,
// in MiB.
func peak(f func()) float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, top := m.HeapAlloc, uint64(0)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				top = max(top, m.HeapAlloc)
			}
		}
	}()
	f()
	close(done)
	<-stopped
	return float64(int64(max(top, before)-before)) / (1 << 20)
}

// TestGigabyteAnswer: a list of 1 GiB is given up at the cap. Not parallel: it
// measures memory.
func TestGigabyteAnswer(t *testing.T) {
	s := serve(t, generator(`{"value":[{"id":"`, 1<<30, `"}]}`))
	var err error
	used := peak(func() { _, err = s.Capacities(context.Background()) })
	checkFailure(t, err, []any{ClassTooLarge})
	if used > 400 {
		t.Errorf("%.0f MiB used for a cap of 64", used)
	}
}

// TestGigabyteWorkspace: one workspace beyond its cap is given up.
func TestGigabyteWorkspace(t *testing.T) {
	if !long {
		t.Skip("set STEWARD_LONG=1: moves 256 MiB through memory")
	}
	s := serve(t, generator(`{"workspaces":[{"id":"`, 1<<30, `"}]}`))
	err := s.ScanResult(context.Background(), wsID, (&result{}).sink())
	checkFailure(t, err, []any{ClassTooLarge})
}

// manyWorkspaces is a scan result of n workspaces of some 20 KB.
func manyWorkspaces(n int) http.Handler {
	items := strings.Repeat(`{"id":"c6d072d1-ed20-4b60-8329-16c4b934203b","name":"a report","description":"`+strings.Repeat("d", 500)+`","users":[{"identifier":"a@b.c","reportUserAccessRight":"Read"}]},`, 30)
	items = strings.TrimSuffix(items, ",")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		_, _ = io.WriteString(w, `{"workspaces":[`)
		for i := range n {
			if i > 0 {
				_, _ = io.WriteString(w, ",")
			}
			fmt.Fprintf(w, `{"id":"w%d","reports":[%s]}`, i, items)
		}
		_, _ = io.WriteString(w, `]}`)
	})
}

// TestResultMemory: memory is flat in the size of a scan result.
func TestResultMemory(t *testing.T) {
	n := 3_000 // 60 MB
	if long {
		n = 50_000 // 1 GB
	}
	s := serve(t, manyWorkspaces(n))
	seen := 0
	var err error
	used := peak(func() {
		err = s.ScanResult(context.Background(), wsID, ScanSink{Workspace: func(w *Workspace) error { seen += len(w.Items) / 30; return nil }})
	})
	if err != nil || seen != n {
		t.Fatalf("%d of %d workspaces, %v", seen, n, err)
	}
	if used > 30 {
		t.Errorf("%.0f MiB for a result of %d workspaces", used, n)
	}
}

// BenchmarkScanResult decodes a result of 400 workspaces from memory, beside
// encoding/json into plain maps.
func BenchmarkScanResult(b *testing.B) {
	var body bytes.Buffer
	rec := recorder{&body, http.Header{}}
	manyWorkspaces(400).ServeHTTP(rec, nil)
	b.Run("steward", func(b *testing.B) {
		b.SetBytes(int64(body.Len()))
		b.ReportAllocs()
		for b.Loop() {
			if err := DecodeScanResult(bytes.NewReader(body.Bytes()), ScanSink{Workspace: func(*Workspace) error { return nil }}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(body.Len()))
		b.ReportAllocs()
		for b.Loop() {
			var v any
			if err := json.Unmarshal(body.Bytes(), &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

type recorder struct {
	io.Writer
	header http.Header
}

func (r recorder) Header() http.Header { return r.header }
func (recorder) WriteHeader(int)       {}

// FuzzScanResult: whatever comes, decoding ends without a panic; and what is
// JSON with workspaces gives as many as encoding/json finds.
func FuzzScanResult(f *testing.F) {
	for _, name := range contract.Samples("scanner_scanResult") {
		f.Add(contract.Sample(name))
	}
	f.Add([]byte(`{"workspaces":[{"id":"a","users":null,"Lakehouse":[{"id":1e3}]}],"Workspaces":[]}`))
	f.Add([]byte(`{"workspaces":[{"id":"\ud800","x":[[[["]"]]]]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := &result{}
		if err := DecodeScanResult(bytes.NewReader(body), r.sink()); err != nil {
			if strings.Contains(err.Error(), "Bearer") {
				t.Error(err)
			}
			return
		}
		for _, w := range r.workspaces {
			if w.ID == "" || !valid(w.Raw) {
				t.Errorf("workspace %q of %q", w.ID, w.Raw)
			}
			for _, it := range w.Items {
				if it.ID == "" || it.Kind == "" || !valid(it.Raw) {
					t.Errorf("item %+v", it)
				}
			}
		}
	})
}

// FuzzActivity: decoding a page of events ends without a panic, and every
// event keeps its bytes.
func FuzzActivity(f *testing.F) {
	for _, name := range contract.Samples("activityevents_") {
		f.Add(contract.Sample(name))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !valid(body) {
			return
		}
		n := 0
		p := readPage(body, []string{"activityevententities"}, func(c *cursor) {
			n++
			if e := readEvent(c); !valid(e.Raw) {
				t.Errorf("raw = %q", e.Raw)
			}
		})
		if n > 0 && !p.rows {
			t.Error("rows without a list")
		}
	})
}

// FuzzCursor: the cursor reads any JSON as encoding/json does, and survives
// anything else.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{`{"a":[1,"x\"\\",null,true,{"b":{}}],"c":"\u00e9\ud83d\ude00"}`, `[[],[[]],{}]`, `"\\"`, `-1.5e3`, `{"a":1,"a":2}`, `{`, `"`, `[1,`, `{"a"`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := newCursor(body, nil)
		got := anything(c)
		skipper := newCursor(body, nil)
		skipper.skip()
		if !json.Valid(body) || !valid(body) {
			return
		}
		if c.blank(); c.i != len(body) {
			t.Fatalf("%q: stopped at %d", body, c.i)
		}
		if skipper.blank(); skipper.i != len(body) {
			t.Fatalf("%q: skipped to %d", body, skipper.i)
		}
		var want any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			return
		}
		if a, b := fmt.Sprint(got), fmt.Sprint(want); a != b && !strings.Contains(a+b, "\uFFFD") {
			t.Errorf("%q: got %s, want %s", body, a, b)
		}
	})
}

// anything reads a value generically.
func anything(c *cursor) any {
	switch c.kind() {
	case '{':
		m := map[string]any{}
		c.i++
		for c.kind() == '"' {
			name := plain(c.quoted())
			if c.kind() == ':' {
				c.i++
			}
			m[name] = anything(c)
			if c.kind() == ',' {
				c.i++
			}
		}
		if c.kind() == '}' {
			c.i++
		}
		return m
	case '[':
		list := []any{}
		c.array(func() { list = append(list, anything(c)) })
		return list
	case '"':
		return plain(c.quoted())
	case 'n':
		c.skip()
		return nil
	}
	switch text := string(c.raw()); text {
	case "true", "false":
		return text == "true"
	default:
		return json.Number(text)
	}
}
