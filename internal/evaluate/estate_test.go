package evaluate_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/evaluate"
	"steward/internal/policy"
	"steward/internal/tenant"
)

// estate is a small tenant as a test writes it down.
type estate struct {
	People     map[string]person
	Capacities map[string]capacity
	Spaces     []space `yaml:"workspaces"`
	Pipelines  map[string]pipeline
	Settings   []setting
	Public     []string           // items published to the web, by name
	Wide       []string           // items with a link for the organisation
	Use        map[string][]int   // item name → days ago it was viewed
	Viewers    map[string]int     // item name → people who viewed it yesterday
	Edits      map[string]int     // item name → edits yesterday
	Whole      int                // days of activity that were read
	Refreshes  map[string]refresh // model name → what Microsoft reports
	Unseen     []string           // workspaces that the scan could not see
	Meant      int64
}

type person struct {
	Guest, Gone, Disabled, App, Group, Unified, Everyone bool
	Unasked                                              bool // the directory was not asked
	Members                                              []string
}

type capacity struct {
	SKU, State string
	Admins     []string
}

type space struct {
	Name, Description, Kind, State, Capacity string
	Shared                                   bool // not on a capacity
	UsersUnknown                             bool `yaml:"usersUnknown"`
	Roles                                    map[string]string
	Items                                    []item
}

type item struct {
	Name, Kind, Label, Description, Endorsement, Certified, Owner, Model string
	Days                                                                 int // days ago it was made
	Schedule                                                             string
	Notify                                                               string
	BadSource                                                            bool `yaml:"badSource"`
	Shares                                                               map[string]string
	Count                                                                int // so many of them
}

type pipeline struct {
	Users  map[string]string
	Stages []string // "Production: FIN-Sales-PROD"
}

type setting struct {
	Name, Override string
	On             bool
	Groups         []string
	Properties     map[string]string
}

type refresh struct {
	Refreshes, Failures, Median int
	Status                      string
	Days                        int // days since the last one ended, or since the period began
}

// world is a database with a clock, and the estate that was scanned last.
type world struct {
	tb     testing.TB
	db     *db.DB
	tenant int64
	mu     sync.Mutex
	now    time.Time
	// memory is what one judging keeps for the next, as in a running portal.
	memory evaluate.Memory
}

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

func newWorld(tb testing.TB) *world {
	w := &world{tb: tb, now: noon}
	w.db = dbtest.Open(tb, func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	})
	id, err := w.db.EnsureTenant(tb.Context(), "contoso", "11111111-1111-1111-1111-111111111111")
	w.check(err)
	w.tenant = id
	return w
}

func (w *world) check(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// id makes the id of anything out of its name: names in an estate are unique.
func id(name string) string { return fmt.Sprintf("id-%x", name) }

func parse(tb testing.TB, text string) *estate {
	tb.Helper()
	var e estate
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&e); err != nil {
		tb.Fatalf("estate: %v", err)
	}
	return &e
}

// scan publishes a scan that saw the estate, and returns its view.
func (w *world) scan(e *estate) db.View {
	w.tb.Helper()
	ctx := w.tb.Context()
	s, err := w.db.StartScan(ctx, db.Scan{Tenant: w.tenant, Kind: db.ScanFull, Cause: "command"})
	w.check(err)
	in := w.db.Ingest(w.tenant, s.ID)
	defer in.Close()
	seen := map[string]bool{}
	for i := range e.Spaces {
		if slices.Contains(e.Unseen, e.Spaces[i].Name) {
			seen[id(e.Spaces[i].Name)] = true
			continue
		}
		got := w.space(e, &e.Spaces[i])
		seen[got.ID] = true
		w.check(in.Workspaces(ctx, &got))
	}
	var gone []string
	w.check(w.db.Reader().OpenWorkspaces(ctx, w.tenant, func(id string) error {
		if !seen[id] {
			gone = append(gone, id)
		}
		return nil
	}))
	for _, g := range gone {
		w.check(in.EndWorkspace(ctx, g))
	}
	w.rest(in, e)
	directory := w.db.Ingest(w.tenant, s.ID)
	defer directory.Close()
	w.directory(directory, e)
	w.parts(e, s.ID)
	s.State, s.Meant, s.Seen = db.ScanComplete, max(e.Meant, int64(len(e.Spaces))), int64(len(e.Spaces)-len(e.Unseen))
	w.check(w.db.PublishScan(ctx, s, nil))
	v, err := w.db.Reader().ViewNow(ctx, "contoso")
	w.check(err)
	return v
}

func (w *world) parts(e *estate, scan int64) {
	ctx := w.tb.Context()
	for _, part := range []string{"pipelines", "organisation-links", "published-to-web"} {
		w.check(w.db.SavePart(ctx, scan, db.Part{Name: part, State: db.PartDone, AsOf: w.now}))
	}
	var gaps []db.Gap
	for _, name := range e.Unseen {
		gaps = append(gaps, db.Gap{WorkspaceID: id(name), Reason: "the scanner failed"})
	}
	w.check(w.db.AddGaps(ctx, w.tenant, scan, gaps))
	w.activity(e, scan)
}

