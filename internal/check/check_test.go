package check_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/check"
	"steward/internal/config"
	"steward/internal/sim"
	"steward/internal/sim/entra"
	"steward/internal/sim/world"
)

// bench is a small tenant of the stand-in and the configuration that fits it.
type bench struct {
	t     *testing.T
	cloud *sim.Cloud
	cfg   *config.Config
}

func open(t *testing.T) *bench {
	t.Helper()
	cloud, at, err := app.StartStandIn(app.StandIn{Addr: "127.0.0.1:0", Workspaces: 12, Seed: 1, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	file := filepath.Join(t.TempDir(), "portal.yaml")
	if err := app.WriteConfig(file, cloud.World(), at, "127.0.0.1:8080"); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Source{File: file})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, cloud, cfg}
}

// change sets switches of the scanner or the executor, as an administrator
// would.
func (b *bench) change(client string, edit func(*entra.Switches)) {
	b.t.Helper()
	if err := b.cloud.Entra.Change(client, edit); err != nil {
		b.t.Fatal(err)
	}
}

// run checks the tenant and returns the lines by their key.
func (b *bench) run() map[string]check.Result {
	b.t.Helper()
	got, err := app.CheckNow(b.t.Context(), b.cfg, "", slog.New(slog.DiscardHandler))
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]check.Result{}
	for _, r := range got[0].Results {
		if _, twice := out[r.Key]; twice {
			b.t.Errorf("two lines %s", r.Key)
		}
		out[r.Key] = r
		switch {
		case r.Title == "" || r.Evidence == "":
			b.t.Errorf("%s says nothing: %+v", r.Key, r)
		case (r.State == check.Pass) != (r.Remedy == ""):
			b.t.Errorf("%s is %s with the remedy %q", r.Key, r.State, r.Remedy)
		}
	}
	return out
}

func TestByTheBook(t *testing.T) {
	t.Parallel()
	got := open(t).run()
	for _, key := range []string{"app", "token", "clock", "consent", "admin-api", "read-admin", "metadata", "expressions", "executor", "executor-token", "executor-access", "graph"} {
		if r, ok := got[key]; !ok || r.State != check.Pass {
			t.Errorf("%s: %+v", key, r)
		}
	}
}

// want is how a line must come out: its state, and a part of its evidence or
// remedy.
type want struct {
	state check.State
	says  string
}

