package desk_test

import (
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/request"
)

// emergencyCases are statements about the emergency access that the database
// must refuse, or let pass. r is a request of Anna's that waits.
func emergencyCases() []wallCase {
	const use = `INSERT INTO emergency_use (request, plan_hash, emergency, at, reason) VALUES ($1, $2, 'an-emergency', $3, 'because')`
	using := func(before func(o *office, tx *db.Tx, r request.Request)) func(*office, *db.Tx, request.Request) error {
		return func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			before(o, tx, r)
			return exec(o, tx, use, r.ID, r.Plan, tx.Millis())
		}
	}
	held := func(statement string) func(*office, *db.Tx, request.Request) error {
		return func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			return exec(o, tx, statement, tx.Millis())
		}
	}
	nothing := func(*office, *db.Tx, request.Request) {}
	const review = `UPDATE emergency SET reviewed = ends + $1 - $1, reviewer_tid = tid, reviewer_oid = 'fay', reviewer_name = 'Fay', verdict = 'justified', review = 'fine'`
	return []wallCase{
		{"an emergency access nobody agreed to", "agreed to by somebody else", func(o *office, tx *db.Tx, r request.Request) error {
			return exec(o, tx, `INSERT INTO emergency (request, tenant, tid, oid, name, address, given_by, starts, ends) SELECT id, tenant, requester_tid, requester_oid, '', '', '', $2, $2 + 1000 FROM request WHERE id = $1`, r.ID, tx.Millis())
		}},
		{"an emergency access for somebody else", "agreed to by somebody else", func(o *office, tx *db.Tx, r request.Request) error {
			return o.grants(tx, r, "x", `'ben'`, "$2", "")
		}},
		{"an emergency access of more than an hour", "CHECK", func(o *office, tx *db.Tx, r request.Request) error {
			return o.grants(tx, r, "x", "requester_oid", "$2", "+ 3600001 - 1000")
		}},
		{"an emergency access that begins later", "begins when it is agreed to", func(o *office, tx *db.Tx, r request.Request) error {
			return o.grants(tx, r, "x", "requester_oid", "$2 + 1", "")
		}},
		{"an emergency access written over itself", "access is there already", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			return exec(o, tx, `INSERT OR REPLACE INTO emergency (request, tenant, tid, oid, name, address, given_by, starts, ends) SELECT request, tenant, tid, oid, 'x', '', '', starts, ends FROM emergency`)
		}},
		{"a second emergency access before the review", "reviewed before the next", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			o.agreedEmergency(tx, r, "another-emergency", "x")
			return exec(o, tx, `INSERT INTO emergency (request, tenant, tid, oid, name, address, given_by, starts, ends) SELECT 'another-emergency', tenant, tid, oid, '', '', '', starts, ends FROM emergency`)
		}},
		{"an emergency access made longer", "is not rewritten", held(`UPDATE emergency SET ends = ends + 1 + $1 - $1`)},
		{"an ended emergency access taken up again", "is not rewritten", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			o.check(tx.EndEmergency(o.tb.Context(), "an-emergency", "Anna"))
			return exec(o, tx, `UPDATE emergency SET ended = NULL`)
		}},
		{"an emergency access reviewed by its holder", "does not review it", held(`UPDATE emergency SET reviewed = ends + $1 - $1, reviewer_tid = tid, reviewer_oid = oid, verdict = 'justified', review = 'fine'`)},
		{"an emergency access reviewed while it lasts", "when it is over", held(`UPDATE emergency SET reviewed = starts + $1 - $1, reviewer_tid = tid, reviewer_oid = 'fay', verdict = 'justified', review = 'fine'`)},
		{"an emergency access reviewed when it is over", "", held(review)},
		{"an emergency access removed", "accesses are kept", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			return exec(o, tx, `DELETE FROM emergency`)
		}},

		{"a use of the emergency access", "", using(nothing)},
		{"approved after a use of the emergency access", "", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(using(nothing)(o, tx, r))
			return approveRow(o, tx, r, time.Minute)
		}},
		{"approved after the use on another plan", "approvals that are needed", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			other := o.submitted2(tx, r)
			o.check(exec(o, tx, use, "another-request", other, tx.Millis()))
			return approveRow(o, tx, r, time.Minute)
		}},
		{"the same use twice", "use is there already", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(using(nothing)(o, tx, r))
			return exec(o, tx, "INSERT OR REPLACE"+use[len("INSERT"):], r.ID, r.Plan, tx.Millis())
		}},
		{"a use after the time to decide", "on what waits", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			return exec(o, tx, use, r.ID, r.Plan, db.Millis(r.Expires))
		}},
		{"a use on a request of the house", "rules of the house", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			like := r
			like.Kind = request.Waiver
			other := o.submitted2(tx, like)
			return exec(o, tx, use, "another-request", other, tx.Millis())
		}},
		{"a use when it is over", "while it lasts", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "")
			return exec(o, tx, use, r.ID, r.Plan, tx.Millis()+1000)
		}},
		{"a use after it was ended", "while it lasts", using(func(o *office, tx *db.Tx, _ request.Request) {
			o.check(tx.EndEmergency(o.tb.Context(), "an-emergency", "Anna"))
		})},
		{"a use beyond its reach", "lies outside", func(o *office, tx *db.Tx, r request.Request) error {
			o.emergency(tx, r, "x", "hr-")
			return exec(o, tx, use, r.ID, r.Plan, tx.Millis())
		}},
		{"a use by which who agreed gains", "gains by this", using(func(o *office, tx *db.Tx, r request.Request) {
			o.check(tx.AddParties(o.tb.Context(), r.Plan, []request.Involved{{Party: request.Party{TenantID: directory, ObjectID: "x"}, Why: request.WhyBeneficiary}}))
		})},
		{"a use rewritten", "not rewritten", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(using(nothing)(o, tx, r))
			return exec(o, tx, `UPDATE emergency_use SET reason = 'x'`)
		}},
		{"a use removed", "are kept", func(o *office, tx *db.Tx, r request.Request) error {
			o.check(using(nothing)(o, tx, r))
			return exec(o, tx, `DELETE FROM emergency_use`)
		}},
		{"an approval by who holds the emergency access", "does not decide", func(o *office, tx *db.Tx, r request.Request) error {
			like := r
			like.Requester, like.Editor = person("Zoe", auth.Requester).Party(), person("Zoe", auth.Requester).Party()
			o.emergency(tx, r, "x", "")
			other := o.submitted2(tx, like)
			return tx.AddApproval(o.tb.Context(), "another-request", request.Decision{Plan: other, By: r.Requester, Stage: 1, Approves: true})
		}},
	}
}

