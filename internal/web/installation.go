package web

import (
	"context"
	"time"

	"steward/internal/ledger"
)

// Installation is what pages need to know of the program they run in. Its
// facts are read anew at each call and cost no call to anybody; only Check
// talks to Microsoft.
type Installation interface {
	// Check runs the set-up check of a tenant and waits for it, but not for
	// ever: what takes longer goes on, and LastCheck has it when it is done.
	Check(ctx context.Context, tenant string, by ledger.Actor) error
	// LastCheck returns the last check of a tenant; false before the first.
	LastCheck(tenant string) (SetupCheck, bool)
	// Ready says what the portal needs to be of use, and whether it has it.
	Ready(ctx context.Context) []Readiness
	// Facts says where and how the portal runs.
	Facts(ctx context.Context) Facts
}

// SetupCheck is the last check of one tenant's set-up.
type SetupCheck struct {
	// At is when it ended; the zero time while the first is under way. By is
	// who asked for it, empty for the portal itself.
	At    time.Time
	By    string
	Lines []SetupLine
	// Running says that another check is under way.
	Running bool
}

// SetupLine is the answer to one question of the check.
type SetupLine struct {
	// State is pass, warn, fail or unknown.
	State, Title, Evidence, Remedy string
	// RequestID is Microsoft's id of the call the answer comes from.
	RequestID string
}

// Facts are about the running program.
type Facts struct {
	Version, Platform string
	Started           time.Time
	DataDir           string
	// Database is the size of the database with its log, in bytes. Free and
	// Total are of the volume it is on; Total is 0 when that is not known.
	Database, Free, Total int64
	// Unsigned says that no signing key is set: the ledger has no checkpoints.
	Unsigned    bool
	Witness     Witness
	Credentials []Credential
	Rules       Rules
	Schedules   []Schedule
	// Kept is how long what the portal remembers is kept.
	Kept []Kept
	// Channels are the ways by which people are told; none when nothing leaves.
	Channels []string
	// Config is the configuration as YAML; secrets are references in it.
	Config string
}

// Kept is how long one kind of thing is kept: Days, or for good when zero.
// Rule is what its sweeps are recorded under, empty where they are not; Setting
// the key of the configuration.
type Kept struct {
	What, Rule, Setting string
	Days                int
}

// Witness says whether the second place of the ledger's checkpoints can be
// relied on.
type Witness struct {
	OK bool
	// Sentence says what is wrong; empty when nothing is.
	Sentence string
	// Sink names the second place, empty when there is none.
	Sink string
	// Last is the last checkpoint; its Time is zero before the first.
	Last ledger.Checkpoint
	// PublicKey is what auditors check with; empty when it cannot be read.
	PublicKey string
}

// Credential is one secret or certificate the portal uses.
type Credential struct {
	// Name is the configuration key; Tenant the tenant it is for, empty when it
	// is the portal's own.
	Name, Tenant string
	// Reference says where it is: file:PATH or env:NAME.
	Reference string
	// Ends is when a certificate ends; zero when that cannot be known from here.
	Ends time.Time
	// Endless says that it ends only when someone exchanges it: our own key.
	Endless bool
	// Trouble says why it cannot be used; empty when it can.
	Trouble string
}

// Rules are the policies in force.
type Rules struct {
	Count    int
	Hash     string
	Loaded   time.Time
	Problems []string
}

// Schedule says when a tenant is scanned, as cron expressions in UTC; empty
// means never.
type Schedule struct{ Tenant, Full, Incremental string }
