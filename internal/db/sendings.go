package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Sending is a file that was made by the clock on its way to one recipient.
type Sending struct {
	ID     int64
	Tenant string // name
	// Name is the schedule's, Slot the moment of the schedule it was made for.
	Name string
	Slot time.Time
	// Report is what it is; Rule the rule of a pack of evidence.
	Report, Rule string
	// File is its name, Bytes and SHA256 what it is recognised by, AsOf the
	// moment it tells of.
	File   string
	Bytes  int64
	SHA256 string
	AsOf   time.Time
	// Channel is folder or mail, Place the folder or the address.
	Channel, Place string
	Attempts       int
}

// LastSlot returns the last moment a schedule was made for; zero when it never
// was.
func (r *Reader) LastSlot(ctx context.Context, tenant, name string) (time.Time, error) {
	var ms sql.NullInt64
	err := r.QueryRow(ctx, `SELECT max(s.slot) FROM sending s JOIN tenant t ON t.id = s.tenant WHERE t.name = $1 AND s.name = $2`, tenant, name).Scan(&ms)
	if err != nil {
		return time.Time{}, fmt.Errorf("last report sent by %s: %w", name, classify(err))
	}
	if !ms.Valid {
		return time.Time{}, nil
	}
	return Time(ms.Int64), nil
}

// AddSending keeps that a file is to go to somebody. What stands there already
// stays.
func (t *Tx) AddSending(ctx context.Context, s Sending) error {
	_, err := t.ExecContext(ctx, `INSERT INTO sending (tenant, name, slot, report, rule, file, bytes, sha256, as_of, channel, place, at, due)
		SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12 FROM tenant WHERE name = $1
		ON CONFLICT (tenant, name, slot, channel, place) DO NOTHING`,
		s.Tenant, s.Name, Millis(s.Slot), s.Report, s.Rule, s.File, s.Bytes, s.SHA256, Millis(s.AsOf), s.Channel, s.Place, t.Millis())
	if err != nil {
		return fmt.Errorf("keep the sending of %s: %w", s.Name, classify(err))
	}
	return nil
}

// WaitingSendings returns what is on its way, the soonest first, due or not.
func (r *Reader) WaitingSendings(ctx context.Context) ([]Sending, []time.Time, error) {
	var due []time.Time
	all, err := list(ctx, r.pool, func(rows *sql.Rows) (s Sending, err error) {
		var slot, asOf, at int64
		err = rows.Scan(&s.ID, &s.Tenant, &s.Name, &slot, &s.Report, &s.Rule, &s.File, &s.Bytes, &s.SHA256, &asOf, &s.Channel, &s.Place, &s.Attempts, &at)
		s.Slot, s.AsOf = Time(slot), Time(asOf)
		due = append(due, Time(at))
		return s, err
	}, `SELECT s.id, t.name, s.name, s.slot, s.report, s.rule, s.file, s.bytes, s.sha256, s.as_of, s.channel, s.place, s.attempts, s.due
		FROM sending s JOIN tenant t ON t.id = s.tenant WHERE s.state = 'waiting' ORDER BY s.due, s.id`)
	return all, due, err
}

// Sent notes that a file arrived.
func (t *Tx) Sent(ctx context.Context, id int64) error {
	return t.endSending(ctx, id, `state = 'sent', ended = $2, attempts = attempts + 1, error = ''`, t.Millis())
}

// NotSent notes a failed attempt, with its sentence. A zero time gives up.
func (t *Tx) NotSent(ctx context.Context, id int64, sentence string, again time.Time) error {
	if again.IsZero() {
		return t.endSending(ctx, id, `state = 'given up', ended = $2, attempts = attempts + 1, error = $3`, t.Millis(), sentence)
	}
	return t.endSending(ctx, id, `due = $2, attempts = attempts + 1, error = $3`, Millis(again), sentence)
}

func (t *Tx) endSending(ctx context.Context, id int64, set string, args ...any) error {
	if _, err := t.ExecContext(ctx, `UPDATE sending SET `+set+` WHERE id = $1 AND state = 'waiting'`, append([]any{id}, args...)...); err != nil {
		return fmt.Errorf("note the sending %d: %w", id, classify(err))
	}
	return nil
}
