package app

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"steward/internal/config"
	"steward/internal/fault"
	"steward/internal/notify"
)

// newNotifier builds what tells people; nil when nothing is configured by
// which they could be told. What is to be told is kept until then.
func (p *Portal) newNotifier() (*notify.Notifier, error) {
	c := p.cfg.Notify
	if !c.Configured() {
		return nil, nil //nolint:nilnil // telling nobody is a state of its own, which the pages say
	}
	roots, err := authorities(c.CA)
	if err != nil {
		return nil, err
	}
	out := notify.Config{DB: p.DB, PublicURL: p.cfg.PublicURL, Tenant: p.tenantName, Now: p.clock.now(), Log: p.log}
	if c.SMTP.Host != "" {
		out.Mail = p.smtp(roots).Send
	}
	client := notify.Reach{Allow: networks(c.Allow), Roots: roots}.Client()
	for _, w := range c.Teams {
		out.Places = append(out.Places, p.place(notify.Teams, w, client))
	}
	for _, w := range c.Webhooks {
		out.Places = append(out.Places, p.place(notify.Webhook, w, client))
	}
	return notify.New(out), nil
}

// smtp is how mails leave, by the configuration.
func (p *Portal) smtp(roots *x509.CertPool) notify.SMTP {
	s := p.cfg.Notify.SMTP
	return notify.SMTP{Host: s.Host, Port: s.Port, From: s.From, Username: s.Username, Password: s.Password, Roots: roots, Now: p.clock.now()}
}

// channels names the ways by which people are told.
func channels(c config.Notify) []string {
	var out []string
	if c.SMTP.Host != "" {
		out = append(out, "mail")
	}
	for _, w := range c.Teams {
		out = append(out, "Teams "+w.Name)
	}
	for _, w := range c.Webhooks {
		out = append(out, "webhook "+w.Name)
	}
	return out
}

func (p *Portal) place(channel string, w config.Webhook, client *http.Client) notify.Place {
	h := notify.Hook{URL: w.URL, Key: w.Key, Client: client, Now: p.clock.now()}
	out := notify.Place{Channel: channel, Name: w.Name, Events: w.Events, Send: h.Webhook}
	if channel == notify.Teams {
		out.Send = h.Teams
	}
	return out
}

// authorities reads those of a file in addition to the system's; nil for the
// system's alone.
func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // what the libraries take for the system's
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The file %s of notify.ca cannot be read.", file)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's authorities: %w", err)
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.Invalid, "The file %s of notify.ca has no certificate in PEM form.", file)
	}
	return pool, nil
}
