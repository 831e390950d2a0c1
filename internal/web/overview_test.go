package web

import (
	"net/http"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/db/dbtest"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), auditor)
	p.exec(`INSERT INTO scan_figure (scan, name, value) SELECT id, 'workspaces.active', 100 + id FROM scan`)
	p.exec(`INSERT INTO scan_figure (scan, name, value) SELECT id, 'workspaces.orphaned', 3 FROM scan`)
	p.exec(`INSERT INTO scan_figure (scan, name, value) SELECT id, 'grants.role.Admin.User', 41 FROM scan`)
	d := p.get("/", http.StatusOK)

	if got := d.Text("[data-testid=stat-active-workspaces]"); got != "Active workspaces 103 1 more than last week" {
		t.Errorf("the tile reads %q", got)
	}
	if got := d.Attr("[data-testid=stat-active-workspaces] a", "href"); got != "/workspaces?state=Active&tenant=contoso" {
		t.Errorf("the tile leads to %q", got)
	}
	if got := strings.Join(d.All("[data-testid=needs] a"), "\n"); !strings.Contains(got, "3 workspaces have nobody who could administer them") {
		t.Errorf("nobody is told of orphaned workspaces:\n%s", got)
	}
	if got := d.Text("[data-testid=coverage]"); got != "Workspaces seen 100 % 120 of 120" {
		t.Errorf("coverage reads %q", got)
	}
	if got := d.Count("[data-testid=timeline] li"); got == 0 {
		t.Error("no change is told although there are some")
	}
	for _, plot := range []string{"workspaces", "guests", "refreshes", "activity", "coverage", "roles"} {
		if !d.Has("[data-testid=plot-" + plot + "]") {
			t.Errorf("no figure %s", plot)
		}
	}
	p.follow(d, ".stat a")
	p.follow(d, "[data-testid=needs] a")
	p.follow(d, "[data-testid=change-counts] a")
}

// TestNeedsAreCounted compares each number with the length of the list that it
// leads to.
func TestNeedsAreCounted(t *testing.T) {
	t.Parallel()
	d := filled(t)
	for _, who := range []struct {
		name   string
		prefix string
	}{{"everything", ""}, {"a part", "Finance 1"}} {
		t.Run(who.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, d, auditor)
			if who.prefix != "" {
				p = open(t, d, within(who.prefix))
			}
			page := p.get("/", http.StatusOK)
			counts, hrefs := page.All("[data-testid=needs] .need-count"), page.Attrs("[data-testid=needs] a", "href")
			if len(counts) == 0 {
				t.Fatal("nothing needs attention, although there are leavers with rights")
			}
			for i, href := range hrefs {
				if strings.HasPrefix(href, "/unused") {
					continue // that list leaves out what is in use after all
				}
				pager := p.get(href, http.StatusOK).Text("[data-testid=pager] strong")
				if !strings.Contains(pager, " of "+counts[i]+" ") {
					t.Errorf("the overview counts %s, %s shows %q", counts[i], href, pager)
				}
			}
		})
	}
}

func TestOverviewWithoutData(t *testing.T) {
	t.Parallel()
	t.Run("never scanned", func(t *testing.T) {
		t.Parallel()
		p := open(t, dbtest.Open(t, now), auditor)
		p.exec(`INSERT INTO tenant (id, name, guid, created) VALUES (1, 'contoso', 'g', 0)`)
		d := p.get("/", http.StatusOK)
		if got := d.Text("[data-testid=empty] strong"); got != "This tenant has not been scanned yet." {
			t.Errorf("says %q", got)
		}
		if got := d.Attr("[data-testid=empty] a", "href"); got != "/scans?tenant=contoso" {
			t.Errorf("leads to %q", got)
		}
	})
	t.Run("before the first scan", func(t *testing.T) {
		t.Parallel()
		p := open(t, filled(t), auditor)
		d := p.get("/?as_of=2026-01-01", http.StatusOK)
		if got := d.Text("[data-testid=empty] strong"); got != "No scan had been published by then." {
			t.Errorf("says %q", got)
		}
	})
	t.Run("at the first scan", func(t *testing.T) {
		t.Parallel()
		p := open(t, filled(t), auditor)
		d := p.get("/?as_of="+audittest.Published(1).Format(dateForm), http.StatusOK)
		if !d.Has("[data-testid=past]") || !strings.Contains(strings.Join(d.All("main p"), "\n"), "nothing to compare with yet") {
			t.Errorf("the first scan is compared with something: %q", d.All("main p"))
		}
		for _, href := range d.Attrs("main .stat a", "href") {
			if !strings.Contains(href, "as_of="+audittest.Published(1).Format(dateForm)) {
				t.Errorf("%s forgets the moment one looks at", href)
			}
		}
	})
	t.Run("partial", func(t *testing.T) {
		t.Parallel()
		p := open(t, filled(t), auditor)
		p.exec(`UPDATE scan SET state = 'partial', seen = 117 WHERE id = 3`)
		for ws := 1; ws <= 3; ws++ {
			p.exec(`INSERT INTO scan_gap (scan, ws, reason) VALUES (3, $1, 'throttled')`, ws)
		}
		p.exec(`UPDATE scan_part SET state = 'failed', error = 'Power BI refused it.' WHERE scan = 3 AND part = 'capacities'`)
		d := p.get("/", http.StatusOK)
		if got := d.Text("[data-testid=truth]"); !strings.Contains(got, "117 of 120 workspaces (3: throttled)") {
			t.Errorf("the line of truth reads %q", got)
		}
		if got := d.Text("[data-testid=fact-capacities]"); !strings.Contains(got, "Power BI refused it.") {
			t.Errorf("the failed part reads %q", got)
		}
	})
}

// TestOverviewWithin holds a reader of a part to that part: no figure of the
// whole tenant, no change outside.
func TestOverviewWithin(t *testing.T) {
	t.Parallel()
	p := open(t, filled(t), within("Finance 31 Team"))
	p.exec(`INSERT INTO scan_figure (scan, name, value) SELECT id, 'workspaces.active', 4711 FROM scan`)
	d := p.get("/", http.StatusOK)
	if d.Has("[data-testid=plot-workspaces]") {
		t.Error("a reader of a part sees the tenant's figures")
	}
	if got := d.Text("[data-testid=stat-active-workspaces] .stat-value"); got != "1" {
		t.Errorf("active workspaces = %s, want the one in scope", got)
	}
	for i, text := range d.All("[data-testid=timeline] li") {
		t.Errorf("change %d is told outside the part: %s", i, text)
	}
}
