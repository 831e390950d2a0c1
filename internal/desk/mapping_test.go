package desk_test

import (
	"testing"

	"steward/internal/fault"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/tenant"
)

const gatewayID = "aaaa0000-0000-0000-0000-000000000001"

// mapping asks for what FIN-Sales-PROD gets after content came from DEV.
func mapping(m promotion.Mapping) *request.MappingParams {
	return &request.MappingParams{Source: gid("FIN-Sales-DEV"), Target: gid("FIN-Sales-PROD"), Mapping: m}
}

// withModels puts a model with parameters on a gateway into both workspaces.
func (o *office) withModels() {
	for i := range o.spaces[:2] {
		id := string(gid("Sales in " + o.spaces[i].Name))
		o.spaces[i].Items = []tenant.Item{{ID: id, WorkspaceID: o.spaces[i].ID, Kind: tenant.ItemDataset, Name: "Sales", Tables: 1, Roles: 0, Extra: []byte(`{"expressions":["Server","Region"]}`),
			Upstream: []tenant.Edge{{UpstreamID: string(gid("the warehouse")), Kind: tenant.EdgeDatasource}}}}
	}
	o.sources = []tenant.Datasource{{ID: string(gid("the warehouse")), Type: "Sql", GatewayID: gatewayID}}
	o.scan()
}

func (o *office) agree(who string, r request.Request) {
	o.tb.Helper()
	_, err := o.desk.Approve(o.tb.Context(), approver(who), r.ID, r.Plan, "")
	o.check(err)
}

func (o *office) inForce() (promotion.Mapping, int64) {
	o.tb.Helper()
	v, _, err := o.db.Reader().MappingOf(o.tb.Context(), "contoso", mapping(promotion.Mapping{}).Pair())
	o.check(err)
	return v.Mapping, v.Version
}

// A mapping is in force once somebody else has agreed, and every version stays.
func TestAMappingIsAgreedTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.withModels()
	m := promotion.Mapping{TakeOver: true, Parameters: []promotion.ParameterMap{{Model: "Sales", Name: "Server", Value: "sql-prod"}}, Gateways: []promotion.GatewayMap{{Gateway: gatewayID}}}
	r := o.submitted(requester("Anna"), mapping(m))
	o.agree("Eve", r)
	if _, n := o.inForce(); n != 0 {
		t.Fatal("a productive target was mapped by one approval")
	}
	o.agree("Guest", r)
	if got, n := o.inForce(); n != 1 || got.Hash() != m.Hash() {
		t.Fatalf("version %d: %s", n, got.Canonical())
	}
	if got := o.request(r.ID).State; got != request.Done {
		t.Errorf("the request is %s", got)
	}
	m.Parameters[0].Value = "sql-new"
	next := o.submitted(requester("Anna"), mapping(m))
	o.agree("Eve", next)
	o.agree("Guest", next)
	if got, n := o.inForce(); n != 2 || got.Parameters[0].Value != "sql-new" {
		t.Errorf("version %d: %s", n, got.Canonical())
	}
	if p := o.preview(requester("Anna"), mapping(m)); p.Fine() {
		t.Error("a change that changes nothing can be submitted")
	}
}

// Two changes from the same version do not both come in: the second is a draft
// again.
func TestTheSecondChangeOfAMappingFalls(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.withModels()
	one := o.submitted(requester("Anna"), mapping(promotion.Mapping{Refresh: true}))
	two := o.submitted(requester("Anna"), mapping(promotion.Mapping{Parameters: []promotion.ParameterMap{{Name: "Region", Value: "EU"}}}))
	for _, by := range []string{"Eve", "Guest"} {
		o.agree(by, one)
	}
	_, err := o.desk.Approve(t.Context(), approver("Eve"), two.ID, two.Plan, "")
	refused(t, "the second", err, fault.Conflict)
	if got := o.request(two.ID).State; got != request.Draft {
		t.Errorf("the second change is %s", got)
	}
	if got, n := o.inForce(); n != 1 || !got.Refresh {
		t.Errorf("version %d in force: %s", n, got.Canonical())
	}
}

// What the tenant does not have is refused at its field, and whoever would get
// a role by the mapping does not decide.
func TestAMappingIsHeldAgainstTheTenant(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.withModels()
	for field, m := range map[string]promotion.Mapping{
		"parameters[0].name":  {Parameters: []promotion.ParameterMap{{Name: "Gone", Value: "x"}}},
		"gateways[0].gateway": {TakeOver: true, Gateways: []promotion.GatewayMap{{Gateway: string(gid("no gateway"))}}},
		"smoke[0].model":      {Smoke: []promotion.SmokeMap{{Model: "Salse", Query: "EVALUATE {1}"}}},
		"roles[0].who":        {Roles: []promotion.RoleMap{{Who: string(gid("nobody")), Right: "Viewer"}}},
		"parameters":          {},
	} {
		if p := o.preview(requester("Anna"), mapping(m)); p.Errors.For(field) == "" {
			t.Errorf("%s is not refused: %v", field, p.Errors)
		}
	}
	r := o.submitted(requester("Anna"), mapping(promotion.Mapping{Roles: []promotion.RoleMap{{Who: string(gid("Finance")), Right: "Viewer"}}}))
	_, err := o.desk.Approve(t.Context(), approver("Fay"), r.ID, r.Plan, "")
	refused(t, "a member of the group that gains", err, fault.Denied)
}
