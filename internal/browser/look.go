package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Sheet is a page to be looked at: what it shows, and where it is.
type Sheet struct{ Name, URL string }

// looks are the four ways in which everything has to look right.
var looks = []struct {
	name string
	w, h int64
	dark bool
}{
	{"desktop-light", DesktopWidth, DesktopHeight, false},
	{"desktop-dark", DesktopWidth, DesktopHeight, true},
	{"phone-light", PhoneWidth, PhoneHeight, false},
	{"phone-dark", PhoneWidth, PhoneHeight, true},
}

// Look looks at every sheet as a reader would: desktop and phone, light and
// dark. Axe must find nothing, console and content security policy must stay
// silent, and no page may be wider than its window.
//
// Axe takes its time, so by default it sees each sheet in one of the four looks,
// in turn; with CI=true or STEWARD_LONG=1 in all of them. STEWARD_SHOTS=DIR keeps
// the pictures, STEWARD_STORY=WORD looks only at sheets with that word in their
// name.
func Look(t *testing.T, sheets []Sheet) {
	t.Helper()
	const tabs = 2
	for tab := range tabs {
		t.Run(fmt.Sprintf("tab %d", tab+1), func(t *testing.T) {
			t.Parallel()
			p := New(t)
			for i, s := range sheets {
				if i%tabs == tab && strings.Contains(s.Name, os.Getenv("STEWARD_STORY")) {
					p.look(t, s, i/tabs)
				}
			}
		})
	}
}

func (p *Page) look(t *testing.T, s Sheet, turn int) {
	t.Helper()
	before := len(p.Console())
	p.Goto(s.URL)
	for n, look := range looks {
		p.SetViewport(look.w, look.h)
		p.SetDark(look.dark)
		if dir := os.Getenv("STEWARD_SHOTS"); dir != "" {
			p.Screenshot(filepath.Join(dir, fileName(s.Name)+"-"+look.name+".png"))
		}
		if w := Eval[int64](p, "document.documentElement.scrollWidth"); w > look.w {
			t.Errorf("%s, %s: the page is %d px wide", s.Name, look.name, w)
		}
		if !thorough() && n != turn%len(looks) {
			continue
		}
		for _, f := range p.Axe() {
			t.Errorf("%s, %s: axe: %s", s.Name, look.name, f)
		}
	}
	for _, m := range p.Console()[before:] {
		t.Errorf("%s: console: %s", s.Name, m)
	}
}

func thorough() bool { return os.Getenv("CI") == "true" || os.Getenv("STEWARD_LONG") == "1" }

func fileName(story string) string { return strings.NewReplacer("/", "-", " ", "-").Replace(story) }
