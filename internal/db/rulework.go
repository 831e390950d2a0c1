package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/violation"
)

// ViolationPlace is what decides who may do something about a violation, and
// what the ledger says about it.
type ViolationPlace struct {
	ID                 int64
	TenantName         string
	Workspace, Domain  string // names; empty for what is of the whole tenant
	Rule, Label, Says  string
	State              violation.State
	RuleSays, Severity string
}

// ViolationPlace reads where a violation belongs. NotFound when there is none.
func (t *Tx) ViolationPlace(ctx context.Context, id int64) (p ViolationPlace, err error) {
	p.ID = id
	err = t.QueryRowContext(ctx, `SELECT t.name, coalesce(w.name, ''), coalesce(d.name, ''), v.rule, v.label, v.says, v.state, v.severity
		FROM violation v JOIN tenant t ON t.id = v.tenant
		LEFT JOIN workspace w ON w.id = (SELECT max(id) FROM workspace WHERE ws = v.ws AND v.ws <> 0)
		LEFT JOIN domain d ON d.domain = w.domain AND d.to_scan IS NULL
		WHERE v.id = $1`, id).Scan(&p.TenantName, &p.Workspace, &p.Domain, &p.Rule, &p.Label, &p.Says, &p.State, &p.Severity)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "There is no violation %d.", id)
	}
	if err != nil {
		return p, fmt.Errorf("violation %d: %w", id, err)
	}
	return p, nil
}

// WaivedViolation returns the violation that a waiver is about, and when the
// waiver ends.
func (t *Tx) WaivedViolation(ctx context.Context, waiver int64) (id int64, ends time.Time, err error) {
	var ms int64
	err = t.QueryRowContext(ctx, `SELECT violation, ends FROM waiver WHERE id = $1`, waiver).Scan(&id, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ends, fault.New(fault.NotFound, "There is no waiver %d.", waiver)
	}
	if err != nil {
		return 0, ends, fmt.Errorf("waiver %d: %w", waiver, err)
	}
	return id, Time(ms), nil
}

// PersonSubject finds a user of a tenant by id or address and returns the
// subject that they would sign in with. Invalid, naming the field, when no scan
// knows such a person.
func (t *Tx) PersonSubject(ctx context.Context, tenantName, told, field string) (Actor, error) {
	var a Actor
	var guid, oid string
	told = strings.ToLower(strings.TrimSpace(told))
	err := t.QueryRowContext(ctx, `SELECT t.guid, i.guid, coalesce(nullif(p.name, ''), p.address) FROM principal p JOIN ident i ON i.id = p.principal JOIN tenant t ON t.id = p.tenant
		WHERE t.name = $1 AND p.to_scan IS NULL AND p.kind = 'User' AND (i.guid = $2 OR lower(p.address) = $2) ORDER BY p.id LIMIT 1`, tenantName, told).Scan(&guid, &oid, &a.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return a, &fault.Error{Kind: fault.Invalid, Field: field, Sentence: "No scan knows this person. Give the e-mail address of somebody who holds a right in this tenant."}
	}
	if err != nil {
		return a, fmt.Errorf("person %s: %w", told, err)
	}
	a.Subject = Subject(guid, oid)
	return a, nil
}

// Subject is the key of a person for ever: directory and object id.
func Subject(directory, object string) string { return strings.ToLower(directory + "/" + object) }

// Owns reports whether a person is an admin of the workspace as the last scan
// saw it, by a role of their own or through groups, and returns the numbers and
// the name that an answer about it needs. NotFound when there is no such
// workspace now.
func (t *Tx) Owns(ctx context.Context, tenantName, workspace, person string) (p OwnedPlace, owns bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT t.id, w.ws, w.name, coalesce(d.name, '') FROM tenant t JOIN ident i ON i.tenant = t.id AND i.guid = $2
		JOIN workspace w ON w.ws = i.id AND w.to_scan IS NULL LEFT JOIN domain d ON d.domain = w.domain AND d.to_scan IS NULL
		WHERE t.name = $1`, tenantName, strings.ToLower(workspace)).Scan(&p.Tenant, &p.Workspace, &p.Name, &p.Domain)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, fault.New(fault.NotFound, "There is no such workspace in the last scan.")
	}
	if err != nil {
		return p, false, fmt.Errorf("owner of workspace %s: %w", workspace, err)
	}
	err = t.QueryRowContext(ctx, `WITH RECURSIVE mine (id) AS (
			SELECT id FROM ident WHERE tenant = $1 AND guid = $2
			UNION SELECT m.grp FROM mine JOIN group_member m ON m.member = mine.id AND m.to_scan IS NULL)
		SELECT EXISTS (SELECT 1 FROM mine JOIN access_grant g ON g.principal = mine.id
			WHERE g.ws = $3 AND g.object = $3 AND g.role = 'Admin' AND g.to_scan IS NULL)`, p.Tenant, strings.ToLower(person), p.Workspace).Scan(&owns)
	if err != nil {
		return p, false, fmt.Errorf("owner of workspace %s: %w", workspace, err)
	}
	return p, owns, nil
}

// OwnedPlace is a workspace that somebody says something about.
type OwnedPlace struct {
	Tenant, Workspace int64
	Name, Domain      string
}

// AnswerOwnership keeps an owner's word on a workspace. due is when to ask
// again, or by when it should be gone.
func (t *Tx) AnswerOwnership(ctx context.Context, by Actor, p OwnedPlace, answer, reason string, due time.Time) error {
	if err := whyNot(reason); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, `INSERT INTO ownership_answer (tenant, ws, answer, reason, author, author_name, at, due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.Tenant, p.Workspace, answer, strings.TrimSpace(reason), by.Subject, by.Name, t.Millis(), Millis(due))
	if err != nil {
		return fmt.Errorf("answer about workspace %s: %w", p.Name, err)
	}
	return t.closeByAnswer(ctx, p.Tenant, p.Workspace)
}

// Attestation is what a person found about a control that no rule can check.
type Attestation struct {
	Baseline, Control string
	Pass              bool
	// Note says what shows it, Link where that is kept: an https address, or
	// empty.
	Note, Link string
	// Until is the last moment that it holds.
	Until time.Time
}

// AttestControl keeps what a person found about a control that no rule can
// check.
func (t *Tx) AttestControl(ctx context.Context, by Actor, tenantName string, a Attestation) error {
	note := a.Note
	if err := whyNot(note); err != nil {
		err.Field = "note"
		return err
	}
	state := "fail"
	if a.Pass {
		state = "pass"
	}
	_, err := t.ExecContext(ctx, `INSERT INTO control_evidence (tenant, baseline, control, state, note, author, author_name, at, due, link)
		SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM tenant WHERE name = $1`,
		tenantName, a.Baseline, a.Control, state, strings.TrimSpace(note), by.Subject, by.Name, t.Millis(), Millis(a.Until), a.Link)
	if err != nil {
		return fmt.Errorf("evidence about %s %s: %w", a.Baseline, a.Control, err)
	}
	return nil
}

// whyNot refuses a reason that says nothing.
func whyNot(reason string) *fault.Error {
	if n := len([]rune(strings.TrimSpace(reason))); n < 5 || n > 4000 {
		return &fault.Error{Kind: fault.Invalid, Field: "reason", Sentence: "Say why, in a few words: at least 5 characters, at most 4,000."}
	}
	return nil
}
