package policy

import (
	"reflect"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Most rules compare a fact or two with something fixed, and most objects are
// outside most scopes. For such expressions CEL's machinery costs ten times
// what the comparison does, so they are also compiled to plain functions. A
// quick answer is given only when it is certain to be CEL's: where a fact is
// unknown, an operator is not among these or anything could fail, the answer is
// "not sure" and CEL is asked. As in CEL, one certain false decides a
// conjunction whatever stands beside it, and one certain true a disjunction.

// quick answers an expression of a type; sure is false when CEL must be asked.
type quick[T any] func(*facts) (value T, sure bool)

// quickly is the verdict without CEL; sure is false when CEL must be asked.
func (p *program) quickly(f *facts) (v Verdict, sure bool) {
	if p.quick == nil {
		return v, false
	}
	holds, sure := p.quick(f)
	switch {
	case sure && holds:
		return Verdict{Outcome: Pass}, true
	case sure:
		return Verdict{Outcome: Fail}, true
	case p.missing == nil:
		return v, false
	}
	missing := p.missing(f)
	return Verdict{Outcome: Unknown, missing: missing}, missing != nil
}

// quickBool returns the quick form of an expression, nil when it has none.
func quickBool(e ast.Expr, kind Kind) quick[bool] {
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := e.AsLiteral().(types.Bool); ok {
			return func(*facts) (bool, bool) { return bool(v), true }
		}
	case ast.SelectKind:
		return quickFact(e, kind, reflect.Bool, reflect.Value.Bool)
	case ast.CallKind:
		return quickCall(e.AsCall(), kind)
	}
	return nil
}

func quickCall(call ast.CallExpr, kind Kind) quick[bool] {
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd:
		return quickJoin(args, kind, false)
	case operators.LogicalOr:
		return quickJoin(args, kind, true)
	case operators.LogicalNot:
		if of := quickBool(args[0], kind); of != nil {
			return func(f *facts) (bool, bool) { v, sure := of(f); return !v, sure }
		}
	case operators.In:
		return quickIn(args, kind)
	case "unusedFor", "staleFor":
		return quickUse(call, kind)
	default:
		if compare := comparisons[name]; compare != nil {
			return quickCompare(args, kind, name, compare)
		}
	}
	return nil
}

// quickJoin joins both sides: decides is the value that decides alone. A side
// without a quick form leaves the other to decide, or nobody.
func quickJoin(args []ast.Expr, kind Kind, decides bool) quick[bool] {
	var known []quick[bool]
	for _, a := range args {
		if q := quickBool(a, kind); q != nil {
			known = append(known, q)
		}
	}
	if len(known) == 0 {
		return nil
	}
	whole := len(known) == len(args)
	return func(f *facts) (bool, bool) {
		allSure := whole
		for _, q := range known {
			v, sure := q(f)
			if sure && v == decides {
				return decides, true
			}
			allSure = allSure && sure
		}
		return !decides, allSure
	}
}

// comparisons are the operators by what cmp.Compare says of their operands.
var comparisons = map[string]func(int) bool{
	operators.Equals:        func(c int) bool { return c == 0 },
	operators.NotEquals:     func(c int) bool { return c != 0 },
	operators.Less:          func(c int) bool { return c < 0 },
	operators.LessEquals:    func(c int) bool { return c <= 0 },
	operators.Greater:       func(c int) bool { return c > 0 },
	operators.GreaterEquals: func(c int) bool { return c >= 0 },
}

func quickCompare(args []ast.Expr, kind Kind, name string, holds func(int) bool) quick[bool] {
	if q := compareAs(quickInt(args[0], kind), quickInt(args[1], kind), holds); q != nil {
		return q
	}
	if name != operators.Equals && name != operators.NotEquals {
		return nil // the order of texts is left to CEL
	}
	if q := compareAs(quickText(args[0], kind), quickText(args[1], kind), holds); q != nil {
		return q
	}
	a, b := quickBool(args[0], kind), quickBool(args[1], kind)
	if a == nil || b == nil {
		return nil
	}
	return func(f *facts) (bool, bool) {
		x, sure := a(f)
		y, also := b(f)
		return (x == y) == holds(0), sure && also
	}
}

func compareAs[T int64 | string](a, b quick[T], holds func(int) bool) quick[bool] {
	if a == nil || b == nil {
		return nil
	}
	return func(f *facts) (bool, bool) {
		x, sure := a(f)
		y, also := b(f)
		if !sure || !also {
			return false, false
		}
		switch {
		case x < y:
			return holds(-1), true
		case x > y:
			return holds(1), true
		}
		return holds(0), true
	}
}

// quickIn is text in ["a", "b"], with texts that are fixed.
func quickIn(args []ast.Expr, kind Kind) quick[bool] {
	of := quickText(args[0], kind)
	if of == nil || args[1].Kind() != ast.ListKind {
		return nil
	}
	list := map[string]bool{}
	for _, e := range args[1].AsList().Elements() {
		if e.Kind() != ast.LiteralKind {
			return nil
		}
		s, ok := e.AsLiteral().(types.String)
		if !ok {
			return nil
		}
		list[string(s)] = true
	}
	return func(f *facts) (bool, bool) {
		s, sure := of(f)
		return list[s], sure
	}
}

