package api

import (
	"encoding/json"
	"testing"

	"steward/internal/request"
	"steward/internal/web/ask"
)

// FuzzParams: whatever a program sends as parameters becomes values that every
// kind's form takes, or is refused; nothing panics, and no name slips through
// that the form does not have.
func FuzzParams(f *testing.F) {
	for _, seed := range []string{`{}`, `{"name":"FIN-A-DEV","members":[{"who":"a","right":"Admin"}]}`, `{"stages":["a",null,"b"]}`, `{"a":[[[[]]]]}`, `[1]`, `{"name":{"x":1}}`, `{"members":{"0":1}}`, `{"until":"2026-13-45"}`, `{"stage":1e309}`} {
		f.Add(seed)
	}
	kinds := request.Kinds()
	f.Fuzz(func(t *testing.T, text string) {
		for _, k := range kinds {
			values, err := flat(k.Kind, json.RawMessage(text))
			if err != nil {
				continue
			}
			p := request.New(k.Kind)
			ask.Bind(p, values)
			ask.Tidy(p)
			for name := range values {
				if !ask.Known(p, name) {
					t.Fatalf("%s takes %q", k.Kind, name)
				}
			}
		}
	})
}
