package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/policy"
	"steward/internal/promotion"
	"steward/internal/tenant"
)

// PromotionFacts returns what a view knows of both ends of a promotion. What
// only a live look can tell (a move of capacity, an operation under way by now,
// values of parameters) stays unknown. Rules are not judged here. A pipeline
// that the view does not show has no stages.
func (r *Reader) PromotionFacts(ctx context.Context, v View, c promotion.Choice, executor promotion.Executor, now time.Time) (promotion.Facts, error) {
	f := promotion.Facts{Now: now, Executor: executor}
	l := &stageLoader{q: r.pool, v: v, executor: fold(executor.ID), now: now}
	err := l.load(ctx, &f, c)
	if err != nil {
		return f, fmt.Errorf("promotion through %s: %w", c.Pipeline, classify(err))
	}
	return f, nil
}

// PipelineStages returns a pipeline of the view with the items of some of its
// stages, by order.
func (r *Reader) PipelineStages(ctx context.Context, v View, pipeline string, orders ...int) (promotion.Pipeline, map[int][]promotion.Item, error) {
	l := &stageLoader{q: r.pool, v: v}
	p, err := l.line(ctx, pipeline)
	items := map[int][]promotion.Item{}
	for _, o := range orders {
		if s, ok := p.Stage(o); err == nil && ok && s.WorkspaceID != "" {
			items[o], err = l.items(ctx, s)
		}
	}
	if err != nil {
		return p, nil, fmt.Errorf("stages of %s: %w", pipeline, classify(err))
	}
	return p, items, nil
}

type stageLoader struct {
	q        asker
	v        View
	executor string
	now      time.Time
	num      int64 // of the pipeline
	// read is when the pipeline was last asked; zero when never.
	read time.Time
}

func (l *stageLoader) load(ctx context.Context, f *promotion.Facts, c promotion.Choice) error {
	var err error
	if f.Pipeline, err = l.line(ctx, c.Pipeline); err != nil || l.num == 0 {
		return err
	}
	if err := l.users(ctx, f); err != nil {
		return err
	}
	if err := l.running(ctx, f); err != nil {
		return err
	}
	for _, end := range []struct {
		side  *promotion.Side
		order int
	}{{&f.Source, c.From}, {&f.Target, c.To}} {
		end.side.Stage, _ = f.Pipeline.Stage(end.order)
		if end.side.Stage.WorkspaceID == "" {
			continue
		}
		if err := l.side(ctx, end.side); err != nil {
			return err
		}
	}
	return nil
}

// line reads the pipeline and its stages.
func (l *stageLoader) line(ctx context.Context, id string) (promotion.Pipeline, error) {
	p := promotion.Pipeline{}
	var read sql.NullInt64
	err := l.q.QueryRowContext(ctx, `SELECT i.id, i.guid, p.name, d.known_at FROM ident i JOIN pipeline p ON p.pipeline = i.id LEFT JOIN pipeline_reading d ON d.pipeline = i.id
		WHERE i.tenant = $1 AND i.guid = $2 AND `+l.v.Visible("p"), l.v.Tenant, fold(id)).Scan(&l.num, &p.ID, &p.Name, &read)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if read.Valid {
		l.read = Time(read.Int64)
	}
	p.Stages, err = list(ctx, l.q, func(rows *sql.Rows) (s promotion.Stage, err error) {
		return s, rows.Scan(&s.Order, &s.Name, &s.WorkspaceID, &s.WorkspaceName)
	}, `SELECT s.ord, s.name, coalesce(i.guid, ''), coalesce(w.name, '') FROM pipeline_stage s LEFT JOIN ident i ON i.id = s.ws
		LEFT JOIN workspace w ON w.ws = s.ws AND `+l.v.Visible("w")+` WHERE s.pipeline = $1 AND `+l.v.Visible("s")+` ORDER BY s.ord`, l.num)
	return p, err
}

// users tells whether the executor administers the pipeline: by itself, or not
// at all where no group is among the users.
func (l *stageLoader) users(ctx context.Context, f *promotion.Facts) error {
	var known, own, groups bool
	err := l.q.QueryRowContext(ctx, `SELECT p.users_known,
		EXISTS (SELECT 1 FROM pipeline_user u JOIN ident i ON i.id = u.principal WHERE u.pipeline = p.pipeline AND i.guid = $2 AND `+l.v.Visible("u")+`),
		EXISTS (SELECT 1 FROM pipeline_user u JOIN principal g ON g.principal = u.principal AND g.kind = 'Group' AND `+l.v.Visible("g")+` WHERE u.pipeline = p.pipeline AND `+l.v.Visible("u")+`)
		FROM pipeline p WHERE p.pipeline = $1 AND `+l.v.Visible("p"), l.num, l.executor).Scan(&known, &own, &groups)
	if err != nil {
		return err
	}
	f.Administers = policy.KnownIf(own, own || known && !groups && l.executor != "")
	return nil
}

