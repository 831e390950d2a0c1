package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestBecause: a request that was begun from a violation keeps it; each page
// leads to the other. A number that is none is not kept.
func TestBecause(t *testing.T) {
	t.Parallel()
	r := town(t)
	to, _ := r.post("/requests/new/access-add", http.StatusSeeOther, with(goodAccess, "because", "violation:1")...)
	id := strings.TrimSuffix(strings.TrimPrefix(to, "/requests/"), "/preview")
	if got := strings.Join(r.get("/requests/"+id, http.StatusOK).Attrs("a", "href"), " "); !strings.Contains(got, "/violations/1") {
		t.Errorf("the request does not lead to the violation: %s", got)
	}
	if got := strings.Join(r.get("/violations/1", http.StatusOK).Attrs("a", "href"), " "); !strings.Contains(got, "/requests/"+id) {
		t.Errorf("the violation does not lead to the request: %s", got)
	}
	r.post("/requests/new/access-add", http.StatusSeeOther, with(goodAccess, "because", "violation:99999999")...)
	if n := r.one(`SELECT count(*) FROM request_because`); n != 1 {
		t.Errorf("%d reasons are kept", n)
	}
}
