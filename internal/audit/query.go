package audit

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/db"
	"steward/internal/fault"
)

// Limits of a page. A page asked for with no limit has DefaultLimit rows.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// maxFilter is the longest text a filter takes, in bytes: longer than any name
// Power BI allows.
const maxFilter = 1024

// maxValues is how many values one filter takes.
const maxValues = 50

// Query is what a reader asks of a report.
type Query struct {
	View db.View
	// CompareView is the earlier view, for reports that compare.
	CompareView db.View
	Scope       db.Scope
	// Reader is who asks, for lists in which one's own things differ.
	Reader Person
	// Where holds filter key → values, as a URL has them. Empty values are no
	// filter.
	Where map[string][]string
	// Sort is the key of a sortable column; empty for the report's own order.
	Sort string
	Desc bool
	// Cursor is Page.Next or Page.Prev of an earlier page; empty for the first.
	Cursor string
	// Limit is the number of rows of the page; ignored by exports.
	Limit int

	noEarlier bool // there is no scan to compare with
}

// Check says whether the report can be read as asked, without reading it.
// Errors: Invalid naming the field.
func (r *Report) Check(q Query) error {
	_, err := r.clean(q)
	return err
}

// clean checks the query against the report's definition and brings it into
// one form. Whatever does not fit is fault.Invalid with the field's name and
// what it may be: nothing is ignored.
func (r *Report) clean(q Query) (Query, error) {
	q, err := r.cleanViews(q)
	if err != nil {
		return q, err
	}
	if q.Where, err = r.cleanWhere(q.Where); err != nil {
		return q, err
	}
	if q.Sort == "" {
		q.Sort, q.Desc = r.Sort, r.Desc
		if r.found(q) {
			q.Sort, q.Desc = byFind, false
		}
		for _, key := range sortedKeys(q.Where) {
			if s, ok := r.sortWith[key]; ok {
				q.Sort = s
			}
		}
	}
	if c := r.Column(q.Sort); (c == nil || !c.Sortable) && (q.Sort != byFind || !r.found(q)) {
		return q, invalid("sort", "%s cannot be sorted by %s. It can by: %s.", r.Title, quote(q.Sort), r.sortNames())
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	if q.Limit < 0 || q.Limit > MaxLimit {
		return q, invalid("limit", "A page has 1 to %d rows, not %d.", MaxLimit, q.Limit)
	}
	return q, nil
}

// cleanViews checks that a report which compares has two moments to compare.
func (r *Report) cleanViews(q Query) (Query, error) {
	switch {
	case !r.Compares:
	case q.CompareView.Tenant == 0:
		return q, invalid("since", "%s compares two moments: say the earlier one with since=DATE.", r.Title)
	case q.CompareView.Scan == 0:
		// There was no scan by then: nothing is known to have changed since.
		q.CompareView.Scan, q.noEarlier = q.View.Scan, true
	case q.CompareView.Scan > q.View.Scan:
		return q, invalid("since", "The moment to compare with must be the earlier one.")
	}
	return q, nil
}

// cleanWhere checks the filters and adds those that a preset has for good.
func (r *Report) cleanWhere(asked map[string][]string) (map[string][]string, error) {
	where := map[string][]string{}
	for _, key := range sortedKeys(asked) {
		f := r.Filter(key)
		if f == nil {
			return nil, invalid(key, "%s has no filter %s. It has: %s.", r.Title, quote(key), r.filterNames())
		}
		values, err := f.clean(asked[key])
		if err != nil {
			return nil, err
		}
		if len(values) > 0 {
			where[key] = values
		}
	}
	for _, f := range r.Filters {
		if f.Required && len(where[f.Key]) == 0 {
			return nil, invalid(f.Key, "%s needs %s: %s", r.Title, f.Key, f.Help)
		}
		if len(where[f.Key]) > 1 && f.Required && r.readBy(f.Key) {
			return nil, invalid(f.Key, "%s is about one thing: write %s once.", r.Title, f.Key)
		}
	}
	for key, values := range r.fixed {
		where[key] = values
	}
	return where, nil
}

// readBy reports whether every order of the report's reading needs one value of
// the filter.
func (r *Report) readBy(key string) bool {
	for i := range r.parts {
		for _, pa := range r.parts[i].paths {
			if pa.many || !slices.Contains(pa.needs, key) {
				return false
			}
		}
	}
	return true
}

// clean drops empty values and repetitions and checks the rest.
func (f *Filter) clean(values []string) ([]string, error) {
	var out []string
	for _, v := range values {
		v = strings.TrimSpace(v)
		if v == "" || slices.Contains(out, v) {
			continue
		}
		if len(v) > maxFilter || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			return nil, invalid(f.Key, "%s must be a text of at most %d bytes.", f.Label, maxFilter)
		}
		v, err := f.normal(v)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if len(out) > maxValues {
		return nil, invalid(f.Key, "%s takes at most %d values, not %d.", f.Label, maxValues, len(out))
	}
	if f.set != "" && len(out) > 1 {
		return nil, invalid(f.Key, "%s takes one value.", f.Label)
	}
	sort.Strings(out)
	return out, nil
}

func (f *Filter) normal(v string) (string, error) {
	switch f.Kind {
	case FilterBool:
		b := map[string]string{"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}[strings.ToLower(v)]
		if strings.EqualFold(v, Unknown) && f.words[Unknown] != "" {
			b = Unknown
		}
		if b == "" {
			return "", invalid(f.Key, "%s is %s, not %s.", f.Label, f.allowed(), quote(v))
		}
		return b, nil
	case FilterChoice:
		if f.Open || slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == v }) {
			return v, nil
		}
		return "", invalid(f.Key, "%s is one of %s, not %s.", f.Label, f.allowed(), quote(v))
	case FilterDate:
		if _, err := parseDate(v); err != nil {
			return "", invalid(f.Key, "%s is a date such as 2026-11-21 or 2026-11-21T02:14:00Z, not %s.", f.Label, quote(v))
		}
	case FilterNumber:
		if _, err := parseNumber(v); err != nil {
			return "", invalid(f.Key, "%s is a whole number from 0 to 1,000,000,000, not %s.", f.Label, quote(v))
		}
	case FilterID:
		if f.exact {
			return v, nil
		}
		return strings.ToLower(v), nil
	}
	return v, nil
}

func (f *Filter) allowed() string {
	if f.Kind == FilterBool {
		if f.words[Unknown] != "" {
			return "yes, no or unknown"
		}
		return "yes or no"
	}
	var out []string
	for _, c := range f.Choices {
		out = append(out, c.Value)
	}
	return strings.Join(out, ", ")
}

func parseDate(v string) (time.Time, error) {
	if t, err := time.Parse("2006-01-02", v); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, v)
}

func parseNumber(v string) (int64, error) {
	var n int64
	for _, c := range v {
		if c < '0' || c > '9' || n > 1e9 {
			return 0, fmt.Errorf("not a number")
		}
		n = n*10 + int64(c-'0')
	}
	if v == "" || n > 1e9 {
		return 0, fmt.Errorf("not a number")
	}
	return n, nil
}

func (r *Report) filterNames() string {
	var out []string
	for _, f := range r.Filters {
		out = append(out, f.Key)
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

func (r *Report) sortNames() string {
	var out []string
	for _, c := range r.Columns {
		if c.Sortable {
			out = append(out, c.Key)
		}
	}
	return strings.Join(out, ", ")
}

func invalid(field, format string, args ...any) error {
	err := fault.New(fault.Invalid, format, args...)
	err.Field = field
	return err
}

// quote shows a reader's own text back within a sentence, short and with
// control characters as escapes.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
