package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Rule is one rule as its author wrote it. The JSON form is what is hashed and
// kept, so a finding can always show the words it was made by.
type Rule struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Why      string   `json:"why"`
	Remedy   []string `json:"remedy"`
	Severity Severity `json:"severity"`
	Kind     Kind     `json:"kind"`
	Applies  Moment   `json:"applies"`
	// Setting names the tenant setting the rule is about; only on rules of
	// kind setting. Such a rule is judged even when Microsoft's answer lacks
	// the setting: the verdict is unknown then, not absent.
	Setting   string `json:"setting,omitempty"`
	Scope     Source `json:"scope"`
	Condition Source `json:"condition"`
	// Says is a CEL expression for one sentence about a finding; empty means
	// the title.
	Says       Source      `json:"says"`
	Parameters []Parameter `json:"parameters,omitempty"`
	References []Reference `json:"references,omitempty"`
	// NeverWaived is true for rules about waivers themselves.
	NeverWaived bool `json:"never_waived,omitempty"`
	// Off is true for rules that do nothing until somebody switches them on.
	Off      bool      `json:"off,omitempty"`
	Examples []Example `json:"-"`

	Pack string `json:"-"`
	Pos  Pos    `json:"-"`
	// Hash identifies this version of the rule: SHA-256, in hex, of its
	// canonical JSON. Examples, place and pack do not count.
	Hash string `json:"-"`

	overrides bool
}

// Source is one expression and where it begins.
type Source struct {
	Text string
	Pos  Pos
	// lines are the places at which the expression's lines begin; one entry
	// when only the beginning is known.
	lines []Pos
}

// MarshalJSON writes the text alone: moving a rule in its file does not make
// it another rule.
func (s Source) MarshalJSON() ([]byte, error) { return json.Marshal(s.Text) }

// at translates a place inside the expression to a place in the file.
func (s Source) at(line, column int) Pos {
	if line >= 1 && line <= len(s.lines) {
		p := s.lines[line-1]
		p.Column += column
		return p
	}
	return s.Pos
}

// Reference points to a control of a public baseline.
type Reference struct {
	Baseline string `json:"baseline"` // CIS or CISA
	Control  string `json:"control"`  // 9.1.1, MS.POWERBI.1.1v1
}

// Baseline is a list of controls with the rules that answer them.
type Baseline struct {
	ID       string
	Title    string
	Note     string // which edition, and that the document itself decides
	Controls []Control
	Pos      Pos
}

// Control is one control of a baseline. Which rules answer it follows from the
// rules' references; a control without any is manual.
type Control struct {
	ID     string
	Title  string // in our words
	Level  string
	Manual string // why the service cannot tell, and what evidence to keep
	Pos    Pos
}

// Pack is one rule file.
type Pack struct {
	Name      string
	Title     string
	File      string
	Rules     []*Rule
	Baselines []Baseline
	// Hash is SHA-256, in hex, over the hashes of its rules in order.
	Hash    string
	Builtin bool
}

// canonical returns JSON with no insignificant difference: struct order is
// fixed, maps are sorted, HTML is not escaped.
func canonical(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("policy: rule cannot be written as JSON: " + err.Error()) // only strings, numbers and lists
	}
	return bytes.TrimSpace(b.Bytes())
}

func hashOf(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Canonical returns the JSON whose SHA-256 is the rule's hash.
func (r *Rule) Canonical() []byte { return canonical(r) }

func (r *Rule) seal() { r.Hash = hashOf(r.Canonical()) }

func (p *Pack) seal() {
	parts := make([][]byte, len(p.Rules))
	for i, r := range p.Rules {
		parts[i] = []byte(r.Hash)
	}
	p.Hash = hashOf(parts...)
}
