package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"steward/internal/db"
)

// Owned is a workspace that a person administers, with what stands against it
// and what was last said about keeping it.
type Owned struct {
	ID, Name    string
	Items, Open int64
	// Unused is the finding that nobody uses it, or that nothing is in it;
	// empty when there is none.
	Unused      string
	UnusedSince time.Time
	// Answer is keep or remove, empty when nobody said anything; Due is when to
	// ask again, or by when it should be gone.
	Answer, Reason, By string
	At, Due            time.Time
	// Question is what its owner is asked; nil when nothing is.
	Question *Question
}

// Question is an open question to the owner of a workspace.
type Question struct {
	Says, Owner, OwnerID string
	Asked                time.Time
	Reminders            int64
	// Reminded is the last reminder, RemindAt the next, EscalateAt when silence
	// is told to others, Escalated when it was and EscalatedTo to whom. Zero is
	// never.
	Reminded, RemindAt, EscalateAt, Escalated time.Time
	EscalatedTo                               string
}

// QuestionAbout returns the open question about a workspace; nil when there is
// none, or when the view is of the past: the report of owners' answers has that.
func QuestionAbout(ctx context.Context, reader *db.Reader, q Query, workspace string) (*Question, error) {
	if q.View.Past {
		return nil, nil
	}
	var all []*Question
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		e := newExpander(q)
		query := e.sql("SELECT "+questionColumns+" FROM owner_question k WHERE k.tenant = @tenant AND k.closed IS NULL AND k.ws = (SELECT id FROM ident WHERE tenant = @tenant AND guid = ?) AND inscope(k.ws)", strings.ToLower(workspace))
		return eachRow(ctx, tx, query, e.args, func(scan func(...any) error) error {
			var x questionRow
			if err := scan(x.into()...); err != nil {
				return err
			}
			all = append(all, x.question())
			return nil
		})
	})
	if err != nil || len(all) == 0 {
		return nil, wrapRead(err, "question about workspace "+workspace)
	}
	return all[0], nil
}

const questionColumns = `coalesce(k.says, ''), coalesce(k.owner_name, ''), coalesce(k.owner, ''), coalesce(k.asked, 0), coalesce(k.reminders, 0), coalesce(k.reminded, 0),
	coalesce(k.remind_at, 0), coalesce(k.escalate_at, 0), coalesce(k.escalated, 0), coalesce(k.escalated_to, '')`

// questionRow is a question as it is read; asked is 0 when there is none.
type questionRow struct {
	Question
	asked, reminded, remindAt, escalateAt, escalated int64
}

func (x *questionRow) into() []any {
	return []any{&x.Says, &x.Owner, &x.OwnerID, &x.asked, &x.Reminders, &x.reminded, &x.remindAt, &x.escalateAt, &x.escalated, &x.EscalatedTo}
}

func (x *questionRow) question() *Question {
	if x.asked == 0 {
		return nil
	}
	q := x.Question
	q.Asked, q.Reminded, q.RemindAt, q.EscalateAt, q.Escalated = timeOrZero(x.asked), timeOrZero(x.reminded), timeOrZero(x.remindAt), timeOrZero(x.escalateAt), timeOrZero(x.escalated)
	return &q
}

// ownedQuery finds the workspaces of which a person is Admin by a role of
// their own or through groups.
const ownedQuery = `WITH RECURSIVE mine (id) AS (
		SELECT id FROM ident WHERE tenant = @tenant AND guid = ?
		UNION SELECT m.grp FROM mine JOIN group_member m ON m.member = mine.id AND visible(m))
	SELECT i.guid, w.name, w.items,
		(SELECT count(*) FROM violation v WHERE v.ws = w.ws AND v.in_force = 1 AND v.state IN ('open','in_progress')),
		coalesce(u.says, ''), coalesce(u.first_seen, 0), coalesce(a.answer, ''), coalesce(a.reason, ''), coalesce(a.author_name, ''), coalesce(a.at, 0), coalesce(a.due, 0), ` + questionColumns + `
	FROM workspace w JOIN ident i ON i.id = w.ws
	LEFT JOIN violation u ON u.id = (SELECT min(v.id) FROM violation v WHERE v.ws = w.ws AND v.rule IN ('content.stale-workspace','content.empty') AND v.in_force = 1 AND v.state IN ('open','in_progress'))
	LEFT JOIN ownership_answer a ON a.id = (SELECT max(id) FROM ownership_answer WHERE ws = w.ws)
	LEFT JOIN owner_question k ON k.tenant = @tenant AND k.ws = w.ws AND k.closed IS NULL
	WHERE w.ws IN (SELECT g.ws FROM mine CROSS JOIN access_grant g WHERE g.principal = mine.id AND g.object = g.ws AND g.role = 'Admin' AND visible(g))
		AND visible(w) AND w.state = 'Active' AND inscope(w.ws)
	ORDER BY (k.id IS NULL), (u.id IS NULL), w.name_key LIMIT 500`

// OwnedBy reads the workspaces that a person administers, those that nobody
// uses first.
func OwnedBy(ctx context.Context, reader *db.Reader, q Query, person string) ([]Owned, error) {
	if q.View.Scan == 0 {
		return nil, nil
	}
	var out []Owned
	err := reader.Snapshot(ctx, func(tx *sql.Tx) error {
		e := newExpander(q)
		query := e.sql(ownedQuery, person)
		return eachRow(ctx, tx, query, e.args, func(scan func(...any) error) error {
			var o Owned
			var since, at, due int64
			var asked questionRow
			if err := scan(append([]any{&o.ID, &o.Name, &o.Items, &o.Open, &o.Unused, &since, &o.Answer, &o.Reason, &o.By, &at, &due}, asked.into()...)...); err != nil {
				return err
			}
			o.Question = asked.question()
			o.UnusedSince, o.At, o.Due = timeOrZero(since), timeOrZero(at), timeOrZero(due)
			out = append(out, o)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("workspaces of %s: %w", person, err)
	}
	return out, nil
}

func timeOrZero(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return db.Time(ms)
}
