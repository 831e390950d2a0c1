package policy

import (
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// What a rule may be and cost. The estimate is CEL's own: about one unit for
// an operation on scalars, and the number of elements for one on lists. A rule
// below trackAbove cannot reach costLimit whatever the facts are, so it runs
// without being watched; one above is watched and stopped at costLimit; one
// whose estimate is above refuseAbove is not loaded.
const (
	maxExpression = 4000 // characters of one expression
	maxNodes      = 400  // syntax nodes of one expression
	trackAbove    = 50_000
	costLimit     = 200_000
	refuseAbove   = 20_000_000
	maxPattern    = 500    // characters of a regular expression
	maxProgram    = 20_000 // instructions of a compiled regular expression
)

// Sizes that facts are assumed to have at most, for the estimate.
const (
	factText = 300
	factList = 1000
)

// environments returns the CEL environment of each kind: the object under its
// kind's name, the tenant beside it. There is no has(): presence tests would
// let a rule look whether a fact is known.
var environments = sync.OnceValues(func() (map[Kind]*cel.Env, error) {
	base, err := cel.NewEnv(
		cel.CustomTypeProvider(provider{types.NewEmptyRegistry()}),
		cel.CustomTypeAdapter(adapter{types.DefaultTypeAdapter}),
		cel.ClearMacros(),
		cel.Macros(cel.AllMacro, cel.ExistsMacro, cel.ExistsOneMacro, cel.FilterMacro, cel.MapMacro),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(60),
		cel.ParserErrorRecoveryLimit(10),
		ext.Strings(ext.StringsVersion(3)),
		cel.Function("count", cel.Overload("count_int_string_string", []*cel.Type{cel.IntType, cel.StringType, cel.StringType}, cel.StringType,
			cel.FunctionBinding(countOf))),
		usageFunction("unusedFor", "workspace_unused_for_int", kinds[KindWorkspace].cel),
		usageFunction("unusedFor", "item_unused_for_int", kinds[KindItem].cel),
		usageFunction("staleFor", "refresh_stale_for_int", kinds[KindRefresh].cel),
	)
	if err != nil {
		return nil, err
	}
	envs := make(map[Kind]*cel.Env, len(kinds))
	for k, ft := range kinds {
		vars := []cel.EnvOption{cel.Variable(string(k), ft.cel)}
		if k != KindTenant {
			vars = append(vars, cel.Variable(string(KindTenant), kinds[KindTenant].cel))
		}
		if envs[k], err = base.Extend(vars...); err != nil {
			return nil, err
		}
	}
	return envs, nil
})

func usageFunction(name, id string, receiver *cel.Type) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload(id, []*cel.Type{receiver, cel.IntType}, cel.BoolType,
		cel.BinaryBinding(func(object, days ref.Val) ref.Val { return unusedFor(object, days) })))
}

// sizes tells the cost estimate how large facts can be.
type sizes struct{}

func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	limit := uint64(1)
	switch n.Type().Kind() {
	case types.StringKind, types.BytesKind:
		limit = factText
	case types.ListKind, types.MapKind:
		limit = factList
	}
	if e := n.Expr(); e != nil && e.Kind() == ast.LiteralKind {
		return nil // CEL knows literals itself
	}
	s := cost.RangedSizeEstimate(0, limit)
	return &s
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// facts is the activation of one evaluation: two names and no map.
type facts struct {
	kind   Kind
	object Object
	tenant *Tenant
}

func (f *facts) ResolveName(name string) (any, bool) {
	switch {
	case name == string(f.kind):
		return f.object, true
	case name == string(KindTenant):
		return f.tenant, true
	}
	return nil, false
}

func (f *facts) Parent() cel.Activation { return nil }
