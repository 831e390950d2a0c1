package config

import (
	"strings"
	"testing"

	"steward/internal/secret"
)

func TestPrintKeepsNoTokenAndLosesNoKey(t *testing.T) {
	t.Parallel()
	off, none := false, 0
	c := &Config{
		Listen: "127.0.0.1:8080", DataDir: "/var/lib/steward",
		Tenants: []Tenant{{Name: "contoso", Scanner: App{ClientID: "id", ClientSecret: secret.File("/run/scanner")}, Scan: ScanCfg{PersonalWorkspaces: &off, ArchiveDays: &none}}},
		SignIn:  SignIn{Roles: map[string]string{"Gov.Admin": "admin"}},
		Ledger:  Ledger{SigningKey: secret.Env("KEY")},
	}
	for _, sink := range []struct{ in, out string }{
		{"https://user:hunter2@worm.example/in?sig=hunter2#x", "https://worm.example/in"},
		{"https:https://worm.example/in?sig=hunter2", "https:https://worm.example/in"},
		{"file:/mnt/worm", "file:/mnt/worm"},
		{"syslog:tcp:log.example:601", "syslog:tcp:log.example:601"},
	} {
		c.Ledger.SecondSink = sink.in
		text, err := c.Print()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "second_sink: "+sink.out+"\n") {
			t.Errorf("%s is printed as\n%s", sink.in, text)
		}
		for _, want := range []string{"name: contoso", "client_secret: file:/run/scanner", "personal_workspaces: false", "archive_days: 0", "signing_key: env:KEY", "Gov.Admin: admin"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing from\n%s", want, text)
			}
		}
		if strings.Contains(text, "executor") || strings.Contains(text, "smtp") {
			t.Errorf("keys that are not set are printed:\n%s", text)
		}
		if c.Ledger.SecondSink != sink.in {
			t.Error("printing changed the configuration")
		}
	}
}
