package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"steward/internal/buildinfo"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/secret"
)

// openDatabase opens the configured database for writing, and records when that
// brought an older one to this program's schema.
func openDatabase(ctx context.Context, cfg db.Config) (*db.DB, error) {
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	was, is := d.Migrated()
	if was == 0 {
		return d, nil
	}
	e := ofSystem(ledger.Migrate, ledger.Object{Kind: "portal", ID: buildinfo.Version()})
	e.Details = map[ledger.Detail]string{ledger.StateBefore: schema(was), ledger.State: schema(is)}
	if err := d.Record(ctx, e); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func schema(n int64) string { return fmt.Sprintf("schema %d", n) }

func ofSystem(a ledger.Action, o ledger.Object) ledger.Entry {
	return ledger.Entry{Action: a, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System, Name: "Steward"}, Object: o}
}

// begun records that the portal starts, with which rules, and whether its
// configuration is another one than at the start before. The configuration is
// there as a digest of what /setup shows, which holds no secret.
func (p *Portal) begun(ctx context.Context) error {
	text, err := p.cfg.Print()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	now := hex.EncodeToString(sum[:])
	about := ledger.Object{Kind: "configuration", ID: "file", Name: "the portal's configuration"}
	last, _, err := p.DB.Reader().LedgerPage(ctx, db.LedgerScope{All: true}, db.LedgerFilter{Actions: []ledger.Action{ledger.Configure}, ObjectKind: about.Kind, ObjectID: about.ID, Limit: 1})
	if err != nil {
		return err
	}
	entries := []ledger.Entry{ofSystem(ledger.Start, ledger.Object{Kind: "portal", ID: buildinfo.Version()})}
	changed := ofSystem(ledger.Configure, about)
	changed.After, changed.Reason = now, "The portal was started with this configuration for the first time."
	if len(last) > 0 {
		e, err := last[0].Entry()
		if err != nil {
			return err
		}
		changed.Before, changed.Reason = e.After, "The portal was started with another configuration than before."
	}
	if changed.Before != now {
		entries = append(entries, changed)
	}
	if set := p.rules.Set(); set != nil {
		e := ofSystem(ledger.PolicyLoad, ledger.Object{Kind: "policy", ID: "all", Name: "the rules in force"})
		e.After = set.Hash
		entries = append(entries, e)
	}
	return p.DB.Record(ctx, entries...)
}

// lookAtSecrets is how often the portal looks whether a secret was exchanged.
const lookAtSecrets = time.Minute

// noteSecrets records which secrets are in use from now on, and each that is
// exchanged or cannot be read any more, until the context ends. What is compared
// stays in memory: a digest in the ledger would let a weak password be guessed.
func (p *Portal) noteSecrets(ctx context.Context) {
	tick := time.NewTicker(lookAtSecrets)
	defer tick.Stop()
	known := map[string][sha256.Size]byte{}
	for {
		if entries := secretNews(secretsOf(p.cfg), known); len(entries) > 0 {
			if err := p.DB.Record(ctx, entries...); err != nil && ctx.Err() == nil {
				p.log.Error("which secrets are in use could not be recorded", "error", secret.Redact(err.Error()))
				clear(known) // and is tried again
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// secretNews compares the secrets as they are with those known, brings the known
// up to date, and returns an entry for each that is news.
func secretNews(all []usedSecret, known map[string][sha256.Size]byte) []ledger.Entry {
	var out []ledger.Entry
	for _, s := range all {
		var now [sha256.Size]byte
		v, err := s.ref.Read()
		if err == nil {
			now = sha256.Sum256([]byte(v.Reveal()))
		}
		before, there := known[s.name]
		known[s.name] = now
		if there && before == now {
			continue
		}
		e := ofSystem(ledger.SecretUse, ledger.Object{Kind: "secret", ID: s.name, Tenant: s.tenant})
		e.Details = map[ledger.Detail]string{ledger.Reference: s.ref.String()}
		switch {
		case err != nil:
			e.Outcome, e.Reason = ledger.Failed, fault.Sentence(err)
		case there:
			e.Reason = "It was exchanged."
		default:
			e.Reason = "It is in use since the portal started."
		}
		out = append(out, e)
	}
	return out
}

// usedSecret is one secret that the configuration refers to.
type usedSecret struct {
	name, tenant string
	ref          secret.Ref
	certificate  bool
	endless      bool
	ends         string // as the configuration says it
}

// secretsOf lists every secret the configuration refers to.
func secretsOf(cfg *config.Config) []usedSecret {
	var out []usedSecret
	add := func(s usedSecret) {
		if !s.ref.IsZero() {
			out = append(out, s)
		}
	}
	for _, t := range cfg.Tenants {
		for _, a := range []struct {
			name string
			app  config.App
		}{{"scanner", t.Scanner}, {"executor", t.Executor}} {
			add(usedSecret{name: t.Name + " " + a.name + " client_secret", tenant: t.Name, ref: a.app.ClientSecret, ends: a.app.SecretEnds})
			add(usedSecret{name: t.Name + " " + a.name + " certificate", tenant: t.Name, ref: a.app.Certificate, certificate: true})
		}
	}
	add(usedSecret{name: "sign_in.client_secret", ref: cfg.SignIn.ClientSecret, ends: cfg.SignIn.SecretEnds})
	add(usedSecret{name: "ledger.signing_key", ref: cfg.Ledger.SigningKey, endless: true})
	add(usedSecret{name: "notify.smtp.password", ref: cfg.Notify.SMTP.Password})
	for _, hooks := range [][]config.Webhook{cfg.Notify.Teams, cfg.Notify.Webhooks} {
		for _, h := range hooks {
			add(usedSecret{name: "notify " + h.Name + " url", ref: h.URL})
			add(usedSecret{name: "notify " + h.Name + " key", ref: h.Key})
		}
	}
	return out
}
