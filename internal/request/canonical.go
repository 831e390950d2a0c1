package request

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"steward/internal/fault"
)

// Canonical returns the one byte form of a plan: JSON with sorted keys, no
// blanks, texts in Unicode NFC, ids lower-case, whole numbers only, times in
// UTC milliseconds, nothing left out (a list of nothing is [], an absent thing
// null). Invalid when a text is not UTF-8.
func (p Plan) Canonical() ([]byte, error) {
	b, err := canonical(nil, reflect.ValueOf(p))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The plan holds text that is not valid Unicode. Type it again.")
	}
	return b, nil
}

// HashOf is the SHA-256 of canonical bytes in hex: what an approval is for.
func HashOf(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// Hash returns the hash of the plan's canonical bytes.
func (p Plan) Hash() (string, error) {
	b, err := p.Canonical()
	if err != nil {
		return "", err
	}
	return HashOf(b), nil
}

// ParsePlan reads canonical bytes back. It refuses everything that is not
// byte for byte what Canonical would write, so that nothing can be hidden
// between what is hashed and what is read.
func ParsePlan(b []byte) (Plan, error) {
	var p Plan
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("read plan: %w", err)
	}
	if p.Version != PlanVersion {
		return Plan{}, fmt.Errorf("read plan: version %q is not %s", p.Version, PlanVersion)
	}
	again, err := p.Canonical()
	if err != nil {
		return Plan{}, fmt.Errorf("read plan: %w", err)
	}
	if !bytes.Equal(again, b) {
		return Plan{}, fmt.Errorf("read plan: the bytes are not in canonical form")
	}
	return p, nil
}

// MarshalJSON writes an id in lower case, wherever it stands.
func (id ID) MarshalJSON() ([]byte, error) { return json.Marshal(strings.ToLower(string(id))) }

var (
	timeType  = reflect.TypeFor[time.Time]()
	valueType = reflect.TypeFor[Value]()
	idType    = reflect.TypeFor[ID]()
)

// canonical appends the form of one Go value. It walks our own types only; a
// kind it does not know is a mistake of ours and refused, floats among them.
func canonical(b []byte, v reflect.Value) ([]byte, error) {
	switch v.Type() {
	case timeType:
		t, _ := v.Interface().(time.Time)
		return strconv.AppendQuote(b, t.UTC().Format(timeForm)), nil
	case valueType:
		one, _ := v.Interface().(Value)
		return one.canonical(b)
	case idType:
		return appendText(b, strings.ToLower(v.String()))
	}
	switch v.Kind() {
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Int, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return canonical(b, v.Elem())
	case reflect.Slice:
		return canonicalList(b, v)
	case reflect.Map:
		return canonicalMap(b, v)
	case reflect.Struct:
		return canonicalStruct(b, v)
	}
	return nil, fmt.Errorf("a plan holds no %s", v.Type())
}

// timeForm has a fixed width, as in the ledger.
const timeForm = "2006-01-02T15:04:05.000Z"

// appendText writes a text in NFC.
func appendText(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("not UTF-8: %q", s)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(norm.NFC.String(s)); err != nil {
		return nil, err
	}
	return append(b, bytes.TrimRight(out.Bytes(), "\n")...), nil
}

func canonicalList(b []byte, v reflect.Value) ([]byte, error) {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = canonical(b, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// canonicalMap writes a map. Calls tell no body from an empty one, so a nil map
// is null; two keys that are one in NFC are refused.
func canonicalMap(b []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	members := make([]member, 0, v.Len())
	for _, key := range v.MapKeys() {
		members = append(members, member{norm.NFC.String(key.String()), v.MapIndex(key)})
	}
	return appendMembers(b, members)
}

func canonicalStruct(b []byte, v reflect.Value) ([]byte, error) {
	members := make([]member, v.NumField())
	for i := range members {
		members[i] = member{v.Type().Field(i).Tag.Get("json"), v.Field(i)}
	}
	return appendMembers(b, members)
}

type member struct {
	key string
	val reflect.Value
}

func appendMembers(b []byte, members []member) ([]byte, error) {
	slices.SortFunc(members, func(x, y member) int { return strings.Compare(x.key, y.key) })
	b = append(b, '{')
	for i, m := range members {
		if i > 0 {
			if members[i-1].key == m.key {
				return nil, fmt.Errorf("key %q twice", m.key)
			}
			b = append(b, ',')
		}
		var err error
		if b, err = appendText(b, m.key); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = canonical(b, m.val); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// canonical appends the form of a parameter.
func (v Value) canonical(b []byte) ([]byte, error) {
	switch {
	case v.text != nil:
		return appendText(b, *v.text)
	case v.number != nil:
		return strconv.AppendInt(b, *v.number, 10), nil
	case v.truth != nil:
		return strconv.AppendBool(b, *v.truth), nil
	case v.list != nil:
		return canonicalList(b, reflect.ValueOf(v.list))
	case v.fields != nil:
		if _, taken := v.fields[refKey]; taken {
			return nil, fmt.Errorf("%s is not a field", refKey)
		}
		return canonicalMap(b, reflect.ValueOf(v.fields))
	case v.from != nil:
		return canonicalMap(b, reflect.ValueOf(map[string]string{refKey: v.from.Step, "result": v.from.Result}))
	}
	return append(b, "null"...), nil
}
