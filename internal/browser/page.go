package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Goto opens an address and waits until it has loaded.
func (p *Page) Goto(url string) {
	p.t.Helper()
	p.do("go to "+url, chromedp.Navigate(url))
}

// Click clicks the first visible element that fits the CSS selector. When the
// click leads to another page, use ClickAndWait.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// ClickAndWait clicks and waits until the page it leads to has loaded.
func (p *Page) ClickAndWait(selector string) {
	p.t.Helper()
	p.follow("click and wait "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Fill replaces the value of a field by typing.
func (p *Page) Fill(selector, value string) {
	p.t.Helper()
	p.WaitFor(selector)
	Eval[bool](p, fmt.Sprintf("(e => { e.focus(); e.select(); return true })(document.querySelector(%q))", selector))
	if value == "" {
		p.do("empty "+selector, chromedp.KeyEvent(kb.Delete))
		return
	}
	p.do("fill "+selector, chromedp.SendKeys(chromedp.CSS(selector), value))
}

// Choose selects an option of a select element by its value, or sets the value
// of a field that one cannot type into (dates).
func (p *Page) Choose(selector, value string) {
	p.t.Helper()
	p.do("choose "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
}

// Upload chooses a file for a file field.
func (p *Page) Upload(selector, path string) {
	p.t.Helper()
	p.do("upload "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}

// Submit submits the form around the element and waits for the next page.
func (p *Page) Submit(selector string) {
	p.t.Helper()
	p.follow("submit "+selector, chromedp.Submit(chromedp.CSS(selector)))
}

// Press sends keys to what has the focus: letters as they are, and the names
// Enter, Escape, Tab, ArrowDown, ArrowUp. "Ctrl+k" holds Control down.
func (p *Page) Press(key string) {
	p.t.Helper()
	if k, ok := strings.CutPrefix(key, "Ctrl+"); ok {
		p.do("press "+key, chromedp.KeyEvent(k, chromedp.KeyModifiers(kb.ModifierCtrl)))
		return
	}
	named := map[string]string{"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp}
	if k, ok := named[key]; ok {
		key = k
	}
	p.do("press "+key, chromedp.KeyEvent(key))
}

// PressAndWait presses a key that leads to another page.
func (p *Page) PressAndWait(key string) {
	p.t.Helper()
	named := map[string]string{"Enter": kb.Enter}
	if k, ok := named[key]; ok {
		key = k
	}
	p.follow("press "+key, chromedp.KeyEvent(key))
}

// WaitFor waits until an element that fits the selector is visible.
func (p *Page) WaitFor(selector string) {
	p.t.Helper()
	p.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Text returns what one reads in the first element that fits the selector; the
// test fails when there is none.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return strings.TrimSpace(get(p, "read "+selector, chromedp.Text(chromedp.CSS(selector))))
}

// Count returns how many elements fit the selector now.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return Eval[int](p, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// Visible reports whether the first element that fits the selector can be seen.
func (p *Page) Visible(selector string) bool {
	p.t.Helper()
	return Eval[bool](p, fmt.Sprintf("!!document.querySelector(%q)?.checkVisibility({visibilityProperty:true})", selector))
}

// URL returns the address of the page one is on.
func (p *Page) URL() string {
	p.t.Helper()
	return get(p, "read the address", chromedp.Location())
}

// Eval runs an expression in the page, waits if it is a promise, and returns its
// value. It works with scripts turned off as well.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return get(p, "evaluate", chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// get runs an action within Patience and returns its value.
func get[T any](p *Page, what string, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.t.Fatalf("browser: %s: %v\nconsole: %q", what, err, p.Console())
	}
	return v
}

// follow runs a step that leads to another page and waits for that page.
func (p *Page) follow(what string, s step) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, s); err != nil {
		p.t.Fatalf("browser: %s: %v\nconsole: %q", what, err, p.Console())
	}
}

// Screenshot writes what is in the window as a PNG.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	p.write(path, get(p, "take a picture", chromedp.CaptureScreenshot()))
}

// FullScreenshot writes the whole page, however long, as a PNG.
func (p *Page) FullScreenshot(path string) {
	p.t.Helper()
	p.write(path, get(p, "take a picture", chromedp.FullScreenshot(100)))
}

// PDF writes the page as it prints on A4.
func (p *Page) PDF(path string) {
	p.t.Helper()
	p.write(path, get(p, "print", chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4))))
}

func (p *Page) write(path string, content []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// Console returns what the console, the network and the content security policy
// complained about since the tab was opened.
func (p *Page) Console() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.messages...)
}

// dismiss closes a dialog that a page has opened, so that the test goes on and
// can say so. It runs beside the reader of events and ends with the tab.
func (p *Page) dismiss() {
	_, _ = chromedp.Call(p.ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: false})
}

// hear keeps complaints: console warnings and errors, uncaught exceptions, and
// the browser's own entries (content security policy, failed loads).
func (p *Page) hear(ev any) {
	said := ""
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		parts := []string{"console." + string(e.Type) + ":"}
		for _, a := range e.Args {
			parts = append(parts, string(a.Value)+a.Description)
		}
		said = strings.Join(parts, " ")
	case *runtime.EventExceptionThrown:
		said = "exception: " + exception(e.ExceptionDetails)
	case *log.EventEntryAdded:
		said = fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *cdppage.EventJavascriptDialogOpening:
		said = "dialog: " + e.Message
		go p.dismiss()
	}
	if said != "" {
		p.mu.Lock()
		p.messages = append(p.messages, said)
		p.mu.Unlock()
	}
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}
