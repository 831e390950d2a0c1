package audit

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
)

// Value is one cell. The zero Value has no value: whether that means unknown
// or none is the column's Null.
type Value struct{ v any }

// Known reports whether the cell has a value.
func (v Value) Known() bool { return v.v != nil }

// Int returns the cell as an integer, 0 when it is none.
func (v Value) Int() int64 {
	switch x := v.v.(type) {
	case int64:
		return x
	case float64:
		return int64(x)
	}
	return 0
}

// Float returns the cell as a number, 0 when it is none.
func (v Value) Float() float64 {
	switch x := v.v.(type) {
	case int64:
		return float64(x)
	case float64:
		return x
	}
	return 0
}

// Bool reports whether the cell is yes. False for an unknown too: ask Known.
func (v Value) Bool() bool { return v.Int() != 0 }

// Time returns the cell of a Date or Day column as a moment in UTC, and the
// zero time when it has none.
func (v Value) Time(kind Kind) time.Time {
	if !v.Known() {
		return time.Time{}
	}
	if kind == Day {
		return db.Time(v.Int() * msPerDay)
	}
	return db.Time(v.Int())
}

// Text returns the cell as text without its column's formatting; empty when
// there is no value.
func (v Value) Text() string {
	switch x := v.v.(type) {
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case []byte:
		return string(x)
	}
	return ""
}

// Format returns the cell as exports write it: UTC times in ISO 8601, yes or
// no, the column's word where there is no value. Pages use it for the exact
// value behind a relative one.
func (c *Column) Format(v Value) string { return string(c.append(nil, v)) }

// append adds the cell's exported form to dst.
func (c *Column) append(dst []byte, v Value) []byte {
	if v.v == nil {
		return append(dst, c.Null...)
	}
	switch c.Kind {
	case Date:
		return v.Time(Date).AppendFormat(dst, "2006-01-02T15:04:05Z")
	case Day:
		return v.Time(Day).AppendFormat(dst, "2006-01-02")
	case Bool:
		if v.Bool() {
			return append(dst, "yes"...)
		}
		return append(dst, "no"...)
	}
	switch x := v.v.(type) {
	case string:
		if c.render != nil {
			x = c.render(x)
		}
		return append(dst, x...)
	case int64:
		return strconv.AppendInt(dst, x, 10)
	case float64:
		return strconv.AppendFloat(dst, x, 'f', -1, 64)
	case []byte:
		return append(dst, x...)
	}
	return dst
}

// list shows a JSON array of texts as a list of words.
func list(text string) string {
	var words []string
	if json.Unmarshal([]byte(text), &words) != nil {
		return text
	}
	return strings.Join(words, ", ")
}

// Row is one row of a report. A Row given to Stream's function is valid until
// the function returns; a Row of a Page stays.
type Row struct {
	report *Report
	vals   []Value
}

// Report returns the report that the row is one of.
func (r Row) Report() *Report { return r.report }

// Values returns the cells in the order of the report's columns.
func (r Row) Values() []Value { return r.vals }

// Get returns the cell of the column with the key; no value when there is no
// such column.
func (r Row) Get(key string) Value {
	for i := range r.report.Columns {
		if r.report.Columns[i].Key == key {
			return r.vals[i]
		}
	}
	return Value{}
}

// Text returns the cell of the column as exports write it.
func (r Row) Text(key string) string {
	for i := range r.report.Columns {
		if c := &r.report.Columns[i]; c.Key == key {
			return c.Format(r.vals[i])
		}
	}
	return ""
}

// LinkID returns the id that the column's cell links to; empty when it links
// nowhere in this row.
func (r Row) LinkID(c *Column) string {
	if c.Link.To == "" {
		return ""
	}
	return r.Get(c.Link.ID).Text()
}

// keep returns the row with values of its own.
func (r Row) keep() Row { return Row{report: r.report, vals: slices.Clone(r.vals)} }
