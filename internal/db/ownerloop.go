package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/violation"
)

// Causes for which an owner is asked, as stored.
const (
	CauseUnused   = "unused"         // a rule finds that nobody uses the workspace
	CauseKeptLong = "kept long ago"  // the time is over for which it was to be kept
	CauseOverdue  = "should be gone" // it may go, its owner said, and is still there
)

// Outcomes of a question to an owner, as stored.
const (
	OutcomeAnswered = "answered"
	OutcomeUsed     = "used again"
	OutcomeGone     = "gone"
)

// OwnerCase is a workspace about which its owner is to be asked.
type OwnerCase struct {
	Workspace int64
	GUID      string
	Name      string
	Cause     string
	// Says is the finding, or what was said before and is over now.
	Says string
	// Owner is whom to ask; the zero Recipient when nobody can be named.
	Owner Recipient
}

// Recipient is somebody who is to be told something.
type Recipient struct {
	// ID is a person's object id, an address, or role:NAME.
	ID, Name, Address string
}

// OwnerQuestion is a question to an owner that is not closed.
type OwnerQuestion struct {
	violation.Question
	ID, Workspace int64
	GUID, Name    string
	Says          string
	Owner         Recipient
	Reminders     int64
}

// unusedRules are the rules whose findings put a workspace to its owner.
const unusedRules = "('content.stale-workspace','content.empty')"

