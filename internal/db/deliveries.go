package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
)

// Untold is one thing that somebody is to be told and that nothing took yet.
type Untold struct {
	// Source is outbox or notice, ID its number there.
	Source string
	ID     int64
	Tenant int64
	// Event is what happened: request.decide, owner.asked, waiver.ends …
	Event string
	// Name and Address are the person's; the address may be empty.
	Name, Address string
	// Why says why they are told, Says what, Link where it is in the portal.
	Why, Says, Link string
	At              time.Time
	// Way is the only way it goes: mail, teams:NAME or webhook:NAME; empty for
	// all there are.
	Way string
}

// Delivery is one way of telling somebody something.
type Delivery struct {
	Untold
	ID int64
	// Channel is mail, teams or webhook; Place an address, or the name of a
	// webhook.
	Channel, Place string
	// Digest is true for what goes with others of the day.
	Digest bool
	// State is waiting, sent, given up or not wanted.
	State    string
	Attempts int
	Due      time.Time
	Ended    time.Time
	Error    string
}

// The states of a delivery.
const (
	DeliveryWaiting   = "waiting"
	DeliverySent      = "sent"
	DeliveryGivenUp   = "given up"
	DeliveryNotWanted = "not wanted"
)

// EventEmergency is the event of everything that is told about the emergency
// access: whoever should know hears of it at once, at any hour.
const EventEmergency = "request.emergency"

// toBeTold joins the two places where things to be told are written down.
const toBeTold = `SELECT 'notice', n.id, r.tenant, CASE WHEN n.what = 'escalate' AND (r.kind = 'emergency'
		OR EXISTS (SELECT 1 FROM emergency_use u WHERE u.request = r.id AND u.plan_hash = n.plan_hash)) THEN '` + EventEmergency + `' ELSE 'request.' || n.what END, n.name, n.address, n.why, n.says, '/requests/' || n.request, n.at, ''
	FROM notice n JOIN request r ON r.id = n.request WHERE n.sent IS NULL
UNION ALL
SELECT 'outbox', o.id, o.tenant, replace(o.what, ' ', '.'), o.name, o.address, o.why, coalesce(nullif(o.says, ''), o.why), o.link, o.at, o.way
	FROM outbox o WHERE o.sent IS NULL
ORDER BY 10, 1, 2 LIMIT $1`

// Untold returns what nothing took yet, oldest first.
func (t *Tx) Untold(ctx context.Context, limit int) ([]Untold, error) {
	rows, err := t.QueryContext(ctx, toBeTold, limit)
	if err != nil {
		return nil, fmt.Errorf("read what is to be told: %w", classify(err))
	}
	defer func() { _ = rows.Close() }()
	var out []Untold
	for rows.Next() {
		var u Untold
		var at int64
		if err := rows.Scan(&u.Source, &u.ID, &u.Tenant, &u.Event, &u.Name, &u.Address, &u.Why, &u.Says, &u.Link, &at, &u.Way); err != nil {
			return nil, classify(err)
		}
		u.At = Time(at)
		out = append(out, u)
	}
	return out, classify(rows.Err())
}

// Deliver writes down one way of telling it; the same way twice is one.
func (t *Tx) Deliver(ctx context.Context, d Delivery) error {
	if d.State == "" {
		d.State = DeliveryWaiting
	}
	var ended any
	if d.State != DeliveryWaiting {
		ended = t.Millis()
	}
	_, err := t.ExecContext(ctx, `INSERT INTO delivery (tenant, source, source_id, event, channel, place, name, why, says, link, at, digest, state, due, ended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (source, source_id, channel, place) DO NOTHING`,
		d.Tenant, d.Source, d.Untold.ID, d.Event, d.Channel, d.Place, d.Name, d.Why, d.Says, d.Link, Millis(d.At), d.Digest, d.State, Millis(d.Due), ended)
	if err != nil {
		return fmt.Errorf("deliver %s %d: %w", d.Source, d.Untold.ID, classify(err))
	}
	return nil
}

// Taken notes that what was to be told was handed over, and how.
func (t *Tx) Taken(ctx context.Context, u Untold, how string) error {
	if u.Source == "notice" {
		return t.TakeNotice(ctx, u.ID, how)
	}
	if _, err := t.ExecContext(ctx, `UPDATE outbox SET sent = $2 WHERE id = $1 AND sent IS NULL`, u.ID, t.Millis()); err != nil {
		return fmt.Errorf("take message %d: %w", u.ID, classify(err))
	}
	return nil
}

const deliveryColumns = `id, source, source_id, tenant, event, name, why, says, link, at, channel, place, digest, state, attempts, due, ended, error`

