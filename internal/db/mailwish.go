package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// MailWish says how somebody wants to be told by mail.
type MailWish struct {
	// Often is at once, daily or never.
	Often string
	// QuietFrom and QuietTo are hours in which nothing is sent; equal for none.
	QuietFrom, QuietTo int
	// Zone is the name of the time zone those hours are in.
	Zone string
}

// Usual is the wish of those who said nothing.
var Usual = MailWish{Often: "at once", Zone: "UTC"}

// SaveMailWish keeps how a person wants to be told at their address.
func (t *Tx) SaveMailWish(ctx context.Context, tid, oid, address string, w MailWish) error {
	_, err := t.ExecContext(ctx, `INSERT INTO mail_wish (tid, oid, address, often, quiet_from, quiet_to, zone, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (tid, oid) DO UPDATE SET address = excluded.address, often = excluded.often, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, zone = excluded.zone, changed = excluded.changed`,
		fold(tid), fold(oid), strings.ToLower(address), w.Often, w.QuietFrom, w.QuietTo, w.Zone, t.Millis())
	if err != nil {
		return fmt.Errorf("save how somebody is told: %w", classify(err))
	}
	return nil
}

// MailWishOf returns a person's wish, or the usual.
func (r *Reader) MailWishOf(ctx context.Context, tid, oid string) (MailWish, error) {
	return scanWish(r.QueryRow(ctx, `SELECT often, quiet_from, quiet_to, zone FROM mail_wish WHERE tid = $1 AND oid = $2`, fold(tid), fold(oid)))
}

// MailWishFor returns the wish of whoever has an address, or the usual; the
// newest one when two people had it.
func (t *Tx) MailWishFor(ctx context.Context, address string) (MailWish, error) {
	return scanWish(t.QueryRowContext(ctx, `SELECT often, quiet_from, quiet_to, zone FROM mail_wish WHERE address = $1 ORDER BY changed DESC LIMIT 1`, strings.ToLower(address)))
}

func scanWish(row *sql.Row) (MailWish, error) {
	var w MailWish
	err := row.Scan(&w.Often, &w.QuietFrom, &w.QuietTo, &w.Zone)
	if errors.Is(err, sql.ErrNoRows) {
		return Usual, nil
	}
	if err != nil {
		return w, fmt.Errorf("read how somebody is told: %w", classify(err))
	}
	return w, nil
}
