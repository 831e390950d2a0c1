package config

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	_ "time/tzdata" // the zone of quiet hours is checked on machines without zones
)

// Alert says for some tenants, workspaces or owners where alerts about
// refreshes begin, and who is told of them. Of several that fit, the first
// counts.
type Alert struct {
	// Tenants are configured names, Prefixes beginnings of workspace names,
	// Owners names or addresses of models' owners; an empty list is all of them.
	Tenants  []string `yaml:"tenants"`
	Prefixes []string `yaml:"prefixes"`
	Owners   []string `yaml:"owners"`
	// Kinds are of node-failed, plan-late, switch-off, success, duration,
	// owner-left and unused; empty is all but unused.
	Kinds []string `yaml:"kinds"`
	// To are addresses; Owner tells the model's owner, too.
	To    []string `yaml:"to"`
	Owner bool     `yaml:"owner"`
	// Teams and Webhooks are names under notify.
	Teams    []string `yaml:"teams"`
	Webhooks []string `yaml:"webhooks"`
	// Mute tells nobody; the alerts are shown all the same.
	Mute bool `yaml:"mute"`
	// SuccessPercent is the share of refreshes that should succeed; that of
	// refreshes when zero. SlowerTimes is how many times its earlier median a
	// model may take; that of refreshes when zero. LateMinutes is how late a plan
	// may be; 30 when zero.
	SuccessPercent int     `yaml:"success_percent"`
	SlowerTimes    float64 `yaml:"slower_times"`
	LateMinutes    int     `yaml:"late_minutes"`
	Quiet          Quiet   `yaml:"quiet"`
}

// Quiet are hours of every day in which nobody is told; equal ones are none.
type Quiet struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
	// Zone is a name of the zone database; UTC when empty.
	Zone string `yaml:"zone"`
}

// alertKinds are the kinds there are.
var alertKinds = []string{"node-failed", "plan-late", "switch-off", "success", "duration", "owner-left", "unused"}

func (c *Config) checkAlerts() error {
	var tenants, teams, hooks []string
	for _, t := range c.Tenants {
		tenants = append(tenants, t.Name)
	}
	for _, w := range c.Notify.Teams {
		teams = append(teams, w.Name)
	}
	for _, w := range c.Notify.Webhooks {
		hooks = append(hooks, w.Name)
	}
	for i, a := range c.Alerts {
		key := fmt.Sprintf("alerts.%d", i)
		for _, x := range []struct {
			key, what   string
			list, known []string
		}{{"tenants", "a configured tenant", a.Tenants, tenants}, {"kinds", "a kind of alert", a.Kinds, alertKinds},
			{"teams", "a place under notify.teams", a.Teams, teams}, {"webhooks", "a place under notify.webhooks", a.Webhooks, hooks}} {
			for j, one := range x.list {
				if !slices.Contains(x.known, one) {
					return invalid(fmt.Sprintf("%s.%s.%d", key, x.key, j), "%q is not %s. Write one of: %s.", one, x.what, strings.Join(x.known, ", "))
				}
			}
		}
		if err := a.check(key, c.Notify.SMTP.Host != ""); err != nil {
			return err
		}
	}
	return nil
}

func (a Alert) check(key string, mails bool) error {
	for j, to := range a.To {
		if one, err := mail.ParseAddress(to); err != nil || one.Address != to {
			return invalid(fmt.Sprintf("%s.to.%d", key, j), "%q is not an address.", to)
		}
	}
	switch {
	case (len(a.To) > 0 || a.Owner) && !mails:
		return invalid(key+".to", "no mail leaves the portal: set notify.smtp first.")
	case a.Mute && (len(a.To)+len(a.Teams)+len(a.Webhooks) > 0 || a.Owner):
		return invalid(key+".mute", "nobody is told with mute, and here somebody is named. Leave one of them out.")
	case a.SuccessPercent < 0 || a.SuccessPercent > 100:
		return invalid(key+".success_percent", "%d is not a number from 1 to 100. Leave the key out for that of refreshes.", a.SuccessPercent)
	case a.SlowerTimes != 0 && (a.SlowerTimes < 1.05 || a.SlowerTimes > 100):
		return invalid(key+".slower_times", "%v is not a number from 1.05 to 100. Leave the key out for that of refreshes.", a.SlowerTimes)
	case a.LateMinutes < 0 || a.LateMinutes > 1440:
		return invalid(key+".late_minutes", "%d is not a number of minutes from 1 to 1440. Leave the key out for 30.", a.LateMinutes)
	}
	return a.Quiet.check(key + ".quiet")
}

func (q Quiet) check(key string) error {
	if q.From < 0 || q.From > 23 || q.To < 0 || q.To > 23 {
		return invalid(key, "from and to are full hours from 0 to 23, such as from: 22 and to: 6.")
	}
	if _, err := time.LoadLocation(q.Zone); err != nil {
		return invalid(key+".zone", "%q is not a time zone. Write a name such as Europe/Berlin.", q.Zone)
	}
	return nil
}
