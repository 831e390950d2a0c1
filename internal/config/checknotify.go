package config

import (
	"fmt"
	"net/mail"
)

func (n Notify) check() error {
	if err := n.SMTP.check(); err != nil {
		return err
	}
	for i, a := range n.Allow {
		if !isNetwork(a) {
			return invalid(fmt.Sprintf("notify.allow.%d", i), "%q is neither an address nor a network. Write 10.0.0.7 or 10.0.0.0/24.", a)
		}
	}
	for _, group := range []struct {
		key  string
		list []Webhook
	}{{"notify.teams", n.Teams}, {"notify.webhooks", n.Webhooks}} {
		names := map[string]int{}
		for i, w := range group.list {
			key := fmt.Sprintf("%s.%d", group.key, i)
			if !tenantName.MatchString(w.Name) {
				return invalid(key+".name", "%q cannot be its name. Use lower-case letters, digits and hyphens, up to 40.", w.Name)
			}
			if j, ok := names[w.Name]; ok {
				return invalid(key+".name", "%q is listed twice (entries %d and %d). Give each a name of its own.", w.Name, j, i)
			}
			if w.URL.IsZero() {
				return invalid(key+".url", "its address is missing. It is a secret: write url: file:PATH or url: env:NAME.")
			}
			names[w.Name] = i
		}
	}
	return nil
}

func (s SMTP) check() error {
	if s.Host == "" {
		if s != (SMTP{}) {
			return invalid("notify.smtp.host", "the mail server is missing.")
		}
		return nil
	}
	if a, err := mail.ParseAddress(s.From); err != nil || a.Name != "" {
		return invalid("notify.smtp.from", "%q is not the sender's address. Write steward@example.com.", s.From)
	}
	if s.Username != "" && s.Password.IsZero() {
		return invalid("notify.smtp.password", "there is a user name and no password. Write password: file:PATH.")
	}
	return nil
}
