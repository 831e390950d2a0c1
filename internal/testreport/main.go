// Command testreport reads `go test -json` from standard input and prints what
// a person wants of it: the output of what failed, a line for each package,
// the tests that were skipped and why, and as its last line how many passed.
// It exits 1 when a test or a package failed, or when no test ran at all.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

type report struct {
	passed, failed, skipped int
	broken                  int // packages that did not build or died
	output                  map[string][]string
	skips                   []string
	w                       io.Writer
}

func main() {
	r := &report{output: map[string][]string{}, w: os.Stdout}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 64<<20)
	for in.Scan() {
		var e event
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			fmt.Fprintln(r.w, in.Text()) // go itself said something
			continue
		}
		r.add(e)
	}
	os.Exit(r.close(in.Err()))
}

func (r *report) add(e event) {
	if e.Package == "" {
		e.Package = e.ImportPath
	}
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		r.output[key] = append(r.output[key], e.Output)
		return
	case "pass", "fail", "skip", "build-fail":
		r.end(key, e)
		delete(r.output, key)
	}
}

func (r *report) end(key string, e event) {
	said := strings.Join(r.output[key], "")
	if e.Test == "" {
		r.endPackage(e, said)
		return
	}
	switch e.Action {
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		fmt.Fprintf(r.w, "--- FAIL %s %s\n%s", e.Package, e.Test, said)
	case "skip":
		r.skipped++
		r.skips = append(r.skips, fmt.Sprintf("skipped %s %s: %s", e.Package, e.Test, reason(said)))
	}
}

func (r *report) endPackage(e event, said string) {
	switch e.Action {
	case "fail", "build-fail":
		r.broken++
		fmt.Fprintf(r.w, "FAIL    %s (%.1fs)\n%s", e.Package, e.Elapsed, said)
	case "pass":
		fmt.Fprintf(r.w, "ok      %s (%.1fs)\n", e.Package, e.Elapsed)
	}
}

// reason is the last thing a skipped test said, without the position.
func reason(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if !strings.HasPrefix(strings.TrimSpace(lines[i]), "---") && !strings.HasPrefix(lines[i], "===") {
			return strings.TrimSpace(lines[i])
		}
	}
	return "no reason given"
}

func (r *report) close(err error) int {
	sort.Strings(r.skips)
	for _, s := range r.skips {
		fmt.Fprintln(r.w, s)
	}
	if err != nil {
		fmt.Fprintln(r.w, "reading the test output:", err)
		r.broken++
	}
	if r.broken > 0 && r.failed == 0 {
		r.failed = r.broken // a package that does not build must not look green
	}
	if strings.Contains(strings.Join(r.skips, "\n"), "chromium") {
		fmt.Fprintln(r.w, "The browser tests did not run: Chromium is missing.")
	}
	fmt.Fprintf(r.w, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	if r.failed > 0 || r.broken > 0 || r.passed == 0 {
		return 1
	}
	return 0
}
