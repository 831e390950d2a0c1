package ledger

import "strings"

// Class says what kind of information a field holds, and so what may be done
// with it.
type Class string

const (
	// Public is about the portal and its objects; it may go into any report.
	Public Class = "public"
	// Personal names or locates a person; it stays with those who may read the
	// ledger and is left out of logs and metrics.
	Personal Class = "personal"
	// Digest is a SHA-256 in hex; anything else is refused, so that what was to
	// be hashed cannot slip in as it is.
	Digest Class = "digest"
)

// field is one column of the canonical form: its key, its class, and where it
// lives in an Entry.
type field struct {
	key   string
	class Class
	at    func(*Entry) *string
}

// detailsKey marks the place of Details, the one field that is no text.
const detailsKey = "details"

// fields is the allow-list, in the order of the canonical form. Only the time
// is beside it, at the end.
var fields = []field{
	{"action", Public, func(e *Entry) *string { return (*string)(&e.Action) }},
	{"actor_id", Personal, func(e *Entry) *string { return &e.Actor.ID }},
	{"actor_kind", Public, func(e *Entry) *string { return (*string)(&e.Actor.Kind) }},
	{"actor_name", Personal, func(e *Entry) *string { return &e.Actor.Name }},
	{"actor_tenant", Public, func(e *Entry) *string { return &e.Actor.Tenant }},
	{"after", Digest, func(e *Entry) *string { return &e.After }},
	{"before", Digest, func(e *Entry) *string { return &e.Before }},
	{detailsKey, Public, func(*Entry) *string { return new(string) }}, // each detail has its own class
	{"for_id", Personal, func(e *Entry) *string { return &e.OnBehalf.ID }},
	{"for_kind", Public, func(e *Entry) *string { return (*string)(&e.OnBehalf.Kind) }},
	{"for_name", Personal, func(e *Entry) *string { return &e.OnBehalf.Name }},
	{"for_tenant", Public, func(e *Entry) *string { return &e.OnBehalf.Tenant }},
	{"ip", Personal, func(e *Entry) *string { return &e.IP }},
	{"object_id", Public, func(e *Entry) *string { return &e.Object.ID }},
	{"object_kind", Public, func(e *Entry) *string { return &e.Object.Kind }},
	{"object_name", Public, func(e *Entry) *string { return &e.Object.Name }},
	{"object_tenant", Public, func(e *Entry) *string { return &e.Object.Tenant }},
	{"outcome", Public, func(e *Entry) *string { return (*string)(&e.Outcome) }},
	{"reason", Personal, func(e *Entry) *string { return &e.Reason }},
	{"request", Public, func(e *Entry) *string { return &e.Request }},
	{"session", Digest, func(e *Entry) *string { return &e.Session }},
}

// Detail is a further fact of an entry.
type Detail string

// The details there are. To add one, give it a class in detailClass too.
const (
	Address     Detail = "address"      // path of the page or call, without its query
	Attempt     Detail = "attempt"      // number of the try
	Bytes       Detail = "bytes"        // size of what was written or sent
	Call        Detail = "call"         // verb and path of an external write
	Count       Detail = "count"        // how many: rows, sessions, refusals counted together
	Decision    Detail = "decision"     // approve, reject
	Due         Detail = "due"          // until when: waiver, approval, break-glass
	Epoch       Detail = "epoch"        // of the ledger, after a restore
	ErrorKind   Detail = "error_kind"   // fault.Kind of a failure
	File        Detail = "file"         // name of an exported or backed-up file
	Filter      Detail = "filter"       // of an export
	Format      Detail = "format"       // csv, xlsx, json
	Head        Detail = "head"         // hash of a ledger entry
	Gap         Detail = "gap"          // what a scan did not see
	Issuer      Detail = "issuer"       // of a token
	Key         Detail = "key"          // configuration key
	Marker      Detail = "marker"       // idempotency marker of a step
	Method      Detail = "method"       // HTTP
	Plan        Detail = "plan"         // hash of a plan
	Policy      Detail = "policy"       // rule set and version, or rule
	Recipient   Detail = "recipient"    // of a notice
	Reference   Detail = "reference"    // of a secret: file:… or env:…, never the secret
	Report      Detail = "report"       // name of an exported report
	Resolution  Detail = "resolution"   // of a step in doubt: adopt, redo, stop
	Role        Detail = "role"         // of the portal or of a workspace
	Roles       Detail = "roles"        // of a person at sign-in
	Rule        Detail = "rule"         // which check refused
	Run         Detail = "run"          // id
	Scan        Detail = "scan"         // number of a scan
	Sequence    Detail = "sequence"     // number of an entry
	SHA256      Detail = "sha256"       // of a file
	Since       Detail = "since"        // start of a period
	Sink        Detail = "sink"         // second place of checkpoints
	State       Detail = "state"        // after the action
	StateBefore Detail = "state_before" // before it
	Status      Detail = "status"       // HTTP status
	Step        Detail = "step"         // of a run
	Token       Detail = "token"        // id of the token a program used, or that was made or revoked
	UpstreamID  Detail = "upstream_id"  // Microsoft's id of the failed call
	Upstream    Detail = "upstream"     // error code of the provider or of Microsoft
	Version     Detail = "version"      // of the program, a policy, a plan
)

var detailClass = map[Detail]Class{
	Address: Public, Attempt: Public, Bytes: Public, Call: Public, Count: Public, Decision: Public, Due: Public,
	Epoch: Public, ErrorKind: Public, File: Public, Filter: Personal, Format: Public, Gap: Public, Head: Digest, Issuer: Public,
	Key: Public, Marker: Public, Method: Public, Plan: Digest, Policy: Public, Recipient: Personal, Reference: Public,
	Report: Public, Resolution: Public, Role: Public, Roles: Public, Rule: Public, Run: Public, Scan: Public,
	Sequence: Public, SHA256: Digest, Since: Public, Sink: Public, State: Public, StateBefore: Public, Status: Public,
	Step: Public, Token: Public, UpstreamID: Public, Upstream: Public, Version: Public,
}

// ClassOf returns the class of a field by its key in the canonical form, or of
// a detail as "details.NAME"; empty when there is no such field.
func ClassOf(key string) Class {
	if name, ok := strings.CutPrefix(key, detailsKey+"."); ok {
		return detailClass[Detail(name)]
	}
	if key == "time" {
		return Public
	}
	for _, f := range fields {
		if f.key == key {
			return f.class
		}
	}
	return ""
}
