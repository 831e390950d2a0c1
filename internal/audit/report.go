package audit

import (
	"context"
	"database/sql"

	"steward/internal/fault"
)

// Kind says what a column holds, and so how it is shown, aligned and exported.
type Kind string

// Kinds of columns.
const (
	Text     Kind = "text"
	Name     Kind = "name"     // a name from the tenant: hostile characters are shown as marks
	Number   Kind = "number"   // integer or decimal
	Date     Kind = "date"     // moment; UTC milliseconds inside, ISO 8601 in exports
	Day      Kind = "day"      // calendar day in UTC; days since 1970-01-01 inside
	Bool     Kind = "bool"     // yes or no
	Badge    Kind = "badge"    // one of few words
	Duration Kind = "duration" // seconds
	Bytes    Kind = "bytes"
	ID       Kind = "id"
)

// Words for a cell without a value. An unknown is never shown as fine.
const (
	Unknown = "unknown"
	None    = ""
)

// Target is the kind of page a cell links to.
type Target string

// Targets of links.
const (
	ToWorkspace Target = "workspace"
	ToItem      Target = "item"
	ToRefreshes Target = "refreshes" // how an item is refreshed
	ToPerson    Target = "person"
	ToPipeline  Target = "pipeline"
	ToScan      Target = "scan"
	ToViolation Target = "violation"
	ToWaiver    Target = "waiver"
	ToRule      Target = "rule"
	ToRequest   Target = "request"
	ToRun       Target = "run"
	ToPrefix    Target = "prefix" // the violations of workspaces whose names begin so
	ToToken     Target = "token"
	ToMapping   Target = "mapping"
	ToPlan      Target = "refresh-plan"
	ToPlanRun   Target = "refresh-plan-run"
	ToDomain    Target = "domain" // the violations of a domain's workspaces
	ToPage      Target = "page"   // an address within the portal that is kept with the row
)

// Link says that a cell links to the page of a thing, and in which column of
// the same row its id stands. The zero Link is none.
type Link struct {
	To Target
	ID string
}

// Column is one column of a report.
type Column struct {
	Key   string
	Title string
	Kind  Kind
	Unit  string
	// Help says in a sentence what the column means where the title does not.
	Help string
	// Sortable says that the report can be ordered by this column.
	Sortable bool
	Link     Link
	// ExportOnly columns (ids mostly) stand in exports, not on pages.
	ExportOnly bool
	// Null is the word shown where there is no value: Unknown or None.
	Null string

	expr   string // SQL over the main query, or over the lookup
	lookup string // the lookup the value comes from; empty: the main query
	// render turns the stored text into what is shown.
	render func(string) string
	orElse string // the column that says it when the lookup finds nothing
}

// FilterKind says what a filter accepts.
type FilterKind string

// Kinds of filters.
const (
	FilterText   FilterKind = "text"   // part of a name, compared folded
	FilterChoice FilterKind = "choice" // one of Choices; open when Open is set
	FilterBool   FilterKind = "bool"   // yes or no, and unknown where the report knows it
	FilterDate   FilterKind = "date"   // 2006-01-02 or RFC 3339
	FilterNumber FilterKind = "number" // integer
	FilterID     FilterKind = "id"     // a thing's id
	FilterWords  FilterKind = "words"  // beginnings of words of a name; see tenant.Asked
)

// Choice is one value a filter accepts.
type Choice struct{ Value, Label string }

// Filter is one way to narrow a report. Several values of one filter widen
// it, several filters narrow.
type Filter struct {
	Key   string
	Label string
	Kind  FilterKind
	Help  string
	// Choices are the values of a choice. Choices of an Open filter come from
	// the tenant: see Report.Choices.
	Choices []Choice
	Open    bool
	// Required filters must be given: the report is about one thing.
	Required bool
	// ByLink filters are set by links between pages rather than picked.
	ByLink bool

	// few says that the filter leaves few rows: they are found by the filter's
	// own index and sorted, whatever the order.
	few     bool
	exact   bool              // an id of ours, whose case matters
	expr    string            // compared with =, or searched for a FilterText
	index   string            // of a FilterWords: where its words are looked up
	cond    string            // instead of expr: a condition with one ?
	words   map[string]string // instead: the condition for each value
	choices string            // SQL that lists (value, label) for Open
	set     string            // instead: the variable that the number or id sets
	tag     bool              // instead: it picks among the parts by their tags
}

