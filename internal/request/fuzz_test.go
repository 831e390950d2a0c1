package request_test

import (
	"testing"

	"steward/internal/fault"
	"steward/internal/request"
)

// FuzzParseApprovals: whatever stands in approvals.yaml, it is taken or refused
// with a sentence that names the file. A request is never agreed by a rule that
// asks for nobody.
func FuzzParseApprovals(f *testing.F) {
	for _, seed := range []string{"", "rules: []", "rules:\n  - {kinds: [workspace-create], steps: [{count: 1, roles: [approver]}]}\n", "rules: [{kinds: ['*'], steps: [{count: 0}]}]", "refuse: ['[']", "approval_life: 99999h", "emergency: {}", "rules: &x [*x]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := request.ParseApprovals("approvals.yaml", text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || fault.Sentence(err) == "" {
				t.Fatalf("%q: %v is no refusal", text, err)
			}
			return
		}
		if rules.Approval <= 0 || rules.Approval > request.ApprovalLife || rules.Window <= 0 || rules.Window > request.WindowLife {
			t.Fatalf("%q: an approval lives %s, a window %s", text, rules.Approval, rules.Window)
		}
	})
}
