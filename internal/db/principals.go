package db

import (
	"context"
	"fmt"

	"steward/internal/tenant"
)

var principalHistory = &history{
	table: "principal", keys: []string{"principal"}, hashed: true,
	cols: []string{"kind", "name", "name_key", "address", "guest",
		"gone", "enabled", "mail", "department", "company", "manager", "security", "unified",
		"members_known", "people"},
}

// principalKey is what a principal is sorted and found by: the name, or the
// address that is shown in its place.
func principalKey(name, address string) string {
	if name == "" {
		name = address
	}
	return tenant.Fold(name)
}

// Positions in a principal's row.
const (
	colKind      = 1
	colName      = 2
	colNameKey   = 3
	colAddress   = 4
	colGuest     = 5
	colDirectory = 6
)

// principalCache remembers who was written as what, so that the thousandth
// mention of a person costs nothing. Two generations, as identCache.
type principalCache struct{ young, old map[int64]tenant.Principal }

func newPrincipalCache() *principalCache {
	return &principalCache{young: map[int64]tenant.Principal{}}
}

// known reports whether the principal was written exactly so.
func (c *principalCache) known(id int64, p *tenant.Principal) bool {
	have, ok := c.young[id]
	if !ok {
		if have, ok = c.old[id]; ok {
			c.remember(id, have)
		}
	}
	return ok && have.Kind == p.Kind && have.Name == p.Name && have.Address == p.Address && have.Guest == p.Guest
}

func (c *principalCache) remember(id int64, p tenant.Principal) {
	if len(c.young) >= identCacheSize {
		c.old, c.young = c.young, make(map[int64]tenant.Principal, identCacheSize)
	}
	c.young[id] = p
}

// principalsOf returns everybody a workspace names.
func principalsOf(s *SeenWorkspace) []*tenant.Principal {
	var all []*tenant.Principal
	for i := range s.Users {
		all = append(all, &s.Users[i].Principal)
	}
	for i := range s.Items {
		for j := range s.Items[i].Users {
			all = append(all, &s.Items[i].Users[j].Principal)
		}
	}
	return all
}

// principal writes what an answer says of somebody. Answers tell more or less
// of the same person, and arrive in any order; what is stored must not depend
// on that order. So an empty field never replaces a full one, what agrees
// with the last scan changes nothing, and of several new versions the greater
// one counts, field by field.
func (in *Ingest) principal(p *tenant.Principal) error {
	id, ok := in.local[p.ID]
	if !ok {
		n, _, err := in.idents.number(&in.bulk, p.ID, false)
		if err != nil {
			return err
		}
		id = n
	}
	if in.people.known(id, p) {
		return nil
	}
	have := &principalState{}
	if !in.newPerson(id) {
		var err error
		if have, err = in.storedPrincipal(id); err != nil {
			return fmt.Errorf("principal %s: %w", p.ID, err)
		}
	}
	in.people.remember(id, *p)
	return in.put(principalHistory, have.told(id, p), have.versions)
}

// newPerson reports whether nothing can be stored of a principal: its number
// was given by this Ingest, and it was not written since. Only as long as the
// cache has forgotten nobody.
func (in *Ingest) newPerson(id int64) bool {
	_, written := in.people.young[id]
	return id >= in.idents.first && in.people.old == nil && !written
}

// principalState is what is stored of one principal.
type principalState struct {
	versions []stored
	// before is the row of the last scan, now that of this one; nil when
	// there is none.
	before, now row
}

// told merges what an answer says into what is stored.
func (st *principalState) told(id int64, p *tenant.Principal) row {
	r := row{id, string(p.Kind), p.Name, principalKey(p.Name, p.Address), p.Address, bit(p.Guest)}
	if st.before != nil {
		fill(r, st.before)
		r[colNameKey] = principalKey(r[colName].(string), r[colAddress].(string)) // an answer without the name is sorted by it all the same
		if sameIdentity(r, st.before) {
			if st.now != nil {
				return st.now
			}
			return st.before
		}
	}
	last := st.before
	if st.now != nil {
		last = st.now
		for i := colKind; i < colDirectory; i++ {
			r[i] = greater(r[i], last[i])
		}
		r[colNameKey] = principalKey(r[colName].(string), r[colAddress].(string))
	}
	if last != nil {
		return append(r, last[colDirectory:]...)
	}
	return append(r, nil, nil, nil, nil, nil, nil, nil, nil, int64(0), nil)
}

