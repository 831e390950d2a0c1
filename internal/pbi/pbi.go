// Package pbi reads the Power BI and Fabric REST APIs: one file per resource.
// It owns the wire: paths and parameters, Microsoft's limits, the odd dates,
// numbers and spellings of the answers, and the meaning of their errors. Its
// types are what the wire says, put in order (ids lower-case, times UTC); what
// they mean for the portal is decided by scan and fulfil, and nobody else sees
// them. Retries, tokens and caps are internal/upstream's.
package pbi

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"steward/internal/fault"
	"steward/internal/upstream"
)

// The machinery of a call, by the names that this package's users know.
type (
	// Tokens gives access tokens; entra.Source is one.
	Tokens = upstream.Tokens
	// Budgets keep every operation below Microsoft's limits; one value is
	// shared by all clients and workers of one tenant and app.
	Budgets = upstream.Budgets
	// BudgetConfig is what NewBudgets needs.
	BudgetConfig = upstream.BudgetConfig
	// BudgetStore keeps the budgets over a restart.
	BudgetStore = upstream.BudgetStore
	// Room is what is left of an operation's limits.
	Room = upstream.Room
	// Operation is one kind of call with its limits.
	Operation = upstream.Operation
	// Call is what Config.OnCall is told about one try.
	Call = upstream.Call
	// Error is a failed call.
	Error = upstream.Error
)

// The ways in which a call fails (Error.Class).
const (
	ClassAnswer   = upstream.ClassAnswer
	ClassNetwork  = upstream.ClassNetwork
	ClassTimeout  = upstream.ClassTimeout
	ClassBroken   = upstream.ClassBroken
	ClassTooLarge = upstream.ClassTooLarge
	ClassForeign  = upstream.ClassForeign
	ClassLoop     = upstream.ClassLoop
	ClassBudget   = upstream.ClassBudget
)

// NewBudgets loads the budgets of one tenant and app from cfg.Store.
func NewBudgets(ctx context.Context, cfg BudgetConfig) (*Budgets, error) {
	return upstream.NewBudgets(ctx, cfg)
}

// Config is what a Client needs.
type Config struct {
	// API is the base of the Power BI REST API, such as
	// https://api.powerbi.com/v1.0/myorg.
	API string
	// Fabric is the base of the Fabric REST API, such as
	// https://api.fabric.microsoft.com/v1. Empty means that the cloud has none;
	// the calls that need it then fail with a sentence that says so.
	Fabric string
	// Hosts are hosts that an address in an answer may name besides the bases'
	// own and Microsoft's; a leading dot stands for every host below.
	Hosts []string
	// Tokens gives the tokens of the app, for both APIs.
	Tokens Tokens
	// Transport sends the requests; nil means a shared one.
	Transport http.RoundTripper
	// Budgets keep the limits; nil means none are kept.
	Budgets *Budgets
	// Now and Sleep are the clock; nil means the real one.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
	// Jitter returns a number in [0,1) for the pause before a repetition; nil
	// means a random one.
	Jitter func() float64
	// Stall is how long an answer may stand still; 0 means a minute.
	Stall time.Duration
	// Timeout replaces the operations' own time limits when it is not 0.
	Timeout time.Duration
	// MaxBytes replaces the cap of an answer that is held in memory when it
	// is not 0. Scan results have their own cap.
	MaxBytes int64
	// Log gets the failed tries; nil means none.
	Log *slog.Logger
	// UserAgent is sent with every request.
	UserAgent string
	// OnCall is told of every try: for metrics and progress. Nil means nobody.
	OnCall func(Call)
}

// Client reads Power BI and Fabric of one tenant as one app. It is safe for
// concurrent use.
type Client struct {
	powerBI  *upstream.Client
	fabric   *upstream.Client // nil where the cloud has no Fabric API
	now      func() time.Time
	sleep    func(ctx context.Context, d time.Duration) error
	log      *slog.Logger
	maxBytes int64
}

// microsoftHosts are what Power BI and Fabric name in continuation addresses:
// api.powerbi.com may answer from a regional host. Naming one is no sign of
// tampering; nothing is sent to any of them, only the token in the address is
// used, at the configured base.
var microsoftHosts = []string{
	"api.powerbi.com", "api.fabric.microsoft.com", ".analysis.windows.net",
	".powerbigov.us", ".analysis.usgovcloudapi.net",
	"api.powerbi.cn", ".analysis.chinacloudapi.cn",
}

// New checks cfg and returns a Client. It calls nothing yet.
func New(cfg Config) (*Client, error) {
	up := upstream.Config{
		Base: cfg.API, Hosts: slices.Concat(cfg.Hosts, microsoftHosts), Tokens: cfg.Tokens, Transport: cfg.Transport, Budgets: cfg.Budgets,
		Now: cfg.Now, Sleep: cfg.Sleep, Jitter: cfg.Jitter, Stall: cfg.Stall, Timeout: cfg.Timeout,
		Log: cfg.Log, UserAgent: cfg.UserAgent, OnCall: cfg.OnCall, Read: readProblem, Explain: explain,
	}
	c := &Client{now: cfg.Now, log: cfg.Log, maxBytes: cfg.MaxBytes}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep = cfg.Sleep; c.sleep == nil {
		c.sleep = upstream.Sleep
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if c.powerBI, err = upstream.New(up); err != nil {
		return nil, err
	}
	if cfg.Fabric != "" {
		up.Base = cfg.Fabric
		if c.fabric, err = upstream.New(up); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// errNoFabric is the error of every Fabric call in a cloud without Fabric.
var errNoFabric = fault.New(fault.Unavailable, "This cloud has no Fabric API configured, so what only Fabric knows (tenant settings, domains) stays unknown.")

// capped returns op with the configured cap, if there is one.
func (c *Client) capped(op Operation) Operation {
	if c.maxBytes > 0 && op.MaxBytes == 0 {
		op.MaxBytes = c.maxBytes
	}
	return op
}
