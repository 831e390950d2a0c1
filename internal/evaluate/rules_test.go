package evaluate_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"steward/internal/db"
	"steward/internal/evaluate"
	"steward/internal/policy"
)

func readScenario(tb testing.TB, file string) (*estate, string) {
	tb.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var e *estate
	want := ""
	for _, f := range a.Files {
		switch f.Name {
		case "estate.yaml":
			e = parse(tb, string(f.Data))
		case "want":
			want = string(f.Data)
		}
	}
	return e, want
}

func (w *world) evaluate(v db.View, set *policy.Set) evaluate.Result {
	w.tb.Helper()
	r, err := w.memory.Evaluate(w.tb.Context(), w.db, v, set)
	w.check(err)
	return r
}

// standing lists what stands, as "rule: object, object", one rule a line.
func (w *world) standing() string {
	w.tb.Helper()
	rows, err := w.db.Reader().Query(w.tb.Context(), `SELECT rule, label FROM violation WHERE state <> 'resolved' AND in_force = 1 ORDER BY rule, label`)
	w.check(err)
	defer func() { _ = rows.Close() }()
	found := map[string][]string{}
	for rows.Next() {
		var rule, label string
		w.check(rows.Scan(&rule, &label))
		found[rule] = append(found[rule], fmt.Sprintf("%+q", label))
	}
	w.check(rows.Err())
	var b strings.Builder
	for _, rule := range slices.Sorted(maps.Keys(found)) {
		if n := len(found[rule]); n > 100 {
			found[rule] = []string{fmt.Sprintf("%d objects", n)}
		}
		fmt.Fprintf(&b, "%s: %s\n", rule, strings.ReplaceAll(strings.Join(found[rule], ", "), `"`, ""))
	}
	return b.String()
}

// Every built-in rule, at a scan, on a real database: what it finds in a small
// tenant, and that it passes something there too.
func TestEveryBuiltinRuleAtAScan(t *testing.T) {
	t.Parallel()
	e, want := readScenario(t, "testdata/every-rule.txtar")
	w := newWorld(t)
	set := builtin(t, nil)
	v := w.scan(e)
	w.evaluate(v, set)
	got := w.standing()
	if os.Getenv("STEWARD_SHOW") != "" {
		fmt.Print(got)
	}
	if got != want {
		t.Errorf("standing violations differ (-want +got):\n%s", diffLines(want, got))
	}
	figures, err := w.db.Reader().RuleFigures(t.Context(), v.Scan)
	w.check(err)
	for _, r := range set.Rules() {
		f := figures[r.ID]
		if r.Applies == policy.AtRequest {
			// A request asks it (internal/desk, TestEveryPromotionRuleAtARequest).
			if f != (policy.Tally{}) {
				t.Errorf("%s is about requests, and a scan judged it: %+v", r.ID, f)
			}
			continue
		}
		if f.Passed == 0 && r.Kind != policy.KindSetting && r.Kind != policy.KindTenant && r.Kind != policy.KindWaiver {
			t.Errorf("%s passes nothing in the small tenant", r.ID)
		}
		if f.Failed == 0 && !named(r.ID) {
			t.Errorf("%s finds nothing in the small tenant, and no test of its own is named", r.ID)
		}
	}
}

// elsewhere are the rules that need a tenant of their own to fail in, and what
// makes them fail there, after a first scan that they pass.
var elsewhere = map[string]func(w *world, e *estate){
	"portal.activity": func(w *world, e *estate) { e.Whole = 0; w.pass(30 * day) },
	// Who was asked about once stays known: the other way round.
	"portal.directory": nil,
	"portal.coverage":  func(_ *world, e *estate) { e.Unseen = []string{"FIN-A-DEV"} },
	"portal.otherwise": func(w *world, _ *estate) { w.provisioned("FIN-A-DEV"); w.pass(time.Hour) },
	"waiver.ended":     func(w *world, _ *estate) { w.waive("FIN-A-DEV"); w.pass(40 * day) },
	"waiver.object-gone": func(w *world, e *estate) {
		w.waive("FIN-A-DEV")
		e.Spaces = e.Spaces[1:]
		w.pass(time.Hour)
		w.evaluate(w.scan(e), builtin(w.tb, nil))
		w.pass(time.Hour)
	},
}

func named(rule string) bool { _, ok := elsewhere[rule]; return ok }

// provisioned has a run that gave ana the role Viewer on a workspace, where
// she has another.
func (w *world) provisioned(label string) {
	w.tb.Helper()
	ids := w.labels(`SELECT i.guid FROM workspace s JOIN ident i ON i.id = s.ws WHERE s.name = $1 UNION ALL
		SELECT i.guid FROM principal p JOIN ident i ON i.id = p.principal WHERE p.name = 'ana'`, label)
	w.check(w.write(func(tx *db.Tx) error {
		if err := tx.StartRun(w.tb.Context(), db.Run{ID: "run", Request: "run", Tenant: "contoso", PlanHash: strings.Repeat("0", 64)}, nil); err != nil {
			return err
		}
		return tx.Provision(w.tb.Context(), db.Provisioned{Tenant: "contoso", Workspace: ids[0], Aspect: "role", Key: ids[1], Value: "Viewer", Run: "run", Step: "s1"})
	}))
}

// waive has owners.few waived for a month.
func (w *world) waive(label string) {
	w.tb.Helper()
	v, ctx := w.violation("owners.few", label), w.tb.Context()
	w.check(w.write(func(tx *db.Tx) error {
		id, err := tx.RequestWaiver(ctx, boActor, db.WaiverRequest{Violation: v.id, Owner: anaActor, Reason: "A second admin starts in May", Ends: tx.Now.AddDate(0, 1, 0)})
		if err != nil {
			return err
		}
		return tx.DecideWaiver(ctx, cyActor, id, true, "")
	}))
}

// The rules that the small tenant cannot break, each at two scans: one that
// finds nothing, and one after what breaks it.
func TestRulesOfTheirOwnAtAScan(t *testing.T) {
	t.Parallel()
	for rule, spoil := range elsewhere {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			set := builtin(t, nil)
			e := few()
			e.Whole = 28
			if rule == "portal.directory" {
				e.People = map[string]person{"ana": {Unasked: true}, "bo": {Unasked: true}, "cy": {Unasked: true}}
				w.evaluate(w.scan(e), set)
				if got := w.labels("SELECT label FROM violation WHERE rule = $1 AND state = 'open'", rule); len(got) != 1 {
					t.Errorf("%s finds %v", rule, got)
				}
				return
			}
			w.evaluate(w.scan(e), set)
			if got := w.labels("SELECT label FROM violation WHERE rule = $1", rule); len(got) > 0 {
				t.Fatalf("%s finds %v at once", rule, got)
			}
			w.pass(time.Hour)
			spoil(w, e)
			w.evaluate(w.scan(e), set)
			if got := w.labels("SELECT label FROM violation WHERE rule = $1 AND state = 'open'", rule); len(got) != 1 {
				t.Errorf("%s finds %v", rule, got)
			}
		})
	}
}

func diffLines(want, got string) string {
	var b strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, l := range w {
		if !slices.Contains(g, l) {
			b.WriteString("-" + l + "\n")
		}
	}
	for _, l := range g {
		if !slices.Contains(w, l) {
			b.WriteString("+" + l + "\n")
		}
	}
	return b.String()
}