// OwnerCases returns the workspaces about which an owner is to be asked now:
// those that nobody uses, unless their owner's word still holds, and those whose
// owner's word has run out.
func (t *Tx) OwnerCases(ctx context.Context, tenant int64) ([]OwnerCase, error) {
	rows, err := t.QueryContext(ctx, `SELECT w.ws, i.guid, w.name, c.says, coalesce(a.answer, ''), coalesce(a.reason, ''), coalesce(a.due, 0),
			coalesce(oi.guid, lower(substr(a.author, instr(a.author, '/') + 1)), ''), coalesce(nullif(op.name, ''), a.author_name, ''), coalesce(op.address, '')
		FROM (SELECT v.ws AS ws, min(v.id) AS id, v.says AS says, v.owner AS owner FROM violation v
				WHERE v.tenant = $1 AND v.rule IN `+unusedRules+` AND v.in_force = 1 AND v.state IN ('open','in_progress') GROUP BY v.ws
			UNION ALL
			SELECT x.ws, 0, '', NULL FROM ownership_answer x WHERE x.tenant = $1 AND x.due <= $2 AND x.id = (SELECT max(y.id) FROM ownership_answer y WHERE y.ws = x.ws)
				AND NOT EXISTS (SELECT 1 FROM violation v WHERE v.ws = x.ws AND v.tenant = $1 AND v.rule IN `+unusedRules+` AND v.in_force = 1 AND v.state IN ('open','in_progress'))) c
		JOIN workspace w ON w.ws = c.ws AND w.to_scan IS NULL JOIN ident i ON i.id = w.ws
		LEFT JOIN ownership_answer a ON a.id = (SELECT max(y.id) FROM ownership_answer y WHERE y.ws = c.ws)
		LEFT JOIN ident oi ON oi.id = c.owner LEFT JOIN principal op ON op.principal = c.owner AND op.to_scan IS NULL
		WHERE w.state = 'Active' AND (a.due IS NULL OR a.due <= $2) ORDER BY w.ws`, tenant, t.Millis())
	if err != nil {
		return nil, fmt.Errorf("workspaces to ask about: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []OwnerCase
	for rows.Next() {
		var c OwnerCase
		var answer, reason string
		var due int64
		if err := rows.Scan(&c.Workspace, &c.GUID, &c.Name, &c.Says, &answer, &reason, &due, &c.Owner.ID, &c.Owner.Name, &c.Owner.Address); err != nil {
			return nil, fmt.Errorf("workspaces to ask about: %w", err)
		}
		c.explain(answer, reason, Time(due))
		all = append(all, c)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// explain says why the owner is asked where it is not only the finding.
func (c *OwnerCase) explain(answer, reason string, due time.Time) {
	c.Cause = CauseUnused
	day := due.UTC().Format("2 Jan 2006")
	switch answer {
	case "keep":
		c.Cause = CauseKeptLong
		c.Says = strings.TrimSpace("It was kept until " + day + ", because: " + reason + ". " + c.Says)
	case "remove":
		c.Cause = CauseOverdue
		c.Says = "It was to be gone by " + day + " and is still there."
	}
	if c.Owner.ID == "" {
		c.Owner = Recipient{}
	}
}

// OpenQuestions returns the questions of a tenant that wait for an answer.
func (t *Tx) OpenQuestions(ctx context.Context, tenant int64) ([]OwnerQuestion, error) {
	rows, err := t.QueryContext(ctx, `SELECT q.id, q.ws, i.guid, coalesce(w.name, ''), q.says, q.owner, q.owner_name, coalesce(p.address, ''), q.asked, q.reminders, coalesce(q.reminded, 0), coalesce(q.escalated, 0)
		FROM owner_question q JOIN ident i ON i.id = q.ws
		LEFT JOIN workspace w ON w.ws = q.ws AND w.to_scan IS NULL
		LEFT JOIN ident oi ON oi.tenant = q.tenant AND oi.guid = q.owner LEFT JOIN principal p ON p.principal = oi.id AND p.to_scan IS NULL
		WHERE q.tenant = $1 AND q.closed IS NULL ORDER BY q.id`, tenant)
	if err != nil {
		return nil, fmt.Errorf("open questions to owners: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []OwnerQuestion
	for rows.Next() {
		var q OwnerQuestion
		var asked, reminded, escalated int64
		if err := rows.Scan(&q.ID, &q.Workspace, &q.GUID, &q.Name, &q.Says, &q.Owner.ID, &q.Owner.Name, &q.Owner.Address, &asked, &q.Reminders, &reminded, &escalated); err != nil {
			return nil, fmt.Errorf("open questions to owners: %w", err)
		}
		q.Asked, q.Nobody = Time(asked), q.Owner.ID == ""
		if reminded != 0 {
			q.Reminded = Time(reminded)
		}
		if escalated != 0 {
			q.Escalated = Time(escalated)
		}
		all = append(all, q)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// AskOwner opens the question about a workspace.
func (t *Tx) AskOwner(ctx context.Context, tenant int64, c OwnerCase) (q OwnerQuestion, err error) {
	q = OwnerQuestion{Workspace: c.Workspace, GUID: c.GUID, Name: c.Name, Says: c.Says, Owner: c.Owner}
	q.Asked, q.Nobody = t.Now, c.Owner.ID == ""
	err = t.QueryRowContext(ctx, `INSERT INTO owner_question (tenant, ws, cause, says, owner, owner_name, asked) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		tenant, c.Workspace, c.Cause, c.Says, c.Owner.ID, c.Owner.Name, t.Millis()).Scan(&q.ID)
	if err != nil {
		return q, fmt.Errorf("ask about workspace %s: %w", c.Name, err)
	}
	return q, nil
}

// CloseQuestion ends a question with its outcome.
func (t *Tx) CloseQuestion(ctx context.Context, id int64, outcome string) error {
	_, err := t.ExecContext(ctx, `UPDATE owner_question SET closed = $2, outcome = $3 WHERE id = $1 AND closed IS NULL`, id, t.Millis(), outcome)
	return err
}

// QuestionReminded notes that the owner is reminded once more.
func (t *Tx) QuestionReminded(ctx context.Context, id int64) error {
	_, err := t.ExecContext(ctx, `UPDATE owner_question SET reminders = reminders + 1, reminded = $2 WHERE id = $1`, id, t.Millis())
	return err
}

// QuestionEscalated notes who is told that an owner is silent.
func (t *Tx) QuestionEscalated(ctx context.Context, id int64, to []Recipient) error {
	var names []string
	for _, r := range to {
		names = append(names, r.Name)
	}
	_, err := t.ExecContext(ctx, `UPDATE owner_question SET escalated = $2, escalated_to = $3 WHERE id = $1`, id, t.Millis(), strings.Join(names, ", "))
	return err
}

// QuestionNext notes what comes next and when, for pages; the zero time is
// never.
func (t *Tx) QuestionNext(ctx context.Context, id int64, remind, escalate time.Time) error {
	_, err := t.ExecContext(ctx, `UPDATE owner_question SET remind_at = $2, escalate_at = $3 WHERE id = $1 AND (remind_at IS NOT $2 OR escalate_at IS NOT $3)`,
		id, MillisOrNull(remind), MillisOrNull(escalate))
	return err
}

// escalateAdmins bounds how many other admins are told of an owner's silence.
const escalateAdmins = 5

// BesidesOwner returns who else would know about a workspace: the owner's
// manager, then other people who are Admin, behind groups too, with a working
// account.
func (t *Tx) BesidesOwner(ctx context.Context, tenant, workspace int64, owner string) ([]Recipient, error) {
	rows, err := t.QueryContext(ctx, `WITH RECURSIVE boss (id) AS (
			SELECT p.manager FROM ident i JOIN principal p ON p.principal = i.id AND p.to_scan IS NULL WHERE i.tenant = $1 AND i.guid = $3 AND p.manager IS NOT NULL),
		holder (id) AS (
			SELECT g.principal FROM access_grant g WHERE g.ws = $2 AND g.object = $2 AND g.role = 'Admin' AND g.to_scan IS NULL
			UNION SELECT m.member FROM holder h JOIN group_member m ON m.grp = h.id AND m.to_scan IS NULL)
		SELECT i.guid, coalesce(nullif(p.name, ''), p.address), p.address FROM (SELECT 0 AS rank, id FROM boss UNION ALL SELECT 1, id FROM holder) x
		JOIN principal p ON p.principal = x.id AND p.to_scan IS NULL JOIN ident i ON i.id = x.id
		WHERE p.kind = 'User' AND p.guest = 0 AND coalesce(p.gone, 0) = 0 AND coalesce(p.enabled, 1) = 1 AND i.guid <> $3
		GROUP BY x.id ORDER BY min(x.rank), p.name_key LIMIT $4`, tenant, workspace, owner, escalateAdmins+1)
	if err != nil {
		return nil, fmt.Errorf("who else knows workspace %d: %w", workspace, err)
	}
	defer func() { _ = rows.Close() }()
	var all []Recipient
	for rows.Next() {
		var r Recipient
		if err := rows.Scan(&r.ID, &r.Name, &r.Address); err != nil {
			return nil, fmt.Errorf("who else knows workspace %d: %w", workspace, err)
		}
		all = append(all, r)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// closeByAnswer ends the open question that an answer answers.
func (t *Tx) closeByAnswer(ctx context.Context, tenant, workspace int64) error {
	var id int64
	err := t.QueryRowContext(ctx, `SELECT id FROM owner_question WHERE tenant = $1 AND ws = $2 AND closed IS NULL`, tenant, workspace).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.CloseQuestion(ctx, id, OutcomeAnswered)
}

// WorkspaceGone reports whether a workspace is no longer there, or no longer
// active, as the last scan saw it.
func (t *Tx) WorkspaceGone(ctx context.Context, workspace int64) (gone bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM workspace WHERE ws = $1 AND to_scan IS NULL AND state = 'Active')`, workspace).Scan(&gone)
	return gone, err
}
