package main

import (
	"fmt"

	"steward/internal/fault"
	"steward/internal/remote"
)

type refreshCmd struct {
	Run  runPlanCmd  `cmd:"" help:"Start a refresh plan that lets programs start it: portal refresh run PLAN --wait"`
	Wait waitPlanCmd `cmd:"" help:"Wait for the end of a run that was started before."`
}

// Help lists the exit codes.
func (refreshCmd) Help() string {
	return `Exit codes: 0 done (without --wait: started) · 1 the portal cannot be reached, or something else went wrong ·
3 something failed that is not critical · 4 failed or cancelled · 6 refused by the portal: no such plan, it runs already, a right ·
7 --timeout is over; the run goes on · 64 wrong use.`
}

// onePlan names a plan.
type onePlan struct {
	portalAt
	waited
	Tenant string `help:"The tenant; may be left out where the token is for one only."`
	Plan   string `arg:"" help:"The plan's name or id."`
}

// open is the portal's client, with the tenant found out where it was left out.
func (p *onePlan) open(w *world) (*remote.Client, error) {
	c, err := p.client(w)
	if err != nil {
		return nil, misuse(w, err)
	}
	if p.Tenant == "" {
		if p.Tenant, err = c.OnlyTenant(w.ctx); fault.Is(err, fault.Invalid) {
			return nil, misuse(w, err)
		} else if err != nil {
			return nil, exitOfCall(w, err)
		}
	}
	return c, nil
}

func (p *onePlan) wait(w *world, c *remote.Client, run string) error {
	r, err := c.WaitForRun(w.ctx, p.Tenant, p.Plan, run, p.how())
	return p.ended(w, r.ID, r.Raw, r, err, fmt.Sprintf("portal refresh wait --tenant %q %q %s", p.Tenant, p.Plan, run), exitOfRun(r.State))
}

func exitOfRun(state string) error {
	switch state {
	case "done":
		return nil
	case "partial":
		return exitError(exitPartial)
	}
	return exitError(exitNotDone)
}

type runPlanCmd struct {
	onePlan
	Key  string `help:"Your own name for this start, such as the id of the ETL run: sent again with the same one, nothing is begun twice. Made up when left out."`
	Wait bool   `help:"Wait until it has ended."`
}

// Run starts the plan, and waits if it is told to.
func (p runPlanCmd) Run(w *world) error {
	c, err := p.open(w)
	if err != nil {
		return err
	}
	if p.Key, err = keyOr(p.Key); err != nil {
		return err
	}
	r, err := c.RunPlan(w.ctx, p.Tenant, p.Plan, p.Key)
	if err != nil {
		return exitOfCall(w, err)
	}
	fmt.Fprintf(w.stderr, "%s was started\n%s\n", r.Name, r.Href)
	if p.Wait {
		return p.wait(w, c, r.ID)
	}
	return p.report(w, r.Raw, r)
}

type waitPlanCmd struct {
	onePlan
	RunID string `arg:"" name:"run" help:"The run's id."`
}

// Run waits.
func (p waitPlanCmd) Run(w *world) error {
	c, err := p.open(w)
	if err != nil {
		return err
	}
	return p.wait(w, c, p.RunID)
}
