package scan

import (
	"context"
	"errors"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
)

// Progress is where a running scan stands, for the page and the command line.
type Progress struct {
	Tenant string
	Scan   int64
	Kind   db.ScanKind
	Began  time.Time
	// Running is false before the first scan and after the last; State and
	// Error then tell how it ended.
	Running bool
	State   db.ScanState
	Error   string
	// Step says what is being read: workspaces, or the name of a part.
	Step string
	// Batches counts those of at most a hundred workspaces.
	BatchesDone, BatchesTotal int
	// Parts counts what is read beside the workspaces.
	PartsDone, PartsTotal int
	Items, Events         int
	// Quota is what is left of the limits that hold a scan back, by operation.
	Quota map[string]pbi.Room
	// End is the estimated end of the batches; zero when there is no telling.
	End time.Time
}

// progress holds the state of the scan in hand and tells those who watch.
type progress struct {
	pmu      sync.Mutex
	now      Progress
	watchers map[chan Progress]bool
}

// Progress returns where the scan stands now.
func (p *progress) Progress() Progress {
	p.pmu.Lock()
	defer p.pmu.Unlock()
	return p.now
}

// Watch returns a channel of the scan's progress, the present first. A slow
// reader misses states and always gets the newest. The caller must call stop.
func (p *progress) Watch() (states <-chan Progress, stop func()) {
	ch := make(chan Progress, 1)
	p.pmu.Lock()
	defer p.pmu.Unlock()
	if p.watchers == nil {
		p.watchers = map[chan Progress]bool{}
	}
	p.watchers[ch] = true
	ch <- p.now
	return ch, func() {
		p.pmu.Lock()
		defer p.pmu.Unlock()
		delete(p.watchers, ch)
	}
}

func (p *progress) update(change func(*Progress)) {
	p.pmu.Lock()
	defer p.pmu.Unlock()
	change(&p.now)
	for ch := range p.watchers {
		select {
		case <-ch: // the reader has not taken the last one: it is out of date
		default:
		}
		ch <- p.now
	}
}

func (s *Scanner) begin(record db.Scan) {
	s.update(func(p *Progress) {
		*p = Progress{Tenant: s.cfg.Tenant, Scan: record.ID, Kind: record.Kind, Began: record.Started, Running: true,
			State: db.ScanRunning, Step: "list of workspaces"}
	})
}

func (s *Scanner) finish(record db.Scan, err error) {
	s.update(func(p *Progress) {
		p.Running, p.State, p.Error, p.Step, p.End = false, record.State, record.Error, "", time.Time{}
		if err != nil && p.State == db.ScanRunning {
			p.Error = "The portal was stopped."
			if !errors.Is(err, context.Canceled) {
				p.Error = fault.Sentence(err)
			}
		}
	})
}

// batchesKnown tells how many batches are done, and estimates the end from
// how long the others took and from how many calls are left in this hour.
func (r *run) batchesKnown(b *board) {
	now := r.cfg.Now()
	r.update(func(p *Progress) {
		p.Step, p.BatchesDone, p.BatchesTotal = "workspaces", b.done, b.total
		p.End = time.Time{}
		left := b.total - b.done
		if b.done == 0 || left == 0 {
			return
		}
		each := now.Sub(p.Began) / time.Duration(b.done)
		end := now.Add(time.Duration(left) * each)
		if room, ok := p.Quota[pbi.OpGetInfo.Name]; ok && room.Left >= 0 && len(b.waiting) > room.Left {
			hours := (len(b.waiting) - room.Left + 499) / 500
			if byLimit := now.Add(time.Duration(hours) * time.Hour); byLimit.After(end) {
				end = byLimit
			}
		}
		p.End = end
	})
}

func (s *Scanner) partBegins(name string, i, n int) {
	s.update(func(p *Progress) { p.Step, p.PartsDone, p.PartsTotal, p.End = name, i, n, time.Time{} })
}

func (s *Scanner) itemsSeen(n int)  { s.update(func(p *Progress) { p.Items += n }) }
func (s *Scanner) eventsSeen(n int) { s.update(func(p *Progress) { p.Events += n }) }

// quota tells what is left of the limits.
func (s *Scanner) quota(budgets *pbi.Budgets) {
	if budgets == nil {
		return
	}
	left := map[string]pbi.Room{}
	for _, op := range pbi.ScanOperations() {
		left[op.Name] = budgets.Room(op)
	}
	s.update(func(p *Progress) { p.Quota = left })
}