func (w *world) principal(e *estate, name string) tenant.Principal {
	p, ok := e.People[name]
	if !ok {
		w.tb.Fatalf("estate: nobody is called %q", name)
	}
	out := tenant.Principal{ID: id(name), Kind: tenant.PrincipalUser, Name: name, Address: name + "@contoso.com", Guest: p.Guest}
	switch {
	case p.Group:
		out.Kind, out.Address = tenant.PrincipalGroup, ""
	case p.App:
		out.Kind, out.Address = tenant.PrincipalApp, ""
	case p.Everyone:
		out.Kind, out.Address, out.ID = tenant.PrincipalEveryone, "", tenant.EveryoneID
	}
	return out
}

func (w *world) grants(e *estate, on string, rights map[string]string) []tenant.Grant {
	var out []tenant.Grant
	for name, right := range rights {
		out = append(out, tenant.Grant{ObjectID: on, Principal: w.principal(e, name), Right: tenant.Right(right)})
	}
	return out
}

func (w *world) space(e *estate, s *space) db.SeenWorkspace {
	got := tenant.Workspace{ID: id(s.Name), Name: s.Name, Description: s.Description, Kind: tenant.KindWorkspace, State: tenant.StateActive,
		Dedicated: !s.Shared, UsersKnown: !s.UsersUnknown, Users: w.grants(e, id(s.Name), s.Roles)}
	if s.Kind != "" {
		got.Kind = tenant.WorkspaceKind(s.Kind)
	}
	if s.State != "" {
		got.State = tenant.WorkspaceState(s.State)
	}
	if s.Capacity != "" {
		got.CapacityID = id(s.Capacity)
	}
	for i := range s.Items {
		for n := range max(1, s.Items[i].Count) {
			it := w.item(e, &s.Items[i])
			if n > 0 {
				it.ID, it.Name = fmt.Sprintf("%s-%d", it.ID, n), fmt.Sprintf("%s %d", it.Name, n)
			}
			got.Items = append(got.Items, it)
		}
	}
	return db.SeenWorkspace{Workspace: got, ItemsKnown: true}
}

func (w *world) item(e *estate, i *item) tenant.Item {
	it := tenant.Item{ID: id(i.Name), Name: i.Name, Kind: i.Kind, LabelID: i.Label, Description: i.Description, Endorsement: i.Endorsement,
		CertifiedBy: i.Certified, Tables: -1, Roles: -1, UsersKnown: true, Users: w.grants(e, id(i.Name), i.Shares)}
	if it.Kind == "" {
		it.Kind = tenant.ItemReport
	}
	it.Created = noon.AddDate(0, 0, -max(i.Days, 1))
	if i.Days == 0 {
		it.Created = noon.AddDate(0, 0, -400)
	}
	if i.Owner != "" {
		it.ConfiguredBy = i.Owner + "@contoso.com"
	}
	if i.Model != "" {
		model, where, _ := strings.Cut(i.Model, " in ")
		edge := tenant.Edge{UpstreamID: id(model), Kind: tenant.EdgeReportModel}
		if where != "" {
			edge.UpstreamWorkspaceID = id(where)
		}
		it.Upstream = append(it.Upstream, edge)
	}
	if i.BadSource {
		it.Upstream = append(it.Upstream, tenant.Edge{UpstreamID: id("source of " + i.Name), Kind: tenant.EdgeMissource})
	}
	if i.Schedule != "" {
		it.Refresh = &tenant.RefreshSchedule{Enabled: i.Schedule == "on", NotifyOption: i.Notify}
	}
	return it
}

func (w *world) directory(in *db.Ingest, e *estate) {
	ctx := w.tb.Context()
	for name, p := range e.People {
		if p.Unasked || p.Everyone || p.App {
			continue
		}
		who := w.principal(e, name)
		who.Directory = &tenant.DirectoryEntry{Gone: p.Gone, Enabled: !p.Disabled, EnabledKnown: true, Unified: p.Unified, MembersKnown: p.Group}
		var members []tenant.Membership
		for _, m := range p.Members {
			members = append(members, tenant.Membership{GroupID: id(name), MemberID: id(m)})
		}
		w.check(in.Directory(ctx, []tenant.Principal{who}))
		if p.Group {
			w.check(in.GroupMembers(ctx, id(name), members))
		}
	}
}

