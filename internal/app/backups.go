package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"steward/internal/config"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/web"
)

// backups copies the database by the clock and keeps the last few copies. A
// moment that was missed because the portal stood still is made up for at its
// start: a copy that is too old is what the check is for.
type backups struct {
	portal *Portal
	cfg    config.Backup
	plan   cron.Schedule

	mu     sync.Mutex
	failed string // the sentence of the last attempt, empty when it went well
}

// A copy is named by its moment; anything else in the directory is not ours.
const (
	copyPrefix = "steward-"
	copySuffix = ".db"
	copyStamp  = "20060102T150405Z"
)

// newBackups returns nil when no directory is configured.
func (p *Portal) newBackups() (*backups, error) {
	c := p.cfg.Backup
	if c.Directory == "" {
		return nil, nil //nolint:nilnil // no copies is a state of its own, which the set-up page and docs name
	}
	plan, err := cron.ParseStandard(c.When())
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "backup.at: %q is not a schedule such as \"30 3 * * *\": %v", c.At, err)
	}
	return &backups{portal: p, cfg: c, plan: plan}, nil
}

// run copies until ctx ends.
func (b *backups) run(ctx context.Context) {
	now := b.portal.clock.now()
	next := b.plan.Next(b.newest())
	for {
		wait := max(next.Sub(now()), 0)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		b.once(ctx, now().UTC())
		next = b.plan.Next(now().UTC())
	}
}

// once makes one copy and drops the oldest beyond what is kept. One that fails
// deletes nothing.
func (b *backups) once(ctx context.Context, at time.Time) {
	err := os.MkdirAll(b.cfg.Directory, 0o700)
	if err == nil {
		_, err = Backup(ctx, b.portal.cfg, filepath.Join(b.cfg.Directory, copyPrefix+at.Format(copyStamp)+copySuffix), ledger.System)
	}
	if err == nil {
		err = b.drop()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = ""
	if err != nil && ctx.Err() == nil {
		b.failed = fault.Sentence(err)
		b.portal.log.Error("the database was not copied", "error", err)
	}
}

// copies lists the moments of the copies there are, oldest first.
func (b *backups) copies() ([]time.Time, error) {
	files, err := os.ReadDir(b.cfg.Directory)
	if err != nil {
		return nil, err
	}
	var out []time.Time
	for _, f := range files {
		name, ok := strings.CutPrefix(f.Name(), copyPrefix)
		stamp, ok2 := strings.CutSuffix(name, copySuffix)
		if at, err := time.Parse(copyStamp, stamp); ok && ok2 && err == nil {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out, nil
}

// newest is when the last copy was made; the portal's start when there is none,
// so that the first comes at the next moment of the schedule.
func (b *backups) newest() time.Time {
	all, err := b.copies()
	if err != nil || len(all) == 0 {
		return b.portal.ready.started.UTC()
	}
	return all[len(all)-1]
}

func (b *backups) drop() error {
	all, err := b.copies()
	if err != nil {
		return err
	}
	for _, at := range all[:max(len(all)-b.cfg.Copies(), 0)] {
		if err := os.Remove(filepath.Join(b.cfg.Directory, copyPrefix+at.Format(copyStamp)+copySuffix)); err != nil {
			return err
		}
	}
	return nil
}

// lateBackup is how long after its moment a copy may come before the portal is
// called not ready.
const lateBackup = 2 * time.Hour

// ready tells whether the last copy went well and is not overdue.
func (b *backups) ready(now time.Time) web.Readiness {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := web.Readiness{Name: "backup", OK: true}
	newest := b.newest()
	switch due := b.plan.Next(newest); {
	case b.failed != "":
		out.OK, out.Says = false, "The last copy failed. "+b.failed
	case now.Sub(due) > lateBackup:
		out.OK, out.Says = false, fmt.Sprintf("A copy was due %d hours ago.", int(now.Sub(due).Hours()))
	}
	return out
}
