package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// SendAgain lets the messages of a tenant that were given up be tried again,
// and returns how many. The caller has asked whether the person may.
func (d *Desk) SendAgain(ctx context.Context, by By, tenant string) (n int, err error) {
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		ids, err := tx.GivenUpDeliveries(ctx, tenant)
		if err != nil {
			return err
		}
		if n = len(ids); n == 0 {
			return fault.New(fault.Conflict, "No message of this tenant was given up. Reload the page to see where they stand.")
		}
		for _, id := range ids {
			if _, err := tx.ReplayDelivery(ctx, id); err != nil {
				return err
			}
		}
		return tx.Record(ctx, ledger.Entry{Action: ledger.NotifyAgain, Outcome: ledger.Done, Actor: by.Actor(), IP: by.IP, Session: by.Session, Request: by.HTTP,
			Object: ledger.Object{Kind: "tenant", ID: tenant, Tenant: tenant}, Details: map[ledger.Detail]string{ledger.Count: fmt.Sprint(n)}})
	})
	return n, err
}

// WishMail keeps how the person wants to be told by mail: at once or once a
// day, and not in some hours. Invalid names the field.
func (d *Desk) WishMail(ctx context.Context, by By, w db.MailWish) error {
	invalid := func(field, sentence string) error {
		return &fault.Error{Kind: fault.Invalid, Field: field, Sentence: sentence}
	}
	w.Zone = strings.TrimSpace(w.Zone)
	switch {
	case by.Address == "":
		return invalid("often", "Your account has no address, so no mail can reach you.")
	case w.Often != "at once" && w.Often != "daily" && w.Often != "never":
		return invalid("often", "Choose how often.")
	case w.QuietFrom < 0 || w.QuietFrom > 23 || w.QuietTo < 0 || w.QuietTo > 23:
		return invalid("quiet_from", "Hours go from 0 to 23.")
	}
	if _, err := time.LoadLocation(w.Zone); err != nil || w.Zone == "" || w.Zone == "Local" {
		return invalid("zone", "This is no time zone. Write one such as Europe/Berlin, or UTC.")
	}
	return d.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.SaveMailWish(ctx, by.TenantID, by.ObjectID, by.Address, w); err != nil {
			return err
		}
		return tx.Record(ctx, ledger.Entry{Action: ledger.NotifyWish, Outcome: ledger.Done, Actor: by.Actor(), IP: by.IP, Session: by.Session, Request: by.HTTP,
			Object: ledger.Object{Kind: "person", ID: by.ObjectID}, Details: map[ledger.Detail]string{ledger.State: w.Often}})
	})
}
