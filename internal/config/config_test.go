package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/internal/config"
	"steward/internal/fault"
)

const good = `
listen: 127.0.0.1:8080
public_url: https://governance.example.com
data_dir: ./data
tenants:
  - name: contoso
    tenant_id: 00000000-0000-0000-0000-00000000000A
    graph: true
    scanner:  {client_id: 11111111-1111-1111-1111-111111111111, client_secret: "file:scanner.secret"}
    executor: {client_id: 22222222-2222-2222-2222-222222222222, certificate: "file:/run/secrets/executor.pem"}
    scan: {full: "0 2 * * 0", incremental: "*/30 * * * *", personal_workspaces: true, activity_days: 28, archive_days: 30}
sign_in: {issuer: "https://login.example.com/v2.0", client_id: portal, client_secret: "env:SIGN_IN", roles_claim: roles}
ledger: {signing_key: "file:key.pem", second_sink: "file:checkpoints"}
`

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "portal.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLoadCompletesAndResolves(t *testing.T) {
	t.Parallel()
	file := write(t, good)
	c, err := config.Load(config.Source{File: file})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	tn := c.Tenants[0]
	for _, check := range []struct{ what, got, want string }{
		{"id in lower case", tn.TenantID, "00000000-0000-0000-0000-00000000000a"},
		{"cloud by default", tn.Cloud, "public"},
		{"data beside the file", c.DataDir, filepath.Join(dir, "data")},
		{"secret beside the file", tn.Scanner.ClientSecret.String(), "file:" + filepath.Join(dir, "scanner.secret")},
		{"absolute path kept", tn.Executor.Certificate.String(), "file:/run/secrets/executor.pem"},
		{"sink beside the file", c.Ledger.SecondSink, "file:" + filepath.Join(dir, "checkpoints")},
		{"provider by default", c.SignIn.Provider, "entra"},
	} {
		if check.got != check.want {
			t.Errorf("%s: got %q, want %q", check.what, check.got, check.want)
		}
	}
}

func TestEnvironmentAndFlagsWin(t *testing.T) {
	t.Parallel()
	c, err := config.Load(config.Source{
		File: write(t, good),
		Environ: []string{
			"HOME=/root",
			"PORTAL_LISTEN=127.0.0.1:1",
			"PORTAL_TENANTS_0_SCANNER_CLIENT_ID=33333333-3333-3333-3333-333333333333",
			"PORTAL_TENANTS_1_NAME=fabrikam",
			"PORTAL_TENANTS_1_TENANT_ID=00000000-0000-0000-0000-00000000000b",
			"PORTAL_TENANTS_1_SCANNER_CLIENT_ID=44444444-4444-4444-4444-444444444444",
			"PORTAL_TENANTS_1_SCANNER_CLIENT_SECRET=env:S",
		},
		Set: []config.Override{{Key: "listen", Value: "127.0.0.1:2"}, {Key: "tenants.0.scan.activity_days", Value: "7"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:2" {
		t.Errorf("a flag must win over the environment: listen is %q", c.Listen)
	}
	if got := c.Tenants[0].Scanner.ClientID; !strings.HasPrefix(got, "3333") {
		t.Errorf("the environment must win over the file: client id is %q", got)
	}
	if c.Tenants[0].Scan.ActivityDays != 7 {
		t.Errorf("activity_days is %d, want 7", c.Tenants[0].Scan.ActivityDays)
	}
	if len(c.Tenants) != 2 || c.Tenants[1].Name != "fabrikam" {
		t.Errorf("a second tenant from the environment is missing: %+v", c.Tenants)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the good file has no %q", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	cases := []struct {
		name, text string
		env        []string
		want       []string
	}{
		{"misspelt key", swap("data_dir:", "data_dri:"), nil, []string{"line 4", `"data_dri"`, `"data_dir"`}},
		{"misspelt nested key", swap("client_id: 1111", "clientid: 1111"), nil, []string{"tenants.0.scanner.clientid", `"client_id"`}},
		{"key twice", good + "listen: 127.0.0.1:9\n", nil, []string{"listen"}},
		{"not YAML", "listen: [", nil, []string{"not valid YAML"}},
		{"a list", "- a\n", nil, []string{"must be a mapping"}},
		{"wrong type", swap("activity_days: 28", "activity_days: many"), nil, []string{"many"}},
		{"too many days", swap("activity_days: 28", "activity_days: 90"), nil, []string{"activity_days", "28"}},
		{"inline secret", swap(`"file:scanner.secret"`, `"hunter2-very-secret"`), nil, []string{"by reference"}},
		{"same application twice", swap("22222222-2222-2222-2222-222222222222", "11111111-1111-1111-1111-111111111111"), nil, []string{"two registrations"}},
		{"tenant twice", strings.Replace(good, "sign_in:", "  - {name: other, tenant_id: 00000000-0000-0000-0000-00000000000a, scanner: {client_id: a, client_secret: \"env:A\"}}\nsign_in:", 1), nil, []string{"listed twice", "tenants.1.tenant_id"}},
		{"not a GUID", swap("00000000-0000-0000-0000-00000000000A", "contoso.com"), nil, []string{"tenants.0.tenant_id", "GUID"}},
		{"http in public", swap("https://governance.example.com", "http://governance.example.com"), nil, []string{"public_url", "https://"}},
		{"unknown cloud", swap("graph: true", "cloud: moon"), nil, []string{"moon", "gcchigh"}},
		{"unknown variable", good, []string{"PORTAL_LISTN=x"}, []string{"PORTAL_LISTN"}},
		{"syslog over UDP", swap("file:checkpoints", "syslog:udp:collector.example:514"), nil, []string{"second_sink", "TCP"}},
		{"an end that is no day", swap("scanner:  {", "scanner:  {secret_ends: \"31.1.2027\", "), nil, []string{"scanner.secret_ends", "2027-01-31"}},
		{"unknown sink", swap("file:checkpoints", "carrier-pigeon"), nil, []string{"second_sink"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.Source{File: write(t, c.text), Environ: c.env})
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want a refusal", err)
			}
			for _, w := range c.want {
				if !strings.Contains(fault.Sentence(err), w) {
					t.Errorf("the sentence %q does not say %q", fault.Sentence(err), w)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats the secret: %v", err)
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Source{File: filepath.Join(t.TempDir(), "none.yaml")})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "none.yaml") {
		t.Fatalf("got %v, want a refusal that names the file", err)
	}
}
