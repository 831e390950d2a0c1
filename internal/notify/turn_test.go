package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/notify"
)

// desk is a database in which things are written down to be told, a clock, and
// what left the portal.
type desk struct {
	t      *testing.T
	db     *db.DB
	tenant int64
	now    time.Time
	sent   []string
	fail   map[string]error // by place
	n      *notify.Notifier
}

func newDesk(t *testing.T, places ...notify.Place) *desk {
	t.Helper()
	d := &desk{t: t, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), fail: map[string]error{}}
	d.db = dbtest.Open(t, func() time.Time { return d.now })
	var err error
	if d.tenant, err = d.db.EnsureTenant(t.Context(), "contoso", "00000000-0000-0000-0000-000000000001"); err != nil {
		t.Fatal(err)
	}
	for i := range places {
		name := places[i].Name
		places[i].Send = func(_ context.Context, m notify.Message) error { return d.leave(name, m) }
	}
	d.n = notify.New(notify.Config{DB: d.db, Places: places, PublicURL: "https://governance.example", Now: func() time.Time { return d.now }, Log: slog.New(slog.DiscardHandler),
		Tenant: func(int64) string { return "contoso" },
		Mail:   func(_ context.Context, to string, all []notify.Message) error { return d.leave(to, all...) }})
	return d
}

func (d *desk) leave(place string, all ...notify.Message) error {
	if err := d.fail[place]; err != nil {
		return err
	}
	var said []string
	for _, m := range all {
		said = append(said, m.Says)
	}
	d.sent = append(d.sent, place+": "+strings.Join(said, " + "))
	return nil
}

// tell writes down something to be told, as a change of the portal does.
func (d *desk) tell(says, address string) {
	d.t.Helper()
	err := d.db.Write(d.t.Context(), func(tx *db.Tx) error {
		return tx.Tell(d.t.Context(), db.Message{Tenant: d.tenant, What: db.TellAsked, To: db.Recipient{ID: "p-" + says, Name: "Somebody", Address: address}, Why: says, Link: "/mine"})
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// after lets time pass, has the notifier look, and returns what left since.
func (d *desk) after(pass time.Duration) []string {
	d.t.Helper()
	d.now = d.now.Add(pass)
	before := len(d.sent)
	if err := d.n.Turn(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	return d.sent[before:]
}

func (d *desk) wish(address string, w db.MailWish) {
	d.t.Helper()
	err := d.db.Write(d.t.Context(), func(tx *db.Tx) error { return tx.SaveMailWish(d.t.Context(), "tid", "oid-"+address, address, w) })
	if err != nil {
		d.t.Fatal(err)
	}
}

func want(t *testing.T, when string, got []string, want ...string) {
	t.Helper()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: left %q, want %q", when, got, want)
	}
}

func TestToldOnceByEachWay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, notify.Place{Channel: notify.Teams, Name: "owners", Events: []string{"owner."}}, notify.Place{Channel: notify.Webhook, Name: "desk", Events: []string{"request.decide"}})
	d.tell("one", "Ada@Contoso.example")
	d.tell("two", "") // a person without an address
	want(t, "at once", d.after(0), "ada@contoso.example: one", "owners: one", "owners: two")
	want(t, "later", d.after(time.Hour))
}

// TestNothingOvertakes keeps the order in a place that fails for a while, and
// lets other places go on.
func TestNothingOvertakes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, notify.Place{Channel: notify.Webhook, Name: "slow"}, notify.Place{Channel: notify.Webhook, Name: "well"})
	d.fail["slow"] = errors.New("not now")
	d.tell("one", "")
	d.tell("two", "")
	want(t, "while it fails", d.after(0), "well: one", "well: two")
	want(t, "before the next attempt", d.after(30*time.Second))
	delete(d.fail, "slow")
	if got := d.after(time.Minute); !slices.Equal(got, []string{"slow: one", "slow: two"}) {
		t.Errorf("afterwards: %q", got)
	}
}

