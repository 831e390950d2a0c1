package db_test

import (
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/ledger"
)

func session(n byte, person string) db.Session {
	return db.Session{
		Hash: ledger.Hash{n}, Tenant: "t", Person: person, Issuer: "https://issuer", Subject: "sub", Name: "Ana", Address: "ana@contoso.example",
		Roles: []string{"viewer"}, Started: noon, Confirmed: noon, RolesRead: noon, Seen: noon, IP: "192.0.2.1", Agent: "test",
	}
}

func write(t *testing.T, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestSessionLife(t *testing.T) {
	t.Parallel()
	now := noon
	d := dbtest.Open(t, func() time.Time { return now })
	ctx := t.Context()
	write(t, d, func(tx *db.Tx) error { return tx.AddSession(ctx, session(1, "ana")) })
	got, err := d.Reader().Session(ctx, ledger.Hash{1})
	if err != nil || got.Name != "Ana" || len(got.Roles) != 1 || !got.Started.Equal(noon) {
		t.Fatalf("session = %+v, %v", got, err)
	}
	now = noon.Add(10 * time.Minute)
	write(t, d, func(tx *db.Tx) error { return tx.TouchSession(ctx, got.Hash) })
	got.Roles, got.RolesRead = []string{"admin", "auditor"}, now
	write(t, d, func(tx *db.Tx) error { return tx.RefreshSession(ctx, got) })
	got, err = d.Reader().Session(ctx, got.Hash)
	if err != nil || !got.Seen.Equal(now) || len(got.Roles) != 2 || !got.Started.Equal(noon) {
		t.Errorf("after use: %+v, %v", got, err)
	}
	people, err := d.Reader().SignedIn(ctx)
	if err != nil || len(people) != 1 || len(people[0].Roles) != 2 || !people[0].First.Equal(noon) || !people[0].Last.Equal(now) {
		t.Errorf("people = %+v, %v", people, err)
	}
	write(t, d, func(tx *db.Tx) error {
		there, err := tx.EndSession(ctx, got.Hash)
		if !there {
			t.Error("EndSession did not find it")
		}
		return err
	})
	if _, err := d.Reader().Session(ctx, got.Hash); !fault.Is(err, fault.NotFound) {
		t.Errorf("after its end: %v", err)
	}
	err = d.Write(ctx, func(tx *db.Tx) error { return tx.RefreshSession(ctx, got) })
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("refreshing an ended session: %v", err)
	}
}

func TestSessionsOfOneAndOfAll(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	ctx := t.Context()
	write(t, d, func(tx *db.Tx) error {
		for i, p := range []string{"ana", "ana", "bo"} {
			if err := tx.AddSession(ctx, session(byte(i+1), p)); err != nil {
				return err
			}
		}
		return nil
	})
	count := func(tenant, person string) int {
		s, err := d.Reader().Sessions(ctx, tenant, person)
		if err != nil {
			t.Fatal(err)
		}
		return len(s)
	}
	if count("t", "ana") != 2 || count("", "") != 3 || count("u", "ana") != 0 {
		t.Error("sessions are counted wrongly")
	}
	write(t, d, func(tx *db.Tx) error {
		n, err := tx.EndSessionsOf(ctx, "t", "ana")
		if n != 2 {
			t.Errorf("ended %d", n)
		}
		return err
	})
	if count("", "") != 1 {
		t.Error("someone else's session went too")
	}
	write(t, d, func(tx *db.Tx) error { _, err := tx.EndSessionsOf(ctx, "", ""); return err })
	if count("", "") != 0 {
		t.Error("not everyone's session ended")
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, fixed)
	ctx := t.Context()
	idle, old, good := session(1, "a"), session(2, "b"), session(3, "c")
	idle.Seen = noon.Add(-time.Hour)
	old.Started = noon.Add(-9 * time.Hour)
	write(t, d, func(tx *db.Tx) error {
		for _, s := range []db.Session{idle, old, good} {
			if err := tx.AddSession(ctx, s); err != nil {
				return err
			}
		}
		n, err := tx.SweepSessions(ctx, noon.Add(-30*time.Minute), noon.Add(-8*time.Hour))
		if n != 2 {
			t.Errorf("swept %d, want 2", n)
		}
		return err
	})
	if _, err := d.Reader().Session(ctx, good.Hash); err != nil {
		t.Errorf("a living session was swept: %v", err)
	}
}
