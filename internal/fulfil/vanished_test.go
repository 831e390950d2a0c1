package fulfil_test

import (
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/sim"
	"steward/internal/sim/world"
)

// marked is how many deployments with a mark of ours the stand-in performed.
func (l *line) marked() (n int) {
	for _, w := range l.cloud.Journal().Writes() {
		if strings.HasSuffix(w.Operation, "Pipelines_DeployAll") && w.Performed && strings.Contains(w.Body, "gov:") {
			n++
		}
	}
	return n
}

// TestADeploymentThatIsNoLongerListed: the reply is lost, and twenty other
// deployments push it off the list before anybody looks. It is not sent again;
// a person is asked, and what they find is taken on.
func TestADeploymentThatIsNoLongerListed(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	id := l.agree(l.everything(), l.seen())
	l.cloud.SetFaults([]sim.Fault{{Match: "Pipelines_DeployAll", Nth: 1, Effect: sim.Effect{Drop: "after"}}})
	for l.marked() == 0 {
		l.turn()
	}
	by := map[string]bool{}
	for _, d := range l.world.Deployments(l.id, l.clock.Now()) {
		by[d.ID] = strings.Contains(d.Note, "gov:")
	}
	for range 21 {
		l.clock.Advance(10 * time.Minute)
		_, err := l.x.Send(t.Context(), pbi.Deploy(pbi.DeployOrder{PipelineID: l.id, Options: pbi.DeployOptions{Create: true, Overwrite: true}, Note: "by hand"}))
		l.must(err)
	}
	l.clock.Advance(10 * time.Minute)
	l.goOn()
	s := l.step(id, "Deploy everything")
	if s.State != db.StepInDoubt || !s.Operator || l.marked() != 1 {
		t.Fatalf("the step is %s (operator %v), and %d deployments were sent: %s", s.State, s.Operator, l.marked(), s.Note)
	}
	ours := ""
	for id, marked := range by {
		if marked {
			ours = id
		}
	}
	l.must(l.db.ResolveStep(t.Context(), id, s.ID, db.ChooseAdopt, ours, person("Olga")))
	l.goOn()
	l.want(id, db.RunDone)
	if n := l.marked(); n != 1 {
		t.Errorf("%d deployments were sent", n)
	}
}

// TestADeploymentThatIsForgotten: the operation that is polled is not told any
// more. The run neither ends as if all were well nor sends another one.
func TestADeploymentThatIsForgotten(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	id := l.agree(l.everything(), l.seen())
	l.cloud.SetFaults([]sim.Fault{{Match: "Pipelines_GetPipelineOperation", Effect: sim.Effect{Status: 404, Body: `{"error":{"code":"PowerBIEntityNotFound"}}`}}})
	l.goOn()
	s := l.step(id, "Deploy everything")
	if !s.Operator || !strings.Contains(s.Note, "does not tell of it any more") || l.marked() != 1 {
		t.Errorf("the step is %s (operator %v) after %d deployments: %s", s.State, s.Operator, l.marked(), s.Note)
	}
}

// TestAMappingForAParameterThatIsGone: the source's model loses a parameter
// between approval and acting. Nothing is sent: the pre-flight says so.
func TestAMappingForAParameterThatIsGone(t *testing.T) {
	t.Parallel()
	l := lineUp(t)
	e := l.seen()
	l.mapped(e, promotion.Mapping{TakeOver: true, Parameters: []promotion.ParameterMap{{Model: "Sales", Name: "Server", Value: "sql-test"}}})
	p := l.everything()
	p.Accepted = []string{promotion.CheckCredentials}
	id := l.agree(p, e)
	l.fill(l.spaces[0], func(w *world.Workspace) { w.Item(l.model).Model.Schema.Expressions = nil })
	l.goOn()
	l.want(id, db.RunFailed)
	if s := l.step(id, "Look again"); !strings.Contains(s.Note, "Server") || l.marked() != 0 {
		t.Errorf("%d deployments were sent: %s", l.marked(), s.Note)
	}
}