// TestGivenUpAndSentAgain tries seven times over a day, gives up, lets the next
// go, and sends again when somebody asks for it.
func TestGivenUpAndSentAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, notify.Place{Channel: notify.Webhook, Name: "gone"})
	d.fail["gone"] = errors.New("not now")
	d.tell("one", "")
	var tries int
	for range 24 * 60 {
		d.after(time.Minute)
	}
	waiting, givenUp, err := d.db.Reader().CountDeliveries(t.Context(), "contoso")
	if err != nil || waiting != 0 || givenUp != 1 {
		t.Fatalf("after a day: %d waiting, %d given up, %v", waiting, givenUp, err)
	}
	if err := d.db.Reader().QueryRow(t.Context(), `SELECT attempts FROM delivery`).Scan(&tries); err != nil || tries != 7 {
		t.Errorf("%d attempts, %v; want 7", tries, err)
	}
	d.fail["gone"] = notify.Permanent(errors.New("never"))
	d.tell("two", "")
	d.after(time.Minute)
	delete(d.fail, "gone")
	d.tell("three", "")
	want(t, "the next one", d.after(time.Minute), "gone: three")
	for id := int64(1); id <= 3; id++ {
		err := d.db.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.ReplayDelivery(t.Context(), id); return err })
		if (err == nil) != (id < 3) {
			t.Errorf("again %d: %v", id, err)
		}
	}
	if got := d.after(time.Minute); !slices.Equal(got, []string{"gone: one", "gone: two"}) {
		t.Errorf("sent again: %q", got)
	}
	var entries int
	if err := d.db.Reader().QueryRow(t.Context(), `SELECT count(*) FROM ledger WHERE action = 'notice.send'`).Scan(&entries); err != nil || entries != 5 {
		t.Errorf("%d entries of the ledger, %v; want 5 ends", entries, err)
	}
}

func TestAsTheReaderWantsIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.wish("never@x.example", db.MailWish{Often: "never", Zone: "UTC"})
	d.wish("daily@x.example", db.MailWish{Often: "daily", Zone: "Europe/Berlin"})
	d.wish("quiet@x.example", db.MailWish{Often: "at once", QuietFrom: 12, QuietTo: 14, Zone: "UTC"})
	for _, who := range []string{"never", "daily", "quiet", "usual"} {
		d.tell("a", who+"@x.example")
	}
	d.tell("b", "daily@x.example")
	want(t, "at once", d.after(0), "usual@x.example: a")
	want(t, "in quiet hours", d.after(time.Hour))
	want(t, "after them", d.after(time.Hour), "quiet@x.example: a")
	want(t, "next morning in Berlin", d.after(16*time.Hour), "daily@x.example: a + b")
	want(t, "ever after", d.after(48*time.Hour))
}

func TestWhenMailMayLeave(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time { v, _ := time.Parse(time.RFC3339, text); return v }
	for _, c := range []struct {
		wish db.MailWish
		now  string
		want string
	}{
		{db.MailWish{Often: "at once", QuietFrom: 22, QuietTo: 6, Zone: "UTC"}, "2026-11-21T23:10:00Z", "2026-11-22T06:00:00Z"},
		{db.MailWish{Often: "at once", QuietFrom: 22, QuietTo: 6, Zone: "UTC"}, "2026-11-21T05:59:00Z", "2026-11-21T06:00:00Z"},
		{db.MailWish{Often: "at once", QuietFrom: 22, QuietTo: 6, Zone: "UTC"}, "2026-11-21T06:00:00Z", "2026-11-21T06:00:00Z"},
		{db.MailWish{Often: "at once", QuietFrom: 8, QuietTo: 8, Zone: "UTC"}, "2026-11-21T08:30:00Z", "2026-11-21T08:30:00Z"},
		{db.MailWish{Often: "daily", Zone: "America/New_York"}, "2026-11-21T11:59:00Z", "2026-11-21T12:00:00Z"},
		{db.MailWish{Often: "daily", Zone: "America/New_York"}, "2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z"},
		{db.MailWish{Often: "daily", Zone: "Europe/Berlin"}, "2026-03-28T12:00:00Z", "2026-03-29T05:00:00Z"}, // the night the clock jumps
		{db.MailWish{Often: "daily", Zone: "No/Where"}, "2026-11-21T12:00:00Z", "2026-11-22T07:00:00Z"},
	} {
		if got, _ := notify.When(c.wish, at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("%+v at %s: %s, want %s", c.wish, c.now, got.Format(time.RFC3339), c.want)
		}
	}
}

// TestStoppedInTheMiddle is told again under the same number: nothing is lost.
func TestStoppedInTheMiddle(t *testing.T) {
	t.Parallel()
	d := newDesk(t, notify.Place{Channel: notify.Webhook, Name: "desk"})
	d.tell("one", "")
	ctx, stop := context.WithCancel(t.Context())
	d.fail["desk"] = fmt.Errorf("killed")
	stop()
	_ = d.n.Turn(ctx)
	delete(d.fail, "desk")
	want(t, "after a new start", d.after(0), "desk: one")
}
