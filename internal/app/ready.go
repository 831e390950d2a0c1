package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/web"
)

const (
	// readyFor is how long an answer is used again: the question costs a write,
	// and anyone may ask it.
	readyFor = 5 * time.Second
	// readyTime bounds each single question.
	readyTime = 3 * time.Second
	// lowDisk is the share of free space, in percent, below which the portal is
	// not ready: what cannot be recorded is not done.
	lowDisk = 10
	// oldScan is how long a tenant with a schedule may go without a published
	// scan.
	oldScan = 26 * time.Hour
)

// readiness answers whether the portal is of use.
type readiness struct {
	portal  *Portal
	started time.Time

	mu   sync.Mutex
	at   time.Time
	last []web.Readiness
}

// Ready answers from the last few seconds, or asks anew.
func (r *readiness) Ready(ctx context.Context) []web.Readiness {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.portal.clock.now()()
	if age := now.Sub(r.at); r.last != nil && age >= 0 && age < readyFor {
		return r.last
	}
	// The answer is for others as well: it must not end with who asked first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
	defer cancel()
	out := []web.Readiness{r.database(ctx), r.disk(), r.ledger(), r.rules()}
	for i, t := range r.portal.Tenants {
		out = append(out, r.scan(ctx, i, t, now))
	}
	if r.portal.copies != nil {
		out = append(out, r.portal.copies.ready(now))
	}
	r.at, r.last = now, out
	return out
}

// database writes a row as it is: a file that is read-only, a disk that is
// full or a writer that hangs shows.
func (r *readiness) database(ctx context.Context) web.Readiness {
	out := web.Readiness{Name: "database", OK: true}
	err := r.portal.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE tenant SET created = created WHERE id = (SELECT min(id) FROM tenant)`)
		return err
	})
	if err != nil {
		out.OK, out.Says = false, "It cannot be written to. "+fault.Sentence(err)
	}
	return out
}

func (r *readiness) disk() web.Readiness {
	free, total, err := disk(r.portal.cfg.DataDir)
	if err != nil || total <= 0 {
		return web.Readiness{Name: "disk", OK: true, Says: "The volume does not say how large it is."}
	}
	share := free * 100 / total
	return web.Readiness{Name: "disk", OK: share >= lowDisk, Says: fmt.Sprintf("%d %% free", share)}
}

func (r *readiness) ledger() web.Readiness {
	w := r.portal.witness
	if w == nil {
		return web.Readiness{Name: "ledger", OK: true, Says: "No signing key is set: there are no checkpoints."}
	}
	h := w.Health()
	return web.Readiness{Name: "ledger", OK: h.OK, Says: h.Sentence}
}

func (r *readiness) rules() web.Readiness {
	state := r.portal.rulesState()
	out := web.Readiness{Name: "rules", OK: state.Hash != "", Says: fmt.Sprintf("%d in force", state.Count)}
	if len(state.Problems) > 0 {
		out.Says = "The rules in the directory were not loaded; the last good set stays in force."
	}
	return out
}

// scan tells how old what one sees of a tenant is. A portal that began just now
// gets the same time to scan as one that runs: the first scan, or the one after
// a long pause, must be watched somewhere.
func (r *readiness) scan(ctx context.Context, i int, t *Tenant, now time.Time) web.Readiness {
	out := web.Readiness{Name: fmt.Sprintf("scan of tenants.%d", i), OK: true}
	s, published, err := r.portal.DB.Reader().PublishedScan(ctx, t.Scanner.Tenant())
	since := r.started
	switch {
	case err != nil:
		out.OK, out.Says = false, fault.Sentence(err)
		return out
	case published:
		out.Says = fmt.Sprintf("%d minutes old", int(now.Sub(s.Published).Minutes()))
		if s.Published.After(since) {
			since = s.Published
		}
	default:
		out.Says = "never scanned yet"
	}
	scheduled := t.Config.Scan.Full != "" || t.Config.Scan.Incremental != ""
	out.OK = !scheduled || now.Sub(since) < oldScan
	return out
}
