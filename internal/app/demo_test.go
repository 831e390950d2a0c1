package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
)

// lines takes what the demo says and does something when a text has come often
// enough.
type lines struct {
	mu   sync.Mutex
	b    bytes.Buffer
	text string
	n    int
	then func()
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Write(p)
	if l.then != nil && strings.Count(l.b.String(), l.text) == l.n {
		l.then()
	}
	return len(p), nil
}

// The demo has a past of at least a dozen scans over 60 days, also when its
// first start was interrupted, and a second start adds none to it.
func TestTheDemoHasAPast(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	data := t.TempDir()
	start := func(ctx context.Context, out *lines, ready func(string)) error {
		return Demo(ctx, DemoOptions{Addr: addr, Data: data, Workspaces: 8, Seed: 1, Log: slog.New(slog.DiscardHandler), Out: out, Ready: ready})
	}
	ctx, stop := context.WithCancel(t.Context())
	if err := start(ctx, &lines{text: " workspaces\n", n: 3, then: stop}, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted start returned %v", err)
	}
	for range 2 {
		ctx, stop := context.WithCancel(t.Context())
		if err := start(ctx, &lines{}, func(string) { stop() }); err != nil {
			t.Fatal(err)
		}
	}
	r, done, err := db.OpenReader(t.Context(), filepath.Join(data, "data", "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = done() }()
	var past, days int
	if err := r.QueryRow(t.Context(), `SELECT count(*), (max(published) - min(published)) / 86400000 FROM scan WHERE published < $1`,
		time.Now().Add(-3*time.Hour).UnixMilli()).Scan(&past, &days); err != nil {
		t.Fatal(err)
	}
	if past != len(moments) || past < 12 || days < 58 {
		t.Errorf("the past has %d scans over %d days, want %d over 59", past, days, len(moments))
	}
	checkDemoRequests(t, r)
}

// checkDemoRequests: what people asked for in the demo's past, as the first look
// at its inbox finds it.
func checkDemoRequests(t *testing.T, r *db.Reader) {
	t.Helper()
	for what, query := range map[string]string{
		"a waiver waits":                   `SELECT count(*) FROM request WHERE kind = 'waiver' AND state = 'pending'`,
		"a change of a rule waits":         `SELECT count(*) FROM request WHERE kind = 'rule-change' AND state = 'pending'`,
		"a list waits":                     `SELECT count(*) FROM request WHERE kind = 'bulk' AND state = 'pending'`,
		"access for a guest waits":         `SELECT count(*) FROM request WHERE kind = 'access-add' AND state = 'pending'`,
		"one went back with a question":    `SELECT count(*) FROM request r WHERE state = 'draft' AND EXISTS (SELECT 1 FROM request_event e WHERE e.request = r.id AND e.note LIKE '%?')`,
		"one was rejected":                 `SELECT count(*) FROM request WHERE state = 'rejected'`,
		"a rule was changed as agreed":     `SELECT count(*) FROM request WHERE kind = 'rule-change' AND state = 'done'`,
		"a run ended well":                 `SELECT count(*) FROM run WHERE state = 'done'`,
		"a run failed, and took back":      `SELECT count(*) FROM run WHERE state = 'failed' AND EXISTS (SELECT 1 FROM run_step s WHERE s.run = run.id AND s.state = 'undone')`,
		"a step waits for an operator":     `SELECT count(*) FROM run_step WHERE state = 'in_doubt' AND operator = 1`,
		"what was made is in the tenant":   `SELECT count(*) FROM workspace WHERE name = '` + demoCash + `' AND to_scan IS NULL`,
		"a waiver that was agreed to ends": `SELECT count(*) FROM request WHERE kind = 'waiver' AND state = 'done'`,
	} {
		var n int
		if err := r.QueryRow(t.Context(), query).Scan(&n); err != nil || n == 0 {
			t.Errorf("%s: %d, %v", what, n, err)
		}
	}
}
