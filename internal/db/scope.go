package db

import (
	"fmt"
	"strings"

	"steward/internal/tenant"
)

// Scope is what a person may see of one tenant. Every query over a tenant
// takes one, so that a list, an export, a count or a search cannot forget it.
// The zero Scope sees nothing.
type Scope struct {
	// All opens the whole tenant.
	All bool
	// Prefixes open the workspaces whose name begins so, compared folded.
	Prefixes []string
	// Domains open the workspaces of these domains, by their ident number.
	Domains []int64
}

// Everything is the scope of someone without limits, and of the program
// itself.
var Everything = Scope{All: true}

// Where returns a condition on the workspace table with the given alias, and
// its arguments numbered from next on. It is never empty.
func (s Scope) Where(alias string, next int) (string, []any) {
	if s.All {
		return "1=1", nil
	}
	var conds []string
	var args []any
	for _, p := range s.Prefixes {
		key := tenant.Fold(p)
		if key == "" {
			continue
		}
		conds = append(conds, fmt.Sprintf("substr(%s.name_key, 1, length($%d)) = $%d", alias, next, next))
		args = append(args, key)
		next++
	}
	for _, d := range s.Domains {
		conds = append(conds, fmt.Sprintf("%s.domain = $%d", alias, next))
		args = append(args, d)
		next++
	}
	if len(conds) == 0 {
		return "1=0", nil
	}
	return "(" + strings.Join(conds, " OR ") + ")", args
}

// WherePlace is Where for the places of requests, which are names: a request
// may be about what is not there yet. Domains are compared by the names they
// have in the view.
func (s Scope) WherePlace(alias string, next int, v View) (string, []any) {
	if s.All {
		return "1=1", nil
	}
	var conds []string
	var args []any
	for _, p := range s.Prefixes {
		key := tenant.Fold(p)
		if key == "" {
			continue
		}
		conds = append(conds, fmt.Sprintf("substr(%s.name_key, 1, length($%d)) = $%d", alias, next, next))
		args = append(args, key)
		next++
	}
	for _, d := range s.Domains {
		conds = append(conds, fmt.Sprintf("EXISTS (SELECT 1 FROM domain pd WHERE pd.domain = $%d AND pd.name_key = %s.domain_key AND %s)", next, alias, v.Visible("pd")))
		args = append(args, d)
		next++
	}
	if len(conds) == 0 {
		return "(1=0)", nil
	}
	return "(" + strings.Join(conds, " OR ") + ")", args
}
