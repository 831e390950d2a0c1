// Package rest owns what the services of the stand-in have in common on the
// wire: an operation and its quota, the call as a handler sees it, the way to
// answer, and the envelopes in which each service reports an error.
//
// It does not know what any operation means (sim/powerbi, sim/fabric, sim/graph
// and sim/entra do) and does not decide who may call (the gate in sim does).
// It shares no wire types with the portal's own clients on purpose: if both were
// built on the same structs they could be wrong together.
package rest

import (
	"net/http"
	"net/url"
	"time"
)

// Service is one of Microsoft's hosts that the stand-in plays.
type Service string

// The services. Each has its own error envelope and its own paths.
const (
	PowerBI Service = "powerbi"
	Fabric  Service = "fabric"
	Graph   Service = "graph"
	Login   Service = "login"
)

// Access says what a caller needs for an operation.
type Access int

const (
	// Open needs no token: the token endpoint, discovery, keys, sign-in pages.
	Open Access = iota
	// Ordinary needs a token and the setting "Service principals can call Fabric
	// public APIs"; the handler checks rights on the workspace itself.
	Ordinary
	// AdminRead needs the read-only admin setting and no admin-consented Power BI
	// permission on the app.
	AdminRead
	// AdminUpdate needs the setting for admin APIs used for updates.
	AdminUpdate
	// DelegatedAdmin is closed to service principals: a Fabric administrator must
	// call it in person.
	DelegatedAdmin
	// Directory needs the application permissions of Microsoft Graph.
	Directory
)

// Scope says whose calls share one quota.
type Scope int

const (
	// PerCaller gives every app its own quota.
	PerCaller Scope = iota
	// PerTenant makes all apps of the tenant share one quota.
	PerTenant
)

// Quota is a limit of calls in a window, as Microsoft documents it.
type Quota struct {
	N     int
	Per   time.Duration
	Scope Scope
}

// PerHour is the usual quota of Power BI: n calls an hour for each caller.
func PerHour(n int) []Quota { return []Quota{{N: n, Per: time.Hour}} }

// PerMinute is the usual quota of Fabric: n calls a minute for each caller.
func PerMinute(n int) []Quota { return []Quota{{N: n, Per: time.Minute}} }

// TenantWide is the pair of quotas that the large lists of Power BI have: so
// many an hour and so many a minute, shared by all callers of the tenant.
func TenantWide(hour, minute int) []Quota {
	return []Quota{{hour, time.Hour, PerTenant}, {minute, time.Minute, PerTenant}}
}

// Operation is one row of a service's table.
type Operation struct {
	// ID is Microsoft's operationId; faults, counters and the journal use it.
	ID     string
	Method string
	// Path begins after the service's base, with parameters in braces.
	Path   string
	Access Access
	Quotas []Quota
	Handle func(*Call)
	// Reads marks a POST that changes nothing (a scan, a batch of reads, a query):
	// it is not a write for the journal and leaves no state behind.
	Reads bool
}

// Writes reports whether a call of the operation may change the tenant.
func (o *Operation) Writes() bool {
	return o != nil && o.Method != http.MethodGet && o.Access != Open && !o.Reads
}

// Caller is who the token says is calling.
type Caller struct {
	// AppID is the client id, ObjectID that of its service principal.
	AppID, ObjectID string
	// Name is the app's display name, for the journal.
	Name     string
	TenantID string
	// Detailed and Expressions are the two tenant settings that open sub-items of
	// datasets to this app.
	Detailed, Expressions bool
	// Settings are the tenant settings that the app's switches decide, and its
	// permissions for Graph, by name.
	Settings map[string]bool
}

// Call is one request as a handler sees it: routed, identified and admitted.
type Call struct {
	Service Service
	Op      *Operation
	W       http.ResponseWriter
	R       *http.Request
	// Params are the path parameters by name, unescaped.
	Params map[string]string
	Caller Caller
	// Now is the stand-in's time, read once for the whole call.
	Now time.Time
	// At is the moment whose state the call sees: Now, unless a fault makes the
	// service lag behind.
	At time.Time
	// RequestID is what the answer's headers carry.
	RequestID string
	// Base is the address of the service as the caller wrote it, without a slash
	// at the end: continuation links are built on it.
	Base string
	// Dispatch performs another request as the same caller, through the same gate
	// (Graph's $batch).
	Dispatch func(r *http.Request) *Answer
	query    url.Values
}

// Answer is what Dispatch got.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Param returns a path parameter.
func (c *Call) Param(name string) string { return c.Params[name] }

// Query returns the first value of a query parameter; empty when absent. Names
// are compared exactly, as Microsoft's services do for those beginning with $.
func (c *Call) Query(name string) string {
	if c.query == nil {
		c.query = c.R.URL.Query()
	}
	return c.query.Get(name)
}

// Has reports whether a query parameter is there at all, even empty.
func (c *Call) Has(name string) bool {
	c.Query(name)
	return c.query.Has(name)
}
