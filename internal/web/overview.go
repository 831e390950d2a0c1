package web

import (
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// overview is the first page: what there is, what changed, what needs
// somebody, and how complete the data is.
func (s *Server) overview(c echo.Context) error {
	who := s.viewer(c)
	view, err := s.view(c, who)
	if err != nil {
		return err
	}
	q := audit.Query{View: view}
	if q.Scope, err = s.scope(c, who, view); err != nil {
		return err
	}
	if q.CompareView, err = s.compareView(c, view); err != nil {
		return err
	}
	o, err := s.readOverview(c, q)
	if err != nil {
		return err
	}
	o.place, o.now = s.place(c, view), s.Now()
	v := o.page()
	v.Page = s.page(c, who, view, o.Truth)
	v.Title = "Overview"
	return ok(c, templates.Overview(v))
}

// overviewData is what the page is made from.
type overviewData struct {
	audit.Overview
	viewing
	told      []audit.Row
	attention []audit.Attention
	// grave are the open violations that are critical or high.
	grave int64
	whole bool
}

func (s *Server) readOverview(c echo.Context, q audit.Query) (o overviewData, err error) {
	ctx := c.Request().Context()
	if o.Overview, err = audit.OverviewOf(ctx, s.Reader, q); err != nil {
		return o, err
	}
	if o.told, err = audit.TellingChanges(ctx, s.Reader, q, tellingPerKind); err != nil {
		return o, err
	}
	if o.grave, _, err = audit.OpenCounts(ctx, s.Reader, q); err != nil {
		return o, err
	}
	o.whole = q.Scope.All
	o.attention, err = audit.AttentionOf(ctx, s.Reader, q)
	return o, err
}

const (
	// tellingPerKind and tellingShown are how many changes the overview tells.
	tellingPerKind = 2
	tellingShown   = 7
)

func (o overviewData) page() templates.OverviewPage {
	if o.Truth.Never() {
		return templates.OverviewPage{Empty: o.never()}
	}
	v := templates.OverviewPage{Needs: o.needs()}
	for _, t := range o.Tiles {
		if _, need := needs[t.Name]; !need {
			v.Tiles = append(v.Tiles, o.tile(t))
		}
	}
	o.fillChanges(&v)
	o.fillCover(&v)
	v.Plots = o.plots()
	v.Roles = o.roles()
	return v
}

func (o overviewData) never() *ui.Empty {
	if o.Truth.Past {
		return &ui.Empty{Why: "No scan had been published by then.", More: "The first that was is the earliest moment one can look at.", Do: ui.Action{Label: "Back to the latest scan", Href: "/"}}
	}
	return &ui.Empty{Why: "This tenant has not been scanned yet.", More: "A scan reads what there is and who may see it, and changes nothing.", Do: ui.Action{Label: "Go to the scans", Href: o.place.to("/scans")}}
}

// tile shows a figure with what it was before and how it moved.
func (o overviewData) tile(t audit.Tile) ui.Stat {
	out := ui.Stat{Label: t.Title, Value: atLeast(t.Value, t.AtLeast), Href: o.place.where(t.Report, t.Where)}
	if !t.Known {
		out.Unknown = "This scan did not count it."
	}
	if t.BeforeKnown {
		out.Delta = delta(t.Value-t.Before, o.sinceWords())
	}
	for _, p := range o.Trends[t.Name].Points {
		out.Trend = append(out.Trend, float64(p.Value))
	}
	return out
}

// needs says for each figure that calls for action what one of it and several
// of it mean.
var needs = map[string]struct {
	one, many string
	tone      ui.Tone
}{
	"workspaces.orphaned":   {"workspace has nobody who could administer it", "workspaces have nobody who could administer them", ui.Bad},
	"leavers":               {"account is gone or disabled and still known to the tenant", "accounts are gone or disabled and still known to the tenant", ui.Warn},
	"alerts.standing":       {"alert about refreshes stands", "alerts about refreshes stand", ui.Bad},
	"leavers.rights":        {"right is held by an account that is gone or disabled", "rights are held by accounts that are gone or disabled", ui.Bad},
	"guests.admins":         {"guest right is Admin of a workspace", "guest rights are Admin of a workspace", ui.Bad},
	"links.public":          {"report is published to the web: anyone can open it", "reports are published to the web: anyone can open them", ui.Bad},
	"links.organisation":    {"item is shared with the whole organisation", "items are shared with the whole organisation", ui.Warn},
	"refreshables.failing":  {"model does not refresh as it should", "models do not refresh as they should", ui.Warn},
	"unused.listed":         {"item is unused, says Microsoft's own list", "items are unused, says Microsoft's own list", ui.Neutral},
	"capacities.suspended":  {"capacity is not active", "capacities are not active", ui.Warn},
	"sources.misconfigured": {"data source is misconfigured", "data sources are misconfigured", ui.Warn},
}

// needs lists what waits for somebody; what is at zero is left out, what could
// not be counted is not.
func (o overviewData) needs() []templates.Need {
	var bad, rest []templates.Need
	add := func(name, count string, n int64, href, delta string) {
		w := needs[name]
		one := templates.Need{Count: count, Text: w.many, Href: href, Tone: w.tone, Delta: delta}
		if n == 1 {
			one.Text = w.one
		}
		if w.tone == ui.Bad {
			bad = append(bad, one)
			return
		}
		rest = append(rest, one)
	}
	for _, t := range o.Tiles {
		if _, need := needs[t.Name]; !need || t.Known && t.Value == 0 {
			continue
		}
		d, count := "", "unknown"
		if t.BeforeKnown && t.Value != t.Before {
			d = delta(t.Value-t.Before, o.sinceWords())
		}
		if t.Known {
			count = atLeast(t.Value, t.AtLeast)
		}
		add(t.Name, count, t.Value, o.place.where(t.Report, t.Where), d)
	}
	if o.grave > 0 && !o.Truth.Past {
		bad = append([]templates.Need{o.graveNeed()}, bad...)
	}
	for _, a := range o.attention {
		if a.Count == 0 {
			continue
		}
		d := ""
		if a.BeforeKnown && a.Before != a.Count {
			d = delta(a.Count-a.Before, o.sinceWords())
		}
		add(a.Name, ui.Count(a.Count), a.Count, o.place.where(a.Report, a.Where), d)
	}
	return append(bad, rest...)
}

// graveNeed leads to the violations that are critical or high.
func (o overviewData) graveNeed() templates.Need {
	text := "violations of rules are open that are critical or high"
	if o.grave == 1 {
		text = "violation of a rule is open that is critical or high"
	}
	params := []ui.Param{{Name: "severity", Value: "critical"}, {Name: "severity", Value: "high"}, {Name: "state", Value: "open"}}
	return templates.Need{Count: atLeast(o.grave, o.grave >= audit.CountLimit), Text: text, Tone: ui.Bad, Href: o.place.list("violations", params...)}
}

func (o overviewData) sinceWords() string {
	if days := int(o.Truth.AsOf.Sub(o.Compare.Taken).Hours()/24 + 0.5); days >= 6 && days <= 8 {
		return "last week"
	}
	return o.Compare.Taken.Format("2 Jan")
}

func atLeast(n int64, floor bool) string {
	if floor {
		return "> " + ui.Count(n-1)
	}
	return ui.Count(n)
}

// delta says how a figure moved.
func delta(n int64, since string) string {
	switch {
	case n > 0:
		return fmt.Sprintf("%s more than %s", ui.Count(n), since)
	case n < 0:
		return fmt.Sprintf("%s fewer than %s", ui.Count(-n), since)
	}
	return "as " + since
}

func (o overviewData) fillChanges(v *templates.OverviewPage) {
	v.Since = "What changed?"
	if o.Compare.Scan == 0 || o.Compare.Scan == o.Truth.Scan {
		v.Quiet = "There is nothing to compare with yet: the next scan will show what changed."
		return
	}
	if v.Since = "What changed since last week?"; o.sinceWords() != "last week" {
		v.Since = "What changed since " + o.sinceWords() + "?"
	}
	since := ui.Param{Name: "since", Value: o.Compare.Taken.Format(exact)}
	v.Changes = ui.Link{Label: "All changes", Href: o.place.list("changes", since)}
	for _, row := range mixed(o.told, tellingPerKind, tellingShown) {
		v.Told = append(v.Told, o.event(row))
	}
	for _, n := range o.Changes {
		if n.Added+n.Removed+n.Changed == 0 {
			continue
		}
		v.Counts = append(v.Counts, templates.ChangeCount{Label: plurals[n.Thing], Href: o.place.list("changes", since, ui.Param{Name: "thing", Value: n.Thing}),
			Added: signed("+", n.Added), Removed: signed("−", n.Removed), Changed: signed("~", n.Changed)})
	}
	if len(v.Counts) == 0 {
		v.Quiet = "Nothing changed, say both scans."
	}
}

// exact is a moment in an address.
const exact = "2006-01-02T15:04:05Z"

func signed(sign string, n int64) string {
	if n == 0 {
		return ""
	}
	return sign + ui.Count(n)
}

func (o overviewData) fillCover(v *templates.OverviewPage) {
	t := o.Truth
	v.Cover = []templates.Cover{{Label: "Workspaces seen", Seen: t.Seen, Whole: t.Meant}}
	for _, p := range t.Parts {
		if p.State == "partial" && p.Meant > 0 {
			v.Cover = append(v.Cover, templates.Cover{Label: partWord(p.Part) + " seen", Seen: p.Seen, Whole: p.Meant})
			continue
		}
		v.Scans = append(v.Scans, ui.Pair{Key: partWord(p.Part), Unknown: p.Error, Value: p.State})
	}
	v.Scans = append(v.Scans,
		ui.Pair{Key: "This scan", Part: ui.Time(t.AsOf, o.now)},
		ui.Pair{Key: "Last full scan", Part: ui.Time(t.LastFull, o.now)},
		ui.Pair{Key: "Details", Value: "Scan " + strconv.FormatInt(t.Scan, 10), Href: o.place.thing(audit.ToScan, strconv.FormatInt(t.Scan, 10))})
	for _, g := range t.Gaps {
		v.Scans = append(v.Scans, ui.Pair{Key: "Not seen", Value: ui.Plural(g.Workspaces, "workspace", "workspaces") + ": " + g.Reason})
	}
}
