package auth_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/auth/authtest"
	"steward/internal/ledger"
)

func personNamed(name string) authtest.Claims { return authtest.Person(name, "viewer") }

func refusal(ip, path string) ledger.Entry {
	return ledger.Entry{Action: ledger.AccessRefuse, Outcome: ledger.Refused, Actor: ledger.Actor{Kind: ledger.Nobody}, IP: ip,
		Details: map[ledger.Detail]string{ledger.Rule: "csrf", ledger.Method: "POST", ledger.Address: path}}
}

func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	r := auth.NewRefusals(p.db, p.now, slog.New(slog.DiscardHandler))
	for range 500 {
		r.Record(t.Context(), refusal("192.0.2.1", "/scans"))
	}
	r.Record(t.Context(), refusal("192.0.2.2", "/scans"))
	if es := p.entries(); len(es) != 2 || es[0].IP != "192.0.2.1" || es[1].IP != "192.0.2.2" {
		t.Fatalf("%d entries, want the first of each kind at once", len(es))
	}
	r.Flush(t.Context())
	if len(p.entries()) != 2 {
		t.Error("a count was written before its minute was over")
	}
	p.advance(time.Minute)
	r.Flush(t.Context())
	es := p.entries()
	if len(es) != 3 || es[2].Details[ledger.Count] != "499" || es[2].Details[ledger.Rule] != "csrf" {
		t.Errorf("last entry = %+v", es[len(es)-1])
	}
	r.Record(t.Context(), refusal("192.0.2.1", "/scans"))
	if len(p.entries()) != 4 {
		t.Error("after the minute the next one does not show at once")
	}
}

func TestFloodDoesNotFillTheLedger(t *testing.T) {
	t.Parallel()
	p := open(t, true, nil)
	r := auth.NewRefusals(p.db, p.now, slog.New(slog.DiscardHandler))
	for i := range 5000 {
		r.Record(t.Context(), refusal(fmt.Sprintf("2001:db8::%x", i), fmt.Sprint("/", i)))
	}
	r.Close(t.Context())
	es := p.entries()
	if len(es) != 601 {
		t.Errorf("%d entries for 5000 refusals", len(es))
	}
	if last := es[len(es)-1]; last.Details[ledger.Count] != "4400" || last.Details[ledger.Rule] != "flood" {
		t.Errorf("last entry = %+v", last)
	}
}
