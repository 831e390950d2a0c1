package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/tenant"
)

var stageItemHistory = &history{
	table: "pipeline_item", scope: "pipeline", keys: []string{"pipeline", "ord", "item"},
	cols: []string{"kind", "name", "source", "target", "deployed"},
}

// PipelineReading is what one look at a pipeline found.
type PipelineReading struct {
	Pipeline string
	// Items are all items of all stages, Deployments those that Microsoft told.
	Items       []tenant.StageItem
	Deployments []tenant.Deployment
	// Reason is a sentence that says why nothing could be read; Items and
	// Deployments are then left as they were.
	Reason string
	// At is when it was taken.
	At time.Time
}

// PipelineReading writes what a look at a pipeline found. Deployments that are
// told no longer stay.
func (in *Ingest) PipelineReading(ctx context.Context, r PipelineReading) error {
	return in.flushed(in.within(ctx, "stages of pipeline "+r.Pipeline, func() error {
		clear(in.local)
		line, _, err := in.idents.number(&in.bulk, r.Pipeline, false)
		if err != nil {
			return err
		}
		var known any
		if r.Reason == "" {
			known = Millis(r.At)
			if err := in.stageItems(ctx, line, r.Items); err != nil {
				return err
			}
			for i := range r.Deployments {
				if err := in.deployment(line, &r.Deployments[i]); err != nil {
					return err
				}
			}
		}
		_, err = in.exec(`INSERT INTO pipeline_reading (pipeline, tenant, read_at, known_at, reason) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (pipeline) DO UPDATE SET read_at = excluded.read_at, known_at = coalesce(excluded.known_at, known_at), reason = excluded.reason`,
			line, in.tenant, Millis(r.At), known, r.Reason)
		return err
	}))
}

func (in *Ingest) stageItems(ctx context.Context, line int64, items []tenant.StageItem) error {
	rows := make([]row, 0, len(items))
	for i := range items {
		it := &items[i]
		ids, err := in.numbers(it.ID, it.SourceID, it.TargetID)
		if err != nil {
			return err
		}
		if ids[0] == nil {
			continue
		}
		rows = append(rows, row{line, int64(it.Order), ids[0], it.Kind, it.Name, ids[1], ids[2], millis(it.Deployed)})
	}
	return in.sync(ctx, stageItemHistory, wish{rows: rows}, line)
}

