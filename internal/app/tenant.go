package app

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"steward/internal/buildinfo"
	"steward/internal/check"
	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/entra"
	"steward/internal/graph"
	"steward/internal/pbi"
	"steward/internal/refreshlog"
	"steward/internal/scan"
	"steward/internal/secret"
)

// Clock is the time a portal lives in; the zero value is the machine's. Tests
// and the demo's look back at past weeks bring their own.
type Clock struct {
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Tenant is everything that talks to one tenant.
type Tenant struct {
	Config  config.Tenant
	Scanner *scan.Scanner
	// Refreshes reads how models are refreshed, beside the scanner.
	Refreshes *refreshlog.Collector
	budgets   *pbi.Budgets
	subject   check.Subject
}

// Check runs the set-up check of the tenant.
func (t *Tenant) Check(ctx context.Context) []check.Result { return check.Tenant(ctx, t.subject) }

// newTenant builds the clients of one tenant. It calls nobody.
func newTenant(ctx context.Context, d *db.DB, t config.Tenant, dataDir string, o Options) (*Tenant, error) {
	calls := &scan.Calls{}
	b, err := newClients(t, o.Clock, o.Log)
	if err != nil {
		return nil, err
	}
	if !o.lookingBack {
		b.db = d
	}
	subject, budgets, g, err := b.subject(ctx, calls.Note)
	if err != nil {
		return nil, err
	}
	cfg := scan.Config{
		DB: d, Tenant: t.Name, TenantID: t.TenantID, PBI: subject.Scanner.API, Graph: g, Budgets: budgets, Calls: calls,
		PersonalWorkspaces: t.Scan.Personal(), ActivityDays: t.Scan.ActivityDays,
		Now: o.Clock.Now, Sleep: o.Clock.Sleep, Log: b.log, OnChange: o.onScan,
	}
	if days := int(t.Scan.Archive().Hours() / 24); days > 0 && !o.lookingBack {
		cfg.ArchiveDir, cfg.ArchiveDays = filepath.Join(dataDir, "archive"), days
	}
	if o.lookingBack {
		cfg.ActivityDays = min(cfg.ActivityDays, lookBackDays)
	}
	if subject.Executor != nil {
		cfg.Pipelines = subject.Executor.API
	}
	if t.Scan.UnusedWorkspaces != nil {
		cfg.UnusedPerScan = *t.Scan.UnusedWorkspaces
		if cfg.UnusedPerScan == 0 {
			cfg.UnusedPerScan = -1 // none, where the scanner's zero means its own choice
		}
	}
	scanner, err := scan.New(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", t.Name, err)
	}
	return &Tenant{Config: t, Scanner: scanner, budgets: budgets, subject: subject}, nil
}

// checkSubject builds what the set-up check asks, without a database.
func checkSubject(ctx context.Context, t config.Tenant, log *slog.Logger) (check.Subject, error) {
	b, err := newClients(t, Clock{}, log)
	if err != nil {
		return check.Subject{}, err
	}
	subject, _, _, err := b.subject(ctx, nil)
	return subject, err
}

func newClients(t config.Tenant, clock Clock, log *slog.Logger) (*clients, error) {
	at, err := endpoints(t)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", t.Name, err)
	}
	return &clients{at: at, tenant: t, clock: clock, log: log.With("tenant", t.Name)}, nil
}

// subject builds both applications and the directory of the tenant.
func (b *clients) subject(ctx context.Context, onCall func(pbi.Call)) (check.Subject, *pbi.Budgets, *graph.Client, error) {
	out := check.Subject{Now: b.clock.now()}
	scanner, budgets, err := b.application(ctx, "scanner", b.tenant.Scanner, onCall)
	if err != nil {
		return out, nil, nil, err
	}
	out.Scanner = scanner
	if b.tenant.Executor.Configured() {
		executor, _, err := b.application(ctx, "executor", b.tenant.Executor, nil)
		if err != nil {
			return out, nil, nil, err
		}
		out.Executor = &executor
	}
	if !b.tenant.Graph {
		return out, budgets, nil, nil
	}
	g, err := b.graph(b.tenant.Scanner)
	if err != nil {
		return out, nil, nil, err
	}
	out.Graph = prober{g}
	return out, budgets, g, nil
}

