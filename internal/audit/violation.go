package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/violation"
)

// Violation is everything about one violation, for its page.
type Violation struct {
	// Row is one of the violation-history report.
	Row   Row
	Truth Truth
	ID    int64
	// Rev is what a decision about it must not have missed.
	Rev      int64
	State    violation.State
	InForce  bool
	Assignee string
	Evidence []Fact
	Rule     RuleBody
	Events   []ViolationEvent
	Comments []Comment
	Waivers  []WaiverNote
	// Candidates are people who could be given it, the likeliest first.
	Candidates []Candidate
}

// Fact is one fact that a finding rests on; Value is empty and Known false when
// it was not known.
type Fact struct {
	Name, Value string
	Known       bool
}

// RuleBody is the rule as it was when it found the violation.
type RuleBody struct {
	ID, Title, Why string
	Remedy         []string
	Version        string
	Params         map[string]any
	NeverWaived    bool `json:"never_waived"`
	References     []struct{ Baseline, Control string }
}

// ViolationEvent is one entry of a violation's time line.
type ViolationEvent struct {
	At       time.Time
	Scan     int64 // 0 when a person did it
	Actor    string
	What     string
	From, To violation.State
	Note     string
}

// Comment is what somebody wrote about a violation.
type Comment struct {
	At           time.Time
	Author, Body string
}

// WaiverNote is one waiver of a violation.
type WaiverNote struct {
	ID                      int64
	State                   violation.WaiverState
	Owner, Reason, AskedBy  string
	DecidedBy, Note         string
	OwnerSubject, AskedSubj string
	Ends, Asked             time.Time
}

// Candidate is a person who could be given a violation, and why.
type Candidate struct{ ID, Name, Address, Why string }

// ViolationTenant returns the tenant that a violation, or the violation of a
// waiver, belongs to. NotFound when there is none: whether the reader may see
// it is asked afterwards.
func ViolationTenant(ctx context.Context, reader *db.Reader, id int64) (string, error) {
	var name string
	err := reader.QueryRow(ctx, `SELECT t.name FROM violation v JOIN tenant t ON t.id = v.tenant WHERE v.id = $1`, id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.New(fault.NotFound, "There is nothing here, or nothing that is open to you.")
	}
	if err != nil {
		return "", fmt.Errorf("tenant of violation %d: %w", id, err)
	}
	return name, nil
}

// WaiverTenant is ViolationTenant for a waiver; it returns the violation too.
func WaiverTenant(ctx context.Context, reader *db.Reader, id int64) (tenant string, of int64, err error) {
	err = reader.QueryRow(ctx, `SELECT t.name, v.id FROM waiver w JOIN violation v ON v.id = w.violation JOIN tenant t ON t.id = v.tenant WHERE w.id = $1`, id).Scan(&tenant, &of)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, fault.New(fault.NotFound, "There is nothing here, or nothing that is open to you.")
	}
	if err != nil {
		return "", 0, fmt.Errorf("tenant of waiver %d: %w", id, err)
	}
	return tenant, of, nil
}

// ViolationRow reads one violation's row of the violation-history report.
func ViolationRow(ctx context.Context, reader *db.Reader, q Query, id int64) (Row, error) {
	row, _, err := One(ctx, reader, oneViolation, q, "violation", strconv.FormatInt(id, 10))
	return row, err
}

// ViolationOf reads one violation. NotFound when there is none that the reader
// may see.
func ViolationOf(ctx context.Context, reader *db.Reader, q Query, id int64) (Violation, error) {
	v := Violation{ID: id}
	row, truth, err := One(ctx, reader, oneViolation, q, "violation", strconv.FormatInt(id, 10))
	if err != nil {
		return v, err
	}
	v.Row, v.Truth = row, truth
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		for _, read := range []func(context.Context, *sql.Tx) error{v.readSelf, v.readEvents, v.readComments, v.readWaivers} {
			if err := read(ctx, tx); err != nil {
				return err
			}
		}
		return v.readCandidates(ctx, tx, q)
	})
	if err != nil {
		return v, fmt.Errorf("violation %d: %w", id, err)
	}
	return v, nil
}

// oneViolation is the report of one violation, of a rule in force or not.
var oneViolation = func() *Report {
	r := violationList()
	r.Filters = append(r.Filters, Filter{Key: "violation", Label: "Violation", Kind: FilterNumber, set: "one"})
	r.vars = map[string]int64{"one": 0}
	r.parts[0].where = "v.id = @one AND v.tenant + 0 = @tenant"
	return r
}()