// fill takes from before what r leaves empty.
func fill(r, before row) {
	for _, i := range []int{colKind, colName, colNameKey, colAddress} {
		if r[i] == "" {
			r[i] = before[i]
		}
	}
}

func sameIdentity(a, b row) bool {
	for i := colKind; i < colDirectory; i++ {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// greater returns the greater of two strings or two integers.
func greater(a, b any) any {
	switch x := a.(type) {
	case string:
		return max(x, b.(string))
	case int64:
		return max(x, b.(int64))
	}
	return a
}

// storedPrincipal reads the versions of one principal that matter now.
func (in *Ingest) storedPrincipal(id int64) (*principalState, error) {
	if err := in.flush(principalHistory); err != nil {
		return nil, err
	}
	q, err := in.stmt(`SELECT id, hash, from_scan, to_scan, principal, kind, name, name_key, address, guest,
			gone, enabled, mail, department, company, manager, security, unified, members_known, people
		FROM principal WHERE principal = $1 AND (to_scan IS NULL OR to_scan = $2)`)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(id, in.scan)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	st := &principalState{}
	for rows.Next() {
		vals := make([]any, 4+principalHistory.width())
		into := make([]any, len(vals))
		for i := range vals {
			into[i] = &vals[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r := row(vals[4:])
		s := stored{id: vals[0].(int64), from: vals[2].(int64), closed: vals[3] != nil, vals: r[:1]}
		s.key, s.print = principalHistory.key(r), principalHistory.print(vals[1].(int64), r)
		st.versions = append(st.versions, s)
		if s.from < in.scan {
			st.before = r
		} else {
			st.now = r
		}
	}
	return st, rows.Err()
}

// Directory writes what Microsoft Graph says of principals. Their Directory
// must be set. Names and addresses of the directory replace those of earlier
// answers, unless the entry is gone.
func (in *Ingest) Directory(ctx context.Context, people []tenant.Principal) error {
	clear(in.local)
	for i := range people {
		p := &people[i]
		if err := in.within(ctx, "directory entry "+p.ID, func() error { return in.directory(p) }); err != nil {
			return err
		}
	}
	return in.flushed(nil)
}

func (in *Ingest) directory(p *tenant.Principal) error {
	id, _, err := in.idents.number(&in.bulk, p.ID, false)
	if err != nil {
		return err
	}
	have, err := in.storedPrincipal(id)
	if err != nil {
		return err
	}
	manager, err := in.ident(p.Directory.ManagerID)
	if err != nil {
		return err
	}
	last := have.now
	if last == nil {
		last = have.before
	}
	r := row{id, string(p.Kind), p.Name, principalKey(p.Name, p.Address), p.Address, bit(p.Guest)}
	if last != nil {
		fill(r, last)
		if p.Directory.Gone {
			copy(r, last[:colDirectory])
		}
	}
	in.people.remember(id, tenant.Principal{}) // written, as nothing that an answer says
	return in.put(principalHistory, append(r, directoryColumns(p, manager)...), have.versions)
}

// directoryColumns leaves null what a kind of principal does not have.
func directoryColumns(p *tenant.Principal, manager any) []any {
	d := p.Directory
	cols := []any{bit(d.Gone), nil, nil, nil, nil, manager, nil, nil, bit(d.MembersKnown), nil}
	if d.Gone {
		return cols
	}
	if p.Kind == tenant.PrincipalGroup {
		cols[2] = d.Mail
		cols[6], cols[7] = bit(d.Security), bit(d.Unified)
		if d.MembersKnown {
			cols[9] = int64(d.People)
		}
		return cols
	}
	cols[2], cols[3], cols[4] = d.Mail, d.Department, d.Company
	if d.EnabledKnown {
		cols[1] = bit(d.Enabled)
	}
	return cols
}