// clients builds what talks to one tenant's cloud.
type clients struct {
	at     entra.Endpoints
	tenant config.Tenant
	clock  Clock
	log    *slog.Logger
	// db keeps the budgets; nil keeps them for this run only.
	db *db.DB
}

// application builds the Power BI client of one registration. Each has its own
// budgets: Microsoft counts most limits by caller.
func (b *clients) application(ctx context.Context, name string, a config.App, onCall func(pbi.Call)) (check.Application, *pbi.Budgets, error) {
	fail := func(err error) (check.Application, *pbi.Budgets, error) {
		return check.Application{}, nil, fmt.Errorf("tenant %s, %s: %w", b.tenant.Name, name, err)
	}
	source, err := b.source(a, b.at.Scope())
	if err != nil {
		return fail(err)
	}
	keep := pbi.BudgetConfig{Now: b.clock.Now, Sleep: b.clock.Sleep}
	if b.db != nil {
		keep.Store = b.db.Budgets(b.tenant.TenantID + "/" + a.ClientID)
	}
	budgets, err := pbi.NewBudgets(ctx, keep)
	if err != nil {
		return fail(err)
	}
	api, err := pbi.New(pbi.Config{
		API: b.at.API, Fabric: b.at.Fabric, Hosts: b.at.Hosts, Tokens: source, Budgets: budgets,
		Now: b.clock.Now, Sleep: b.clock.Sleep, Log: b.log, UserAgent: userAgent(), OnCall: onCall,
	})
	if err != nil {
		return fail(err)
	}
	app := check.Application{ClientID: a.ClientID, Tokens: source, API: api}
	app.Ends, app.Trouble = credentialState(a)
	return app, budgets, nil
}

func (b *clients) source(a config.App, scope string) (*entra.Source, error) {
	cfg := entra.Config{Authority: b.at.Authority, TenantID: b.tenant.TenantID, ClientID: a.ClientID, Scope: scope, Sleep: b.clock.Sleep}
	if b.clock.Now != nil {
		cfg.Now = b.clock.Now
	}
	if a.Certificate.IsZero() {
		cfg.Secret = func() (string, error) { v, err := a.ClientSecret.Read(); return v.Reveal(), err }
	} else {
		cfg.Certificate = func() ([]byte, error) { v, err := a.Certificate.Read(); return []byte(v.Reveal()), err }
	}
	return entra.New(cfg)
}

func (b *clients) graph(a config.App) (*graph.Client, error) {
	source, err := b.source(a, graphScope(b.at))
	if err != nil {
		return nil, fmt.Errorf("tenant %s, graph: %w", b.tenant.Name, err)
	}
	g, err := graph.New(graph.Config{Base: b.at.Graph, Tokens: source, Now: b.clock.Now, Sleep: b.clock.Sleep, Log: b.log, UserAgent: userAgent()})
	if err != nil {
		return nil, fmt.Errorf("tenant %s, graph: %w", b.tenant.Name, err)
	}
	return g, nil
}

// credentialState reads a credential once for the check: when it ends, the zero
// time when nobody wrote down when a secret does, or why it cannot be read.
func credentialState(a config.App) (time.Time, error) {
	if a.Certificate.IsZero() {
		_, err := a.ClientSecret.Read()
		return config.Day(a.SecretEnds), err
	}
	v, err := a.Certificate.Read()
	if err != nil {
		return time.Time{}, err
	}
	return secret.CertificateExpiry(v)
}

func userAgent() string { return "steward/" + buildinfo.Version() }

func (c Clock) now() func() time.Time {
	if c.Now == nil {
		return time.Now
	}
	return c.Now
}

// prober makes Graph's one small call for the set-up check.
type prober struct{ g *graph.Client }

// Probe asks for an id that nobody has: the answer says whether Graph would
// answer, and costs one small call.
func (p prober) Probe(ctx context.Context) error {
	_, err := p.g.ByIDs(ctx, []string{"00000000-0000-0000-0000-000000000000"})
	return err
}
