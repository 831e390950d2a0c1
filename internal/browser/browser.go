// Package browser drives a real Chromium in tests: it opens pages, looks at
// them at the sizes of a desktop and a phone, in light and dark, with and
// without scripts, and hears what the console and the content security policy
// complain about. It is for tests only; nothing else may import it.
//
// One browser process serves a test binary, each test gets its own tab with its
// own cookies. Where Chromium is missing, a test that asks for it is skipped
// with a message that says so; with CI=true that is a failure.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Patience is how long one step (a click, a page) may take before the test
// fails. It is no measure of speed: two cores that do ten other things are slow,
// and a step that never comes is found all the same.
const Patience = 4 * time.Minute

// Sizes of the two screens everything has to look right on, in CSS pixels.
const (
	DesktopWidth, DesktopHeight = 1440, 900
	PhoneWidth, PhoneHeight     = 390, 844
)

// Page is one tab. Its methods fail the test when the browser cannot do what
// they say.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	messages []string
}

// New opens a tab at desktop size in light colours. It is closed when the test
// ends.
func New(t testing.TB) *Page {
	t.Helper()
	root, err := start()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("this test needs Chromium, and CI must not go without: %v", err)
		}
		t.Skipf("browser test did not run: %v (install the package chromium)", err)
	}
	p := &Page{t: t}
	ctx, cancel := chromedp.NewContext(root, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	t.Cleanup(cancel)
	p.ctx = ctx
	// The first call decides how long the tab lives, so it has no time limit.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("browser: open a tab: %v", err)
	}
	p.do("listen", command(log.Enable, cdp.Empty{}), command(page.Enable, page.EnableParams{}))
	p.SetViewport(DesktopWidth, DesktopHeight)
	p.SetDark(false)
	return p
}

// The process that all tabs of this test binary live in. It ends with the
// binary: Chromium is its child and is killed with it.
var (
	once    sync.Once
	rootCtx context.Context
	errRoot error
)

var errMissing = errors.New("no chromium, chromium-browser or google-chrome on PATH")

func start() (context.Context, error) {
	once.Do(func() {
		path, err := find()
		if err != nil {
			errRoot = err
			return
		}
		dir, err := profile()
		if err != nil {
			errRoot = err
			return
		}
		opts := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.WSURLReadTimeout(Patience),
			chromedp.Flag("disable-component-update", true),
			chromedp.Flag("hide-scrollbars", true),
			chromedp.Flag("lang", "en-GB"),
			chromedp.Env("TZ=UTC"),
		)
		alloc, _ := chromedp.NewExecAllocator(context.Background(), opts...)
		rootCtx, _ = chromedp.NewContext(alloc)
		errRoot = chromedp.Do(rootCtx)
	})
	return rootCtx, errRoot
}

// profile makes a fresh directory for the browser's files, named after this
// process, and removes those of processes that have ended: a test binary has no
// moment of its own at which to clean up.
func profile() (string, error) {
	const prefix = "steward-browser-"
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*")) // the pattern is well-formed
	for _, dir := range old {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), prefix))
		if err == nil && ended(pid) {
			_ = os.RemoveAll(dir) // at worst it stays for the next to remove
		}
	}
	dir := filepath.Join(os.TempDir(), prefix+strconv.Itoa(os.Getpid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make a directory for the browser: %w", err)
	}
	return dir, nil
}

// ended reports whether no process has this id any more.
func ended(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errMissing
}

// step is an action that returns nothing.
type step = chromedp.Action[chromedp.Void]

// command is a step that sends one command of the browser's protocol.
func command[P any](cmd cdp.Command[P, cdp.Empty], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cmd, params)
		return err
	})
}

// do runs steps within Patience and fails the test with what was tried.
func (p *Page) do(what string, steps ...step) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("browser: %s: %v\nconsole: %q", what, err, p.Console())
	}
}

// SetViewport makes the window w×h CSS pixels; up to 500 wide it is a phone
// with touch.
func (p *Page) SetViewport(w, h int64) {
	p.t.Helper()
	phone := w <= 500
	p.do("set the viewport",
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: w, Height: h, DeviceScaleFactor: 1, Mobile: phone,
		}),
		command(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: phone}))
}

// SetDark makes the device prefer dark or light colours.
func (p *Page) SetDark(on bool) {
	p.t.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	p.do("set the colour scheme", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}}))
}

// SetPrint shows pages as they would be printed, or as on a screen again.
func (p *Page) SetPrint(on bool) {
	p.t.Helper()
	media := ""
	if on {
		media = "print"
	}
	p.do("set the medium", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media}))
}

// DisableJS turns scripts off for the pages opened from now on.
func (p *Page) DisableJS() {
	p.t.Helper()
	p.do("turn scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}
