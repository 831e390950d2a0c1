package audit

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"

	"steward/internal/audit/audittest"
)

// TestPlans asks SQLite how it would answer every report in every order with
// every filter and with every two of them, in both directions, for everyone and
// for a scoped reader.
func TestPlans(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	audittest.Fill(t, d, audittest.Size{})
	reader := d.Reader()
	for _, r := range Reports() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			for _, q := range planQueries(t, reader, r) {
				checkPlans(t, reader, r, q)
			}
		})
	}
}

func planQueries(t *testing.T, reader *db.Reader, r *Report) []Query {
	t.Helper()
	view, err := reader.ViewNow(t.Context(), audittest.TenantName)
	if err != nil {
		t.Fatal(err)
	}
	before, err := reader.ViewAsOf(t.Context(), audittest.TenantName, audittest.Published(1))
	if err != nil {
		t.Fatal(err)
	}
	wheres := []map[string][]string{{}}
	for _, f := range r.Filters {
		if f.tag {
			continue // picks parts, and all are tried
		}
		for _, v := range f.samples() {
			wheres = append(wheres, map[string][]string{f.Key: {v}})
			if f.few && !f.Required {
				wheres = append(wheres, map[string][]string{f.Key: {v, "another"}})
			}
		}
	}
	var out []Query
	add := func(sort string, wheres []map[string][]string) {
		for _, w := range wheres {
			where := map[string][]string{}
			for _, f := range r.Filters {
				if f.Required {
					where[f.Key] = f.samples()[:1]
				}
			}
			maps.Copy(where, w)
			for _, scope := range []db.Scope{db.Everything, {Prefixes: []string{"Finance 1"}, Domains: []int64{5}}} {
				out = append(out, Query{View: view, CompareView: before, Scope: scope, Where: where, Sort: sort})
			}
		}
	}
	for _, c := range r.Columns {
		if c.Sortable {
			add(c.Key, wheres)
		}
	}
	add("", pairs(r))
	return out
}

// pairs are two filters at once, the first value of each.
func pairs(r *Report) []map[string][]string {
	var out []map[string][]string
	for i := range r.Filters {
		for j := range i {
			a, b := &r.Filters[i], &r.Filters[j]
			if !a.tag && !b.tag {
				out = append(out, map[string][]string{a.Key: a.samples()[:1], b.Key: b.samples()[:1]})
			}
		}
	}
	return out
}

// samples are values the filter accepts.
func (f *Filter) samples() []string {
	var out []string
	switch f.Kind {
	case FilterBool:
		out = []string{"yes", "no"}
		if f.words[Unknown] != "" {
			out = append(out, Unknown)
		}
	case FilterChoice:
		for _, c := range f.Choices {
			out = append(out, c.Value)
		}
		if f.Open {
			out = append(out, "Active")
		}
	case FilterDate:
		out = []string{"2026-11-01"}
	case FilterNumber:
		out = []string{"3"}
	default:
		out = []string{"abc"}
	}
	return out
}

