package fulfil_test

import (
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// three makes two more pipelines; each one's report reads the model of the one
// before.
func three(t *testing.T) (*line, []*line) {
	t.Helper()
	l := lineUp(t)
	out := []*line{l}
	for _, department := range []string{"Yak", "Xenon"} {
		next := &line{bed: l.bed, model: l.world.NewID(), report: l.world.NewID()}
		next.lay(department)
		before := out[len(out)-1].model
		next.fill(next.spaces[0], func(w *world.Workspace) { w.Item(next.report).Report.ModelID = before })
		out = append(out, next)
	}
	return l, out
}

func (l *line) cascade(order string, lines ...*line) (*request.PromotionParams, *request.Estate) {
	p, e := l.everything(), l.seen()
	p.Routes, p.Order = nil, order
	for _, one := range lines {
		for id, w := range l.estate(one.spaces[:]...).Workspaces {
			e.Workspaces[id] = w
		}
		one.see(e)
		p.Routes = append(p.Routes, request.RouteParams{Pipeline: request.ID(one.id), Stage: "0", What: request.CarryAll})
	}
	return p, e
}

// deployed are the pipelines in the order in which deployments began.
func (l *line) deployed() (out []string) {
	for _, w := range l.cloud.Journal().Writes() {
		if strings.HasSuffix(w.Operation, "Pipelines_DeployAll") && w.Status < 300 {
			out = append(out, strings.Split(w.Path, "/")[len(strings.Split(w.Path, "/"))-2])
		}
	}
	return out
}

func TestACascadeGoesByDependency(t *testing.T) {
	t.Parallel()
	l, lines := three(t)
	id := l.goOnWith(l.cascade(request.OrderDependency, lines[2], lines[0], lines[1]))
	l.want(id, db.RunDone)
	got := l.deployed()
	if len(got) != 3 || got[0] != lines[0].id || got[1] != lines[1].id || got[2] != lines[2].id {
		t.Errorf("deployed in the order %v, want %v", got, []string{lines[0].id, lines[1].id, lines[2].id})
	}
}

// A cascade whose second pipeline fails stops there; what is left can be asked
// for again, and the first is not deployed twice.
func TestACascadeStopsAndIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	l, lines := three(t)
	l.cloud.Acts.FailItem(lines[1].model)
	p, e := l.cascade(request.OrderTyped, lines...)
	id := l.goOnWith(p, e)
	l.want(id, db.RunFailed)
	if got := l.deployed(); len(got) != 2 || lines[2].items(1)["Sales"] != nil {
		t.Errorf("%d deployments began", len(got))
	}
	l.cloud.Acts.FailItem("")
	rest := p.Without(map[string]bool{lines[0].id: true})
	if len(rest.Routes) != 2 {
		t.Fatalf("%d pipelines are left", len(rest.Routes))
	}
	_, e = l.cascade(request.OrderTyped, lines...)
	l.want(l.goOnWith(rest, e), db.RunDone)
	if n := len(l.deployed()); n != 4 || lines[2].items(1)["Sales"] == nil {
		t.Errorf("%d deployments in all", n)
	}
}

func TestADeploymentWaitsForAnother(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	id := l.agree(l.everything(), l.seen())
	// Somebody else deploys meanwhile, out of the portal's sight.
	if _, err := l.x.Send(t.Context(), pbi.Deploy(pbi.DeployOrder{PipelineID: l.id, Options: pbi.DeployOptions{Create: true, Overwrite: true}, Note: "by hand"})); err != nil {
		t.Fatal(err)
	}
	l.turn()
	if s := l.step(id, "Look again"); s.State != db.StepReady || !strings.Contains(s.Note, "It waits") {
		t.Errorf("the first step is %s: %s", s.State, s.Note)
	}
	l.goOn()
	l.want(id, db.RunDone)
	if n := len(l.deployed()); n != 2 {
		t.Errorf("%d deployments", n)
	}
}

func TestPollingThatIsThrottled(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	id := l.agree(l.everything(), l.seen())
	l.cloud.SetFaults([]sim.Fault{{Match: "Pipelines_GetPipelineOperation", First: 3, Effect: sim.Effect{Throttle: "90"}}})
	begun := l.clock.Now()
	l.goOn()
	l.want(id, db.RunDone)
	if n := len(l.deployed()); n != 1 || l.clock.Now().Sub(begun) < 90*time.Second {
		t.Errorf("%d deployments in %v", n, l.clock.Now().Sub(begun))
	}
}

// The reply to the deployment is lost: it is found again by its mark.
func TestADeploymentWhoseReplyIsLost(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	id := l.agree(l.everything(), l.seen())
	l.cloud.SetFaults([]sim.Fault{{Match: "Pipelines_DeployAll", Nth: 1, Effect: sim.Effect{Drop: "after"}}})
	l.goOn()
	l.want(id, db.RunDone)
	if n := l.made("Pipelines_DeployAll"); n > 1 {
		t.Errorf("%d deployments", n)
	}
	if s := l.step(id, "Deploy everything"); len(s.Parts) != 2 || s.Attempt != 1 {
		t.Errorf("sent %d times, %d items told", s.Attempt, len(s.Parts))
	}
}
