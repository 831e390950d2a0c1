package config

import (
	"strings"
	"testing"
)

// A scheduled report that cannot work is refused at its key.
func TestReportsAreChecked(t *testing.T) {
	t.Parallel()
	good := ScheduledReport{Name: "weekly", Report: "access", Every: "weekly", Folder: "out"}
	for _, c := range []struct {
		key    string
		change func(*ScheduledReport)
	}{
		{"", func(*ScheduledReport) {}},
		{"", func(r *ScheduledReport) { r.Report, r.Rule = Evidence, "owners.few" }},
		{"", func(r *ScheduledReport) { r.Every, r.At = "", "0 7 * * *" }},
		{"name", func(r *ScheduledReport) { r.Name = "../etc" }},
		{"tenant", func(r *ScheduledReport) { r.Tenant = "fabrikam" }},
		{"report", func(r *ScheduledReport) { r.Report = "" }},
		{"rule", func(r *ScheduledReport) { r.Rule = "owners.few" }},
		{"rule", func(r *ScheduledReport) { r.Report = Evidence }},
		{"format", func(r *ScheduledReport) { r.Format = "pdf" }},
		{"every", func(r *ScheduledReport) { r.Every = "" }},
		{"every", func(r *ScheduledReport) { r.Every = "daily" }},
		{"folder", func(r *ScheduledReport) { r.Folder = "" }},
		{"mail", func(r *ScheduledReport) { r.Mail = []string{"a@contoso.example"} }},
	} {
		r := good
		c.change(&r)
		cfg := &Config{Tenants: []Tenant{{Name: "contoso"}}, Reports: []ScheduledReport{r}}
		err := cfg.checkReports()
		if c.key == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), "reports.0."+c.key) {
			t.Errorf("%+v: %v, want a refusal at %q", r, err, c.key)
		}
	}
	twice := &Config{Tenants: []Tenant{{Name: "contoso"}}, Reports: []ScheduledReport{good, good}}
	if err := twice.checkReports(); err == nil || !strings.Contains(err.Error(), "reports.1.name") {
		t.Errorf("the same name twice: %v", err)
	}
	twice.Notify.SMTP.Host, twice.Reports = "mail.contoso.example", []ScheduledReport{{Name: "m", Report: "access", Every: "monthly", Mail: []string{"Ann <a@contoso.example>"}}}
	if err := twice.checkReports(); err == nil || !strings.Contains(err.Error(), "reports.0.mail.0") {
		t.Errorf("an address with a name: %v", err)
	}
}
