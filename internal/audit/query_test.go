package audit_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"steward/internal/audit"
	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/fault"
)

// TestRefusals: whatever does not fit a report is refused, naming the field
// and what it may be.
func TestRefusals(t *testing.T) {
	t.Parallel()
	reader := small(t)
	long := strings.Repeat("x", 2000)
	for _, c := range []struct {
		name, report, where, sort, cursor string
		limit                             int
		field, says                       string
	}{
		{"no such filter", "workspaces", "colour=red", "", "", 0, "colour", "name, find, begins, state"},
		{"no such choice", "access", "on=moon", "", "", 0, "on", "workspace, item"},
		{"not yes or no", "workspaces", "dedicated=maybe", "", "", 0, "dedicated", "yes or no"},
		{"unknown is no answer here", "workspaces", "dedicated=unknown", "", "", 0, "dedicated", "yes or no"},
		{"not a number", "workspaces", "admins_min=-1", "", "", 0, "admins_min", "0 to 1,000,000,000"},
		{"too big a number", "unused", "days=99999999999999999999", "", "", 0, "days", "0 to 1,000,000,000"},
		{"not a date", "activity", "after=yesterday", "", "", 0, "after", "2026-11-21"},
		{"too long", "workspaces", "name=" + long, "", "", 0, "name", "1024"},
		{"not text", "workspaces", "name=a\xffb", "", "", 0, "name", "text"},
		{"a preset's own filter", "guests", "guest=no", "", "", 0, "guest", "no filter"},
		{"required", "lineage", "", "", "", 0, "item", "id of an item"},
		{"two where one is taken", "unused", "days=1 days=2", "", "", 0, "days", "one value"},
		{"two things where one is told of", "refresh-runs", "item=a item=b", "", "", 0, "item", "item once"},
		{"no such sort", "workspaces", "", "colour", "", 0, "sort", "name, items, admins"},
		{"not sortable", "workspaces", "", "guests", "", 0, "sort", "name, items, admins"},
		{"sql for sort", "workspaces", "", "name; DROP TABLE item", "", 0, "sort", "name, items, admins"},
		{"limit", "workspaces", "", "", "", 501, "limit", "500"},
		{"negative limit", "workspaces", "", "", "", -1, "limit", "500"},
		{"cursor", "workspaces", "", "", "nonsense", 0, "cursor", "first page"},
		{"cursor too long", "workspaces", "", "", strings.Repeat("A", 10000), 0, "cursor", "first page"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := audit.Lookup(c.report)
			if err != nil {
				t.Fatal(err)
			}
			q := audit.Query{View: asOf(t, reader, 0), Scope: db.Everything, Where: where(c.where), Sort: c.sort, Cursor: c.cursor, Limit: c.limit}
			_, err = audit.Run(t.Context(), reader, r, q)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.field || !strings.Contains(f.Sentence, c.says) {
				t.Errorf("got %v (field %q), want it refused at %s, saying %q", err, fieldOf(err), c.field, c.says)
			}
		})
	}
	if _, err := audit.Lookup("nope"); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "workspaces") {
		t.Errorf("an unknown report: %v", err)
	}
}

func fieldOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Field
	}
	return ""
}

// TestFilterNames: filters share the address of a list with what every list
// understands.
func TestFilterNames(t *testing.T) {
	t.Parallel()
	taken := []string{"tenant", "as_of", "since", "sort", "cursor", "limit", "q", "header", "format"}
	for _, r := range audit.Reports() {
		for _, f := range r.Filters {
			if slices.Contains(taken, f.Key) {
				t.Errorf("%s: the filter %s cannot be set in an address", r.Name, f.Key)
			}
		}
	}
}

// TestComparingBackwards: the moment to compare with must be given and be the
// earlier one.
func TestComparingBackwards(t *testing.T) {
	t.Parallel()
	reader := small(t)
	r, _ := audit.Lookup("changes")
	for name, q := range map[string]audit.Query{
		"none":  {View: asOf(t, reader, 2), Scope: db.Everything},
		"later": {View: asOf(t, reader, 2), CompareView: asOf(t, reader, 3), Scope: db.Everything},
	} {
		if _, err := audit.Run(t.Context(), reader, r, q); fieldOf(err) != "since" {
			t.Errorf("%s: got %v, want since refused", name, err)
		}
	}
}

