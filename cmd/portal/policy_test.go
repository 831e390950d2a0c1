package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const ownRule = `pack: ours
title: Ours
rules:
  - id: ours.short
    title: Names of at most 12 characters
    why: They fit.
    remedy: [Rename it.]
    severity: low
    kind: workspace
    applies: both
    scope: workspace.ordinary
    condition: workspace.nameLength <= 12
    examples:
      - {name: short, expect: pass, workspace: {name: FIN}}
      - {name: long, expect: fail, workspace: {name: FIN-Sales-and-more-PROD}}
`

// withCondition is ownRule with another condition.
func withCondition(c string) string {
	return strings.Replace(ownRule, "workspace.nameLength <= 12", c, 1)
}

func TestPolicyFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verb, text string
		code       int
		out, err   string
	}{
		"lint":               {"lint", ownRule, 0, "1 rule, nothing wrong", ""},
		"a misspelt fact":    {"lint", strings.Replace(ownRule, "workspace.nameLength <=", "workspace.nameLengt <=", 1), 1, "", "own.yaml:12:25: ours.short: undefined field 'nameLengt'"},
		"an unknown field":   {"lint", strings.Replace(ownRule, "    why:", "    wy:", 1), 1, "", "wy"},
		"no YAML":            {"lint", "pack: x\nrules: [", 1, "", "own.yaml:2: not valid YAML"},
		"an exploding regex": {"lint", withCondition("workspace.name.matches('((a{100}){100}){100}')"), 1, "", "own.yaml:12:"},
		"a costly rule":      {"lint", withCondition("workspace.lookAlikes.all(a, workspace.lookAlikes.all(b, workspace.lookAlikes.all(c, a != b || b != c)))"), 1, "", "own.yaml:12:16: ours.short: it costs too much"},
		"an id twice":        {"lint", ownRule + strings.TrimPrefix(ownRule, "pack: ours\ntitle: Ours\nrules:\n"), 1, "", "ours.short: this id is already used at own.yaml:4:5"},
		"a circle":           {"lint", "include: [own.yaml]\n" + ownRule, 1, "", "the files include each other in a circle: own.yaml → own.yaml"},
		"a built-in id":      {"lint", strings.ReplaceAll(ownRule, "ours.short", "owners.few"), 1, "", "a built-in rule has this id; write overrides: true to replace it"},
		"an object without the fact": {"test", strings.Replace(withCondition("workspace.viewers < 3"), "{name: short, expect: pass, workspace: {name: FIN}}", "{name: short, expect: unknown, workspace: {name: FIN}}", 1), 1,
			"expected fail, got unknown", ""},
		"examples":            {"test", ownRule, 0, "2 examples, 0 came out otherwise", ""},
		"an example is wrong": {"test", strings.Replace(ownRule, "name: short, expect: pass", "name: short, expect: fail", 1), 1, "expected fail, got pass", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "own.yaml")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"policy", c.verb, file}, nil, &out, &errs)
			if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.err) {
				t.Errorf("exit %d\nstdout %s\nstderr %s", code, out.String(), errs.String())
			}
		})
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"policy", "lint", filepath.Join(t.TempDir(), "none.yaml")}, nil, &out, &errs); code != exitUsage || !strings.Contains(errs.String(), "is not a file") {
		t.Errorf("no file: exit %d, %s", code, errs.String())
	}
}

// testPreview asks what a rule file would find in the scanned tenant. Names come
// from the tenant: what the terminal shows has no control characters.
func testPreview(t *testing.T, cfg string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(ownRule), 0o600); err != nil {
		t.Fatal(err)
	}
	got := portal(t, "policy", "preview", file, "--config", cfg)
	if got.code != exitOK || !strings.Contains(got.stdout, "ours.short: Names of at most 12 characters") || !strings.Contains(got.stdout, " would be found (") {
		t.Fatalf("exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	var found, fresh, same, gone, pass, unknown int
	line := strings.TrimSpace(strings.Split(got.stdout, "\n")[1])
	if _, err := fmt.Sscanf(line[strings.Index(line, "UTC: ")+5:], "%d would be found (%d new, %d stand already), %d would be resolved, %d pass, %d unknown", &found, &fresh, &same, &gone, &pass, &unknown); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
	if found == 0 || fresh != found || same != 0 || gone != 0 || strings.ContainsAny(got.stdout, "\x1b\u202e\u200b") {
		t.Errorf("it would find\n%s", got.stdout)
	}
	if err := os.WriteFile(file, []byte(withCondition("workspace.nameLengt > 1")), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := portal(t, "policy", "preview", file, "--config", cfg); got.code != exitFailed || !strings.Contains(got.stderr, "own.yaml:12:25") {
		t.Errorf("a rule with a fault: exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}
