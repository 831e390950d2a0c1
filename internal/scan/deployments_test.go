package scan_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/scan"
	"steward/internal/sim"
)

// asExecutor lets the scan ask the pipelines as the application that acts.
func (r *rig) asExecutor(tb testing.TB) {
	tb.Helper()
	app := sim.DefaultApps(r.world)[1]
	cfg, err := connect(tb.Context(), r.ends, app.ClientID, app.Secret, r.world.Config().TenantID, r.db, r.clock.Now, r.sleep)
	if err != nil {
		tb.Fatal(err)
	}
	r.scanner = r.newScanner(tb, setup{change: func(c *scan.Config) { c.Pipelines = cfg.PBI }})
}

// TestPipelinesTellTheirUsersOnly: what stands in the stages is read where the
// application is a user of the pipeline, and elsewhere the reason is kept.
func TestPipelinesTellTheirUsersOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 60, noActivity: true})
	r.asExecutor(t)
	res, err := r.scanner.Run(t.Context(), scan.Request{Kind: db.ScanFull})
	if err != nil {
		t.Fatal(err)
	}
	if p := res.Parts["deployments"]; p.State != db.PartDone || p.Seen == 0 || p.Seen != p.Meant {
		t.Errorf("the part is %+v", p)
	}
	var read, closed, items, paired, operations, steps int
	for _, q := range []struct {
		into  *int
		query string
	}{
		{&read, "SELECT count(*) FROM pipeline_reading WHERE reason = '' AND known_at IS NOT NULL"},
		{&closed, "SELECT count(*) FROM pipeline_reading WHERE reason <> '' AND known_at IS NULL"},
		{&items, "SELECT count(*) FROM pipeline_item WHERE to_scan IS NULL"},
		{&paired, "SELECT count(*) FROM pipeline_item WHERE to_scan IS NULL AND source IS NOT NULL AND deployed IS NOT NULL"},
		{&operations, "SELECT count(*) FROM deployment WHERE performer <> '' AND ended IS NOT NULL"},
		{&steps, "SELECT count(*) FROM deployment_step WHERE source IS NOT NULL AND source_name <> '' AND kind <> ''"},
	} {
		if err := r.db.Reader().QueryRow(t.Context(), q.query).Scan(q.into); err != nil {
			t.Fatal(err)
		}
		if *q.into == 0 {
			t.Errorf("none: %s", q.query)
		}
	}
	t.Logf("%d pipelines read, %d closed; %d items, %d paired; %d operations, %d steps", read, closed, items, paired, operations, steps)
	again, err := r.scanner.Run(t.Context(), scan.Request{Kind: db.ScanIncremental})
	if err != nil {
		t.Fatal(err)
	}
	if n := again.Parts["deployments"].Seen; n != res.Parts["deployments"].Seen {
		t.Errorf("the second scan saw %d", n)
	}
	var more int
	if err := r.db.Reader().QueryRow(t.Context(), "SELECT count(*) FROM pipeline_item WHERE from_scan = $1", again.Scan.ID).Scan(&more); err != nil || more > items/10 {
		t.Errorf("an unchanged tenant wrote %d of %d items again: %v", more, items, err)
	}
	whole := r.deploymentsAsTold(t)
	var kept int
	if err := r.db.Reader().QueryRow(t.Context(), "SELECT count(*) FROM deployment").Scan(&kept); err != nil || kept < whole {
		t.Errorf("%d operations are kept, %d are told now: %v", kept, whole, err)
	}
}

// deploymentsAsTold counts what the stand-in tells the executor, pipeline by
// pipeline.
func (r *rig) deploymentsAsTold(tb testing.TB) (n int) {
	tb.Helper()
	app := sim.DefaultApps(r.world)[1]
	cfg, err := connect(tb.Context(), r.ends, app.ClientID, app.Secret, r.world.Config().TenantID, r.db, r.clock.Now, r.sleep)
	if err != nil {
		tb.Fatal(err)
	}
	mine, err := cfg.PBI.MyPipelines(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range mine {
		list, err := cfg.PBI.Deployments(tb.Context(), p.ID)
		if err != nil {
			tb.Fatal(err)
		}
		n += len(list)
	}
	return n
}

// TestAPipelineInTrouble: a pipeline that does not answer is said to be unread,
// the part is partial, and the scan goes on.
func TestAPipelineInTrouble(t *testing.T) {
	t.Parallel()
	r := newRig(t, setup{workspaces: 40, noActivity: true, faults: []sim.Fault{{Match: "Pipelines_GetPipelineStageArtifacts", Effect: sim.Effect{Status: 500}}}})
	r.asExecutor(t)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	defer stop()
	res, err := r.scanner.Run(ctx, scan.Request{Kind: db.ScanFull})
	if err != nil {
		t.Fatal(err)
	}
	if p := res.Parts["deployments"]; p.State == db.PartDone || p.Error == "" || strings.Contains(p.Error, "500") && !strings.Contains(p.Error, " ") {
		t.Errorf("the part is %+v", p)
	}
	if p := res.Parts["refreshables"]; p.State != db.PartDone {
		t.Errorf("the scan did not go on: %+v", p)
	}
}
