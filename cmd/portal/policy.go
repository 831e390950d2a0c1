package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"steward/internal/app"
	"steward/internal/fault"
	"steward/internal/policy"
)

type policyCmd struct {
	Lint    lintCmd    `cmd:"" help:"Check a rule file: every problem with its line and column. Exit 1 when there are any."`
	Test    testCmd    `cmd:"" help:"Run the examples of a rule file. Exit 1 when one comes out otherwise than it says."`
	Preview previewCmd `cmd:"" help:"Show what a rule file would find in the last scan and would have found before."`
}

type lintCmd struct {
	File string `arg:"" type:"path" help:"The rule file."`
}

// Run compiles the file over the built-in packs.
func (l lintCmd) Run(w *world) error {
	dir, name, err := ruleFile(l.File)
	if err != nil {
		return err
	}
	packs, problems := policy.Lint(os.DirFS(dir), name)
	if err := w.problems(problems); err != nil {
		return err
	}
	rules := 0
	for _, p := range packs {
		rules += len(p.Rules)
	}
	_, err = fmt.Fprintf(w.stdout, "%s: %s, nothing wrong\n", l.File, counted(rules, "rule", "rules"))
	return err
}

type testCmd struct {
	File string `arg:"" type:"path" help:"The rule file."`
	All  bool   `help:"Show examples that came out right, too."`
}

// Run runs the examples of the file's own rules.
func (t testCmd) Run(w *world) error {
	dir, name, err := ruleFile(t.File)
	if err != nil {
		return err
	}
	packs, problems := policy.LoadFile(os.DirFS(dir), name)
	if err := w.problems(problems); err != nil {
		return err
	}
	results, problems := policy.RunExamples(w.ctx, packs)
	wrong := 0
	for _, r := range results {
		if !r.OK() {
			wrong++
		}
		if t.All || !r.OK() {
			if _, err := fmt.Fprintln(w.stdout, r); err != nil {
				return err
			}
		}
	}
	if err := w.problems(problems); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w.stdout, "%s, %d came out otherwise\n", counted(len(results), "example", "examples"), wrong); err != nil {
		return err
	}
	if wrong > 0 {
		return exitError(exitFailed)
	}
	return nil
}

type previewCmd struct {
	File   string `arg:"" type:"path" help:"The rule file."`
	Config string `required:"" type:"path" help:"The configuration file."`
	Tenant string `help:"The tenant; may be left out when there is one."`
	Days   int    `default:"60" help:"How many days to look back."`
}

// Run judges past scans by the file. Nothing is put in force.
func (p previewCmd) Run(w *world) error {
	if _, _, err := ruleFile(p.File); err != nil {
		return err
	}
	if p.Days < 0 || p.Days > 3650 {
		return fault.New(fault.Invalid, "--days must be from 0 to 3650, not %d.", p.Days)
	}
	cfg, err := w.config(p.Config)
	if err != nil {
		return err
	}
	found, problems, err := app.PreviewFile(w.ctx, cfg, p.Tenant, p.File, p.Days)
	if err != nil {
		return err
	}
	if err := w.problems(problems); err != nil {
		return err
	}
	for _, r := range found.Rules {
		w.showPreview(found, r)
	}
	return nil
}

func (w *world) showPreview(f app.FilePreview, r app.RuleFilePreview) {
	fmt.Fprintf(w.stdout, "%s: %s\n", r.Rule, r.Title)
	fmt.Fprintf(w.stdout, "  %s, scan of %s: %d would be found (%d new, %d stand already), %d would be resolved, %d pass, %d unknown\n",
		f.Tenant, f.Taken.Format("2 Jan 2006 15:04 UTC"), r.Tally.Failed, r.New, r.Same, r.Gone, r.Tally.Passed, r.Tally.Unknown)
	for _, line := range r.Findings {
		fmt.Fprintf(w.stdout, "    %s\n", strconv.QuoteToGraphic(line)) // names come from the tenant
	}
	if more := r.Tally.Failed - int64(len(r.Findings)); more > 0 {
		fmt.Fprintf(w.stdout, "    and %d more\n", more)
	}
	for i, at := range r.Days {
		fmt.Fprintf(w.stdout, "  %s  %6d found  %6d unknown\n", at.Format(time.DateOnly), r.Found[i], r.Unknown[i])
	}
}

// problems prints what is wrong with rule files, one to a line as editors
// understand it, and fails when there is anything.
func (w *world) problems(ps policy.Problems) error {
	for _, p := range ps {
		fmt.Fprintln(w.stderr, p)
	}
	if len(ps) > 0 {
		return exitError(exitFailed)
	}
	return nil
}

// ruleFile splits the path of a rule file that is there.
func ruleFile(path string) (dir, name string, err error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return "", "", fault.New(fault.Invalid, "%s is not a file that can be read.", path)
	}
	return filepath.Dir(path), filepath.Base(path), nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
