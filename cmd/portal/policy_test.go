package main

import (
	"bytes"
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

func TestPolicyFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verb, text string
		code       int
		out, err   string
	}{
		"lint":                {"lint", ownRule, 0, "1 rule, nothing wrong", ""},
		"a misspelt fact":     {"lint", strings.Replace(ownRule, "workspace.nameLength <=", "workspace.nameLengt <=", 1), 1, "", "own.yaml:12:25: ours.short: undefined field 'nameLengt'"},
		"an unknown field":    {"lint", strings.Replace(ownRule, "    why:", "    wy:", 1), 1, "", "wy"},
		"no YAML":             {"lint", "rules: [", 1, "", "own.yaml"},
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
