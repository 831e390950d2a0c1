package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/web"
)

// probe asks whether the portal is ready as a probe does: by address, without
// signing in.
func (s *site) probe() (int, map[string]web.Readiness) {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://10.0.0.7:9999/readyz", nil)
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r)
	var answer struct {
		Ready  bool
		Checks []web.Readiness
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		s.t.Fatalf("%v: %s", err, w.Body)
	}
	if answer.Ready != (w.Code == http.StatusOK) {
		s.t.Errorf("ready %v with status %d", answer.Ready, w.Code)
	}
	if strings.Contains(w.Body.String(), s.tenant()) {
		s.t.Errorf("the answer to anyone names the tenant: %s", w.Body)
	}
	out := map[string]web.Readiness{}
	for _, c := range answer.Checks {
		out[c.Name] = c
	}
	return w.Code, out
}

func TestReadyOnlyWhenOfUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	now := time.Now()
	s.clock.Now = func() time.Time { return now }
	later := func() { now = now.Add(readyFor) }
	if err := s.witness.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, checks := s.probe(); code != http.StatusOK || len(checks) != 5 || checks["scan of tenants.0"].Says != "never scanned yet" {
		t.Errorf("at first: %d %+v", code, checks)
	}

	later()
	s.scanned(db.ScanFull)
	if _, checks := s.probe(); !strings.Contains(checks["scan of tenants.0"].Says, "minutes old") {
		t.Errorf("after a scan: %+v", checks)
	}

	// The scan was published by the machine's clock, a little later than now.
	now = now.Add(oldScan + time.Minute)
	if code, checks := s.probe(); code != http.StatusServiceUnavailable || checks["scan of tenants.0"].OK {
		t.Errorf("with an old scan: %d %+v", code, checks)
	}
	now = now.Add(-oldScan - time.Minute - readyFor)

	// A second place that is gone stops the portal from being ready, and a
	// database that is gone, too.
	later()
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * readyFor)
	if code, checks := s.probe(); code != http.StatusServiceUnavailable || checks["database"].OK || checks["database"].Says == "" {
		t.Errorf("without a database: %d %+v", code, checks)
	}
}
