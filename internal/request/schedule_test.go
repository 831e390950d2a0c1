package request_test

import (
	"strings"
	"testing"

	"steward/internal/request"
	"steward/internal/tenant"
)

// A schedule is changed by its owner only, by half hours, at most so many a day;
// the undo sets what there was; switching off is the only change.
func TestScheduleChange(t *testing.T) {
	t.Parallel()
	const ws, own, foreign = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
	e := &request.Estate{Tenant: "contoso", Executor: "33333333-0000-4000-8000-000000000001",
		Workspaces: map[request.ID]request.Workspace{ws: {Workspace: tenant.Workspace{ID: ws, Name: "FIN-Sales-DEV", Kind: "Workspace", State: tenant.StateActive}}}}
	was := &tenant.RefreshSchedule{Enabled: true, Days: []string{"Monday", "Tuesday"}, Times: []string{"05:00"}, TimeZone: "UTC"}
	e.Models = map[request.ID]request.Model{
		own:     {ID: own, Name: "Sales", Owner: string(e.Executor), Workspace: ws, Schedule: was},
		foreign: {ID: foreign, Name: "Costs", Owner: "ann@contoso.com", Workspace: ws, Schedule: was},
	}
	build := func(p request.ScheduleParams) (request.Plan, request.FieldErrors) {
		return request.Build(&p, e, request.Context{Request: "r"})
	}
	row := func(model, times string) []request.ScheduleRow {
		return []request.ScheduleRow{{Model: request.ID(model), Times: times}}
	}
	plan, errs := build(request.ScheduleParams{Rows: row(own, "06:30")})
	if len(errs) != 0 || len(plan.Steps) != 1 {
		t.Fatalf("%v, %+v", errs, plan.Steps)
	}
	_, body, err := plan.Steps[0].Call.Render(nil)
	if err != nil || string(body) != `{"value":{"days":["Monday","Tuesday"],"enabled":true,"localTimeZoneId":"UTC","notifyOption":"NoNotification","times":["06:30"]}}` {
		t.Errorf("%s, %v", body, err)
	}
	if _, back, _ := plan.Steps[0].Undo.Call.Render(nil); !strings.Contains(string(back), `"times":["05:00"]`) {
		t.Errorf("the undo sends %s", back)
	}
	off, _ := build(request.ScheduleParams{Off: true, Rows: row(own, "")})
	if _, body, _ := off.Steps[0].Call.Render(nil); string(body) != `{"value":{"enabled":false}}` {
		t.Errorf("switching off sends %s", body)
	}
	if p, errs := build(request.ScheduleParams{TakeOver: true, Rows: row(foreign, "06:30")}); len(errs) != 0 || len(p.Steps) != 2 || p.Risk != request.RiskHigh {
		t.Errorf("taking over: %v, %d steps, risk %s", errs, len(p.Steps), p.Risk)
	}
	for _, tc := range []struct {
		p    request.ScheduleParams
		says string
	}{
		{request.ScheduleParams{Rows: row(foreign, "06:30")}, "only the owner"},
		{request.ScheduleParams{Rows: row(own, "05:00")}, "already"},
		{request.ScheduleParams{Rows: row(own, "01:00,02:00,03:00,04:00,05:00,06:00,07:00,08:00,09:00")}, "at most 8 times"},
		{request.ScheduleParams{Rows: row(own, "06:15")}, "half hours"},
	} {
		if _, errs := build(tc.p); len(errs) != 1 || !strings.Contains(errs[0].Sentence, tc.says) {
			t.Errorf("%+v: %v", tc.p, errs)
		}
	}
}
