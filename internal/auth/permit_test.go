package auth_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

// who may do what, written down a second time and by hand: v viewer,
// r requester, a approver, o operator, u auditor, d admin.
var expected = map[auth.Action]string{
	auth.ViewOverview: "vraoud", auth.ViewWorkspaces: "vraoud", auth.ViewItems: "vraoud", auth.ViewAccess: "vraoud", auth.ViewPeople: "vraoud",
	auth.ViewChanges: "vraoud", auth.ViewActivity: "vraoud", auth.ViewUnused: "vraoud", auth.ViewRefreshes: "vraoud", auth.ViewPipelines: "vraoud",
	auth.ViewCapacities: "vraoud", auth.ViewApps: "vraoud", auth.ViewSettings: "vraoud", auth.ViewScans: "vraoud", auth.ViewViolations: "vraoud",
	auth.ViewPolicies: "vraoud", auth.ViewWaivers: "vraoud", auth.ViewRequests: "vraoud", auth.ViewRuns: "vraoud", auth.ViewHelp: "vraoud",
	auth.ViewApprovals: "au", auth.ViewNotices: "aoud", auth.ViewSetup: "oud", auth.ViewLedger: "ud",
	auth.ExportReport: "vraoud", auth.ExportLedger: "ud", auth.VerifyLedger: "ud",
	auth.StartScan: "od", auth.CancelScan: "od", auth.CheckSetup: "od",
	auth.AssignViolation: "ao", auth.AskWaiver: "rao", auth.EndWaiver: "a", auth.PreviewPolicy: "aoud",
	auth.AnswerAsOwner: "vrao", auth.Attest: "o",
	auth.AskRuleChange: "d", auth.BeginRequest: "raod", auth.MakeRequest: "r", auth.EditRequest: "raod", auth.WithdrawOwn: "raod", auth.DecideRequest: "a", auth.CommentRequest: "raod", auth.Delegate: "a", auth.ResolveStep: "o", auth.CancelRun: "o",
	auth.BreakGlass: "rod", auth.ReviewBreakGlass: "aod", auth.EndBreakGlass: "raod", auth.HoldExecutor: "od", auth.SendNotices: "od", auth.RunPlan: "vrao", auth.RunAnyPlan: "o",
	auth.Configure: "d", auth.ViewSessions: "d", auth.RevokeSessions: "d", auth.ViewOwnSessions: "vraoud", auth.RevokeOwnSessions: "vraoud",
	auth.MakeToken: "vraoud", auth.RevokeOwnToken: "vraoud", auth.RevokeToken: "d", auth.ViewTokens: "ud",
}

var letters = map[auth.Role]string{auth.Viewer: "v", auth.Requester: "r", auth.Approver: "a", auth.Operator: "o", auth.Auditor: "u", auth.Admin: "d"}

func TestPermitMatrix(t *testing.T) {
	t.Parallel()
	if len(expected) != len(auth.Permits) {
		t.Errorf("%d actions expected, %d in the table", len(expected), len(auth.Permits))
	}
	for action := range auth.Permits {
		want, ok := expected[action]
		if !ok {
			t.Errorf("%s is in the table and not expected", action)
		}
		for _, role := range auth.AllRoles {
			may := auth.May(auth.Person{Roles: []auth.Role{role}}, action, auth.Object{})
			if should := strings.Contains(want, letters[role]); may != should {
				t.Errorf("%s %s: may = %v, want %v", role, action, may, should)
			}
		}
		if auth.May(auth.Person{}, action, auth.Object{}) || auth.May(auth.Person{Roles: []auth.Role{"superuser"}}, action, auth.Object{}) {
			t.Errorf("%s: someone without a role may", action)
		}
	}
	if auth.May(auth.Person{Roles: auth.AllRoles}, "made.up", auth.Object{}) {
		t.Error("an action that is not in the table is allowed")
	}
}

// The auditor changes nothing, the admin approves nothing, and nobody who asks
// decides by the same role.
func TestSeparationOfDuties(t *testing.T) {
	t.Parallel()
	for action, p := range auth.Permits {
		reads := strings.HasPrefix(string(action), "view.") || slices.Contains([]auth.Action{auth.ExportReport, auth.ExportLedger, auth.VerifyLedger, auth.PreviewPolicy, auth.ViewOwnSessions, auth.RevokeOwnSessions, auth.ViewSessions, auth.MakeToken, auth.RevokeOwnToken, auth.ViewTokens}, action)
		if slices.Contains(p.Roles, auth.Auditor) && !reads {
			t.Errorf("an auditor may %s", action)
		}
	}
	for _, a := range []auth.Action{auth.DecideRequest, auth.Delegate} {
		if p := auth.Permits[a]; slices.Contains(p.Roles, auth.Admin) || slices.Contains(p.Roles, auth.Requester) || !p.Recent {
			t.Errorf("%s: %+v", a, p)
		}
	}
}

