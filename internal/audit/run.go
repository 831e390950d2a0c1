package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// CountLimit is how far a list is counted at most for its page; beyond it the
// total is "at least" this. Counting all would read the whole list for every
// page.
const CountLimit = 10_000

// countFirst is how far a list is counted in any case, and countBudget what
// counting on to CountLimit may be expected to take.
const (
	countFirst  = 1_000
	countBudget = 50 * time.Millisecond
)

// Page is one page of a report.
type Page struct {
	Report *Report
	Rows   []Row
	// First is the number of rows before this page, as counted from the first
	// page on; rows First+1 to First+len(Rows) are shown.
	First int64
	// Next and Prev are cursors; empty where there is nothing more.
	Next, Prev string
	// Total is the number of rows; a lower bound when TotalExact is false.
	Total      int64
	TotalExact bool
	// Took is how long the reading took.
	Took  time.Duration
	Truth Truth
}

// Run reads one page of the report. Errors: Invalid naming the field, for
// anything in the query that does not fit the report; otherwise as the
// database gives them.
func Run(ctx context.Context, reader *db.Reader, r *Report, q Query) (Page, error) {
	began := time.Now()
	q, err := r.clean(q)
	if err != nil {
		return Page{}, err
	}
	page := Page{Report: r}
	at := cursor{}
	if q.Cursor != "" {
		if at, err = r.decodeCursor(q); err != nil {
			return Page{}, err
		}
	}
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		if page.Truth, err = truthOf(ctx, tx, q.View); err != nil {
			return err
		}
		s, err := r.open(ctx, tx, q)
		if err != nil {
			return err
		}
		return s.page(ctx, at, &page)
	})
	if err != nil {
		return Page{}, fmt.Errorf("report %s: %w", r.Name, err)
	}
	page.Took = time.Since(began)
	return page, nil
}

// Stream reads the whole report in the query's order and calls fn for every
// row. Memory does not grow with the number of rows. The Row is valid until fn
// returns.
func Stream(ctx context.Context, reader *db.Reader, r *Report, q Query, fn func(Row) error) error {
	q, err := r.clean(q)
	if err != nil {
		return err
	}
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		s, err := r.open(ctx, tx, q)
		if err != nil {
			return err
		}
		return s.all(ctx, fn)
	})
	if err != nil {
		return fmt.Errorf("report %s: %w", r.Name, err)
	}
	return nil
}

