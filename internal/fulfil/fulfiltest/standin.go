package fulfiltest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/contract"
	"steward/internal/entra"
	"steward/internal/pbi"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// Start is the moment at which the tests of acting begin.
var Start = time.Date(2026, 10, 20, 9, 30, 0, 0, time.UTC)

// StandIn is a pretend tenant of a test's own, for runs change it, with the
// executor's client to it, all on one clock.
type StandIn struct {
	World    *world.World
	Cloud    *sim.Cloud
	Clock    *sim.Clock
	At       sim.Endpoints
	Executor *pbi.Executor
	// Secret is the executor's, read at each token; a test may exchange it.
	Secret func() (string, error)

	sleeping sync.Mutex
}

// NewStandIn starts one until the test ends. What the executor sends is held
// against Microsoft's definitions.
func NewStandIn(t *testing.T, edit ...func(*sim.Config)) *StandIn {
	t.Helper()
	s := &StandIn{World: world.New(world.Config{Seed: 7, Workspaces: 20}), Clock: sim.FrozenClock(Start)}
	sc := sim.Config{World: s.World, Clock: s.Clock}
	for _, e := range edit {
		e(&sc)
	}
	s.Cloud = sim.New(sc)
	var err error
	if s.At, err = s.Cloud.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	app, _ := s.Cloud.Entra.App("executor")
	s.Secret = func() (string, error) { return app.Secret, nil }
	tokens, err := entra.New(entra.Config{Authority: s.At.Authority, TenantID: s.World.Config().TenantID, ClientID: app.ClientID,
		Secret: func() (string, error) { return s.Secret() }, Scope: s.At.Resource + "/.default",
		HTTPClient: &http.Client{Transport: transport}, Now: s.Clock.Now, Sleep: s.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	s.Executor, err = pbi.NewExecutor(pbi.Config{API: s.At.API + "/v1.0/myorg", Fabric: s.At.Fabric + "/v1", Tokens: tokens, Now: s.Clock.Now,
		Sleep: s.Sleep, Transport: contract.New(requests{t}).RoundTripper(transport)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Sleep lets the stand-in's time pass instead of waiting.
func (s *StandIn) Sleep(ctx context.Context, d time.Duration) error {
	s.sleeping.Lock()
	defer s.sleeping.Unlock()
	s.Clock.Advance(d)
	return ctx.Err()
}

// requests is a test that hears of our own breaches of Microsoft's definitions
// only: answers are often broken here on purpose.
type requests struct{ *testing.T }

// Errorf implements contract.TB.
func (r requests) Errorf(format string, args ...any) {
	r.Helper()
	if text := fmt.Sprintf(format, args...); !strings.Contains(text, "contract: answer") {
		r.Error(text)
	}
}
