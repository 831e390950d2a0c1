package sitetest

import "strings"

// planSamples are refresh plans, each with a run that goes on: of a workspace of
// the scope, of one beyond it, and of the other tenant. A run has the name of its
// plan in small letters, because the tests fill all parameters of an address
// with one.
var planSamples = ids{"plan-inside-0001", outside + "-plan-0001", foreign + "-plan-0001"}

// plans writes them down. The runs go on, so that none of them is started,
// resumed or ended by the tests.
func (f *filler) plans() {
	for _, p := range []struct{ id, tenant, space, item, name string }{
		{planSamples.inside, contoso, "ws-fin", "it-model", "Nightly"}, {planSamples.outside, contoso, outside + "-ws-hr", outside + "-it-pay", "Wages " + outside},
		{planSamples.foreign, fabrikam, foreign + "-ws-fab", foreign + "-it-fab", "Wages " + foreign},
	} {
		plan := strings.ToUpper(p.id)
		yaml := "name: " + p.name + "\napi: true\nnodes:\n  - {name: " + p.name + " model, workspace: " + p.space + ", model: " + p.item + "}\n"
		f.exec(`INSERT INTO refresh_plan (id, tenant, name, name_key, version, made, changed, looked) VALUES ($1, $2, $3, $4, 1, 1, 1, 1)`, plan, p.tenant, p.name, strings.ToLower(p.name))
		f.exec(`INSERT INTO refresh_plan_version (plan, version, yaml, request, by_name, reason, at) VALUES ($1, 1, $2, $3, $4, $4, 1)`, plan, yaml, plan, p.name+" asker")
		f.exec(`INSERT INTO refresh_plan_place (plan, ws) SELECT $1, i.id FROM ident i JOIN tenant t ON t.id = i.tenant WHERE t.name = $2 AND i.guid = $3`, plan, p.tenant, p.space)
		f.exec(`INSERT INTO plan_run (id, plan, version, tenant, cause, cause_by, state, started) VALUES ($1, $2, 1, $3, 'person', $4, 'running', 1)`, p.id, plan, p.tenant, p.name+" starter")
		f.exec(`INSERT INTO plan_node (run, name, seq, kind, ws, item, phase, reason) VALUES ($1, $2, 0, 'model', $3, $4, 'running', $5)`, p.id, p.name+" model", p.space, p.item, p.name+" reason")
		f.exec(`INSERT INTO plan_try (run, name, try, tenant, item, state, sent, intended) VALUES ($1, $2, 1, $3, $4, 'running', $5, 1)`, p.id, p.name+" model", p.tenant, p.item, "POST "+p.name)
	}
}
