package auth

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/db"
	"steward/internal/fault"
)

// Scope returns what the person may see of a tenant when doing the action, as
// every query over a tenant takes it: the union over the roles that permit it.
// The zero Scope sees nothing.
func Scope(ctx context.Context, r *db.Reader, p Person, a Action, tenantName string) (db.Scope, error) {
	var out db.Scope
	if !p.reachable(a) {
		return out, nil
	}
	var domains []string
	for _, role := range p.Roles {
		if !slices.Contains(Permits[a].Roles, role) {
			continue
		}
		limits := p.Limits[role]
		if len(limits) == 0 {
			return db.Everything, nil
		}
		for _, l := range limits {
			switch {
			case !l.names(tenantName):
			case l.whole():
				return db.Everything, nil
			default:
				out.Prefixes = append(out.Prefixes, l.Prefixes...)
				domains = append(domains, l.Domains...)
			}
		}
	}
	if len(domains) == 0 {
		return out, nil
	}
	view, err := r.ViewNow(ctx, tenantName)
	if fault.Is(err, fault.NotFound) {
		return out, nil // nothing was scanned: there are no domains to open
	}
	if err != nil {
		return db.Scope{}, fmt.Errorf("scope of %s in %s: %w", p.ObjectID, tenantName, err)
	}
	if out.Domains, err = r.DomainsNamed(ctx, view, domains); err != nil {
		return db.Scope{}, fmt.Errorf("scope of %s in %s: %w", p.ObjectID, tenantName, err)
	}
	return out, nil
}

// Tenants returns those of the given tenants of which the person may see
// something when doing the action.
func Tenants(p Person, a Action, all []string) []string {
	var out []string
	if !p.reachable(a) {
		return nil
	}
	for _, name := range all {
		for _, role := range p.Roles {
			limits := p.Limits[role]
			if slices.Contains(Permits[a].Roles, role) && (len(limits) == 0 || slices.ContainsFunc(limits, func(l Limit) bool { return l.names(name) })) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}

// LedgerScope returns whose ledger entries the person may read: all for a role
// without limits; else those of the tenants that a limit opens as a whole. The
// entries of half a tenant cannot be told from those of the other half.
func LedgerScope(p Person, all []string) db.LedgerScope {
	var s db.LedgerScope
	if !p.reachable(ViewLedger) {
		return s
	}
	for _, role := range p.Roles {
		if !slices.Contains(Permits[ViewLedger].Roles, role) {
			continue
		}
		limits := p.Limits[role]
		if len(limits) == 0 {
			return db.LedgerScope{All: true}
		}
		for _, name := range all {
			if slices.ContainsFunc(limits, func(l Limit) bool { return l.names(name) && l.whole() }) && !slices.Contains(s.Tenants, name) {
				s.Tenants = append(s.Tenants, name)
			}
		}
	}
	return s
}

// Unlimited reports whether one of the person's roles that permit the action
// holds everywhere: for what cannot be shown in part, such as the
// configuration.
func Unlimited(p Person, a Action) bool {
	return p.reachable(a) && slices.ContainsFunc(p.Roles, func(r Role) bool {
		return slices.Contains(Permits[a].Roles, r) && len(p.Limits[r]) == 0
	})
}
