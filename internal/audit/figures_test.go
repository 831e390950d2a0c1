package audit

import (
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// TestFiguresEqualTheirLists: what a scan counts for the first page is what
// the lists behind the numbers hold.
func TestFiguresEqualTheirLists(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	audittest.Fill(t, d, audittest.Size{})
	reader := d.Reader()
	view, err := reader.ViewNow(t.Context(), audittest.TenantName)
	if err != nil {
		t.Fatal(err)
	}
	q := Query{View: view, Scope: db.Everything}
	figures, err := reader.Figures(t.Context(), view.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	counted, err := AttentionOf(t.Context(), reader, q)
	if err != nil {
		t.Fatal(err)
	}
	some := int64(0)
	for _, a := range counted {
		if a.Name == "alerts.standing" {
			continue // alerts come between scans: no scan counts them
		}
		if n, ok := figures[a.Name]; !ok || n != a.Count {
			t.Errorf("%s: the scan counts %d (%v), the lists hold %d", a.Name, n, ok, a.Count)
		}
		some += a.Count
	}
	for _, tile := range tiles {
		if tile.figure == "items" {
			continue // added up from the workspaces' own counts, which the fixture makes up
		}
		r, err := Lookup(tile.report)
		if err != nil {
			t.Fatal(err)
		}
		q.Where = tile.where
		n, _, err := Count(t.Context(), reader, r, q)
		if err != nil || n != figures[tile.figure] {
			t.Errorf("%s: the scan counts %d, the list holds %d, %v", tile.figure, figures[tile.figure], n, err)
		}
		some += n
	}
	if some == 0 {
		t.Error("nothing was there to count")
	}
}
