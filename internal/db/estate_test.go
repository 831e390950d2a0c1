package db_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/tenant"
)

func person(id, name string) tenant.Principal {
	return tenant.Principal{ID: id, Kind: tenant.PrincipalUser, Name: name, Address: name + "@contoso.com"}
}

func sales(users ...tenant.Grant) tenant.Workspace {
	return tenant.Workspace{ID: "ws", Name: "Sales", Kind: tenant.KindWorkspace, State: tenant.StateActive,
		UsersKnown: true, Users: users}
}

// seen ingests one workspace in one scan.
func (b *bench) seen(t *testing.T, s db.SeenWorkspace) db.Scan {
	t.Helper()
	return b.scan(t, func(in *db.Ingest) error { return in.Workspaces(t.Context(), &s) })
}

func TestAbsenceIsNotRemoval(t *testing.T) {
	t.Parallel()
	full := sales(tenant.Grant{Principal: person("p1", "ann"), Right: tenant.RightAdmin})
	full.Items = []tenant.Item{{ID: "r1", Kind: tenant.ItemReport, Name: "R", UsersKnown: true,
		Users: []tenant.Grant{{Principal: person("p2", "bob"), Right: "Read"}}}}

	for _, tc := range []struct {
		name   string
		answer func(w *tenant.Workspace, s *db.SeenWorkspace)
		want   []string
	}{
		{"users not told", func(w *tenant.Workspace, _ *db.SeenWorkspace) {
			w.UsersKnown, w.Users = false, nil
			w.Items[0].UsersKnown, w.Items[0].Users = false, nil
		}, []string{"grant ws r1 p2 Read", "grant ws ws p1 Admin", "item ws r1 report R 1 -", "principal p1 User ann 0", "principal p2 User bob 0", "workspace ws Sales 1 1 1 0"}},
		{"items not told", func(w *tenant.Workspace, s *db.SeenWorkspace) {
			w.Items, s.ItemsKnown = nil, false
		}, []string{"grant ws r1 p2 Read", "grant ws ws p1 Admin", "item ws r1 report R 1 -", "principal p1 User ann 0", "principal p2 User bob 0", "workspace ws Sales 1 1 1 0"}},
		{"told to be nobody", func(w *tenant.Workspace, _ *db.SeenWorkspace) {
			w.Users, w.Items[0].Users = nil, nil
		}, []string{"item ws r1 report R 0 -", "principal p1 User ann 0", "principal p2 User bob 0", "workspace ws Sales 1 0 0 0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.seen(t, db.SeenWorkspace{Workspace: full, ItemsKnown: true})
			w := full
			w.Items = append([]tenant.Item{}, full.Items...)
			next := db.SeenWorkspace{ItemsKnown: true}
			tc.answer(&w, &next)
			next.Workspace = w
			s := b.seen(t, next)
			if d := dbtest.Diff(tc.want, b.told(t, s.ID)); d != "" {
				t.Fatalf("(-want +told)\n%s", d)
			}
		})
	}
}

func TestEqualDigestsCompareNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := sales(tenant.Grant{Principal: person("p1", "ann"), Right: tenant.RightAdmin})
	first := b.seen(t, db.SeenWorkspace{Workspace: w, ItemsKnown: true, Digest: []byte("d1")})
	known, err := b.db.Reader().Digests(t.Context(), b.tenant, []string{"ws", "other"})
	if err != nil || string(known["ws"]) != "d1" || len(known) != 1 {
		t.Fatalf("digests: %v, %v", known, err)
	}
	w.Name = "not looked at"
	second := b.seen(t, db.SeenWorkspace{Workspace: w, ItemsKnown: true, Digest: []byte("d1")})
	if d := dbtest.Diff(b.told(t, first.ID), b.told(t, second.ID)); d != "" {
		t.Fatalf("an equal digest was not trusted:\n%s", d)
	}
	b.scan(t, func(in *db.Ingest) error { return in.EndWorkspace(t.Context(), "ws") })
	again := b.seen(t, db.SeenWorkspace{Workspace: w, ItemsKnown: true, Digest: []byte("d1")})
	if got := b.told(t, again.ID); len(got) == 0 || got[len(got)-1] != "workspace ws not looked at 0 1 1 0" {
		t.Fatalf("a workspace that came back was taken for unchanged: %v", got)
	}
}