func (l *stageLoader) running(ctx context.Context, f *promotion.Facts) error {
	if l.read.IsZero() {
		return nil
	}
	ids, err := list(ctx, l.q, readText, `SELECT operation FROM deployment WHERE pipeline = $1 AND ended IS NULL AND lower(status) IN ('notstarted', 'executing', 'running') LIMIT 1`, l.num)
	f.Running = policy.Known("")
	if len(ids) > 0 {
		f.Running.Value = "operation " + ids[0]
	}
	return err
}

// settled is how long a workspace must have been seen on its stage before it
// counts as having been there for long.
const settled = 2 * time.Minute

func (l *stageLoader) side(ctx context.Context, s *promotion.Side) error {
	var ws, since int64
	var earlier bool
	var state sql.NullString
	var capacity, right string
	err := l.q.QueryRowContext(ctx, `SELECT w.ws, coalesce(c.guid, ''), k.state, coalesce(sc.published, 0),
		EXISTS (SELECT 1 FROM scan e WHERE e.tenant = i.tenant AND e.id < st.from_scan AND e.published IS NOT NULL),
		EXISTS (SELECT 1 FROM app a WHERE a.ws = w.ws AND `+l.v.Visible("a")+`),
		coalesce((SELECT g.role FROM access_grant g JOIN ident gi ON gi.id = g.principal WHERE g.ws = w.ws AND g.object = w.ws AND gi.guid = $3 AND `+l.v.Visible("g")+` LIMIT 1), '')
		FROM ident i JOIN workspace w ON w.ws = i.id AND `+l.v.Visible("w")+` LEFT JOIN ident c ON c.id = w.capacity
		LEFT JOIN capacity k ON k.capacity = w.capacity AND `+l.v.Visible("k")+`
		JOIN pipeline_stage st ON st.pipeline = $4 AND st.ws = w.ws AND `+l.v.Visible("st")+` LEFT JOIN scan sc ON sc.id = st.from_scan
		WHERE i.tenant = $1 AND i.guid = $2 LIMIT 1`, l.v.Tenant, s.Stage.WorkspaceID, l.executor, l.num).
		Scan(&ws, &capacity, &state, &since, &earlier, &s.HasApp.Value, &right)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	s.HasApp.Known = true
	s.Capacity, s.CapacityState = policy.Known(capacity), policy.KnownIf(state.String, state.Valid)
	// A right through a group is not looked for, so that none means unknown.
	s.Right = policy.KnownIf(tenant.Right(right), right != "")
	// A scan that saw it there for the first time says when it was put there,
	// unless it was the first scan of all.
	seen := Time(since)
	s.Assigned = policy.KnownIf(seen, earlier || l.now.Sub(seen) >= settled)
	items, err := l.items(ctx, s.Stage)
	s.Items = policy.KnownIf(items, err == nil)
	return err
}

// items reads what a stage's workspace holds, with the pairs that the pipeline
// told.
func (l *stageLoader) items(ctx context.Context, s promotion.Stage) ([]promotion.Item, error) {
	all, err := list(ctx, l.q, l.item, `SELECT n.guid, i.kind, i.name, i.modified, i.label, i.endorsement, coalesce(nullif(i.configured_by, ''), i.created_by), i.report_type,
		coalesce(m.guid, ''), i.tables, i.storage_mode, i.extra, p.item IS NOT NULL, coalesce(ps.guid, ''), coalesce(pt.guid, ''), p.deployed, r.last_status, i.refresh IS NULL
		FROM ident w JOIN item i ON i.ws = w.id AND `+l.v.Visible("i")+` JOIN ident n ON n.id = i.item LEFT JOIN ident m ON m.id = i.model
		LEFT JOIN pipeline_item p ON p.pipeline = $3 AND p.ord = $4 AND p.item = i.item AND `+l.v.Visible("p")+`
		LEFT JOIN refreshable r ON r.item = i.item AND `+l.v.Visible("r")+`
		LEFT JOIN ident ps ON ps.id = p.source LEFT JOIN ident pt ON pt.id = p.target
		WHERE w.tenant = $1 AND w.guid = $2 AND (i.app IS NULL OR i.original IS NULL) ORDER BY i.kind, i.name_key, i.item`, l.v.Tenant, s.WorkspaceID, l.num, s.Order)
	if err != nil {
		return nil, err
	}
	at := map[string]*promotion.Item{}
	for i := range all {
		all[i].PairsKnown = all[i].PairsKnown || !l.read.IsZero()
		at[all[i].ID] = &all[i]
	}
	return all, l.edges(ctx, s, at)
}