func limited(role auth.Role, limits ...auth.Limit) auth.Person {
	return auth.Person{TenantID: "t", ObjectID: "o", Roles: []auth.Role{role}, Limits: map[auth.Role][]auth.Limit{role: limits}}
}

func TestReach(t *testing.T) {
	t.Parallel()
	contoso := auth.Limit{Tenants: []string{"contoso"}}
	fin := auth.Limit{Tenants: []string{"contoso"}, Prefixes: []string{"FIN-"}}
	sales := auth.Limit{Domains: []string{"Sales"}}
	in := func(tenant, ws, domain string) auth.Object {
		return auth.Object{Tenant: tenant, Workspace: ws, Domain: domain}
	}
	for _, tc := range []struct {
		name   string
		person auth.Person
		action auth.Action
		object auth.Object
		want   bool
	}{
		{"own tenant", limited(auth.Operator, contoso), auth.StartScan, in("contoso", "", ""), true},
		{"other tenant", limited(auth.Operator, contoso), auth.StartScan, in("fabrikam", "", ""), false},
		{"part of the tenant is not the whole", limited(auth.Operator, fin), auth.StartScan, in("contoso", "", ""), false},
		{"button for some", limited(auth.Operator, fin), auth.StartScan, auth.Object{}, true},
		{"prefix", limited(auth.Approver, fin), auth.DecideRequest, in("contoso", "fin-Reports", ""), true},
		{"other prefix", limited(auth.Approver, fin), auth.DecideRequest, in("contoso", "HR-Reports", ""), false},
		{"prefix in the middle", limited(auth.Approver, fin), auth.DecideRequest, in("contoso", "XFIN-Reports", ""), false},
		{"prefix in another tenant", limited(auth.Approver, fin), auth.DecideRequest, in("fabrikam", "FIN-Reports", ""), false},
		{"no workspace named", limited(auth.Approver, fin), auth.DecideRequest, in("contoso", "", ""), false},
		{"domain", limited(auth.Approver, sales), auth.DecideRequest, in("fabrikam", "x", "sales"), true},
		{"no domain", limited(auth.Approver, sales), auth.DecideRequest, in("fabrikam", "x", ""), false},
		{"empty prefix opens nothing", limited(auth.Approver, auth.Limit{Prefixes: []string{" "}}), auth.DecideRequest, in("contoso", "x", ""), false},
		{"one of two limits", limited(auth.Approver, fin, sales), auth.DecideRequest, in("contoso", "x", "Sales"), true},
		{"limited admin does not configure", limited(auth.Admin, contoso), auth.Configure, auth.Object{}, false},
		{"limited admin does not revoke", limited(auth.Admin, contoso), auth.RevokeSessions, auth.Object{}, false},
		{"limited auditor sees the ledger page", limited(auth.Auditor, contoso), auth.ViewLedger, auth.Object{}, true},
		{"limited auditor does not export it", limited(auth.Auditor, contoso), auth.ExportLedger, auth.Object{}, false},
		{"own sessions", limited(auth.Viewer, fin), auth.RevokeOwnSessions, auth.Object{}, true},
		{"limit of another role does not help", auth.Person{Roles: []auth.Role{auth.Viewer, auth.Approver}, Limits: map[auth.Role][]auth.Limit{auth.Approver: {fin}}}, auth.DecideRequest, in("contoso", "HR", ""), false},
	} {
		if got := auth.May(tc.person, tc.action, tc.object); got != tc.want {
			t.Errorf("%s: May = %v, want %v", tc.name, got, tc.want)
		}
		if err := auth.Check(tc.person, tc.action, tc.object); (err == nil) != tc.want || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: Check = %v", tc.name, err)
		}
	}
}

