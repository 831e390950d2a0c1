package request

import (
	"strings"
	"time"
)

// Party is a person in connection with a request, by directory and object id;
// name and address are for reading, and the address for refusing, never for
// admitting.
type Party struct {
	TenantID, ObjectID string
	Name, Address      string
}

// Same reports whether two parties are one person by (tid, oid).
func (p Party) Same(q Party) bool {
	return p.ObjectID != "" && strings.EqualFold(p.ObjectID, q.ObjectID) && strings.EqualFold(p.TenantID, q.TenantID)
}

// Request is one request as it stands.
type Request struct {
	ID string
	// Tenant is the configured name of the tenant it is about.
	Tenant string
	Kind   Kind
	Title  string
	State  State
	// Version counts every change of the request: forms carry it, and a change
	// that was made against another version is refused.
	Version int64
	// Revision counts submissions; 0 before the first.
	Revision int64
	// Params are what was typed, as JSON of the kind's parameters.
	Params []byte
	Reason string

	Requester, Editor Party
	// Plan is the hash of the plan that is waiting, agreed or carried out;
	// empty while it is a draft.
	Plan string
	Risk Risk
	// Rule is the approval rule that was chosen, Stages what it asks for.
	Rule   string
	Stages []Stage
	// Rules is the hash of the policies that judged the plan.
	Rules string

	Created, Changed, Submitted, Decided time.Time
	// Expires is when the request falls if nobody has decided, WindowEnds when
	// it falls if nobody has started it; zero when that does not apply.
	Expires, WindowEnds time.Time
	// NotBefore delays the start; zero starts as soon as it is approved.
	NotBefore time.Time
	// Note says why it is where it is: a refusal, a question, a reason for
	// approvals having fallen.
	Note string
}

// Stage is one step of deciding: so many people of a role or group.
type Stage struct {
	// Order begins at 1; a later stage waits for the earlier ones.
	Order int `json:"order"`
	Count int `json:"count"`
	// Role is a role of the portal, Group the object id of a group of the
	// directory; the other is empty. A group's members need the approver's
	// role too.
	Role  string `json:"role"`
	Group string `json:"group"`
}

// Need is how many different people must agree in all.
func Need(stages []Stage) int {
	n := 0
	for _, s := range stages {
		n += s.Count
	}
	return n
}

// Decision is one person's word on one plan.
type Decision struct {
	Plan  string
	By    Party
	Stage int
	// Approves is false for a rejection.
	Approves bool
	Note     string
	At       time.Time
	// For is who delegated the decision; zero when the person decides for
	// themselves.
	For Party
}
