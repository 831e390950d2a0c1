package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/request"
)

// TestTheSecondWall tries what the Go code never does, straight at the
// database: each statement must be refused, and those at the end must pass.
func TestTheSecondWall(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(wallCases(), submissionCases(), emergencyCases()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "")
			r := o.submitted(requester("Anna"), access("FIN-Sales-DEV", "Ben", "Admin")) // high risk: two must agree
			if why := c.wrong(o.db.Write(t.Context(), func(tx *db.Tx) error { return c.run(o, tx, r) })); why != "" {
				t.Error(why)
			}
		})
	}
}

// wallCase is one statement that the database must refuse, or let pass.
type wallCase struct {
	name string
	says string // part of the trigger's words; empty when it must pass
	run  func(o *office, tx *db.Tx, r request.Request) error
}

// wrong says how the answer is not what it should be.
func (c wallCase) wrong(err error) string {
	switch {
	case c.says == "" && err != nil:
		return "refused: " + err.Error()
	case c.says != "" && err == nil:
		return "the database let it through"
	case c.says != "" && !strings.Contains(err.Error(), c.says):
		return "refused for another reason: " + err.Error()
	}
	return ""
}

func wallCases() []wallCase {
	const vote = `INSERT INTO approval (request, plan_hash, tid, oid, name, address, stage, approves, note, at, for_tid, for_oid) VALUES ($1, $2, $3, $4, 'x', $5, $6, 1, '', $7, '', '')`
	return []wallCase{
		{"approved without approvals", "approvals that are needed", sqlOn(`UPDATE request SET state = 'approved', version = version + 1, decided = 1, window_ends = 2 WHERE id = $1`)},
		{"running without approvals", "cannot move so", sqlOn(`UPDATE request SET state = 'running', version = version + 1, window_ends = 2 WHERE id = $1`)},
		{"done at once", "cannot move so", sqlOn(`UPDATE request SET state = 'done', version = version + 1 WHERE id = $1`)},
		{"fewer approvals needed", "frozen", sqlOn(`UPDATE request SET need = 0, version = version + 1 WHERE id = $1`)},
		{"another approval rule", "frozen", sqlOn(`UPDATE request SET rule = 'mine', version = version + 1 WHERE id = $1`)},
		{"a lower risk", "frozen", sqlOn(`UPDATE request SET risk = 'none', version = version + 1 WHERE id = $1`)},
		{"other policies", "frozen", sqlOn(`UPDATE request SET rules_hash = 'x', version = version + 1 WHERE id = $1`)},
		{"a longer life", "frozen", sqlOn(`UPDATE request SET expires = expires + 1, version = version + 1 WHERE id = $1`)},
		{"no plan any more", "frozen", sqlOn(`UPDATE request SET plan_hash = NULL, version = version + 1 WHERE id = $1`)},
		{"other parameters", "not changed", sqlOn(`UPDATE request SET params = '{}', version = version + 1 WHERE id = $1`)},
		{"another editor", "not changed", sqlOn(`UPDATE request SET editor_oid = 'x', version = version + 1 WHERE id = $1`)},
		{"another requester", "keeps its id", sqlOn(`UPDATE request SET requester_oid = 'x', version = version + 1 WHERE id = $1`)},
		{"a change that is not counted", "counts the version up", sqlOn(`UPDATE request SET note = 'x' WHERE id = $1`)},
		{"a request that vanishes", "are kept", sqlOn(`DELETE FROM request WHERE id = $1`)},
		{"a request that begins approved", "begins as a draft", insertAs("INSERT", "approved", "another-request")},
		{"a request written over another", "there already", insertAs("INSERT OR REPLACE", "draft", "")},
		{"a plan rewritten", "not rewritten", sqlOn(`UPDATE request_plan SET body = x'00' WHERE request = $1`)},
		{"a plan deleted", "are kept", sqlOn(`DELETE FROM request_plan WHERE request = $1`)},
		{"a plan written over another", "there already", sqlOn(`INSERT OR REPLACE INTO request_plan (hash, request, revision, body, at) SELECT hash, request, revision, x'00', 1 FROM request_plan WHERE request = $1`)},
		{"a second plan while it waits", "made for a draft", sqlOn(`INSERT INTO request_plan (hash, request, revision, body, at) VALUES (printf('%064d', 1), $1, 2, x'00', 1)`)},
		{"a stage lowered", "frozen", sqlOn(`UPDATE request_stage SET count = 1 WHERE plan_hash = (SELECT plan_hash FROM request WHERE id = $1)`)},
		{"a stage removed", "frozen", sqlOn(`DELETE FROM request_stage WHERE plan_hash = (SELECT plan_hash FROM request WHERE id = $1)`)},
		{"a stage written over another", "there already", sqlOn(`INSERT OR REPLACE INTO request_stage (plan_hash, ord, count, role, grp) SELECT plan_hash, 1, 1, 'viewer', '' FROM request WHERE id = $1`)},
		{"a party removed", "stays a party", sqlOn(`DELETE FROM request_party WHERE plan_hash = (SELECT plan_hash FROM request WHERE id = $1)`)},
		{"a party renamed", "stays a party", sqlOn(`UPDATE request_party SET oid = 'x' WHERE plan_hash = (SELECT plan_hash FROM request WHERE id = $1)`)},
		{"an alias removed", "stays a party", sqlOn(`DELETE FROM request_alias WHERE plan_hash = (SELECT plan_hash FROM request WHERE id = $1)`)},
		{"the requester approves", "a party does not decide", func(o *office, tx *db.Tx, r request.Request) error {
			return exec(o, tx, vote, r.ID, r.Plan, directory, r.Requester.ObjectID, "", 1, tx.Millis())
		}},
		{"the beneficiary approves", "a party does not decide", func(o *office, tx *db.Tx, r request.Request) error {
			return exec(o, tx, vote, r.ID, r.Plan, directory, string(gid("Ben")), "", 1, tx.Millis())
		}},
		{"the requester approves under another id", "a party does not decide", func(o *office, tx *db.Tx, r request.Request) error {
			return exec(o, tx, vote, r.ID, r.Plan, directory, "x", "anna@contoso.com", 1, tx.Millis())
		}},
		{"an approval of another plan", "only what is pending", func(o *office, tx *db.Tx, r request.Request) error {
			other := o.submitted2(tx, r)
			return exec(o, tx, vote, r.ID, other, directory, "x", "", 1, tx.Millis())
		}},
		{"an approval after its time", "only what is pending", func(o *office, tx *db.Tx, r request.Request) error {
			return exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, db.Millis(r.Expires))
		}},
		{"an approval of a stage that is not there", "in order", func(o *office, tx *db.Tx, r request.Request) error {
			return exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 2, tx.Millis())
		}},
		{"an approval in capitals", "CHECK", func(o *office, tx *db.Tx, r request.Request) error {
			return exec(o, tx, vote, r.ID, r.Plan, directory, "X", "", 1, tx.Millis())
		}},
		{"two approvals by one person", "decided already", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			return exec(o, tx, strings.Replace(vote, "INSERT", "INSERT OR REPLACE", 1), r.ID, r.Plan, directory, "x", "", 1, tx.Millis())
		}},
		{"an approval rewritten", "not rewritten", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			return exec(o, tx, `UPDATE approval SET approves = 0 WHERE request = $1`, r.ID)
		}},
		{"an approval deleted", "are kept", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			return exec(o, tx, `DELETE FROM approval WHERE request = $1`, r.ID)
		}},
		{"one approval where two are needed", "approvals that are needed", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			return approveRow(o, tx, r, time.Hour)
		}},
		{"an approver who turned out to be a party", "approvals that are needed", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "y", "", 1, tx.Millis()))
			o.check(tx.AddParties(o.tb.Context(), r.Plan, []request.Involved{{Party: request.Party{TenantID: directory, ObjectID: "y"}, Why: request.WhyBeneficiary}}))
			return approveRow(o, tx, r, time.Hour)
		}},
		{"a rejection beside enough approvals", "approvals that are needed", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, strings.Replace(vote, "$6, 1,", "$6, 0,", 1), r.ID, r.Plan, directory, "z", "", 1, tx.Millis()))
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "y", "", 1, tx.Millis()))
			return approveRow(o, tx, r, time.Hour)
		}},
		{"a longer time to start", "at most 24 hours", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "y", "", 1, tx.Millis()))
			return approveRow(o, tx, r, 25*time.Hour)
		}},
		{"what happened is rewritten", "not rewritten", sqlOn(`UPDATE request_event SET note = 'x' WHERE request = $1`)},
		{"what happened is deleted", "is kept", sqlOn(`DELETE FROM request_event WHERE request = $1`)},
		{"two approvals", "", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "y", "", 1, tx.Millis()))
			return approveRow(o, tx, r, time.Hour)
		}},
		{"started after two approvals", "", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "y", "", 1, tx.Millis()))
			o.check(approveRow(o, tx, r, time.Hour))
			return exec(o, tx, `UPDATE request SET state = 'running', version = version + 1, changed = $2 WHERE id = $1`, r.ID, tx.Millis())
		}},
		{"started after its window", "time to start is over", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "x", "", 1, tx.Millis()))
			o.check(exec(o, tx, vote, r.ID, r.Plan, directory, "y", "", 1, tx.Millis()))
			o.check(approveRow(o, tx, r, time.Hour))
			return exec(o, tx, `UPDATE request SET state = 'running', version = version + 1, changed = $2 WHERE id = $1`, r.ID, tx.Millis()+3_600_000)
		}},
		{"rejected", "", sqlOn(`UPDATE request SET state = 'rejected', version = version + 1 WHERE id = $1`)},
	}
}