func TestEveryWrongSwitch(t *testing.T) {
	t.Parallel()
	scanner := func(edit func(*entra.Switches)) func(*bench) {
		return func(b *bench) { b.change(b.cfg.Tenants[0].Scanner.ClientID, edit) }
	}
	executor := func(edit func(*entra.Switches)) func(*bench) {
		return func(b *bench) { b.change(b.cfg.Tenants[0].Executor.ClientID, edit) }
	}
	for _, c := range []struct {
		name string
		make func(*bench)
		want map[string]want
	}{
		{"the application is switched off", scanner(func(s *entra.Switches) { s.Disabled = true }),
			map[string]want{"app": {check.Pass, "knows"}, "token": {check.Fail, "AADSTS7000112"}, "admin-api": {check.Unknown, "no token"}}},
		{"the secret has expired", scanner(func(s *entra.Switches) { s.SecretExpired = true }),
			map[string]want{"app": {check.Pass, "knows"}, "token": {check.Fail, "AADSTS7000222"}}},
		{"the application is another", func(b *bench) { b.cfg.Tenants[0].Scanner.ClientID = "00000000-0000-4000-8000-00000000dead" },
			map[string]want{"app": {check.Fail, "client id"}, "token": {check.Unknown, "not found"}}},
		{"the secret is another", func(b *bench) { b.overwrite("secrets/scanner", "wrong") },
			map[string]want{"app": {check.Pass, "knows"}, "token": {check.Fail, "AADSTS7000215"}}},
		{"the secret is not there", func(b *bench) { b.remove(b.cfg.Tenants[0].Scanner.ClientSecret.Path()) },
			map[string]want{"app": {check.Unknown, "no secret"}, "token": {check.Fail, "is not there"}, "read-admin": {check.Unknown, "no token"}}},
		{"it is in no security group", scanner(func(s *entra.Switches) { s.InSecurityGroup = false }),
			map[string]want{"consent": {check.Pass, "no Power BI permission"}, "read-admin": {check.Fail, "security group"}, "metadata": {check.Unknown, "refused"}}},
		{"read-only admin APIs are closed to it", scanner(func(s *entra.Switches) { s.ReadAdminAPIs = false }),
			map[string]want{"admin-api": {check.Pass, "HTTP 401"}, "read-admin": {check.Fail, "read-only admin APIs"}, "expressions": {check.Unknown, "refused"}}},
		{"a Power BI permission is consented", scanner(func(s *entra.Switches) { s.PowerBIConsent = true }),
			map[string]want{"consent": {check.Fail, "carries Tenant.Read.All"}, "read-admin": {check.Fail, "admin-consented"}}},
		{"a delegated Power BI permission is consented", scanner(func(s *entra.Switches) { s.PowerBIDelegated = true }),
			map[string]want{"consent": {check.Warn, "withdraw the admin consent"}, "read-admin": {check.Fail, "admin-consented"}}},
		{"the tenant is another", func(b *bench) { b.cfg.Tenants[0].TenantID = "00000000-0000-4000-8000-00000000dead" },
			map[string]want{"app": {check.Fail, "tenant id"}, "token": {check.Unknown, "not found"}, "admin-api": {check.Unknown, "no token"}}},
		{"the executor is in no workspace", func(b *bench) { b.expel() },
			map[string]want{"executor-token": {check.Pass, ""}, "executor-access": {check.Warn, "in no workspace"}}},
		{"this clock runs behind", func(b *bench) { b.cloud.Clock().Advance(10 * time.Minute) },
			map[string]want{"clock": {check.Warn, "behind Microsoft's"}, "read-admin": {check.Pass, ""}}},
		{"this clock runs ahead", func(b *bench) { b.cloud.Clock().Advance(-10 * time.Minute) },
			map[string]want{"clock": {check.Warn, "ahead of Microsoft's"}, "read-admin": {check.Pass, ""}}},
		{"detailed metadata is off", scanner(func(s *entra.Switches) { s.DetailedMetadata = false }),
			map[string]want{"read-admin": {check.Pass, ""}, "metadata": {check.Fail, "detailed metadata"}, "expressions": {check.Fail, "needs the setting above"}}},
		{"expressions are off", scanner(func(s *entra.Switches) { s.Expressions = false }),
			map[string]want{"metadata": {check.Pass, ""}, "expressions": {check.Fail, "DAX and mashup"}}},
		{"expressions are on for others", func(b *bench) { b.limit("AdminApisIncludeExpressions", "Others") },
			map[string]want{"metadata": {check.Pass, ""}, "expressions": {check.Warn, "on for Others; whether the scanner is in them is not known"}}},
		{"Graph is closed to it", scanner(func(s *entra.Switches) { s.GraphGroups, s.GraphUsers = false, false }),
			map[string]want{"graph": {check.Fail, "GroupMember.Read.All"}, "read-admin": {check.Pass, ""}}},
		{"Graph is not configured", func(b *bench) { b.cfg.Tenants[0].Graph = false },
			map[string]want{"graph": {check.Warn, "graph: true"}}},
		{"there is no executor", func(b *bench) { b.cfg.Tenants[0].Executor = config.App{} },
			map[string]want{"executor": {check.Warn, "cannot act"}}},
		{"the executor is the scanner", func(b *bench) { b.cfg.Tenants[0].Executor = b.cfg.Tenants[0].Scanner },
			map[string]want{"executor": {check.Fail, "second application"}}},
		{"the executor's secret has expired", executor(func(s *entra.Switches) { s.SecretExpired = true }),
			map[string]want{"token": {check.Pass, ""}, "executor-token": {check.Fail, "AADSTS7000222"}, "executor-access": {check.Unknown, "no token"}}},
		{"the executor may not call", executor(func(s *entra.Switches) { s.PublicAPIs = false }),
			map[string]want{"executor-token": {check.Pass, ""}, "executor-access": {check.Fail, "Fabric public APIs"}}},
		{"the cloud does not answer", func(b *bench) { _ = b.cloud.Close() },
			map[string]want{"app": {check.Unknown, "did not say"}, "token": {check.Unknown, "Try again later"}, "read-admin": {check.Unknown, ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			c.make(b)
			got := b.run()
			for key, w := range c.want {
				r, ok := got[key]
				if !ok || r.State != w.state || !strings.Contains(r.Evidence+" "+r.Remedy, w.says) {
					t.Errorf("%s: %+v, want %s and %q", key, r, w.state, w.says)
				}
			}
		})
	}
}

// expel takes the executor out of every workspace.
func (b *bench) expel() {
	b.t.Helper()
	w, now := b.cloud.World(), time.Now()
	for a := range w.AccessOf(w.ExecutorApp().ID, now) {
		if a.Item != nil || a.Workspace == nil {
			continue
		}
		err := w.Mutate(a.Workspace.ID, now, func(ws *world.Workspace) error {
			ws.Grants = slices.DeleteFunc(ws.Grants, func(g world.Grant) bool { return g.Principal.ID != w.DemoPeople()[0].User.ID })
			return nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

// limit switches a tenant setting on for one other group only.
func (b *bench) limit(setting, group string) {
	b.t.Helper()
	err := b.cloud.World().MutateSetting(setting, time.Now(), func(s *world.Setting) error {
		s.Enabled, s.EnabledGroups = true, []world.GroupRef{{ID: "00000000-0000-4000-8000-00000000beef", Name: group}}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) overwrite(name, text string) {
	b.t.Helper()
	path := filepath.Join(filepath.Dir(filepath.Dir(b.cfg.Tenants[0].Scanner.ClientSecret.Path())), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) remove(path string) {
	b.t.Helper()
	if err := os.Remove(path); err != nil {
		b.t.Fatal(err)
	}
}

// TestRequestIDs: a refusal carries Microsoft's id, which support asks for.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.change(b.cfg.Tenants[0].Scanner.ClientID, func(s *entra.Switches) { s.ReadAdminAPIs = false })
	if r := b.run()["read-admin"]; len(r.RequestID) != 36 {
		t.Errorf("%+v", r)
	}
	for key, r := range open(t).run() {
		switch key {
		case "app", "token", "consent", "executor", "executor-token":
			// The token service's answer is read by Microsoft's library, which keeps no
			// id of a success; two compare what is known.
		default:
			if len(r.RequestID) != 36 {
				t.Errorf("%s passes without a request id: %+v", key, r)
			}
		}
	}
}

func TestCertificatesAreAnnouncedInTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	trouble := errors.New("not read in this test")
	for _, c := range []struct {
		name string
		ends time.Time
		want check.State
		says string
	}{
		{"far", now.AddDate(1, 0, 0), check.Pass, "Until 21 Nov 2027"},
		{"31 days", now.AddDate(0, 0, 31), check.Pass, ""},
		{"29 days", now.AddDate(0, 0, 29), check.Warn, "ends in 29 days"},
		{"today", now.Add(time.Hour), check.Warn, "ends in 0 days"},
		{"over", now.Add(-time.Hour), check.Fail, "without a restart"},
	} {
		got := check.Tenant(t.Context(), check.Subject{Now: func() time.Time { return now },
			Scanner:  check.Application{ClientID: "a", Trouble: trouble, Ends: c.ends},
			Executor: &check.Application{ClientID: "b", Trouble: trouble, Ends: c.ends}})
		n := 0
		for _, r := range got {
			if strings.HasSuffix(r.Key, "-expiry") {
				n++
				if r.State != c.want || !strings.Contains(r.Evidence+r.Remedy, c.says) {
					t.Errorf("%s: %+v", c.name, r)
				}
			}
		}
		if n != 2 {
			t.Errorf("%s: %d lines", c.name, n)
		}
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines []check.State
		want  check.State
	}{
		{nil, check.Pass}, {[]check.State{check.Pass, check.Unknown}, check.Unknown}, {[]check.State{check.Warn, check.Unknown}, check.Warn}, {[]check.State{check.Fail, check.Warn}, check.Fail},
	} {
		var results []check.Result
		for _, s := range c.lines {
			results = append(results, check.Result{State: s})
		}
		if got := check.Worst(results); got != c.want {
			t.Errorf("%v: %s", c.lines, got)
		}
	}
}
