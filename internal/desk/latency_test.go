package desk_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/request"
)

// BenchmarkInFlight lets 200 requests be submitted and approved by sixteen
// people at once while a scan writes, and sets the slowest hundredth beside
// that of a bare insert into a table of its own, committed with the same
// durability through the same writer, by as many at once.
func BenchmarkInFlight(b *testing.B) {
	for range b.N {
		o := newOffice(b, "")
		ctx, stop := context.WithCancel(b.Context())
		var scan sync.WaitGroup
		scan.Go(func() { o.scanOn(ctx) })
		const inFlight, hands = 200, 16
		all := make([]request.Request, inFlight)
		for i := range all {
			r, err := o.desk.Draft(ctx, requester("Anna"), "contoso", desk.In{Params: access("FIN-Sales-DEV", "Ben", "Viewer"), Reason: "because"})
			o.check(err)
			all[i] = r
		}
		o.check(o.db.Write(ctx, func(tx *db.Tx) error {
			return exec(o, tx, `CREATE TABLE bare (id INTEGER PRIMARY KEY, says TEXT NOT NULL) STRICT`)
		}))
		bare := many(inFlight, hands, func(i int) {
			o.check(o.db.Write(ctx, func(tx *db.Tx) error { return exec(o, tx, `INSERT INTO bare (says) VALUES ($1)`, fmt.Sprint(i)) }))
		})
		submit := many(inFlight, hands, func(i int) {
			r, _, err := o.desk.Submit(ctx, requester("Anna"), all[i].ID, all[i].Version)
			o.check(err)
			all[i] = r
		})
		approve := many(inFlight, hands, func(i int) {
			_, err := o.desk.Approve(ctx, approver("Eve"), all[i].ID, all[i].Plan, "")
			o.check(err)
		})
		stop()
		scan.Wait()
		for name, took := range map[string][]time.Duration{"bare": bare, "submit": submit, "approve": approve} {
			b.ReportMetric(float64(p99(took).Microseconds())/1000, name+"-p99-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, name+"-p50-ms")
		}
		b.ReportMetric(float64(p99(submit))/float64(p99(bare)), "submit/bare-p99")
		b.ReportMetric(float64(p99(approve))/float64(p99(bare)), "approve/bare-p99")
	}
}

// scanOn writes as a scan does, a thousand workspaces to a transaction, until
// the context ends.
func (o *office) scanOn(ctx context.Context) {
	s, err := o.db.StartScan(ctx, db.Scan{Tenant: o.tenant, Kind: db.ScanFull, Cause: "command"})
	o.check(err)
	in := o.db.Ingest(o.tenant, s.ID)
	defer in.Close()
	for n := 0; ctx.Err() == nil; n++ {
		batch := make([]*db.SeenWorkspace, 0, 1000)
		for i := range 1000 {
			batch = append(batch, &db.SeenWorkspace{Workspace: o.space(fmt.Sprintf("Scan-%d-%d", n, i), "Anna:Admin"), ItemsKnown: true})
		}
		if err := in.Workspaces(ctx, batch...); err != nil && ctx.Err() == nil {
			o.check(err)
		}
	}
}

// many does something n times with so many hands, and returns how long each
// took, sorted.
func many(n, hands int, do func(int)) []time.Duration {
	took, next := make([]time.Duration, n), make(chan int)
	var wg sync.WaitGroup
	for range hands {
		wg.Go(func() {
			for i := range next {
				began := time.Now()
				do(i)
				took[i] = time.Since(began)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	slices.Sort(took)
	return took
}

func p99(sorted []time.Duration) time.Duration { return sorted[len(sorted)*99/100] }
