package auth_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"steward/internal/auth"
)

// hostile builds addresses from the known classes of open redirects: other
// schemes, scheme-relative, backslashes, control characters, encodings once
// and twice, user parts, dots, white space of Unicode, look-alike characters.
func hostile() []string {
	hosts := []string{"evil.example", "evil.example/%2f..", "127.0.0.1@evil.example", "google.com", "0x7f.1", "[::1]", "evil%E3%80%82example", "evil。example", "1.1.1.1:443/x"}
	fronts := []string{
		"//", "///", "////", `/\`, `\/`, `\\`, `/\/`, `//\`, `\/\/`, `/\\/`, "/\t/", "/\n/", "/\r/", "\t//", " //", "/ /", "/%09/", "/%0a/", "/%0d/", "/%2f", "/%2F/", "/%5c", "/%5C/", "%2f%2f", "/%252f", "/%255c/", "/%25252f%25252f",
		"http://", "https://", "HTTPS://", "http:/", "http:", "https:\\\\", "https:/\\", "ftp://", "ws://", "//user:pass@", "http://127.0.0.1:8080@", "http://127.0.0.1:8080.", "//127.0.0.1:8080@",
		"/./", "/../", "/.//", "/..//", "/a/../..//", "/a//", "/;@", "/@", "/%40", "/:80//", "/\u200b/", "/\u00a0/", "/\u3000/", "/\ufeff//", "/\u202e//", "/\u2028//", "/%e2%80%ae/", "/%00/", "/\x00/", "/\x7f/", "/\xff/", "?//", "#//", "/#//", "/..;//", "/%2e%2e//", "/%2e/", ".", "..", "", "@", "~//",
	}
	var out []string
	for _, f := range fronts {
		for _, h := range hosts {
			out = append(out, f+h)
		}
	}
	return append(out,
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "/javascript:alert(1)//\n", "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd", "blob:x", "about:blank", "mailto:x@evil.example",
		"", " ", "/\r\nSet-Cookie: a=b", "/%0d%0aSet-Cookie:%20a=b", "/login", "/login?return=/", "/login/callback?code=x", "/logout", "/%6cogin", "/a#b", "/a%", "/a?%zz", "/a?x=%", "/a;b=1;%zz", "workspaces", "./workspaces", "//", `\`, `/\`, "/"+strings.Repeat("a", 3000),
	)
}

func TestReturnToNeverLeaves(t *testing.T) {
	t.Parallel()
	list := hostile()
	if len(list) < 500 {
		t.Fatalf("%d strings", len(list))
	}
	for _, s := range list {
		if got := auth.ReturnTo(s); !staysHere(got) {
			t.Errorf("ReturnTo(%q) = %q", s, got)
		}
		if got := auth.ReturnTo(s); got != "/" && !harmless(s) {
			t.Errorf("ReturnTo(%q) = %q, want /", s, got)
		}
	}
	t.Logf("%d hostile return addresses, none leaves", len(list))
}

// harmless are strings of the list that are odd paths on this site and nothing
// more; everything else must become "/".
func harmless(s string) bool {
	return strings.HasPrefix(s, "/;@") || strings.HasPrefix(s, "/a?") || strings.HasPrefix(s, "/a;")
}

// staysHere judges as a browser does: white space inside is dropped, \ is /.
func staysHere(s string) bool {
	s = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		if r == '\\' {
			return '/'
		}
		return r
	}, s)
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		return false
	}
	base, _ := url.Parse("http://127.0.0.1:8080/login/callback")
	ref, err := base.Parse(s)
	return err == nil && ref.Host == base.Host && ref.Scheme == base.Scheme
}

func TestReturnToKeepsOurPages(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"/", "/workspaces", "/workspaces/contoso/9f2c-1", "/workspaces?q=Finance%20%26%20Co&sort=-name&page=2", "/items/contoso/x?as_of=2026-09-01", "/violations/12",
		"/access?q=a%2Fb", "/changes?from=2026-09-01&to=2026-09-08", "/workspaces?q=%C3%A9", "/requests/new/workspace", "/people/contoso/ana%20b",
	} {
		if got := auth.ReturnTo(s); got != s {
			t.Errorf("ReturnTo(%q) = %q", s, got)
		}
	}
}

func TestReturnToWhateverIsGiven(t *testing.T) {
	t.Parallel()
	pieces := []string{"/", `\`, "//", "evil.example", "@", ":", "%2f", "%5c", "%09", "\t", "\n", ".", "..", "http:", "a", "?", "#", "&", ";", "%", "\u202e", "é", " ", "%25"}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "any") {
			s = rapid.String().Draw(t, "text")
		}
		got := auth.ReturnTo(s)
		if !staysHere(got) {
			t.Fatalf("ReturnTo(%q) = %q", s, got)
		}
		if again := auth.ReturnTo(got); again != got {
			t.Fatal(fmt.Sprintf("not stable: %q, then %q", got, again))
		}
	})
}
