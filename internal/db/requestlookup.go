package db

import (
	"context"

	"steward/internal/request"
	"steward/internal/tenant"
)

// RequestLookup finds things by the names and addresses that people write into
// lists; it implements request.Lookup. An error of the database makes the
// answer empty and is kept.
type RequestLookup struct {
	ctx    context.Context
	reader *Reader
	view   View
	err    error
}

// RequestLookup returns a lookup in a view.
func (r *Reader) RequestLookup(ctx context.Context, v View) *RequestLookup {
	return &RequestLookup{ctx: ctx, reader: r, view: v}
}

// Err returns the first error of the database.
func (l *RequestLookup) Err() error { return l.err }

// find runs a query that takes the tenant, the folded text and the text as an
// id.
func (l *RequestLookup) find(table, column, also, text string) []request.ID {
	ids, err := list(l.ctx, l.reader.pool, readID, `SELECT DISTINCT i.guid FROM `+table+` x JOIN ident i ON i.id = x.`+column+`
		WHERE x.tenant = $1 AND (x.name_key = $2 OR i.guid = $3`+also+`) AND `+l.view.Visible("x")+` ORDER BY i.guid LIMIT 20`,
		l.view.Tenant, tenant.Fold(text), fold(text))
	if err != nil && l.err == nil {
		l.err = err
	}
	return ids
}

// FindWorkspace implements request.Lookup. Active ones only: a deleted one is
// named by its id.
func (l *RequestLookup) FindWorkspace(text string) []request.ID {
	ids, err := list(l.ctx, l.reader.pool, readID, `SELECT DISTINCT i.guid FROM workspace x JOIN ident i ON i.id = x.ws
		WHERE x.tenant = $1 AND ((x.name_key = $2 AND x.state = 'Active' AND x.kind <> 'PersonalGroup') OR i.guid = $3) AND `+l.view.Visible("x")+` ORDER BY i.guid LIMIT 20`,
		l.view.Tenant, tenant.Fold(text), fold(text))
	if err != nil && l.err == nil {
		l.err = err
	}
	return ids
}

// FindPrincipal implements request.Lookup: by address, id or name.
func (l *RequestLookup) FindPrincipal(text string) []request.ID {
	return l.find("principal", "principal", " OR lower(x.address) = $3 OR lower(x.mail) = $3", text)
}

// FindCapacity implements request.Lookup.
func (l *RequestLookup) FindCapacity(text string) []request.ID {
	return l.find("capacity", "capacity", "", text)
}

// FindDomain implements request.Lookup.
func (l *RequestLookup) FindDomain(text string) []request.ID {
	return l.find("domain", "domain", "", text)
}

// FindPipeline implements request.Lookup.
func (l *RequestLookup) FindPipeline(text string) []request.ID {
	return l.find("pipeline", "pipeline", "", text)
}
