package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/fault"
)

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scanner")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefReads(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, want string }{
		{"plain", "abc", "abc"},
		{"trailing newline", "abc\n", "abc"},
		{"windows newline", "abc\r\n", "abc"},
		{"blanks are part of it", " a b ", " a b "},
		{"only one line end is dropped", "abc\n\n", "abc\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, err := File(write(t, tc.text, 0o600)).Read()
			if err != nil || v.Reveal() != tc.want {
				t.Errorf("Read = %q, %v; want %q", v.Reveal(), err, tc.want)
			}
		})
	}
}

func TestRefFollowsRotation(t *testing.T) {
	t.Parallel()
	path := write(t, "old", 0o400)
	ref := File(path)
	if v, err := ref.Read(); err != nil || v.Reveal() != "old" {
		t.Fatalf("Read = %v", err)
	}
	next := write(t, "new", 0o400)
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
	if v, err := ref.Read(); err != nil || v.Reveal() != "new" {
		t.Errorf("after rotation Read = %v, %v; want the new secret", v.Reveal(), err)
	}
}

func TestRefRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, tc := range []struct {
		name string
		ref  Ref
		says []string
	}{
		{"missing file", File(filepath.Join(dir, "nope")), []string{"nope", "not there"}},
		{"world-readable", File(write(t, canary, 0o644)), []string{"scanner", "chmod 600", "0644"}},
		{"world-writable", File(write(t, canary, 0o602)), []string{"chmod 600"}},
		{"empty", File(write(t, "\n", 0o600)), []string{"empty"}},
		{"directory", File(dir), []string{"not a regular file"}},
		{"too large", File(write(t, strings.Repeat("x", maxFile+1), 0o600)), []string{"larger than"}},
		{"variable unset", Env("STEWARD_TEST_SURELY_UNSET"), []string{"STEWARD_TEST_SURELY_UNSET"}},
		{"nothing", Ref{}, []string{"missing"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.ref.Read()
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("Read error = %v, want Invalid", err)
			}
			for _, s := range tc.says {
				if !strings.Contains(fault.Sentence(err), s) {
					t.Errorf("sentence %q does not say %q", fault.Sentence(err), s)
				}
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("error repeats the secret: %v", err)
			}
		})
	}
}

func TestRefFromEnvironment(t *testing.T) {
	t.Setenv("STEWARD_TEST_SECRET", "abc")
	if v, err := Env("STEWARD_TEST_SECRET").Read(); err != nil || v.Reveal() != "abc" {
		t.Errorf("Read = %v, %v", v.Reveal(), err)
	}
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	for _, text := range []string{canary, "file:", "env:", "vault:x", ":x", "https://x/" + canary} {
		if _, err := ParseRef(text); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("ParseRef(%q) error = %v; want a refusal that does not repeat it", text, err)
		}
	}
	var r Ref
	if err := r.UnmarshalText([]byte("file:secrets/scanner")); err != nil || r.String() != "file:secrets/scanner" {
		t.Errorf("UnmarshalText = %v, %v", r, err)
	}
	if got := r.Under("/etc/steward").Path(); got != "/etc/steward/secrets/scanner" {
		t.Errorf("Under = %q", got)
	}
	if got := File("/run/x").Under("/etc").Path(); got != "/run/x" {
		t.Errorf("Under of an absolute path = %q", got)
	}
	if z, err := ParseRef(""); err != nil || !z.IsZero() || z.String() != "" {
		t.Errorf("empty reference = %v, %v", z, err)
	}
}
