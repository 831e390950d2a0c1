package audit_test

import (
	"testing"

	"steward/internal/audit"
	"steward/internal/db"
)

// TestKeptRolesEqualCounted: what a scan kept is what counting finds, only a
// reader of the whole tenant is answered with it, and other scans are counted.
func TestKeptRolesEqualCounted(t *testing.T) {
	t.Parallel()
	d := openSmall(t)
	reader := d.Reader()
	r, err := audit.Lookup("roles")
	if err != nil {
		t.Fatal(err)
	}
	whole := audit.Query{View: asOf(t, reader, 0), Scope: db.Everything}
	part := audit.Query{View: whole.View, Scope: db.Scope{Prefixes: []string{"FINANCE"}}}
	before := audit.Query{View: asOf(t, reader, 1), Scope: db.Everything}
	counted, counted1, partial := rowsOf(t, reader, r, whole), rowsOf(t, reader, r, before), rowsOf(t, reader, r, part)
	counts, err := reader.RoleCounts(t.Context(), whole.View.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a scan may be published again after a crash
		if err := d.KeepRoleCounts(t.Context(), whole.View.Scan, counts); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range []struct {
		q    audit.Query
		want [][]string
	}{{whole, counted}, {before, counted1}, {part, partial}} {
		if d := diff(lines(c.want, false), lines(rowsOf(t, reader, r, c.q), false)); d != "" {
			t.Errorf("%d: %s", i, d)
		}
	}
	if err := d.KeepRoleCounts(t.Context(), whole.View.Scan, counts[:1]); err != nil {
		t.Fatal(err)
	}
	if got := rowsOf(t, reader, r, whole); len(got) != 1 {
		t.Errorf("what was kept is not what is shown: %v", got)
	}
	if got := rowsOf(t, reader, r, part); len(got) != len(partial) || len(partial) == 0 {
		t.Errorf("a reader of a part is shown %v", got)
	}
}