func TestWhatIsStoredOfAPersonDoesNotDependOnTheOrderOfAnswers(t *testing.T) {
	t.Parallel()
	mention := func(id, name, address string, guest bool) tenant.Workspace {
		return tenant.Workspace{ID: id, Name: id, Kind: tenant.KindWorkspace, State: tenant.StateActive, UsersKnown: true,
			Users: []tenant.Grant{{Right: tenant.RightViewer, Principal: tenant.Principal{ID: "p", Kind: tenant.PrincipalUser, Name: name, Address: address, Guest: guest}}}}
	}
	answers := []tenant.Workspace{
		mention("a", "Ann", "", false), mention("b", "Ann Smith", "ann@contoso.com", false), mention("c", "", "ann@contoso.com", true),
	}
	var dumps [][]string
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		b := newBench(t)
		b.seen(t, db.SeenWorkspace{Workspace: mention("z", "Ann", "ann@contoso.com", false), ItemsKnown: true})
		b.scan(t, func(in *db.Ingest) error {
			for _, i := range order {
				if err := in.Workspaces(t.Context(), &db.SeenWorkspace{Workspace: answers[i], ItemsKnown: true}); err != nil {
					return err
				}
			}
			return nil
		})
		dumps = append(dumps, dbtest.Dump(t, b.db, b.tenant))
	}
	for _, d := range dumps[1:] {
		if diff := dbtest.Diff(dumps[0], d); diff != "" {
			t.Fatalf("another order, another person:\n%s", diff)
		}
	}
}

func TestSmallSetsAreMadeEqual(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i, capacities := range [][]tenant.Capacity{
		{{ID: "c1", Name: "One", SKU: "P1", Admins: []string{"a"}}, {ID: "c2", Name: "Two", SKU: "F2"}},
		{{ID: "c1", Name: "One", SKU: "P2", Admins: []string{"a"}}},
		{{ID: "c1", Name: "One", SKU: "P2", Admins: []string{"a"}}, {ID: "c2", Name: "Two", SKU: "F2"}},
	} {
		s := b.scan(t, func(in *db.Ingest) error { return in.Capacities(t.Context(), capacities) })
		var want []string
		for _, c := range capacities {
			want = append(want, c.ID+" "+c.SKU)
		}
		got := queryLines(t, b.db, `SELECT i.guid || ' ' || c.sku FROM capacity c JOIN ident i ON i.id = c.capacity WHERE `+
			db.View{Scan: s.ID}.Visible("c")+` ORDER BY 1`)
		if d := dbtest.Diff(want, got); d != "" {
			t.Fatalf("capacities after scan %d:\n%s", i, d)
		}
	}
	if n := queryLines(t, b.db, `SELECT count(*) || '' FROM capacity`); n[0] != "4" {
		t.Fatalf("%s versions were written, want 4", n[0])
	}
}

func TestPipelineUsersNotToldAreKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := tenant.Pipeline{ID: "pl", Name: "Pipe", UsersKnown: true,
		Users:  []tenant.Grant{{Principal: person("p1", "ann"), Right: tenant.RightAdmin}},
		Stages: []tenant.Stage{{Order: 0, Name: "Dev", WorkspaceID: "ws"}, {Order: 1, Name: "Test"}}}
	b.scan(t, func(in *db.Ingest) error { return in.Pipelines(t.Context(), []tenant.Pipeline{p}) })
	p.UsersKnown, p.Users, p.Stages = false, nil, p.Stages[:1]
	b.scan(t, func(in *db.Ingest) error { return in.Pipelines(t.Context(), []tenant.Pipeline{p}) })
	got := queryLines(t, b.db, `SELECT 'user ' || role FROM pipeline_user WHERE to_scan IS NULL
		UNION ALL SELECT 'stage ' || name FROM pipeline_stage WHERE to_scan IS NULL ORDER BY 1`)
	if d := dbtest.Diff([]string{"stage Dev", "user Admin"}, got); d != "" {
		t.Fatal(d)
	}
}

