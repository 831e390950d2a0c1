package guard_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/web/guard"
)

// TestDownloadsTakeTurns: two downloads are written at once, a third waits for
// its turn and is refused when none comes, a page is answered meanwhile, and
// what was refused for want of a turn does not count.
func TestDownloadsTakeTurns(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}), make(chan struct{})
	s := open(t, func(c *guard.Config) { c.Limits = guard.Limits{ExportsPerHour: 3, ExportWait: time.Millisecond} })
	s.hold = func(path string) {
		if strings.HasSuffix(path, ".csv") {
			inside <- struct{}{}
			<-release
		}
	}
	cookie, _ := s.session("all", auth.AllRoles...)
	done := make(chan int, 2)
	for range 2 {
		go func() { done <- s.call("GET", "/workspaces.csv", cookie, "").Code }()
		<-inside
	}
	got := s.call("GET", "/workspaces.csv", cookie, "")
	if got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") != "30" || !strings.Contains(got.Body.String(), "writes 2 downloads at once") {
		t.Errorf("a third download: %d, %v, %s", got.Code, got.Header(), got.Body)
	}
	if got := s.call("GET", "/workspaces", cookie, ""); got.Code != http.StatusOK {
		t.Errorf("a page meanwhile: %d", got.Code)
	}
	close(release)
	for range 2 {
		if code := <-done; code != http.StatusOK {
			t.Errorf("one of the two: %d", code)
		}
	}
	go func() { <-inside }()
	if got := s.call("GET", "/workspaces.csv", cookie, ""); got.Code != http.StatusOK {
		t.Errorf("the third download of the hour: %d", got.Code)
	}
	got = s.call("GET", "/workspaces.csv", cookie, "")
	if got.Code != http.StatusTooManyRequests || !strings.Contains(got.Body.String(), "3 files an hour") {
		t.Errorf("the fourth: %d, %s", got.Code, got.Body)
	}
}
