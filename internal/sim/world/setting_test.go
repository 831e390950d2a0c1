package world

import (
	"testing"
	"time"
)

// baseline are the settings that the public baselines name.
var baseline = []string{"AllowGuestUserToAccessSharedContent", "ExternalSharingV2", "ElevatedGuestsTenant", "PublishToWeb", "RScriptVisual",
	"EimInformationProtectionEdit", "ShareLinkToEntireOrg", "EnableDatasetInPlaceSharing", "BlockResourceKeyAuthentication",
	"ServicePrincipalAccessPermissionAPIs", "AllowServicePrincipalsCreateAndUseProfiles", "ServicePrincipalAccessGlobalAPIs",
	"AllowServicePrincipalsUseReadAdminAPIs", "AllowServicePrincipalsUseWriteAdminAPIs", "AdminApisIncludeDetailedMetadata", "AdminApisIncludeExpressions"}

func setting(t *testing.T, w *World, name string, at time.Time) Setting {
	t.Helper()
	for _, s := range w.Settings(at) {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no setting %s", name)
	return Setting{}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := demo(1)
	for _, at := range moments {
		names := map[string]bool{}
		for _, s := range w.Settings(at) {
			if names[s.Name] || s.Title == "" || s.Group == "" || s.ChangedAt.After(at) {
				t.Errorf("%s: twice %v, title %q, changed %s", s.Name, names[s.Name], s.Title, s.ChangedAt)
			}
			names[s.Name] = true
			for _, g := range append(s.EnabledGroups, s.ExcludedGroups...) {
				if got, ok := w.Group(g.ID, at); !ok || got.DisplayName != g.Name {
					t.Errorf("%s names a group %s that is not there", s.Name, g.Name)
				}
			}
		}
		for _, name := range baseline {
			if !names[name] {
				t.Errorf("no setting %s", name)
			}
		}
		if !setting(t, w, "AllowServicePrincipalsUseReadAdminAPIs", at).Enabled {
			t.Error("the portal cannot scan")
		}
	}
}

func TestSettingsDrift(t *testing.T) {
	t.Parallel()
	w := demo(1)
	for _, at := range moments {
		switched := 0
		before := w.Settings(at.AddDate(0, 0, -60))
		for i, s := range w.Settings(at) {
			if s.Enabled != before[i].Enabled {
				switched++
				if s.ChangedBy == "" || s.ChangedAt.Before(at.AddDate(0, 0, -60)) {
					t.Errorf("%s was switched at %s by %q", s.Name, s.ChangedAt, s.ChangedBy)
				}
			}
		}
		if switched == 0 {
			t.Errorf("nothing was switched in the 60 days before %s", at.Format(time.DateOnly))
		}
	}
	if a, b := setting(t, w, "AllowGuestUserToAccessSharedContent", d0(2026, 5, 1)), setting(t, w, "AllowGuestUserToAccessSharedContent", d0(2026, 6, 1)); len(a.EnabledGroups) == 0 || len(b.EnabledGroups) != 0 {
		t.Error("guest access was not opened to everybody in May 2026")
	}
}

func d0(y int, m time.Month, day int) time.Time { return time.Date(y, m, day, 0, 0, 0, 0, time.UTC) }

func TestOverridesBelongToSomething(t *testing.T) {
	t.Parallel()
	w := demo(1)
	n := 0
	for _, scope := range []OverrideScope{ScopeCapacity, ScopeDomain, ScopeWorkspace} {
		for _, o := range w.Overrides(scope, now) {
			n++
			ok := false
			switch scope {
			case ScopeCapacity:
				_, ok = w.Capacity(o.ScopeID, now)
			case ScopeWorkspace:
				_, ok = w.Workspace(o.ScopeID, now)
			default:
				for _, d := range w.Domains(now) {
					ok = ok || d.ID == o.ScopeID
				}
			}
			if !ok || o.Setting.Name == "" {
				t.Errorf("an override of %s on nothing", o.Setting.Name)
			}
		}
	}
	if n < 5 || len(w.Overrides(ScopeDomain, d0(2020, 1, 1))) != 0 {
		t.Errorf("%d overrides, some already in 2020", n)
	}
}

func TestSettingSwitchedByACaller(t *testing.T) {
	t.Parallel()
	w := demo(1)
	if err := w.MutateSetting("PublishToWeb", now, func(s *Setting) error { s.Enabled = false; return nil }); err != nil {
		t.Fatal(err)
	}
	if setting(t, w, "PublishToWeb", now).Enabled || !setting(t, w, "PublishToWeb", now.Add(-time.Second)).Enabled {
		t.Error("the switch counts at the wrong time")
	}
	if err := w.MutateSetting("NoSuch", now, func(*Setting) error { return nil }); err == nil {
		t.Error("a setting that does not exist can be changed")
	}
}
