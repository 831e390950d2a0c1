package odata_test

import (
	"errors"
	"strings"
	"testing"

	"steward/internal/sim/odata"
)

var ada = odata.Fields{"name": "Ada's Report", "id": "0f084df7-c13d-451b-af5f-ed0c466403b2", "size": 12.0, "open": true, "gone": nil,
	"types": []string{"Unified", "Dynamic"}, "users": []odata.Row{
		odata.Fields{"right": "Admin", "mail": "ada@contoso.com"}, odata.Fields{"right": "Viewer", "mail": ""}}}

func TestMatch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"":                        true,
		"name eq 'ada''s report'": true,
		"name ne 'x'":             true,
		"id eq 0F084DF7-c13d-451b-af5f-ed0c466403b2": true,
		"size gt 11.5":                true,
		"size ge 12 and size le 12":   true,
		"size lt 12":                  false,
		"open eq true":                true,
		"open ne true":                false,
		"not open eq true":            false,
		"not (open eq false)":         true,
		"gone eq null":                true,
		"name eq null":                false,
		"size eq 'x'":                 false,
		"open eq false or size eq 12": true,
		"open eq false or size eq 12 and name eq 'x'":                      false,
		"(open eq false or size eq 12) and open eq true":                   true,
		"contains(name,'report')":                                          true,
		"startswith(name,'ada')":                                           true,
		"endswith(name,'ada')":                                             false,
		"users/any()":                                                      true,
		"(not users/any())":                                                false,
		"users/any(u: u/right eq 'Admin')":                                 true,
		"users/any(u: u/right eq Some.Type.Right'Admin' and u/mail ne '')": true,
		"users/any(u: u/right eq 'Owner')":                                 false,
		"types/any(x: x eq 'unified')":                                     true,
		"types/any(x:x eq 'Other')":                                        false,
	} {
		f, err := odata.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := f.Match(ada); err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", text, got, err, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"name", "name eq", "name is 'x'", "name eq x", "(name eq 'x'", "name eq 'x')", "name eq 'x' 'y'",
		"contains(name)", "contains(name,1)", "length(name) eq 1", "users/any(u u/right eq 'x')", "name eq 'x' and",
		strings.Repeat("(", 60) + "open eq true" + strings.Repeat(")", 60), strings.Repeat("x", 5000)} {
		if _, err := odata.Parse(text); !errors.Is(err, odata.ErrFilter) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	for _, text := range []string{"hat eq 1", "hats/any()", "users/any(u: u/hat eq 1)", "contains(hat,'x')"} {
		f, err := odata.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, err := f.Match(ada); !errors.Is(err, odata.ErrFilter) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzParse: no text makes the parser or a match panic.
func FuzzParse(f *testing.F) {
	f.Add("name eq 'x' and not (users/any(u: u/right eq A.B'c'))")
	f.Add("contains(name,''')")
	f.Fuzz(func(_ *testing.T, text string) {
		if c, err := odata.Parse(text); err == nil {
			_, _ = c.Match(ada)
		}
	})
}
