package alertwatch

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"steward/internal/alert"
	"steward/internal/db"
)

// telling is what goes by one way.
type telling struct {
	way    string
	alerts []db.Alert
}

// byWay collects alerts by the ways they go.
type byWay struct{ list []telling }

func (b *byWay) add(way string, a db.Alert) {
	i := slices.IndexFunc(b.list, func(t telling) bool { return strings.EqualFold(t.way, way) })
	if i < 0 {
		b.list = append(b.list, telling{way: way})
		i = len(b.list) - 1
	}
	b.list[i].alerts = append(b.list[i].alerts, a)
}

// tellStanding tells of the alerts that nobody was told of, and writes down why
// nobody is told of the others.
func (t *turn) tellStanding(ctx context.Context) error {
	var out byWay
	for _, a := range t.standing {
		f, found := t.found[keyOf(a.Kind, a.Key)]
		if !a.Told.IsZero() || !found {
			continue
		}
		a.Reason, a.Link, a.Quiet = f.Reason, linkTo(t.cfg.Tenant, f), f.Rule.Quiet
		ways, untold := t.ways(f)
		if end, quiet := f.Rule.Quiet.Until(t.tx.Now); quiet && len(ways) > 0 {
			untold, ways = "It is told after the quiet hours, on "+end.Format("2 Jan 15:04")+" UTC.", nil
		}
		if untold != a.Untold {
			if err := t.tx.AlertGoesOn(ctx, a.ID, f, a.Link, untold); err != nil {
				return err
			}
		}
		for _, way := range ways {
			out.add(way, a)
		}
	}
	return t.tell(ctx, out, false)
}

// ways are those a finding can go, and why there are none.
func (t *turn) ways(f alert.Finding) (ways []string, untold string) {
	all := f.Ways()
	for _, way := range all {
		if t.cfg.Mail || !strings.HasPrefix(way, "mail:") {
			ways = append(ways, way)
		}
	}
	switch {
	case len(ways) > 0:
		return ways, ""
	case len(all) > 0:
		return nil, "Nobody is told: there is no mail server. Set notify.smtp in the configuration."
	case f.Rule.Mute:
		return nil, "Nobody is told: the configuration says so (alerts, mute)."
	}
	return nil, "Nobody is told: the configuration names nobody for it. Name somebody under alerts."
}

// tellOver tells those who know that an alert stood that it is over.
func (t *turn) tellOver(ctx context.Context) error {
	over, err := t.tx.AlertsOver(ctx, t.view.Tenant)
	if err != nil {
		return err
	}
	var out byWay
	for _, a := range over {
		if _, quiet := a.Quiet.Until(t.tx.Now); quiet {
			continue
		}
		ways, err := t.tx.AlertWays(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, way := range ways {
			out.add(way, a)
		}
	}
	return t.tell(ctx, out, true)
}

// several is how many alerts go by one way in a message of their own; more of
// them at a time go in one.
const several = 3

func (t *turn) tell(ctx context.Context, out byWay, over bool) error {
	for _, way := range out.list {
		if len(way.alerts) > several {
			if err := t.together(ctx, way, over); err != nil {
				return err
			}
			continue
		}
		for _, a := range way.alerts {
			m := t.message(way.way, a.Kind, over)
			m.Link, m.Workspace = a.Link, a.Workspace
			m.Says = a.Kind.Says() + ": " + a.Name + ". " + a.Reason
			if over {
				m.Says = ended(a) + ": " + a.Name + ". " + a.EndWhy + " (“" + a.Kind.Says() + "” stood since " + a.Opened.Format("2 Jan 15:04") + " UTC.)"
			}
			if err := t.tx.TellOfAlerts(ctx, m, way.way, over, []int64{a.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// ended heads what is told of the end of an alert.
func ended(a db.Alert) string {
	if a.EndWhy == a.Kind.Over() {
		return "It is well again"
	}
	return "It is over"
}

// named is how many alerts one message names with their reasons.
const named = 10

// together tells of many alerts in one message.
func (t *turn) together(ctx context.Context, way telling, over bool) error {
	m := t.message(way.way, "several", over)
	m.Link = "/alerts?" + url.Values{"tenant": {t.cfg.Tenant}}.Encode()
	var text strings.Builder
	if over {
		fmt.Fprintf(&text, "%d alerts of refreshes are over.", len(way.alerts))
	} else {
		fmt.Fprintf(&text, "%d alerts of refreshes stand.", len(way.alerts))
	}
	ids := make([]int64, 0, len(way.alerts))
	for i, a := range way.alerts {
		ids = append(ids, a.ID)
		if i >= named {
			continue
		}
		reason := a.Reason
		if over {
			reason = a.EndWhy
		}
		fmt.Fprintf(&text, " %s: %s. %s", a.Kind.Says(), a.Name, reason)
	}
	if more := len(way.alerts) - named; more > 0 {
		fmt.Fprintf(&text, " And %d more.", more)
	}
	m.Says = text.String()
	return t.tx.TellOfAlerts(ctx, m, way.way, over, ids)
}

// message begins what goes by a way.
func (t *turn) message(way string, kind alert.Kind, over bool) db.Message {
	m := db.Message{Tenant: t.view.Tenant, What: db.TellAlert + string(kind), To: db.Recipient{ID: way, Name: way}, Way: way,
		Why: "The configuration of Steward, or the plan itself, says that you hear of it."}
	if over {
		m.What = db.TellAlert + "over"
		m.Why = "You were told that it stood."
	}
	if address, ok := strings.CutPrefix(way, "mail:"); ok {
		m.Way, m.To = "mail", db.Recipient{ID: address, Name: address, Address: address}
	} else if _, place, ok := strings.Cut(way, ":"); ok {
		m.To.Name = place
	}
	return m
}
