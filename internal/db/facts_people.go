package db

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"steward/internal/policy"
)

// Held is what facts read of a whole tenant and what little of it changes
// between scans, people and names, to be used for the next scan. It belongs to
// one Facts at a time.
type Held struct {
	tenant, scan int64
	principals   map[int64]*policy.Principal
	byName       map[string]*policy.Principal
	knownUsers   map[int64]bool
	names        *nameIndex
}

// Hold returns what can be used for the next scan. The facts are over then.
func (f *Facts) Hold() *Held {
	return &Held{tenant: f.view.Tenant, scan: f.view.Scan, principals: f.principals, byName: f.byName, knownUsers: f.knownUsers, names: f.names}
}

// take begins with what is held, where it is of an earlier scan of the tenant
// or of the same.
func (f *Facts) take(h *Held) {
	if h == nil || h.tenant != f.view.Tenant || h.scan > f.view.Scan {
		return
	}
	f.heldScan, f.principals, f.byName, f.knownUsers, f.names = h.scan, h.principals, h.byName, h.knownUsers, h.names
}

const principalColumns = `SELECT p.principal, i.guid, p.kind, p.name, p.address, p.guest, p.gone, p.enabled, p.mail, p.department, p.company,
	p.unified, p.people, p.members_known FROM principal p JOIN ident i ON i.id = p.principal WHERE `

// readPrincipals reads who the view shows, or who changed since the scan that
// people are held of.
func (f *Facts) readPrincipals(ctx context.Context) error {
	if f.heldScan == 0 {
		return f.rows(ctx, principalColumns+"p.tenant = $1 AND "+f.view.Visible("p"), f.scanPrincipal, f.view.Tenant)
	}
	changed := map[int64]bool{}
	for _, column := range []string{"from_scan", "to_scan"} {
		if err := f.collect(ctx, changed, `SELECT p.principal FROM principal p WHERE p.tenant = $1 AND p.`+column+` > $2 AND p.`+column+` <= $3`, f.view.Tenant, f.heldScan, f.view.Scan); err != nil {
			return err
		}
	}
	all := sortedKeys(changed)
	f.forget(changed)
	for ids := range slices.Chunk(all, factChunk) {
		in, args := inChunk(1, ids)
		if err := f.rows(ctx, principalColumns+"p.principal "+in+" AND "+f.view.Visible("p"), f.scanPrincipal, args...); err != nil {
			return err
		}
	}
	return nil
}

func (f *Facts) scanPrincipal(rows *sql.Rows) error {
	p := &policy.Principal{}
	var guid string
	var gone, enabled, unified sql.NullBool
	var mail, dept, company sql.NullString
	var people sql.NullInt64
	var membersKnown bool
	if err := rows.Scan(&p.Num, &guid, &p.Kind, &p.Name, &p.Address, &p.Guest, &gone, &enabled, &mail, &dept, &company,
		&unified, &people, &membersKnown); err != nil {
		return err
	}
	p.Gone, p.Enabled, p.Unified = answer(gone.Bool, gone.Valid), answer(enabled.Bool, enabled.Valid), answer(unified.Bool, unified.Valid)
	p.Mail, p.Dept, p.Company = answer(mail.String, mail.Valid), answer(dept.String, dept.Valid), answer(company.String, company.Valid)
	p.People = answer(people.Int64, people.Valid)
	p.Derive()
	if membersKnown {
		f.knownUsers[p.Num] = true
	}
	f.principals[p.Num] = p
	f.byName[guid] = p
	f.called(p)
	return nil
}

// called notes the address of a principal. Of several with one address the
// first, by number, is found.
func (f *Facts) called(p *policy.Principal) {
	key := strings.ToLower(p.Address)
	if key == "" {
		return
	}
	if other := f.byName[key]; other == nil || other.Num > p.Num {
		f.byName[key] = p
	}
}

// forget takes out principals that are to be read again or are gone. Where an
// address may be somebody else's as well, that one is found from then on.
func (f *Facts) forget(gone map[int64]bool) {
	free := map[string]bool{}
	for key, p := range f.byName { // by id and by address
		if gone[p.Num] {
			delete(f.byName, key)
			free[key] = true
		}
	}
	for num := range gone {
		delete(f.principals, num)
		delete(f.knownUsers, num)
	}
	if len(free) == 0 {
		return
	}
	for _, p := range f.principals {
		if free[strings.ToLower(p.Address)] {
			f.called(p)
		}
	}
}
