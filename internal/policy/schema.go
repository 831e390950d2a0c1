package policy

import (
	"fmt"
	"reflect"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// FactField describes one fact for the authors of rules.
type FactField struct {
	Name string // as rules write it
	Type string // CEL's word for its type
	Doc  string
	// MayBeUnknown says that a verdict using it can be unknown.
	MayBeUnknown bool
}

// factType is one kind of facts as CEL sees it: the Go struct behind a
// pointer, with the fields that carry a fact tag.
type factType struct {
	name   string // of the CEL type: policy.Workspace
	kind   Kind
	goType reflect.Type
	cel    *types.Type
	fields map[string]*factField
	order  []string
}

type factField struct {
	FactField
	index   int
	answer  bool         // an Answer[T]
	value   reflect.Type // T, or the field's own type
	unknown *types.Unknown
	cel     *types.FieldType
}

// kinds holds every kind's facts; byGo finds them by struct type.
var kinds, byGo = buildSchema(map[Kind]any{
	KindTenant: Tenant{}, KindWorkspace: Workspace{}, KindItem: Item{},
	KindGrant: Grant{}, KindPrincipal: Principal{}, KindCapacity: Capacity{},
	KindPipeline: Pipeline{}, KindRefresh: Refresh{}, KindSetting: Setting{},
	KindWaiver: Waiver{}, KindPromotion: Promotion{},
})

// Facts lists what rules may know of objects of the kind, in declaration order.
func Facts(k Kind) []FactField {
	ft, ok := kinds[k]
	if !ok {
		return nil
	}
	out := make([]FactField, 0, len(ft.order))
	for _, name := range ft.order {
		out = append(out, ft.fields[name].FactField)
	}
	return out
}

func buildSchema(samples map[Kind]any) (map[Kind]*factType, map[reflect.Type]*factType) {
	all := make(map[Kind]*factType, len(samples))
	byGo := make(map[reflect.Type]*factType, len(samples))
	for k, sample := range samples {
		t := reflect.TypeOf(sample)
		ft := &factType{name: "policy." + t.Name(), kind: k, goType: t, fields: map[string]*factField{}}
		ft.cel = types.NewObjectType(ft.name)
		all[k], byGo[t] = ft, ft
	}
	next := int64(0)
	for _, ft := range all { // fields refer to other kinds, so after all exist
		ft.addFields(byGo, &next)
	}
	return all, byGo
}

func (ft *factType) addFields(byGo map[reflect.Type]*factType, next *int64) {
	for i := range ft.goType.NumField() {
		sf := ft.goType.Field(i)
		name := sf.Tag.Get("fact")
		if name == "" {
			continue
		}
		f := &factField{index: i, value: sf.Type}
		f.Name, f.Doc = name, sf.Tag.Get("doc")
		if strings.HasPrefix(sf.Type.Name(), "Answer[") {
			f.answer, f.value = true, sf.Type.Field(0).Type
		}
		f.MayBeUnknown = f.answer || f.value.Kind() == reflect.Pointer
		trail := types.QualifyAttribute(types.NewAttributeTrail(string(ft.kind)), name)
		// The number only has to differ from field to field: sets of unknowns
		// are merged by it.
		*next++
		f.unknown = types.NewUnknown(*next, trail)
		celType, read := reader(f.value, byGo)
		f.Type = celType.String()
		f.cel = &types.FieldType{Type: celType, IsSet: func(any) bool { return true }, GetFrom: f.getter(read)}
		ft.fields[name] = f
		ft.order = append(ft.order, name)
	}
}

// getter reads the field out of a pointer to the fact struct, or passes an
// unknown object on.
func (f *factField) getter(read func(reflect.Value) any) ref.FieldGetter {
	return func(target any) (any, error) {
		if u, ok := target.(*types.Unknown); ok {
			return u, nil
		}
		rv := reflect.ValueOf(target)
		if rv.Kind() != reflect.Pointer || rv.IsNil() {
			return f.unknown, nil
		}
		v := rv.Elem().Field(f.index)
		if f.answer {
			if !v.Field(1).Bool() {
				return f.unknown, nil
			}
			v = v.Field(0)
		}
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return f.unknown, nil
		}
		return read(v), nil
	}
}

// reader returns the CEL type of a Go type and how to turn a value of it into
// what CEL computes with.
func reader(t reflect.Type, byGo map[reflect.Type]*factType) (*types.Type, func(reflect.Value) any) {
	switch t.Kind() {
	case reflect.String:
		return types.StringType, func(v reflect.Value) any { return types.String(v.String()) }
	case reflect.Bool:
		return types.BoolType, func(v reflect.Value) any { return types.Bool(v.Bool()) }
	case reflect.Int64:
		return types.IntType, func(v reflect.Value) any { return types.Int(v.Int()) }
	case reflect.Slice:
		return types.NewListType(types.StringType), func(v reflect.Value) any {
			return types.NewStringList(types.DefaultTypeAdapter, v.Interface().([]string))
		}
	case reflect.Map:
		return types.NewMapType(types.StringType, types.StringType), func(v reflect.Value) any {
			return types.NewStringStringMap(types.DefaultTypeAdapter, v.Interface().(map[string]string))
		}
	case reflect.Pointer:
		if ft, ok := byGo[t.Elem()]; ok {
			return ft.cel, func(v reflect.Value) any { return v.Interface() }
		}
	}
	panic(fmt.Sprintf("policy: a fact of Go type %s has no CEL type", t))
}

// provider answers CEL's questions about types: ours first, then the standard
// ones. Facts cannot be constructed inside a rule.
type provider struct{ types.Provider }

func (p provider) FindStructType(name string) (*types.Type, bool) {
	if ft := typeNamed(name); ft != nil {
		return types.NewTypeTypeWithParam(ft.cel), true
	}
	return p.Provider.FindStructType(name)
}

func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if ft := typeNamed(name); ft != nil {
		return ft.order, true
	}
	return p.Provider.FindStructFieldNames(name)
}

func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	ft := typeNamed(name)
	if ft == nil {
		return p.Provider.FindStructFieldType(name, field)
	}
	f, ok := ft.fields[field]
	if !ok {
		return nil, false
	}
	return f.cel, true
}

func typeNamed(name string) *factType {
	for _, ft := range kinds {
		if ft.name == name {
			return ft
		}
	}
	return nil
}

// adapter turns a whole object of ours into a value of CEL, for the functions
// that take one; everything else is the standard adapter's.
type adapter struct{ types.Adapter }

func (a adapter) NativeToValue(v any) ref.Val {
	switch v := v.(type) {
	case ref.Val:
		return v
	case Object:
		if ft, ok := byGo[reflect.TypeOf(v).Elem()]; ok {
			return objectVal{Object: v, ft: ft}
		}
	}
	return a.Adapter.NativeToValue(v)
}
