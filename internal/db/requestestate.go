package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"steward/internal/promotion"
	"steward/internal/refreshplan"
	"steward/internal/request"
	"steward/internal/tenant"
)

// RequestEstate returns the part of the tenant that a request is about, as the
// view shows it: what refs names, the people with roles there, and the people
// behind every group among them.
func (r *Reader) RequestEstate(ctx context.Context, v View, refs request.Refs) (*request.Estate, error) {
	l := &estateLoader{q: r.pool, v: v, e: &request.Estate{
		Tenant: v.TenantName, Taken: v.Taken, Names: map[string][]request.ID{}, Workspaces: map[request.ID]request.Workspace{},
		Capacities: map[request.ID]tenant.Capacity{}, Domains: map[request.ID]tenant.Domain{},
		Pipelines: map[request.ID]request.Pipeline{}, Principals: map[request.ID]request.Principal{}, Violations: map[int64]request.Violation{},
		Mappings: map[string]request.Mapped{},
		Content:  map[request.ID][]promotion.Item{}, Refreshed: map[request.ID]refreshplan.Found{}, Exports: map[request.ID]request.Exporting{},
		Flights: map[request.RouteRef]promotion.Facts{},
		Models:  map[request.ID]request.Model{},
	}}
	if err := l.load(ctx, refs); err != nil {
		return nil, fmt.Errorf("estate of %s at scan %d: %w", v.TenantName, v.Scan, classify(err))
	}
	return l.e, nil
}

type estateLoader struct {
	q asker
	v View
	e *request.Estate
}

