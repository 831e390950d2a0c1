package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"

	"steward/internal/browser"
)

// pictures are those of the README and the guide: who looks at what.
var pictures = []struct{ file, who, path, follow string }{
	{"overview.png", "Ada", "/", ""},
	{"workspace.png", "Ada", "/workspaces?q=PROD", "#list tbody a"},
	{"changes.png", "Henrik", "/changes", ""},
	{"violations.png", "Ada", "/violations", ""},
	{"baselines.png", "Henrik", "/baselines", ""},
	{"ask.png", "Mia", "/requests/new/project", ""},
	{"promote.png", "Mia", "/requests/new/promotion", ""},
	{"approvals.png", "Ada", "/approvals", ""},
	{"health.png", "Oskar", "/refresh-health", ""},
	{"pipeline.png", "Mia", "/pipelines", "#list tbody a"},
	{"scans.png", "Oskar", "/scans", ""},
}

// TestPictures takes the pictures of the docs from the demo as a newcomer has
// it, when it is asked to with STEWARD_PICTURES=1 (make pictures).
func TestPictures(t *testing.T) {
	if os.Getenv("STEWARD_PICTURES") == "" {
		t.Skip("STEWARD_PICTURES is not set: the docs keep the pictures they have")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- Demo(ctx, DemoOptions{Addr: addr, Data: t.TempDir(), Workspaces: 400, Seed: 1, Log: slog.New(slog.DiscardHandler), Out: io.Discard, Ready: func(url string) { ready <- url }})
	}()
	t.Cleanup(func() { stop(); <-ended })
	var base string
	select {
	case base = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	pages := map[string]*browser.Page{}
	for _, p := range pictures {
		b := pages[p.who]
		if b == nil {
			b = browser.New(t)
			b.SetViewport(browser.DesktopWidth, 1000)
			b.Goto(base + "/login?return=/")
			if !browser.Eval[bool](b, `(() => { const b = [...document.querySelectorAll("button")].find(e => e.textContent.includes("`+p.who+`")); b?.click(); return !!b })()`) {
				t.Fatalf("%s cannot sign in", p.who)
			}
			b.WaitFor("nav")
			pages[p.who] = b
		}
		b.Goto(base + p.path)
		if p.follow != "" {
			b.ClickAndWait(p.follow)
		}
		b.Screenshot(filepath.Join("..", "..", "docs", "pictures", p.file))
	}
}
