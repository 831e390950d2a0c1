package web

import (
	"fmt"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// clock is how pages write a moment.
const clock = "2 Jan 2006 15:04 UTC"

// page fills what every page needs besides its content.
func (s *Server) page(c echo.Context, who viewer, v db.View, t audit.Truth) templates.Page {
	p := templates.Page{
		Path:    c.Request().URL.Path,
		Query:   c.QueryParams(),
		Tenants: who.tenants(s.Tenants),
		Tenant:  v.TenantName,
		AsOf:    c.QueryParam("as_of"),
		Truth:   s.truth(t),
		Person:  who.card(),
		Look:    lookOf(c),
		May:     s.mayOpen(who),
	}
	s.fillCounts(&p.Counts, who)
	s.fillRuleCounts(c, &p.Counts, who, v)
	s.fillHolds(c, who, &p)
	s.fillEmergencies(c, who, &p)
	s.fillWork(c, &p.Counts, who)
	s.fillViews(c, who, &p)
	if v.Past && !t.Never() {
		p.AsOfSays = t.AsOf.Format(clock)
	}
	p.AsOfMax = s.Now().UTC().Format(dateForm)
	return p
}

// bare is the frame of a page that shows nothing scanned: errors, sign-in.
func (s *Server) bare(c echo.Context, who viewer) templates.Page {
	p := templates.Page{Path: c.Request().URL.Path, Query: c.QueryParams(), NoAsOf: true, Person: who.card(), Look: lookOf(c), May: s.mayOpen(who)}
	s.fillCounts(&p.Counts, who)
	s.fillHolds(c, who, &p)
	s.fillEmergencies(c, who, &p)
	s.fillWork(c, &p.Counts, who)
	s.fillViews(c, who, &p)
	return p
}

// old is the age from which data is said to be old: three missed half-hourly
// scans are still news, a day without one is not.
const old = 24 * time.Hour

// truth is the line under the title: as of when, how many of how many, what is
// missing and why. It links to the scan.
func (s *Server) truth(t audit.Truth) *ui.Truth {
	if t.Never() {
		return &ui.Truth{Href: "/scans", Parts: []ui.TruthPart{{Text: "never scanned: nothing is known yet", Tone: ui.Warn}}}
	}
	out := &ui.Truth{Href: "/scans/" + strconv.FormatInt(t.Scan, 10)}
	add := func(tone ui.Tone, format string, args ...any) {
		out.Parts = append(out.Parts, ui.TruthPart{Text: fmt.Sprintf(format, args...), Tone: tone})
	}
	tone := ui.Neutral
	if age := t.Age(s.Now()); age > old && !t.Past {
		tone = ui.Warn
	}
	add(tone, "as of %s", t.AsOf.Format(clock))
	if t.Seen >= t.Meant {
		add(ui.Neutral, "all %s", ui.Plural(t.Meant, "workspace", "workspaces"))
	} else {
		add(ui.Warn, "%s of %s workspaces%s", ui.Count(t.Seen), ui.Count(t.Meant), gapText(t))
	}
	for _, p := range t.Parts {
		add(ui.Warn, "%s %s", p.Part, partState(p))
	}
	if t.LastFull.IsZero() {
		add(ui.Warn, "no full scan yet")
	} else if t.Kind != "full" {
		add(ui.Neutral, "full scan %s", t.LastFull.Format("2 Jan"))
	}
	return out
}

// gapText names the main reason for what is missing.
func gapText(t audit.Truth) string {
	if len(t.Gaps) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s: %s)", ui.Count(t.Gaps[0].Workspaces), t.Gaps[0].Reason)
}

func partState(p audit.PartGap) string {
	if p.State == "partial" && p.Meant > 0 {
		return fmt.Sprintf("%s of %s", ui.Count(p.Seen), ui.Count(p.Meant))
	}
	return p.State
}

// lookOf reads how this reader wants pages to look from their cookies; what is
// not one of the known words means what the device says.
func lookOf(c echo.Context) ui.Look {
	pick := func(name string, known ...string) string {
		k, err := c.Cookie(name)
		if err != nil {
			return ""
		}
		for _, w := range known {
			if k.Value == w {
				return w
			}
		}
		return ""
	}
	return ui.Look{Theme: pick("theme", "light", "dark"), Density: pick("density", "compact", "comfortable")}
}

// mayOpen returns what the rail asks of each entry: is there such a page, and
// may this reader open it.
func (s *Server) mayOpen(who viewer) func(string) bool {
	return func(path string) bool {
		action, there := s.actions["GET "+path]
		return there && who.may(action)
	}
}
