package world

import "time"

// Schedule is the refresh schedule of a model or dataflow (api-guide 2.2, 5.2).
type Schedule struct {
	Days         []string // English day names
	Times        []string // "HH:mm", local time
	Enabled      bool
	TimeZone     string // Windows time zone id
	NotifyOption string // NoNotification, MailOnFailure, …
}

// DirectQuerySchedule is the cache refresh of a DirectQuery model.
type DirectQuerySchedule struct {
	FrequencyMinutes int // 0 = by days and times
	Days, Times      []string
	TimeZone         string
}

// RefreshStatus is the outcome of a refresh as history tells it. A refresh
// that is running has status Unknown (api-guide 5.1).
type RefreshStatus string

const (
	RefreshRunning   RefreshStatus = "Unknown"
	RefreshCompleted RefreshStatus = "Completed"
	RefreshFailed    RefreshStatus = "Failed"
	RefreshDisabled  RefreshStatus = "Disabled"
	RefreshCancelled RefreshStatus = "Cancelled"
)

// Refresh is one run of a model's refresh.
type Refresh struct {
	RequestID string // lower-case GUID; the wire mixes cases
	Type      string // Scheduled, OnDemand, ViaApi, ViaXmlaEndpoint, ViaEnhancedApi, OnDemandTraining
	Start     time.Time
	End       time.Time // zero while running
	Status    RefreshStatus
	ErrorCode string // "" = no error
	ErrorText string // may be "" although there is a code
	Attempts  []RefreshAttempt
	By        string // UPN or object id of who started it; "" for scheduled
}

// RefreshAttempt is one try inside a refresh; a Data and a Query entry may
// share an id.
type RefreshAttempt struct {
	ID        int
	Type      string // Data or Query
	Start     time.Time
	End       time.Time
	ErrorCode string
}

// Refreshable is one row of admin/capacities/refreshables: seven days of a
// model on a capacity, at most 60 refreshes.
type Refreshable struct {
	ModelID, Name string
	WorkspaceID   string
	WorkspaceName string
	CapacityID    string
	// WindowStart and WindowEnd are zero where the live API sends null and
	// year 1 (a model that has a schedule but never ran).
	WindowStart, WindowEnd time.Time
	Count, Failures        int
	Average, Median        time.Duration
	PerDay                 int
	Last                   *Refresh // nil = never ran
	Schedule               *Schedule
	ConfiguredBy           []string // UPNs
}
