package auth

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzReturnTo resolves what ReturnTo lets through as a browser would: repaired,
// and against the portal's own address. It never leaves the portal.
func FuzzReturnTo(f *testing.F) {
	for _, seed := range []string{"/", "/workspaces?q=a%20b", "//evil.example", "/\\evil.example", "/%2f/evil.example", "/a/../..//evil.example", "/\t/evil.example", "/..;/x", "https:evil.example", "/@evil.example", "/%5cevil.example", "/login?next=/"} {
		f.Add(seed)
	}
	here, _ := url.Parse("https://portal.example/login")
	repair := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/")
	f.Fuzz(func(t *testing.T, given string) {
		got := ReturnTo(given)
		for _, text := range []string{got, repair.Replace(strings.TrimSpace(got))} {
			to, err := here.Parse(text)
			if err != nil || to.Host != here.Host || to.Scheme != here.Scheme || strings.HasPrefix(text, "//") {
				t.Fatalf("%q leads to %q (%v)", given, text, err)
			}
		}
		if again := ReturnTo(got); again != got {
			t.Fatalf("%q became %q, and then %q", given, got, again)
		}
	})
}
