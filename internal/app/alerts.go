package app

import (
	"time"

	"steward/internal/alert"
	"steward/internal/alertwatch"
	"steward/internal/config"
	"steward/internal/notify"
	"steward/internal/quiet"
)

// newWatch builds what warns of a tenant's refreshes.
func (p *Portal) newWatch(t config.Tenant) *alertwatch.Watch {
	return alertwatch.New(alertwatch.Config{DB: p.DB, Tenant: t.Name, Rules: p.alertRules(), Mail: p.cfg.Notify.SMTP.Host != "", Log: p.log})
}

// alertRules are those of the configuration. What it says nothing about goes to
// the places that hear of alerts.
func (p *Portal) alertRules() alert.Rules {
	lines := alert.DefaultLines()
	lines.Success, lines.Slower = p.thresholds().Success, p.thresholds().Slower
	out := alert.Rules{Otherwise: alert.Rule{Lines: lines, Places: p.hearAlerts()}}
	for _, a := range p.cfg.Alerts {
		r := alert.Rule{Tenants: a.Tenants, Prefixes: a.Prefixes, Owners: a.Owners, To: a.To, Owner: a.Owner, Mute: a.Mute, Lines: lines,
			Quiet: quiet.Hours{From: a.Quiet.From, To: a.Quiet.To, Zone: a.Quiet.Zone}}
		for _, k := range a.Kinds {
			r.Kinds = append(r.Kinds, alert.Kind(k))
		}
		for _, name := range a.Teams {
			r.Places = append(r.Places, notify.Teams+":"+name)
		}
		for _, name := range a.Webhooks {
			r.Places = append(r.Places, notify.Webhook+":"+name)
		}
		if a.SuccessPercent > 0 {
			r.Lines.Success = float64(a.SuccessPercent) / 100
		}
		if a.SlowerTimes > 0 {
			r.Lines.Slower = a.SlowerTimes
		}
		if a.LateMinutes > 0 {
			r.Lines.Late = time.Duration(a.LateMinutes) * time.Minute
		}
		out.List = append(out.List, r)
	}
	return out
}

// hearAlerts are the places whose own list of events has alerts in it.
func (p *Portal) hearAlerts() []string {
	var out []string
	for _, group := range []struct {
		channel string
		list    []config.Webhook
	}{{notify.Teams, p.cfg.Notify.Teams}, {notify.Webhook, p.cfg.Notify.Webhooks}} {
		for _, w := range group.list {
			if (notify.Place{Events: w.Events}).Hears("alert.several") {
				out = append(out, group.channel+":"+w.Name)
			}
		}
	}
	return out
}
