package secret

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "s3cr3t-canary-Zx81"

type holder struct {
	Name   string
	Secret Value
	hidden Value
	deep   *struct{ v Value }
	list   []Value
	byName map[string]Value
}

func newHolder() holder {
	v := New(canary)
	return holder{Name: "app", Secret: v, hidden: v, deep: &struct{ v Value }{v}, list: []Value{v}, byName: map[string]Value{"k": v}}
}

func TestValueNeverPrints(t *testing.T) {
	t.Parallel()
	v, h := New(canary), newHolder()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p", "% x", "%10.4s", "%t", "%c", "%U"} {
		for name, arg := range map[string]any{"value": v, "pointer": &v, "struct": h, "struct pointer": &h, "slice": []Value{v}, "map": map[string]Value{"a": v}, "any": []any{v}} {
			if got := fmt.Sprintf(verb, arg); leaks(got) {
				t.Errorf("Sprintf(%q, %s) = %q", verb, name, got)
			}
		}
	}
	if got := fmt.Sprint(v); got != Redacted {
		t.Errorf("Sprint = %q, want %q", got, Redacted)
	}
	if got := fmt.Errorf("token: %w: %v", errors.New("no"), v).Error(); leaks(got) {
		t.Errorf("error text = %q", got)
	}
}

func TestValueNeverEncodes(t *testing.T) {
	t.Parallel()
	h := newHolder()
	raw, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if leaks(string(raw)) || !strings.Contains(string(raw), Redacted) {
		t.Errorf("JSON = %s", raw)
	}
	var buf bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&buf, nil), slog.NewTextHandler(&buf, nil)} {
		slog.New(handler).Info("x", "secret", h.Secret, "holder", h, "pointer", &h, slog.Group("g", "s", h.Secret))
	}
	if leaks(buf.String()) {
		t.Errorf("log = %s", buf.String())
	}
	buf.Reset()
	if err := gob.NewEncoder(&buf).Encode(h.Secret); err != nil {
		t.Fatal(err)
	}
	if leaks(buf.String()) {
		t.Errorf("gob holds the secret")
	}
}

func leaks(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, strings.ToLower(canary)) || strings.Contains(strings.ReplaceAll(s, " ", ""), fmt.Sprintf("%x", canary))
}

func TestValueReveals(t *testing.T) {
	t.Parallel()
	v := New(canary)
	if v.Reveal() != canary || v.Empty() || !(Value{}).Empty() {
		t.Errorf("Reveal = %q, Empty = %v", v.Reveal(), v.Empty())
	}
	if !v.Equal(New(canary)) || v.Equal(New(canary+"x")) || v.Equal(Value{}) {
		t.Error("Equal is wrong")
	}
}
