package policy

import (
	"fmt"
	"reflect"
	"strconv"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// objectVal is a whole object as a value of CEL. It exists so that
// workspace.unusedFor(90) has something to be called on; two objects are never
// equal to each other for a rule, as no rule needs that.
type objectVal struct {
	Object
	ft *factType
}

func (o objectVal) ConvertToNative(t reflect.Type) (any, error) {
	if reflect.TypeOf(o.Object).AssignableTo(t) {
		return o.Object, nil
	}
	return nil, fmt.Errorf("a %s is not a %s", o.ft.kind, t)
}

func (o objectVal) ConvertToType(t ref.Type) ref.Val {
	if t.TypeName() == o.ft.name {
		return o
	}
	return types.NewErr("a %s is not a %s", o.ft.kind, t.TypeName())
}

func (o objectVal) Equal(ref.Val) ref.Val { return types.False }
func (o objectVal) Type() ref.Type        { return o.ft.cel }
func (o objectVal) Value() any            { return o.Object }

// unusedFor is workspace.unusedFor(days) and item.unusedFor(days);
// refresh.staleFor(days) asks the same of refreshes that succeeded.
func unusedFor(object, days ref.Val) ref.Val {
	n, ok := days.(types.Int)
	if !ok {
		return types.MaybeNoSuchOverloadErr(days)
	}
	usage, what, ok := usageIn(object.Value())
	if !ok {
		return types.MaybeNoSuchOverloadErr(object)
	}
	answer := usage.UnusedFor(int64(n))
	if !answer.Known {
		return noUsage(what)
	}
	return types.Bool(answer.Value)
}

// usageIn returns the Usage of an object that has one, and what it is called.
func usageIn(object any) (usage Usage, what string, ok bool) {
	switch o := object.(type) {
	case *Workspace:
		return o.Usage, "use of the workspace", true
	case *Item:
		return o.Usage, "use of the item", true
	case *Refresh:
		return o.Fresh, "last refresh that succeeded", true
	}
	return Usage{}, "", false
}

// noUsage is the unknown of a use that nobody recorded.
func noUsage(what string) *types.Unknown {
	return types.NewUnknown(usageUnknown, types.NewAttributeTrail(what))
}

// usageUnknown numbers the unknowns of unusedFor, apart from those of fields.
const usageUnknown = int64(1) << 32

// countOf is count(n, one, many): a number with the words that fit it, for the
// sentences of findings.
func countOf(args ...ref.Val) ref.Val {
	n, ok := args[0].(types.Int)
	one, isOne := args[1].(types.String)
	many, isMany := args[2].(types.String)
	if !ok || !isOne || !isMany {
		return types.NewErr("count takes a number and two texts")
	}
	word := many
	if n == 1 {
		word = one
	}
	return types.String(strconv.FormatInt(int64(n), 10)) + " " + word
}
