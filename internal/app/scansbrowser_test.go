package app

import (
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"steward/internal/browser"
	"steward/internal/sim"
	"steward/internal/web/guard"
)

// TestWatchAScanInChromium signs the operator in at the stand-in, starts a
// scan, watches it without reloading, and stops the next one.
func TestWatchAScanInChromium(t *testing.T) {
	t.Parallel()
	page := browser.New(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newSiteAt(t, l.Addr().String())
	srv := guard.NewServer(s.pages, slog.New(slog.DiscardHandler))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-served })

	page.Goto(s.base + "/login?return=/scans")
	if !browser.Eval[bool](page, `(() => { const b = [...document.querySelectorAll("button")].find(e => e.textContent.includes("Oskar")); if (b) b.click(); return !!b })()`) {
		t.Fatal("the operator is not among those who can sign in")
	}
	page.WaitFor("[data-testid=idle]")

	// Held by an answer that takes long enough to be looked at. The first scan
	// of a tenant is a full one, whatever is asked for.
	s.cloud.SetFaults([]sim.Fault{{Match: "Admin_GetCapacitiesAsAdmin", Effect: sim.Effect{Delay: sim.Span(3 * time.Second)}}})
	page.ClickAndWait(".page-actions button.primary")
	page.WaitFor("[data-testid=progress]")
	if got := page.Text("[data-testid=progress]"); !strings.Contains(got, "Full scan 1") {
		t.Errorf("progress says %q", got)
	}
	page.WaitFor("[data-testid=idle]") // without a reload by the reader
	if got := page.Text("#list tbody tr"); !strings.Contains(got, "complete") || !strings.Contains(got, "Oskar") {
		t.Errorf("the list says %q", got)
	}

	s.held()
	page.ClickAndWait(".page-actions button.primary")
	page.ClickAndWait("[data-testid=progress] a")
	if got := page.Text("[data-testid=confirm]"); !strings.Contains(got, "Pages go on showing scan 1") {
		t.Errorf("stopping is said to mean %q", got)
	}
	page.ClickAndWait("[data-testid=confirm] button")
	page.WaitFor("[data-testid=idle]")
	if log := page.Console(); len(log) != 0 {
		t.Errorf("console: %q", log)
	}
}
