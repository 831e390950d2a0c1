package request

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// ID is an id of the tenant: a GUID or what Microsoft uses in its place.
// Written down it is always lower-case.
type ID string

// NewID returns the id in the one form it is compared in.
func NewID(s string) ID { return ID(strings.ToLower(strings.TrimSpace(s))) }

// Value is a parameter of a call: a text, number, truth, list, object, or
// something that an earlier step of the plan will have answered. A text is
// never read as a reference, whatever a person wrote into it.
type Value struct {
	text   *string
	number *int64
	truth  *bool
	list   []Value
	fields map[string]Value
	from   *Ref
}

// Ref is a result of an earlier step.
type Ref struct {
	// Step is the id of the step, Result the name of what it answers.
	Step, Result string
}

// Text is a parameter that is a text.
func Text(s string) Value { return Value{text: &s} }

// IDText is a parameter that is an id.
func IDText(id ID) Value { return Text(string(NewID(string(id)))) }

// Number is a parameter that is a whole number.
func Number(n int64) Value { return Value{number: &n} }

// Truth is a parameter that is true or false.
func Truth(b bool) Value { return Value{truth: &b} }

// List is a parameter that is a list.
func List(v ...Value) Value { return Value{list: append([]Value{}, v...)} }

// Object is a parameter with fields of its own.
func Object(f map[string]Value) Value { return Value{fields: f} }

// From is a parameter that an earlier step answers.
func From(step, result string) Value { return Value{from: &Ref{Step: step, Result: result}} }

// Ref returns the reference, when the value is one.
func (v Value) Ref() (Ref, bool) {
	if v.from == nil {
		return Ref{}, false
	}
	return *v.from, true
}

// String shows the value to a person: a text as it is, a reference as words.
func (v Value) String() string {
	switch {
	case v.text != nil:
		return *v.text
	case v.from != nil:
		return "(" + v.from.Result + " from step " + v.from.Step + ")"
	}
	b, _ := json.Marshal(v) // never fails: every part is plain
	return string(b)
}

// IsZero reports whether nothing was said: written down as null.
func (v Value) IsZero() bool {
	return v.text == nil && v.number == nil && v.truth == nil && v.list == nil && v.fields == nil && v.from == nil
}

// refKey marks an object as a reference. No object of ours has such a field.
const refKey = "$step"

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.text != nil:
		return json.Marshal(*v.text)
	case v.number != nil:
		return json.Marshal(*v.number)
	case v.truth != nil:
		return json.Marshal(*v.truth)
	case v.list != nil:
		return json.Marshal(v.list)
	case v.fields != nil:
		return json.Marshal(v.fields)
	case v.from != nil:
		return json.Marshal(map[string]string{refKey: v.from.Step, "result": v.from.Result})
	}
	return []byte("null"), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return fmt.Errorf("empty value")
	}
	switch b[0] {
	case '"':
		v.text = new(string)
		return json.Unmarshal(b, v.text)
	case 't', 'f':
		v.truth = new(bool)
		return json.Unmarshal(b, v.truth)
	case 'n':
		return nil
	case '[':
		v.list = []Value{}
		return json.Unmarshal(b, &v.list)
	case '{':
		return v.readObject(b)
	}
	v.number = new(int64)
	return json.Unmarshal(b, v.number)
}

func (v *Value) readObject(b []byte) error {
	fields := map[string]Value{}
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	step, isRef := fields[refKey]
	if !isRef {
		v.fields = fields
		return nil
	}
	result := fields["result"]
	if len(fields) != 2 || step.text == nil || result.text == nil {
		return fmt.Errorf("a reference names a step and a result")
	}
	v.from = &Ref{Step: *step.text, Result: *result.text}
	return nil
}

// Results finds what an earlier step answered.
type Results func(step, result string) (string, bool)

// Resolve returns the value as plain Go data for a JSON body, with references
// replaced. It fails when a step has not answered yet.
func (v Value) Resolve(results Results) (any, error) {
	switch {
	case v.text != nil:
		return *v.text, nil
	case v.number != nil:
		return *v.number, nil
	case v.truth != nil:
		return *v.truth, nil
	case v.from != nil:
		return v.from.resolve(results)
	case v.list != nil:
		out := make([]any, len(v.list))
		for i, e := range v.list {
			one, err := e.Resolve(results)
			if err != nil {
				return nil, err
			}
			out[i] = one
		}
		return out, nil
	case v.fields != nil:
		return resolveFields(v.fields, results)
	}
	return nil, nil
}

func (r Ref) resolve(results Results) (any, error) {
	if results != nil {
		if s, ok := results(r.Step, r.Result); ok && s != "" {
			return s, nil
		}
	}
	return nil, fmt.Errorf("step %s has not answered %s yet", r.Step, r.Result)
}

func resolveFields(fields map[string]Value, results Results) (map[string]any, error) {
	out := make(map[string]any, len(fields))
	for name, f := range fields {
		one, err := f.Resolve(results)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = one
	}
	return out, nil
}

// Plain returns the value as text, with a reference replaced: for looks, paths
// and observations.
func (v Value) Plain(results Results) (string, error) {
	one, err := v.Resolve(results)
	if err != nil {
		return "", err
	}
	switch one := one.(type) {
	case string:
		return one, nil
	case nil:
		return "", nil
	}
	return v.String(), nil
}