// lookup fetches what stands behind a key. query selects nothing by itself:
// the key and the columns' expressions are put before it, and IN (#) takes the
// keys of a batch. Whatever belongs to a workspace must say so with
// inscope(…), or be a thing of the whole tenant.
type lookup struct {
	key   string // expression over the main query
	self  string // the same key within query
	query string // FROM … WHERE … IN (#) …
	again bool   // the same keys come again anywhere in a list: keep many
}

// path is one order a part can be read in: by an index, so that nothing is
// sorted and a page begins where the cursor points. needs names the filters
// whose equality the index begins with; the most demanding path comes first.
type path struct {
	sort  string
	needs []string
	many  bool     // the needed filters may have several values: the order does not lean on them
	order []string // expressions, never null, unique together
	from  string   // instead of the part's own from
	where string   // besides the part's own where
	// swap replaces one text by another in the filters' conditions, so that
	// they are judged on the table that this path reads first.
	swap [2]string
}

// part is one source of rows. Most reports have one; a report over several
// kinds of things has one each, read one after the other.
type part struct {
	name   string
	from   string
	where  string
	scope  string            // the condition that keeps the part within the scope
	exprs  map[string]string // column key → expression, where it differs from the column's
	paths  []path
	tags   map[string]string // what filters by tag compare with
	sorted string            // why sorting is right here although no filter leaves few rows
}

// Report is the one definition of a list.
type Report struct {
	// Name is the path of the page and the argument of portal export.
	Name string
	// Title heads the page.
	Title string
	// Question is what the report answers, as a person would ask it.
	Question string
	Columns  []Column
	Filters  []Filter
	// Sort and Desc are the order when none is asked for.
	Sort string
	Desc bool
	// Compares says that Query.CompareView is needed.
	Compares bool

	// sortWith is the order when one of these filters is set and none is asked
	// for: the order that begins with what they narrow.
	sortWith     map[string]string
	fixed        map[string][]string // filters set for good, and what they mean
	fixedFilters []Filter
	parts        []part
	lookups      map[string]lookup
	vars         map[string]int64 // what @names stand for unless a filter sets them
	// prepare computes the numbers that @names in the SQL stand for.
	prepare func(ctx context.Context, tx *sql.Tx, e *expander) error
}

// Column returns the column with the key, or nil.
func (r *Report) Column(key string) *Column {
	for i := range r.Columns {
		if r.Columns[i].Key == key {
			return &r.Columns[i]
		}
	}
	return nil
}

// Filter returns the filter with the key, or nil.
func (r *Report) Filter(key string) *Filter {
	for i := range r.Filters {
		if r.Filters[i].Key == key {
			return &r.Filters[i]
		}
	}
	return nil
}

// Lookup returns the report with the name; NotFound with the names there are.
func Lookup(name string) (*Report, error) {
	for _, r := range reports {
		if r.Name == name {
			return r, nil
		}
	}
	return nil, fault.New(fault.NotFound, "There is no report named %s. There are: %s.", quote(name), names())
}

// Reports returns every report, in the order of the menu.
func Reports() []*Report { return append([]*Report(nil), reports...) }

// preset is a report that is another with some filters set for good.
func preset(base *Report, name, title, question string, fixed map[string][]string) *Report {
	r := *base
	r.Name, r.Title, r.Question = name, title, question
	r.fixed = fixed
	r.Filters = nil
	for _, f := range base.Filters {
		if _, taken := fixed[f.Key]; !taken {
			r.Filters = append(r.Filters, f)
		}
	}
	r.fixedFilters = base.Filters
	return &r
}
