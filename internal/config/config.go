// Package config owns the portal's one configuration file, its overlay by
// environment and flags, and what makes it valid. It hands out plain values;
// it opens nothing, connects to nothing and never holds a secret: secrets are
// references (file:PATH or env:NAME) that package secret resolves on use, so a
// configuration can be printed whole.
package config

import (
	"time"

	"steward/internal/secret"
)

// Config is the whole configuration. Keys are those of the YAML file; see
// docs/install.md for each with an example. The zero value of an optional
// part means that the part is off.
type Config struct {
	// Listen is the address the portal serves on.
	Listen string `yaml:"listen"`
	// PublicURL is the address people use, without a trailing slash; sign-in
	// redirects and links in mails are built from it.
	PublicURL string `yaml:"public_url"`
	// DataDir holds portal.db, workflow.db and archive/.
	DataDir string `yaml:"data_dir"`
	// WorkflowDatabase is the connection string of a PostgreSQL database that
	// keeps the durable runs instead of workflow.db; empty for the file. It is
	// a reference, because it may hold a password.
	WorkflowDatabase secret.Ref `yaml:"workflow_database"`
	Tenants          []Tenant   `yaml:"tenants"`
	SignIn           SignIn     `yaml:"sign_in"`
	// Policies is a directory of rule packs that add to or override the
	// built-in ones; empty for the built-in ones alone.
	Policies string `yaml:"policies"`
	// Approvals is the file of approval rules.
	Approvals string `yaml:"approvals"`
	// Owners are the times of the owner's loop.
	Owners Owners `yaml:"owners"`
	// Retention is how long what is remembered is kept.
	Retention Retention `yaml:"retention"`
	Notify    Notify    `yaml:"notify"`
	Ledger    Ledger    `yaml:"ledger"`
	Metrics   Metrics   `yaml:"metrics"`
	Tracing   Tracing   `yaml:"tracing"`
	Backup    Backup    `yaml:"backup"`
	// RefreshHistoryDays is how long runs of refreshes are kept; 180 when zero.
	RefreshHistoryDays int       `yaml:"refresh_history_days"`
	Refreshes          Refreshes `yaml:"refreshes"`
	// Alerts say who is warned of refreshes that go wrong, and from where on.
	Alerts []Alert `yaml:"alerts"`
	// Reports are made by the clock and sent.
	Reports []ScheduledReport `yaml:"reports"`
	// Proxies are the addresses or networks whose X-Forwarded-For is believed.
	Proxies []string `yaml:"proxies"`
	Limits  Limits   `yaml:"limits"`
}

// Limits bound what people may take out of the portal at a time.
type Limits struct {
	// ExportsPerHour is how many files one person may download in an hour; 6
	// when zero.
	ExportsPerHour int `yaml:"exports_per_hour"`
	// TokenDays is how long a token for a program may be good, in days; 90 when
	// zero.
	TokenDays int `yaml:"token_days"`
	// CallsPerMinute is how often one token may ask the API; 600 when zero.
	CallsPerMinute int `yaml:"calls_per_minute"`
	// ExportsAtOnce is how many files are written at the same time for
	// everybody; 2 when zero. Each holds a connection to the database that
	// pages do not use.
	ExportsAtOnce int `yaml:"exports_at_once"`
}

// Tenant is one Power BI tenant.
type Tenant struct {
	// Name is how pages and addresses call the tenant: short, lower-case.
	Name     string `yaml:"name"`
	TenantID string `yaml:"tenant_id"`
	// Cloud is public, gcc, gcchigh, dod, china or custom.
	Cloud     string    `yaml:"cloud"`
	Endpoints Endpoints `yaml:"endpoints"`
	// Graph expands groups and finds leavers through Microsoft Graph.
	Graph    bool    `yaml:"graph"`
	Scanner  App     `yaml:"scanner"`
	Executor App     `yaml:"executor"`
	Scan     ScanCfg `yaml:"scan"`
}

// Endpoints are the base addresses of a custom cloud. http is accepted for
// loopback only.
type Endpoints struct {
	Authority string `yaml:"authority"`
	API       string `yaml:"api"`
	Fabric    string `yaml:"fabric"`
	Graph     string `yaml:"graph"`
	// Resource is the audience of Power BI tokens, without /.default.
	Resource string `yaml:"resource"`
}

// App is an application registration: a client id with a secret or a
// certificate (PEM with key), by reference.
type App struct {
	ClientID     string     `yaml:"client_id"`
	ClientSecret secret.Ref `yaml:"client_secret"`
	Certificate  secret.Ref `yaml:"certificate"`
	// SecretEnds is the day on which ClientSecret ends, as YYYY-MM-DD: only the
	// page of the registration knows it. A certificate says it itself.
	SecretEnds string `yaml:"secret_ends"`
}

// Day is the beginning of a day written as YYYY-MM-DD, in UTC; the zero time
// when nothing is written. The configuration's check has refused anything else.
func Day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Configured reports whether the application is named at all.
func (a App) Configured() bool { return a.ClientID != "" }