func checkPlans(t *testing.T, reader *db.Reader, r *Report, q Query) {
	t.Helper()
	q, err := r.clean(q)
	if err != nil {
		t.Fatal(err)
	}
	err = reader.Snapshot(t.Context(), func(tx *sql.Tx) error {
		s, err := r.open(t.Context(), tx, q)
		if err != nil {
			return err
		}
		for i := range r.parts {
			p := &r.parts[i]
			if s.skipped(p) {
				continue
			}
			keys := make([]any, len(p.path(q).order))
			for i := range keys {
				keys[i] = int64(1)
			}
			for _, f := range []from{{}, {keys: keys, limit: 51}, {keys: keys, back: true, limit: 51}} {
				st := r.statement(p, q, s.e.fork(), f)
				judge(t, tx, fmt.Sprintf("%s/%s sort=%s where=%v scope=%v keys=%v back=%v", r.Name, p.name, q.Sort, q.Where, q.Scope.All, f.keys != nil, f.back), r, q, p, st.sql, st.args)
			}
		}
		for name := range r.lookups {
			if len(q.Where) > 0 {
				break // the same for every filter
			}
			var key any = int64(1)
			if name == "owner" || name == "actor" {
				key = "a"
			}
			query, args := r.lookupQuery(name, []any{key}, s.e.fork())
			judge(t, tx, r.Name+" lookup "+name, r, q, &r.parts[0], query, args)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func judge(t *testing.T, tx *sql.Tx, what string, r *Report, q Query, p *part, query string, args []any) {
	t.Helper()
	plan, err := explain(t.Context(), tx, query, args)
	if err != nil {
		t.Errorf("%s: %v in %s", what, err, query)
		return
	}
	if testing.Verbose() && strings.Contains(what, "where=map[] scope=true keys=true back=false") {
		t.Log(what, "\n", strings.Join(plan, "\n"))
	}
	if i := strings.Index(what, "keys=true"); i > 0 && !strings.ContainsAny(plan[0], "<>") && !fewRows(r, q) && p.sorted == "" {
		t.Errorf("%s: reads from the start of the list to the cursor: %s\n%s", what, plan[0], query)
	}
	if fewRows(r, q) && p.sorted == "" && strings.Contains(plan[0], "(tenant=?") && !strings.HasPrefix(plan[0], "SEARCH t ") {
		t.Errorf("%s: reads the tenant although a filter leaves few rows: %s\n%s", what, plan[0], query)
	}
	for i, step := range plan {
		if i > 0 && p.sorted == "" && strings.Contains(step, "(tenant=?)") {
			t.Errorf("%s: reads the tenant's whole table for every row: %s\n%s", what, step, query)
		}
		if strings.Contains(step, "tenant=? AND from_scan<?") && p.sorted == "" {
			t.Errorf("%s: reads everything that began before the scan: %s\n%s", what, step, query)
		}
		if bad := faultOf(step, r, q, p); bad != "" {
			t.Errorf("%s: %s: %s\n%s\n%s", what, bad, step, query, strings.Join(plan, "\n"))
			return
		}
	}
}

// faultOf says what is wrong with a step of a plan; empty when nothing is.
func faultOf(step string, r *Report, q Query, p *part) string {
	for _, table := range aliasesOf(step) {
		if strings.HasPrefix(step, "SCAN "+table) {
			return "reads a big table from end to end"
		}
	}
	if strings.Contains(step, "AUTOMATIC") {
		return "builds an index for the query"
	}
	if strings.Contains(step, "USE TEMP B-TREE FOR ORDER BY") && !fewRows(r, q) && p.sorted == "" {
		return "sorts the list"
	}
	return ""
}

// aliasesOf returns the alias of the step when it reads a big table. A search
// of words reads what has them.
func aliasesOf(step string) []string {
	f := strings.Fields(step)
	if len(f) < 2 || f[0] != "SCAN" || strings.Contains(step, "VIRTUAL TABLE INDEX 0:M") || strings.Contains(step, "CONSTANT") || strings.Contains(step, "VALUES CLAUSE") {
		return nil
	}
	if small, ok := smallAliases[f[1]]; ok && small {
		return nil
	}
	return []string{f[1]}
}

// smallAliases are tables that do not grow with the tenant, and sub-selects.
var smallAliases = map[string]bool{
	"o": true, "v": true, "up": true, "h": true, "r": true, "f": true, "n": true, "x": true, "down": true, "k": true, "d": true, "c": true, "s": true, "t": true,
}

// fewRows reports whether a filter of the query leaves few rows.
func fewRows(r *Report, q Query) bool {
	for key := range q.Where {
		if r.anyFilter(key).few {
			return true
		}
	}
	return false
}

func explain(ctx context.Context, tx *sql.Tx, query string, args []any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return nil, err
		}
		out = append(out, detail)
	}
	return out, rows.Err()
}
