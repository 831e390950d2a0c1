package sitetest

import (
	"net/http"
	"strings"
	"testing"
)

// TestTheStandInIsOutOfReach asks the portal for the addresses at which the
// stand-in's directory signs anyone in as anyone: it has none of them, for
// nobody.
func TestTheStandInIsOutOfReach(t *testing.T) {
	t.Parallel()
	s := open(t, options{})
	cookie := s.allRoles(t)
	for _, path := range []string{
		"/" + tenantIDs[0] + "/oauth2/v2.0/authorize?client_id=a&response_type=code", "/" + tenantIDs[0] + "/oauth2/v2.0/token", "/" + tenantIDs[0] + "/v2.0/.well-known/openid-configuration",
		"/" + tenantIDs[0] + "/discovery/v2.0/keys", "/organizations/oauth2/v2.0/token", "/common/discovery/instance", "/oauth2/v2.0/authorize", "/v1.0/myorg/admin/groups", "/sim", "/_sim/faults", "/control",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if a := s.ask(method, path, "grant_type=client_credentials", cookie); a.status != http.StatusNotFound {
				t.Errorf("%s %s: status %d, want 404", method, path, a.status)
			}
		}
		if a := s.ask(http.MethodGet, path, "", ""); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("%s: status %d to %q, want the sign-in", path, a.status, a.header.Get("Location"))
		}
	}
}
