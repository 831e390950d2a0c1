package policy_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"steward/internal/policy"
)

// The list of facts in docs/rules.md is made from the code. STEWARD_WRITE=1
// writes it anew.
func TestDocumentedFacts(t *testing.T) {
	const page, heading = "../../docs/rules.md", "## The facts\n\n"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text, facts, found := strings.Cut(string(data), heading)
	if !found {
		t.Fatalf("%s has no section on facts", page)
	}
	want := factList()
	if facts == want {
		return
	}
	if os.Getenv("STEWARD_WRITE") == "" {
		t.Fatalf("the facts in %s are not those of the code: run this test with STEWARD_WRITE=1", page)
	}
	if err := os.WriteFile(page, []byte(text+heading+want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func factList() string {
	var b strings.Builder
	for _, k := range policy.Kinds() {
		fmt.Fprintf(&b, "### %s\n\n| fact | type | |\n|---|---|---|\n", k)
		for _, f := range policy.Facts(k) {
			unknown := ""
			if f.MayBeUnknown {
				unknown = " *(may be unknown)*"
			}
			fmt.Fprintf(&b, "| `%s.%s` | %s | %s%s |\n", k, f.Name, strings.TrimPrefix(f.Type, "policy."), f.Doc, unknown)
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
