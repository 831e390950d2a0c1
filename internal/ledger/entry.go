package ledger

import (
	"strings"
	"time"
)

// Entry is one thing that happened: a change, a refusal, a sign-in, an export,
// an external write. The zero values of optional fields mean "does not apply".
type Entry struct {
	// Time is when it happened, in UTC, kept to the millisecond.
	Time time.Time
	// Action is what was done or tried; one of Actions.
	Action Action
	// Outcome is how it ended.
	Outcome Outcome
	// Actor is who did it.
	Actor Actor
	// OnBehalf is for whom, when a worker acts on a person's approved request.
	OnBehalf Actor
	// IP is the address of the client as the configured proxy reports it.
	IP string
	// Session is the SHA-256 of the session's id in hex, never the id.
	Session string
	// Request is our id of the HTTP request, also found in the log.
	Request string
	// Object is what it was done to.
	Object Object
	// Before and After are digests (SHA-256, hex) of the object's state; the
	// state itself is elsewhere and may be large.
	Before, After string
	// Reason is what the person wrote, or the sentence of the refusal.
	Reason string
	// Details are further facts; each key has a class, unknown keys are refused.
	Details map[Detail]string
}

// Actor is a person, the portal itself, or someone at its command line.
type Actor struct {
	Kind ActorKind
	// Tenant is the directory's id, or the issuer's address for a provider that
	// is not Entra ID. With ID it is the person's key; e-mail never is.
	Tenant string
	// ID is the object id in the directory, or the subject at the issuer.
	ID string
	// Name is for reading only.
	Name string
}

// ActorKind tells people from programs.
type ActorKind string

const (
	// Person signed in through the browser or with a token of theirs.
	Person ActorKind = "person"
	// System is the portal's own schedule or worker.
	System ActorKind = "system"
	// Command is whoever ran the program on the server.
	Command ActorKind = "command"
	// Nobody is a client that has not said who it is.
	Nobody ActorKind = "nobody"
)

// Outcome is how an action ended.
type Outcome string

const (
	// Done means that it took effect.
	Done Outcome = "done"
	// Refused means that a rule of ours said no and nothing changed.
	Refused Outcome = "refused"
	// Failed means that it was allowed, was tried and did not take effect.
	Failed Outcome = "failed"
	// Intended is written before an external write is sent.
	Intended Outcome = "intended"
	// InDoubt means that an external write was sent and its effect is unknown.
	InDoubt Outcome = "in_doubt"
)

// Outcomes lists every outcome, for filters.
var Outcomes = []Outcome{Done, Refused, Failed, Intended, InDoubt}

// Object names what an action was about.
type Object struct {
	// Kind is the word of the field: workspace, request, policy, session …
	Kind string
	ID   string
	// Name is for reading only, and may come from a tenant: show it escaped.
	Name string
	// Tenant is the configured name of the tenant it belongs to; empty when it
	// belongs to none. People limited to a tenant see the entries of it only.
	Tenant string
}

// timeForm is the one form of a time in an entry: fixed width, so that texts
// sort as times do.
const timeForm = "2006-01-02T15:04:05.000Z"

// FormatTime returns a moment as entries spell it, for filters.
func FormatTime(t time.Time) string { return t.UTC().Format(timeForm) }

// key lower-cases an id so that one person has one spelling.
func (a Actor) key() string { return strings.ToLower(a.Tenant + "\x00" + a.ID) }

// Same reports whether two actors are the same person, by directory and object
// id; names do not count, and two actors without an id are never the same.
func (a Actor) Same(b Actor) bool { return a.ID != "" && a.key() == b.key() }
