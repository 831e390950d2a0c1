package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"steward/internal/config"
	"steward/internal/db/dbtest"
)

// killChild names the orders of a portal that this test binary runs as a
// process of its own, to be killed.
const killChild = "STEWARD_KILL_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(killChild); name != "" {
		if err := liveUntilKilled(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if at := os.Getenv(demoChild); at != "" {
		addr, dir, _ := strings.Cut(at, "|")
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := Demo(ctx, DemoOptions{Addr: addr, Data: dir, Workspaces: 24, Seed: 1, Log: slog.New(slog.DiscardHandler), Out: os.Stdout, quick: true,
			Ready: func(string) { fmt.Println("READY") }}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// demoChild is the address and the directory of a demo that this test binary
// runs as a process of its own.
const demoChild = "STEWARD_DEMO_CHILD"

// orders are what a portal of a crash test is told.
type orders struct {
	Config string `json:"config"`
	// Began is the machine's time at which the pretend clock showed Start;
	// since then it has run Speed times as fast.
	Began time.Time     `json:"began"`
	Start time.Time     `json:"start"`
	Speed time.Duration `json:"speed"`
	// Commit is the number of the commit to be killed at, before it is on the
	// disk; 0 for none.
	Commit int64 `json:"commit"`
	// Count is where the number of commits is written; empty for nowhere.
	Count string `json:"count"`
}

// clock runs faster than the machine's, so that an hour's wait is a minute's.
func (o orders) clock() Clock {
	return Clock{
		Now: func() time.Time { return o.Start.Add(time.Since(o.Began) * o.Speed) },
		Sleep: func(ctx context.Context, d time.Duration) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(d / o.Speed):
				return nil
			}
		},
	}
}

// liveUntilKilled is the whole portal, as portal serve runs it.
func liveUntilKilled(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var o orders
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	var commits atomic.Int64
	dbtest.OnCommit(func() {
		if commits.Add(1) == o.Commit {
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
			select {} // until the kernel has done it
		}
	})
	cfg, err := config.Load(config.Source{File: o.Config})
	if err != nil {
		return err
	}
	// Checkpoints are written by the machine's clock, and would be late by the
	// pretend one; the witness has crash tests of its own.
	cfg.Ledger = config.Ledger{}
	cfg.Tenants[0].Scan.Full, cfg.Tenants[0].Scan.Incremental = "", ""
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	p, err := New(ctx, cfg, Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Clock: o.clock(), runsPoll: 100 * time.Millisecond})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	err = p.Serve(ctx, func(net.Addr) { fmt.Println("ready") })
	if o.Count != "" {
		_ = os.WriteFile(o.Count, []byte(fmt.Sprint(commits.Load())), 0o600)
	}
	return err
}
