package stories_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/a-h/templ"

	"steward/internal/browser"
	"steward/internal/htmlcheck"
	pages "steward/web/templates/stories"
	"steward/web/templates/ui/stories"
)

// TestRender holds every page in every state to what all pages keep.
func TestRender(t *testing.T) {
	t.Parallel()
	for _, s := range pages.All(time.Now()) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := s.Component.Render(templ.WithNonce(context.Background(), "n"), &b); err != nil {
				t.Fatal(err)
			}
			htmlcheck.Page(t, b.String())
		})
	}
}

// TestLook looks at every page in every state in Chromium.
func TestLook(t *testing.T) {
	t.Parallel()
	all := pages.All(time.Now())
	srv := httptest.NewServer(stories.Handler(all))
	t.Cleanup(srv.Close)
	var sheets []browser.Sheet
	for i, s := range all {
		sheets = append(sheets, browser.Sheet{Name: s.Name, URL: fmt.Sprintf("%s/%d", srv.URL, i)})
	}
	browser.Look(t, sheets)
}
