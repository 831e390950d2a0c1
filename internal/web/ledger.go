package web

import (
	"context"
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/ledger"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// ledger shows the record, newest first.
func (s *Server) ledger(c echo.Context) error {
	r, err := s.readLedger(c)
	if err != nil {
		return err
	}
	v := templates.LedgerPage{Page: s.bare(c, r.who)}
	v.Title, v.Tenants, v.Tenant = "Ledger", r.mine, r.filter.Tenant
	if err := s.fillLedger(c.Request().Context(), &v, r); err != nil {
		return err
	}
	v.Witness = s.witnessOf()
	v.Verdict = s.verdictOf()
	s.ledgerActions(&v.Page, r)
	return ok(c, templates.Ledger(v))
}

// fillLedger reads one page of the list.
func (s *Server) fillLedger(ctx context.Context, v *templates.LedgerPage, r ledgerRequest) error {
	began := time.Now()
	records, more, err := s.Reader.LedgerPage(ctx, r.scope, r.filter)
	if err != nil {
		return err
	}
	v.List = ui.List{Filters: r.bar(), Table: ui.Table{Caption: "Ledger", Scroll: true,
		Columns: []ui.Column{{Label: "What"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "Who"}, {Label: "Object"}, {Label: "Tenant"}, {Label: "When", Kind: ui.Date}},
		Empty:   ui.Empty{Why: "No entry fits.", More: "Entries that belong to no tenant are shown to those who may read all."}}}
	now := s.Now()
	for _, rec := range records {
		e, err := rec.Entry()
		if err != nil {
			// A damaged entry is shown as one: it must not hide the others.
			v.List.Table.Rows = append(v.List.Table.Rows, ui.Row{Tone: ui.Bad, Cells: []ui.Cell{ui.To("Damaged entry", entryAddress(rec.Seq)), ui.Unknown("The entry cannot be read."), ui.Txt(""), ui.Txt(""), ui.Txt(""), ui.Txt("")}})
			continue
		}
		v.List.Table.Rows = append(v.List.Table.Rows, ledgerRow(rec.Seq, e, now))
	}
	total, floor, err := s.ledgerTotal(ctx, r, int64(len(records)), more)
	if err != nil {
		return err
	}
	v.List.Pager = ui.Pager{From: r.seen + 1, To: r.seen + int64(len(records)), Total: total, Floor: floor, Took: time.Since(began), Noun: "entries"}
	if more {
		v.List.Pager.Next = r.address("/ledger", map[string]string{"cursor": fmt.Sprintf("%d-%d", records[len(records)-1].Seq, v.List.Pager.To)})
	}
	if r.seen > 0 {
		v.List.Pager.First = r.address("/ledger", nil)
	}
	return nil
}

// ledgerTotal counts the entries that an index finds. A search through the text
// of all of them would take as long as reading them, for a number.
func (s *Server) ledgerTotal(ctx context.Context, r ledgerRequest, here int64, more bool) (n int64, floor bool, err error) {
	if !more {
		return r.seen + here, false, nil
	}
	if r.filter.Text != "" || r.filter.ActorName != "" {
		return r.seen + here, true, nil
	}
	n, err = s.Reader.LedgerCount(ctx, r.scope, r.filter)
	return n, false, err
}

// outcomeTones colour how an action ended.
var outcomeTones = map[ledger.Outcome]ui.Tone{ledger.Done: ui.Neutral, ledger.Refused: ui.Warn, ledger.Failed: ui.Bad, ledger.Intended: ui.Info, ledger.InDoubt: ui.Bad}

func entryAddress(seq int64) string { return fmt.Sprintf("/ledger/%d", seq) }

func ledgerRow(seq int64, e ledger.Entry, now time.Time) ui.Row {
	what := ui.Cell{Text: ledger.ActionText[e.Action], Href: entryAddress(seq), Sub: e.Reason}
	if what.Text == "" {
		what.Text = string(e.Action)
	}
	return ui.Row{Cells: []ui.Cell{what, ui.Parts(outcomeBadge(e.Outcome)), actorCell(e), {Text: objectWords(e.Object)}, ui.Txt(or(e.Object.Tenant, "–")), ui.When(e.Time, now)}}
}

func outcomeBadge(o ledger.Outcome) templ.Component {
	return ui.BadgeView(ui.Badge{Text: outcomeWords(o), Tone: outcomeTones[o]})
}

func actorCell(e ledger.Entry) ui.Cell {
	c := ui.Cell{Text: actorWords(e.Actor), Href: actorEntries(e.Actor)}
	if e.OnBehalf != (ledger.Actor{}) {
		c.Sub = "for " + actorWords(e.OnBehalf)
	}
	return c
}

// actorEntries leads to what else the person did.
func actorEntries(a ledger.Actor) string {
	if a.ID == "" {
		return ""
	}
	return ui.With("/ledger", ui.Param{Name: "actor", Value: a.ID})
}

func actorWords(a ledger.Actor) string {
	switch a.Kind {
	case ledger.System:
		return "Steward"
	case ledger.Command:
		return or(a.Name, "the command line")
	case ledger.Nobody:
		return "nobody who is known"
	}
	return or(a.Name, or(a.ID, "unknown"))
}

func objectWords(o ledger.Object) string {
	switch {
	case o.Kind == "":
		return "–"
	case o.Name != "" && o.ID != "" && o.Name != o.ID:
		return o.Kind + " " + o.ID + ", " + o.Name
	}
	return o.Kind + " " + or(o.Name, o.ID)
}

// ledgerActions are what one may do with the list.
func (s *Server) ledgerActions(p *templates.Page, r ledgerRequest) {
	if r.who.may(auth.VerifyLedger) {
		p.Primary = &ui.Action{Label: "Verify the ledger", Href: "/ledger/verify", Post: true}
	}
	if !r.who.may(auth.ExportLedger) {
		return
	}
	p.Also = []ui.Action{
		{Label: "Export this list as CSV", Href: r.address("/ledger.csv", nil)},
		{Label: "Export this list as JSON", Href: r.address("/ledger.json", nil)},
		{Label: "Export all, to be verified offline", Href: "/ledger.jsonl"},
	}
}