func exec(o *office, tx *db.Tx, query string, args ...any) error {
	_, err := tx.ExecContext(o.tb.Context(), query, args...)
	return err
}

func sqlOn(query string) func(*office, *db.Tx, request.Request) error {
	return func(o *office, tx *db.Tx, r request.Request) error { return exec(o, tx, query, r.ID) }
}

func insertAs(verb, state, id string) func(*office, *db.Tx, request.Request) error {
	return func(o *office, tx *db.Tx, r request.Request) error {
		if id == "" {
			id = r.ID
		}
		return exec(o, tx, verb+` INTO request (id, tenant, kind, title, state, params, reason, requester_tid, requester_oid, requester_name, requester_address,
			editor_tid, editor_oid, editor_name, editor_address, created, changed, plan_hash, need, expires, window_ends)
			SELECT $1, tenant, kind, title, $2, params, reason, requester_tid, requester_oid, requester_name, requester_address,
			editor_tid, editor_oid, editor_name, editor_address, created, changed, NULL, NULL, NULL, NULL FROM request WHERE id = $3`, id, state, r.ID)
	}
}

func approveRow(o *office, tx *db.Tx, r request.Request, window time.Duration) error {
	return exec(o, tx, `UPDATE request SET state = 'approved', version = version + 1, changed = $2, decided = $2, window_ends = $3 WHERE id = $1`,
		r.ID, tx.Millis(), db.Millis(tx.Now.Add(window)))
}

// submitted2 writes a second request with a plan of its own in the same
// transaction, and returns the plan's hash.
func (o *office) submitted2(tx *db.Tx, like request.Request) string {
	o.tb.Helper()
	ctx := o.tb.Context()
	other := like
	other.ID, other.Revision, other.Version = "another-request", 0, 1
	o.check(tx.InsertRequest(ctx, o.tenant, other))
	plan := request.Plan{Version: request.PlanVersion, Request: other.ID, Revision: 1}
	body, err := plan.Canonical()
	o.check(err)
	hash := request.HashOf(body)
	o.check(tx.SubmitRequest(ctx, db.Submission{Request: other, Plan: body, Hash: hash, Need: request.Need(other.Stages),
		Parties: []request.Involved{{Party: other.Requester, Why: request.WhyRequester}}}, other.Requester))
	return hash
}