// TestNothingToCompareWith: before the first scan nothing is known, so nothing
// is told to have been added since.
func TestNothingToCompareWith(t *testing.T) {
	t.Parallel()
	reader := small(t)
	before, err := reader.ViewAsOf(t.Context(), audittest.TenantName, audittest.Epoch.AddDate(-1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got := table(t, reader, "changes", audit.Query{View: asOf(t, reader, 0), CompareView: before, Scope: db.Everything}, "name"); len(got) > 0 {
		t.Errorf("changes since before the first scan: %v", got)
	}
}

// TestCursorsAreChecked takes a good cursor to other lists and changes it
// everywhere: each is refused, none is an internal error.
func TestCursorsAreChecked(t *testing.T) {
	t.Parallel()
	reader := filled(t, audittest.Size{})
	r, _ := audit.Lookup("workspaces")
	q := queryOf(t, reader)
	q.Limit = 5
	p, err := audit.Run(t.Context(), reader, r, q)
	if err != nil || p.Next == "" || p.Prev != "" {
		t.Fatalf("first page: %v, next %q, prev %q", err, p.Next, p.Prev)
	}
	refuse := func(what string, r *audit.Report, q audit.Query) {
		t.Helper()
		if _, err := audit.Run(t.Context(), reader, r, q); fieldOf(err) != "cursor" {
			t.Errorf("%s: got %v, want the cursor refused", what, err)
		}
	}
	elsewhere := q
	elsewhere.Cursor, elsewhere.Sort = p.Next, "items"
	refuse("another order", r, elsewhere)
	elsewhere = q
	elsewhere.Cursor, elsewhere.Desc, elsewhere.Sort = p.Next, true, "name"
	refuse("the other direction", r, elsewhere)
	elsewhere = q
	elsewhere.Cursor, elsewhere.Where = p.Next, where("state=Active")
	refuse("another filter", r, elsewhere)
	items, _ := audit.Lookup("items")
	elsewhere = q
	elsewhere.Cursor = p.Next
	refuse("another report", items, elsewhere)
	raw, err := base64.RawURLEncoding.DecodeString(p.Next)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		bad := append([]byte(nil), raw...)
		bad[i] ^= 0x41
		elsewhere.Cursor = base64.RawURLEncoding.EncodeToString(bad)
		refuse("a changed byte", r, elsewhere)
	}
}

// TestFilters: what each kind of filter leaves.
func TestFilters(t *testing.T) {
	t.Parallel()
	reader := small(t)
	q := audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 1), Scope: db.Everything}
	for _, c := range []struct{ report, where, want string }{
		{"workspaces", "name=fin", "Finance PROD"},
		{"workspaces", "name=ＦＩＮ", "Finance PROD"},
		{"workspaces", "name=%", ""},
		{"workspaces", "orphaned=yes", "HR Secret"},
		{"workspaces", "orphaned=unknown", "Closed Box"},
		{"workspaces", "domain=dom-fin", "Finance PROD"},
		{"workspaces", "capacity=CAP-1", "Finance PROD; Marketing"},
		{"workspaces", "has_domain=no kind=Workspace", "Closed Box; HR Secret; New Lab"},
		{"workspaces", "kind=PersonalGroup", "Ana's own"},
		{"workspaces", "kind=PersonalGroup kind=Workspace name=a", "Ana's own; Finance PROD; Marketing; New Lab"},
		{"workspaces", "guests=yes", "Finance PROD"},
		{"workspaces", "admins_max=0 kind=Workspace", "HR Secret"},
		{"workspaces", "workspace=ws-hr", "HR Secret"},
		{"workspaces", "workspace=nope", ""},
		{"items", "kind=dataset", "Sales"},
		{"items", "kind=report app_copy=no", "Forgotten; Salaries; Sales"},
		{"items", "endorsement=Certified", "Sales"},
		{"items", "endorsement=none kind=report", "[App] Sales; Forgotten; Salaries"},
		{"items", "model=it-model", "[App] Sales; Salaries; Sales"},
		{"items", "workspace=ws-new", "Forgotten; Lake"},
		{"items", "workspace=ws-new workspace=ws-hr", "Forgotten; Lake; Salaries"},
		{"items", "modified_since=2026-10-29", "[App] Sales; Campaigns; Ledger; Salaries; Sales; Sales"},
		{"people", "left=yes", "Ben"},
		{"people", "left=no", "Ana"},
		{"people", "kind=Group", "Staff; Team"},
		{"people", "guest=yes kind=User", "Gil"},
		{"people", "member_of=g-team", "Ana; Ben; Staff"},
		{"people", "group_of=p-ana", "Team"},
		{"people", "has_access=no", ""},
		{"unused", "verdict=unknown", "Lake"},
		{"unused", "listed=yes", "Salaries"},
		{"refreshes", "problem=yes", "Sales"},
		{"refreshes", "problem=no", ""},
		{"changes", "change=removed thing=item", "Dust"},
		{"changes", "workspace=ws-old", "Old Stuff; Dust; Old Stuff"},
		{"changes", "workspace=ws-old thing=tenant_setting", ""},
	} {
		t.Run(c.report+" "+c.where, func(t *testing.T) {
			t.Parallel()
			q := q
			q.Where = where(c.where)
			if got := strings.Join(table(t, reader, c.report, q, "name"), "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	reader := small(t)
	for _, r := range audit.Reports() {
		for _, f := range r.Filters {
			for _, scope := range []db.Scope{db.Everything, finance, {}} {
				if _, err := audit.Choices(t.Context(), reader, r, audit.Query{View: asOf(t, reader, 0), Scope: scope}, f.Key); err != nil {
					t.Errorf("%s, %s: %v", r.Name, f.Key, err)
				}
			}
		}
	}
	r, _ := audit.Lookup("workspaces")
	got, err := audit.Choices(t.Context(), reader, r, audit.Query{View: asOf(t, reader, 0), Scope: finance}, "domain")
	if err != nil || len(got) != 1 || got[0] != (audit.Choice{Value: "dom-fin", Label: "Finance"}) {
		t.Errorf("domains of a reader of Finance: %v, %v", got, err)
	}
}

func TestOne(t *testing.T) {
	t.Parallel()
	reader := small(t)
	r, _ := audit.Lookup("workspaces")
	q := audit.Query{View: asOf(t, reader, 0), Scope: finance}
	row, truth, err := audit.One(t.Context(), reader, r, q, "workspace", "ws-fin")
	if err != nil || row.Text("name") != "Finance PROD" || truth.Scan != 3 {
		t.Errorf("got %v, %v, %v", row, truth, err)
	}
	if _, _, err := audit.One(t.Context(), reader, r, q, "workspace", "ws-hr"); !fault.Is(err, fault.NotFound) {
		t.Errorf("outside the scope: got %v, want not found", err)
	}
}

func TestTruth(t *testing.T) {
	t.Parallel()
	reader := small(t)
	now, err := audit.TruthOf(t.Context(), reader, asOf(t, reader, 0))
	if err != nil {
		t.Fatal(err)
	}
	if now.Complete() || now.Coverage() != "6 of 7 workspaces" || len(now.Gaps) != 1 || now.Gaps[0].Reason != "throttled" || len(now.Parts) != 1 || !now.LastFull.Equal(audittest.Published(2)) {
		t.Errorf("now: %+v", now)
	}
	first, err := audit.TruthOf(t.Context(), reader, asOf(t, reader, 1))
	if err != nil || !first.Complete() || !first.Past {
		t.Errorf("first: %+v, %v", first, err)
	}
	before, err := reader.ViewAsOf(t.Context(), audittest.TenantName, audittest.Epoch.AddDate(-1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	never, err := audit.TruthOf(t.Context(), reader, before)
	if err != nil || !never.Never() || never.Complete() {
		t.Errorf("before the first scan: %+v, %v", never, err)
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	reader := small(t)
	o, err := audit.OverviewOf(t.Context(), reader, audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 2), Scope: db.Everything})
	if err != nil {
		t.Fatal(err)
	}
	tile := func(o audit.Overview, name string) audit.Tile {
		for _, x := range o.Tiles {
			if x.Name == name {
				return x
			}
		}
		t.Fatalf("no tile %s", name)
		return audit.Tile{}
	}
	if x := tile(o, "workspaces.active"); x.Value != 8 || x.Before != 7 || !x.BeforeKnown {
		t.Errorf("active workspaces: %+v", x)
	}
	if x := tile(o, "leavers"); x.Value != 1 || !x.Known {
		t.Errorf("leavers: %+v", x)
	}
	for _, c := range o.Changes {
		if c.Thing == "right" && (c.Added != 2 || c.Removed != 1 || c.Changed != 0) {
			t.Errorf("rights: %+v", c)
		}
	}
	if got := len(o.Trends["links.public"].Points); got != 3 {
		t.Errorf("%d points of links.public, want 3", got)
	}
	if len(o.ActivityDays) != 90 {
		t.Errorf("%d days of activity, want 90", len(o.ActivityDays))
	}
	scoped, err := audit.OverviewOf(t.Context(), reader, audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 2), Scope: finance})
	if err != nil {
		t.Fatal(err)
	}
	if x := tile(scoped, "workspaces.active"); x.Value != 1 || len(scoped.Trends) != 0 {
		t.Errorf("a reader of Finance: %+v, %d trends", x, len(scoped.Trends))
	}
}