// details is what the pre-flight reads of an item's further facts.
type details struct {
	Tables []struct {
		Name, Storage string
		Columns       []string
		Calculated    []string
	}
	Expressions []string
	Parameters  []struct {
		Name  string
		Value *string
	}
}

func (l *stageLoader) item(rows *sql.Rows) (it promotion.Item, err error) {
	var modified, deployed sql.NullInt64
	var tables int64
	var label, owner, report, storage string
	var refreshed sql.NullString
	var unscheduled bool
	var extra []byte
	err = rows.Scan(&it.ID, &it.Kind, &it.Name, &modified, &label, &it.Endorsement, &owner, &report, &it.Model, &tables, &storage, &extra,
		&it.PairsKnown, &it.SourceID, &it.TargetID, &deployed, &refreshed, &unscheduled)
	if err != nil {
		return it, err
	}
	it.Modified, it.Deployed = timeOrZero(modified), timeOrZero(deployed)
	it.Label, it.Owner = policy.Known(label), policy.KnownIf(fold(owner), owner != "")
	it.Paginated = report == "PaginatedReport"
	// What has no schedule need not have been refreshed ever.
	it.LastRefresh = policy.KnownIf(refreshed.String, refreshed.Valid || unscheduled || it.Kind != tenant.ItemDataset)
	it.Tiles = policy.Known([]string(nil)) // filled from the lineage
	it.DirectLake = strings.EqualFold(storage, "DirectLake")
	return it, fillFields(&it, tables, extra)
}

// fillFields reads what a model consists of; unknown where no scan saw it.
func fillFields(it *promotion.Item, tables int64, extra []byte) error {
	if it.Kind != tenant.ItemDataset || tables < 0 {
		return nil
	}
	var d details
	if len(extra) > 0 {
		if err := json.Unmarshal(extra, &d); err != nil {
			return fmt.Errorf("further facts of %s: %w", it.ID, err)
		}
	}
	fillParameters(it, d)
	it.Fields = policy.Known([]string{})
	for _, t := range d.Tables {
		it.DirectLake = it.DirectLake || strings.EqualFold(t.Storage, "DirectLake")
		it.Fields.Value = append(it.Fields.Value, promotion.FieldName(t.Name, ""))
		for _, c := range t.Columns {
			it.Fields.Value = append(it.Fields.Value, promotion.FieldName(t.Name, c))
		}
		for _, c := range t.Calculated {
			it.Calculated = append(it.Calculated, promotion.FieldName(t.Name, c))
		}
	}
	return nil
}

// fillParameters reads a model's parameters. Without any shared query it is not
// told whether it has none or the tenant hides them; and of a value that the
// scan does not keep, none is known.
func fillParameters(it *promotion.Item, d details) {
	all := []promotion.Parameter{}
	for _, p := range d.Parameters {
		if p.Value == nil {
			return
		}
		all = append(all, promotion.Parameter{Name: p.Name, Value: *p.Value})
	}
	it.Parameters = policy.KnownIf(all, len(d.Expressions) > 0)
}

// edges fills in what the items are made from.
func (l *stageLoader) edges(ctx context.Context, s promotion.Stage, at map[string]*promotion.Item) error {
	type edge struct{ down, up, kind, source, where, gateway string }
	all, err := list(ctx, l.q, func(rows *sql.Rows) (e edge, err error) {
		return e, rows.Scan(&e.down, &e.up, &e.kind, &e.source, &e.where, &e.gateway)
	}, `SELECT d.guid, u.guid, e.kind, coalesce(ds.type, ''), coalesce(ds.location, ''), coalesce(ds.gateway, '')
		FROM ident w JOIN edge e ON e.ws = w.id AND `+l.v.Visible("e")+` JOIN ident d ON d.id = e.downstream JOIN ident u ON u.id = e.upstream
		LEFT JOIN datasource ds ON ds.source = e.upstream AND `+l.v.Visible("ds")+` WHERE w.tenant = $1 AND w.guid = $2`, l.v.Tenant, s.WorkspaceID)
	if err != nil {
		return err
	}
	for _, it := range at {
		if it.Kind == tenant.ItemDataset || it.Kind == tenant.ItemDataflow {
			it.Sources = policy.Known([]promotion.Source{})
		}
	}
	for _, e := range all {
		it := at[e.down]
		switch kind := tenant.EdgeKind(e.kind); {
		case it == nil || kind == tenant.EdgeReportModel || kind == tenant.EdgeAppCopy:
		case kind == tenant.EdgeDatasource || kind == tenant.EdgeMissource:
			it.Sources.Value = append(it.Sources.Value, promotion.Source{Type: e.source, Where: e.where, Gateway: e.gateway})
		case kind == tenant.EdgeTileReport:
			it.Tiles.Value = append(it.Tiles.Value, e.up)
		case kind != tenant.EdgeTileModel:
			it.Needs = append(it.Needs, e.up)
		}
	}
	return nil
}
