package app

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/auth"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/ledger"
)

const shortNames = `pack: ours
title: Ours
rules:
  - id: ours.short
    title: Names of at most 4 characters
    why: They fit.
    remedy: [Rename it.]
    severity: low
    kind: workspace
    applies: both
    scope: workspace.ordinary
    condition: workspace.nameLength <= 4
    examples:
      - {name: short, expect: pass, workspace: {name: FIN}}
      - {name: long, expect: fail, workspace: {name: FIN-Sales-and-more-PROD}}
`

// standing is every violation that ever was with its state, as one text.
func (s *site) standing() string {
	s.t.Helper()
	rows, err := s.DB.Reader().Query(s.t.Context(), "SELECT id || ' ' || rule || ' ' || state || ' ' || in_force FROM violation ORDER BY id")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var b strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			s.t.Fatal(err)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// Rule files that go bad while the portal runs: the last good rules stay in
// force, the pages and the log say what is wrong and where, and judging by what
// is left raises and resolves nothing. A start over a bad file is no different.
func TestRuleFilesGoBadWhileRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := filepath.Join(dir, "own.yaml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("own.yaml", shortNames)
	s := newSite(t)
	_ = s.Portal.Close()
	s.cfg.Policies = dir
	s = openSite(t, s.cloud, s.cfg)
	var log bytes.Buffer
	s.log = slog.New(slog.NewTextHandler(&log, nil))
	s.scanned(db.ScanFull)
	good, hash := s.standing(), s.rules.Set().Hash
	if !strings.Contains(good, "ours.short open 1") {
		t.Fatalf("the rule found nothing:\n%.300s", good)
	}
	lead := s.someone("lead", auth.Admin)
	for name, c := range map[string]struct {
		spoil func()
		want  string
	}{
		"no YAML":          {func() { write("own.yaml", "rules: [") }, "own.yaml:1: not valid YAML"},
		"a misspelt field": {func() { write("own.yaml", strings.Replace(shortNames, "    why:", "    wy:", 1)) }, `own.yaml:6:5: ours.short: unknown key "wy"`},
		"a misspelt fact":  {func() { write("own.yaml", strings.Replace(shortNames, "nameLength", "nameLengt", 1)) }, "own.yaml:12:25: ours.short: undefined field 'nameLengt'"},
		"an exploding regex": {func() {
			write("own.yaml", strings.Replace(shortNames, "workspace.nameLength <= 4", "workspace.name.matches('((a{100}){100}){100}')", 1))
		}, "own.yaml:12"},
		"a costly rule": {func() {
			write("own.yaml", strings.Replace(shortNames, "workspace.nameLength <= 4", "workspace.lookAlikes.all(a, workspace.lookAlikes.all(b, workspace.lookAlikes.all(c, a != b || b != c)))", 1))
		}, "it costs too much"},
		"an id twice": {func() { write("two.yaml", shortNames) }, "two.yaml:4:5: ours.short: this id is already used at own.yaml:4:5"},
		"a circle": {func() {
			write("two.yaml", "include: [three.yaml]\nrules: []")
			write("three.yaml", "include: [two.yaml]\nrules: []")
		}, "in a circle: three.yaml → two.yaml → three.yaml"},
		"the file is deleted": {func() { _ = os.Remove(own) }, "own.yaml: this file is gone; its rules stay in force (ours.short)"},
	} {
		c.spoil()
		log.Reset()
		if err := s.lookAtRules(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.judgeAll(t.Context())
		s.scanned(db.ScanIncremental)
		for _, page := range []string{"/policies", "/setup"} {
			if got := strings.Join(lead.page(page).All("main"), " "); !strings.Contains(got, c.want) {
				t.Errorf("%s: %s does not say %q", name, page, c.want)
			}
		}
		where, _, _ := strings.Cut(c.want, ": ")
		if got := log.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, where) {
			t.Errorf("%s: the log says %s", name, got)
		}
		if s.rules.Set().Hash != hash || s.standing() != good {
			t.Errorf("%s: other rules are in force, or violations changed", name)
		}
		if name == "no YAML" || name == "the file is deleted" { // others start no differently
			again := openSite(t, s.cloud, s.reopened())
			if again.rules.Set().Hash != hash || len(again.rules.Problems()) == 0 {
				t.Errorf("%s: a portal started over it has other rules, problems %v", name, again.rules.Problems())
			}
			_ = again.Portal.Close()
			s = openSite(t, s.cloud, s.cfg)
			s.log = slog.New(slog.NewTextHandler(&log, nil))
			lead.site = s
		}
		for _, f := range []string{"two.yaml", "three.yaml"} {
			_ = os.Remove(filepath.Join(dir, f))
		}
		write("own.yaml", shortNames)
		if err := s.lookAtRules(t.Context()); err != nil || len(s.rules.Problems()) > 0 {
			t.Fatalf("%s: mended, and still %v %v", name, s.rules.Problems(), err)
		}
	}
	write("own.yaml", strings.Replace(shortNames, "<= 4", "<= 400", 1))
	if err := s.lookAtRules(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.standing(); strings.Contains(got, "ours.short open") || !strings.Contains(got, "ours.short resolved") {
		t.Error("a mended rule is not judged by")
	}
	if e := s.entries(ledger.Configure); len(e) != 1 || e[0].Object.ID != "files" || e[0].Before != hash {
		t.Errorf("the ledger says %v", fmt.Sprint(e))
	}
}

// reopened closes the portal and returns its configuration, for another to
// open.
func (s *site) reopened() *config.Config {
	s.t.Helper()
	if err := s.Portal.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.cfg
}
