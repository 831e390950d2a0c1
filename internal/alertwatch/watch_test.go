package alertwatch_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/alert"
	"steward/internal/alertwatch"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
	"steward/internal/notify"
	"steward/internal/quiet"
	"steward/internal/refresh"
	"steward/internal/refreshplan"
	"steward/internal/tenant"
)

// bed is a tenant with models, a watch over it, what leaves the portal, and a
// clock.
type bed struct {
	t      *testing.T
	db     *db.DB
	tenant int64
	now    time.Time
	rules  alert.Rules
	watch  *alertwatch.Watch
	notify *notify.Notifier
	sent   []string
	links  []string
}

func setup(t *testing.T, list ...alert.Rule) *bed {
	t.Helper()
	b := &bed{t: t, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), rules: alert.Rules{Otherwise: alert.Rule{Lines: alert.DefaultLines()}}}
	for _, r := range list {
		r.Lines = alert.DefaultLines()
		b.rules.List = append(b.rules.List, r)
	}
	b.db = dbtest.Open(t, func() time.Time { return b.now })
	var err error
	if b.tenant, err = b.db.EnsureTenant(t.Context(), "contoso", "00000000-0000-0000-0000-000000000001"); err != nil {
		t.Fatal(err)
	}
	b.scan(8)
	b.restart()
	return b
}

// restart is a portal that was stopped and begins anew on the same file.
func (b *bed) restart() {
	b.watch = alertwatch.New(alertwatch.Config{DB: b.db, Tenant: "contoso", Rules: b.rules, Mail: true})
	leave := func(place string) func(context.Context, notify.Message) error {
		return func(_ context.Context, m notify.Message) error {
			b.sent, b.links = append(b.sent, place+": "+m.Says), append(b.links, m.Link)
			return nil
		}
	}
	b.notify = notify.New(notify.Config{DB: b.db, PublicURL: "https://governance.example", Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler),
		Tenant: func(int64) string { return "contoso" },
		Mail:   func(ctx context.Context, to string, all []notify.Message) error { return leave(to)(ctx, all[0]) },
		Places: []notify.Place{{Channel: notify.Teams, Name: "bi", Send: leave("bi")}, {Channel: notify.Webhook, Name: "desk", Send: leave("desk")}}})
}

// scan publishes a scan of one workspace with models m1 to mN.
func (b *bed) scan(models int) {
	b.t.Helper()
	s, err := b.db.StartScan(b.t.Context(), db.Scan{Tenant: b.tenant, Kind: db.ScanFull, Cause: "command"})
	if err != nil {
		b.t.Fatal(err)
	}
	in := b.db.Ingest(b.tenant, s.ID)
	defer in.Close()
	ws := db.SeenWorkspace{Workspace: tenant.Workspace{ID: "w1", Name: "FIN-Sales", Kind: "Workspace", State: tenant.StateActive}, ItemsKnown: true}
	for i := range models {
		ws.Items = append(ws.Items, tenant.Item{ID: fmt.Sprintf("m%d", i+1), Kind: tenant.ItemDataset, Name: fmt.Sprintf("Model %d", i+1), ConfiguredBy: "ada@contoso.example"})
	}
	if err := in.Workspaces(b.t.Context(), &ws); err != nil {
		b.t.Fatal(err)
	}
	s.State = db.ScanComplete
	if err := b.db.PublishScan(b.t.Context(), s, nil); err != nil {
		b.t.Fatal(err)
	}
}

// judged writes down what the refreshes of a model come to: of a month's, the
// newest failed that many times.
func (b *bed) judged(model string, failed int) {
	b.t.Helper()
	var runs []refresh.Run
	for i := range 20 {
		at := b.now.Add(-time.Duration(i)*24*time.Hour - time.Hour)
		r := refresh.Run{ID: fmt.Sprint(i), Start: at, End: at.Add(10 * time.Minute), Status: refresh.Completed, Type: "ViaApi"}
		if i%4 == 0 && i < 4*failed {
			r.Status, r.ErrorCode, r.ErrorText = refresh.Failed, "X", "The gateway is offline."
		}
		runs = append(runs, r)
	}
	b.save(model, refresh.Assess(runs, refresh.Facts{Source: refresh.FromHistory}, refresh.Thresholds{}, b.now), refresh.FromHistory)
}

func (b *bed) save(model string, h refresh.Health, from refresh.Source) {
	b.t.Helper()
	id, err := b.db.Reader().Ident(b.t.Context(), b.tenant, model)
	if err != nil {
		b.t.Fatal(err)
	}
	ws, err := b.db.Reader().Ident(b.t.Context(), b.tenant, "w1")
	if err != nil {
		b.t.Fatal(err)
	}
	one := db.Assessed{Refreshed: db.Refreshed{Item: id, Workspace: ws, Kind: "dataset", Name: "Model " + model[1:]}, Health: h, At: b.now, Facts: refresh.Facts{Source: from}}
	if err := b.db.SaveHealth(b.t.Context(), b.tenant, []db.Assessed{one}); err != nil {
		b.t.Fatal(err)
	}
}

