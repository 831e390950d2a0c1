package sitetest

import (
	"testing"

	"steward/internal/web/guard"
)

// TestRoutesAndTableAgree holds that every route of the router has its line in
// the table of who may use it, and every line a route.
func TestRoutesAndTableAgree(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	for _, problem := range guard.CheckRoutes(s.pages.Routes(), s.pages.Table()) {
		t.Error(problem)
	}
	if got := s.ask("GET", "/workspaces", "", s.as(t, "part-viewer")).status; got != 200 {
		t.Errorf("a viewer gets %d", got)
	}
}
