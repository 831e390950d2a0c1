package auth

import (
	"context"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/tenant"
)

// Person is someone who is signed in.
type Person struct {
	// TenantID is the directory, or the issuer for a provider that is not Entra
	// ID; with ObjectID (object id, or subject) it is the key.
	TenantID, ObjectID string
	Issuer, Subject    string
	// Name and Address are for reading and for mail.
	Name, Address string
	// Roles are those the provider said last.
	Roles []Role
	// Limits say where each role holds; a role without an entry holds everywhere.
	Limits map[Role][]Limit
	// Token is the id of the token by which a program acts for the person, and
	// Only all that it may do; empty and nil for the person themselves.
	Token string
	Only  []Action
}

// Limit opens a part: of these tenants (all when empty) the workspaces with
// one of the prefixes or in one of the domains (all when both are empty).
type Limit struct {
	Tenants, Prefixes, Domains []string
}

// Has reports whether the person has the role somewhere.
func (p Person) Has(r Role) bool { return slices.Contains(p.Roles, r) }

// Actor is the person as the ledger writes it.
func (p Person) Actor() ledger.Actor {
	return ledger.Actor{Kind: ledger.Person, Tenant: p.TenantID, ID: p.ObjectID, Name: p.Name}
}

// Same reports whether two values are one person.
func (p Person) Same(q Person) bool { return p.Actor().Same(q.Actor()) }

// LimitRule is a configured limit, for a role or for one person.
type LimitRule struct {
	// Role, or Person as object id or address; exactly one is set. An object id
	// is better: an address can be changed, and a limit with it.
	Role   Role
	Person string
	Limit
}

// limitsOf collects what the rules say about a person: rules that name the
// person hold for all their roles and take precedence over rules for a role.
func limitsOf(rules []LimitRule, p Person) map[Role][]Limit {
	out := map[Role][]Limit{}
	var own []Limit
	for _, r := range rules {
		if r.Person != "" && (strings.EqualFold(r.Person, p.ObjectID) || strings.EqualFold(r.Person, p.Address)) {
			own = append(own, r.Limit)
		}
	}
	for _, role := range p.Roles {
		if own != nil {
			out[role] = own
			continue
		}
		for _, r := range rules {
			if r.Person == "" && r.Role == role {
				out[role] = append(out[role], r.Limit)
			}
		}
	}
	return out
}

// whole reports whether the limit opens all of a tenant.
func (l Limit) whole() bool { return len(l.Prefixes) == 0 && len(l.Domains) == 0 }

// names reports whether the limit is about the tenant.
func (l Limit) names(tenantName string) bool {
	return len(l.Tenants) == 0 || slices.Contains(l.Tenants, tenantName)
}

// holds reports whether an object is in the limit.
func (l Limit) holds(o Object) bool {
	if !l.names(o.Tenant) {
		return false
	}
	if l.whole() {
		return true
	}
	name := tenant.Fold(o.Workspace)
	for _, p := range l.Prefixes {
		if key := tenant.Fold(p); key != "" && strings.HasPrefix(name, key) {
			return true
		}
	}
	for _, d := range l.Domains {
		if key := tenant.Fold(d); key != "" && key == tenant.Fold(o.Domain) {
			return true
		}
	}
	return false
}

// Known returns everybody who ever signed in, with the roles they had then and
// the limits that hold for them now: who could be asked for something. Roles
// are the provider's; somebody who lost one is here until they come again.
func Known(ctx context.Context, r *db.Reader, rules []LimitRule) ([]Person, error) {
	all, err := r.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(all))
	for _, one := range all {
		p := Person{TenantID: one.Tenant, ObjectID: one.Person, Name: one.Name, Address: one.Address, Roles: rolesNamed(one.Roles)}
		p.Limits = limitsOf(rules, p)
		out = append(out, p)
	}
	return out, nil
}