// agreedEmergency writes a request for emergency access like r that somebody
// agreed to and that is being carried out.
func (o *office) agreedEmergency(tx *db.Tx, like request.Request, id, by string) {
	o.tb.Helper()
	ctx := o.tb.Context()
	r := like
	r.ID, r.Kind, r.Revision, r.Version, r.Risk, r.State = id, request.Emergency, 0, 1, request.RiskNormal, request.Draft
	r.Stages = []request.Stage{{Order: 1, Count: 1, Role: "approver"}}
	o.check(tx.InsertRequest(ctx, o.tenant, r))
	body, err := (&request.Plan{Version: request.PlanVersion, Request: id, Revision: 1}).Canonical()
	o.check(err)
	hash := request.HashOf(body)
	o.check(tx.SubmitRequest(ctx, db.Submission{Request: r, Plan: body, Hash: hash, Need: 1, Parties: []request.Involved{{Party: r.Requester, Why: request.WhyRequester}}}, r.Requester))
	o.check(tx.AddApproval(ctx, id, request.Decision{Plan: hash, By: request.Party{TenantID: directory, ObjectID: by}, Stage: 1, Approves: true}))
	r, err = tx.Request(ctx, id)
	o.check(err)
	r.WindowEnds = tx.Now.Add(time.Hour)
	o.check(tx.MoveRequest(ctx, r, request.Approved, request.Party{}, "approved", ""))
	r, err = tx.Request(ctx, id)
	o.check(err)
	o.check(tx.MoveRequest(ctx, r, request.Running, request.Party{}, "begun", ""))
}

// grants writes an emergency access of a second.
func (o *office) grants(tx *db.Tx, like request.Request, by, holder, starts, longer string) error {
	o.tb.Helper()
	o.agreedEmergency(tx, like, "an-emergency", by)
	return exec(o, tx, `INSERT INTO emergency (request, tenant, tid, oid, name, address, given_by, starts, ends)
		SELECT id, tenant, requester_tid, `+holder+`, '', '', '', `+starts+`, `+starts+` + 1000 `+longer+` FROM request WHERE id = $1`, "an-emergency", tx.Millis())
}

// emergency writes an access of a second for whoever asked for r.
func (o *office) emergency(tx *db.Tx, r request.Request, by, prefix string) {
	o.tb.Helper()
	o.agreedEmergency(tx, r, "an-emergency", by)
	o.check(tx.GrantEmergency(o.tb.Context(), db.EmergencyAccess{Request: "an-emergency", Holder: r.Requester, Prefix: prefix, Ends: tx.Now.Add(time.Second)}))
}
