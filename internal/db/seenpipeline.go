package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// SeenPipeline is what the view shows of one pipeline.
type SeenPipeline struct {
	There bool
	// Stages are the workspaces by stage, Users the rights by principal, both by
	// Microsoft's ids.
	Stages map[int64]string
	Users  map[string]string
}

// PipelinesLookedAt is when the last scan of the view began that read all
// pipelines; zero when none did.
func (r *Reader) PipelinesLookedAt(ctx context.Context, v View) (time.Time, error) {
	var at sql.NullInt64
	err := r.QueryRow(ctx, `SELECT max(s.started) FROM scan s JOIN scan_part p ON p.scan = s.id AND p.part = 'pipelines' AND p.state = 'done'
		WHERE s.tenant = $1 AND s.id <= $2 AND s.published IS NOT NULL`, v.Tenant, v.Scan).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("when pipelines were looked at: %w", classify(err))
	}
	return timeOf(at), nil
}

// SeenPipeline returns what the view shows of a pipeline, by Microsoft's id.
func (r *Reader) SeenPipeline(ctx context.Context, v View, guid string) (s SeenPipeline, err error) {
	var id int64
	err = r.QueryRow(ctx, `SELECT p.pipeline FROM pipeline p JOIN ident i ON i.id = p.pipeline WHERE i.tenant = $1 AND i.guid = lower($2) AND `+v.Visible("p"), v.Tenant, guid).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("pipeline %s: %w", guid, classify(err))
	}
	s = SeenPipeline{There: true, Stages: map[int64]string{}, Users: map[string]string{}}
	_, err = list(ctx, r.pool, func(rows *sql.Rows) (struct{}, error) {
		var ord int64
		var ws string
		err := rows.Scan(&ord, &ws)
		s.Stages[ord] = ws
		return struct{}{}, err
	}, `SELECT g.ord, coalesce(i.guid, '') FROM pipeline_stage g LEFT JOIN ident i ON i.id = g.ws WHERE g.pipeline = $1 AND `+v.Visible("g"), id)
	if err != nil {
		return s, fmt.Errorf("stages of pipeline %s: %w", guid, err)
	}
	_, err = list(ctx, r.pool, func(rows *sql.Rows) (struct{}, error) {
		var who, right string
		err := rows.Scan(&who, &right)
		s.Users[who] = right
		return struct{}{}, err
	}, `SELECT i.guid, u.role FROM pipeline_user u JOIN ident i ON i.id = u.principal WHERE u.pipeline = $1 AND `+v.Visible("u"), id)
	if err != nil {
		return s, fmt.Errorf("users of pipeline %s: %w", guid, err)
	}
	return s, nil
}
