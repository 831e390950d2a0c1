package web

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/policy"
	"steward/internal/violation"
	"steward/internal/web/guard"
)

// RuleDesk is where people decide about rules and violations; desk.Rules is it.
type RuleDesk interface {
	Triage(ctx context.Context, d desk.Decider, ids []int64, rev int64, to violation.State, reason string) error
	Assign(ctx context.Context, d desk.Decider, ids []int64, rev int64, to string) error
	Comment(ctx context.Context, d desk.Decider, id int64, body string) error
	EndWaiver(ctx context.Context, d desk.Decider, waiver int64, note string) error
	Answer(ctx context.Context, d desk.Decider, tenant, workspace, answer, reason string) error
	Attest(ctx context.Context, d desk.Decider, tenant string, a db.Attestation) error
}

// Policies shows the rules in force and tries drafts out.
type Policies interface {
	// Set returns the rules in force; nil when none could be loaded.
	Set() *policy.Set
	// Problems returns what keeps the rule files from being in force.
	Problems() policy.Problems
	// Preview judges the view by one rule as it would be with the decision, and
	// past scans since the moment. limit bounds its lists.
	Preview(ctx context.Context, v db.View, rule string, d policy.Decision, since time.Time, limit int) (RulePreview, error)
}

// RulePreview is what a draft of one rule would raise.
type RulePreview struct {
	// Problems say why the draft cannot be put in force; the rest is empty then.
	Problems policy.Problems
	Tally    policy.Tally
	// New would be raised, Same stand already, Gone would be resolved.
	New, Same, Gone int64
	Owners          []PreviewOwner
	Findings        []PreviewFinding
	GoneLabels      []string
	Points          []PreviewPoint
}

// PreviewOwner is how many findings one person would be asked about.
type PreviewOwner struct {
	Name     string
	Findings int64
}

// PreviewFinding is one finding of a draft.
type PreviewFinding struct {
	Label, Says, Owner string
	New                bool
}

// PreviewPoint is what the draft says of one past scan.
type PreviewPoint struct {
	At    time.Time
	Tally policy.Tally
}

// decider is the person of the request as the desk takes them.
func (s *Server) decider(c echo.Context) desk.Decider {
	session, _ := guard.Session(c)
	client := guard.Client(c)
	return desk.Decider{Person: s.viewer(c).person, IP: client.IP, Request: client.Request, Session: session.Hash.String()}
}

// numberParam reads a number of ours from the path. What is no number is not
// there.
func numberParam(c echo.Context, name string) (int64, error) {
	n, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, auth.Hidden()
	}
	return n, nil
}

// ruleQuery is the view of a tenant and what the reader may see of it, for a
// thing that is found by a number of ours.
func (s *Server) ruleQuery(c echo.Context, who viewer, tenant string) (audit.Query, place, error) {
	var q audit.Query
	mine := who.tenants(s.Tenants)
	found := false
	for _, t := range mine {
		found = found || t == tenant
	}
	if !found {
		return q, place{}, auth.Hidden()
	}
	v, err := s.viewAt(c, tenant, "", "as_of")
	if err != nil {
		return q, place{}, err
	}
	q.View = v
	q.Scope, err = s.scope(c, who, v)
	return q, place{tenant: tenant}, err
}

// fieldOf returns the field that an error is about and its sentence; ok is
// false when the error is none that a form can show.
func fieldOf(err error) (field, sentence string, ok bool) {
	var f *fault.Error
	if !errors.As(err, &f) {
		return "", "", false
	}
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Denied:
		return f.Field, fault.Sentence(err), true
	}
	return "", "", false
}

// parseDay reads a day from a form; the zero time when it is none.
func parseDay(text string) time.Time {
	t, err := time.Parse(dateForm, text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
