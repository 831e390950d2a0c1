package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"steward/internal/fault"
	"steward/internal/violation"
)

// Actor is who does something: the subject that identifies a person for ever
// (tenant and object id), and the name to show.
type Actor struct{ Subject, Name string }

// lockViolation reads a violation's state inside a transaction and refuses
// when somebody changed it since rev; rev 0 does not look.
func lockViolation(ctx context.Context, tx *Tx, id, rev int64) (state violation.State, rule string, err error) {
	var got int64
	err = tx.QueryRowContext(ctx, `SELECT state, rule, rev FROM violation WHERE id = $1`, id).Scan(&state, &rule, &got)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.New(fault.NotFound, "There is no violation %d.", id)
	}
	if err != nil {
		return "", "", err
	}
	if rev != 0 && rev != got {
		return "", "", fault.New(fault.Conflict, "Somebody changed this violation since you opened it. Look again and decide anew.")
	}
	return state, rule, nil
}

// Triage moves a violation to a state that a person may choose, with the
// reason. rev is the revision the person saw; 0 does not look. Conflict when
// the move is not theirs to make.
func (t *Tx) Triage(ctx context.Context, by Actor, id, rev int64, to violation.State, reason string) error {
	from, _, err := lockViolation(ctx, t, id, rev)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if from == to {
		return nil
	}
	if err := violation.Triage(from, to, reason); err != nil {
		return err
	}
	kept := ""
	if to == violation.FalsePositive {
		kept = reason
	}
	if _, err := t.ExecContext(ctx, `UPDATE violation SET state = $2, reason = $3, changed = $4, moved_scan = NULL, rev = rev + 1 WHERE id = $1`,
		id, string(to), kept, t.Millis()); err != nil {
		return fmt.Errorf("triage violation %d: %w", id, err)
	}
	return addEvent(ctx, t, event{violation: id, at: t.Millis(), actor: by.Subject, name: by.Name, what: "triage", from: from, to: to, note: reason})
}

// Assign gives a violation to a person, or to nobody for a zero Actor.
func (t *Tx) Assign(ctx context.Context, by Actor, id, rev int64, to Actor) error {
	state, _, err := lockViolation(ctx, t, id, rev)
	if err != nil {
		return err
	}
	if state == violation.Resolved {
		return fault.New(fault.Conflict, "This violation is resolved; there is nothing left to do.")
	}
	if _, err := t.ExecContext(ctx, `UPDATE violation SET assignee = $2, assignee_name = $3, rev = rev + 1 WHERE id = $1`, id, to.Subject, to.Name); err != nil {
		return fmt.Errorf("assign violation %d: %w", id, err)
	}
	note := "to nobody"
	if to.Subject != "" {
		note = "to " + to.Name
	}
	return addEvent(ctx, t, event{violation: id, at: t.Millis(), actor: by.Subject, name: by.Name, what: "assigned", from: state, to: state, note: note})
}

// Comment adds a comment to a violation.
func (t *Tx) Comment(ctx context.Context, by Actor, id int64, body string) error {
	body = strings.TrimSpace(body)
	if body == "" || len(body) > 10_000 {
		return &fault.Error{Kind: fault.Invalid, Field: "body", Sentence: "Write a comment of 1 to 10,000 characters."}
	}
	if _, _, err := lockViolation(ctx, t, id, 0); err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `INSERT INTO violation_comment (violation, at, author, author_name, body) VALUES ($1, $2, $3, $4, $5)`,
		id, t.Millis(), by.Subject, by.Name, body); err != nil {
		return fmt.Errorf("comment on violation %d: %w", id, err)
	}
	return nil
}
