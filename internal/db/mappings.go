package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
	"steward/internal/promotion"
	"steward/internal/request"
)

// MappingVersion is one version of a mapping set, as somebody agreed to it.
type MappingVersion struct {
	Set, Version int64
	Hash         string
	Mapping      promotion.Mapping
	// Request is the request that asked for it, Author whoever asked.
	Request, Reason string
	Author          Actor
	At              time.Time
}

// SaveMapping writes the next version of the set of a pair. Conflict when it is
// not the one in force that was to be replaced.
func (t *Tx) SaveMapping(ctx context.Context, tenant string, pair promotion.Pair, c request.MappingMove, v MappingVersion) (set, version int64, err error) {
	have := ""
	err = t.QueryRowContext(ctx, `SELECT s.id, s.version, v.hash FROM tenant n JOIN mapping_set s ON s.tenant = n.id AND s.pair = $2
		JOIN mapping_version v ON v.mapping = s.id AND v.version = s.version WHERE n.name = $1`, tenant, pair.Key()).Scan(&set, &version, &have)
	if ignoreNoRows(err) != nil {
		return 0, 0, fmt.Errorf("mapping of %s: %w", pair.Key(), classify(err))
	}
	if have != c.Replaces {
		return 0, 0, fault.New(fault.Conflict, "Another change of this mapping was agreed to in the meantime. Ask again, from what is in force now.")
	}
	version++
	err = t.QueryRowContext(ctx, `INSERT INTO mapping_set (tenant, pair, pipeline, stage, source, target, version)
		SELECT n.id, $2, (SELECT id FROM ident WHERE tenant = n.id AND guid = $3), $4, s.id, d.id, $7 FROM tenant n
		JOIN ident s ON s.tenant = n.id AND s.guid = $5 JOIN ident d ON d.tenant = n.id AND d.guid = $6 WHERE n.name = $1
		ON CONFLICT (tenant, pair) DO UPDATE SET source = excluded.source, target = excluded.target, version = excluded.version RETURNING id`,
		tenant, pair.Key(), pair.Pipeline, pair.Stage, string(c.Source), string(c.Target), version).Scan(&set)
	if err != nil {
		return 0, 0, fmt.Errorf("mapping of %s: %w", pair.Key(), classify(err))
	}
	_, err = t.ExecContext(ctx, `INSERT INTO mapping_version (mapping, version, hash, body, things, request, reason, author, author_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, set, version, v.Mapping.Hash(), string(v.Mapping.Canonical()), len(v.Mapping.Lines()),
		v.Request, v.Reason, v.Author.Subject, v.Author.Name, t.Millis())
	if err != nil {
		return 0, 0, fmt.Errorf("version %d of mapping %d: %w", version, set, classify(err))
	}
	return set, version, nil
}

const mappingVersionSQL = `SELECT v.mapping, v.version, v.hash, v.body, v.request, v.reason, v.author, v.author_name, v.at
	FROM mapping_set s JOIN mapping_version v ON v.mapping = s.id `

func readMappingVersion(rows *sql.Rows) (v MappingVersion, err error) {
	var body string
	var at int64
	if err := rows.Scan(&v.Set, &v.Version, &v.Hash, &body, &v.Request, &v.Reason, &v.Author.Subject, &v.Author.Name, &at); err != nil {
		return v, err
	}
	v.At = Time(at)
	v.Mapping, err = promotion.ParseMapping([]byte(body))
	return v, err
}

// MappingOf returns the version in force for a pair; false when there is none.
func (r *Reader) MappingOf(ctx context.Context, tenant string, pair promotion.Pair) (MappingVersion, bool, error) {
	all, err := list(ctx, r.pool, readMappingVersion, mappingVersionSQL+`AND v.version = s.version JOIN tenant n ON n.id = s.tenant WHERE n.name = $1 AND s.pair = $2`, tenant, pair.Key())
	if err != nil || len(all) == 0 {
		return MappingVersion{}, false, classify(err)
	}
	return all[0], true, nil
}

// MappingHash returns the hash of the mapping in force for a pair's key; empty
// when there is none.
func (r *Reader) MappingHash(ctx context.Context, tenant, pair string) (hash string, err error) {
	err = r.QueryRow(ctx, `SELECT v.hash FROM tenant n JOIN mapping_set s ON s.tenant = n.id AND s.pair = $2
		JOIN mapping_version v ON v.mapping = s.id AND v.version = s.version WHERE n.name = $1`, tenant, pair).Scan(&hash)
	return hash, ignoreNoRows(err)
}

// MappingVersions returns every version of a set, the newest first; none when
// the view's tenant has no such set.
func (r *Reader) MappingVersions(ctx context.Context, v View, set int64) ([]MappingVersion, error) {
	all, err := list(ctx, r.pool, readMappingVersion, mappingVersionSQL+`WHERE s.tenant = $1 AND s.id = $2 ORDER BY v.version DESC`, v.Tenant, set)
	return all, classify(err)
}

// mapping loads what is in force for a pair, and what a change of it is held
// against: the models on both sides, the gateways and labels in use.
func (l *estateLoader) mapping(ctx context.Context, pair promotion.Pair) error {
	m := request.Mapped{Pair: pair, Source: request.ID(pair.Source), Target: request.ID(pair.Target)}
	if pair.Pipeline != "" {
		if err := l.pipeline(ctx, request.ID(pair.Pipeline)); err != nil {
			return err
		}
		for _, s := range l.e.Pipelines[request.ID(pair.Pipeline)].Stages {
			switch int64(s.Order) {
			case pair.Stage:
				m.Source = request.NewID(s.WorkspaceID)
			case pair.Stage + 1:
				m.Target = request.NewID(s.WorkspaceID)
			}
		}
	}
	for _, id := range []request.ID{m.Source, m.Target} {
		if err := l.workspace(ctx, id); err != nil {
			return err
		}
	}
	have, err := list(ctx, l.q, readMappingVersion, mappingVersionSQL+`AND v.version = s.version WHERE s.tenant = $1 AND s.pair = $2`, l.v.Tenant, pair.Key())
	if err != nil {
		return err
	}
	if len(have) > 0 {
		m.Set, m.Version, m.Hash, m.Mapping = have[0].Set, have[0].Version, have[0].Hash, have[0].Mapping
	}
	if m.Grounds, err = l.grounds(ctx, m.Source, m.Target); err != nil {
		return err
	}
	l.e.Mappings[pair.Key()] = m
	return nil
}

// grounds reads the models of two workspaces. The scan keeps the names of a
// model's parameters with those of its shared queries; where it has neither
// for any model of the two, the tenant may not show them.
func (l *estateLoader) grounds(ctx context.Context, source, target request.ID) (g promotion.Grounds, err error) {
	g.Gateways, g.Labels = map[string]bool{}, map[string]bool{}
	if g.Models, err = list(ctx, l.q, readGroundModel, `SELECT m.name, m.tables >= 0, m.extra FROM item m JOIN ident w ON w.id = m.ws
		WHERE w.tenant = $1 AND w.guid IN ($2, $3) AND m.kind = 'dataset' AND `+l.v.Visible("m")+` ORDER BY m.name_key`, l.v.Tenant, string(source), string(target)); err != nil {
		return g, err
	}
	shown := false
	for _, m := range g.Models {
		shown = shown || len(m.Names) > 0
	}
	for i := range g.Models {
		g.Models[i].Known = g.Models[i].Known && shown
	}
	text := func(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) }
	gateways, err := list(ctx, l.q, text, `SELECT DISTINCT lower(d.gateway) FROM datasource d WHERE d.tenant = $1 AND d.gateway <> '' AND `+l.v.Visible("d"), l.v.Tenant)
	if err != nil {
		return g, err
	}
	labels, err := list(ctx, l.q, text, `SELECT DISTINCT lower(i.label) FROM item i WHERE i.tenant = $1 AND i.label <> '' AND `+l.v.Visible("i"), l.v.Tenant)
	for _, id := range gateways {
		g.Gateways[id] = true
	}
	for _, id := range labels {
		g.Labels[id] = true
	}
	return g, err
}

func readGroundModel(rows *sql.Rows) (m promotion.GroundModel, err error) {
	var extra []byte
	if err := rows.Scan(&m.Name, &m.Known, &extra); err != nil {
		return m, err
	}
	var x struct {
		Expressions []string `json:"expressions"`
	}
	if len(extra) > 0 {
		if err := json.Unmarshal(extra, &x); err != nil {
			return m, errors.Join(fmt.Errorf("what is known of model %s", m.Name), err)
		}
	}
	m.Names = x.Expressions
	return m, nil
}

// exports reads what is known against downloading the reports of a workspace:
// the storage format of their models, and that they came by a pipeline.
func (l *estateLoader) exports(ctx context.Context, workspace request.ID) error {
	rows, err := l.q.QueryContext(ctx, `SELECT n.guid, coalesce(m.storage_mode, '') = 'PremiumFiles',
			EXISTS (SELECT 1 FROM pipeline_item p WHERE p.item IN (r.item, r.model) AND p.deployed IS NOT NULL AND `+l.v.Visible("p")+`)
		FROM ident w JOIN item r ON r.ws = w.id AND r.kind = 'report' AND `+l.v.Visible("r")+` JOIN ident n ON n.id = r.item
		LEFT JOIN item m ON m.item = r.model AND `+l.v.Visible("m")+` WHERE w.tenant = $1 AND w.guid = $2`, l.v.Tenant, string(workspace))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id request.ID
		var x request.Exporting
		if err := rows.Scan(&id, &x.Large, &x.Deployed); err != nil {
			return err
		}
		l.e.Exports[id] = x
	}
	return rows.Err()
}
