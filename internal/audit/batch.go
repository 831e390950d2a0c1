package audit

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

const (
	// batchRows is how many rows are read before what stands behind their keys
	// is looked up together.
	batchRows = 512
	// cacheRows bounds what each lookup keeps, so that memory does not grow
	// with the list.
	cacheRows = 1 << 16
)

// each runs the statement and calls fn for every row with the order's values.
// Both are reused between calls.
func (s *session) each(ctx context.Context, st statement, fn func(order []any, row Row) error) error {
	rows, err := s.tx.QueryContext(ctx, st.sql, st.args...)
	if err != nil {
		return fmt.Errorf("read %s: %w", st.part.name, err)
	}
	defer func() { _ = rows.Close() }()
	b := newBatch(s, st)
	for rows.Next() {
		if err := rows.Scan(b.dest[b.n]...); err != nil {
			return fmt.Errorf("read %s: %w", st.part.name, err)
		}
		if b.n++; b.n == batchRows {
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
}

func newBatch(s *session, st statement) *batch {
	width := st.order + len(st.lookups) + len(st.columns)
	b := &batch{s: s, st: st, raw: make([][]any, batchRows), dest: make([][]any, batchRows), row: make([]Value, len(s.r.Columns))}
	cells, ptrs := make([]any, width*batchRows), make([]any, width*batchRows)
	for i := range cells {
		ptrs[i] = &cells[i]
	}
	for i := range b.raw {
		b.raw[i], b.dest[i] = cells[i*width:(i+1)*width], ptrs[i*width:(i+1)*width]
	}
	for _, name := range st.lookups {
		b.fields = append(b.fields, s.r.lookupColumns(name))
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
		b.fallBack()
		if err := fn(raw[:b.st.order], Row{report: b.s.r, vals: b.row}); err != nil {
			return err
		}
	}
	b.n = 0
	return nil
}

// fallBack fills cells that nothing was found for from the column that says
// the same in other words.
func (b *batch) fallBack() {
	for i := range b.s.r.Columns {
		if c := &b.s.r.Columns[i]; c.orElse != "" && b.row[i].v == nil {
			b.row[i] = Row{report: b.s.r, vals: b.row}.Get(c.orElse)
		}
	}
}

// resolve makes sure that the cache holds what stands behind the batch's keys
// of one lookup; a key with nothing behind it is remembered as such.
func (b *batch) resolve(ctx context.Context, name string, at int, fields []int) error {
	cache := b.s.cache[name]
	if len(cache) > cacheRows {
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
