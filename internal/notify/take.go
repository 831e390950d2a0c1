package notify

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/quiet"
)

// Mail is the channel of mails; teams and webhook are those of places.
const (
	Mail    = "mail"
	Teams   = "teams"
	Webhook = "webhook"
)

// takeAtOnce is how many messages are handed over in one transaction.
const takeAtOnce = 200

// take turns what is to be told into deliveries, all of it.
func (n *Notifier) take(ctx context.Context) error {
	for more := true; more; {
		err := n.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			list, err := tx.Untold(ctx, takeAtOnce)
			if err != nil {
				return err
			}
			more = len(list) == takeAtOnce
			for _, u := range list {
				if err := n.hand(ctx, tx, u); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hand writes down by which ways something is told, and that it was taken.
func (n *Notifier) hand(ctx context.Context, tx *db.Tx, u db.Untold) error {
	var ways []string
	if n.cfg.Mail != nil && u.Address != "" && (u.Way == "" || u.Way == Mail) {
		way, err := n.mail(ctx, tx, u)
		if err != nil {
			return err
		}
		ways = append(ways, way)
	}
	for _, p := range n.cfg.Places {
		if u.Way == "" && !p.Hears(u.Event) || u.Way != "" && u.Way != p.Channel+":"+p.Name {
			continue
		}
		if err := tx.Deliver(ctx, db.Delivery{Untold: u, Channel: p.Channel, Place: p.Name, Due: tx.Now}); err != nil {
			return err
		}
		ways = append(ways, p.Channel+" "+p.Name)
	}
	how := strings.Join(ways, ", ")
	if how == "" {
		how = "nobody: there is no address, and no place hears of it"
	}
	return tx.Taken(ctx, u, how)
}

// mail hands a mail over as its reader wants it.
func (n *Notifier) mail(ctx context.Context, tx *db.Tx, u db.Untold) (way string, err error) {
	wish, err := tx.MailWishFor(ctx, u.Address)
	if err != nil {
		return "", err
	}
	d := db.Delivery{Untold: u, Channel: Mail, Place: strings.ToLower(u.Address)}
	d.Due, d.Digest = when(wish, tx.Now)
	if u.Event == db.EventEmergency {
		d.Due, d.Digest, wish.Often = tx.Now, false, ""
	}
	if wish.Often == "never" {
		d.State = db.DeliveryNotWanted
		return "no mail wanted", tx.Deliver(ctx, d)
	}
	if d.Digest {
		way = "mail of the day"
	} else {
		way = "mail"
	}
	return way, tx.Deliver(ctx, d)
}

// digestHour is when the mail of the day leaves, in the reader's zone.
const digestHour = 7

// when is when a mail may leave, and whether with others of the day.
func when(w db.MailWish, now time.Time) (due time.Time, digest bool) {
	hours := quiet.Hours{From: w.QuietFrom, To: w.QuietTo, Zone: w.Zone}
	if w.Often == "daily" {
		return hours.Next(now, digestHour), true
	}
	if end, held := hours.Until(now); held {
		return end, false
	}
	return now, false
}

// Hears tells whether the place wants to know of an event.
func (p Place) Hears(event string) bool {
	return len(p.Events) == 0 || slices.ContainsFunc(p.Events, func(e string) bool {
		return e == event || strings.HasSuffix(e, ".") && strings.HasPrefix(event, e)
	})
}
