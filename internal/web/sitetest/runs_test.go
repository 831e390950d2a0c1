package sitetest

import "strings"

// runSamples are runs with a step in doubt: about a workspace of the scope,
// about one beyond it, and of the other tenant.
var runSamples = ids{"run-inside-0001", outside + "-run-0001", foreign + "-run-0001"}

// runs writes them down. A step has its run's name, because the tests fill all
// parameters of an address with one.
func (f *filler) runs() {
	for _, r := range []struct{ id, tenant, name, place string }{
		{runSamples.inside, contoso, "1", "Finance PROD"}, {runSamples.outside, contoso, "1", outside}, {runSamples.foreign, fabrikam, "2", foreign},
	} {
		quoted := "'" + r.id + "'"
		f.exec(`INSERT INTO request (id, tenant, kind, title, state, params, reason, requester_tid, requester_oid, requester_name, requester_address,
				editor_tid, editor_oid, editor_name, editor_address, created, changed)
			VALUES (` + quoted + `, ` + r.name + `, 'workspace.create', '` + r.place + ` asked', 'draft', '{}', 'because', 't', 'asker', '` + r.place + ` asker', '', 't', 'asker', 'x', '', 1, 1)`)
		f.exec(`INSERT INTO request_place (request, name, name_key, domain, domain_key) VALUES (` + quoted + `, '` + r.place + `', '` + strings.ToLower(r.place) + `', 'Finance', 'finance')`)
		f.exec(`INSERT INTO run (id, request, tenant, title, plan_hash, plan, for_tenant, for_id, for_name, state, started)
			VALUES (` + quoted + `, ` + quoted + `, '` + r.tenant + `', '` + r.place + ` run', '` + strings.Repeat("0", 64) + `', '{}', 't', 'asker', '` + r.place + ` asker', 'running', 1)`)
		f.exec(`INSERT INTO run_step (run, id, seq, says, operation, call, lock, state, attempt, fence, digest, operator, sent, answered, note, intended)
			VALUES (` + quoted + `, ` + quoted + `, 1, '` + r.place + ` step', 'Workspaces_CreateWorkspace', '` + r.place + ` call', 'l', 'in_doubt', 1, 1, '` + strings.Repeat("0", 64) + `', 1,
				'POST /` + r.place + `', '` + r.place + ` answer', '` + r.place + ` note', 1)`)
	}
	f.exec(`UPDATE request SET revision = 1, version = 2 WHERE requester_oid = 'asker'`)
	// The one beyond the scope is beyond the domain as well.
	f.exec(`UPDATE request_place SET domain = '` + outside + `', domain_key = '` + strings.ToLower(outside) + `' WHERE request = '` + runSamples.outside + `'`)
}