func TestTenantsAndLedgerScope(t *testing.T) {
	t.Parallel()
	all := []string{"contoso", "fabrikam"}
	fin := auth.Limit{Tenants: []string{"contoso"}, Prefixes: []string{"FIN-"}}
	if got := auth.Tenants(limited(auth.Viewer, fin), auth.ViewWorkspaces, all); !slices.Equal(got, []string{"contoso"}) {
		t.Errorf("tenants = %v", got)
	}
	if got := auth.Tenants(auth.Person{Roles: []auth.Role{auth.Viewer}}, auth.ViewLedger, all); got != nil {
		t.Errorf("tenants of someone who may not = %v", got)
	}
	if got := auth.LedgerScope(limited(auth.Auditor, fin), all); got.All || len(got.Tenants) != 0 {
		t.Errorf("half a tenant opens the ledger: %+v", got)
	}
	if got := auth.LedgerScope(limited(auth.Auditor, auth.Limit{Tenants: []string{"contoso"}}), all); got.All || !slices.Equal(got.Tenants, []string{"contoso"}) {
		t.Errorf("scope = %+v", got)
	}
	if got := auth.LedgerScope(auth.Person{Roles: []auth.Role{auth.Auditor}}, all); !got.All {
		t.Errorf("scope = %+v", got)
	}
	if got := auth.LedgerScope(auth.Person{Roles: []auth.Role{auth.Viewer}}, all); got.All || len(got.Tenants) != 0 {
		t.Errorf("a viewer's scope = %+v", got)
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, func() time.Time { return time.Unix(0, 0) })
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{
			`INSERT INTO tenant (id, name, guid, published_scan, created) VALUES (1, 'contoso', 'g', 1, 0)`,
			`INSERT INTO scan (id, tenant, kind, state, cause, started, finished, published, heartbeat) VALUES (1, 1, 'full', 'complete', 'first', 0, 0, 0, 0)`,
			`INSERT INTO ident (id, tenant, guid) VALUES (7, 1, 'd7')`,
			`INSERT INTO domain (tenant, domain, from_scan, hash, name, name_key, description) VALUES (1, 7, 1, 0, 'Sales', 'sales', '')`,
		} {
			if _, err := tx.ExecContext(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	fin := auth.Limit{Tenants: []string{"contoso"}, Prefixes: []string{"FIN-"}, Domains: []string{"SALES", "gone"}}
	for _, tc := range []struct {
		name   string
		p      auth.Person
		tenant string
		want   db.Scope
	}{
		{"no limit", auth.Person{Roles: []auth.Role{auth.Viewer}}, "contoso", db.Everything},
		{"no role", auth.Person{}, "contoso", db.Scope{}},
		{"prefix and domain", limited(auth.Viewer, fin), "contoso", db.Scope{Prefixes: []string{"FIN-"}, Domains: []int64{7}}},
		{"other tenant", limited(auth.Viewer, fin), "fabrikam", db.Scope{}},
		{"whole tenant", limited(auth.Viewer, auth.Limit{Tenants: []string{"contoso"}}), "contoso", db.Everything},
		{"tenant never scanned", limited(auth.Viewer, auth.Limit{Domains: []string{"Sales"}}), "fabrikam", db.Scope{}},
	} {
		got, err := auth.Scope(t.Context(), d.Reader(), tc.p, auth.ViewWorkspaces, tc.tenant)
		if err != nil || got.All != tc.want.All || !slices.Equal(got.Prefixes, tc.want.Prefixes) || !slices.Equal(got.Domains, tc.want.Domains) {
			t.Errorf("%s: scope = %+v, %v; want %+v", tc.name, got, err, tc.want)
		}
	}
}

func TestLimitsOfAPersonGoBeforeThoseOfARole(t *testing.T) {
	t.Parallel()
	rules := []auth.LimitRule{
		{Role: auth.Viewer, Limit: auth.Limit{Tenants: []string{"contoso"}}},
		{Person: "ANA@contoso.example", Limit: auth.Limit{Prefixes: []string{"FIN-"}}},
	}
	for name, want := range map[string]string{"ana": "FIN-", "bo": ""} {
		p := open(t, true, func(c *auth.Config) { c.LimitRules = rules })
		p.issuer.SignInAs(personNamed(name))
		cookie, _ := p.signIn()
		limits := p.mustLookup(cookie).Person.Limits[auth.Viewer]
		if len(limits) != 1 || strings.Join(limits[0].Prefixes, "") != want {
			t.Errorf("%s: limits = %+v", name, limits)
		}
	}
}
