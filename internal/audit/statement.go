package audit

import (
	"regexp"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/tenant"
)

// statement is the main query of one part, ready to run: the order's
// expressions first, then the lookups' keys, then the part's own columns.
type statement struct {
	part    *part
	path    *path
	sql     string
	args    []any
	order   int      // how many leading columns are the order's
	lookups []string // the lookups whose keys follow
	columns []int    // the report's columns that come last, by index
}

// from says where a page begins within a part.
type from struct {
	keys  []any // nil: at the start
	back  bool  // read towards the start
	limit int   // 0: to the end
	// places asks for the order's values of each row, to begin there again.
	places bool
}

// statement builds the main query. q must be clean.
func (r *Report) statement(p *part, q Query, e *expander, f from) statement {
	s := statement{part: p, path: p.path(q)}
	var cols []string
	if f.places {
		s.order = len(s.path.order)
		cols = append(cols, s.path.order...)
	}
	for _, name := range sortedKeys(r.lookups) {
		if key, ok := r.lookupKey(p, name); ok {
			s.lookups = append(s.lookups, name)
			cols = append(cols, key)
		}
	}
	for i := range r.Columns {
		if r.Columns[i].lookup == "" {
			s.columns = append(s.columns, i)
			cols = append(cols, r.expr(p, i))
		}
	}
	query := "SELECT " + e.sql(strings.Join(cols, ", ")) + r.body(p, s.path, q, e) + s.path.begin(e, f, q.Desc != f.back)
	if f.limit > 0 {
		query += " LIMIT " + e.arg(f.limit)
	}
	s.sql, s.args = query, e.args
	return s
}

// begin is the condition that a page starts with and the order it is in.
func (pa *path) begin(e *expander, f from, desc bool) string {
	var b strings.Builder
	if f.keys != nil {
		op := ">"
		if desc {
			op = "<"
		}
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(f.keys)), ", ")
		// The bound on the first term alone is what an index on an expression
		// understands.
		b.WriteString(" AND " + e.sql(pa.order[0]+" "+op+"= ?", f.keys[0]))
		b.WriteString(" AND " + e.sql("("+strings.Join(pa.order, ", ")+") "+op+" ("+marks+")", f.keys...))
	}
	b.WriteString(" ORDER BY ")
	for i, o := range pa.order {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(e.sql(o))
		if desc {
			b.WriteString(" DESC")
		}
	}
	return b.String()
}

// body is the query from FROM on, without order: what a count shares.
func (r *Report) body(p *part, pa *path, q Query, e *expander) string {
	src := p.from
	if pa.from != "" {
		src = pa.from
	}
	cond := p.where
	if pa.where != "" {
		cond += " AND " + pa.where
	}
	if r.few(q) {
		cond = ownIndex(cond)
	}
	var b strings.Builder
	b.WriteString(" FROM " + e.sql(src) + " WHERE " + e.sql(cond))
	if !q.Scope.All {
		b.WriteString(" AND " + e.sql(p.scope))
	}
	for _, key := range sortedKeys(q.Where) {
		f := r.anyFilter(key)
		if f.set != "" || f.tag {
			continue
		}
		if x := p.exprs["?"+key]; x != "" {
			own := *f
			own.expr = x
			f = &own
		}
		if pa.swap[0] != "" {
			f = f.swapped(pa.swap)
		}
		indexed := f.few || slices.Contains(pa.needs, key)
		var conds []string
		for _, v := range q.Where[key] {
			conds = append(conds, f.condition(v, e, indexed))
		}
		b.WriteString(" AND (" + strings.Join(conds, " OR ") + ")")
	}
	return b.String()
}

// few reports whether a filter leaves few rows.
func (r *Report) few(q Query) bool {
	for key := range q.Where {
		if r.anyFilter(key).few {
			return true
		}
	}
	return false
}

// driver is a main table's condition on the tenant: their aliases are single
// letters. The touches of a scan, t, are few already.
var driver = regexp.MustCompile(`\b([a-su-z])\.tenant = @tenant`)

// ownIndex keeps the tenant from being what an index is chosen for, so that
// the filter that leaves few rows is.
func ownIndex(cond string) string { return driver.ReplaceAllString(cond, "$1.tenant + 0 = @tenant") }

// swapped is the filter with its conditions over another table.
func (f *Filter) swapped(swap [2]string) *Filter {
	own := *f
	own.cond = strings.ReplaceAll(f.cond, swap[0], swap[1])
	if f.words != nil {
		own.words = make(map[string]string, len(f.words))
		for k, w := range f.words {
			own.words[k] = strings.ReplaceAll(w, swap[0], swap[1])
		}
	}
	return &own
}

// condition is the filter for one value. Unless the path begins with it, it is
// written so that no index is chosen for it: the order's index is.
func (f *Filter) condition(v string, e *expander, indexed bool) string {
	if w, ok := f.words[v]; ok {
		return e.sql(w)
	}
	var arg any = v
	switch f.Kind {
	case FilterText:
		arg = tenant.Fold(v)
		if f.cond == "" {
			return e.sql("instr("+f.expr+", ?) > 0", arg)
		}
	case FilterWords:
		arg = e.matchOf(v)
	case FilterDate:
		t, _ := parseDate(v)
		arg = db.Millis(t)
	case FilterNumber:
		arg, _ = parseNumber(v)
	case FilterID:
		expr := f.expr
		if !indexed {
			expr = "coalesce(" + expr + ", 0)"
		}
		if f.cond == "" {
			return e.sql(expr+" = (SELECT id FROM ident WHERE tenant = @tenant AND guid = ?)", arg)
		}
	}
	switch {
	case f.cond != "":
		return e.sql(f.cond, slices.Repeat([]any{arg}, strings.Count(f.cond, "?"))...)
	case f.Kind == FilterBool:
		return e.sql(f.expr + map[bool]string{true: " = ", false: " + 0 = "}[indexed] + map[string]string{"yes": "1", "no": "0"}[v])
	case indexed:
		return e.sql(f.expr+" = ?", arg)
	default:
		return e.sql("coalesce("+f.expr+", '') = ?", arg)
	}
}

// path picks the order to read in: the first whose sort is asked for and whose
// needed filters are set, to one value each unless it takes many.
func (p *part) path(q Query) *path {
	for i := range p.paths {
		pa := &p.paths[i]
		if pa.sort == q.Sort && !slices.ContainsFunc(pa.needs, func(k string) bool { return len(q.Where[k]) == 0 || len(q.Where[k]) > 1 && !pa.many }) {
			return pa
		}
	}
	panic("audit: part " + p.name + " has no order by " + q.Sort)
}

// expr is the SQL of a column of the main query in a part.
func (r *Report) expr(p *part, column int) string {
	c := &r.Columns[column]
	if x, ok := p.exprs[c.Key]; ok {
		return x
	}
	if c.expr == "" {
		return "NULL"
	}
	return c.expr
}

// lookupKey is the key of a lookup in a part; parts may have their own, or
// none.
func (r *Report) lookupKey(p *part, name string) (string, bool) {
	if x, ok := p.exprs["#"+name]; ok {
		return x, x != ""
	}
	return r.lookups[name].key, true
}

// anyFilter finds a filter among the report's and those that a preset fixed.
func (r *Report) anyFilter(key string) *Filter {
	if f := r.Filter(key); f != nil {
		return f
	}
	for i := range r.fixedFilters {
		if r.fixedFilters[i].Key == key {
			return &r.fixedFilters[i]
		}
	}
	panic("audit: " + r.Name + " fixes " + key + ", which is no filter")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
