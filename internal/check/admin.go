package check

import (
	"errors"
	"fmt"
	"strings"

	"steward/internal/pbi"
	"steward/internal/upstream"
)

// Names of the tenant settings the portal depends on (api guide, section 1.2).
const (
	settingReadAdmin   = "AllowServicePrincipalsUseReadAdminAPIs"
	settingMetadata    = "AdminApisIncludeDetailedMetadata"
	settingExpressions = "AdminApisIncludeExpressions"
)

// adminAPI makes one cheap call to the admin API and reads its refusal.
func (c *run) adminAPI() {
	const reach, setting = "Admin API reachable", "Service principals may use read-only admin APIs"
	if c.token == "" {
		c.add(notAsked("admin-api", reach, "there is no token."))
		c.add(notAsked("read-admin", setting, "there is no token."))
		return
	}
	capacities, err := c.s.Scanner.API.Capacities(c.ctx)
	if err == nil {
		c.admin = true
		c.seen(Result{Key: "admin-api", Title: reach, State: Pass, Evidence: fmt.Sprintf("The list of capacities came back with %d.", len(capacities))})
		c.seen(Result{Key: "read-admin", Title: setting, State: Pass, Evidence: "The admin API answered the service principal."})
		return
	}
	var up *upstream.Error
	if !errors.As(err, &up) || up.Status == 0 {
		c.add(failed("admin-api", reach, err, "Check that this machine may reach the Power BI API, and the proxy between."))
		c.add(notAsked("read-admin", setting, "the admin API was not reached."))
		return
	}
	c.add(Result{Key: "admin-api", Title: reach, State: Pass, Evidence: fmt.Sprintf("It answered with HTTP %d.", up.Status), RequestID: up.RequestID})
	if up.Code == notAuthorized {
		c.doubtConsent()
	}
	c.add(failed("read-admin", setting, err,
		"Put the application into a security group and name that group in the tenant setting “Service principals can access read-only admin APIs”. A change takes about 15 minutes."))
}

// settings reads the two switches that decide how much a scan may see.
func (c *run) settings() {
	lines := []struct{ key, title, setting, remedy string }{
		{"metadata", "Detailed metadata on", settingMetadata, "Switch on “Enhance admin APIs responses with detailed metadata” for the application's group; without it tables and columns stay unknown."},
		{"expressions", "DAX and mashup expressions on", settingExpressions, "Switch on “Enhance admin APIs responses with DAX and mashup expressions” for the application's group; it needs the setting above."},
	}
	if !c.admin {
		for _, l := range lines {
			c.add(notAsked(l.key, l.title, "the admin API refused the scanner."))
		}
		return
	}
	settings, err := c.s.Scanner.API.TenantSettings(c.ctx)
	if err != nil {
		for _, l := range lines {
			r := failed(l.key, l.title, err, "The tenant's settings could not be read; "+l.remedy)
			r.State = Unknown
			c.add(r)
		}
		return
	}
	reading := find(settings, settingReadAdmin)
	for _, l := range lines {
		c.seen(switchLine(l.key, l.title, l.remedy, find(settings, l.setting), reading))
	}
}

func find(settings []pbi.TenantSetting, name string) *pbi.TenantSetting {
	for i := range settings {
		if strings.EqualFold(settings[i].Name, name) {
			return &settings[i]
		}
	}
	return nil
}

// switchLine judges one setting. The answer does not say which groups the
// scanner is in; but it is in one of those that may use the admin APIs, for
// they answered. A setting limited to the same groups therefore holds for it.
func switchLine(key, title, remedy string, s, reading *pbi.TenantSetting) Result {
	r := Result{Key: key, Title: title}
	switch {
	case s == nil:
		r.State, r.Evidence, r.Remedy = Unknown, "The answer does not contain this setting: the scanner sees a shortened list.", remedy
	case !s.Enabled:
		r.State, r.Evidence, r.Remedy = Fail, "The setting is off.", remedy
	case len(s.EnabledGroups) == 0:
		r.State, r.Evidence = Pass, "The setting is on for the whole organisation."
	case reading != nil && len(reading.EnabledGroups) > 0 && covers(s.EnabledGroups, reading.EnabledGroups):
		r.State, r.Evidence = Pass, "The setting is on for "+groupNames(s.EnabledGroups)+", which the scanner is in."
	default:
		r.State, r.Evidence = Warn, "The setting is on for "+groupNames(s.EnabledGroups)+"; whether the scanner is in them is not known."
		r.Remedy = "Make sure that the scanner's application is a member."
	}
	return r
}

// covers reports whether every group of inner is among outer.
func covers(outer, inner []pbi.SettingGroup) bool {
	have := map[string]bool{}
	for _, g := range outer {
		have[strings.ToLower(g.ID)] = true
	}
	for _, g := range inner {
		if !have[strings.ToLower(g.ID)] {
			return false
		}
	}
	return true
}

func groupNames(groups []pbi.SettingGroup) string {
	names := make([]string, 0, len(groups))
	for _, g := range groups {
		names = append(names, g.Name)
	}
	return strings.Join(names, ", ")
}
