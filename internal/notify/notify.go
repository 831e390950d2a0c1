package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Place is a webhook or a channel of Teams that hears of events.
type Place struct {
	// Channel is teams or webhook, Name how the configuration calls it.
	Channel, Name string
	// Events are those it hears of, whole or by their beginning (request.);
	// empty for all.
	Events []string
	Send   func(ctx context.Context, m Message) error
}

// Config is what a Notifier is made from.
type Config struct {
	DB *db.DB
	// Mail sends one mail; nil when no server is configured.
	Mail func(ctx context.Context, to string, messages []Message) error
	// Places hear of events.
	Places []Place
	// PublicURL begins every link.
	PublicURL string
	// Tenant names a tenant by its number in the database.
	Tenant func(id int64) string
	Now    func() time.Time
	Log    *slog.Logger
}

// Notifier tells people.
type Notifier struct {
	cfg Config
}

// New makes a notifier; it does nothing before Run.
func New(cfg Config) *Notifier {
	return &Notifier{cfg: cfg}
}

// pause is how long the notifier waits before it looks again. What people wait
// for is written down by others, who do not have to know of it.
const pause = 10 * time.Second

// Run tells until ctx ends.
func (n *Notifier) Run(ctx context.Context) {
	for {
		if err := n.Turn(ctx); err != nil && ctx.Err() == nil {
			n.cfg.Log.Error("telling people stopped for a moment", "error", err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// Turn takes what is to be told and sends what is due, once.
func (n *Notifier) Turn(ctx context.Context) error {
	if err := n.take(ctx); err != nil {
		return err
	}
	for {
		due, err := n.cfg.DB.Reader().DueDeliveries(ctx, n.cfg.Now(), 50)
		if err != nil {
			return err
		}
		moved := false
		for _, d := range due {
			ok, err := n.deliver(ctx, d)
			if err != nil {
				return err
			}
			moved = moved || ok
		}
		if !moved {
			return ctx.Err()
		}
	}
}

// deliver sends one delivery, or the digest it belongs to, and notes what
// became of it. It returns whether its place may go on with the next.
func (n *Notifier) deliver(ctx context.Context, d db.Delivery) (moved bool, err error) {
	batch := []db.Delivery{d}
	if d.Digest && d.Channel == Mail {
		if batch, err = n.cfg.DB.Reader().DigestOf(ctx, d.Place, n.cfg.Now()); err != nil {
			return false, err
		}
	}
	sendErr := n.send(ctx, d, batch)
	if ctx.Err() != nil {
		return false, ctx.Err() // stopped in the middle: it is sent again, under its number
	}
	err = n.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		for _, one := range batch {
			if err := n.note(ctx, tx, one, sendErr); err != nil {
				return err
			}
		}
		return nil
	})
	return err == nil && (sendErr == nil || n.last(d, sendErr)), err
}

func (n *Notifier) send(ctx context.Context, d db.Delivery, batch []db.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	messages := make([]Message, 0, len(batch))
	for _, one := range batch {
		messages = append(messages, n.message(one))
	}
	if d.Channel == Mail {
		if n.cfg.Mail == nil {
			return errNoPlace
		}
		return n.cfg.Mail(ctx, d.Place, messages)
	}
	for _, p := range n.cfg.Places {
		if p.Channel == d.Channel && p.Name == d.Place {
			return p.Send(ctx, messages[0])
		}
	}
	return errNoPlace
}

func (n *Notifier) message(d db.Delivery) Message {
	m := Message{Number: d.ID, Event: d.Event, At: d.At, Name: d.Name, Address: d.Address, Says: d.Says, Why: d.Why, Link: n.cfg.PublicURL + d.Link}
	m.Tenant = n.cfg.Tenant(d.Tenant)
	return m.clean()
}

// sendTime bounds one attempt.
const sendTime = 30 * time.Second

// errNoPlace means that the configuration has no longer what a delivery was
// for.
var errNoPlace = Permanent(errors.New("the configuration has no such place any more"))

// waits are how long it takes until the next attempt; after the last one the
// delivery is given up.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour}

func (n *Notifier) last(d db.Delivery, err error) bool {
	return IsPermanent(err) || d.Attempts >= len(waits)
}

// note writes down what became of an attempt, and tells the ledger of its end.
func (n *Notifier) note(ctx context.Context, tx *db.Tx, d db.Delivery, sendErr error) error {
	outcome, state, sentence := ledger.Done, db.DeliverySent, ""
	switch {
	case sendErr == nil:
	case n.last(d, sendErr):
		outcome, state, sentence = ledger.Failed, db.DeliveryGivenUp, says(sendErr)
	default:
		n.cfg.Log.Warn("a message was not sent and is tried again", "delivery", d.ID, "channel", d.Channel, "attempt", d.Attempts+1, "error", sendErr)
		return tx.RetryDelivery(ctx, d.ID, n.cfg.Now().Add(waits[d.Attempts]), says(sendErr))
	}
	if err := tx.EndDelivery(ctx, d.ID, state, sentence); err != nil {
		return err
	}
	return tx.Record(ctx, ledger.Entry{Action: ledger.Notify, Outcome: outcome, Actor: ledger.Actor{Kind: ledger.System}, Reason: sentence,
		Object:  ledger.Object{Kind: "message", ID: fmt.Sprint(d.ID), Name: d.Event},
		Details: map[ledger.Detail]string{ledger.Recipient: d.Channel + ":" + d.Place, ledger.Attempt: fmt.Sprint(d.Attempts + 1)}})
}

// says is an error as its page shows it: never an address with a key in it.
func says(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Sentence
	}
	return "It could not be sent."
}
