package web

import (
	"testing"

	"steward/internal/audit"
	"steward/internal/auth"
)

// TestEveryRouteHasAnAction holds that nobody can add an address without
// deciding who may use it, and that every report has its page and exports.
func TestEveryRouteHasAnAction(t *testing.T) {
	t.Parallel()
	s := &Server{}
	seen := map[string]bool{}
	for _, r := range s.routes() {
		key := r.method + " " + r.path
		if seen[key] {
			t.Errorf("%s is in the table twice", key)
		}
		seen[key] = true
		if _, ok := auth.Permits[r.action]; !ok {
			t.Errorf("%s asks for %q, which nobody may do", key, r.action)
		}
	}
	for _, r := range audit.Reports() {
		for _, ext := range []string{"", ".csv", ".xlsx", ".json"} {
			if !seen["GET /"+r.Name+ext] {
				t.Errorf("report %s has no address /%s%s", r.Name, r.Name, ext)
			}
		}
	}
}
