package request

import "fmt"

// FieldError is a refusal at a field of a form.
type FieldError struct {
	// Field is the name of the input: name, members[0].who, rows[3].workspace.
	Field string
	// Sentence says what is wrong and what to do.
	Sentence string
}

// FieldErrors are the refusals of a form, in the order of its fields.
type FieldErrors []FieldError

// For returns the first sentence for a field, or nothing.
func (e FieldErrors) For(field string) string {
	for _, f := range e {
		if f.Field == field {
			return f.Sentence
		}
	}
	return ""
}

// add appends a refusal.
func (e *FieldErrors) add(field, format string, args ...any) {
	*e = append(*e, FieldError{Field: field, Sentence: fmt.Sprintf(format, args...)})
}

// within returns the errors with the names of their fields put under a prefix.
func (e FieldErrors) within(prefix string) FieldErrors {
	out := make(FieldErrors, len(e))
	for i, f := range e {
		out[i] = FieldError{Field: prefix + f.Field, Sentence: f.Sentence}
	}
	return out
}
