package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what a secret looks like wherever it is printed.
const Redacted = "[redacted]"

// Value holds the text of one secret. The zero Value is empty.
//
// The text sits behind a function, not in a field: fmt cannot call the methods
// of an unexported field of someone else's struct and walks its memory instead,
// where it finds the address of a function and no text.
type Value struct{ text func() string }

// New wraps text. Use it where a secret is made rather than read, and in tests.
func New(text string) Value { return Value{text: func() string { return text }} }

// Reveal returns the text. Every call is a place to review: the result may be
// handed to the library that needs it and to nothing that prints or stores.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return v.text()
}

// Empty reports whether there is no text.
func (v Value) Empty() bool { return v.Reveal() == "" }

// Equal compares two secrets in a time that depends on their lengths only.
func (v Value) Equal(w Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Reveal()), []byte(w.Reveal())) == 1
}

// Format answers every verb of fmt, %x and %#v included.
func (Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// String returns Redacted.
func (Value) String() string { return Redacted }

// GoString returns Redacted.
func (Value) GoString() string { return Redacted }

// MarshalText returns Redacted, for JSON keys, YAML and flags.
func (Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalJSON returns Redacted as a JSON string.
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalBinary returns Redacted, for gob.
func (Value) MarshalBinary() ([]byte, error) { return []byte(Redacted), nil }

// LogValue returns Redacted, for slog.
func (Value) LogValue() slog.Value { return slog.StringValue(Redacted) }