// Count counts the report's rows, up to CountLimit: beyond it exact is false.
func Count(ctx context.Context, reader *db.Reader, r *Report, q Query) (n int64, exact bool, err error) {
	if q, err = r.clean(q); err != nil {
		return 0, false, err
	}
	err = reader.Snapshot(ctx, func(tx *sql.Tx) error {
		s, err := r.open(ctx, tx, q)
		if err != nil {
			return err
		}
		n, err = s.total(ctx, CountLimit)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("report %s: %w", r.Name, err)
	}
	return n, n < CountLimit, nil
}

// One reads the one row of the thing with the id: key is the filter that takes
// it. NotFound when there is none that the reader may see.
func One(ctx context.Context, reader *db.Reader, r *Report, q Query, key, id string) (Row, Truth, error) {
	q.Where, q.Cursor, q.Limit = map[string][]string{key: {id}}, "", 1
	p, err := Run(ctx, reader, r, q)
	if err != nil {
		return Row{}, Truth{}, err
	}
	if len(p.Rows) == 0 {
		return Row{}, p.Truth, notFound(strings.ToLower(r.Filter(key).Label))
	}
	return p.Rows[0], p.Truth, nil
}

// notFound is the same whether the thing is not there or may not be seen.
func notFound(thing string) error {
	return fault.New(fault.NotFound, "There is no %s with this id in what you may see as of this moment.", thing)
}

// Choices returns the values that an open filter can take in the view, at
// most 200. For other filters they are the definition's.
func Choices(ctx context.Context, reader *db.Reader, r *Report, q Query, filter string) ([]Choice, error) {
	f := r.Filter(filter)
	if f == nil {
		return nil, invalid(filter, "%s has no filter %s. It has: %s.", r.Title, quote(filter), r.filterNames())
	}
	if f.choices == "" {
		return f.Choices, nil
	}
	e := newExpander(q)
	rows, err := reader.Query(ctx, e.sql(f.choices)+" LIMIT 200", e.args...)
	if err != nil {
		return nil, fmt.Errorf("choices of %s in %s: %w", filter, r.Name, err)
	}
	defer func() { _ = rows.Close() }()
	var out []Choice
	for rows.Next() {
		var c Choice
		if err := rows.Scan(&c.Value, &c.Label); err != nil {
			return nil, fmt.Errorf("choices of %s in %s: %w", filter, r.Name, err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// session is one reading of a report within one transaction.
type session struct {
	r     *Report
	q     Query
	e     *expander
	tx    *sql.Tx
	cache map[string]map[any][]Value
}

func (r *Report) open(ctx context.Context, tx *sql.Tx, q Query) (*session, error) {
	s := &session{r: r, q: q, tx: tx, e: newExpander(q), cache: map[string]map[any][]Value{}}
	for name := range r.lookups {
		s.cache[name] = map[any][]Value{}
	}
	for name, v := range r.vars {
		s.e.vars[name] = v
	}
	for key, values := range q.Where {
		if f := r.anyFilter(key); f.set != "" {
			n, err := f.number(ctx, tx, q.View.Tenant, values[0])
			if err != nil {
				return nil, err
			}
			s.e.vars[f.set] = n
		}
	}
	for key, values := range q.Where {
		f := r.anyFilter(key)
		if f.index == "" {
			continue
		}
		for _, v := range values {
			m, err := matchIn(ctx, tx, f.index, v)
			if err != nil {
				return nil, err
			}
			s.e.matches[v] = m
		}
	}
	if r.prepare != nil {
		if err := r.prepare(ctx, tx, s.e); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// number is what a filter that sets a variable sets it to. An id that nothing
// has is -1, which nothing matches.
func (f *Filter) number(ctx context.Context, tx *sql.Tx, tenant int64, value string) (int64, error) {
	if f.Kind != FilterID {
		return parseNumber(value)
	}
	n := int64(-1)
	err := tx.QueryRowContext(ctx, `SELECT id FROM ident WHERE tenant = $1 AND guid = $2`, tenant, value).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return n, err
}

// skipped reports whether the filters exclude the part altogether.
func (s *session) skipped(p *part) bool {
	for key, values := range s.q.Where {
		f := s.r.anyFilter(key)
		if f.tag && !slices.Contains(values, p.tags[key]) {
			return true
		}
		if x, ok := p.exprs["?"+key]; ok && x == "" {
			return true
		}
	}
	return false
}

type place struct {
	part int
	keys []any
}

// page reads the rows of one page from the cursor's place, in either
// direction, and one row more to know whether there is another page.
func (s *session) page(ctx context.Context, at cursor, page *Page) error {
	var places []place
	part, step := at.Part, 1
	if at.Back {
		step = -1
	}
	keys := at.Keys
	for ; part >= 0 && part < len(s.r.parts) && len(page.Rows) <= s.q.Limit; part += step {
		p := &s.r.parts[part]
		if !s.skipped(p) {
			f := from{keys: keys, back: at.Back, limit: s.q.Limit + 1 - len(page.Rows), places: true}
			err := s.each(ctx, s.r.statement(p, s.q, s.e.fork(), f), f.limit, func(order []any, row Row) error {
				page.Rows = append(page.Rows, Row{report: s.r, vals: slices.Clone(row.vals)})
				places = append(places, place{part, slices.Clone(order)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		keys = nil
	}
	more := len(page.Rows) > s.q.Limit
	if more {
		page.Rows, places = page.Rows[:s.q.Limit], places[:s.q.Limit]
	}
	if at.Back {
		slices.Reverse(page.Rows)
		slices.Reverse(places)
	}
	s.links(at, more, places, page)
	return s.count(ctx, at, more, page)
}

// links sets the page's number and its two cursors.
func (s *session) links(at cursor, more bool, places []place, page *Page) {
	n := int64(len(places))
	page.First = at.Offset
	if at.Back {
		if page.First = at.Offset - n; page.First < 0 || !more {
			page.First = 0
		}
	}
	if n == 0 {
		return
	}
	first, last := places[0], places[n-1]
	if at.Back || more {
		page.Next = s.r.encodeCursor(s.q, cursor{Part: last.part, Offset: page.First + n, Keys: last.keys})
	}
	if (at.Back && more) || (!at.Back && at.Keys != nil) {
		page.Prev = s.r.encodeCursor(s.q, cursor{Part: first.part, Back: true, Offset: page.First, Keys: first.keys})
	}
}

// count sets the page's total: for free at the end of the list, otherwise by
// counting as far as it is quick.
func (s *session) count(ctx context.Context, at cursor, more bool, page *Page) error {
	if !at.Back && !more && (len(page.Rows) > 0 || at.Keys == nil) {
		page.Total, page.TotalExact = page.First+int64(len(page.Rows)), true
		return nil
	}
	n, limit, err := quickly(func(limit int64) (int64, error) { return s.total(ctx, limit) })
	if err != nil {
		return err
	}
	page.Total = n
	page.TotalExact = n < limit
	if least := page.First + int64(len(page.Rows)); page.Total < least {
		page.Total = least
	}
	return nil
}

// quickly counts to countFirst, and on to CountLimit where that is expected to
// be quick. It returns how far it counted at most.
func quickly(count func(limit int64) (int64, error)) (n, limit int64, err error) {
	began := time.Now()
	n, err = count(countFirst)
	if err != nil || n < countFirst || time.Since(began)*(CountLimit/countFirst) > countBudget {
		return n, countFirst, err
	}
	n, err = count(CountLimit)
	return n, CountLimit, err
}

// total counts the rows of all parts, up to limit.
func (s *session) total(ctx context.Context, limit int64) (int64, error) {
	var total int64
	for i := range s.r.parts {
		p := &s.r.parts[i]
		if s.skipped(p) || total >= limit {
			continue
		}
		n, err := s.countPart(ctx, p, limit-total)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func (s *session) countPart(ctx context.Context, p *part, limit int64) (int64, error) {
	e := s.e.fork()
	query := "SELECT count(*) FROM (SELECT 1" + s.r.body(p, p.path(s.q), s.q, e) + " LIMIT " + e.arg(limit) + ") AS counted"
	var n int64
	if err := s.tx.QueryRowContext(ctx, query, e.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", p.name, err)
	}
	return n, nil
}

// all reads every part to its end.
func (s *session) all(ctx context.Context, fn func(Row) error) error {
	for i := range s.r.parts {
		p := &s.r.parts[i]
		if s.skipped(p) {
			continue
		}
		err := s.each(ctx, s.r.statement(p, s.q, s.e.fork(), from{}), batchRows, func(_ []any, row Row) error { return fn(row) })
		if err != nil {
			return err
		}
	}
	return nil
}
