package auth

import (
	"slices"
	"strings"

	"steward/internal/fault"
)

// Role is what a person is in the portal. Roles come from the provider's
// token; the portal keeps none of its own.
type Role string

const (
	// Viewer sees the reports of what is in scope.
	Viewer Role = "viewer"
	// Requester asks for changes.
	Requester Role = "requester"
	// Approver decides requests and waivers of others.
	Approver Role = "approver"
	// Operator runs scans and resolves steps whose outcome is unknown.
	Operator Role = "operator"
	// Auditor sees everything, the ledger included, and changes nothing.
	Auditor Role = "auditor"
	// Admin configures the portal and ends sessions. It is no super-user: an
	// admin approves nothing.
	Admin Role = "admin"
)

// AllRoles lists every role, in the order in which pages name them.
var AllRoles = []Role{Viewer, Requester, Approver, Operator, Auditor, Admin}

// Valid reports whether the role is one of ours.
func (r Role) Valid() bool { return slices.Contains(AllRoles, r) }

// RoleMap turns values of the provider's claim into roles of ours.
type RoleMap map[string]Role

// NewRoleMap reads a configured mapping; an empty one maps each role's own
// name to itself. Invalid when a value is no role of ours.
func NewRoleMap(configured map[string]string) (RoleMap, error) {
	m := RoleMap{}
	for _, r := range AllRoles {
		if len(configured) == 0 {
			m[string(r)] = r
		}
	}
	for value, name := range configured {
		r := Role(strings.ToLower(strings.TrimSpace(name)))
		if !r.Valid() {
			return nil, fault.New(fault.Invalid, "sign_in.roles: %q is no role of the portal. The roles are viewer, requester, approver, operator, auditor and admin.", name)
		}
		m[value] = r
	}
	return m, nil
}

// Of returns the roles that the values stand for, each once and sorted as in
// AllRoles. Values it does not know give nothing.
func (m RoleMap) Of(values []string) []Role {
	var out []Role
	for _, r := range AllRoles {
		for _, v := range values {
			if m[v] == r {
				out = append(out, r)
				break
			}
		}
	}
	return out
}

func roleNames(roles []Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}

// rolesNamed keeps the roles that still exist; a stored name that no longer
// does gives nothing.
func rolesNamed(names []string) []Role {
	var out []Role
	for _, n := range names {
		if r := Role(n); r.Valid() {
			out = append(out, r)
		}
	}
	return out
}