// quickUse is object.unusedFor(days) and staleFor, with days that are fixed.
func quickUse(call ast.CallExpr, kind Kind) quick[bool] {
	ask := quickUsage(call, kind)
	if ask == nil {
		return nil
	}
	return func(f *facts) (bool, bool) {
		answer, _ := ask(f)
		return answer.Value, answer.Known
	}
}

// quickUsage asks an object how long it is unused, and what is missing when
// that is unknown.
func quickUsage(call ast.CallExpr, kind Kind) func(*facts) (Answer[bool], *types.Unknown) {
	if !call.IsMemberFunction() || len(call.Args()) != 1 || call.Args()[0].Kind() != ast.LiteralKind {
		return nil
	}
	days, ok := call.Args()[0].AsLiteral().(types.Int)
	at, found := placeOf(call.Target(), kind)
	if !ok || !found {
		return nil
	}
	return func(f *facts) (answer Answer[bool], missing *types.Unknown) {
		v, missing := at.read(f)
		if missing != nil {
			return answer, missing
		}
		usage, what, ok := usageIn(v.Interface())
		if answer = usage.UnusedFor(int64(days)); ok && !answer.Known {
			missing = noUsage(what)
		}
		return answer, missing
	}
}

func quickInt(e ast.Expr, kind Kind) quick[int64] {
	if e.Kind() == ast.LiteralKind {
		if v, ok := e.AsLiteral().(types.Int); ok {
			return func(*facts) (int64, bool) { return int64(v), true }
		}
		return nil
	}
	return quickFact(e, kind, reflect.Int64, reflect.Value.Int)
}

func quickText(e ast.Expr, kind Kind) quick[string] {
	if e.Kind() == ast.LiteralKind {
		if v, ok := e.AsLiteral().(types.String); ok {
			return func(*facts) (string, bool) { return string(v), true }
		}
		return nil
	}
	return quickFact(e, kind, reflect.String, reflect.Value.String)
}

// quickFact reads one fact, such as item.workspace.ordinary.
func quickFact[T any](e ast.Expr, kind Kind, want reflect.Kind, read func(reflect.Value) T) quick[T] {
	at, ok := placeOf(e, kind)
	if !ok || at.leaf.Kind() != want {
		return nil
	}
	return func(f *facts) (value T, sure bool) {
		v, missing := at.read(f)
		if missing != nil {
			return value, false
		}
		return read(v), true
	}
}

// quickMissing returns what tells which fact is unknown, for an expression that
// is one fact or its opposite: CEL would answer nothing else.
func quickMissing(e ast.Expr, kind Kind) func(*facts) *types.Unknown {
	for e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalNot {
		e = e.AsCall().Args()[0]
	}
	if e.Kind() == ast.CallKind && (e.AsCall().FunctionName() == "unusedFor" || e.AsCall().FunctionName() == "staleFor") {
		if ask := quickUsage(e.AsCall(), kind); ask != nil {
			return func(f *facts) *types.Unknown { _, missing := ask(f); return missing }
		}
	}
	at, ok := placeOf(e, kind)
	if !ok {
		return nil
	}
	return func(f *facts) *types.Unknown { _, missing := at.read(f); return missing }
}

// place is where a fact stands: the fields to go through from the object that
// is judged, or from the tenant.
type place struct {
	ofTenant bool
	steps    []*factField
	leaf     reflect.Type
}

// placeOf returns the place of an expression that is nothing but a path.
func placeOf(e ast.Expr, kind Kind) (place, bool) {
	path := factPath(e, kind)
	if path == nil {
		return place{}, false
	}
	p := place{ofTenant: path[0] != string(kind), leaf: reflect.PointerTo(kinds[Kind(path[0])].goType)}
	for _, name := range path[1:] {
		if p.leaf.Kind() != reflect.Pointer {
			return place{}, false
		}
		field := byGo[p.leaf.Elem()].fields[name]
		if field == nil {
			return place{}, false
		}
		p.steps, p.leaf = append(p.steps, field), field.value
	}
	return p, true
}

// read returns the value at the place, or the first on the way that is unknown.
func (p *place) read(f *facts) (v reflect.Value, missing *types.Unknown) {
	v = reflect.ValueOf(f.object)
	if p.ofTenant {
		v = reflect.ValueOf(f.tenant)
	}
	for _, s := range p.steps {
		if v.IsNil() { // only the tenant can be: below, that is an unknown field
			return v, s.unknown
		}
		v = v.Elem().Field(s.index)
		if s.answer {
			if !v.Field(1).Bool() {
				return v, s.unknown
			}
			v = v.Field(0)
		}
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return v, s.unknown
		}
	}
	return v, nil
}
