package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/refresh"
	"steward/internal/tenant"
)

// RefreshSchedules lists every model and dataflow within the scope that a
// schedule refreshes, with the names of what it shares with others.
type RefreshSchedules struct {
	Models []refresh.Planned
	// Capacities are their names by id.
	Capacities map[string]string
	// Off counts schedules that are switched off.
	Off int
}

// RefreshSchedulesOf reads all schedules as the view knows them.
func RefreshSchedulesOf(ctx context.Context, reader *db.Reader, q Query) (RefreshSchedules, error) {
	out := RefreshSchedules{Capacities: map[string]string{}}
	e := newExpander(q)
	query := e.sql(`SELECT n.guid, i.name, i.kind, coalesce(nullif(p.name, ''), i.configured_by), coalesce(p.kind, ''), w.name, coalesce(c.guid, ''), coalesce(k.name, ''), coalesce(h.gateway, ''), coalesce(h.mean_s, 0), i.refresh
		FROM item i JOIN ident n ON n.id = i.item JOIN workspace w ON w.ws = i.ws AND w.state = 'Active' AND visible(w)
		LEFT JOIN ident c ON c.id = w.capacity LEFT JOIN capacity k ON k.capacity = w.capacity AND visible(k)
		LEFT JOIN refresh_health h ON h.item = i.item
		LEFT JOIN ident oi ON oi.tenant = i.tenant AND oi.guid = lower(i.configured_by) LEFT JOIN principal p ON p.principal = oi.id AND visible(p)
		WHERE i.tenant = @tenant AND i.kind IN ('dataset', 'dataflow') AND i.refresh IS NOT NULL AND visible(i) AND inscope(i.ws)
		ORDER BY i.name_key, n.guid`)
	rows, err := reader.Query(ctx, query, e.args...)
	if err != nil {
		return out, fmt.Errorf("schedules: %w", err)
	}
	err = each(rows, func() error { return out.add(rows) })
	if err != nil {
		return out, fmt.Errorf("schedules: %w", err)
	}
	return out, nil
}

func (s *RefreshSchedules) add(rows *sql.Rows) error {
	var m refresh.Planned
	var kind, owner, capacity, raw string
	var mean float64
	if err := rows.Scan(&m.ID, &m.Name, &kind, &m.Owner, &owner, &m.Workspace, &m.Capacity, &capacity, &m.Gateway, &mean, &raw); err != nil {
		return err
	}
	m.Schedule = &tenant.RefreshSchedule{}
	if json.Unmarshal([]byte(raw), m.Schedule) != nil || len(m.Schedule.Times) == 0 {
		return nil //nolint:nilerr // it goes by minutes, or is of a kind nobody knows yet
	}
	if !m.Schedule.Enabled {
		s.Off++
		return nil
	}
	m.Took = time.Duration(mean * float64(time.Second))
	// A person's model is changed by that person; the portal changes what an
	// application owns.
	m.Fixed = kind != "dataset" || owner != string(tenant.PrincipalApp)
	s.Models = append(s.Models, m)
	if m.Capacity != "" {
		s.Capacities[m.Capacity] = capacity
	}
	return nil
}