func (v *Violation) readSelf(ctx context.Context, tx *sql.Tx) error {
	var facts, body, params string
	if err := tx.QueryRowContext(ctx, `SELECT v.rev, v.state, v.in_force, v.assignee, v.evidence, r.body, r.params, r.version FROM violation v JOIN rule_version r ON r.id = v.version
		WHERE v.id = $1`, v.ID).Scan(&v.Rev, &v.State, &v.InForce, &v.Assignee, &facts, &body, &params, &v.Rule.Version); err != nil {
		return err
	}
	var raw []struct {
		Fact  string
		Value json.RawMessage
	}
	if err := json.Unmarshal([]byte(facts), &raw); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	for _, f := range raw {
		v.Evidence = append(v.Evidence, Fact{Name: f.Fact, Value: factText(f.Value), Known: len(f.Value) > 0 && string(f.Value) != "null"})
	}
	version := v.Rule.Version
	if err := json.Unmarshal([]byte(body), &v.Rule); err != nil {
		return fmt.Errorf("rule: %w", err)
	}
	v.Rule.Version = version
	return json.Unmarshal([]byte(params), &v.Rule.Params)
}

// factText shows a value of evidence: a text as it is, a list by its words.
func factText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var list []any
	if json.Unmarshal(raw, &list) == nil && list != nil {
		out := ""
		for i, x := range list {
			if i > 0 {
				out += ", "
			}
			out += fmt.Sprint(x)
		}
		if out == "" {
			return "(none)"
		}
		return out
	}
	return string(raw)
}

func (v *Violation) readEvents(ctx context.Context, tx *sql.Tx) error {
	return eachRow(ctx, tx, `SELECT at, coalesce(scan, 0), actor_name, what, from_state, to_state, note FROM violation_event WHERE violation = $1 ORDER BY id DESC LIMIT 200`,
		[]any{v.ID}, func(scan func(...any) error) error {
			var e ViolationEvent
			var at int64
			if err := scan(&at, &e.Scan, &e.Actor, &e.What, &e.From, &e.To, &e.Note); err != nil {
				return err
			}
			e.At = db.Time(at)
			v.Events = append(v.Events, e)
			return nil
		})
}

func (v *Violation) readComments(ctx context.Context, tx *sql.Tx) error {
	return eachRow(ctx, tx, `SELECT at, author_name, body FROM violation_comment WHERE violation = $1 ORDER BY id DESC LIMIT 200`, []any{v.ID}, func(scan func(...any) error) error {
		var c Comment
		var at int64
		if err := scan(&at, &c.Author, &c.Body); err != nil {
			return err
		}
		c.At = db.Time(at)
		v.Comments = append(v.Comments, c)
		return nil
	})
}

func (v *Violation) readWaivers(ctx context.Context, tx *sql.Tx) error {
	return eachRow(ctx, tx, `SELECT id, state, owner_name, owner, reason, asked_name, asked_by, decided_name, note, ends, asked_at FROM waiver WHERE violation = $1 ORDER BY id DESC LIMIT 50`,
		[]any{v.ID}, func(scan func(...any) error) error {
			var w WaiverNote
			var ends, asked int64
			if err := scan(&w.ID, &w.State, &w.Owner, &w.OwnerSubject, &w.Reason, &w.AskedBy, &w.AskedSubj, &w.DecidedBy, &w.Note, &ends, &asked); err != nil {
				return err
			}
			w.Ends, w.Asked = db.Time(ends), db.Time(asked)
			v.Waivers = append(v.Waivers, w)
			return nil
		})
}

// candidatesQuery finds who could be given a violation: whom the judging
// proposed, the workspace's admins, and the people behind groups that are.
const candidatesQuery = `WITH RECURSIVE who (id, why, steps) AS (
		SELECT v.owner, 'proposed', 0 FROM violation v WHERE v.id = $1 AND v.owner IS NOT NULL
		UNION SELECT g.principal, 'admin', 1 FROM violation v JOIN access_grant g ON g.ws = v.ws AND g.object = g.ws AND g.role = 'Admin'
			WHERE v.id = $1 AND v.ws <> 0 AND g.to_scan IS NULL
		UNION SELECT m.member, 'admin through a group', who.steps + 1 FROM who JOIN group_member m ON m.grp = who.id AND m.to_scan IS NULL WHERE who.steps BETWEEN 1 AND 8)
	SELECT i.guid, coalesce(nullif(p.name, ''), p.address), p.address, who.why FROM who JOIN ident i ON i.id = who.id
	JOIN principal p ON p.principal = who.id AND p.to_scan IS NULL AND p.kind = 'User' AND coalesce(p.gone, 0) = 0 AND coalesce(p.enabled, 1) = 1
	GROUP BY i.guid ORDER BY min(who.steps), p.name_key LIMIT 30`

func (v *Violation) readCandidates(ctx context.Context, tx *sql.Tx, _ Query) error {
	return eachRow(ctx, tx, candidatesQuery, []any{v.ID}, func(scan func(...any) error) error {
		var c Candidate
		if err := scan(&c.ID, &c.Name, &c.Address, &c.Why); err != nil {
			return err
		}
		v.Candidates = append(v.Candidates, c)
		return nil
	})
}

// eachRow runs a query and hands each row to fn.
func eachRow(ctx context.Context, tx *sql.Tx, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