// after lets time pass in steps, the portal looking in each, and returns what
// left in it.
func (b *bed) after(pass time.Duration) []string {
	b.t.Helper()
	before := len(b.sent)
	b.turn()
	for end := b.now.Add(pass); b.now.Before(end); {
		b.now = b.now.Add(min(max(10*time.Minute, pass/20), end.Sub(b.now)))
		b.turn()
	}
	return slices.Clone(b.sent[before:])
}

func (b *bed) turn() {
	b.t.Helper()
	for range 2 { // a second look finds nothing new
		if err := b.watch.Turn(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := b.notify.Turn(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// want compares what left by its beginnings.
func (b *bed) want(when string, got []string, want ...string) {
	b.t.Helper()
	slices.Sort(got)
	fits := len(got) == len(want)
	for i := 0; fits && i < len(got); i++ {
		fits = strings.HasPrefix(got[i], want[i])
	}
	if !fits {
		b.t.Errorf("%s: left %q, want what begins with %q", when, got, want)
	}
}

func (b *bed) stands(want int) {
	b.t.Helper()
	var n int
	if err := b.db.Reader().QueryRow(b.t.Context(), `SELECT count(*) FROM alert WHERE ended IS NULL`).Scan(&n); err != nil || n != want {
		b.t.Errorf("%d alerts stand, want %d (%v)", n, want, err)
	}
}

// TestToldOnceUntilItIsWell goes through an alert's life, with a new start of
// the portal in every part of it.
func TestToldOnceUntilItIsWell(t *testing.T) {
	t.Parallel()
	b := setup(t, alert.Rule{Prefixes: []string{"fin-"}, To: []string{"bi@contoso.example"}, Owner: true, Places: []string{"teams:bi"}})
	b.judged("m1", 0)
	b.want("while all is well", b.after(time.Hour))
	b.judged("m1", 5)
	const says = "Seldom succeeds: Model 1. 75 % of its refreshes succeed; the line is 80 %. 5 of 20 failed."
	b.want("when it fails", b.after(0), "ada@contoso.example: "+says, "bi: "+says, "bi@contoso.example: "+says)
	if len(b.links) != 3 || b.links[0] != "https://governance.example/items/contoso/m1/refreshes" {
		t.Errorf("the links are %q", b.links)
	}
	b.restart()
	b.want("two days later", b.after(48*time.Hour))
	b.judged("m1", 4) // 80 %: at the line, which is not yet well
	b.want("at the line", b.after(time.Hour))
	b.stands(1)
	b.judged("m1", 1)
	b.want("when it is well", b.after(0), "ada@contoso.example: It is well again: Model 1.", "bi: It is well again: Model 1.", "bi@contoso.example: It is well again: Model 1.")
	b.restart()
	b.want("two days later", b.after(48*time.Hour))
	b.stands(0)
	b.judged("m1", 5)
	b.want("when it fails again", b.after(0), "ada@contoso.example: "+says, "bi: "+says, "bi@contoso.example: "+says)
}

// TestQuietHours holds what is found in them until they are over, and says
// nothing of what was over by then.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	b := setup(t, alert.Rule{Places: []string{"webhook:desk"}, Quiet: quiet.Hours{From: 22, To: 6, Zone: "Europe/Berlin"}})
	b.now = time.Date(2026, 11, 21, 21, 30, 0, 0, time.UTC) // half past ten in Berlin
	b.judged("m1", 5)
	b.judged("m2", 5)
	b.want("in the night", b.after(4*time.Hour))
	b.stands(2)
	b.judged("m2", 0)
	b.want("until five in the morning UTC", b.after(3*time.Hour+29*time.Minute))
	b.want("when the night is over", b.after(20*time.Minute), "desk: Seldom succeeds: Model 1.")
	b.now = time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	b.judged("m1", 0)
	b.want("well in the night", b.after(time.Hour))
	b.judged("m1", 5)
	b.want("and again not", b.after(time.Hour))
	b.want("nothing has changed by the morning", b.after(12*time.Hour))
	b.stands(1)
	var alerts int
	if err := b.db.Reader().QueryRow(t.Context(), `SELECT count(*) FROM alert`).Scan(&alerts); err != nil || alerts != 2 {
		t.Errorf("%d alerts are kept, want 2 (%v)", alerts, err)
	}
}

// TestUnknownEndsNothing keeps an alert about what cannot be read any more, and
// ends it when the model is gone.
func TestUnknownEndsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, alert.Rule{Places: []string{"teams:bi"}})
	b.judged("m8", 5)
	b.want("when it fails", b.after(0), "bi: Seldom succeeds: Model 8.")
	b.save("m8", refresh.Health{State: refresh.StateUnknown}, refresh.FromNowhere)
	b.want("when nothing can be read", b.after(time.Hour))
	b.stands(1)
	b.scan(7)
	b.want("when it is gone", b.after(0), "bi: It is over: Model 8. It is not there any more.")
}

// TestManyGoTogether tells of many alerts in one message.
func TestManyGoTogether(t *testing.T) {
	t.Parallel()
	b := setup(t, alert.Rule{Places: []string{"teams:bi"}})
	for i := range 8 {
		b.judged(fmt.Sprintf("m%d", i+1), 5)
	}
	b.want("at once", b.after(time.Hour), "bi: 8 alerts of refreshes stand. Seldom succeeds: Model 1. 75 %")
	if b.links[0] != "https://governance.example/alerts?tenant=contoso" {
		t.Errorf("the link is %s", b.links[0])
	}
	b.stands(8)
}

// TestNobodyIsNamed keeps and shows what nobody is told of, and says why.
func TestNobodyIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t, alert.Rule{Prefixes: []string{"HR"}, To: []string{"hr@contoso.example"}})
	b.judged("m1", 5)
	b.want("at once", b.after(time.Hour))
	var why string
	if err := b.db.Reader().QueryRow(t.Context(), `SELECT untold FROM alert WHERE told IS NULL`).Scan(&why); err != nil || !strings.Contains(why, "names nobody") {
		t.Errorf("the page says %q, %v", why, err)
	}
}

