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
	return s.where(alias, next, alias+".domain = $%d")
}

// WherePlace is Where for the places of requests, which are names: a request
// may be about what is not there yet. Domains are compared by the names they
// have in the view.
func (s Scope) WherePlace(alias string, next int, v View) (string, []any) {
	return s.where(alias, next, "EXISTS (SELECT 1 FROM domain pd WHERE pd.domain = $%d AND pd.name_key = "+alias+".domain_key AND "+v.Visible("pd")+")")
}

// where is the condition on names that begin with a prefix, or on a domain:
// inDomain has its number as %d.
func (s Scope) where(alias string, next int, inDomain string) (string, []any) {
	if s.All {
		return "1=1", nil
	}
	var conds []string
	var args []any
	add := func(cond string, arg any) {
		conds, args, next = append(conds, cond), append(args, arg), next+1
	}
	for _, p := range s.Prefixes {
		if key := tenant.Fold(p); key != "" {
			add(fmt.Sprintf("substr(%s.name_key, 1, length($%d)) = $%d", alias, next, next), key)
		}
	}
	for _, d := range s.Domains {
		add(fmt.Sprintf(inDomain, next), d)
	}
	if len(conds) == 0 {
		return "(1=0)", nil
	}
	return "(" + strings.Join(conds, " OR ") + ")", args
}
