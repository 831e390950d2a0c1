// Package odata compiles the $filter texts that the pretend services accept: the
// comparisons, and, or, not, contains, startswith, endswith and any() of OData,
// and nothing more. Comparisons of text ignore case, for the sake of ids whose
// case differs from one API to the next.
package odata

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Filter is a compiled $filter; the zero value lets everything through.
//
//	or  = and { "or" and }        and = not { "and" not }
//	not = ["not"] prim            prim = "(" or ")" | call | name op literal
type Filter struct {
	root node
	// names are the fields that the filter asks for.
	names map[string]bool
}

// Row answers a filter's questions about one object: a field's value (text, bool
// or float64), false when the object has no such field at all; and its
// collections for any().
type Row interface {
	Field(name string) (any, bool)
	Each(collection string) ([]Row, bool)
}

type node func(r Row) (any, error)

// ErrFilter is wrapped by every error of this package.
var ErrFilter = errors.New("the filter is not valid")

// Parse compiles text; an empty one lets everything through.
func Parse(text string) (*Filter, error) {
	f := &Filter{names: map[string]bool{}}
	if strings.TrimSpace(text) == "" {
		return f, nil
	}
	if len(text) > 4000 {
		return nil, fmt.Errorf("%w: it is too long", ErrFilter)
	}
	p := &parser{tokens: Tokens(text), filter: f}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, fmt.Errorf("%w: %q is left over", ErrFilter, p.tokens[p.at])
	}
	f.root = root
	return f, nil
}

// Match applies the filter to a row.
func (f *Filter) Match(r Row) (bool, error) {
	if f.root == nil {
		return true, nil
	}
	v, err := f.root(r)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("%w: it is not a condition", ErrFilter)
	}
	return b, nil
}

// Tokens cuts a filter into words, quoted texts, and punctuation.
func Tokens(text string) []string {
	var out []string
	rs := []rune(text)
	for i := 0; i < len(rs); {
		switch r := rs[i]; {
		case unicode.IsSpace(r):
			i++
		case strings.ContainsRune("(),:", r):
			out = append(out, string(r))
			i++
		case r == '\'':
			j := i + 1
			for j < len(rs) && (rs[j] != '\'' || j+1 < len(rs) && rs[j+1] == '\'') {
				if rs[j] == '\'' {
					j++
				}
				j++
			}
			out = append(out, "'"+strings.ReplaceAll(string(rs[i+1:min(j, len(rs))]), "''", "'"))
			i = j + 1
		default:
			j := i
			for j < len(rs) && !unicode.IsSpace(rs[j]) && !strings.ContainsRune("(),:'", rs[j]) {
				j++
			}
			out = append(out, string(rs[i:j]))
			i = j
		}
	}
	return out
}

type parser struct {
	tokens []string
	at     int
	depth  int
	filter *Filter
	// lambda is the variable that any() has bound, with its slash.
	lambda string
}

func (p *parser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *parser) next() string {
	t := p.peek()
	p.at++
	return t
}

func (p *parser) expect(want string) error {
	if got := p.next(); got != want {
		return fmt.Errorf("%w: %q expected, not %q", ErrFilter, want, got)
	}
	return nil
}

func (p *parser) or() (node, error) {
	return p.chain("or", p.and, func(a, b bool) bool { return a || b })
}

func (p *parser) and() (node, error) {
	return p.chain("and", p.not, func(a, b bool) bool { return a && b })
}

func (p *parser) chain(word string, part func() (node, error), join func(a, b bool) bool) (node, error) {
	left, err := part()
	for err == nil && strings.EqualFold(p.peek(), word) {
		p.next()
		var right node
		if right, err = part(); err == nil {
			left = both(left, right, join)
		}
	}
	return left, err
}

func both(left, right node, join func(a, b bool) bool) node {
	return func(r Row) (any, error) {
		a, err := left(r)
		if err != nil {
			return nil, err
		}
		b, err := right(r)
		if err != nil {
			return nil, err
		}
		x, ok1 := a.(bool)
		y, ok2 := b.(bool)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("%w: a condition expected", ErrFilter)
		}
		return join(x, y), nil
	}
}

func (p *parser) not() (node, error) {
	if !strings.EqualFold(p.peek(), "not") {
		return p.primary()
	}
	p.next()
	inner, err := p.primary()
	if err != nil {
		return nil, err
	}
	return func(r Row) (any, error) {
		v, err := inner(r)
		b, ok := v.(bool)
		if err == nil && !ok {
			err = fmt.Errorf("%w: a condition expected after not", ErrFilter)
		}
		return !b, err
	}, nil
}

func (p *parser) primary() (node, error) {
	if p.depth++; p.depth > 50 {
		return nil, fmt.Errorf("%w: it is nested too deep", ErrFilter)
	}
	defer func() { p.depth-- }()
	if p.peek() == "(" {
		p.next()
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	}
	word := p.next()
	if p.peek() == "(" {
		return p.call(word)
	}
	return p.comparison(word)
}

func (p *parser) comparison(name string) (node, error) {
	op := strings.ToLower(p.next())
	lit, err := p.literal()
	if err != nil {
		return nil, err
	}
	field := p.field(name)
	switch op {
	case "eq", "ne", "gt", "ge", "lt", "le":
	default:
		return nil, fmt.Errorf("%w: the operator %q is not known", ErrFilter, op)
	}
	return func(r Row) (any, error) {
		v, err := value(r, field)
		if err != nil {
			return nil, err
		}
		return compare(op, v, lit), nil
	}, nil
}

func (p *parser) field(name string) string {
	name = strings.TrimPrefix(name, p.lambda)
	p.filter.names[name] = true
	return name
}

func value(r Row, field string) (any, error) {
	v, ok := r.Field(field)
	if !ok {
		return nil, fmt.Errorf("%w: could not find a property named %q", ErrFilter, field)
	}
	return v, nil
}

// literal reads a text, a number, true, false or null; the name of an enum type
// before a text (Microsoft…Right'Admin') is skipped.
func (p *parser) literal() (any, error) {
	t := p.next()
	switch {
	case strings.HasPrefix(t, "'"):
		return t[1:], nil
	case strings.HasPrefix(p.peek(), "'") && strings.Contains(t, "."):
		return p.next()[1:], nil
	case t == "true", t == "false":
		return t == "true", nil
	case t == "null":
		return nil, nil
	case len(t) == 36 && strings.Count(t, "-") == 4:
		return t, nil
	}
	n, err := strconv.ParseFloat(t, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is not a value", ErrFilter, t)
	}
	return n, nil
}

func compare(op string, v, lit any) bool {
	switch x := v.(type) {
	case string:
		y, ok := lit.(string)
		if !ok {
			return op == "ne" || op == "eq" && lit == nil && x == ""
		}
		return ordered(op, strings.Compare(strings.ToLower(x), strings.ToLower(y)))
	case float64:
		y, ok := lit.(float64)
		switch {
		case !ok:
			return op == "ne"
		case x < y:
			return ordered(op, -1)
		case x > y:
			return ordered(op, 1)
		}
		return ordered(op, 0)
	}
	return (v == lit) == (op == "eq")
}

func ordered(op string, c int) bool {
	switch op {
	case "eq":
		return c == 0
	case "ne":
		return c != 0
	case "gt":
		return c > 0
	case "ge":
		return c >= 0
	case "lt":
		return c < 0
	}
	return c <= 0
}
