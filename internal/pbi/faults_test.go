package pbi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/fault"
)

// TestGoodAnswers is the control of TestFaults: without a fault every endpoint
// succeeds.
func TestGoodAnswers(t *testing.T) {
	t.Parallel()
	for _, e := range endpoints {
		if err := e.call(context.Background(), serve(t, answering(e.good)).Client); err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
	}
}

// TestFaults runs every flaw against every endpoint: each call ends within its
// bounds, with the right class, a sentence, and no token in any text.
func TestFaults(t *testing.T) {
	t.Parallel()
	for j, f := range flaws {
		for i, e := range endpoints {
			if !sampled(f, j, i) {
				continue
			}
			if f.name == "too large" && slices.Contains([]string{"ScanResult", "Query", "Definition"}, e.name) {
				continue // have caps of their own
			}
			t.Run(f.name+"/"+e.name, func(t *testing.T) {
				t.Parallel()
				var calls atomic.Int64
				change := []func(*Config){}
				if f.change != nil {
					change = append(change, f.change)
				}
				s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					calls.Add(1)
					f.answer(e, w, r)
				}), change...)
				if f.answer == nil {
					calls.Add(1) // nothing reaches the service
				}
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
				defer cancel()
				checkFailure(t, e.call(ctx, s.Client), f.class)
				if n := calls.Load(); n < 1 || n > 6 {
					t.Errorf("%d calls", n)
				}
				if slept := s.clock.total(); slept > 4*time.Hour+time.Minute {
					t.Errorf("slept %s", slept)
				}
			})
		}
	}
}

// checkFailure checks what every failed call must be.
func checkFailure(t *testing.T, err error, classes []any) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("err = %v (%T), want an *Error", err, err)
	}
	ok := false
	for _, c := range classes {
		ok = ok || c == e.Class
	}
	if !ok {
		t.Errorf("class = %q (%v), want one of %v", e.Class, err, classes)
	}
	if fault.KindOf(err) == fault.Internal {
		t.Errorf("%v has no kind", err)
	}
	sentence := fault.Sentence(err)
	if sentence == "" || strings.Contains(sentence, "went wrong on our side") || strings.Contains(sentence, "%!") {
		t.Errorf("sentence = %q", sentence)
	}
	for _, text := range []string{err.Error(), sentence, fmt.Sprintf("%+v %#v", err, e)} {
		if strings.Contains(text, "c4n4ry") || strings.Contains(text, "Bearer") || strings.Contains(text, "<html>") {
			t.Errorf("leaks: %s", text)
		}
	}
}

// TestNoServer: nobody listens at the address.
func TestNoServer(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(""))
	s.srv.Close()
	_, err := s.Capacities(context.Background())
	checkFailure(t, err, []any{ClassNetwork})
}

// TestCancelled: the caller's own end is told as such, at once.
func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { cancel(); hang(r) }))
	_, err := s.Capacities(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
	checkFailure(t, err, []any{ClassTimeout})
}
