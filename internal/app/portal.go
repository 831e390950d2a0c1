package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"steward/internal/config"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/evaluate"
	"steward/internal/fault"
	"steward/internal/notify"
	"steward/internal/policy"
	"steward/internal/tracing"
	"steward/internal/web/guard"
	"steward/internal/witness"
)

// Portal is the running portal: the database, the tenants, the pages. New
// builds it, Start lets it work, Stop ends it.
type Portal struct {
	cfg     *config.Config
	log     *slog.Logger
	clock   Clock
	DB      *db.DB
	Tenants []*Tenant
	// files are the backups and other content that runs read, and uploads.
	files *db.Files

	limits guard.Limits
	rules  *policy.Keeper
	// desk is where requests are written.
	desk      *desk.Desk
	executors executors
	// rulesChanged asks for judging everything again; judging lets one judge at
	// a time.
	rulesChanged chan struct{}
	ruleFiles    *ruleFiles // looked at by one goroutine at a time
	judging      sync.Mutex
	judged       evaluate.Memory

	runsPoll time.Duration

	scans *scans
	// acting carries out what was agreed; nil before Serve.
	acting *acting
	checks *setupChecks
	ready  *readiness
	// copies makes backups by the clock; nil when none are configured, and
	// before Serve.
	copies *backups
	// sending makes reports by the clock; nil when none are configured, and
	// before Serve.
	sending *sending
	// telling tells people; nil when there is no way to, and before Serve.
	telling *notify.Notifier
	// witness is nil when no signing key is configured, and before Serve.
	witness *witness.Witness
	traces  *tracing.Tracing
	closed  sync.Once
}

// Options are what a portal is started with besides its configuration.
type Options struct {
	Clock Clock
	Log   *slog.Logger
	// Limits bound how often one may sign in, write and export; zero fields get
	// the defaults.
	Limits guard.Limits

	// lookingBack is set for the demo's look at past weeks, whose clock is not
	// the machine's: what it counts against Microsoft's limits is not kept, and
	// neither are the raw answers.
	lookingBack bool
	// runsPoll is how often what was agreed is looked for; 2 s when 0.
	runsPoll time.Duration
	// onScan is told of every scan that began or ended.
	onScan func(ctx context.Context, s db.Scan, what string)
}

// pageReaders is how many connections pages read through, besides one for each
// download that may be written at the same time: pages never wait for those.
const pageReaders = 4

// limitsOf fills what the options leave open from the configuration, and the
// rest with the defaults.
func limitsOf(l guard.Limits, cfg config.Limits) guard.Limits {
	if l.ExportsPerHour == 0 {
		l.ExportsPerHour = cfg.ExportsPerHour
	}
	if l.ExportsAtOnce == 0 {
		l.ExportsAtOnce = cfg.ExportsAtOnce
	}
	if l.CallsPerMinute == 0 {
		l.CallsPerMinute = cfg.CallsPerMinute
	}
	return l.WithDefaults()
}

// New opens the database and builds what the configuration names. It calls
// nobody and listens nowhere yet.
func New(ctx context.Context, cfg *config.Config, o Options) (*Portal, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Tenants) == 0 {
		return nil, fault.New(fault.Invalid, "No tenant is configured. Add one under tenants: in the configuration.")
	}
	o.Limits = limitsOf(o.Limits, cfg.Limits)
	d, err := openDatabase(ctx, db.Config{Path: filepath.Join(cfg.DataDir, "portal.db"), Now: o.Clock.Now, Readers: pageReaders + o.Limits.ExportsAtOnce})
	if err != nil {
		return nil, err
	}
	p := &Portal{traces: newTraces(cfg.Tracing, o), files: db.NewFiles(filepath.Join(cfg.DataDir, "backups")), cfg: cfg, log: o.Log, clock: o.Clock, DB: d, limits: o.Limits, runsPoll: o.runsPoll, ruleFiles: newRuleFiles(cfg.Policies, cfg.DataDir), rulesChanged: make(chan struct{}, 1)}
	p.rules = p.ruleFiles.keeper(o.Clock.now())
	if err := p.reloadRules(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if p.desk, err = p.newDesk(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	o.onScan = p.onScan
	for _, t := range cfg.Tenants {
		built, err := newTenant(ctx, d, t, cfg.DataDir, o)
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		if built.Refreshes, err = p.newCollector(ctx, t, o); err != nil {
			return nil, errors.Join(err, d.Close())
		}
		p.Tenants = append(p.Tenants, built)
	}
	p.scans, p.checks = newScans(p), newSetupChecks(p)
	p.ready = &readiness{portal: p, started: o.Clock.now()()}
	return p, nil
}

// Tenant returns the tenant with the name; the only one when the name is
// empty. Invalid when there is none, with the names there are.
func (p *Portal) Tenant(name string) (*Tenant, error) {
	if name == "" && len(p.Tenants) == 1 {
		return p.Tenants[0], nil
	}
	var names []string
	for _, t := range p.Tenants {
		if t.Config.Name == name {
			return t, nil
		}
		names = append(names, t.Config.Name)
	}
	if name == "" {
		return nil, fault.New(fault.Invalid, "There are several tenants; name one of %v with --tenant.", names)
	}
	return nil, fault.New(fault.Invalid, "There is no tenant %q in the configuration. There are %v.", name, names)
}

// Close gives everything back. It is safe to call more than once.
func (p *Portal) Close() error {
	var err error
	p.closed.Do(func() {
		p.closeTraces()
		err = p.DB.Close()
	})
	return err
}
