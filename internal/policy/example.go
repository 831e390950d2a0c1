package policy

import (
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Example is a case that a rule's author states with its expected outcome.
type Example struct {
	Name       string
	Expect     Outcome
	Object     Object
	Tenant     *Tenant
	Parameters map[string]any
	Planned    bool
	Pos        Pos
}

func (f *file) decodeExample(n *yaml.Node, kind Kind) Example {
	ex := Example{Pos: f.pos(n), Tenant: &Tenant{}}
	var expect string
	keys := map[string]func(*yaml.Node){
		"name": f.text(&ex.Name), "expect": f.text(&expect),
		"tenant":     func(n *yaml.Node) { f.facts(n, reflect.ValueOf(ex.Tenant)) },
		"parameters": func(n *yaml.Node) { ex.Parameters = f.exampleParameters(n) },
	}
	if ft, ok := kinds[kind]; ok && kind != KindTenant {
		object := reflect.New(ft.goType)
		ex.Object = object.Interface().(Object)
		keys[string(kind)] = func(n *yaml.Node) { f.facts(n, object) }
	} else {
		ex.Object = ex.Tenant
	}
	f.mapping(n, keys)
	ex.Expect = Outcome(expect)
	if ex.Name == "" {
		f.bad(n, "an example needs a name")
	}
	if ex.Expect != Pass && ex.Expect != Fail && ex.Expect != Unknown && ex.Expect != OutOfScope {
		f.bad(n, "an example expects pass, fail, unknown or out of scope, not %q", expect)
	}
	return ex
}

func (f *file) exampleParameters(n *yaml.Node) map[string]any {
	out := map[string]any{}
	if n.Kind != yaml.MappingNode {
		f.bad(n, "parameters of an example are a mapping from name to value")
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		out[n.Content[i].Value] = f.scalar(n.Content[i+1])
	}
	return out
}

// facts fills a fact struct from a mapping of fact names. Facts left out are
// zero, or unknown where they can be; then what follows from others is derived.
func (f *file) facts(n *yaml.Node, object reflect.Value) {
	ft := byGo[object.Type().Elem()]
	object.Interface().(deriver).assume()
	keys := map[string]func(*yaml.Node){}
	for name, field := range ft.fields {
		target := object.Elem().Field(field.index)
		keys[name] = func(n *yaml.Node) { f.fact(n, target, field) }
	}
	for i := range ft.goType.NumField() {
		if ft.goType.Field(i).Type == reflect.TypeFor[Usage]() {
			usage := object.Elem().Field(i).Addr().Interface().(*Usage)
			keys["usage"] = func(n *yaml.Node) { f.usage(n, usage) }
		}
	}
	f.mapping(n, keys)
	object.Interface().(deriver).Derive()
}

func (f *file) usage(n *yaml.Node, into *Usage) {
	var last, seen, age *int64
	f.mapping(n, map[string]func(*yaml.Node){
		"lastDays": f.number(&last), "seenDays": f.number(&seen), "ageDays": f.number(&age)})
	if last != nil {
		into.LastDays = Known(*last)
	}
	if seen != nil {
		into.SeenDays = *seen
	}
	if age != nil {
		into.AgeDays = Known(*age)
	}
}

func (f *file) fact(n *yaml.Node, target reflect.Value, field *factField) {
	if field.answer {
		if n.Tag == "!!null" {
			return // null is how an example says unknown
		}
		target.Field(1).SetBool(true)
		target = target.Field(0)
	}
	switch field.value.Kind() {
	case reflect.Pointer:
		target.Set(reflect.New(field.value.Elem()))
		f.facts(n, target)
	case reflect.String:
		var s string
		if n.Kind != yaml.ScalarNode {
			f.bad(n, "%s is a text", field.Name)
			return
		}
		s = n.Value // not trimmed: blanks at the ends may be the point
		target.SetString(s)
	default:
		if err := n.Decode(target.Addr().Interface()); err != nil {
			f.bad(n, "%s is of type %s", field.Name, field.Type)
		}
	}
}
