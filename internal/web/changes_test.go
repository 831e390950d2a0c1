package web

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/db/dbtest"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	d := p.get("/changes", http.StatusOK)
	if got := d.All("[data-testid=compare] p")[0]; got != "Comparing the scan of 7 Nov 2026 02:00 UTC with the scan of 14 Nov 2026 02:00 UTC ." && got != "Comparing the scan of 7 Nov 2026 02:00 UTC with the scan of 14 Nov 2026 02:00 UTC." {
		t.Errorf("says %q", got)
	}
	if got := d.Text(".pills [aria-current=true]"); got != "Last week" {
		t.Errorf("the range in force is %q", got)
	}
	// In the third week workspaces 3 and 100 were renamed, and setting 3 changed.
	rows := strings.Join(d.All("[data-testid=row]"), "\n")
	for _, want := range []string{"Finance 93 Team 3 v3Workspace changed Name Finance 93 Team 3→Finance 93 Team 3 v3", "Setting 3Tenant setting changed Enabled yes→no"} {
		if !strings.Contains(rows, want) {
			t.Errorf("the list lacks %q:\n%s", want, rows)
		}
	}
	p.follow(d, ".pills a")
	p.follow(d, "th a")
}

func TestChangesByThing(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	d := p.get("/changes?thing=workspace&change=changed", http.StatusOK)
	for _, row := range d.Rows("#list") {
		if !strings.Contains(row[0], "Workspace") || row[1] != "changed" {
			t.Errorf("the filter let %q through", row)
		}
	}
	if got := d.Attr("[data-testid=things] [aria-current=true]", "href"); got != "/changes?change=changed" {
		t.Errorf("the kind in force is lifted by %s", got)
	}
	if got := d.Attrs(".compare-dates input[type=hidden]", "name"); strings.Join(got, " ") != "thing change" {
		t.Errorf("choosing dates keeps %q", got)
	}
}

func TestChangesOfDates(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	first := audittest.Published(1).Format(dateForm)
	for _, c := range []struct{ name, path, notice, says string }{
		{"two weeks", "/changes?since=" + first, "", "the scan of 31 Oct 2026 02:00 UTC with the scan of 14 Nov"},
		{"in the past", "/changes?since=" + first + "&as_of=2026-11-08", "", "the scan of 31 Oct 2026 02:00 UTC with the scan of 7 Nov"},
		{"before the first scan", "/changes?since=2025-01-01", "No scan is that old.", "the scan of 31 Oct 2026 02:00 UTC with"},
		{"the same scan", "/changes?since=2026-11-14", "Both dates lead to the same scan.", "the scan of 14 Nov 2026 02:00 UTC with the scan of 14 Nov"},
		{"at the first scan", "/changes?as_of=" + first, "There is nothing to compare with yet.", "nothing with the scan of 31 Oct"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := p.on(t).get(c.path, http.StatusOK)
			if got := strings.Join(d.All("[data-testid=notice] strong"), " "); got != c.notice {
				t.Errorf("notice %q, want %q", got, c.notice)
			}
			if got := d.All("[data-testid=compare] p")[0]; !strings.Contains(got, c.says) {
				t.Errorf("says %q, want %q", got, c.says)
			}
		})
	}
	if got := p.get("/changes?since=soon", http.StatusUnprocessableEntity).All("[data-testid=problem] p")[0]; !strings.Contains(got, `"soon" is not a date`) {
		t.Errorf("a date that is none: %q", got)
	}
}

func TestChangesNeverScanned(t *testing.T) {
	t.Parallel()
	p := open(t, dbtest.Open(t, now), auditor)
	p.exec(`INSERT INTO tenant (id, name, guid, created) VALUES (1, 'contoso', 'g', 0)`)
	if got := p.get("/changes", http.StatusOK).Text("[data-testid=empty] strong"); got != "This tenant has not been scanned yet." {
		t.Errorf("says %q", got)
	}
}

// TestChangesWithin holds a reader of a part to the changes of that part.
func TestChangesWithin(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), within("Finance 93 Team"))
	d := p.get("/changes", http.StatusOK)
	rows := strings.Join(d.All("[data-testid=row]"), "\n")
	if !strings.Contains(rows, "Finance 93 Team 3") || strings.Contains(rows, "Finance 100 ") || strings.Contains(rows, "Setting") {
		t.Errorf("a reader of workspace 3 sees:\n%s", rows)
	}
}
