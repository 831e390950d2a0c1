package config

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
)

// ScheduledReport is a file that the portal makes by the clock and hands to
// somebody, without anybody asking.
type ScheduledReport struct {
	// Name is its own, and part of the file's name.
	Name string `yaml:"name"`
	// Tenant is whose report; it may be left out where there is one tenant.
	Tenant string `yaml:"tenant"`
	// Report is a report's name, or "evidence" for a pack about Rule.
	Report string `yaml:"report"`
	Rule   string `yaml:"rule"`
	// Where are filters of the report, as in its address.
	Where map[string]string `yaml:"where"`
	// Format is csv when empty, or xlsx or json; a pack is always zip.
	Format string `yaml:"format"`
	// Every is weekly (Monday) or monthly (the first), at six in the morning
	// UTC; At is a cron expression in UTC instead.
	Every string `yaml:"every"`
	At    string `yaml:"at"`
	// Folder is where the file is put, Mail to whom it is sent; one of them or
	// both.
	Folder string   `yaml:"folder"`
	Mail   []string `yaml:"mail"`
}

// Evidence is what Report says for a pack about a rule.
const Evidence = "evidence"

var (
	everyWords = map[string]string{"weekly": "0 6 * * 1", "monthly": "0 6 1 * *"}
	reportName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)
)

// When returns the schedule as a cron expression in UTC.
func (r ScheduledReport) When() string {
	if r.At != "" {
		return r.At
	}
	return everyWords[r.Every]
}

// Form returns the format, with its default.
func (r ScheduledReport) Form() string {
	switch {
	case r.Report == Evidence:
		return "zip"
	case r.Format == "":
		return "csv"
	}
	return r.Format
}

func (c *Config) checkReports() error {
	seen := map[string]bool{}
	for i, r := range c.Reports {
		key := fmt.Sprintf("reports.%d", i)
		if err := r.check(key, c); err != nil {
			return err
		}
		if seen[r.Name] {
			return invalid(key+".name", "%q is listed twice. Give each scheduled report a name of its own.", r.Name)
		}
		seen[r.Name] = true
	}
	return nil
}

func (r ScheduledReport) check(key string, c *Config) error {
	names := make([]string, 0, len(c.Tenants))
	for _, t := range c.Tenants {
		names = append(names, t.Name)
	}
	switch {
	case !reportName.MatchString(r.Name):
		return invalid(key+".name", "%q cannot be its name. Use lower-case letters, digits and hyphens, up to 60.", r.Name)
	case r.Tenant == "" && len(names) > 1 || r.Tenant != "" && !slices.Contains(names, r.Tenant):
		return invalid(key+".tenant", "name one of the configured tenants: %s.", strings.Join(names, ", "))
	case r.Report == "":
		return invalid(key+".report", "the report is missing. Write the name it has in its page's address, or evidence.")
	case (r.Report == Evidence) != (r.Rule != ""):
		return invalid(key+".rule", "a pack of evidence is about one rule, and other reports are not. Write rule: with report: evidence only.")
	case !contains([]string{"", "csv", "xlsx", "json"}, r.Format) || r.Report == Evidence && r.Format != "":
		return invalid(key+".format", "%q cannot be written. A report is csv, xlsx or json; a pack of evidence is always a zip file.", r.Format)
	case (r.Every == "") == (r.At == ""):
		return invalid(key+".every", "write every: weekly or every: monthly, or at: with a cron expression in UTC.")
	case r.Every != "" && everyWords[r.Every] == "":
		return invalid(key+".every", "%q is neither weekly nor monthly.", r.Every)
	case r.Folder == "" && len(r.Mail) == 0:
		return invalid(key+".folder", "nobody would get it. Write folder: or mail:.")
	case len(r.Mail) > 0 && c.Notify.SMTP.Host == "":
		return invalid(key+".mail", "no mail leaves the portal: set notify.smtp first.")
	}
	for j, to := range r.Mail {
		if a, err := mail.ParseAddress(to); err != nil || a.Address != to {
			return invalid(fmt.Sprintf("%s.mail.%d", key, j), "%q is not an address.", to)
		}
	}
	return nil
}