func TestActivityIsUpsertedAndCounted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	event := func(id, what, who string, hour int) tenant.Event {
		return tenant.Event{ID: id, At: day.Add(time.Duration(hour) * time.Hour), Activity: what, Actor: who, ItemID: "r1", WorkspaceID: "ws",
			Succeeded: true, Raw: []byte(`{"Id":"` + id + `"}`)}
	}
	read := func(events ...tenant.Event) {
		b.scan(t, func(in *db.Ingest) error { return in.Activity(t.Context(), events) })
		if err := b.db.SaveActivityDay(t.Context(), b.tenant, db.ActivityDay{Day: day, ReadAt: day.Add(48 * time.Hour), Whole: true}); err != nil {
			t.Fatal(err)
		}
	}
	read(event("e1", "ViewReport", "ann", 9), event("e2", "ViewReport", "ann", 10), event("e3", "ExportReport", "bob", 11))
	read(event("e2", "ViewReport", "ann", 10), event("late", "ViewReport", "bob", 3), event("e4", "GetGroupsAsAdmin", "PowerBI", 3))
	got := queryLines(t, b.db, `SELECT views || ' ' || exports || ' ' || people FROM usage_day`)
	if len(got) != 1 || got[0] != "3 1 2" {
		t.Fatalf("usage is %v, want 3 views, 1 export, 2 people", got)
	}
	days, err := b.db.Reader().ActivityDays(t.Context(), b.tenant, day)
	if err != nil || days[day].Events != 5 || !days[day].Whole {
		t.Fatalf("days: %+v, %v", days, err)
	}
}

func TestOnlyOneScanAtATime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.start(t)
	_, err := b.db.StartScan(t.Context(), db.Scan{Tenant: b.tenant, Kind: db.ScanFull, Cause: "person"})
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("second scan: %v, want a conflict", err)
	}
	running, ok, err := b.db.Reader().RunningScan(t.Context(), b.tenant)
	if err != nil || !ok || running.ID != s.ID {
		t.Fatalf("running scan: %+v %v %v", running, ok, err)
	}
}

func TestSplittingABatchLosesNoWorkspace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.start(t)
	batches := []db.Batch{{IDs: []string{"a", "b", "c"}}, {IDs: []string{"d"}}}
	if err := b.db.AddBatches(t.Context(), s.ID, batches); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.db.SplitBatch(t.Context(), s.ID, batches[0]); err != nil {
		t.Fatal(err)
	}
	all, err := b.db.Reader().Batches(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, x := range all {
		for _, id := range x.IDs {
			got += id
		}
		got += "."
	}
	if got != "a.d.bc." {
		t.Fatalf("batches are %q, want a.d.bc.", got)
	}
}

func TestReadableViews(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.seen(t, db.SeenWorkspace{Workspace: sales(tenant.Grant{Principal: person("p1", "ann"), Right: tenant.RightAdmin}), ItemsKnown: true})
	got := queryLines(t, b.db, `SELECT a.tenant || ' ' || w.name || ' ' || a.principal || ' ' || a.role FROM v_access a JOIN v_workspace w USING (workspace_id)`)
	if len(got) != 1 || got[0] != "contoso Sales ann Admin" {
		t.Fatalf("v_access says %v", got)
	}
	for _, view := range []string{"v_scan", "v_item", "v_activity"} {
		queryLines(t, b.db, `SELECT count(*) || '' FROM `+view)
	}
}

