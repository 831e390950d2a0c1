package odata

import (
	"fmt"
	"strings"
)

// call compiles contains(a,'b'), startswith, endswith, and collection/any(…).
func (p *parser) call(word string) (node, error) {
	p.next() // (
	if coll, ok := strings.CutSuffix(word, "/any"); ok {
		return p.any(strings.TrimPrefix(coll, p.lambda))
	}
	fn := map[string]func(s, part string) bool{
		"contains": strings.Contains, "startswith": strings.HasPrefix, "endswith": strings.HasSuffix}[strings.ToLower(word)]
	if fn == nil {
		return nil, fmt.Errorf("%w: the function %q is not known", ErrFilter, word)
	}
	field := p.field(p.next())
	if err := p.expect(","); err != nil {
		return nil, err
	}
	lit, err := p.literal()
	if err != nil {
		return nil, err
	}
	part, ok := lit.(string)
	if !ok {
		return nil, fmt.Errorf("%w: %s needs a text", ErrFilter, word)
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return func(r Row) (any, error) {
		v, err := value(r, field)
		if err != nil {
			return nil, err
		}
		s, _ := v.(string)
		return fn(strings.ToLower(s), strings.ToLower(part)), nil
	}, nil
}

// any compiles users/any() and users/any(u: u/right eq 'Admin').
func (p *parser) any(collection string) (node, error) {
	p.filter.names[collection] = true
	var inner node
	if p.peek() != ")" {
		variable := p.next()
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		outer := p.lambda
		p.lambda = variable + "/"
		var err error
		if inner, err = p.or(); err != nil {
			return nil, err
		}
		p.lambda = outer
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return func(r Row) (any, error) {
		rows, ok := r.Each(collection)
		if !ok {
			return nil, fmt.Errorf("%w: could not find a collection named %q", ErrFilter, collection)
		}
		for _, x := range rows {
			if inner == nil {
				return true, nil
			}
			v, err := inner(x)
			if err != nil {
				return nil, err
			}
			if v == true {
				return true, nil
			}
		}
		return false, nil
	}, nil
}

// Fields is a row that is a plain table of values.
type Fields map[string]any

// Field implements Row.
func (f Fields) Field(name string) (any, bool) {
	v, ok := f[name]
	return v, ok
}

// Each implements Row: a list of rows, or of texts.
func (f Fields) Each(name string) ([]Row, bool) {
	switch list := f[name].(type) {
	case []Row:
		return list, true
	case []string:
		rows := make([]Row, len(list))
		for i, text := range list {
			rows[i] = scalar(text)
		}
		return rows, true
	}
	return nil, false
}

// scalar is one text of a list: groupTypes/any(t: t eq 'Unified').
type scalar string

// Field implements Row; whatever the variable is called, it is the text.
func (s scalar) Field(string) (any, bool) { return string(s), true }

// Each implements Row; a text has no collections.
func (s scalar) Each(string) ([]Row, bool) { return nil, false }
