package stories

import (
	"time"

	"github.com/a-h/templ"

	"steward/web/templates"
	"steward/web/templates/ui"
	"steward/web/templates/ui/stories"
)

func ledgerStories(now time.Time) []stories.Story {
	verified, broken, empty := ledgerPage(now), ledgerPage(now), ledgerPage(now)
	verified.Verdict = &templates.Verdict{OK: true, Says: "The chain of 12,806 entries is unbroken, and 412 checkpoints agree up to entry 12,801; the 5 entries after it will be covered by the next one.",
		By: "Checked 3 min ago, 21 Nov 2026 18:59 UTC, by Ada Lindqvist."}
	broken.Verdict = &templates.Verdict{Says: "2 problems in 12,806 entries, compared with 412 checkpoints.", By: "Checked now, by Ada Lindqvist.",
		Problems: []ui.Link{{Label: "Entry 4711 does not fit its hash: it, its hash or the entry before it was changed or removed.", Href: "/ledger/4711"}, {Label: "Entries 5000 to 5003 are missing: the ledger goes from 4999 to 5004.", Href: "/ledger/5000"}},
		Notices:  []string{"Entry 120 records a restore: from there on epoch 2 holds."}}
	empty.List.Table.Rows = nil
	empty.List.Filters.Chips = []ui.Chip{{Label: "Action", Value: "Break-glass used", Remove: "/ledger"}}
	return []stories.Story{
		{Name: "ledger/verified", Component: templates.Ledger(verified)},
		{Name: "ledger/broken", Component: templates.Ledger(broken)},
		{Name: "ledger/nothing fits", Component: templates.Ledger(empty)},
		{Name: "ledger/entry", Component: templates.LedgerEntry(ledgerEntry(now))},
	}
}

func ledgerPage(now time.Time) templates.LedgerPage {
	v := templates.LedgerPage{Page: Page("Ledger", "/ledger")}
	v.NoAsOf, v.Truth = true, nil
	v.Primary = &ui.Action{Label: "Verify the ledger", Href: "/ledger/verify", Post: true}
	v.Also = []ui.Action{{Label: "Export this list as CSV", Href: "/ledger.csv"}, {Label: "Export all, to be verified offline", Href: "/ledger.jsonl"}}
	v.Witness = []ui.Pair{{Key: "Checkpoints", Part: ui.State("written", ui.Good)}, {Key: "Second place", Value: "file:/mnt/worm/checkpoints"}, {Key: "Last checkpoint", At: now.Add(-3 * time.Minute)}, {Key: "It covers", Value: "entries up to 12,801"},
		{Key: "Public key", Value: "steward+6a1b2c3d+AQ2Lr0D1c9sJf5bNQ3sQ8wX7h1uY0o2Rk4VtZ6pEiKmG", Copy: true}}
	row := func(what, reason, outcome string, tone ui.Tone, who, object string, ago time.Duration) ui.Row {
		return ui.Row{Cells: []ui.Cell{{Text: what, Sub: reason, Href: "/ledger/1"}, ui.Parts(ui.BadgeView(ui.Badge{Text: outcome, Tone: tone})), ui.To(who, "/ledger?actor=x"), ui.Txt(object), ui.Txt("contoso"), ui.When(now.Add(-ago), now)}}
	}
	v.List = ui.List{
		Filters: ui.FilterBar{Action: "/ledger", QueryHint: "Anything in an entry", Filters: []ui.Filter{{Name: "outcome", Label: "Outcome", Kind: ui.FilterChoice, Options: []ui.Option{{Value: "refused", Label: "refused"}}}, {Name: "from", Label: "From", Kind: ui.FilterDate}}},
		Table: ui.Table{Caption: "Ledger", Scroll: true, Columns: []ui.Column{{Label: "What"}, {Label: "Outcome", Kind: ui.Badges}, {Label: "Who"}, {Label: "Object"}, {Label: "Tenant"}, {Label: "When", Kind: ui.Date}},
			Rows: []ui.Row{
				row("Signed in", "", "done", ui.Neutral, "Ada Lindqvist", "session", time.Minute),
				row("Request refused", "There is nothing here, or nothing that is open to you.", "refused", ui.Warn, "Olof\u202e Palm", "–", 4*time.Minute),
				row("Scan finished", "The Power BI API refused the scanner.", "failed", ui.Bad, "Steward", "scan 42", time.Hour)},
			Empty: ui.Empty{Why: "No entry fits.", More: "Entries that belong to no tenant are shown to those who may read all."}},
		Pager: ui.Pager{From: 1, To: 3, Total: 12806, Noun: "entries", Took: 4 * time.Millisecond, Next: "/ledger?cursor=1-50"},
	}
	return v
}

func ledgerEntry(now time.Time) templates.LedgerEntryPage {
	v := templates.LedgerEntryPage{Page: Page("Entry 4711", "/ledger/4711")}
	v.NoAsOf, v.Truth, v.Kind = true, nil, "Ledger entry"
	v.Crumbs = []ui.Link{{Label: "Ledger", Href: "/ledger"}}
	v.Badges = []templ.Component{ui.BadgeView(ui.Badge{Text: "done"})}
	v.Summary = []ui.Pair{{Key: "What", Value: "Exported a report"}, {Key: "Who", Value: "Ada Lindqvist", Href: "/ledger?actor=x"}, {Key: "Object", Value: "report access, Access"}, {Key: "When", At: now}}
	v.Fields = ui.Table{ID: "fields", Caption: "Fields", Columns: []ui.Column{{Label: "Field", Kind: ui.Mono}, {Label: "Value"}, {Label: "Class"}}, Rows: []ui.Row{
		{Cells: []ui.Cell{ui.Txt("action"), ui.Txt("export"), ui.Txt("public")}}, {Cells: []ui.Cell{ui.Txt("actor_name"), ui.Txt("Ada Lindqvist"), ui.Txt("personal")}},
		{Cells: []ui.Cell{ui.Txt("session"), ui.Txt("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), ui.Txt("digest")}}}}
	v.Chain = []ui.Pair{{Key: "Hash before", Value: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Copy: true}, {Key: "Fits the entry before it", Part: ui.State("yes", ui.Good)}, {Key: "Covered by a checkpoint", Value: "not yet: the next one will"}}
	v.Related = []ui.Link{{Label: "All entries of this session", Href: "/ledger?q=9f86"}}
	v.Body = `{"action":"export","actor_id":"5ca1ab1e","actor_name":"Ada Lindqvist","v":1}`
	return v
}
