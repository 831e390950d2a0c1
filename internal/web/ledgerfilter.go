package web

import (
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/web/templates/ui"
)

// ledgerRequest is what was asked of the ledger.
type ledgerRequest struct {
	who    viewer
	scope  db.LedgerScope
	filter db.LedgerFilter
	// mine are the tenants whose entries the person may read.
	mine []string
	raw  url.Values
	// seen is how many rows were on the pages before this one.
	seen int64
}

var guidForm = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// readLedger turns the address into a filter within what the person may read.
func (s *Server) readLedger(c echo.Context) (ledgerRequest, error) {
	r := ledgerRequest{who: s.viewer(c), raw: c.QueryParams()}
	r.scope = auth.LedgerScope(r.who.person, s.Tenants)
	r.mine = r.scope.Tenants
	if r.scope.All {
		r.mine = s.Tenants
	}
	f := &r.filter
	f.Tenant = r.raw.Get("tenant")
	if f.Tenant != "" && !slices.Contains(r.mine, f.Tenant) {
		return r, auth.Hidden()
	}
	for _, a := range r.raw["action"] {
		if a != "" {
			f.Actions = append(f.Actions, ledger.Action(a))
		}
	}
	f.Outcome, f.ObjectKind, f.ObjectID = ledger.Outcome(r.raw.Get("outcome")), r.raw.Get("object"), r.raw.Get("id")
	if who := strings.TrimSpace(r.raw.Get("actor")); guidForm.MatchString(who) {
		f.ActorID = who
	} else {
		f.ActorName = who
	}
	f.Text = r.raw.Get("q")
	return r, r.readBounds()
}

// readBounds reads the times and the place to go on from.
func (r *ledgerRequest) readBounds() error {
	for _, b := range []struct {
		name string
		into *time.Time
	}{{"from", &r.filter.From}, {"to", &r.filter.To}} {
		text := r.raw.Get(b.name)
		if text == "" {
			continue
		}
		at, err := parseMoment(text, b.name)
		if err != nil {
			return err
		}
		if day, err := time.Parse(dateForm, text); err == nil && b.name == "from" {
			at = day // a day begins with its first moment and ends with its last
		}
		*b.into = at
	}
	text := r.raw.Get("cursor")
	if text == "" {
		return nil
	}
	before, seen, _ := strings.Cut(text, "-")
	var err, err2 error
	r.filter.Before, err = strconv.ParseInt(before, 10, 64)
	r.seen, err2 = strconv.ParseInt(seen, 10, 64)
	if err != nil || err2 != nil || r.filter.Before < 1 || r.seen < 0 {
		e := fault.New(fault.Invalid, "The page to go on from cannot be read. Begin at the first page.")
		e.Field = "cursor"
		return e
	}
	return nil
}

// address is the list with some parameters replaced, from its beginning.
func (r ledgerRequest) address(path string, change map[string]string) string {
	q := keep(r.raw, change)
	if _, paging := change["cursor"]; !paging {
		q.Del("cursor")
	}
	return address(path, q)
}

// ledgerFilters are the ways to narrow the list, in the order of the page.
var ledgerFilters = []ui.Filter{
	{Name: "action", Label: "Action", Kind: ui.FilterChoice, Options: actionOptions()},
	{Name: "outcome", Label: "Outcome", Kind: ui.FilterChoice, Options: outcomeOptions()},
	{Name: "actor", Label: "Who", Kind: ui.FilterText, Hint: "A part of the name, or an object id."},
	{Name: "object", Label: "Kind of object", Kind: ui.FilterText, Hint: "Such as scan, session, report, request."},
	{Name: "id", Label: "Id of the object", Kind: ui.FilterText},
	{Name: "from", Label: "From", Kind: ui.FilterDate, Hint: "The day, in UTC, included."},
	{Name: "to", Label: "To", Kind: ui.FilterDate, Hint: "The day, in UTC, included."},
}

func actionOptions() []ui.Option {
	var out []ui.Option
	for a, text := range ledger.ActionText {
		out = append(out, ui.Option{Value: string(a), Label: text})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Label < out[j].Label })
	return out
}

func outcomeOptions() []ui.Option {
	var out []ui.Option
	for _, o := range ledger.Outcomes {
		out = append(out, ui.Option{Value: string(o), Label: outcomeWords(o)})
	}
	return out
}

func outcomeWords(o ledger.Outcome) string { return strings.ReplaceAll(string(o), "_", " ") }

// bar is the filters in force and those there are.
func (r ledgerRequest) bar() ui.FilterBar {
	b := ui.FilterBar{Action: "/ledger", Query: r.filter.Text, QueryHint: "Anything in an entry"}
	if r.filter.Tenant != "" {
		b.Keep = []ui.Param{{Name: "tenant", Value: r.filter.Tenant}}
	}
	if r.filter.Text != "" {
		b.Chips = append(b.Chips, ui.Chip{Label: "Contains", Value: r.filter.Text, Remove: r.address("/ledger", map[string]string{"q": ""})})
	}
	for _, f := range ledgerFilters {
		f.Value = r.raw.Get(f.Name)
		b.Filters = append(b.Filters, f)
		if f.Value == "" {
			continue
		}
		chip := ui.Chip{Label: f.Label, Value: f.Value, Remove: r.address("/ledger", map[string]string{f.Name: ""})}
		for _, o := range f.Options {
			if o.Value == f.Value {
				chip.Value = o.Label
			}
		}
		b.Chips = append(b.Chips, chip)
	}
	if len(b.Chips) > 0 {
		b.Clear = ui.With("/ledger", ui.Param{Name: "tenant", Value: r.filter.Tenant})
	}
	return b
}
