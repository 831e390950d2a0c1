package audit

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"steward/internal/audit/audittest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// TestDetailPlans asks SQLite how it would answer what pages read besides the
// reports, for everyone and for a reader of a part.
func TestDetailPlans(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	audittest.Fill(t, d, audittest.Size{})
	reader := d.Reader()
	view, err := reader.ViewNow(t.Context(), audittest.TenantName)
	if err != nil {
		t.Fatal(err)
	}
	queries := map[string]string{
		"members":    fmt.Sprintf(membersBehind, "'a', 'b'", maxMembers, leaver("p")),
		"only admin": "SELECT w.name " + onlyAdmin + " ORDER BY w.name_key, w.ws LIMIT 50",
		"owned":      "SELECT i.name " + strings.ReplaceAll(owned, "?", "'x'") + " LIMIT 50",
		"use":        "SELECT u.day FROM usage_day u WHERE u.ws = 1 AND u.day > @today - 28 AND u.day <= @today AND inscope(u.ws) GROUP BY u.day ORDER BY u.day",
	}
	for _, a := range attention {
		queries[a.name] = a.query
	}
	small := []string{"SCAN x", "SCAN c", "SCAN d", "SCAN m", "SCAN CONSTANT"} // lists that do not grow with the tenant's grants
	for name, query := range queries {
		for _, scope := range []db.Scope{db.Everything, {Prefixes: []string{"Finance 1"}}} {
			e := newExpander(Query{View: view, Scope: scope})
			e.vars["person"] = 5
			text := e.sql(query)
			err := reader.Snapshot(t.Context(), func(tx *sql.Tx) error {
				plan, err := explain(t.Context(), tx, text, e.args)
				for _, step := range plan {
					allowed := !strings.HasPrefix(step, "SCAN ")
					for _, s := range small {
						allowed = allowed || strings.HasPrefix(step, s)
					}
					if !allowed || strings.Contains(step, "AUTOMATIC") {
						t.Errorf("%s, whole tenant %v: %s\n%s", name, scope.All, step, strings.Join(plan, "\n"))
					}
				}
				return err
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestLastKnown finds what is gone where it was seen last.
func TestLastKnown(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, nil)
	audittest.Fill(t, d, audittest.Size{})
	exec := func(query string) {
		t.Helper()
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.ExecContext(t.Context(), query); return err }); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE workspace SET to_scan = 3 WHERE ws = 8`)
	exec(`UPDATE scan SET published = NULL, state = 'failed' WHERE id = 2`)
	reader := d.Reader()
	view, err := reader.ViewNow(t.Context(), audittest.TenantName)
	if err != nil {
		t.Fatal(err)
	}
	last, missed, err := LastKnown(t.Context(), reader, view, ToWorkspace, audittest.GUID(8))
	if err != nil || last.Scan != 1 || missed.Scan != 3 {
		t.Errorf("last seen by scan %d, missed by %d, %v; want 1, the last that was published before, and 3", last.Scan, missed.Scan, err)
	}
	for name, id := range map[string]string{"still there": audittest.GUID(9), "never there": "no-such-id", "another kind of thing": audittest.GUID(500)} {
		if last, _, err := LastKnown(t.Context(), reader, view, ToWorkspace, id); err != nil || last.Scan != 0 {
			t.Errorf("%s: last seen by scan %d, %v; want none", name, last.Scan, err)
		}
	}
}

// TestScheduleInWords reads what Microsoft sends as a schedule.
func TestScheduleInWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"enabled":true,"days":["Monday","Tuesday","Wednesday","Thursday","Friday"],"times":["05:30","16:30"],"timeZone":"UTC"}`: "Monday to Friday at 05:30, 16:30 (UTC)",
		`{"enabled":true,"days":["Saturday","Sunday"],"times":[]}`:                                                                "Saturday, Sunday",
		`{"enabled":false,"days":["Monday"]}`:                                                                                     "off",
		`{"enabled":true}`:                                                                                                        "no day chosen",
		`not JSON`:                                                                                                                "not JSON",
	} {
		if got := schedule(in); got != want {
			t.Errorf("schedule(%s) = %q, want %q", in, got, want)
		}
	}
}
