package fulfil_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/sim/world"
)

// TestProject: what was agreed is there afterwards, each call was made once,
// and the ledger tells it.
func TestProject(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.project()
	id := b.agree(p, b.estate())
	b.goOn()
	b.want(id, db.RunDone)
	b.projectThere(t)
	for operation, want := range map[string]int{"Workspaces_CreateWorkspace": 3, "Groups_AssignToCapacity": 3, "Groups_AddGroupUser": 6,
		"Pipelines_CreatePipeline": 1, "Pipelines_AssignWorkspace": 3} {
		if got := b.made(operation); got != want {
			t.Errorf("%s was performed %d times, want %d", operation, got, want)
		}
	}
	if len(b.ended) != 1 || len(b.ended[0].Workspaces) != 3 {
		t.Errorf("the scan afterwards is told %+v", b.ended)
	}
	for _, s := range b.steps(id) {
		if s.RequestIDs == "" || s.Sent == "" || s.Digest == "" || s.Finished.IsZero() {
			t.Errorf("step %s tells too little: %+v", s.ID, s)
		}
	}
	if n := b.entries(`action = 'step.write' AND outcome = 'intended' AND body ->> '$.details.status' IS NULL`); n < 16 {
		t.Errorf("%d intents in the ledger, want one for each of 16 writes", n)
	}
	if n := b.entries(`action = 'step.write' AND outcome = 'done'`); n != 16 {
		t.Errorf("%d outcomes in the ledger, want 16", n)
	}
}

func (b *bed) entries(where string) (n int) {
	b.t.Helper()
	if err := b.db.Reader().QueryRow(b.t.Context(), `SELECT count(*) FROM ledger WHERE `+where).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// projectThere checks the tenant itself.
func (b *bed) projectThere(t *testing.T) {
	t.Helper()
	ids := map[string]bool{}
	for _, env := range []string{"DEV", "TEST", "PROD"} {
		found := b.named(b.project().NameFor(len(ids)))
		if len(found) != 1 {
			t.Errorf("%s: there are %d workspaces", env, len(found))
			ids[env] = true
			continue
		}
		ws := found[0]
		ids[ws.ID] = true
		if ws.CapacityID == "" || len(ws.Grants) != 3 || !strings.Contains(ws.Description, "gov:") {
			t.Errorf("%s: capacity %q, %d roles, description %q", env, ws.CapacityID, len(ws.Grants), ws.Description)
		}
	}
	lines := b.pipelines()
	if len(lines) != 1 {
		t.Fatalf("there are %d pipelines", len(lines))
	}
	for _, s := range lines[0].Stages {
		if !ids[s.WorkspaceID] {
			t.Errorf("stage %d holds %q", s.Order, s.WorkspaceID)
		}
	}
}

func (b *bed) pipelines() (out []world.Pipeline) {
	for p := range b.world.Pipelines(b.clock.Now()) {
		if strings.Contains(p.Description, "gov:") {
			out = append(out, p)
		}
	}
	return out
}

// TestNothingWithoutAgreement: a run whose agreement is gone sends nothing
// more.
func TestNothingWithoutAgreement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.agree(b.project(), b.estate())
	if _, err := b.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.write(func(ctx context.Context, tx *db.Tx) error {
		q, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		return tx.MoveRequest(ctx, q, "cancelled", asker, "cancelled", "")
	})
	for range 40 {
		if _, err := b.Advance(t.Context(), id); err != nil {
			t.Log(err)
		}
	}
	if n := len(b.cloud.Journal().Writes()); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}
