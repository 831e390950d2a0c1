// Package sim is a pretend Microsoft cloud: Entra ID, Power BI, Fabric and Graph
// over real HTTP, in front of one made-up tenant (sim/world).
//
// It owns what all the services share: the clock, who may call what, the rate
// limits, the faults on order, the journal and its counters. What an operation
// answers is the business of sim/powerbi, sim/fabric, sim/graph and sim/entra.
//
// A request passes, in this order: routing; the token (read, not yet judged); the
// faults; the token and the tenant's settings (401, 403); the quotas (429); the
// operation. Everything is noted in the journal, and tests ask the counters
// whether a limit was ever overrun.
//
//	world ── state at a moment ──▶ powerbi, fabric, graph ─┐
//	clock, limits, faults, journal ──────────▶ gate ───────┴─▶ HTTP on loopback
//
// The limits are sliding windows on the stand-in's clock (see Limiter). Faults
// come from a file, described at Fault and in docs/stand-in.md. Control for
// tests and for people is under /_sim/ (see control.go).
//
// It listens on loopback only, signs anyone in, and must never be anything but a
// stand-in.
package sim

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"steward/internal/sim/acts"
	"steward/internal/sim/entra"
	"steward/internal/sim/fabric"
	"steward/internal/sim/graph"
	"steward/internal/sim/powerbi"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// Config says what cloud to make. The zero value of every field but World has a
// meaning.
type Config struct {
	// World is the tenant; it is required.
	World *world.World
	// Clock is the time everything follows; nil is the machine's.
	Clock *Clock
	// Limits is Documented when empty.
	Limits Limits
	// Latency is added to every answer, in real time.
	Latency time.Duration
	// Faults go wrong from the start; SetFaults changes them.
	Faults []Fault
	// Apps are the app registrations; nil means DefaultApps(World).
	Apps []entra.App
	// SignIn is the portal's registration for people; without a client id nobody
	// can sign in.
	SignIn entra.SignIn
	// Scans shapes the metadata scans: how long they take and which fail.
	Scans powerbi.Scans
	// Times are how long moves, deployments and refreshes take.
	Times acts.Times
	// Plain leaves answers uncompressed: both ends are one program.
	Plain bool
	// SameNames lets two workspaces have one name.
	SameNames bool
	// Journal keeps this many requests (10,000 when 0) and copies each to
	// JournalCopy as a line of JSON unless that is nil.
	Journal     int
	JournalCopy io.Writer
	// Seed decides the chances of faults.
	Seed uint64
	// NewID makes request ids and the like; nil means random GUIDs.
	NewID func() string
	// Wall is the machine's time, for the journal; nil is time.Now.
	Wall func() time.Time
	// Logf takes the few lines worth saying; nil drops them.
	Logf func(format string, args ...any)
}

// Endpoints are the addresses to configure a client with: Power BI is at
// {API}/v1.0/myorg, Fabric at {Fabric}/v1, Graph at {Graph}/v1.0, tokens at
// {Authority}/{tenant}/oauth2/v2.0/token. Resource is Power BI's, without a
// slash at the end.
type Endpoints struct {
	Authority, API, Fabric, Graph, Resource string
	// Issuer is the OpenID Connect issuer for people.
	Issuer string
	// Control is where tests steer the stand-in.
	Control string
}

// Cloud is the running stand-in. Its methods are safe for concurrent use.
type Cloud struct {
	cfg Config
	// Entra, PowerBI and the others may be steered directly by tests in Go.
	Entra   *entra.Service
	PowerBI *powerbi.Service
	// Acts is what callers changed, and how long that takes.
	Acts *acts.Book

	tables   map[rest.Service][]rest.Operation
	routers  map[rest.Service]*rest.Router
	limiter  *Limiter
	faults   *Faults
	journal  *Journal
	inflight sync.WaitGroup

	// stateName is the file that keeps the tenant, or empty; stateMu guards what is
	// written there, and kept, the writes that belong to it.
	stateName string
	stateMu   sync.Mutex
	kept      []Entry

	mu     sync.Mutex
	server *http.Server
	served chan struct{}
	addr   string
}

// New makes the cloud. It does not listen yet; Handler can be mounted as it is.
func New(cfg Config) *Cloud {
	cfg = cfg.withDefaults()
	c := &Cloud{cfg: cfg, limiter: NewLimiter(), journal: NewJournal(cfg.Journal, cfg.JournalCopy),
		faults: NewFaults(cfg.Faults, cfg.Clock.Now(), cfg.Seed)}
	wc := cfg.World.Config()
	c.Entra = entra.New(entra.Config{TenantID: wc.TenantID, TenantName: wc.TenantName,
		TenantNames: []string{wc.Domain, "common", "organizations"}, Apps: cfg.Apps, People: people(cfg.World),
		SignIn: cfg.SignIn, NewID: cfg.NewID, Enforce: cfg.Limits != Off})
	c.Acts = acts.New(acts.Config{World: cfg.World, NewID: cfg.NewID, Times: cfg.Times, SameNames: cfg.SameNames})
	c.PowerBI = powerbi.New(powerbi.Config{World: cfg.World, Acts: c.Acts, NewID: cfg.NewID, Scans: cfg.Scans, Enforce: cfg.Limits != Off})
	c.tables = map[rest.Service][]rest.Operation{
		rest.Login: c.Entra.Operations(), rest.PowerBI: c.PowerBI.Operations(),
		rest.Fabric: fabric.New(cfg.World, c.Acts).Operations(), rest.Graph: graph.New(cfg.World).Operations(),
	}
	c.routers = map[rest.Service]*rest.Router{}
	for s, ops := range c.tables {
		c.routers[s] = rest.NewRouter(ops)
	}
	return c
}

