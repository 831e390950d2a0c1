package ui

import "time"

// List is a whole list page: filters, exports, table, pager.
type List struct {
	Filters FilterBar
	// Views are lists kept under names; nil where none can be kept.
	Views  *Views
	Export *Export
	Table  Table
	Pager  Pager
}

// Views offers lists that were kept, and to keep this one: Save is where.
type Views struct {
	Links []Link
	Save  string
}

// FilterKind is how a filter is typed.
type FilterKind string

const (
	// FilterText is free text.
	FilterText FilterKind = "text"
	// FilterChoice is one of a few values.
	FilterChoice FilterKind = "choice"
	// FilterDate is a day.
	FilterDate FilterKind = "date"
	// FilterBool is yes, no or either.
	FilterBool FilterKind = "bool"
)

// FilterBar narrows a list. Everything in it is in the address of the page.
type FilterBar struct {
	// Action is the list's own path.
	Action string
	// Keep is what the form carries along besides the filters: sort, as_of.
	Keep []Param
	// Query is the free text in force; QueryHint says what it looks through.
	// An empty hint leaves the box out.
	Query, QueryHint string
	// Chips are the filters in force.
	Chips []Chip
	// Filters are all there are, with their present values.
	Filters []Filter
	// Clear is the address without any filter.
	Clear string
}

// Chip is one filter in force, with the address of the list without it.
type Chip struct{ Label, Value, Remove string }

// Filter is one way to narrow the list. Name is the query parameter.
type Filter struct {
	Name, Label, Value, Hint string
	Kind                     FilterKind
	Options                  []Option
}

// Option is one value of a choice.
type Option struct{ Value, Label string }

func (f Filter) options() []Option {
	if f.Kind == FilterBool {
		return []Option{{"yes", "Yes"}, {"no", "No"}}
	}
	return f.Options
}

func (f Filter) inputType() string {
	if f.Kind == FilterDate {
		return "date"
	}
	return "text"
}

// Pager says which part of the list is shown and leads to the next. Cursor
// paging knows no page numbers.
type Pager struct {
	From, To, Total int64
	// Floor marks a total that is a lower bound ("of more than 10,000").
	Floor bool
	// First and Next are empty when there is no such page; Prev likewise.
	First, Prev, Next string
	// Took is how long the query ran; zero leaves it out.
	Took time.Duration
	// Noun is what is counted: "workspaces".
	Noun string
}

func (p Pager) says() string {
	if p.Total == 0 {
		return "0" + noun(p.Noun)
	}
	of := Count(p.Total)
	if p.Floor {
		of = "more than " + of
	}
	return Count(p.From) + "–" + Count(p.To) + " of " + of + noun(p.Noun)
}

func noun(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

// Export offers the list as files. Base is the page's path, to which .csv,
// .xlsx and .json are added; Query is the raw query in force.
type Export struct {
	Base, Query string
	// JSON is the absolute address to copy for programs; empty leaves it out.
	JSON string
	// Rows is how many rows the files will hold; at least so many when Floor is
	// set.
	Rows  int64
	Floor bool
	// Limit says how many files one may download; empty when it is unknown.
	Limit string
}

// sheetRows is how many rows a worksheet of Excel has besides its titles.
const sheetRows = 1_048_575

func (e Export) rows() string {
	if e.Floor {
		return "More than " + Plural(e.Rows, "row", "rows")
	}
	return Plural(e.Rows, "row", "rows")
}

// workbook says what Excel gets, and that a long list goes on on further
// sheets, because a worksheet ends where it ends.
func (e Export) workbook() string {
	switch {
	case !e.Floor && e.Rows <= sheetRows:
		return "Excel workbook"
	case e.Floor:
		return "Excel workbook, a further sheet after every " + Count(sheetRows) + " rows"
	}
	return "Excel workbook, " + Plural((e.Rows+sheetRows-1)/sheetRows, "sheet", "sheets") + " of up to " + Count(sheetRows) + " rows"
}

func (e Export) href(ext string) string {
	if e.Query == "" {
		return e.Base + "." + ext
	}
	return e.Base + "." + ext + "?" + e.Query
}
