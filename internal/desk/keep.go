package desk

import (
	"context"
	"net/url"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Answers of an owner about a workspace.
const (
	Keep   = "keep"
	Remove = "remove"
)

// Answer keeps an owner's word on a workspace: it is kept because of the
// reason, or it may go. Only who administers it, directly or through a group,
// is asked; somebody who may assign violations may answer for them. Saying
// that it may go removes nothing.
func (r *Rules) Answer(ctx context.Context, d Decider, tenant, workspace, answer, reason string) error {
	if answer != Keep && answer != Remove {
		return &fault.Error{Kind: fault.Invalid, Field: "answer", Sentence: "Say whether the workspace is kept or may go."}
	}
	about := ledger.Object{Kind: "workspace", ID: strings.ToLower(workspace), Tenant: tenant}
	return r.write(ctx, d, ledger.ViolationNote, &about, func(tx *db.Tx) error {
		p, owns, err := tx.Owns(ctx, tenant, workspace, d.Person.ObjectID)
		if err != nil {
			return err
		}
		about.Name = p.Name
		object := auth.Object{Tenant: tenant, Workspace: p.Name, Domain: p.Domain}
		if err := auth.Check(d.Person, auth.AnswerAsOwner, object); err != nil {
			return err
		}
		if !owns && !auth.May(d.Person, auth.AssignViolation, object) {
			return fault.New(fault.Denied, "Only an admin of %s can say whether it is kept.", p.Name)
		}
		periods := r.Periods.OrUsual()
		due := tx.Now.Add(periods.Keep)
		if answer == Remove {
			due = tx.Now.Add(periods.Remove)
		}
		if err := tx.AnswerOwnership(ctx, d.actor(), p, answer, reason, due); err != nil {
			return err
		}
		e := d.entry(ledger.ViolationNote, about, strings.TrimSpace(reason))
		e.Details = map[ledger.Detail]string{ledger.Decision: answer, ledger.Due: due.Format(time.DateOnly)}
		return tx.Record(ctx, e)
	})
}

// Attest keeps what a person found about a control that no rule can check.
// Evidence is good until the day given, a year at most.
func (r *Rules) Attest(ctx context.Context, d Decider, tenant string, a db.Attestation) error {
	if err := auth.Check(d.Person, auth.Attest, auth.Object{Tenant: tenant}); err != nil {
		return err
	}
	about := ledger.Object{Kind: "control", ID: a.Baseline + " " + a.Control, Tenant: tenant}
	return r.write(ctx, d, ledger.ViolationNote, &about, func(tx *db.Tx) error {
		if !a.Until.After(tx.Now) || a.Until.After(tx.Now.AddDate(1, 0, 1)) {
			return &fault.Error{Kind: fault.Invalid, Field: "due", Sentence: "Say until when this holds: a day in the future, a year away at most."}
		}
		a.Link = strings.TrimSpace(a.Link)
		if u, err := url.Parse(a.Link); a.Link != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(a.Link) > 2000) {
			return &fault.Error{Kind: fault.Invalid, Field: "link", Sentence: "Give an address that begins with https://, or none."}
		}
		if err := tx.AttestControl(ctx, d.actor(), tenant, a); err != nil {
			return err
		}
		e := d.entry(ledger.ViolationNote, about, strings.TrimSpace(a.Note))
		e.Details = map[ledger.Detail]string{ledger.State: map[bool]string{true: "pass", false: "fail"}[a.Pass], ledger.Due: a.Until.Format(time.DateOnly)}
		return tx.Record(ctx, e)
	})
}
