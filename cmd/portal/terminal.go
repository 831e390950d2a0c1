package main

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"steward/internal/app"
)

// log is where a verb's own messages go: standard error, as text.
func (w *world) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(w.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// progress returns what shows a scan's progress on standard error: one line
// that is written over on a terminal, a line now and then elsewhere.
func (w *world) progress() func(app.ScanLine) {
	f, ok := w.stderr.(*os.File)
	if ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			return w.bar
		}
	}
	var last time.Time
	return func(l app.ScanLine) {
		if now := time.Now(); l.Ended || now.Sub(last) >= 5*time.Second {
			last = now
			fmt.Fprintf(w.stderr, "%s: %s\n", l.Tenant, l.Text)
		}
	}
}

// barWidth is the length of a progress bar in characters.
const barWidth = 24

func (w *world) bar(l app.ScanLine) {
	done := int(l.Share * barWidth)
	fmt.Fprintf(w.stderr, "\r\x1b[2K%s [%s%s] %s", l.Tenant, strings.Repeat("█", done), strings.Repeat("·", barWidth-done), l.Text)
	if l.Ended {
		fmt.Fprintln(w.stderr)
	}
}
