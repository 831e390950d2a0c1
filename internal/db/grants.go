package db

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/tenant"
)

var grantHistory = &history{
	table: "access_grant", scope: "ws",
	keys: []string{"ws", "object", "principal", "role"},
	cols: []string{"profile"},
}

// grantTally counts the grants of one workspace as they will be stored.
type grantTally struct {
	roles, admins, guests int64
	shares                map[int64]int64 // by item
}

// grants writes the rights on the workspace and on its items. Where the
// answer did not tell who has access, those known before are kept: absence is
// never removal.
func (in *Ingest) grants(ctx context.Context, ws int64, s *SeenWorkspace, fresh bool) (*grantTally, error) {
	rows, told := in.grantRows(ws, s)
	w := wish{rows: rows, fresh: fresh, distinct: true}
	if !fresh {
		have, err := in.load(grantHistory, ws)
		if err != nil {
			return nil, err
		}
		w.have = have
		w.rows = append(w.rows, untold(have, s, ws, told)...)
	}
	if err := in.sync(ctx, grantHistory, w, ws); err != nil {
		return nil, err
	}
	return in.tally(ws, s, w.rows)
}

// grantRows returns the rights the answer tells, each once, and for each
// object in the answer whether it told who has access.
func (in *Ingest) grantRows(ws int64, s *SeenWorkspace) (rows []row, told map[int64]bool) {
	n := len(s.Users)
	for i := range s.Items {
		n += len(s.Items[i].Users)
	}
	rows, told = make([]row, 0, n), make(map[int64]bool, 1+len(s.Items))
	add := func(object int64, known bool, users []tenant.Grant) {
		told[object] = told[object] || known
		for i := range users {
			g := &users[i]
			rows = append(rows, row{ws, object, in.local[g.Principal.ID], string(g.Right), g.ProfileID})
		}
	}
	add(ws, s.UsersKnown, s.Users)
	for i := range s.Items {
		it := &s.Items[i]
		add(in.local[it.ID], it.UsersKnown, it.Users)
	}
	return distinct(rows), told
}

// distinct drops rows that repeat the key of an earlier one: the service
// lists a right twice at times.
func distinct(rows []row) []row {
	type right struct {
		object, principal int64
		role              string
	}
	seen := make(map[right]struct{}, len(rows))
	return slices.DeleteFunc(rows, func(r row) bool {
		n := len(seen)
		seen[right{r[1].(int64), r[2].(int64), r[3].(string)}] = struct{}{}
		return len(seen) == n
	})
}

// untold returns the open grants on objects of which this answer does not
// tell who has access.
func untold(have map[string][]stored, s *SeenWorkspace, ws int64, told map[int64]bool) []row {
	var kept []row
	for _, versions := range have {
		for _, v := range versions {
			if v.closed {
				continue
			}
			object := v.vals[1].(int64)
			known, mentioned := told[object]
			if mentioned && !known || !mentioned && object != ws && !s.ItemsKnown {
				kept = append(kept, v.vals)
			}
		}
	}
	return kept
}

func (in *Ingest) tally(ws int64, s *SeenWorkspace, rows []row) (*grantTally, error) {
	t := &grantTally{shares: make(map[int64]int64, len(s.Items))}
	for _, r := range rows {
		object := r[1].(int64)
		if object != ws {
			t.shares[object]++
			continue
		}
		t.roles++
		if r[3] == string(tenant.RightAdmin) {
			t.admins++
		}
	}
	if s.UsersKnown {
		for i := range s.Users {
			t.guests += bit(s.Users[i].Principal.Guest && firstOf(s.Users, i))
		}
		return t, nil
	}
	if t.roles == 0 {
		return t, nil
	}
	st, err := in.stmt(`SELECT count(*) FROM access_grant g
		JOIN principal p ON p.principal = g.principal AND p.to_scan IS NULL AND p.guest = 1
		WHERE g.ws = $1 AND g.object = $1 AND g.to_scan IS NULL`)
	if err != nil {
		return nil, err
	}
	if err := st.QueryRow(ws).Scan(&t.guests); err != nil {
		return nil, fmt.Errorf("count guests: %w", err)
	}
	return t, nil
}

// firstOf reports whether no earlier grant gives the same right to the same
// principal.
func firstOf(gs []tenant.Grant, i int) bool {
	return !slices.ContainsFunc(gs[:i], func(g tenant.Grant) bool {
		return g.Principal.ID == gs[i].Principal.ID && g.Right == gs[i].Right
	})
}
