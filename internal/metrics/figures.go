package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Figures are the state of the portal at one moment.
type Figures struct {
	// OK is false when the state could not be read at all; the figures below
	// are then left out rather than shown as zero.
	OK      bool
	Version string
	// Ready is the answer of /readyz, by check.
	Ready   map[string]bool
	Tenants []Tenant
	// Requests counts requests by state, Runs those of them that are under way
	// by what they do: going, waiting, paused.
	Requests, Runs map[string]int64
	// InDoubt counts writes whose outcome is not known, and OldestDoubt is the
	// age of the oldest.
	InDoubt     int64
	OldestDoubt time.Duration
	// LedgerEntries counts the ledger, Checkpoint is the age of the last signed
	// checkpoint (negative: none yet), SinkOK tells whether it reached the
	// second place.
	LedgerEntries int64
	Checkpoint    time.Duration
	SinkOK        bool
	// Waiting counts messages that are written down and not delivered, GivenUp
	// those nobody will get unless they are sent again.
	Waiting, GivenUp int64
	// DatabaseBytes and LogBytes are the sizes of the database and of its
	// write-ahead log, FreeBytes what the volume has left.
	DatabaseBytes, LogBytes, FreeBytes int64
}

// Tenant is one tenant's part.
type Tenant struct {
	Name string
	// Scanned is false until a scan was published.
	Scanned bool
	ScanAge time.Duration
	// Coverage is the share of workspaces the last scan knows, 0 to 1.
	Coverage float64
	Running  bool
	Held     bool
	// Budgets is what is left of Microsoft's limits, by operation.
	Budgets    map[string]int
	Violations map[string]int64 // open ones by severity
}

// line is one figure that is read when asked for.
type line struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func gauge(name, help string, labels ...string) line {
	return line{prometheus.NewDesc("steward_"+name, help, labels, nil), prometheus.GaugeValue}
}

var (
	up          = gauge("up", "1 when the portal could read its own state.")
	build       = gauge("build_info", "The version that runs.", "version")
	ready       = gauge("ready", "The answer of /readyz, by check.", "check")
	scanAge     = gauge("scan_age_seconds", "Age of what pages show of a tenant.", "tenant")
	coverage    = gauge("scan_coverage_ratio", "Share of the tenant's workspaces that the last scan knows.", "tenant")
	scanning    = gauge("scan_running", "1 while a scan runs.", "tenant")
	held        = gauge("executor_held", "1 while writes to the tenant are on hold.", "tenant")
	budgetLeft  = gauge("budget_left", "Calls left of Microsoft's limits.", "tenant", "operation")
	violations  = gauge("violations_open", "Open violations.", "tenant", "severity")
	requests    = gauge("requests", "Requests by state.", "state")
	runs        = gauge("runs", "Runs under way.", "doing")
	inDoubt     = gauge("steps_in_doubt", "Writes whose outcome is not known.")
	oldestDoubt = gauge("steps_in_doubt_oldest_seconds", "Age of the oldest of them.")
	entries     = line{prometheus.NewDesc("steward_ledger_entries_total", "Entries of the ledger.", nil, nil), prometheus.CounterValue}
	checkpoint  = gauge("ledger_checkpoint_age_seconds", "Age of the last signed checkpoint.")
	sinkOK      = gauge("ledger_second_sink_ok", "1 while checkpoints reach their second place.")
	waiting     = gauge("messages_waiting", "Messages that are written down and not delivered.")
	givenUp     = gauge("messages_given_up", "Messages that were given up.")
	fileBytes   = gauge("database_bytes", "Size of the database.", "file")
	freeBytes   = gauge("disk_free_bytes", "Free space on the volume of the data directory.")
)

// state reads the figures when they are asked for. It is a collector without
// descriptions: which lines there are depends on what is known.
type state struct {
	read func(context.Context) Figures
}

// Describe sends nothing, which makes the collector an unchecked one.
func (s state) Describe(chan<- *prometheus.Desc) {}

// readTime bounds one reading: a scrape must not hang on a busy database.
const readTime = 5 * time.Second

// Collect reads once and sends what is known.
func (s state) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	f := s.read(ctx)
	send := func(l line, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(l.desc, l.kind, v, labels...)
	}
	send(up, bit(f.OK))
	send(build, 1, f.Version)
	for check, ok := range f.Ready {
		send(ready, bit(ok), check)
	}
	if !f.OK {
		return
	}
	for _, t := range f.Tenants {
		t.collect(send)
	}
	each(send, requests, f.Requests)
	each(send, runs, f.Runs)
	send(inDoubt, float64(f.InDoubt))
	send(oldestDoubt, f.OldestDoubt.Seconds())
	send(entries, float64(f.LedgerEntries))
	if f.Checkpoint >= 0 {
		send(checkpoint, f.Checkpoint.Seconds())
	}
	send(sinkOK, bit(f.SinkOK))
	send(waiting, float64(f.Waiting))
	send(givenUp, float64(f.GivenUp))
	send(fileBytes, float64(f.DatabaseBytes), "database")
	send(fileBytes, float64(f.LogBytes), "log")
	send(freeBytes, float64(f.FreeBytes))
}

func (t Tenant) collect(send func(line, float64, ...string)) {
	if t.Scanned {
		send(scanAge, t.ScanAge.Seconds(), t.Name)
		send(coverage, t.Coverage, t.Name)
	}
	send(scanning, bit(t.Running), t.Name)
	send(held, bit(t.Held), t.Name)
	for op, left := range t.Budgets {
		send(budgetLeft, float64(left), t.Name, op)
	}
	for severity, n := range t.Violations {
		send(violations, float64(n), t.Name, severity)
	}
}

func each(send func(line, float64, ...string), l line, by map[string]int64) {
	for label, n := range by {
		send(l, float64(n), label)
	}
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
