package config_test

import (
	"testing"

	"steward/internal/config"
	"steward/internal/fault"
)

// FuzzLoad: whatever a configuration holds, it is taken or refused with a
// sentence for whoever wrote it.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"", good, "tenants: 3", "tenants: [{}, {}]", "a: &x [*x]", "listen: [", "notify: {smtp: {host: a}}", "reports: [{name: a}]", "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Load(config.Source{File: write(t, text)})
		if err == nil && (c == nil || len(c.Tenants) == 0 && c.Listen == "") {
			t.Fatalf("%q is taken as nothing", text)
		}
		if err != nil && (!fault.Is(err, fault.Invalid) || fault.Sentence(err) == "") {
			t.Fatalf("%q: %v is no refusal", text, err)
		}
	})
}
