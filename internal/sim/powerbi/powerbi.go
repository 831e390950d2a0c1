// Package powerbi answers the operations of the Power BI REST API from the state
// of the pretend tenant, in Microsoft's spelling and with its oddities: ids in
// upper case here and lower there, dates without a zone, keys in the wrong case,
// nulls, sentinels, header-only errors.
//
// It does not check tokens, tenant settings or quotas (the gate in sim does), but
// it does check what only it can know: rights on a workspace, the sixteen scans,
// the windows of the activity log. One file per resource; operations.go is the
// table of all of them.
package powerbi

import (
	"strings"
	"sync"
	"time"

	"steward/internal/sim/acts"
	"steward/internal/sim/rest"
	"steward/internal/sim/world"
)

// Config is what New needs.
type Config struct {
	World *world.World
	// Acts carries out what callers change.
	Acts *acts.Book
	// NewID makes scan ids and the like.
	NewID func() string
	Scans Scans
	// Enforce refuses the seventeenth unfinished scan.
	Enforce bool
}

// Scans shapes the metadata scans.
type Scans struct {
	// Queued and Running are how long a scan stays NotStarted, and then Running,
	// on the stand-in's clock: 1 and 2 seconds when zero.
	Queued, Running time.Duration
	// Instant makes scans succeed at once.
	Instant bool
	// FailEvery makes each nth scan fail; 0 for none.
	FailEvery int
	// FailWith makes every scan fail that asks for this workspace.
	FailWith string
}

// Service answers the operations. It is safe for concurrent use.
type Service struct {
	world *world.World
	acts  *acts.Book
	cfg   Config

	mu      sync.Mutex
	scans   map[string]*scan
	blobs   blobs
	asked   int
	max     int
	refused int64

	// The lists that take long on a large tenant, for their later pages.
	figures recent[world.Refreshable]
	links   recent[artifactAccess]
	reach   recent[artifactAccess]
}

// New returns the service over a tenant.
func New(cfg Config) *Service {
	if cfg.Scans.Queued == 0 {
		cfg.Scans.Queued = time.Second
	}
	if cfg.Scans.Running == 0 {
		cfg.Scans.Running = 2 * time.Second
	}
	if cfg.Scans.Instant {
		cfg.Scans.Queued, cfg.Scans.Running = 0, 0
	}
	return &Service{world: cfg.World, acts: cfg.Acts, cfg: cfg, scans: map[string]*scan{}}
}

// list is the usual answer: an OData context, a count and the rows.
type list struct {
	Context string `json:"@odata.context"`
	Count   *int   `json:"@odata.count,omitempty"`
	Value   any    `json:"value"`
}

// context is the metadata address that Power BI puts into its lists; it names a
// regional host, not the one that was called.
func metadata(set string) string {
	return "http://wabi-north-europe-redirect.analysis.windows.net/v1.0/myorg/$metadata#" + set
}

func answerList[T any](c *rest.Call, set string, rows []T) {
	if rows == nil {
		rows = []T{}
	}
	n := len(rows)
	c.JSON(200, list{metadata(set), &n, rows})
}

// zoneless is how reports, datasets and operations write times.
func zoneless(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999")
}

// zulu is how dataflows, refreshes and deployments write times.
func zulu(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// ticks has the seven digits of .NET.
func ticks(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// pacific writes a time with the offset that expanded datasets and keys have.
func pacific(t time.Time) string {
	return t.In(time.FixedZone("", -7*3600)).Format("2006-01-02T15:04:05.000-07:00")
}

// usText is how subscriptions write dates.
func usText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("1/2/2006 3:04:05 PM")
}

func upper(id string) string { return strings.ToUpper(id) }

// isGUID reports whether text has the form of a GUID.
func isGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}
