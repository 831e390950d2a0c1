package refreshplan_test

import (
	"testing"

	"steward/internal/refreshplan"
)

// FuzzParse: whatever is typed is refused with a sentence, or is a plan that
// means the same when it is written down and read again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "nodes: []", "name: Nightly\nnodes:\n  - {name: a, workspace: FIN-A-PROD, model: Sales}\n  - {name: b, workspace: FIN-A-PROD, model: Cash, after: [a]}\n",
		"nodes:\n- name: a\n  after: [a]\n", "nodes: &x [*x]", "name: \"\\u202e\"\nnodes: 3", "---\n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, problems := refreshplan.Parse(text)
		for _, problem := range problems {
			if problem.Sentence == "" {
				t.Fatalf("a problem without a sentence: %+v", problem)
			}
		}
		if len(problems) > 0 {
			return
		}
		written := p.YAML()
		again, problems := refreshplan.Parse([]byte(written))
		if len(problems) > 0 || again.YAML() != written {
			t.Fatalf("%q became\n%s\nand then\n%s\n%v", text, written, again.YAML(), problems)
		}
	})
}
