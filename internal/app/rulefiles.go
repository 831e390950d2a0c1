package app

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/policy"
)

// ruleFiles is the directory with the rule files of one's own. What was last in
// force is kept in the portal's own directory, so that a portal that starts over
// a spoiled file still has it.
type ruleFiles struct {
	dir, copyAt string

	mu sync.Mutex
	// seen tells whether anything changed since the files were last read.
	seen string
	read []byte // the files as last read, as a zip
}

// mostRuleBytes bounds what is read of a directory that is not one of rules.
const mostRuleBytes = 64 << 20

// lastGoodRules is the name of the copy in the portal's directory.
const lastGoodRules = "policies-in-force.zip"

func newRuleFiles(dir, dataDir string) *ruleFiles {
	return &ruleFiles{dir: dir, copyAt: filepath.Join(dataDir, lastGoodRules)}
}

// keeper loads the built-in rules and those of the directory.
func (f *ruleFiles) keeper(now func() time.Time) *policy.Keeper {
	if f.dir == "" {
		return policy.NewKeeper(nil, now)
	}
	var last fs.FS
	if data, err := os.ReadFile(f.copyAt); err == nil {
		if z, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
			last = z
		}
	}
	return policy.NewKeeperFrom(f.open, last, now)
}

// open reads the rule files into memory: what is compiled is what is kept, and
// a file that changes meanwhile is read again.
func (f *ruleFiles) open() (fs.FS, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	total := 0
	err := f.each(func(name string, _ fs.FileInfo) error {
		data, err := os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if total += len(data); total > mostRuleBytes {
			return fmt.Errorf("the files hold more than %d MB", mostRuleBytes>>20)
		}
		into, err := w.Create(name)
		if err != nil {
			return err
		}
		_, err = into.Write(data)
		return err
	})
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	f.read = b.Bytes()
	return zip.NewReader(bytes.NewReader(f.read), int64(b.Len()))
}

// each calls fn with every rule file, in the order of names.
func (f *ruleFiles) each(fn func(name string, info fs.FileInfo) error) error {
	return fs.WalkDir(os.DirFS(f.dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ext := path.Ext(name); d.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return fn(name, info)
	})
}

// changed reports whether the files look otherwise than when it was last asked.
func (f *ruleFiles) changed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b bytes.Buffer
	err := f.each(func(name string, info fs.FileInfo) error {
		_, err := fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		return err
	})
	if err != nil {
		fmt.Fprintf(&b, "%v", err)
	}
	before := f.seen
	f.seen = b.String()
	return f.seen != before
}

// keep writes down what is in force.
func (f *ruleFiles) keep() error {
	if f.dir == "" {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if old, err := os.ReadFile(f.copyAt); err == nil && bytes.Equal(old, f.read) {
		return nil
	}
	next := f.copyAt + ".new"
	if err := os.WriteFile(next, f.read, 0o600); err != nil {
		return fmt.Errorf("keep the rules in force: %w", err)
	}
	return os.Rename(next, f.copyAt)
}

// reloadRules puts the rules with the decisions made so far in force. Rules
// that cannot be loaded leave the last good set in force; the pages of the
// policies and of the set-up, and the log, say what is wrong and where.
func (p *Portal) reloadRules(ctx context.Context) error {
	p.ruleFiles.changed()
	decisions, err := p.DB.Reader().RuleDecisions(ctx)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	problems := p.rules.Reload(decisions)
	for _, x := range problems {
		p.log.Error("the rule files are not in use; the last good rules stay in force", "where", x.Pos.String(), "rule", x.Rule, "problem", x.Text)
	}
	if len(problems) > 0 {
		return nil
	}
	if err := p.ruleFiles.keep(); err != nil {
		p.log.Warn("the rules in force were not written down; a start over a spoiled file would not know them", "err", err)
	}
	return nil
}

// lookAtRules reads the rule files again when they changed, and has the tenants
// judged when other rules are in force then.
func (p *Portal) lookAtRules(ctx context.Context) error {
	if p.ruleFiles.dir == "" || !p.ruleFiles.changed() {
		return nil
	}
	before := p.rules.Set()
	if err := p.reloadRules(ctx); err != nil {
		return err
	}
	after := p.rules.Set()
	if before == after || before != nil && after != nil && before.Hash == after.Hash {
		return nil
	}
	if err := p.recordRules(ctx, before, after); err != nil {
		return err
	}
	p.judgeAll(ctx)
	return nil
}

// recordRules tells the ledger that files put other rules in force.
func (p *Portal) recordRules(ctx context.Context, before, after *policy.Set) error {
	e := ledger.Entry{Action: ledger.Configure, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "Steward"},
		Object: ledger.Object{Kind: "policy", ID: "files", Name: "the rule files"}, Reason: "The rule files changed.", After: after.Hash}
	if before != nil {
		e.Before = before.Hash
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error { return tx.Record(ctx, e) })
}
