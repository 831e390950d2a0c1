package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/config"
)

// typed are the commands about the ledger in docs/security.md, word by word.
func typed(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?m)`(portal ledger [^`]+)`|^(portal ledger .+)$").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1]+m[2])
	}
	if len(out) < 5 {
		t.Fatalf("docs/security.md has the commands %q only", out)
	}
	return out
}

// commandFor finds the one command of the docs that begins so.
func commandFor(t *testing.T, begins string) []string {
	t.Helper()
	all := typed(t)
	i := slices.IndexFunc(all, func(c string) bool { return strings.HasPrefix(c, begins) })
	if i < 0 {
		t.Fatalf("docs/security.md has no command %q", begins)
	}
	return strings.Fields(strings.TrimPrefix(all[i], "portal "))
}

// TestAnAuditorsWayIsTheOneWritten types what docs/security.md says, word by
// word: the operator exports, and the auditor verifies in a directory with
// nothing but the three files, as a process that knows no configuration.
func TestAnAuditorsWayIsTheOneWritten(t *testing.T) {
	t.Parallel()
	cfg, _ := standIn(t)
	if o := portal(t, "scan", "--config", cfg); o.code != exitOK {
		t.Fatal(o)
	}
	serving := start(t, true, "serve", "--config", cfg, "--listen", "127.0.0.1:0")
	serving.until(t, "listens on")
	serving.stop() // writes a checkpoint
	desk := t.TempDir()
	operator := func(words []string) outcome { return portal(t, at(words, cfg, desk)...) }
	for _, begins := range []string{"portal ledger key", "portal ledger verify --config", "portal ledger export"} {
		if o := operator(commandFor(t, begins)); o.code != exitOK {
			t.Fatalf("%s: %+v", begins, o)
		}
	}
	c, err := config.Load(config.Source{File: cfg})
	if err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"ledger.key.pub": c.Ledger.SigningKey.Path() + ".pub", "checkpoints": strings.TrimPrefix(c.Ledger.SecondSink, "file:")} {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(desk, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Only the files that the docs name, and a program with no surroundings.
	if err := os.Remove(filepath.Join(desk, "ledger.key")); err != nil {
		t.Fatal(err)
	}
	auditor := func() outcome { return alone(t, desk, commandFor(t, "portal ledger verify --file")) }
	if o := auditor(); o.code != exitOK || !strings.HasPrefix(o.stdout, "Unbroken") {
		t.Fatalf("what was handed over: %+v", o)
	}
	whole, err := os.ReadFile(filepath.Join(desk, "ledger.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	entries := 0
	for at := range bytes.Lines(whole) {
		if bytes.HasPrefix(at, []byte(`{"seq":`)) {
			entries++
		}
	}
	if entries < 5 {
		t.Fatalf("only %d entries to flip", entries)
	}
	for _, n := range []int{1, 2, entries / 2, entries - 1, entries} {
		if err := os.WriteFile(filepath.Join(desk, "ledger.jsonl"), flipped(whole, n), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := auditor(); o.code != exitFailed || !strings.HasPrefix(o.stdout, fmt.Sprintf("BROKEN at entry %d", n)) {
			t.Errorf("entry %d of %d was flipped: %+v", n, entries, o)
		}
	}
}

// flipped changes one letter within the n-th entry.
func flipped(whole []byte, n int) []byte {
	var out []byte
	for line := range bytes.Lines(whole) {
		if bytes.HasPrefix(line, []byte(`{"seq":`)) {
			if n--; n == 0 {
				line = bytes.Clone(line)
				at := bytes.Index(line, []byte("action")) + len("action") + 5
				line[at] ^= 0x01
			}
		}
		out = append(out, line...)
	}
	return out
}

// at puts the paths of a test in the place of those in the docs, and tomorrow in
// the place of their day.
func at(words []string, cfg, desk string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.NewReplacer("FILE", cfg, "/etc/steward/", desk+"/", "ledger.jsonl", desk+"/ledger.jsonl", "ledger-2025.jsonl", desk+"/ledger-2025.jsonl",
			"2026-01-01", time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)).Replace(w)
	}
	return out
}

// alone runs the program in a directory, as somebody with no surroundings.
func alone(t *testing.T, dir string, words []string) outcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], words...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, []string{"STEWARD_AS_PORTAL=1"}, &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// TestArchivingIsTheOneWritten types the command under Retention: not beside a
// running portal, once, and what is left and what was taken are both verified.
func TestArchivingIsTheOneWritten(t *testing.T) {
	t.Parallel()
	cfg, _ := standIn(t)
	desk := t.TempDir()
	archive := func() outcome { return portal(t, at(commandFor(t, "portal ledger archive"), cfg, desk)...) }
	file := filepath.Join(desk, "ledger-2025.jsonl")
	serving := start(t, true, "serve", "--config", cfg, "--listen", "127.0.0.1:0")
	serving.until(t, "listens on")
	if o := archive(); o.code == exitOK {
		t.Fatalf("beside a running portal: %+v", o)
	}
	serving.stop() // writes a checkpoint
	// The last checkpoint of all is never archived: another one must follow.
	if o := portal(t, "scan", "--config", cfg); o.code != exitOK {
		t.Fatal(o)
	}
	serving = start(t, true, "serve", "--config", cfg, "--listen", "127.0.0.1:0")
	serving.until(t, "listens on")
	serving.stop()
	if o := archive(); o.code != exitOK || !strings.HasPrefix(o.stdout, "Entries 1 to ") {
		t.Fatalf("archived: %+v", o)
	}
	if o := archive(); o.code == exitOK || !strings.Contains(o.stderr, "not overwritten") && !strings.Contains(o.stderr, "No checkpoint from before") {
		t.Errorf("again: %+v", o)
	}
	if o := portal(t, "ledger", "verify", "--config", cfg); o.code != exitOK || !strings.Contains(o.stdout, "Unbroken") || strings.Contains(o.stdout, "(1 to ") {
		t.Errorf("what is left: %+v", o)
	}
	c, err := config.Load(config.Source{File: cfg})
	if err != nil {
		t.Fatal(err)
	}
	verify := []string{"ledger", "verify", "--file", file, "--key", c.Ledger.SigningKey.Path() + ".pub"}
	if o := alone(t, desk, verify); o.code != exitOK || !strings.Contains(o.stdout, "Unbroken") {
		t.Errorf("what was taken: %+v", o)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, flipped(whole, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := alone(t, desk, verify); o.code != exitFailed || !strings.HasPrefix(o.stdout, "BROKEN at entry 1") {
		t.Errorf("flipped: %+v", o)
	}
}
