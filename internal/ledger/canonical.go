package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"steward/internal/fault"
)

// version is in every entry, so that a later form can be told from this one.
const version = 1

// maxText is the most one field holds, in bytes; the rest is cut with an
// ellipsis. An entry must not grow with what a stranger sends.
const maxText = 2000

// Canonical returns the one byte form of an entry: a flat JSON object with
// sorted keys, UTF-8 in NFC, no numbers but the version, times with
// milliseconds, every field present. Empty when there is nothing to say.
//
// It fails on an unknown action, outcome or detail and on a digest that is
// none: what has no class is not recorded in silence, it is not recorded at
// all, and the change it belongs to does not happen.
func Canonical(e Entry) ([]byte, error) {
	if err := check(e); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for _, f := range fields {
		if f.key == detailsKey {
			writeDetails(&b, e.Details)
		} else {
			writePair(&b, f.key, *f.at(&e))
		}
		b.WriteByte(',')
	}
	writePair(&b, "time", FormatTime(e.Time))
	fmt.Fprintf(&b, `,"v":%d}`, version)
	return b.Bytes(), nil
}

func writeDetails(b *bytes.Buffer, details map[Detail]string) {
	b.WriteString(`"details":{`)
	for i, k := range slices.Sorted(maps.Keys(details)) {
		if i > 0 {
			b.WriteByte(',')
		}
		writePair(b, string(k), details[k])
	}
	b.WriteByte('}')
}

func writePair(b *bytes.Buffer, key, value string) {
	writeText(b, key)
	b.WriteByte(':')
	writeText(b, clip(value))
}

// writeText writes a JSON string. Encoding a string cannot fail; < > & stay
// readable for whoever opens the export in an editor.
func writeText(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)
	b.Truncate(b.Len() - 1) // Encode ends with a newline
}

// clip brings a text into NFC and valid UTF-8 and cuts it at maxText.
func clip(s string) string {
	if len(s) > 4*maxText { // do not normalise a megabyte to throw it away
		s = s[:4*maxText]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) <= maxText {
		return s
	}
	s = s[:maxText-len("…")]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

func check(e Entry) error {
	if !e.Action.Valid() {
		return fault.New(fault.Internal, "The ledger knows no action %q.", e.Action)
	}
	if !slices.Contains(Outcomes, e.Outcome) {
		return fault.New(fault.Internal, "The ledger knows no outcome %q (action %s).", e.Outcome, e.Action)
	}
	if e.Time.IsZero() {
		return fault.New(fault.Internal, "An entry for %s has no time.", e.Action)
	}
	for _, f := range fields {
		if f.class == Digest && !isDigest(*f.at(&e)) {
			return fault.New(fault.Internal, "The field %s of an entry for %s is not a digest.", f.key, e.Action)
		}
	}
	for k, v := range e.Details {
		switch detailClass[k] {
		case "":
			return fault.New(fault.Internal, "The ledger knows no detail %q (action %s); give it a class first.", k, e.Action)
		case Digest:
			if !isDigest(v) {
				return fault.New(fault.Internal, "The detail %s of an entry for %s is not a digest.", k, e.Action)
			}
		case Public, Personal:
		}
	}
	return nil
}

// isDigest accepts a SHA-256 in lower-case hex, or nothing.
func isDigest(s string) bool {
	if s == "" {
		return true
	}
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// Parse reads an entry from its canonical form. Fields of a later version that
// this program does not know are left out; the hash covers them all the same.
func Parse(body []byte) (Entry, error) {
	var raw struct {
		Time    string            `json:"time"`
		Details map[Detail]string `json:"details"`
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return Entry{}, fault.Wrap(err, fault.Invalid, "A ledger entry cannot be read.")
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return Entry{}, fault.Wrap(err, fault.Invalid, "A ledger entry cannot be read.")
	}
	at, err := time.Parse(timeForm, raw.Time)
	if err != nil {
		return Entry{}, fault.Wrap(err, fault.Invalid, "A ledger entry has no readable time.")
	}
	e := Entry{Time: at.UTC()}
	if len(raw.Details) > 0 {
		e.Details = raw.Details
	}
	for _, f := range fields {
		if text, ok := all[f.key]; ok && f.key != detailsKey {
			if err := json.Unmarshal(text, f.at(&e)); err != nil {
				return Entry{}, fault.Wrap(err, fault.Invalid, "The field %s of a ledger entry cannot be read.", f.key)
			}
		}
	}
	return e, nil
}