func (cfg Config) withDefaults() Config {
	if cfg.Clock == nil {
		cfg.Clock = NewClock(nil)
	}
	if cfg.Apps == nil {
		cfg.Apps = DefaultApps(cfg.World)
	}
	if cfg.Journal == 0 {
		cfg.Journal = 10_000
	}
	if cfg.NewID == nil {
		cfg.NewID = uuid.NewString
	}
	if cfg.Wall == nil {
		cfg.Wall = time.Now
	}
	if cfg.Logf == nil {
		cfg.Logf = func(string, ...any) {}
	}
	return cfg
}

// DefaultApps are the portal's two registrations in a tenant, set up by the book.
// Their secrets follow from the tenant's id, so that a written configuration
// fits the next start as well; they open nothing but this stand-in.
func DefaultApps(w *world.World) []entra.App {
	app := func(name string, sp world.ServicePrincipal) entra.App {
		sum := sha256.Sum256([]byte("stand-in secret of " + name + " in " + w.Config().TenantID))
		return entra.App{Name: name, ClientID: sp.AppID, ObjectID: sp.ID, Switches: entra.AllOn(),
			Secret: base64.RawURLEncoding.EncodeToString(sum[:])[:40]}
	}
	return []entra.App{app("scanner", w.ScannerApp()), app("executor", w.ExecutorApp())}
}

func people(w *world.World) []entra.Person {
	var out []entra.Person
	for _, p := range w.DemoPeople() {
		out = append(out, entra.Person{ObjectID: p.User.ID, UPN: p.User.UPN, Name: p.User.DisplayName, Roles: p.Roles,
			Note: p.Note, Disabled: !p.User.Enabled})
	}
	return out
}

// Handler serves all services; Start is the usual way to use it.
func (c *Cloud) Handler() http.Handler { return http.HandlerFunc(c.route) }

// ErrNotLoopback is returned for an address that others could reach.
var ErrNotLoopback = errors.New("the stand-in listens on loopback only (127.0.0.1, ::1 or localhost)")

// Start listens on addr ("127.0.0.1:0" picks a port) and serves until Close.
func (c *Cloud) Start(addr string) (Endpoints, error) {
	if err := loopback(addr); err != nil {
		return Endpoints{}, fmt.Errorf("start the stand-in on %s: %w", addr, err)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return Endpoints{}, fmt.Errorf("start the stand-in on %s: %w", addr, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addr = l.Addr().String()
	c.server = &http.Server{Handler: c.Handler(), ReadHeaderTimeout: 10 * time.Second}
	c.served = make(chan struct{})
	go func(s *http.Server, done chan struct{}) {
		defer close(done)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.cfg.Logf("stand-in: %v", err)
		}
	}(c.server, c.served)
	return EndpointsAt("http://"+c.addr, c.cfg.World), nil
}

// EndpointsAt are the addresses when Handler is served at origin.
func EndpointsAt(origin string, w *world.World) Endpoints {
	return Endpoints{Authority: origin, API: origin + "/powerbi", Fabric: origin + "/fabric", Graph: origin + "/graph",
		Resource: entra.PowerBIResource, Issuer: origin + "/" + w.Config().TenantID + "/v2.0", Control: origin + "/_sim"}
}

// Close stops listening, breaks open connections and waits for the calls under
// way. It is safe to call more than once.
func (c *Cloud) Close() error {
	c.mu.Lock()
	server, served := c.server, c.served
	c.server = nil
	c.mu.Unlock()
	if server == nil {
		return nil
	}
	err := server.Close()
	<-served
	done := make(chan struct{})
	go func() { c.inflight.Wait(); close(done) }()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.Join(err, errors.New("calls are still under way after five seconds"))
	}
	if err != nil {
		return fmt.Errorf("close the stand-in: %w", err)
	}
	return nil
}

func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return ErrNotLoopback
	}
	return nil
}

// Operations is the table of one service: what it answers, and the quotas.
func (c *Cloud) Operations(s rest.Service) []rest.Operation { return slices.Clone(c.tables[s]) }

// World is the tenant behind it.
func (c *Cloud) World() *world.World { return c.cfg.World }

// Clock is the stand-in's.
func (c *Cloud) Clock() *Clock { return c.cfg.Clock }

// Journal is what was asked of the stand-in.
func (c *Cloud) Journal() *Journal { return c.journal }

// SetFaults replaces the faults and starts their counters anew.
func (c *Cloud) SetFaults(list []Fault) { c.faults.Set(list, c.cfg.Clock.Now()) }

// Counters tells everything counted so far.
func (c *Cloud) Counters() Counters {
	out := c.journal.counters()
	out.MaxUnfinishedScans, out.RefusedScans = c.PowerBI.ScanCounters()
	return out
}

// Reset forgets the counters, the writes in the journal and the windows of the
// quotas, not the tenant.
func (c *Cloud) Reset() {
	c.journal.reset()
	c.limiter.Reset()
	c.PowerBI.ResetScanCounters()
	c.forgetWrites()
}
