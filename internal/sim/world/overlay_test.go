package world

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func TestMutationLeavesThePastAlone(t *testing.T) {
	t.Parallel()
	w, fresh := demo(1), demo(1)
	id := find(t, w, now, named("FIN-Budget-TEST")).ID
	app := w.ScannerApp()
	err := w.Mutate(id, now, func(ws *Workspace) error {
		ws.Name = "renamed"
		ws.Grants = append(ws.Grants, Grant{Principal: app.Principal(), Right: RightViewer, Since: now})
		ws.Items = ws.Items[:1]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{now.Add(-time.Second), now.AddDate(0, -2, 0)} {
		got, _ := w.Workspace(id, at)
		want, _ := fresh.Workspace(id, at)
		if d := difference(t, got, want); d != "" {
			t.Errorf("at %s the past has changed:\n%s", at, d)
		}
	}
	for _, at := range []time.Time{now, now.AddDate(1, 0, 0)} {
		ws, ok := w.Workspace(id, at)
		if !ok || ws.Name != "renamed" || len(ws.Items) != 1 || !ws.Modified.Equal(now) {
			t.Errorf("at %s: %+v", at, ws)
		}
		if h, _ := w.HeadAt(ws.Slot, at); !h.Modified.Equal(now) {
			t.Errorf("the head says modified %s", h.Modified)
		}
	}
	if got := w.ModifiedSince(now.Add(-time.Second), now); len(got) == 0 || !contains(got, id) {
		t.Error("an incremental scan would not see the change")
	}
}

func contains(heads []Head, id string) bool {
	for _, h := range heads {
		if h.ID == id {
			return true
		}
	}
	return false
}

func TestFailedMutationChangesNothing(t *testing.T) {
	t.Parallel()
	w := demo(1)
	id := find(t, w, now, named("FIN-Budget-TEST")).ID
	before, _ := w.Workspace(id, now)
	refused := errors.New("refused")
	if err := w.Mutate(id, now, func(ws *Workspace) error { ws.Name, ws.Items[0].Name = "x", "y"; return refused }); !errors.Is(err, refused) {
		t.Errorf("error %v", err)
	}
	after, _ := w.Workspace(id, now)
	if d := difference(t, before, after); d != "" {
		t.Error(d)
	}
	var missing *NotFound
	if err := w.Mutate(w.NewID(), now, func(*Workspace) error { return nil }); !errors.As(err, &missing) {
		t.Errorf("mutating nothing: %v", err)
	}
}

// What is handed out belongs to the caller.
func TestCallersCannotReachIn(t *testing.T) {
	t.Parallel()
	w := demo(1)
	id := find(t, w, now, named("FIN-Budget-TEST")).ID
	if err := w.Mutate(id, now, func(ws *Workspace) error { ws.Description = "mine"; return nil }); err != nil {
		t.Fatal(err)
	}
	want, _ := w.Workspace(id, now)
	got, _ := w.Workspace(id, now)
	got.Grants[0].Right, got.Items[0].Name = "broken", "broken"
	for i := range got.Items {
		it := &got.Items[i]
		if it.Configured != nil {
			it.Configured.UPN = "broken"
		}
		if it.Model != nil {
			it.Model.Datasources[0] = "broken"
			if it.Model.Schedule != nil {
				it.Model.Schedule.Times[0] = "broken"
			}
		}
	}
	again, _ := w.Workspace(id, now)
	if d := difference(t, again, want); d != "" {
		t.Errorf("a caller changed the tenant:\n%s", d)
	}
}

func TestCreatedWorkspace(t *testing.T) {
	t.Parallel()
	w := demo(1)
	slots := w.Slots(now)
	made, err := w.Create(now, Workspace{Name: "NEW-Thing-DEV", Items: []Item{{ID: w.NewID(), Kind: KindReport, Name: "R", Report: &Report{Type: "PowerBIReport"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if made.Slot != slots || made.State != StateActive || made.Type != TypeWorkspace || made.Grants == nil {
		t.Errorf("%+v", made)
	}
	if _, ok := w.Workspace(made.ID, now.Add(-time.Second)); ok {
		t.Error("it was there before it was made")
	}
	ws, it, ok := w.Item(made.Items[0].ID, now)
	if !ok || ws.ID != made.ID || it.WorkspaceID != made.ID {
		t.Error("its item is not found")
	}
	if got, ok := w.WorkspaceAt(slots, now); !ok || got.ID != made.ID {
		t.Error("it is not in the list")
	}
	if err := w.Mutate(made.ID, now.Add(time.Hour), func(ws *Workspace) error { ws.State, ws.Deleted = StateDeleted, now.Add(time.Hour); return nil }); err != nil {
		t.Fatal(err)
	}
	if got, _ := w.Workspace(made.ID, now.Add(2*time.Hour)); got.State != StateDeleted {
		t.Error("it is not deleted")
	}
	if got, _ := w.Workspace(made.ID, now.Add(time.Minute)); got.State != StateActive {
		t.Error("it was deleted too early")
	}
}

// The log must not go on about what a caller removed.
func TestLogFollowsCallers(t *testing.T) {
	t.Parallel()
	w := demo(1)
	next := day0(3) // a Tuesday
	id, n := "", 0
	count := func(ws string) (n int) {
		for h := range 24 {
			for _, e := range w.Activity(next, h, next.AddDate(0, 0, 2)) {
				if e.WorkspaceID == ws {
					n++
				}
			}
		}
		return n
	}
	for ws := range w.All(now) {
		if id = ws.ID; ws.State == StateActive {
			if n = count(id); n > 3 {
				break
			}
		}
	}
	if n <= 3 {
		t.Fatal("no workspace is in use")
	}
	if err := w.Mutate(id, now, func(ws *Workspace) error { ws.State, ws.Deleted = StateDeleted, now; return nil }); err != nil {
		t.Fatal(err)
	}
	if got := count(id); got != 0 {
		t.Errorf("%d events in a deleted workspace", got)
	}
	w.Record(Event{Activity: "DeleteFolder", WorkspaceID: id, Created: next.Add(9 * time.Hour), Available: next.Add(10 * time.Hour), Success: true})
	if got := count(id); got != 1 {
		t.Errorf("a recorded event is found %d times", got)
	}
	if got := w.Activity(next, 9, next.Add(9*time.Hour+time.Minute)); len(got) > 0 && got[len(got)-1].Activity == "DeleteFolder" {
		t.Error("a recorded event is told before it is available")
	}
}

func TestDirectoryEdits(t *testing.T) {
	t.Parallel()
	w := demo(1)
	mia, _ := w.User("mia.keller@contoso.com", now)
	if err := w.MutateUser(mia.ID, now, func(u *User) error { u.Enabled = false; return nil }); err != nil {
		t.Fatal(err)
	}
	if u, _ := w.User(mia.UPN, now); u.Enabled || u.Left.IsZero() {
		t.Error("the account is still enabled")
	}
	if u, _ := w.User(mia.UPN, now.Add(-time.Second)); !u.Enabled {
		t.Error("the past has changed")
	}
	users, _, _ := w.DirectoryChanged(now.Add(-time.Second), now)
	if len(users) != 1 || users[0].ID != mia.ID {
		t.Errorf("a delta query tells %d users", len(users))
	}
	group := w.AdminAPIGroup().ID
	members := func(at time.Time) int { m, _ := w.Members(group, at); return len(m) }
	if err := w.SetMember(group, w.ExecutorApp().ID, now, true); err != nil || members(now) != 2 || members(now.Add(-time.Second)) != 1 {
		t.Errorf("after adding: %v, %d members, %d before", err, members(now), members(now.Add(-time.Second)))
	}
	if err := w.SetMember(group, w.ScannerApp().ID, now.Add(time.Hour), false); err != nil || members(now.Add(time.Hour)) != 1 {
		t.Errorf("after removing: %v, %d members", err, members(now.Add(time.Hour)))
	}
}

func TestPipelinesOfCallers(t *testing.T) {
	t.Parallel()
	w := demo(1)
	n := 0
	for range w.Pipelines(now) {
		n++
	}
	p := w.CreatePipeline(now, Pipeline{DisplayName: "new"})
	if len(p.Stages) != 3 || p.Grants == nil {
		t.Errorf("%+v", p)
	}
	ws := find(t, w, now, named("FIN-Budget-DEV"))
	if err := w.MutatePipeline(p.ID, now.Add(time.Minute), func(p *Pipeline) error { p.Stages[0].WorkspaceID = ws.ID; return nil }); err != nil {
		t.Fatal(err)
	}
	if items, ok := w.StageItems(p.ID, 0, now.Add(time.Minute)); !ok || len(items) != len(ws.Items) {
		t.Errorf("the stage has %d items, the workspace %d", len(items), len(ws.Items))
	}
	if items, ok := w.StageItems(p.ID, 0, now); !ok || len(items) != 0 {
		t.Error("the past has changed")
	}
	w.AddDeployment(Deployment{ID: "d1", PipelineID: p.ID, Start: now.Add(time.Hour), Status: "Executing"})
	w.EditDeployment(p.ID, "d1", func(d *Deployment) { d.Status = "Succeeded" })
	if got := w.Deployments(p.ID, now.Add(2*time.Hour)); len(got) != 1 || got[0].Status != "Succeeded" {
		t.Errorf("%+v", got)
	}
	if got := w.Deployments(p.ID, now); len(got) != 0 {
		t.Error("a deployment is told before it began")
	}
	if err := w.MutatePipeline(p.ID, now.Add(time.Hour), func(p *Pipeline) error { p.ID = ""; return nil }); err != nil {
		t.Fatal(err)
	}
	after := 0
	for range w.Pipelines(now.Add(time.Hour)) {
		after++
	}
	if after != n {
		t.Errorf("%d pipelines before, %d after creating and deleting one", n, after)
	}
}

func TestSaveAndLoad(t *testing.T) {
	t.Parallel()
	w := demo(1)
	id := find(t, w, now, named("FIN-Budget-TEST")).ID
	if err := w.Mutate(id, now, func(ws *Workspace) error { ws.Name = "renamed"; return nil }); err != nil {
		t.Fatal(err)
	}
	made, _ := w.Create(now, Workspace{Name: "made"})
	w.Record(Event{Activity: "CreateFolder", Created: now, WorkspaceID: made.ID, Extra: map[string]any{"a": "b"}})
	if err := w.SetMember(w.AdminAPIGroup().ID, w.ExecutorApp().ID, now, true); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := w.Save(&file); err != nil {
		t.Fatal(err)
	}
	again := demo(1)
	if err := again.Load(bytes.NewReader(file.Bytes())); err != nil {
		t.Fatal(err)
	}
	for _, x := range []string{id, made.ID} {
		a, _ := w.Workspace(x, now)
		b, ok := again.Workspace(x, now)
		if d := difference(t, a, b); !ok || d != "" {
			t.Errorf("after loading:\n%s", d)
		}
	}
	if x, y := w.Activity(now, 17, now), again.Activity(now, 17, now); len(x) != len(y) {
		t.Errorf("%d events saved, %d loaded", len(x), len(y))
	}
	if again.NewID() == made.ID {
		t.Error("an id is given twice")
	}
	for name, bad := range map[string]*World{"another seed": demo(2), "another size": New(Config{Seed: 1, Workspaces: 40})} {
		if err := bad.Load(bytes.NewReader(file.Bytes())); err == nil {
			t.Errorf("the file is accepted for %s", name)
		}
	}
	if err := again.Load(bytes.NewReader([]byte("{"))); err == nil {
		t.Error("half a file is accepted")
	}
}
