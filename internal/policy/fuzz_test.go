package policy_test

import (
	"testing"
	"testing/fstest"

	"steward/internal/policy"
)

// FuzzPack: whatever a rule file holds, it is compiled or refused with the place
// of what is wrong; nothing panics or runs away.
func FuzzPack(f *testing.F) {
	for _, seed := range []string{"", "rules: []", "id: own\nrules:\n  - id: a.b\n    title: T\n    severity: high\n    kind: workspace\n    when: size(workspace.name) > 3\n",
		"rules: &x [*x]", "include: [own.yaml]", "id: own\nrules:\n - id: a.b\n   kind: workspace\n   when: '((((((((((1))))))))))'\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		packs, problems := policy.LoadFile(fstest.MapFS{"own.yaml": {Data: text}}, "own.yaml")
		if len(problems) == 0 {
			_, problems = policy.Compile(packs, nil)
		}
		for _, p := range problems {
			if p.Text == "" {
				t.Fatalf("a problem that says nothing: %+v", p)
			}
		}
	})
}