// numbers are the numbers of ids, nil for an empty one.
func (in *Ingest) numbers(guids ...string) ([]any, error) {
	out := make([]any, len(guids))
	for i, g := range guids {
		var err error
		if out[i], err = in.ident(g); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (in *Ingest) deployment(line int64, d *tenant.Deployment) error {
	started := d.Started
	if started.IsZero() {
		started = d.Updated
	}
	var failed any
	if d.StepsKnown {
		n := int64(0)
		for i := range d.Steps {
			n += bit(d.Steps[i].ErrorCode != "" || d.Steps[i].Status == "Failed")
		}
		failed = n
	}
	_, err := in.exec(`INSERT INTO deployment (tenant, pipeline, operation, status, started, ended, source_ord, target_ord, note, note_cut, performer, created, changed, equal, failed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (pipeline, operation) DO UPDATE SET status = excluded.status, started = excluded.started, ended = excluded.ended, note = excluded.note,
			note_cut = excluded.note_cut, performer = excluded.performer, created = excluded.created, changed = excluded.changed, equal = excluded.equal,
			failed = coalesce(excluded.failed, failed)`,
		in.tenant, line, d.Operation, d.Status, Millis(started), millis(d.Ended), int64(d.SourceOrder), int64(d.TargetOrder), d.Note, bit(d.NoteCut), d.By,
		int64(d.New), int64(d.Changed), int64(d.Equal), failed)
	if err != nil || !d.StepsKnown {
		return err
	}
	if _, err := in.exec(`DELETE FROM deployment_step WHERE pipeline = $1 AND operation = $2`, line, d.Operation); err != nil {
		return err
	}
	for i := range d.Steps {
		if err := in.deploymentStep(line, d.Operation, &d.Steps[i]); err != nil {
			return err
		}
	}
	return nil
}

func (in *Ingest) deploymentStep(line int64, operation string, s *tenant.DeploymentStep) error {
	ids, err := in.numbers(s.SourceID, s.TargetID)
	if err != nil {
		return err
	}
	_, err = in.exec(`INSERT INTO deployment_step (pipeline, operation, idx, kind, status, difference, source, source_name, target, target_name, error_code, error_text)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
		line, operation, int64(s.Index), s.Kind, s.Status, s.Difference, ids[0], s.SourceName, ids[1], s.TargetName, s.ErrorCode, s.ErrorText)
	return err
}

// PipelinesToRead returns the ids of the pipelines that the running scan knows
// and did not ask yet, those asked longest ago first.
func (r *Reader) PipelinesToRead(ctx context.Context, tenantID int64, began time.Time, limit int) ([]string, error) {
	ids, err := list(ctx, r.pool, readText, `SELECT i.guid FROM pipeline p JOIN ident i ON i.id = p.pipeline LEFT JOIN pipeline_reading d ON d.pipeline = p.pipeline
		WHERE p.tenant = $1 AND p.to_scan IS NULL AND coalesce(d.read_at, 0) < $2 ORDER BY coalesce(d.read_at, 0), i.guid LIMIT $3`, tenantID, Millis(began), limit)
	if err != nil {
		return nil, fmt.Errorf("pipelines to read: %w", classify(err))
	}
	return ids, nil
}

// PipelinesOf returns the ids of the pipelines that have one of some workspaces
// on a stage, as far as the running scan knows.
func (r *Reader) PipelinesOf(ctx context.Context, tenantID int64, workspaces []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, ws := range workspaces {
		ids, err := list(ctx, r.pool, readText, `SELECT i.guid FROM ident w JOIN pipeline_stage s ON s.ws = w.id AND s.to_scan IS NULL JOIN ident i ON i.id = s.pipeline
			WHERE w.tenant = $1 AND w.guid = $2`, tenantID, ws)
		if err != nil {
			return nil, fmt.Errorf("pipelines of %s: %w", ws, classify(err))
		}
		for _, id := range ids {
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// PipelineRead says when the stages of a pipeline were last read whole, and why
// the last look told nothing; both are zero when nobody asked.
func (r *Reader) PipelineRead(ctx context.Context, tenantID int64, pipeline string) (known time.Time, reason string, err error) {
	var at sql.NullInt64
	err = r.QueryRow(ctx, `SELECT d.known_at, d.reason FROM pipeline_reading d JOIN ident i ON i.id = d.pipeline WHERE i.tenant = $1 AND i.guid = $2`, tenantID, fold(pipeline)).Scan(&at, &reason)
	if err = ignoreNoRows(err); err != nil {
		return known, "", fmt.Errorf("reading of pipeline %s: %w", pipeline, classify(err))
	}
	return timeOrZero(at), reason, nil
}

// PipelinesAsked says how many pipelines a tenant has and how many of them were
// ever asked.
func (r *Reader) PipelinesAsked(ctx context.Context, tenantID int64) (all, asked int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*), count(d.pipeline) FROM pipeline p LEFT JOIN pipeline_reading d ON d.pipeline = p.pipeline
		WHERE p.tenant = $1 AND p.to_scan IS NULL`, tenantID).Scan(&all, &asked)
	if err != nil {
		return 0, 0, fmt.Errorf("pipelines asked: %w", classify(err))
	}
	return all, asked, nil
}

// SettledDeployments are the operations of a pipeline that have ended and whose
// steps are known: nothing more will be told of them.
func (r *Reader) SettledDeployments(ctx context.Context, tenantID int64, pipeline string) (map[string]bool, error) {
	ids, err := list(ctx, r.pool, readText, `SELECT d.operation FROM deployment d JOIN ident i ON i.id = d.pipeline
		WHERE i.tenant = $1 AND i.guid = $2 AND d.failed IS NOT NULL AND d.ended IS NOT NULL`, tenantID, pipeline)
	if err != nil {
		return nil, fmt.Errorf("deployments of %s: %w", pipeline, classify(err))
	}
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

func readText(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) }
