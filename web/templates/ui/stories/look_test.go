package stories_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/browser"
	"steward/web/templates/ui/stories"
)

// TestBrowser looks at every story as a reader would: desktop and phone, light
// and dark. Axe must find nothing, the console must stay empty, and no page may
// be wider than its window. With STEWARD_SHOTS=DIR it keeps the pictures.
func TestBrowser(t *testing.T) {
	t.Parallel()
	all := stories.All(time.Now())
	srv := httptest.NewServer(stories.Handler(all))
	t.Cleanup(srv.Close)
	page := browser.New(t)
	shots := os.Getenv("STEWARD_SHOTS")
	only := os.Getenv("STEWARD_STORY")
	for i, s := range all {
		if !strings.Contains(s.Name, only) {
			continue
		}
		for _, look := range []struct {
			name string
			w, h int64
			dark bool
		}{
			{"desktop-light", browser.DesktopWidth, browser.DesktopHeight, false},
			{"desktop-dark", browser.DesktopWidth, browser.DesktopHeight, true},
			{"phone-light", browser.PhoneWidth, browser.PhoneHeight, false},
			{"phone-dark", browser.PhoneWidth, browser.PhoneHeight, true},
		} {
			page.SetViewport(look.w, look.h)
			page.SetDark(look.dark)
			page.Goto(fmt.Sprintf("%s/%d", srv.URL, i))
			if shots != "" {
				page.Screenshot(filepath.Join(shots, strings.ReplaceAll(strings.ReplaceAll(s.Name, "/", "-"), " ", "-")+"-"+look.name+".png"))
			}
			for _, f := range page.Axe() {
				t.Errorf("%s, %s: axe: %s", s.Name, look.name, f)
			}
			if w := browser.Eval[int64](page, "document.documentElement.scrollWidth"); w > look.w {
				t.Errorf("%s, %s: the page is %d px wide", s.Name, look.name, w)
			}
		}
	}
	for _, m := range page.Console() {
		t.Errorf("console: %s", m)
	}
}
