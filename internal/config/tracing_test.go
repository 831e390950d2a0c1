package config_test

import (
	"strings"
	"testing"

	"steward/internal/config"
)

func TestTracingIsChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tracing: {}": "",
		"tracing: {endpoint: 'https://c.example.com:4318/v1/traces', share: 0.1}": "",
		"tracing: {endpoint: 'http://127.0.0.1:4318/v1/traces'}":                  "",
		"tracing: {share: 0.5}":                                             "tracing.endpoint",
		"tracing: {endpoint: 'http://c.example.com/v1/traces'}":             "tracing.endpoint",
		"tracing: {endpoint: 'https://c.example.com/v1/traces', share: 3}":  "tracing.share",
		"tracing: {endpoint: 'https://c.example.com/v1/traces', share: -1}": "tracing.share",
	} {
		_, err := config.Load(config.Source{File: write(t, good+text+"\n")})
		if got := ""; err != nil {
			got = err.Error()
			if want == "" || !strings.Contains(got, want) {
				t.Errorf("%s: %s", text, got)
			}
		} else if want != "" {
			t.Errorf("%s is accepted", text)
		}
	}
}
