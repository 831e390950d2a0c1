package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/ledger"
	"steward/internal/secret"
)

// TestSecretsInUseAreRecorded: each secret once, again when it was exchanged or
// cannot be read, and never a word of it.
func TestSecretsInUseAreRecorded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	all := []usedSecret{{name: "contoso scanner client_secret", tenant: "contoso", ref: secret.File(path)}}
	known := map[string][sha256.Size]byte{}
	for i, step := range []struct{ content, says string }{
		{"canary-1", "in use since"}, {"canary-1", ""}, {"canary-2", "exchanged"}, {"", "is not there"}, {"", ""}, {"canary-1", "exchanged"},
	} {
		err := os.Remove(path)
		if step.content != "" {
			err = os.WriteFile(path, []byte(step.content), 0o600)
		}
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		got := secretNews(all, known)
		if step.says == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || step.says == "" || !strings.Contains(got[0].Reason, step.says) || (got[0].Outcome == ledger.Failed) != (step.content == "") {
			t.Fatalf("step %d: %+v, want %q", i, got, step.says)
		}
		got[0].Time = time.Now()
		raw, err := ledger.Canonical(got[0])
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(step.content))
		if strings.Contains(string(raw), "canary") || strings.Contains(string(raw), hex.EncodeToString(sum[:])[:16]) {
			t.Errorf("step %d: the entry holds the secret or its digest: %s", i, raw)
		}
	}
}

// TestStartsAreRecordedWithWhatIsInForce: the rules at each start, and the
// configuration when it is another one than at the start before.
func TestStartsAreRecordedWithWhatIsInForce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, help := range []string{"", "", "Ask Ana.", "Ask Ana."} {
		s.cfg.SignIn.Help = help
		if err := s.begun(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	starts, loads, changes := s.entries(ledger.Start), s.entries(ledger.PolicyLoad), s.entries(ledger.Configure)
	if len(starts) != 4 || len(loads) != 4 || loads[0].After != s.rules.Set().Hash {
		t.Errorf("%d starts, %d of the rules: %+v", len(starts), len(loads), loads)
	}
	if len(changes) != 2 || changes[0].Before != "" || changes[1].Before != changes[0].After || changes[1].After == changes[0].After {
		t.Errorf("changes of the configuration: %+v", changes)
	}
	if all := fmt.Sprintf("%+v", changes); strings.Contains(all, "Ana") {
		t.Errorf("the configuration itself is in the ledger: %s", all)
	}
}
