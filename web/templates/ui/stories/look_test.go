package stories_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"steward/internal/browser"
	"steward/web/templates/ui/stories"
)

// TestLook looks at every story in Chromium.
func TestLook(t *testing.T) {
	t.Parallel()
	all := stories.All(time.Now())
	srv := httptest.NewServer(stories.Handler(all))
	t.Cleanup(srv.Close)
	var sheets []browser.Sheet
	for i, s := range all {
		sheets = append(sheets, browser.Sheet{Name: s.Name, URL: fmt.Sprintf("%s/%d", srv.URL, i)})
	}
	browser.Look(t, sheets)
}