func scanDelivery(rows *sql.Rows) (d Delivery, err error) {
	var at, due int64
	var ended sql.NullInt64
	err = rows.Scan(&d.ID, &d.Source, &d.Untold.ID, &d.Tenant, &d.Event, &d.Name, &d.Why, &d.Says, &d.Link, &at, &d.Channel, &d.Place, &d.Digest, &d.State, &d.Attempts, &due, &ended, &d.Error)
	d.At, d.Due, d.Ended = Time(at), Time(due), timeOf(ended)
	return d, err
}

// DueDeliveries returns, for each place, what is first in its line and due
// (mails of the day have a line of their own):
// nothing overtakes what was to be told earlier in the same place.
func (r *Reader) DueDeliveries(ctx context.Context, now time.Time, limit int) ([]Delivery, error) {
	return list(ctx, r.pool, scanDelivery, `SELECT `+deliveryColumns+` FROM delivery
		WHERE id IN (SELECT min(id) FROM delivery WHERE state = 'waiting' GROUP BY channel, place, digest) AND due <= $1 ORDER BY id LIMIT $2`, Millis(now), limit)
}

// DigestOf returns what waits for an address and goes with others of the day.
func (r *Reader) DigestOf(ctx context.Context, place string, now time.Time) ([]Delivery, error) {
	return list(ctx, r.pool, scanDelivery, `SELECT `+deliveryColumns+` FROM delivery
		WHERE state = 'waiting' AND channel = 'mail' AND place = $1 AND digest = 1 AND due <= $2 ORDER BY id LIMIT 200`, place, Millis(now))
}

// NextDelivery is when the next one is due; false when none waits.
func (r *Reader) NextDelivery(ctx context.Context) (time.Time, bool, error) {
	var due sql.NullInt64
	err := r.QueryRow(ctx, `SELECT min(due) FROM delivery WHERE id IN (SELECT min(id) FROM delivery WHERE state = 'waiting' GROUP BY channel, place, digest)`).Scan(&due)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read the next delivery: %w", classify(err))
	}
	return timeOf(due), due.Valid, nil
}

// EndDelivery notes that a delivery was sent or given up.
func (t *Tx) EndDelivery(ctx context.Context, id int64, state, sentence string) error {
	res, err := t.ExecContext(ctx, `UPDATE delivery SET state = $2, attempts = attempts + 1, ended = $3, error = $4 WHERE id = $1 AND state = 'waiting'`, id, state, t.Millis(), sentence)
	if err != nil {
		return fmt.Errorf("end delivery %d: %w", id, classify(err))
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.Wrap(err, fault.Conflict, "This message is not waiting any more.")
	}
	return nil
}

// RetryDelivery notes a failed attempt and when the next one is due.
func (t *Tx) RetryDelivery(ctx context.Context, id int64, due time.Time, sentence string) error {
	_, err := t.ExecContext(ctx, `UPDATE delivery SET attempts = attempts + 1, due = $2, error = $3 WHERE id = $1 AND state = 'waiting'`, id, Millis(due), sentence)
	if err != nil {
		return fmt.Errorf("retry delivery %d: %w", id, classify(err))
	}
	return nil
}

// ReplayDelivery lets a message that was given up be tried again. Conflict
// when it was not.
func (t *Tx) ReplayDelivery(ctx context.Context, id int64) (Delivery, error) {
	rows, err := t.QueryContext(ctx, `UPDATE delivery SET state = 'waiting', ended = NULL, attempts = 0, due = $2 WHERE id = $1 AND state = 'given up' RETURNING `+deliveryColumns, id, t.Millis())
	if err != nil {
		return Delivery{}, fmt.Errorf("replay delivery %d: %w", id, classify(err))
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return Delivery{}, errors.Join(rows.Err(), fault.New(fault.Conflict, "Only a message that was given up can be sent again. Reload the page to see where it stands."))
	}
	return scanDelivery(rows)
}

// GivenUpDeliveries returns the numbers of a tenant's messages that were given
// up, oldest first.
func (t *Tx) GivenUpDeliveries(ctx context.Context, tenant string) ([]int64, error) {
	return list(ctx, t, number, `SELECT d.id FROM delivery d JOIN tenant t ON t.id = d.tenant WHERE d.state = 'given up' AND t.name = $1 ORDER BY d.id LIMIT 1000`, tenant)
}

// CountDeliveries counts what waits and what was given up in a tenant; in all
// of them when it is empty.
func (r *Reader) CountDeliveries(ctx context.Context, tenant string) (waiting, givenUp int64, err error) {
	const of = ` FROM delivery d JOIN tenant t ON t.id = d.tenant WHERE ($1 = '' OR t.name = $1) AND d.state = `
	err = r.QueryRow(ctx, `SELECT (SELECT count(*)`+of+`'waiting'), (SELECT count(*)`+of+`'given up')`, tenant).Scan(&waiting, &givenUp)
	if err != nil {
		return 0, 0, fmt.Errorf("count deliveries: %w", classify(err))
	}
	return waiting, givenUp, nil
}
