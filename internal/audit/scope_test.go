package audit_test

import (
	"bytes"
	"strings"
	"testing"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/internal/fault"
)

// finance is a reader who may see the workspaces that begin with Finance.
var finance = db.Scope{Prefixes: []string{"finance"}}

// allFor gives a report the filters it cannot do without, in the small tenant.
func allFor(r *audit.Report) map[string][]string {
	out := map[string][]string{}
	ids := map[string]string{"workspace": "ws-fin", "principal": "p-ana", "item": "it-model", "scan": "3", "run": "none", "pipeline": "pipe-1"}
	for _, f := range r.Filters {
		if f.Required {
			out[f.Key] = []string{ids[f.Key]}
		}
	}
	return out
}

// export writes the whole report as JSON, ids and all.
func export(t *testing.T, reader *db.Reader, r *audit.Report, q audit.Query) (string, int64) {
	t.Helper()
	var b bytes.Buffer
	n, err := audit.Export(t.Context(), &b, reader, r, q, audit.JSON, audit.Options{})
	if err != nil {
		t.Fatalf("%s: %v", r.Name, err)
	}
	return b.String(), n
}

// TestScopeLeaksNothing exports every report as a reader of Finance, with every
// column, and looks for what belongs to other workspaces.
func TestScopeLeaksNothing(t *testing.T) {
	t.Parallel()
	reader := small(t)
	secrets := []string{"HR Secret", "ws-hr", "Marketing DEV", "ws-mkt", "Old Stuff", "ws-old", "New Lab", "ws-new", "ws-box", "ws-ana", "Salaries", "it-pay", "Campaigns", "it-dash", "Dust", "Forgotten", "Publish to web"}
	for _, r := range audit.Reports() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			q := audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 1), Scope: finance, Where: allFor(r)}
			text, _ := export(t, reader, r, q)
			_, rows, _ := strings.Cut(text, `"rows":[`)
			for _, s := range secrets {
				if strings.Contains(rows, s) {
					t.Errorf("names %q: %s", s, rows)
				}
			}
		})
	}
}

// TestScopeShowsItsOwn is the other half: the reader of Finance is not simply
// shown nothing.
func TestScopeShowsItsOwn(t *testing.T) {
	t.Parallel()
	reader := small(t)
	q := audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 1), Scope: finance}
	for _, c := range []struct{ report, where, columns, want string }{
		{"workspaces", "", "name", "Finance PROD"},
		{"items", "", "name", "[App] Sales; Ledger; Sales; Sales"},
		{"access", "", "principal right", "Ana | Admin; Gil | Viewer; Team | Member; Everybody | Read"},
		{"people", "", "name workspaces items", "Ana | 1 | 0; Everybody | 0 | 1; Gil | 1 | 0; Team | 1 | 0"},
		{"person-access", "principal=p-ana", "workspace via", "Finance PROD | direct; Finance PROD | via Team; Finance PROD | everybody in the organisation"},
		{"links", "", "item", "Sales"},
		{"capacities", "", "name workspaces", "Premium | 1"},
		{"domains", "", "name workspaces", "Finance | 1"},
		{"pipeline-stages", "", "stage workspace", "Development | unknown; Production | Finance PROD"},
		{"datasources", "", "location", "ledger-db;books"},
		{"settings", "", "name", ""},
		{"scans", "", "scan", "3; 2; 1"},
		{"scan-gaps", "scan=3", "workspace", ""},
		{"lineage", "item=it-model", "distance name", "-3 | Sales; -2 | not seen, or outside what you may see; -2 | ledger-db;books; -1 | Ledger; 0 | Sales; 1 | not seen, or outside what you may see; 2 | [App] Sales"},
		{"changes", "thing=right", "name person change", "Finance PROD | Gil | added; Finance PROD | Team | changed"},
		{"usage", "", "item views", "[App] Sales | 5; Ledger | 0"},
		{"activity", "", "activity", "ViewReport; UpdateFolderAccess; UpdateFolderAccess; UpdateFolderAccess"},
	} {
		t.Run(c.report, func(t *testing.T) {
			t.Parallel()
			q := q
			q.Where = where(c.where)
			if got := strings.Join(table(t, reader, c.report, q, c.columns), "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestNothingIsSeenWithoutScope: the zero scope opens nothing, whatever the
// report.
func TestNothingIsSeenWithoutScope(t *testing.T) {
	t.Parallel()
	reader := small(t)
	for _, r := range audit.Reports() {
		q := audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 1), Where: allFor(r)}
		if text, n := export(t, reader, r, q); n != 0 {
			t.Errorf("%s shows %d rows to a reader without scope: %s", r.Name, n, text)
		}
	}
}

// TestTenantsAreApart reads every report of one tenant and looks for the other.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	reader := small(t)
	other, err := reader.ViewNow(t.Context(), "fabrikam")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range audit.Reports() {
		q := audit.Query{View: asOf(t, reader, 0), CompareView: asOf(t, reader, 1), Scope: db.Everything, Where: allFor(r)}
		if text, _ := export(t, reader, r, q); strings.Contains(strings.ToLower(text), "fab") {
			t.Errorf("%s of contoso shows fabrikam: %s", r.Name, text)
		}
		q.View, q.CompareView = other, other
		text, n := export(t, reader, r, q)
		_, rows, _ := strings.Cut(text, `"rows":[`)
		for _, s := range []string{"ws-", "it-", "p-", "Finance", "Ana", "Setting"} {
			if n > 0 && strings.Contains(strings.NewReplacer("ws-fab", "", "it-fab", "", "p-fab", "", "no_gap-", "").Replace(rows), s) {
				t.Errorf("%s of fabrikam shows %q: %s", r.Name, s, rows)
			}
		}
	}
}

func TestLineageHidesWhatIsOutside(t *testing.T) {
	t.Parallel()
	reader := small(t)
	l, err := audit.LineageOf(t.Context(), reader, audit.Query{View: asOf(t, reader, 0), Scope: finance}, "it-model")
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for _, n := range l.Nodes {
		if n.Hidden {
			hidden++
			if n.ID != "" || n.Workspace != "" || strings.Contains(n.Name, "Salar") {
				t.Errorf("a hidden node tells %+v", n)
			}
		}
	}
	if hidden != 2 || len(l.Edges) != 7 {
		t.Errorf("got %d hidden nodes and %d edges, want 2 and 7", hidden, len(l.Edges))
	}
	if _, err := audit.LineageOf(t.Context(), reader, audit.Query{View: asOf(t, reader, 0), Scope: finance}, "it-pay"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an item outside the scope: got %v, want not found", err)
	}
}