// A comparison that reads more than its scope makes the cost of a scan grow
// with the tenant instead of with what changed.
func TestComparisonsReadOnlyTheirScope(t *testing.T) {
	t.Parallel()
	plans, err := db.LoadPlans(t.Context(), newBench(t).db)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"workspace: SEARCH workspace USING INDEX workspace_by_ws (ws=?)",
		"item: SEARCH item USING INDEX item_by_ws (ws=?)",
		"access_grant: SEARCH access_grant USING PRIMARY KEY (ws=?)",
		"edge: SEARCH edge USING PRIMARY KEY (ws=?)",
		"unused_item: SEARCH unused_item USING INDEX unused_by_ws (ws=?)",
		"group_member: SEARCH group_member USING PRIMARY KEY (grp=?)",
	} {
		if !slices.Contains(plans, want) {
			t.Errorf("no comparison runs as %q; they run as\n%s", want, strings.Join(plans, "\n"))
		}
	}
}

// What the directory says, and what an answer says after it, are versions of
// one person.
func TestThereIsOneOfEachPerson(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.scan(t, func(in *db.Ingest) error {
		w := sales(tenant.Grant{Principal: person("p1", "ann"), Right: tenant.RightAdmin})
		if err := in.Workspaces(t.Context(), &db.SeenWorkspace{Workspace: w, ItemsKnown: true}); err != nil {
			return err
		}
		ann := person("p1", "ann")
		ann.Directory = &tenant.DirectoryEntry{Enabled: true, EnabledKnown: true, Department: "Sales"}
		if err := in.Directory(t.Context(), []tenant.Principal{ann}); err != nil {
			return err
		}
		return in.Mention(t.Context(), []tenant.Principal{person("p1", "ann"), person("p1", "anna")})
	})
	got := queryLines(t, b.db, `SELECT name || ' ' || department || ' ' || enabled FROM principal x WHERE `+db.View{Scan: s.ID}.Visible("x"))
	if len(got) != 1 || got[0] != "anna Sales 1" {
		t.Fatalf("there are %v", got)
	}
}

// When a group loses its last right, its members go with it in the same scan,
// however deep they are, and a second look finds nothing more to close.
func TestAGroupThatGoesTakesItsMembersAlong(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	group := func(id string) tenant.Principal {
		return tenant.Principal{ID: id, Kind: tenant.PrincipalGroup, Name: id}
	}
	b.scan(t, func(in *db.Ingest) error {
		w := sales(tenant.Grant{Principal: group("g1"), Right: tenant.RightAdmin})
		if err := in.Workspaces(t.Context(), &db.SeenWorkspace{Workspace: w, ItemsKnown: true}); err != nil {
			return err
		}
		if err := in.Mention(t.Context(), []tenant.Principal{group("g2"), person("p", "ann")}); err != nil {
			return err
		}
		if err := in.GroupMembers(t.Context(), "g1", []tenant.Membership{{GroupID: "g1", MemberID: "g2"}}); err != nil {
			return err
		}
		return in.GroupMembers(t.Context(), "g2", []tenant.Membership{{GroupID: "g2", MemberID: "p"}})
	})
	var once []string
	s := b.scan(t, func(in *db.Ingest) error {
		w := sales()
		if err := in.Workspaces(t.Context(), &db.SeenWorkspace{Workspace: w, ItemsKnown: true}); err != nil {
			return err
		}
		if err := in.EndUnreferenced(t.Context()); err != nil {
			return err
		}
		once = queryLines(t, b.db, `SELECT count(*) || '' FROM principal WHERE to_scan IS NULL UNION ALL SELECT count(*) || '' FROM group_member WHERE to_scan IS NULL`)
		return in.EndUnreferenced(t.Context())
	})
	if got := b.told(t, s.ID); len(got) != 1 || once[0] != "0" || once[1] != "0" {
		t.Fatalf("left are %v; after the first look %v principals and memberships", got, once)
	}
}