const nightly = `
name: Nightly
schedule: 0 2 * * *
notify: [owner@contoso.example]
nodes:
  - {name: stage, workspace: w1, dataflow: m1}
  - {name: sales, workspace: w1, model: m2, needs: [stage]}
`

// ran writes down a run of the plan in which a node ended so.
func (b *bed) ran(id string, stage refreshplan.Phase, state refreshplan.Outcome) {
	b.t.Helper()
	err := b.db.Write(b.t.Context(), func(tx *db.Tx) error {
		nodes := []db.PlanNode{{Name: "stage", Kind: refreshplan.Dataflow, Workspace: "w1", Item: "m1"}, {Name: "sales", Kind: refreshplan.Model, Workspace: "w1", Item: "m2"}}
		if err := tx.StartPlanRun(b.t.Context(), db.PlanRun{ID: id, Plan: "P1", Tenant: "contoso", Version: 1, Cause: db.BySchedule}, nodes); err != nil {
			return err
		}
		nodes[0].Run, nodes[0].Phase, nodes[0].Reason = id, stage, "The gateway did not answer."
		if err := tx.SavePlanNode(b.t.Context(), nodes[0]); err != nil {
			return err
		}
		if state == db.PlanRunning {
			return nil
		}
		return tx.FinishPlanRun(b.t.Context(), id, state, "")
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) plan(yaml string, was int64) {
	b.t.Helper()
	err := b.db.Write(b.t.Context(), func(tx *db.Tx) error {
		if err := tx.PutRefreshPlan(b.t.Context(), db.RefreshPlan{ID: "P1", Tenant: "contoso", Name: "Nightly"}, was, db.PlanVersion{YAML: yaml, Request: "R"}); err != nil {
			return err
		}
		return tx.Record(b.t.Context(), ledger.Entry{Action: ledger.RunStart, Outcome: ledger.Done, Actor: ledger.Actor{Kind: ledger.System}, Object: ledger.Object{Kind: "refresh-plan", ID: "P1"}})
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestPlansInTime(t *testing.T) {
	t.Parallel()
	b := setup(t, alert.Rule{Kinds: []alert.Kind{alert.NodeFailed, alert.PlanLate}, Places: []string{"teams:bi"}})
	b.plan(nightly, 0)
	b.want("before its first night", b.after(14*time.Hour))
	b.want("when it did not begin", b.after(time.Hour), "bi: Plan is late: Nightly. It should have begun on 22 Nov 02:00 UTC", "owner@contoso.example: Plan is late")
	b.want("all day", b.after(8*time.Hour))
	b.ran("R1", refreshplan.Failed, db.PlanRunning)
	b.want("when it began and a node failed", b.after(10*time.Minute),
		"bi: It is well again: Nightly.", "bi: Node of a plan failed: stage. The node stage of the plan Nightly failed. The gateway did not answer. sales depends on it",
		"owner@contoso.example: It is well again: Nightly.", "owner@contoso.example: Node of a plan failed: stage.")
	if !slices.Contains(b.links, "https://governance.example/refreshes/plans/contoso/P1/runs/R1") {
		t.Errorf("the links are %q", b.links)
	}
	if err := b.db.Write(t.Context(), func(tx *db.Tx) error { return tx.FinishPlanRun(t.Context(), "R1", refreshplan.Bad, "") }); err != nil {
		t.Fatal(err)
	}
	b.want("while it stands", b.after(10*time.Hour))
	b.ran("R2", refreshplan.Done, refreshplan.Good)
	b.want("when it was resumed", b.after(0), "bi: It is well again: stage.", "owner@contoso.example: It is well again: stage.")
	b.want("the next night, without a run", b.after(10*time.Hour), "bi: Plan is late", "owner@contoso.example: Plan is late")
	b.plan("", 1)
	b.want("when the plan is deleted", b.after(48*time.Hour), "bi: It is over: Nightly. The plan was deleted.", "owner@contoso.example: It is over: Nightly.")
	b.stands(0)
}
