package policy

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// ParamType is the type of a parameter.
type ParamType string

// Types of parameters. A pattern is a regular expression in RE2's syntax,
// which takes time in proportion to the text whatever the pattern.
const (
	ParamInt     ParamType = "int"
	ParamText    ParamType = "text"
	ParamBool    ParamType = "bool"
	ParamList    ParamType = "list"
	ParamPattern ParamType = "pattern"
)

// Parameter is a value of a rule that an administrator may change.
type Parameter struct {
	Name    string    `json:"name"`
	Title   string    `json:"title"`
	Type    ParamType `json:"type"`
	Default any       `json:"default"` // int64, string, bool or []string
	Min     *int64    `json:"min,omitempty"`
	Max     *int64    `json:"max,omitempty"`

	Pos Pos `json:"-"`
}

// Accept checks a value for the parameter and returns it in the form rules
// compute with. Values come from YAML, JSON and forms, so whole numbers are
// taken as int, int64 or float64. The error is a clause to show to a person.
func (p Parameter) Accept(v any) (any, error) {
	switch p.Type {
	case ParamInt:
		n, ok := wholeNumber(v)
		switch {
		case !ok:
			return nil, fmt.Errorf("%s must be a whole number", p.Name)
		case p.Min != nil && n < *p.Min:
			return nil, fmt.Errorf("%s must be at least %d", p.Name, *p.Min)
		case p.Max != nil && n > *p.Max:
			return nil, fmt.Errorf("%s must be at most %d", p.Name, *p.Max)
		}
		return n, nil
	case ParamBool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("%s must be true or false", p.Name)
	case ParamText, ParamPattern:
		s, ok := v.(string)
		if !ok || utf8.RuneCountInString(s) > maxExpression {
			return nil, fmt.Errorf("%s must be a text of at most %d characters", p.Name, maxExpression)
		}
		if p.Type == ParamPattern {
			if err := checkPattern(s); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
		return s, nil
	case ParamList:
		return p.acceptList(v)
	}
	return nil, fmt.Errorf("%s has the unknown type %q", p.Name, p.Type)
}

func (p Parameter) acceptList(v any) (any, error) {
	const most = 1000
	var out []string
	switch v := v.(type) {
	case []string:
		out = slices.Clone(v)
	case []any:
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("%s must be a list of texts", p.Name)
			}
			out = append(out, s)
		}
	default:
		return nil, fmt.Errorf("%s must be a list of texts", p.Name)
	}
	if len(out) > most {
		return nil, fmt.Errorf("%s may have at most %d entries", p.Name, most)
	}
	if out == nil {
		out = []string{}
	}
	return out, nil
}

func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case float64:
		if n := int64(v); float64(n) == v && v < 1<<53 && v > -(1<<53) {
			return n, true
		}
	}
	return 0, false
}

// literal writes a parameter's value into an expression in place of
// params.name: the rule is compiled with it, so patterns are compiled once and
// types are checked like any other constant.
func literal(fac ast.ExprFactory, id int64, v any, nextID func() int64) ast.Expr {
	switch v := v.(type) {
	case int64:
		return fac.NewLiteral(id, types.Int(v))
	case bool:
		return fac.NewLiteral(id, types.Bool(v))
	case string:
		return fac.NewLiteral(id, types.String(v))
	case []string:
		elems := make([]ast.Expr, len(v))
		for i, s := range v {
			elems[i] = fac.NewLiteral(nextID(), types.String(s))
		}
		return fac.NewList(id, elems, nil)
	}
	panic(fmt.Sprintf("policy: parameter of Go type %T", v)) // Accept lets nothing else through
}