func (l *estateLoader) load(ctx context.Context, refs request.Refs) error {
	if err := l.q.QueryRowContext(ctx, `SELECT guid FROM tenant WHERE id = $1`, l.v.Tenant).Scan(&l.e.TenantID); err != nil {
		return err
	}
	l.e.TenantID = request.NewID(string(l.e.TenantID))
	for _, name := range refs.Names {
		if err := l.name(ctx, name); err != nil {
			return err
		}
	}
	for _, id := range refs.Violations {
		if err := l.violation(ctx, id); err != nil {
			return err
		}
	}
	if err := l.refreshPlans(ctx, refs); err != nil {
		return err
	}
	for _, id := range refs.Contents {
		if err := l.content(ctx, id); err != nil {
			return err
		}
		if err := l.exports(ctx, id); err != nil {
			return err
		}
	}
	for _, pair := range refs.Mappings {
		if err := l.mapping(ctx, pair); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		ids  []request.ID
		load func(context.Context, request.ID) error
	}{
		{refs.Workspaces, l.workspace}, {refs.Pipelines, l.pipeline}, {refs.Capacities, l.capacity},
		{refs.Domains, l.domain}, {refs.Principals, l.principal}, {refs.Models, l.model},
	} {
		for _, id := range step.ids {
			if err := step.load(ctx, id); err != nil {
				return err
			}
		}
	}
	for _, r := range refs.Routes {
		if err := l.route(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (l *estateLoader) name(ctx context.Context, name string) error {
	key := tenant.Fold(name)
	ids, err := list(ctx, l.q, readID, `SELECT i.guid FROM workspace w JOIN ident i ON i.id = w.ws
		WHERE w.tenant = $1 AND w.name_key = $2 AND w.state = 'Active' AND w.kind <> 'PersonalGroup' AND `+l.v.Visible("w"), l.v.Tenant, key)
	if len(ids) > 0 {
		l.e.Names[key] = ids
	}
	return err
}

func readID(rows *sql.Rows) (id request.ID, err error) { return id, rows.Scan(&id) }

func (l *estateLoader) workspace(ctx context.Context, id request.ID) error {
	if _, done := l.e.Workspaces[id]; done {
		return nil
	}
	var w request.Workspace
	var num int64
	err := l.q.QueryRowContext(ctx, `SELECT i.id, i.guid, w.name, w.description, w.kind, w.state, w.dedicated, coalesce(c.guid, ''), coalesce(d.guid, ''), coalesce(dm.name, ''), w.users_known, w.items
		FROM ident i JOIN workspace w ON w.ws = i.id LEFT JOIN ident c ON c.id = w.capacity LEFT JOIN ident d ON d.id = w.domain
		LEFT JOIN domain dm ON dm.domain = w.domain AND `+l.v.Visible("dm")+`
		WHERE i.tenant = $1 AND i.guid = $2 AND `+l.v.Visible("w"), l.v.Tenant, string(id)).
		Scan(&num, &w.ID, &w.Name, &w.Description, &w.Kind, &w.State, &w.Dedicated, &w.CapacityID, &w.DomainID, &w.Domain, &w.UsersKnown, &w.ItemCount)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the plan says that it is not known
	}
	if err != nil {
		return err
	}
	if w.Users, err = l.grants(ctx, `SELECT i.guid, g.role FROM access_grant g JOIN ident i ON i.id = g.principal
		WHERE g.ws = $1 AND g.object = $1 AND `+l.v.Visible("g")+` ORDER BY i.guid, g.role`, num); err != nil {
		return err
	}
	err = l.q.QueryRowContext(ctx, `SELECT i.guid, s.ord FROM pipeline_stage s JOIN ident i ON i.id = s.pipeline WHERE s.ws = $1 AND `+l.v.Visible("s")+` ORDER BY i.guid LIMIT 1`, num).
		Scan(&w.Pipeline, &w.StageOrder)
	if ignoreNoRows(err) != nil {
		return err
	}
	l.e.Workspaces[id] = w
	if w.Pipeline != "" {
		return l.pipeline(ctx, w.Pipeline)
	}
	return nil
}

// grants reads rights and loads who holds them.
func (l *estateLoader) grants(ctx context.Context, query string, args ...any) ([]tenant.Grant, error) {
	all, err := list(ctx, l.q, func(rows *sql.Rows) (g tenant.Grant, err error) {
		return g, rows.Scan(&g.Principal.ID, &g.Right)
	}, query, args...)
	for i := range all {
		id := request.ID(all[i].Principal.ID)
		if err == nil {
			err = l.principal(ctx, id)
		}
		if p, ok := l.e.Principals[id]; ok {
			all[i].Principal = p.Principal
		}
	}
	return all, err
}

func (l *estateLoader) pipeline(ctx context.Context, id request.ID) error {
	if _, done := l.e.Pipelines[id]; done {
		return nil
	}
	var p request.Pipeline
	var num int64
	err := l.q.QueryRowContext(ctx, `SELECT i.id, i.guid, p.name, p.description, p.users_known FROM ident i JOIN pipeline p ON p.pipeline = i.id
		WHERE i.tenant = $1 AND i.guid = $2 AND `+l.v.Visible("p"), l.v.Tenant, string(id)).Scan(&num, &p.ID, &p.Name, &p.Description, &p.UsersKnown)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	l.e.Pipelines[id] = p // before its workspaces, which name it
	if p.Stages, err = list(ctx, l.q, func(rows *sql.Rows) (s tenant.Stage, err error) {
		return s, rows.Scan(&s.Order, &s.Name, &s.WorkspaceID)
	}, `SELECT s.ord, s.name, coalesce(i.guid, '') FROM pipeline_stage s LEFT JOIN ident i ON i.id = s.ws WHERE s.pipeline = $1 AND `+l.v.Visible("s")+` ORDER BY s.ord`, num); err != nil {
		return err
	}
	if p.Users, err = l.grants(ctx, `SELECT i.guid, u.role FROM pipeline_user u JOIN ident i ON i.id = u.principal WHERE u.pipeline = $1 AND `+l.v.Visible("u")+` ORDER BY i.guid`, num); err != nil {
		return err
	}
	l.e.Pipelines[id] = p
	for _, s := range p.Stages {
		if s.WorkspaceID == "" {
			continue
		}
		if err := l.workspace(ctx, request.ID(s.WorkspaceID)); err != nil {
			return err
		}
	}
	return nil
}

func (l *estateLoader) capacity(ctx context.Context, id request.ID) error {
	var c tenant.Capacity
	err := l.q.QueryRowContext(ctx, `SELECT i.guid, c.name, c.sku, c.state, c.region FROM ident i JOIN capacity c ON c.capacity = i.id
		WHERE i.tenant = $1 AND i.guid = $2 AND `+l.v.Visible("c"), l.v.Tenant, string(id)).Scan(&c.ID, &c.Name, &c.SKU, &c.State, &c.Region)
	if err == nil {
		l.e.Capacities[id] = c
	}
	return ignoreNoRows(err)
}

func (l *estateLoader) domain(ctx context.Context, id request.ID) error {
	var d tenant.Domain
	err := l.q.QueryRowContext(ctx, `SELECT i.guid, d.name, d.description FROM ident i JOIN domain d ON d.domain = i.id
		WHERE i.tenant = $1 AND i.guid = $2 AND `+l.v.Visible("d"), l.v.Tenant, string(id)).Scan(&d.ID, &d.Name, &d.Description)
	if err == nil {
		l.e.Domains[id] = d
	}
	return ignoreNoRows(err)
}

// principal loads somebody, and for a group everybody behind it.
func (l *estateLoader) principal(ctx context.Context, id request.ID) error {
	if _, done := l.e.Principals[id]; done {
		return nil
	}
	p, members, known, err := l.person(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	p.PeopleKnown = p.Kind != tenant.PrincipalGroup || known
	if p.Kind == tenant.PrincipalUser {
		p.People = []request.ID{request.ID(p.ID)}
	}
	l.e.Principals[id] = p
	if p.Kind != tenant.PrincipalGroup {
		return nil
	}
	seen := map[request.ID]bool{id: true} // a group inside itself ends there
	for todo := members; len(todo) > 0; todo = todo[1:] {
		m := todo[0]
		if seen[m] {
			continue
		}
		seen[m] = true
		one, within, known, err := l.person(ctx, m)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			p.PeopleKnown = false
			continue
		case err != nil:
			return err
		case one.Kind == tenant.PrincipalGroup:
			p.PeopleKnown = p.PeopleKnown && known
			todo = append(slices.Clone(todo), within...)
		case one.Kind == tenant.PrincipalUser:
			p.People = append(p.People, m)
			if _, done := l.e.Principals[m]; !done {
				one.People, one.PeopleKnown = []request.ID{m}, true
				l.e.Principals[m] = one
			}
		}
	}
	slices.Sort(p.People)
	l.e.Principals[id] = p
	return nil
}

// person reads one principal and its direct members.
func (l *estateLoader) person(ctx context.Context, id request.ID) (p request.Principal, members []request.ID, known bool, err error) {
	var num int64
	var gone, enabled, security, unified sql.NullBool
	var mail sql.NullString
	err = l.q.QueryRowContext(ctx, `SELECT i.id, i.guid, p.kind, p.name, p.address, p.guest, p.gone, p.enabled, p.mail, p.security, p.unified, p.members_known
		FROM ident i JOIN principal p ON p.principal = i.id WHERE i.tenant = $1 AND i.guid = $2 AND `+l.v.Visible("p"), l.v.Tenant, string(id)).
		Scan(&num, &p.ID, &p.Kind, &p.Name, &p.Address, &p.Guest, &gone, &enabled, &mail, &security, &unified, &known)
	if err != nil {
		return p, nil, false, err
	}
	if gone.Valid {
		p.Directory = &tenant.DirectoryEntry{Gone: gone.Bool, Enabled: enabled.Bool, EnabledKnown: enabled.Valid, Mail: mail.String,
			Security: security.Bool, Unified: unified.Bool, MembersKnown: known}
	}
	if p.Kind == tenant.PrincipalGroup {
		members, err = list(ctx, l.q, readID, `SELECT i.guid FROM group_member m JOIN ident i ON i.id = m.member WHERE m.grp = $1 AND `+l.v.Visible("m"), num)
	}
	return p, members, known, err
}

// GroupsOf returns the object ids of the groups a person belongs to, nested
// ones included, as the tenant's view shows them.
func (r *Reader) GroupsOf(ctx context.Context, v View, person string) ([]string, error) {
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`WITH RECURSIVE above (grp) AS (
			SELECT m.grp FROM group_member m JOIN ident i ON i.id = m.member WHERE i.tenant = $1 AND i.guid = $2 AND `+v.Visible("m")+`
			UNION
			SELECT m.grp FROM group_member m JOIN above a ON m.member = a.grp WHERE `+v.Visible("m")+`)
		SELECT i.guid FROM above JOIN ident i ON i.id = above.grp ORDER BY i.guid`, v.Tenant, fold(person))
	if err != nil {
		return nil, fmt.Errorf("groups of %s: %w", person, err)
	}
	return all, nil
}

// violation loads one of the view's tenant.
func (l *estateLoader) violation(ctx context.Context, id int64) error {
	v := request.Violation{ID: id}
	err := l.q.QueryRowContext(ctx, `SELECT coalesce(w.name, ''), coalesce(d.name, ''), v.rule, v.label, v.says, v.state, v.severity
		FROM violation v LEFT JOIN workspace w ON w.id = (SELECT max(id) FROM workspace WHERE ws = v.ws AND v.ws <> 0)
		LEFT JOIN domain d ON d.domain = w.domain AND d.to_scan IS NULL WHERE v.id = $1 AND v.tenant = $2`, id, l.v.Tenant).
		Scan(&v.Workspace, &v.Domain, &v.Rule, &v.Label, &v.Says, &v.State, &v.Severity)
	if err == nil {
		l.e.Violations[id] = v
	}
	return ignoreNoRows(err)
}

// model loads a semantic model with its schedule, and its workspace.
func (l *estateLoader) model(ctx context.Context, id request.ID) error {
	var m request.Model
	var schedule sql.NullString
	err := l.q.QueryRowContext(ctx, `SELECT n.guid, i.name, i.configured_by, w.guid, i.refresh FROM ident n JOIN item i ON i.item = n.id JOIN ident w ON w.id = i.ws
		WHERE n.tenant = $1 AND n.guid = $2 AND i.kind = 'dataset' AND `+l.v.Visible("i"), l.v.Tenant, string(id)).Scan(&m.ID, &m.Name, &m.Owner, &m.Workspace, &schedule)
	if err != nil {
		return ignoreNoRows(err)
	}
	if schedule.Valid {
		m.Schedule = &tenant.RefreshSchedule{}
		if err := json.Unmarshal([]byte(schedule.String), m.Schedule); err != nil {
			return err
		}
	}
	l.e.Models[id] = m
	return l.workspace(ctx, m.Workspace)
}