func (w *world) rest(in *db.Ingest, e *estate) {
	ctx := w.tb.Context()
	var caps []tenant.Capacity
	for name, c := range e.Capacities {
		state := c.State
		if state == "" {
			state = "Active"
		}
		var admins []string
		for _, a := range c.Admins {
			admins = append(admins, a+"@contoso.com")
		}
		caps = append(caps, tenant.Capacity{ID: id(name), Name: name, SKU: c.SKU, State: state, Admins: admins})
	}
	w.check(in.Capacities(ctx, caps))
	var pipelines []tenant.Pipeline
	for name, p := range e.Pipelines {
		got := tenant.Pipeline{ID: id(name), Name: name, UsersKnown: true, Users: w.grants(e, id(name), p.Users)}
		for i, stage := range p.Stages {
			label, ws, _ := strings.Cut(stage, ": ")
			st := tenant.Stage{Order: i, Name: label}
			if ws != "" {
				st.WorkspaceID = id(ws)
			}
			got.Stages = append(got.Stages, st)
		}
		pipelines = append(pipelines, got)
	}
	w.check(in.Pipelines(ctx, pipelines))
	w.settings(in, e)
	w.links(in, e)
	w.refreshables(in, e)
}

func (w *world) settings(in *db.Ingest, e *estate) {
	byOverride := map[string][]tenant.Setting{"": nil, "capacity": nil}
	for _, s := range e.Settings {
		got := tenant.Setting{Name: s.Name, Title: "Title of " + s.Name, Enabled: s.On, OverrideOf: s.Override}
		if s.Override != "" {
			got.OverrideID = "c1"
		}
		for _, g := range s.Groups {
			got.EnabledGroups = append(got.EnabledGroups, tenant.SettingGroup{ID: id(g), Name: g})
		}
		for k, v := range s.Properties {
			got.Properties = append(got.Properties, tenant.SettingProperty{Name: k, Value: v, Type: "Boolean"})
		}
		byOverride[s.Override] = append(byOverride[s.Override], got)
	}
	for of, list := range byOverride {
		w.check(in.Settings(w.tb.Context(), of, list))
	}
}

func (w *world) links(in *db.Ingest, e *estate) {
	for kind, names := range map[tenant.LinkKind][]string{tenant.LinkPublic: e.Public, tenant.LinkOrganisation: e.Wide} {
		var links []tenant.WideLink
		for _, n := range names {
			links = append(links, tenant.WideLink{Kind: kind, ItemID: id(n), ItemName: n, Right: "Read"})
		}
		w.check(in.WideLinks(w.tb.Context(), kind, links))
	}
}

func (w *world) refreshables(in *db.Ingest, e *estate) {
	var all []tenant.Refreshable
	for model, r := range e.Refreshes {
		at := w.now.Truncate(24*time.Hour).AddDate(0, 0, -r.Days)
		got := tenant.Refreshable{ID: id(model), Name: model, WorkspaceID: w.spaceOf(e, model), Refreshes: r.Refreshes, Failures: r.Failures,
			MedianSeconds: float64(r.Median), LastStatus: r.Status, LastEnd: at, WindowStart: at}
		all = append(all, got)
	}
	w.check(in.Refreshables(w.tb.Context(), all))
}

func (w *world) spaceOf(e *estate, itemName string) string {
	for i := range e.Spaces {
		for _, it := range e.Spaces[i].Items {
			if it.Name == itemName {
				return id(e.Spaces[i].Name)
			}
		}
	}
	w.tb.Fatalf("estate: no item %q", itemName)
	return ""
}

func (w *world) activity(e *estate, scan int64) {
	ctx := w.tb.Context()
	in := w.db.Ingest(w.tenant, scan)
	defer in.Close()
	event := func(name, activity, who string, daysAgo, n int) tenant.Event {
		return tenant.Event{ID: fmt.Sprintf("%s-%s-%s-%d-%d", name, activity, who, daysAgo, n), At: w.now.AddDate(0, 0, -daysAgo), Activity: activity,
			Actor: who, WorkspaceID: w.spaceOf(e, name), ItemID: id(name), Succeeded: true}
	}
	days := map[int]bool{}
	var events []tenant.Event
	for name, ago := range e.Use {
		for _, d := range ago {
			events = append(events, event(name, "ViewReport", "ana@contoso.com", d, 0))
			days[d] = true
		}
	}
	for name, n := range e.Viewers {
		for i := range n {
			events = append(events, event(name, "ViewReport", fmt.Sprintf("viewer.%d@contoso.com", i), 1, i))
		}
	}
	for name, n := range e.Edits {
		for i := range n {
			events = append(events, event(name, "EditReport", "ana@contoso.com", 1, i))
		}
	}
	w.check(in.Activity(ctx, events))
	for d := 1; d <= e.Whole; d++ {
		days[d] = true
	}
	for d := range days {
		w.check(w.db.SaveActivityDay(ctx, w.tenant, db.ActivityDay{Day: w.now.AddDate(0, 0, -d), ReadAt: w.now, Whole: true}))
	}
}

func builtin(tb testing.TB, decisions map[string]policy.Decision) *policy.Set {
	tb.Helper()
	set, problems := policy.Compile(policy.Builtin(), decisions)
	if len(problems) > 0 {
		tb.Fatal(problems)
	}
	return set
}
