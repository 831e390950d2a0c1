package audit

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	// batchRows is how many rows are read before what stands behind their keys
	// is looked up together.
	batchRows = 2048
	// fewKept bounds what a lookup keeps, so that memory does not grow with
	// the list. Most keys come once, or in runs.
	fewKept = 1 << 13
	// manyKept is for keys that come again anywhere in a list: people.
	manyKept = 1 << 18
)

// each runs the statement and calls fn for every row with the order's values.
// Both are reused between calls. size is how many rows are held at once.
func (s *session) each(ctx context.Context, st statement, size int, fn func(order []any, row Row) error) error {
	rows, err := s.tx.QueryContext(ctx, st.sql, st.args...)
	if err != nil {
		return fmt.Errorf("read %s: %w", st.part.name, err)
	}
	defer func() { _ = rows.Close() }()
	b := newBatch(s, st, size)
	for rows.Next() {
		if err := rows.Scan(b.dest[b.n]...); err != nil {
			return fmt.Errorf("read %s: %w", st.part.name, err)
		}
		if b.n++; b.n == size {
			if err := b.flush(ctx, fn); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", st.part.name, err)
	}
	return b.flush(ctx, fn)
}

// batch holds raw rows until their keys are looked up.
type batch struct {
	s    *session
	st   statement
	n    int
	raw  [][]any
	dest [][]any
	row  []Value
	// fields says for each lookup which columns of the report it fills.
	fields [][]int
	// instead are pairs: a column that may be empty, and the one that says the
	// same in other words.
	instead [][2]int
}

func newBatch(s *session, st statement, size int) *batch {
	width := st.order + len(st.lookups) + len(st.columns)
	b := &batch{s: s, st: st, raw: make([][]any, size), dest: make([][]any, size), row: make([]Value, len(s.r.Columns))}
	cells, ptrs := make([]any, width*size), make([]any, width*size)
	for i := range cells {
		ptrs[i] = &cells[i]
	}
	for i := range b.raw {
		b.raw[i], b.dest[i] = cells[i*width:(i+1)*width], ptrs[i*width:(i+1)*width]
	}
	for _, name := range st.lookups {
		b.fields = append(b.fields, s.r.lookupColumns(name))
	}
	for i, c := range s.r.Columns {
		if c.orElse != "" {
			b.instead = append(b.instead, [2]int{i, slices.IndexFunc(s.r.Columns, func(o Column) bool { return o.Key == c.orElse })})
		}
	}
	return b
}

func (r *Report) lookupColumns(name string) []int {
	var out []int
	for i := range r.Columns {
		if r.Columns[i].lookup == name {
			out = append(out, i)
		}
	}
	return out
}

func (b *batch) flush(ctx context.Context, fn func([]any, Row) error) error {
	for i, name := range b.st.lookups {
		if err := b.resolve(ctx, name, b.st.order+i, b.fields[i]); err != nil {
			return err
		}
	}
	for _, raw := range b.raw[:b.n] {
		clear(b.row)
		for i, name := range b.st.lookups {
			found := b.s.cache[name][raw[b.st.order+i]]
			for j, v := range found {
				b.row[b.fields[i][j]] = v
			}
		}
		for j, v := range raw[b.st.order+len(b.st.lookups):] {
			b.row[b.st.columns[j]] = Value{v}
		}
		for _, p := range b.instead {
			if b.row[p[0]].v == nil {
				b.row[p[0]] = b.row[p[1]]
			}
		}
		if err := fn(raw[:b.st.order], Row{report: b.s.r, vals: b.row}); err != nil {
			return err
		}
	}
	b.n = 0
	return nil
}

// resolve makes sure that the cache holds what stands behind the batch's keys
// of one lookup; a key with nothing behind it is remembered as such.
func (b *batch) resolve(ctx context.Context, name string, at int, fields []int) error {
	cache := b.s.cache[name]
	kept := fewKept
	if b.s.r.lookups[name].again {
		kept = manyKept
	}
	if len(cache) > kept {
		clear(cache)
	}
	var keys []any
	for _, raw := range b.raw[:b.n] {
		k := raw[at]
		if k == nil {
			continue
		}
		if _, ok := cache[k]; !ok {
			cache[k] = nil
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 || len(fields) == 0 {
		return nil
	}
	return b.s.fetch(ctx, name, keys, fields)
}

func (s *session) fetch(ctx context.Context, name string, keys []any, fields []int) error {
	query, args := s.r.lookupQuery(name, keys, s.e.fork())
	rows, err := s.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("look up %s: %w", name, err)
	}
	defer func() { _ = rows.Close() }()
	raw := make([]any, len(fields)+1)
	dest := make([]any, len(raw))
	for i := range raw {
		dest[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("look up %s: %w", name, err)
		}
		vals := make([]Value, len(fields))
		for i := range vals {
			vals[i] = Value{raw[i+1]}
		}
		s.cache[name][raw[0]] = vals
	}
	return rows.Err()
}

// lookupQuery is the statement for a batch of keys. Integers are ours and are
// inlined; texts are arguments.
func (r *Report) lookupQuery(name string, keys []any, e *expander) (string, []any) {
	l := r.lookups[name]
	cols := []string{l.self}
	for _, i := range r.lookupColumns(name) {
		cols = append(cols, r.Columns[i].expr)
	}
	pieces := strings.Split("SELECT "+strings.Join(cols, ", ")+" "+l.query, "(#)")
	if len(pieces) < 2 {
		panic("audit: lookup " + name + " has no place for its keys")
	}
	query := e.sql(pieces[0])
	for _, p := range pieces[1:] {
		ints, texts := splitKeys(keys, e)
		query += "(" + strings.Join(append(ints, texts...), ", ") + ")" + e.sql(p)
	}
	return query, e.args
}

func splitKeys(keys []any, e *expander) (ints, texts []string) {
	for _, k := range keys {
		if n, ok := k.(int64); ok {
			ints = append(ints, strconv.FormatInt(n, 10))
		} else {
			texts = append(texts, e.arg(k))
		}
	}
	return ints, texts
}
