package audit_test

import (
	"fmt"
	"testing"

	"steward/internal/audit"
	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// filled opens a database with a generated tenant.
func filled(tb testing.TB, s audittest.Size) *db.Reader {
	tb.Helper()
	d := dbtest.Open(tb, nil)
	audittest.Fill(tb, d, s)
	return d.Reader()
}

// queryOf is the plainest query of a report: the newest scan, everything, and
// compared with the first.
func queryOf(tb testing.TB, reader *db.Reader) audit.Query {
	tb.Helper()
	now, err := reader.ViewNow(tb.Context(), audittest.TenantName)
	if err != nil {
		tb.Fatal(err)
	}
	first, err := reader.ViewAsOf(tb.Context(), audittest.TenantName, audittest.Published(1))
	if err != nil {
		tb.Fatal(err)
	}
	return audit.Query{View: now, CompareView: first, Scope: db.Everything}
}

// whole reads a report to its end.
func whole(tb testing.TB, reader *db.Reader, r *audit.Report, q audit.Query) []string {
	tb.Helper()
	var out []string
	err := audit.Stream(tb.Context(), reader, r, q, func(row audit.Row) error {
		out = append(out, fmt.Sprint(row.Values()))
		return nil
	})
	if err != nil {
		tb.Fatalf("%s: %v", r.Name, err)
	}
	return out
}

// TestPagingEqualsWholeList walks every report in every order to its end and
// back again: no row may be lost, doubled or moved.
func TestPagingEqualsWholeList(t *testing.T) {
	t.Parallel()
	reader := filled(t, audittest.Size{Workspaces: 30, Items: 4, Grants: 8, People: 30})
	for _, r := range audit.Reports() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			for _, c := range r.Columns {
				if !c.Sortable {
					continue
				}
				for _, desc := range []bool{false, true} {
					q := queryOf(t, reader)
					q.Sort, q.Desc, q.Where = c.Key, desc, required(r)
					walk(t, reader, r, q)
				}
			}
		})
	}
}

func walk(t *testing.T, reader *db.Reader, r *audit.Report, q audit.Query) {
	t.Helper()
	want := whole(t, reader, r, q)
	q.Limit = 7
	var got []string
	var last audit.Page
	for {
		p, err := audit.Run(t.Context(), reader, r, q)
		if err != nil {
			t.Fatal(err)
		}
		if int(p.First) != len(got) {
			t.Fatalf("sort %s desc %v: page begins at %d after %d rows", q.Sort, q.Desc, p.First, len(got))
		}
		if p.TotalExact && int(p.Total) != len(want) {
			t.Fatalf("sort %s desc %v: total %d of %d", q.Sort, q.Desc, p.Total, len(want))
		}
		for _, row := range p.Rows {
			got = append(got, fmt.Sprint(row.Values()))
		}
		last = p
		if q.Cursor = p.Next; p.Next == "" {
			break
		}
	}
	if d := diff(want, got); d != "" {
		t.Fatalf("sort %s desc %v forward:\n%s", q.Sort, q.Desc, d)
	}
	back := got[len(got)-len(last.Rows):]
	for last.Prev != "" {
		q.Cursor = last.Prev
		p, err := audit.Run(t.Context(), reader, r, q)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, row := range p.Rows {
			rows = append(rows, fmt.Sprint(row.Values()))
		}
		back = append(rows, back...)
		if want := len(got) - len(back); int(p.First) != want {
			t.Fatalf("sort %s desc %v: page back begins at %d, want %d", q.Sort, q.Desc, p.First, want)
		}
		last = p
	}
	if d := diff(want, back); d != "" {
		t.Fatalf("sort %s desc %v backward:\n%s", q.Sort, q.Desc, d)
	}
}

// required gives the filters that a report cannot do without.
func required(r *audit.Report) map[string][]string {
	out := map[string][]string{}
	for _, f := range r.Filters {
		if f.Required {
			out[f.Key] = []string{requiredValue[f.Key]}
		}
	}
	return out
}

var requiredValue = map[string]string{"scan": "3", "run": "none", "workspace": audittest.GUID(2), "item": audittest.GUID(30 + 2), "principal": audittest.GUID(30 + 30*4 + 7), "pipeline": audittest.GUID(30 + 30*4 + 30 + 31)}

// diff names the first row in which two lists differ.
func diff(want, got []string) string {
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("row %d is missing: %s", i, want[i])
		case i >= len(want):
			return fmt.Sprintf("row %d is too many: %s", i, got[i])
		case want[i] != got[i]:
			return fmt.Sprintf("row %d:\nwant %s\ngot  %s", i, want[i], got[i])
		}
	}
	return ""
}
