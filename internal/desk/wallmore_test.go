package desk_test

import (
	"steward/internal/db"
	"steward/internal/request"
)

// submissionCases are statements about how a draft becomes one that waits, and
// about the outbox.
func submissionCases() []wallCase {
	const pend = `UPDATE request SET state = 'pending', version = version + 1, revision = 1, plan_hash = $1, need = $2, risk = 'high', submitted = $3, expires = $3 + 1000 WHERE id = 'another-request'`
	return []wallCase{
		{"a submission with the plan of another", "plan of its own", func(o *office, tx *db.Tx, r request.Request) error {
			o.anotherDraft(tx, r)
			return exec(o, tx, pend, r.Plan, 2, tx.Millis())
		}},
		{"a submission that needs nobody", "says who must agree", func(o *office, tx *db.Tx, r request.Request) error {
			hash := o.anotherDraft(tx, r)
			o.check(tx.AddParties(o.tb.Context(), hash, []request.Involved{{Party: r.Requester, Why: request.WhyRequester}}))
			return exec(o, tx, pend, hash, 0, tx.Millis())
		}},
		{"a submission whose requester is no party", "are parties", func(o *office, tx *db.Tx, r request.Request) error {
			hash := o.anotherDraft(tx, r)
			o.check(exec(o, tx, `INSERT INTO request_stage (plan_hash, ord, count, role, grp) VALUES ($1, 1, 2, 'approver', '')`, hash))
			return exec(o, tx, pend, hash, 2, tx.Millis())
		}},
		{"a stage added while it waits", "when a draft is submitted", sqlOn(`INSERT INTO request_stage (plan_hash, ord, count, role, grp) SELECT plan_hash, 9, 1, 'approver', '' FROM request WHERE id = $1`)},
		{"a party written over itself", "party is there already", sqlOn(`INSERT OR REPLACE INTO request_party (plan_hash, tid, oid, why, name) SELECT p.plan_hash, p.tid, p.oid, p.why, 'x' FROM request_party p JOIN request r ON r.plan_hash = p.plan_hash WHERE r.id = $1`)},
		{"an alias renamed", "stays a party", sqlOn(`UPDATE request_alias SET address = 'z@z' WHERE plan_hash = (SELECT plan_hash FROM request WHERE id = $1)`)},
		{"a notice rewritten", "was to be told", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(tx.AddNotice(o.tb.Context(), db.Notice{Request: r.ID, What: "decide", To: request.Party{Address: "a@b"}, Why: "because", Says: "decide"}))
			return exec(o, tx, `UPDATE notice SET says = 'x', sent = 1 WHERE request = $1`, r.ID)
		}},
		{"a notice deleted", "notices are kept", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(tx.AddNotice(o.tb.Context(), db.Notice{Request: r.ID, What: "decide", To: request.Party{Address: "a@b"}, Why: "because", Says: "decide"}))
			return exec(o, tx, `DELETE FROM notice WHERE request = $1`, r.ID)
		}},
	}
}

// anotherDraft writes a second draft with a plan, but neither stages nor
// parties, and returns the plan's hash.
func (o *office) anotherDraft(tx *db.Tx, like request.Request) string {
	o.tb.Helper()
	other := like
	other.ID, other.Revision, other.Version = "another-request", 0, 1
	o.check(tx.InsertRequest(o.tb.Context(), o.tenant, other))
	hash := request.HashOf([]byte(other.ID))
	o.check(exec(o, tx, `INSERT INTO request_plan (hash, request, revision, body, at) VALUES ($1, $2, 1, x'00', 1)`, hash, other.ID))
	return hash
}
