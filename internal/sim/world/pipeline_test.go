package world

import (
	"testing"
	"time"
)

func TestStagesArePaired(t *testing.T) {
	t.Parallel()
	w := demo(1)
	paired, newOnes, stages := 0, 0, 0
	for p := range w.Pipelines(now) {
		if got, ok := w.Pipeline(p.ID, now); !ok || got.DisplayName != p.DisplayName || len(p.Stages) != 3 {
			t.Fatalf("%s is not found by its id", p.DisplayName)
		}
		ahead := map[string]Pairing{}
		for st := 2; st >= 0; st-- {
			items, ok := w.StageItems(p.ID, st, now)
			if !ok || p.Stages[st].WorkspaceID == "" && len(items) > 0 {
				t.Fatalf("%s stage %d: %d items", p.DisplayName, st, len(items))
			}
			here := map[string]Pairing{}
			for _, it := range items {
				here[it.Item.ID] = it
				if it.TargetID == "" {
					newOnes++
					continue
				}
				paired++
				if to := ahead[it.TargetID]; to.Item == nil || to.SourceID != it.Item.ID || to.Item.Kind != it.Item.Kind || to.Item.Name != it.Item.Name {
					t.Errorf("%s stage %d: %s is paired with something else", p.DisplayName, st, it.Item.Name)
				}
			}
			if ws, ok := w.Workspace(p.Stages[st].WorkspaceID, now); ok {
				stages++
				if ws.CapacityID == "" || ws.PipelineID != p.ID || ws.PipelineStage != st || ws.Name != p.Stages[st].WorkspaceName {
					t.Errorf("%s in stage %d of %s", ws.Name, st, p.DisplayName)
				}
			}
			ahead = here
		}
	}
	if paired < 200 || newOnes < 20 || stages < 60 {
		t.Errorf("%d items paired, %d not, %d stages assigned", paired, newOnes, stages)
	}
	if _, ok := w.StageItems(w.NewID(), 0, now); ok {
		t.Error("a pipeline that does not exist has a stage")
	}
}

// What a deployment says it changed is changed afterwards, and a failed one
// changes nothing.
func TestDeploymentsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	w := demo(1)
	succeeded, failed, changed := 0, 0, 0
	for p := range w.Pipelines(now) {
		for i, d := range w.Deployments(p.ID, now) {
			if i > 5 {
				break
			}
			if d.New+d.Different+d.Same != len(d.Steps) || d.TargetStage <= d.SourceStage || d.By.DisplayName == "" {
				t.Errorf("%s: %+v", p.DisplayName, d)
			}
			if d.Status == "Failed" {
				failed++
				if len(d.Steps) > 0 && d.Steps[0].ErrorCode == "" {
					t.Errorf("%s: a failed deployment names no error", p.DisplayName)
				}
			} else if succeeded++; d.End.IsZero() {
				continue
			}
			for _, s := range d.Steps {
				if s.TargetID == "" {
					continue
				}
				_, it, ok := w.Item(s.TargetID, d.Start)
				if !ok {
					t.Fatalf("%s: the target %s does not exist", p.DisplayName, s.TargetName)
				}
				touched := it.Modified.Equal(d.Start)
				if want := d.Status == "Succeeded" && s.DiffState == "Different"; touched != want {
					t.Errorf("%s: %s is %s in a deployment that %s, modified %s, deployed %s", p.DisplayName, s.TargetName, s.DiffState, d.Status, it.Modified, d.Start)
				}
				if touched {
					changed++
				}
			}
		}
	}
	if succeeded < 100 || failed < 5 || changed < 100 {
		t.Errorf("%d deployments succeeded, %d failed, %d items changed", succeeded, failed, changed)
	}
}

func TestDeploymentUnderWay(t *testing.T) {
	t.Parallel()
	w := demo(1)
	p, _ := w.Pipeline(w.pipelineID(0), now)
	last := w.Deployments(p.ID, now)[0]
	during := w.Deployments(p.ID, last.Start.Add(time.Second))[0]
	if during.ID != last.ID || during.Status != "Executing" || !during.End.IsZero() {
		t.Errorf("a second after its start: %s until %s", during.Status, during.End)
	}
	if before := w.Deployments(p.ID, last.Start.Add(-time.Second)); before[0].ID == last.ID {
		t.Error("a deployment is told before it began")
	}
}

func TestApps(t *testing.T) {
	t.Parallel()
	w := demo(1)
	n := 0
	for a := range w.Apps(now) {
		n++
		got, ok := w.App(a.ID, now)
		ws, there := w.Workspace(a.WorkspaceID, now)
		if !ok || !there || got.Name != a.Name || len(a.Grants) == 0 || a.Updated.After(now) || a.Updated.Before(a.Created) {
			t.Errorf("%s: %+v in %v", a.Name, a, ws)
		}
		if _, ok := w.App(a.ID, a.Created.Add(-time.Hour)); ok {
			t.Errorf("%s is there before it was published", a.Name)
		}
		copies := 0
		for i := range ws.Items {
			if r := ws.Items[i].Report; r != nil && r.AppID == a.ID {
				copies++
			}
		}
		if copies == 0 {
			t.Errorf("%s holds no report", a.Name)
		}
	}
	if n < 20 {
		t.Errorf("%d apps", n)
	}
}

func TestAccessOfAndSubscriptions(t *testing.T) {
	t.Parallel()
	w := demo(1)
	gina, _ := w.User("gina.rossi_fabrikam.com#EXT#@contoso.onmicrosoft.com", now)
	workspaces, items := 0, 0
	for a := range w.AccessOf(gina.ID, now) {
		if a.Item == nil {
			workspaces++
		} else {
			items++
		}
	}
	if workspaces < 2 || items < workspaces {
		t.Errorf("Gina has roles on %d workspaces and rights on %d items", workspaces, items)
	}
	byItem, reader := 0, ""
	for ws := range w.All(now) {
		for i := range ws.Items {
			for _, s := range w.Subscriptions(ws.Items[i].ID, now) {
				byItem++
				reader = s.Recipients[0].ID
				if s.Start.After(now) || s.ItemID != ws.Items[i].ID {
					t.Errorf("%+v", s)
				}
			}
		}
	}
	mine := 0
	for range w.UserSubscriptions(reader, now) {
		mine++
	}
	if byItem < 50 || mine == 0 {
		t.Errorf("%d subscriptions, %d of somebody who has one", byItem, mine)
	}
}
