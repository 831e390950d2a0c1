package ui

import (
	"strings"
	"time"

	"github.com/a-h/templ"
)

// Kind says how a column's cells are set.
type Kind string

const (
	// Text is left-aligned and wraps. It is the zero value.
	Text Kind = ""
	// Number is right-aligned with figures of equal width.
	Number Kind = "number"
	// Date is a moment, shown relative with the exact one on hover.
	Date Kind = "date"
	// Badges is one or more badges, states or severities.
	Badges Kind = "badges"
	// Mono is an id or a piece of code.
	Mono Kind = "mono"
)

// Direction is how a column is sorted at present.
type Direction string

const (
	// Unsorted means that the list is not ordered by this column.
	Unsorted Direction = ""
	// Ascending is smallest, oldest or A first.
	Ascending Direction = "ascending"
	// Descending is the other way round.
	Descending Direction = "descending"
)

// Sort makes a column header a link. Href orders the list by the column, the
// other way round if it is ordered by it already. Nil for columns without an
// index.
type Sort struct {
	Href string
	Now  Direction
}

// SortLink is short for &Sort{…}.
func SortLink(href string, now Direction) *Sort { return &Sort{Href: href, Now: now} }

// Table is a list of objects. The first column names the object and links to it.
type Table struct {
	// ID makes several tables on a page distinguishable; empty is "list".
	ID string
	// Caption says what the rows are; it is read aloud, not shown.
	Caption string
	Columns []Column
	Rows    []Row
	// Select adds check boxes and a bar with actions on the chosen rows.
	Select *Select
	Empty  Empty
	// Scroll keeps the columns side by side on phones, in a box that scrolls,
	// with the first column fixed. Otherwise a row becomes a small card.
	Scroll bool
}

// Column is the head of a column.
type Column struct {
	Label string
	Kind  Kind
	Sort  *Sort
	// Hint explains the column on hover ("Members with the Admin role").
	Hint string
	// Minor columns are left out on phones: only for what the detail page says
	// too.
	Minor bool
}

// Row is one object. ID is the value of its check box.
type Row struct {
	ID    string
	Cells []Cell
	// Tone puts a thin line before the row: Bad for what needs action.
	Tone Tone
}

// Cell is one value. The first that is set wins: Unknown, Parts, At, Text.
type Cell struct {
	Text string
	// Sub stands small under the text.
	Sub  string
	Href string
	// At and Now show a moment.
	At, Now time.Time
	// Parts are badges or anything else that is drawn.
	Parts []templ.Component
	// Unknown says why there is no value; the cell shows "unknown".
	Unknown string
	dated   bool
}

// Txt is a cell of plain text.
func Txt(s string) Cell { return Cell{Text: s} }

// Num is a cell with a whole number.
func Num(n int64) Cell { return Cell{Text: Count(n)} }

// When is a cell with a moment; the zero time shows as "never".
func When(t, now time.Time) Cell { return Cell{At: t, Now: now, dated: true} }

// To is a cell that links to an object.
func To(text, href string) Cell { return Cell{Text: text, Href: href} }

// Parts is a cell of badges or other small parts.
func Parts(cs ...templ.Component) Cell { return Cell{Parts: cs} }

// Unknown is a cell whose value is not known, with the reason.
func Unknown(why string) Cell { return Cell{Unknown: why} }

// Select is what can be done with chosen rows. The form posts the ids as
// repeated values of Name to the address of the button pressed.
type Select struct {
	Name    string
	Actions []Action
}

// Empty says why a list has no rows and what to do about it.
type Empty struct {
	Why string
	// More is a second sentence, with less weight.
	More string
	Do   Action
}

func (t Table) id() string {
	if t.ID == "" {
		return "list"
	}
	return t.ID
}

func (t Table) kind(i int) string {
	if i < len(t.Columns) && t.Columns[i].Kind != Text {
		return "k-" + string(t.Columns[i].Kind)
	}
	return "k-text"
}

func (t Table) minor(i int) bool { return i < len(t.Columns) && t.Columns[i].Minor }

func (t Table) label(i int) string {
	if i < len(t.Columns) {
		return t.Columns[i].Label
	}
	return ""
}

// rowName names a row for its check box.
func rowName(r Row) string {
	if len(r.Cells) == 0 {
		return r.ID
	}
	return NameText(r.Cells[0].Text)
}

func sortWord(c Column) string {
	if c.Sort == nil || c.Sort.Now == Unsorted {
		return "none"
	}
	return string(c.Sort.Now)
}

func sortIcon(d Direction) string {
	switch d {
	case Ascending:
		return "up"
	case Descending:
		return "down"
	}
	return ""
}

// testID turns a label into the value a test looks for: "Last refresh" →
// "last-refresh".
func testID(label string) string {
	return strings.ReplaceAll(strings.ToLower(label), " ", "-")
}