// ScanCfg says when and what to scan. Full and Incremental are cron
// expressions in UTC, empty for never.
type ScanCfg struct {
	Full               string `yaml:"full"`
	Incremental        string `yaml:"incremental"`
	PersonalWorkspaces *bool  `yaml:"personal_workspaces"`
	// ActivityDays is how far back activity is read the first time, 1–28.
	ActivityDays int `yaml:"activity_days"`
	// ArchiveDays is how long raw answers are kept; 0 keeps none.
	ArchiveDays *int `yaml:"archive_days"`
	// UnusedWorkspaces is how many workspaces are asked for Microsoft's list
	// of unused artifacts in one scan (the call is limited to 200 an hour).
	UnusedWorkspaces *int `yaml:"unused_workspaces"`
}

// SignIn is the OpenID Connect provider of the portal's own users.
type SignIn struct {
	// Provider is entra or oidc; entra when empty. Only entra tokens are held
	// to Entra's own claims (tid, oid, ver).
	Provider     string     `yaml:"provider"`
	Issuer       string     `yaml:"issuer"`
	ClientID     string     `yaml:"client_id"`
	ClientSecret secret.Ref `yaml:"client_secret"`
	// SecretEnds is the day on which ClientSecret ends, as YYYY-MM-DD.
	SecretEnds string `yaml:"secret_ends"`
	// RolesClaim names the claim that carries roles; "roles" when empty.
	RolesClaim string `yaml:"roles_claim"`
	// Roles maps a value of the claim to a role of the portal; when empty the
	// values are the roles' own names.
	Roles map[string]string `yaml:"roles"`
	// Scopes limits people to parts; who is not named sees everything their
	// role allows.
	Scopes []PersonScope `yaml:"scopes"`
	// AskFor are further scopes to ask the provider for, such as groups, where
	// the claim with the roles comes only then.
	AskFor []string `yaml:"ask_for"`
	// AuthContext is the id of a Conditional Access authentication context (c1 to
	// c99) of Entra ID, or the class that another provider gives in acrs, that a
	// confirmation must have; empty asks for a fresh sign-in only.
	AuthContext string `yaml:"auth_context"`
	// Guests lets guest accounts (acct=1) sign in.
	Guests bool `yaml:"guests"`
	// Help is shown to people without a role: whom to ask.
	Help string `yaml:"help"`
}

// PersonScope limits one role, or one person, to tenants, workspace-name
// prefixes or domains.
type PersonScope struct {
	// Role or Person (object id or address); exactly one is set.
	Role     string   `yaml:"role"`
	Person   string   `yaml:"person"`
	Tenants  []string `yaml:"tenants"`
	Prefixes []string `yaml:"prefixes"`
	// Domains are names of Fabric domains.
	Domains []string `yaml:"domains"`
}

// Notify says how messages leave.
type Notify struct {
	SMTP     SMTP      `yaml:"smtp"`
	Teams    []Webhook `yaml:"teams"`
	Webhooks []Webhook `yaml:"webhooks"`
	// Allow are networks that webhooks may be in although they are not public.
	Allow []string `yaml:"allow"`
	// CA is a file of authorities that mail servers and webhooks are believed
	// by, besides the system's.
	CA string `yaml:"ca"`
}

// Configured reports whether messages leave at all.
func (n Notify) Configured() bool { return n.SMTP.Host != "" || len(n.Teams)+len(n.Webhooks) > 0 }

// SMTP is a mail server.
type SMTP struct {
	Host     string     `yaml:"host"`
	Port     int        `yaml:"port"`
	From     string     `yaml:"from"`
	Username string     `yaml:"username"`
	Password secret.Ref `yaml:"password"`
}

// Webhook is a place that is told of events.
type Webhook struct {
	Name   string     `yaml:"name"`
	URL    secret.Ref `yaml:"url"`
	Key    secret.Ref `yaml:"key"`
	Events []string   `yaml:"events"`
}

// Ledger says with what the ledger is signed and where checkpoints go.
type Ledger struct {
	SigningKey secret.Ref `yaml:"signing_key"`
	// SecondSink is file:PATH, syslog:ADDRESS or https:URL.
	SecondSink string `yaml:"second_sink"`
	// SecondSinkToken is the bearer token for an https place.
	SecondSinkToken secret.Ref `yaml:"second_sink_token"`
}

// Backup says when the database is copied, and where to.
type Backup struct {
	// Directory is where copies go; better on another volume. Empty for none.
	Directory string `yaml:"directory"`
	// At is a cron expression in UTC; every night at half past three when empty.
	At string `yaml:"at"`
	// Keep is how many copies are kept; 14 when zero.
	Keep int `yaml:"keep"`
}

// When returns the schedule, with its default.
func (b Backup) When() string {
	if b.At == "" {
		return "30 3 * * *"
	}
	return b.At
}

// Copies returns how many copies are kept, with the default.
func (b Backup) Copies() int {
	if b.Keep <= 0 {
		return 14
	}
	return b.Keep
}

// Metrics says who may read /metrics.
type Metrics struct {
	// Token is the bearer token of the one who scrapes. Without it, /metrics
	// answers programs on this machine alone, and none that came by a proxy.
	Token secret.Ref `yaml:"token"`
}

// Personal reports whether personal workspaces are scanned (the default).
func (s ScanCfg) Personal() bool { return s.PersonalWorkspaces == nil || *s.PersonalWorkspaces }

// Archive returns how long raw answers are kept: 30 days unless set.
func (s ScanCfg) Archive() time.Duration {
	days := 30
	if s.ArchiveDays != nil {
		days = *s.ArchiveDays
	}
	return time.Duration(days) * 24 * time.Hour
}
