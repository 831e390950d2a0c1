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
// be wider than its window. With STEWARD_SHOTS=DIR it keeps the pictures; with
// STEWARD_STORY=WORD it looks only at stories with that word in their name.
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
		page.Goto(fmt.Sprintf("%s/%d", srv.URL, i))
		for n, look := range looks {
			page.SetViewport(look.w, look.h)
			page.SetDark(look.dark)
			if shots != "" {
				page.Screenshot(filepath.Join(shots, file(s.Name)+"-"+look.name+".png"))
			}
			if w := browser.Eval[int64](page, "document.documentElement.scrollWidth"); w > look.w {
				t.Errorf("%s, %s: the page is %d px wide", s.Name, look.name, w)
			}
			// One look per story by default, in turn: all four take a minute.
			if !all4() && n != i%len(looks) {
				continue
			}
			for _, f := range page.Axe() {
				t.Errorf("%s, %s: axe: %s", s.Name, look.name, f)
			}
		}
	}
	for _, m := range page.Console() {
		t.Errorf("console: %s", m)
	}
}

var looks = []struct {
	name string
	w, h int64
	dark bool
}{
	{"desktop-light", browser.DesktopWidth, browser.DesktopHeight, false},
	{"desktop-dark", browser.DesktopWidth, browser.DesktopHeight, true},
	{"phone-light", browser.PhoneWidth, browser.PhoneHeight, false},
	{"phone-dark", browser.PhoneWidth, browser.PhoneHeight, true},
}

func all4() bool { return os.Getenv("CI") == "true" || os.Getenv("STEWARD_LONG") == "1" }

func file(story string) string { return strings.NewReplacer("/", "-", " ", "-").Replace(story) }
