package audit_test

import (
	"strings"
	"testing"

	"steward/internal/audit"
	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// small opens the tenant that a person can hold in their head.
func small(tb testing.TB) *db.Reader {
	tb.Helper()
	return openSmall(tb).Reader()
}

func openSmall(tb testing.TB) *db.DB {
	tb.Helper()
	d := dbtest.Open(tb, nil)
	audittest.Small(tb, d)
	return d
}

// asOf is the view of a scan; 0 is the newest.
func asOf(tb testing.TB, reader *db.Reader, scan int) db.View {
	tb.Helper()
	var v db.View
	var err error
	if scan == 0 {
		v, err = reader.ViewNow(tb.Context(), audittest.TenantName)
	} else {
		v, err = reader.ViewAsOf(tb.Context(), audittest.TenantName, audittest.Published(scan))
	}
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// where turns "a=1 b=2" into filters; _ stands for a blank.
func where(text string) map[string][]string {
	out := map[string][]string{}
	for _, f := range strings.Fields(text) {
		k, v, _ := strings.Cut(f, "=")
		out[k] = append(out[k], strings.ReplaceAll(v, "_", " "))
	}
	return out
}

// table reads the report and shows the columns of each row as "a | b".
func table(tb testing.TB, reader *db.Reader, name string, q audit.Query, columns string) []string {
	tb.Helper()
	r, err := audit.Lookup(name)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := audit.Run(tb.Context(), reader, r, q)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	var out []string
	for _, row := range p.Rows {
		var cells []string
		for _, key := range strings.Fields(columns) {
			if r.Column(key) == nil {
				tb.Fatalf("%s has no column %s", name, key)
			}
			cells = append(cells, row.Text(key))
		}
		out = append(out, strings.TrimSpace(strings.Join(cells, " | ")))
	}
	return out
}

func TestReports(t *testing.T) {
	t.Parallel()
	reader := small(t)
	for _, c := range reportCases {
		t.Run(c.report+" "+c.name, func(t *testing.T) {
			t.Parallel()
			q := audit.Query{View: asOf(t, reader, c.scan), CompareView: asOf(t, reader, max(c.from, 1)), Scope: db.Everything, Where: where(c.where)}
			if c.scope != nil {
				q.Scope = *c.scope
			}
			q.Sort = strings.TrimPrefix(c.sort, "-")
			q.Desc = strings.HasPrefix(c.sort, "-")
			got := table(t, reader, c.report, q, c.columns)
			want := strings.Split(strings.TrimSpace(c.want), "\n")
			for i := range want {
				want[i] = strings.TrimSpace(want[i])
			}
			if c.want == "" {
				want = nil
			}
			if d := diff(want, got); d != "" {
				t.Errorf("%s\nall rows:\n%s", d, strings.Join(got, "\n"))
			}
		})
	}
}

type reportCase struct {
	report, name string
	scan, from   int
	where, sort  string
	scope        *db.Scope
	columns      string
	want         string
}
