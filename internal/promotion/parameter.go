package promotion

import (
	"regexp"
	"slices"
	"strings"
)

// Parameter is a query parameter of a model with its value as text.
type Parameter struct{ Name, Value string }

// mostValue is how many characters of a parameter's value a scan keeps; a
// longer one is not known.
const mostValue = 400

// parameterQuery is a shared query of M that is a parameter: a literal with the
// record that marks it (Microsoft, "Create and use query parameters").
var parameterQuery = regexp.MustCompile(`(?s)^\s*(.*?)\s+meta\s+\[.*IsParameterQuery\s*=\s*true.*\]\s*$`)

// ReadParameter reads a parameter out of a shared query. is reports whether it
// is one at all; known is false where its value may be a credential or is too
// long, and is then left out.
func ReadParameter(name, query string) (p Parameter, known, is bool) {
	m := parameterQuery.FindStringSubmatch(query)
	if m == nil {
		return Parameter{}, false, false
	}
	p = Parameter{Name: name, Value: m[1]}
	if text := p.Value; len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		p.Value = strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
	}
	if len(p.Value) > mostValue || secretive(p.Value) || secretive(p.Name) || guarded(p.Name) {
		return Parameter{Name: name}, false, true
	}
	return p, true, true
}

// guarded reports names of parameters that people put keys into, against
// advice.
func guarded(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"key", "token", "credential", "pass", "pwd", "sas"}, func(w string) bool { return strings.Contains(name, w) })
}

// Unmapped are the parameters of the models that go which no mapping sets and
// which differ on the two sides, or are new in the target; without values.
// Those of models whose parameters nobody knows are left out.
func (f Facts) Unmapped(c Choice) (out []ParameterMap) {
	fl := newFlight(&f, &c)
	for _, it := range fl.models() {
		if to := fl.pairs[it.ID]; it.Parameters.Known && (to == nil || to.Parameters.Known) {
			for _, name := range fl.unmapped(it) {
				out = append(out, ParameterMap{Model: it.Name, Name: name})
			}
		}
	}
	return out
}

// unmapped are the names of a model's parameters that would bring the source's
// value along.
func (fl *flight) unmapped(it *Item) (names []string) {
	mapped, to := fl.work(it).Parameters, fl.pairs[it.ID]
	for _, p := range it.Parameters.Value {
		set := slices.ContainsFunc(mapped, func(m ParameterMap) bool { return m.Name == p.Name })
		if !set && (to == nil || !slices.Contains(to.Parameters.Value, p)) {
			names = append(names, p.Name)
		}
	}
	return names
}
