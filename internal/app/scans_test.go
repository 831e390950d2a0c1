package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/htmlcheck"
	"steward/internal/ledger"
	"steward/internal/sim"
)

// held makes the stand-in keep a scan waiting until the test ends it: the
// first question is not answered.
func (s *site) held() {
	s.cloud.SetFaults([]sim.Fault{{Match: "WorkspaceInfo_GetModifiedWorkspaces", Effect: sim.Effect{Delay: sim.Span(time.Hour)}}})
}

// until waits for a scan to be running or not, by its own signals.
func (s *site) until(running bool) {
	s.t.Helper()
	states, stop := s.Tenants[0].Scanner.Watch()
	defer stop()
	for {
		select {
		case p := <-states:
			if p.Running == running {
				return
			}
		case <-s.t.Context().Done():
			s.t.Fatal("the scan never came to that")
		}
	}
}

func TestAScanIsStartedWatchedAndStopped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	op := s.someone("Olga", auth.Operator)
	doc := op.page("/scans")
	if !doc.Has("[data-testid=idle]") || len(doc.All(".page-actions form button")) != 2 {
		t.Fatalf("an idle page offers %q", doc.All(".page-actions form button"))
	}

	s.held()
	form := url.Values{"tenant": {s.tenant()}, "kind": {"full"}}
	if to := op.post("/scans", form, http.StatusSeeOther).Header().Get("Location"); to != "/scans?tenant="+s.tenant() {
		t.Errorf("sent to %s", to)
	}
	s.until(true)
	doc = op.page("/scans")
	if got := doc.Text("[data-testid=progress] strong"); got != "Full scan 1" {
		t.Errorf("progress says %q", got)
	}
	if doc.Has(".page-actions form button") {
		t.Error("a second scan is offered while one runs")
	}
	op.post("/scans", form, http.StatusConflict)

	// The fragment asks for itself again; it is not a page.
	part := op.send("GET", doc.Attr("[data-testid=progress]", "hx-get"), nil, "HX-Request", "true")
	if part.Code != 200 || strings.Contains(part.Body.String(), "<html") || part.Header().Get("HX-Refresh") != "" {
		t.Errorf("fragment %d: %s", part.Code, part.Body)
	}
	if q := htmlcheck.Parse(t, part.Body.String()).Rows("#quota"); len(q) == 0 {
		t.Error("the fragment does not bring the limits")
	}

	ask := op.page(doc.Attr("[data-testid=progress] a", "href"))
	if said := ask.All("[data-testid=confirm] li"); len(said) != 3 || !strings.Contains(said[1], "no scan has been published") {
		t.Errorf("stopping is said to mean %q", said)
	}
	op.post("/scans/stop", url.Values{"tenant": {s.tenant()}}, http.StatusSeeOther)
	s.until(false)
	s.scans.wait()
	if w := op.send("GET", "/scans/progress", nil); w.Header().Get("HX-Refresh") != "true" {
		t.Error("the fragment of an ended scan does not ask for the page")
	}
	op.post("/scans/stop", url.Values{"tenant": {s.tenant()}}, http.StatusNotFound)
	s.ledgerOfScan(op)
}

// ledgerOfScan holds that the record says who asked for what, and what came of
// it.
func (s *site) ledgerOfScan(by *visitor) {
	s.t.Helper()
	var said []string
	for _, e := range append(s.entries(ledger.ScanStart), s.entries(ledger.ScanCancel)...) {
		said = append(said, fmt.Sprint(e.Action, " ", e.Outcome, " ", e.Actor.Name, " ", e.Object.Kind))
		if e.Object.Kind == "tenant" && (e.Session == "" || e.Request == "" || !e.Actor.Same(by.person.Actor())) {
			s.t.Errorf("entry %+v does not say who and from where", e)
		}
	}
	want := "scan.start intended Olga tenant|scan.start done Olga scan|scan.start intended Olga tenant|scan.start failed Olga tenant|" +
		"scan.cancel intended Olga tenant|scan.cancel done Olga scan|scan.cancel intended Olga tenant|scan.cancel failed Olga tenant"
	if got := strings.Join(said, "|"); got != want {
		s.t.Errorf("ledger says\n%s\nwant\n%s", got, want)
	}
}

func TestAScanSaysWhatItDidNotSee(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.cloud.SetFaults([]sim.Fault{{Match: "GET */admin/capacities*", Effect: sim.Effect{Status: 403, Headers: map[string]string{"RequestId": "feedfeed-0000-4000-8000-000000000001"}}}})
	r := s.scanned(db.ScanFull)
	if r.State != db.ScanPartial {
		t.Fatalf("the scan is %s", r.State)
	}
	doc := s.someone("Vera", auth.Viewer).page(fmt.Sprintf("/scans/%d", r.ID))
	if got := doc.Text(".page-title [data-state]"); got != "Partial" {
		t.Errorf("state %q", got)
	}
	var capacities []string
	for _, row := range doc.Rows("#scan-parts") {
		if row[0] == "capacities" {
			capacities = row
		}
	}
	if len(capacities) == 0 || capacities[1] != "failed" || capacities[len(capacities)-1] != "feedfeed-0000-4000-8000-000000000001" {
		t.Errorf("capacities: %q", capacities)
	}
	if n := len(doc.Rows("#scan-batches")); n != 1 {
		t.Errorf("%d batches", n)
	}
	if got := doc.Text("[data-testid=fact-calls]"); got == "0" || got == "" {
		t.Errorf("calls %q", got)
	}
	if len(doc.Rows("#changed")) == 0 || len(doc.Rows("#figures")) == 0 {
		t.Error("neither changes nor figures")
	}
}

func TestAScanIsNotForEveryone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.scanned(db.ScanFull)
	v := s.someone("Vera", auth.Viewer)
	doc := v.page("/scans")
	if doc.Has(".page-actions form button") {
		t.Error("a viewer is offered to start a scan")
	}
	v.post("/scans", url.Values{"tenant": {s.tenant()}, "kind": {"full"}}, http.StatusNotFound)
	op := s.someone("Olga", auth.Operator)
	op.post("/scans", url.Values{"tenant": {"nobody"}, "kind": {"full"}}, http.StatusNotFound)
	op.post("/scans", url.Values{"tenant": {s.tenant()}, "kind": {"thorough"}}, http.StatusUnprocessableEntity)
	for _, id := range []string{"0", "99", "-1", "x", "1x"} {
		if w := v.send("GET", "/scans/"+id, nil); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "nothing here, or nothing that is open to you") {
			t.Errorf("/scans/%s = %d", id, w.Code)
		}
	}
	if n := len(s.entries(ledger.ScanStart)); n != 3 { // the command's own, and one wish with its refusal
		t.Errorf("%d entries about starting", n)
	}
}
