package db_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/tenant"
)

// bench is a database with one tenant and what is true in it.
type bench struct {
	db     *db.DB
	tenant int64
}

func newBench(tb testing.TB) *bench {
	tb.Helper()
	return addTenant(tb, dbtest.Open(tb, nil), "contoso")
}

func addTenant(tb testing.TB, d *db.DB, name string) *bench {
	tb.Helper()
	id, err := d.EnsureTenant(tb.Context(), name, "11111111-0000-0000-0000-000000000000")
	if err != nil {
		tb.Fatal(err)
	}
	return &bench{db: d, tenant: id}
}

// scan ingests with fn in a new scan and publishes it.
func (b *bench) scan(tb testing.TB, fn func(in *db.Ingest) error) db.Scan {
	tb.Helper()
	s := b.start(tb)
	b.ingest(tb, s, fn)
	s.State = db.ScanComplete
	if err := b.db.PublishScan(tb.Context(), s, nil); err != nil {
		tb.Fatal(err)
	}
	return s
}

func (b *bench) start(tb testing.TB) db.Scan {
	tb.Helper()
	s, err := b.db.StartScan(tb.Context(), db.Scan{Tenant: b.tenant, Kind: db.ScanFull, Cause: "command"})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func (b *bench) ingest(tb testing.TB, s db.Scan, fn func(in *db.Ingest) error) {
	tb.Helper()
	in := b.db.Ingest(b.tenant, s.ID)
	defer in.Close()
	in.LimitRows(5)
	if err := fn(in); err != nil {
		tb.Fatal(err)
	}
}

// told is everything visible at a scan, as lines that name things by id.
func (b *bench) told(tb testing.TB, scan int64) []string {
	tb.Helper()
	v := db.View{Tenant: b.tenant, Scan: scan}
	var lines []string
	for _, q := range []string{
		`SELECT 'workspace ' || i.guid || ' ' || x.name || ' ' || x.items || ' ' || x.grants || ' ' || x.admins || ' ' || x.guests
			FROM workspace x JOIN ident i ON i.id = x.ws`,
		`SELECT 'item ' || w.guid || ' ' || i.guid || ' ' || x.kind || ' ' || x.name || ' ' || x.shares || ' ' || coalesce(m.guid, '-')
			FROM item x JOIN ident w ON w.id = x.ws JOIN ident i ON i.id = x.item LEFT JOIN ident m ON m.id = x.model`,
		`SELECT 'grant ' || w.guid || ' ' || o.guid || ' ' || p.guid || ' ' || x.role
			FROM access_grant x JOIN ident w ON w.id = x.ws JOIN ident o ON o.id = x.object JOIN ident p ON p.id = x.principal`,
		`SELECT 'edge ' || w.guid || ' ' || d.guid || ' ' || u.guid || ' ' || x.kind
			FROM edge x JOIN ident w ON w.id = x.ws JOIN ident d ON d.id = x.downstream JOIN ident u ON u.id = x.upstream`,
		`SELECT 'principal ' || i.guid || ' ' || x.kind || ' ' || x.name || ' ' || x.guest FROM principal x JOIN ident i ON i.id = x.principal`,
	} {
		lines = append(lines, queryLines(tb, b.db, q+" WHERE x.tenant = $1 AND "+v.Visible("x"), b.tenant)...)
	}
	sort.Strings(lines)
	return lines
}

func queryLines(tb testing.TB, d *db.DB, q string, args ...any) []string {
	tb.Helper()
	rows, err := d.Reader().Query(tb.Context(), q, args...)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			tb.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return lines
}

// model is what told should say of workspaces, worked out without SQL.
func model(all map[string]tenant.Workspace) []string {
	set := map[string]bool{}
	for _, w := range all {
		shares := map[string]int{}
		grants := func(gs []tenant.Grant, object string) (n, admins, guests int) {
			for _, g := range gs {
				line := "grant " + w.ID + " " + object + " " + g.Principal.ID + " " + string(g.Right)
				p := g.Principal
				set[fmt.Sprintf("principal %s %s %s %d", p.ID, p.Kind, p.Name, b2i(p.Guest))] = true
				if set[line] {
					continue
				}
				set[line] = true
				n++
				admins += b2i(g.Right == tenant.RightAdmin)
				guests += b2i(p.Guest)
			}
			return n, admins, guests
		}
		n, admins, guests := grants(w.Users, w.ID)
		for _, it := range w.Items {
			shares[it.ID], _, _ = grants(it.Users, it.ID)
			upstream := "-"
			for _, e := range it.Upstream {
				set["edge "+w.ID+" "+it.ID+" "+e.UpstreamID+" "+string(e.Kind)] = true
				if e.Kind == tenant.EdgeReportModel {
					upstream = e.UpstreamID
				}
			}
			set[fmt.Sprintf("item %s %s %s %s %d %s", w.ID, it.ID, it.Kind, it.Name, shares[it.ID], upstream)] = true
		}
		set[fmt.Sprintf("workspace %s %s %d %d %d %d", w.ID, w.Name, len(w.Items), n, admins, guests)] = true
	}
	var lines []string
	for line := range set {
		lines = append(lines, line)
	}
	sort.Strings(lines)
	return lines
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// drawWorkspace draws a workspace out of few ids, names and rights, so that
// changes, repetitions and returns are frequent.
func drawWorkspace(t *rapid.T, id string) tenant.Workspace {
	grants := func(label string) []tenant.Grant {
		var gs []tenant.Grant
		for range rapid.IntRange(0, 3).Draw(t, label) {
			n := rapid.IntRange(0, 3).Draw(t, "who")
			gs = append(gs, tenant.Grant{
				Principal: tenant.Principal{ID: fmt.Sprintf("person-%d", n), Kind: tenant.PrincipalUser, Name: fmt.Sprintf("P%d", n), Guest: n == 3},
				Right:     rapid.SampledFrom([]tenant.Right{tenant.RightAdmin, tenant.RightViewer}).Draw(t, "right"),
			})
		}
		return gs
	}
	w := tenant.Workspace{
		ID: id, Name: rapid.SampledFrom([]string{"Sales", "Verkauf"}).Draw(t, "name"),
		Kind: tenant.KindWorkspace, State: tenant.StateActive, UsersKnown: true, Users: grants("roles"),
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "items") {
		it := tenant.Item{ID: fmt.Sprintf("%s-item-%d", id, i), Kind: tenant.ItemReport, UsersKnown: true,
			Name: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "item"), Users: grants("shares")}
		if rapid.Bool().Draw(t, "model") {
			it.Upstream = []tenant.Edge{{UpstreamID: "model-" + rapid.SampledFrom([]string{"x", "y"}).Draw(t, "which"), Kind: tenant.EdgeReportModel}}
		}
		w.Items = append(w.Items, it)
	}
	return w
}

// Whatever a sequence of scans finds, each of them must afterwards be readable
// as it was; a scan that was given up must leave no trace; and hearing of a
// workspace twice must change nothing.
func TestHistoryTellsEveryScanAsItWas(t *testing.T) {
	t.Parallel()
	d, tenants := dbtest.Open(t, nil), 0
	rapid.Check(t, func(rt *rapid.T) {
		tenants++
		b := addTenant(t, d, fmt.Sprintf("tenant-%d", tenants))
		truth := map[string]tenant.Workspace{}
		want := map[int64][]string{}
		for range rapid.IntRange(1, 5).Draw(rt, "scans") {
			next := map[string]tenant.Workspace{}
			var gone []string
			for _, id := range []string{"ws-a", "ws-b", "ws-c"} {
				_, had := truth[id]
				switch what := rapid.SampledFrom([]string{"same", "change", "gone"}).Draw(rt, id); {
				case what == "change" || what == "same" && !had:
					next[id] = drawWorkspace(rt, id)
				case what == "same":
					next[id] = truth[id]
				case had:
					gone = append(gone, id)
				}
			}
			ingest := func(in *db.Ingest) error {
				for _, w := range next {
					draft := drawWorkspace(rt, w.ID) // an earlier answer, which a later one replaces
					for _, w := range []tenant.Workspace{draft, w, w} {
						if err := in.Workspaces(t.Context(), &db.SeenWorkspace{Workspace: w, ItemsKnown: true}); err != nil {
							return err
						}
					}
				}
				for _, id := range gone {
					if err := in.EndWorkspace(t.Context(), id); err != nil {
						return err
					}
				}
				return in.EndUnreferenced(t.Context())
			}
			if rapid.Bool().Draw(rt, "given up") {
				b.giveUp(t, ingest)
				continue
			}
			s := b.scan(t, ingest)
			truth = next
			want[s.ID] = model(next)
		}
		for scan, lines := range want {
			got := slices.DeleteFunc(b.told(t, scan), func(l string) bool { return unheard(l, lines) })
			if d := dbtest.Diff(lines, got); d != "" {
				rt.Fatalf("as of scan %d (-ingested +told):\n%s", scan, d)
			}
		}
	})
}

// unheard reports whether a line is of a principal that only a draft named:
// such a person may stay listed until the next full scan.
func unheard(line string, want []string) bool {
	return strings.HasPrefix(line, "principal ") && !slices.Contains(want, line)
}

func (b *bench) giveUp(tb testing.TB, fn func(in *db.Ingest) error) {
	tb.Helper()
	before := dbtest.Dump(tb, b.db, b.tenant)
	s := b.start(tb)
	b.ingest(tb, s, fn)
	s.State, s.Error = db.ScanCancelled, "cancelled"
	if err := b.db.EndScan(tb.Context(), s); err != nil {
		tb.Fatal(err)
	}
	if _, err := b.db.StartScan(tb.Context(), db.Scan{Tenant: b.tenant, Kind: db.ScanFull, Cause: "command"}); !fault.Is(err, fault.Conflict) {
		tb.Fatalf("a scan began before the last was swept: %v", err)
	}
	if err := b.db.SweepScans(tb.Context(), b.tenant); err != nil {
		tb.Fatal(err)
	}
	if d := dbtest.Diff(before, dbtest.Dump(tb, b.db, b.tenant)); d != "" {
		tb.Fatalf("a scan that was given up left something (-before +after):\n%s", d)
	}
}
