package entra

import (
	"encoding/base64"
	"testing"
)

func TestAnAccessTokenTellsWhomItIsAbout(t *testing.T) {
	t.Parallel()
	token := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".x"
	}
	for _, c := range []struct{ name, token, want string }{
		{"an application's", token(`{"oid":"1210ED8D-278A","appid":"c55ff733"}`), "1210ed8d-278a"},
		{"without the claim", token(`{"appid":"c55ff733"}`), ""},
		{"no JSON", token(`oid`), ""},
		{"opaque", "abcdef", ""},
		{"not base64", "a.%%%.c", ""},
	} {
		if got := ObjectID(c.token); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
