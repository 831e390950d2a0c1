package app

import (
	"context"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/request"
)

// agreed writes a request down as two people have agreed to it.
func (s *site) agreed(id string, p request.Params) {
	s.t.Helper()
	t := s.Tenants[0]
	s.agreedAs(id, p, &request.Estate{Tenant: s.tenant(), TenantID: request.ID(t.Config.TenantID)}, s.tenant(), t.Config.TenantID, t.Scanner.Tenant())
}

// agreedAs is agreed for an estate and a tenant, whose row is tid.
func (s *site) agreedAs(id string, p request.Params, e *request.Estate, tenant, tenantID string, tid int64) {
	s.t.Helper()
	now, ctx := s.clock.now()(), s.t.Context()
	who := func(n string) request.Party {
		return request.Party{TenantID: tenantID, ObjectID: "aaaaaaaa-0000-0000-0000-00000000000" + n, Name: n}
	}
	plan, errs := request.Build(p, e, request.Context{Request: id, Revision: 1, Now: now, Approval: 72 * time.Hour, Window: 24 * time.Hour})
	bytes, err := plan.Canonical()
	if len(errs) > 0 || err != nil {
		s.t.Fatal(errs, err)
	}
	r := request.Request{ID: id, Tenant: tenant, Kind: p.Kind(), Title: plan.Title, State: request.Draft, Params: []byte("{}"), Requester: who("1"), Editor: who("1"),
		Stages: []request.Stage{{Order: 1, Count: 1, Role: "approver"}}, Risk: request.RiskNormal, Rules: s.rules.Set().Hash, Expires: now.Add(time.Hour)}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := tx.InsertRequest(ctx, tid, r); err != nil {
			return err
		}
		r.Version = 1
		if err := tx.SubmitRequest(ctx, db.Submission{Request: r, Plan: bytes, Hash: request.HashOf(bytes), Need: 1,
			Parties: []request.Involved{{Party: who("1"), Why: request.WhyRequester}, {Party: who("1"), Why: request.WhyEditor}}}, who("1")); err != nil {
			return err
		}
		if err := tx.AddApproval(ctx, id, request.Decision{Plan: request.HashOf(bytes), By: who("2"), Stage: 1, Approves: true}); err != nil {
			return err
		}
		q, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		q.WindowEnds = tx.Now.Add(12 * time.Hour)
		return tx.MoveRequest(ctx, q, request.Approved, who("2"), "approved", "")
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestAgreedIsCarriedOut: what was agreed is there without anybody doing more,
// carried out by the executor's own application, and a stop leaves nothing
// under way.
func TestAgreedIsCarriedOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.witness = nil // no second place in this test
	a, err := s.newActing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.agreed("request-acting", &request.WorkspaceCreateParams{Name: "Zebra Acting"})
	ctx, stop := context.WithCancel(t.Context())
	a.begin(ctx)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(5 * time.Minute); ; {
		r, err := s.DB.Reader().Request(t.Context(), "request-acting")
		if err != nil {
			t.Fatal(err)
		}
		if r.State == request.Done {
			break
		}
		if r.State.Final() {
			t.Fatalf("the request is %s: %s", r.State, r.Note)
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("the request is still %s", r.State)
		}
	}
	stop()
	a.wait()
	made := 0
	for _, w := range s.cloud.Journal().Writes() {
		if made++; w.Caller != "executor" || w.Status != 201 {
			t.Errorf("the stand-in saw %+v", w)
		}
	}
	if made != 1 {
		t.Errorf("%d writes were made, want 1", made)
	}
}
