package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"steward/internal/pbi"
	"steward/internal/refreshplan"
	"steward/internal/refreshrun"
	"steward/internal/request"
	"steward/internal/sim"
)

// demoPlan is a refresh plan that ran every night of the demo's last weeks: it
// was drafted from lineage, agreed to, and carried out by the same engine as
// every plan, with the stand-in's clock set back.
type demoPlan struct {
	life   *demoLife
	clock  *sim.Clock
	engine *refreshrun.Engine
	plan   *refreshplan.Plan
}

// Days ago on which the plan was agreed to, and on which one of its models was
// taken over, which loses its credentials.
const (
	demoPlanned  = 15
	demoTakeover = 8
)

func newDemoPlan(l *demoLife) (*demoPlan, error) {
	engine, err := refreshrun.New(refreshrun.Config{Acting: l.acts, Executor: l.executor,
		NewID: func() string { return newRequestID(l.p.clock.now()(), rand.Reader) }, Poll: time.Minute, PollMost: 5 * time.Minute})
	return &demoPlan{life: l, clock: l.clock, engine: engine}, err
}

// after does what belongs to the plan after the scan of so many days ago, and
// lets its nights go by until the next moment.
func (d *demoPlan) after(ctx context.Context, days int, until time.Time) error {
	if days == demoPlanned {
		if err := d.agree(ctx); err != nil {
			return fmt.Errorf("the demo's refresh plan: %w", err)
		}
	}
	if d.plan == nil {
		return nil
	}
	if days == demoTakeover {
		n := d.plan.Nodes[slices.IndexFunc(d.plan.Nodes, d.carries)]
		if _, err := d.life.executor.Send(ctx, pbi.TakeOver(n.Workspace, n.Item)); err != nil {
			return fmt.Errorf("take over %s: %w", n.Name, err)
		}
	}
	for {
		night := d.plan.Start.Next(d.clock.Now())
		if night.Add(4 * time.Hour).After(until) {
			return nil
		}
		d.clock.Set(night)
		if err := d.life.drive(ctx, d.engine, night.Add(4*time.Hour)); err != nil {
			return fmt.Errorf("the night of %s: %w", night.Format(time.DateOnly), err)
		}
	}
}

// carries reports whether a node is a model that others come after.
func (d *demoPlan) carries(n refreshplan.Node) bool {
	return n.Kind == refreshplan.Model && len(d.plan.Dependents(n.Name)) > 0
}

// draft is twelve nodes in four phases: what one workspace of certified data
// holds, and what a second one makes of it. Nil where the tenant has none.
func (d *demoPlan) draft(ctx context.Context) (*refreshplan.Plan, error) {
	first, err := d.lineage(ctx, "Finance Certified Data")
	if err != nil || first == nil {
		return nil, err
	}
	second, err := d.lineage(ctx, "Finance Certified Data 2")
	if err != nil || second == nil {
		return nil, err
	}
	phases := first.Phases()
	last := phases[len(phases)-1]
	at := slices.IndexFunc(last, func(name string) bool { n, _ := first.Node(name); return n.Kind == refreshplan.Model })
	if at < 0 {
		return nil, nil
	}
	for i, n := range second.Nodes {
		if len(first.Nodes) == 12 {
			break
		}
		n.Name, n.Needs = n.Name+" (second)", []string{last[at]}
		if keep := len(phases); keep < 3 && i > 0 {
			n.Needs = []string{second.Nodes[0].Name + " (second)"}
		}
		first.Nodes = append(first.Nodes, n)
	}
	first.Name, first.Description = "Finance, nightly", "What Finance opens at eight in the morning."
	first.Start = refreshplan.Start{Cron: "0 2 * * *", Zone: "UTC", API: true}
	return first, nil
}

func (d *demoPlan) lineage(ctx context.Context, workspace string) (*refreshplan.Plan, error) {
	reader := d.life.p.DB.Reader()
	v, err := reader.ViewNow(ctx, d.life.tenant)
	if err != nil {
		return nil, err
	}
	look := reader.RequestLookup(ctx, v)
	ids := look.FindWorkspace(workspace)
	if len(ids) != 1 || look.Err() != nil {
		return nil, look.Err()
	}
	chosen, all, err := reader.LineageOf(ctx, v, string(ids[0]))
	if err != nil || len(chosen) == 0 {
		return nil, err
	}
	plan, _ := refreshplan.Propose(workspace, chosen, all)
	return &plan, nil
}

// agree asks for the plan and has it agreed to.
func (d *demoPlan) agree(ctx context.Context) error {
	plan, err := d.draft(ctx)
	if err != nil || plan == nil {
		return err
	}
	params := &request.RefreshPlanParams{}
	params.Fill(*plan)
	r, err := d.life.asked(ctx, "Mia", "The schedules of these models ran into each other every night.", "Agreed.", params)
	if err != nil || r.State != request.Done {
		return err
	}
	stored, err := d.life.p.DB.Reader().RefreshPlan(ctx, r.ID)
	if err != nil {
		return err
	}
	agreed, err := stored.Plan()
	d.plan = &agreed
	return err
}
