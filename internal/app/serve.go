package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"steward/internal/auth"
	"steward/internal/buildinfo"
	"steward/internal/config"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/metrics"
	"steward/internal/web"
	"steward/internal/web/guard"
	"steward/internal/witness"
)

// stopTimeout is how long requests in hand may take after the portal was told
// to stop.
const stopTimeout = 15 * time.Second

// Serve lets the portal work until ctx ends: pages, schedules, checkpoints. It
// returns when everything has stopped. ready, if not nil, is called with the
// address once the portal answers.
func (p *Portal) Serve(ctx context.Context, ready func(net.Addr)) error {
	signIn, err := p.newAuth()
	if err != nil {
		return err
	}
	if p.witness, err = p.newWitness(ctx); err != nil {
		return err
	}
	if p.copies, err = p.newBackups(); err != nil {
		return err
	}
	if p.telling, err = p.newNotifier(); err != nil {
		return err
	}
	if p.sending, err = p.newSending(); err != nil {
		return err
	}
	pages, err := p.newPages(signIn)
	if err != nil {
		return err
	}
	if p.acting, err = p.newActing(ctx); err != nil {
		return err
	}
	defer p.acting.wait()
	if err := p.begun(ctx); err != nil {
		return err
	}
	work, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { signIn.Run(work) })
	wg.Go(func() { p.noteSecrets(work) })
	wg.Go(func() { p.rejudge(work) })
	wg.Go(func() { p.sweepRequests(work) })
	wg.Go(func() { p.sweepOld(work) })
	if p.witness != nil {
		wg.Go(func() { p.witness.Run(work) })
	}
	if p.telling != nil {
		wg.Go(func() { p.telling.Run(work) })
	}
	if p.sending != nil {
		wg.Go(func() { p.sending.run(work) })
	}
	if p.copies != nil {
		wg.Go(func() { p.copies.run(work) })
	}
	for _, t := range p.Tenants {
		wg.Go(func() { t.Refreshes.Run(work) })
		wg.Go(func() { p.newWatch(t.Config).Run(work) })
		wg.Go(func() { p.knowExecutor(work, t.Config) })
	}
	p.checks.begin(work)
	if err := p.scans.begin(work); err != nil {
		stop()
		p.checks.wait()
		wg.Wait()
		return err
	}
	p.acting.begin(work)
	err = p.listen(ctx, pages, ready)
	stop()
	p.acting.wait()
	p.scans.wait()
	p.checks.wait()
	wg.Wait()
	return errors.Join(err, p.DB.Record(context.WithoutCancel(ctx), ofSystem(ledger.Stop, ledger.Object{Kind: "portal", ID: buildinfo.Version()})))
}

// listen serves pages until ctx ends, then lets requests finish.
func (p *Portal) listen(ctx context.Context, pages *web.Server, ready func(net.Addr)) error {
	l, err := net.Listen("tcp", p.cfg.Listen)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The portal cannot listen on %s. Another program may use the port; choose another with --listen.", p.cfg.Listen)
	}
	srv := guard.NewServer(pages, p.log)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	if ready != nil {
		ready(l.Addr())
	}
	select {
	case err := <-done:
		return fmt.Errorf("serve %s: %w", p.cfg.Listen, err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("stop serving: %w", err), srv.Close())
	}
	return nil
}

func (p *Portal) newAuth() (*auth.Service, error) {
	s := p.cfg.SignIn
	if s.Issuer == "" {
		return nil, fault.New(fault.Invalid, "Configuration key sign_in.issuer is missing: without it nobody could sign in.")
	}
	return auth.New(auth.Config{
		DB: p.DB, Kind: auth.Kind(s.Provider), Issuer: s.Issuer, ClientID: s.ClientID, ClientSecret: s.ClientSecret,
		RolesClaim: s.RolesClaim, AskFor: s.AskFor, AuthContext: s.AuthContext, Roles: s.Roles, LimitRules: limitRules(s.Scopes), Guests: s.Guests, Help: s.Help,
		TokenDays: p.cfg.Limits.TokenDays, PublicURL: p.cfg.PublicURL, Now: p.clock.Now, Log: p.log,
	})
}

func limitRules(scopes []config.PersonScope) []auth.LimitRule {
	out := make([]auth.LimitRule, 0, len(scopes))
	for _, s := range scopes {
		out = append(out, auth.LimitRule{Role: auth.Role(s.Role), Person: s.Person,
			Limit: auth.Limit{Tenants: s.Tenants, Prefixes: s.Prefixes, Domains: s.Domains}})
	}
	return out
}

// newWitness signs checkpoints of the ledger; nil when no key is configured,
// which the set-up page says.
func (p *Portal) newWitness(ctx context.Context) (*witness.Witness, error) {
	l := p.cfg.Ledger
	if l.SigningKey.IsZero() {
		p.log.Warn("ledger.signing_key is not set: a ledger without signed checkpoints cannot show that its end was cut off")
		return nil, nil //nolint:nilnil // no witness is a state of its own
	}
	var sink witness.Sink
	if l.SecondSink != "" {
		var err error
		if sink, err = witness.ParseSink(l.SecondSink, l.SecondSinkToken); err != nil {
			return nil, err
		}
	}
	return witness.New(ctx, witness.Config{DB: p.DB, Sink: sink, Key: l.SigningKey, Binary: buildinfo.Version(), Now: p.clock.Now, Log: p.log})
}

func (p *Portal) newPages(signIn *auth.Service) (*web.Server, error) {
	names := make([]string, 0, len(p.Tenants))
	for _, t := range p.Tenants {
		names = append(names, t.Config.Name)
	}
	figures := metrics.New(p.figures)
	return web.New(web.Config{
		Reader: p.DB.Reader(), Tenants: names, Scans: p.scans, Auth: signIn, Rules: p.newRules(), Policies: policies{p}, Requests: p.desk, Runs: p.desk, Plans: p.desk, Messages: p.desk, Views: p.desk, Periods: p.periods(),
		Metrics: figures.Handler(), Scraper: scraper(p.cfg.Metrics), Observe: figures.Page, Tracer: p.traces.Tracer(),
		Installation: p.installation(),
		Ledger:       &keeper{portal: p},
		Record:       func(ctx context.Context, e ledger.Entry) error { return p.DB.Record(ctx, e) },
		PublicURL:    p.cfg.PublicURL, Hosts: localNames(p.cfg.Listen), Proxies: networks(p.cfg.Proxies), Limits: p.limits, Now: p.clock.Now, Log: p.log,
	})
}

// localNames are the other names of a loopback address: people type either.
func localNames(listen string) []string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || !config.IsLoopback(host) {
		return nil
	}
	return []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port}
}

// networks turns checked addresses and networks into prefixes.
func networks(list []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range list {
		if !strings.Contains(text, "/") {
			if a, err := netip.ParseAddr(text); err == nil {
				out = append(out, netip.PrefixFrom(a, a.BitLen()))
			}
			continue
		}
		if n, err := netip.ParsePrefix(text); err == nil {
			out = append(out, n)
		}
	}
	return out
}
