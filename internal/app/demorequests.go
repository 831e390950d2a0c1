package app

import (
	"context"
	"fmt"

	"steward/internal/db"
	"steward/internal/request"
	"steward/internal/sim"
)

// demoSpaces are workspaces that the demo's past asked for, so that the portal
// is Admin there and people can go on asking about them.
const (
	demoCash = "FIN-CashFlow-DEV"
	demoTax  = "FIN-TaxReport-DEV"
)

// found looks one of the tenant's things up by its name; empty for none.
func (l *demoLife) found(ctx context.Context, find func(*db.RequestLookup, string) []request.ID, name string) (request.ID, error) {
	reader := l.p.DB.Reader()
	v, err := reader.ViewNow(ctx, l.tenant)
	if err != nil {
		return "", err
	}
	look := reader.RequestLookup(ctx, v)
	ids := find(look, name)
	if len(ids) == 0 || look.Err() != nil {
		return "", look.Err()
	}
	return ids[0], nil
}

func (l *demoLife) space(ctx context.Context, name string) (request.ID, error) {
	return l.found(ctx, (*db.RequestLookup).FindWorkspace, name)
}

// group is one that has members, none of whom asks or decides in the demo, of
// Finance where there is one.
func (l *demoLife) group(ctx context.Context, n int) (id request.ID, err error) {
	names, args := "", []any{}
	for _, p := range l.people {
		args = append(args, request.NewID(p.ObjectID))
		names += fmt.Sprintf(",$%d", len(args))
	}
	err = l.p.DB.Reader().QueryRow(ctx, `SELECT coalesce((SELECT i.guid FROM principal p JOIN ident i ON i.id = p.principal
		WHERE p.to_scan IS NULL AND p.kind = 'Group' AND p.name LIKE 'SG-%' AND coalesce(p.gone, 0) = 0
			AND EXISTS (SELECT 1 FROM group_member m WHERE m.to_scan IS NULL AND m.grp = p.principal)
			AND NOT EXISTS (SELECT 1 FROM group_member m JOIN ident w ON w.id = m.member WHERE m.to_scan IS NULL AND m.grp = p.principal AND w.guid IN (''`+names+`))
		ORDER BY p.name LIKE 'SG-FIN%' DESC, p.name LIMIT 1 OFFSET `+fmt.Sprint(n)+`), '')`, args...).Scan(&id)
	return id, err
}

// makeSome has two workspaces made.
func (l *demoLife) makeSome(ctx context.Context) error {
	group, err := l.group(ctx, 0)
	if err != nil {
		return err
	}
	for _, one := range []*request.WorkspaceCreateParams{
		{Name: demoCash, Description: "Cash flow forecast, in development", Members: []request.Member{{Who: group, Right: "Member"}}},
		{Name: demoTax, Description: "Tax report, in development", Members: []request.Member{{Who: group, Right: "Viewer"}}},
	} {
		if err := l.carriedOut(ctx, "Mia", "The project starts on Monday.", "Names are as agreed.", one); err != nil {
			return err
		}
	}
	return nil
}

func (l *demoLife) person(name string) request.ID { return request.NewID(l.people[name].ObjectID) }

// giveSome has somebody given access, and somebody refused more than they need.
func (l *demoLife) giveSome(ctx context.Context) error {
	space, err := l.space(ctx, demoCash)
	if err != nil || space == "" {
		return err
	}
	if err := l.carriedOut(ctx, "Mia", "Marketing compares its budget with the forecast.", "Reading only, fine.",
		&request.AccessAddParams{Workspace: space, Members: []request.Member{{Who: l.person("Noor"), Right: "Viewer"}}}); err != nil {
		return err
	}
	_, err = l.asked(ctx, "Mia", "It would save me asking each time.", "-You are in the group that builds it; an Admin of your own is not needed.",
		&request.AccessAddParams{Workspace: space, Members: []request.Member{{Who: l.person("Mia"), Right: "Admin"}}})
	return err
}

// failOne has a workspace asked for a capacity that Power BI then refuses to
// give: whoever assigns needs a right on the capacity, which the scan does not
// show. What the run made is taken back as its plan said.
func (l *demoLife) failOne(ctx context.Context) error {
	var capacity request.ID
	if err := l.p.DB.Reader().QueryRow(ctx, `SELECT coalesce((SELECT i.guid FROM capacity c JOIN ident i ON i.id = c.capacity WHERE c.to_scan IS NULL AND c.state = 'Active' ORDER BY c.name LIMIT 1), '')`).Scan(&capacity); err != nil || capacity == "" {
		return err
	}
	l.cloud.SetFaults([]sim.Fault{{Name: "no right on the capacity", Match: "*AssignToCapacity", Caller: "executor",
		Effect: sim.Effect{Status: 403, Body: `{"error":{"code":"PowerBINotAuthorizedException","pbi.error":{"code":"PowerBINotAuthorizedException","parameters":{},"details":[],"exceptionCulprit":1}}}`}}})
	defer l.cloud.SetFaults(nil)
	return l.carriedOut(ctx, "Mia", "The year's closing needs more memory than shared capacity gives.", "For the closing, yes.",
		&request.WorkspaceCreateParams{Name: "FIN-YearEnd-DEV", Description: "Closing of the year, in development", Capacity: capacity})
}

// loseOne has a role given while the way to Power BI breaks before each answer,
// until the portal asks an operator instead of trying for ever.
func (l *demoLife) loseOne(ctx context.Context) error {
	space, err := l.space(ctx, demoTax)
	if err != nil || space == "" {
		return err
	}
	l.cloud.SetFaults([]sim.Fault{{Name: "a broken line", Match: "Groups_AddGroupUser", Caller: "executor", Effect: sim.Effect{Drop: "before"}}})
	defer l.cloud.SetFaults(nil)
	return l.carriedOut(ctx, "Mia", "Gina prepares the first drafts of the tax report.", "Until the project ends.",
		&request.AccessAddParams{Workspace: space, Members: []request.Member{{Who: l.person("Gina"), Right: "Viewer"}}})
}

// waitSome leaves requests of several kinds that wait, and one that went back
// with a question.
func (l *demoLife) waitSome(ctx context.Context) error {
	for _, ask := range []func(context.Context) error{l.waitWaiver, l.waitName, l.waitGuest, l.waitList, l.waitRule, l.askedBack} {
		if err := ask(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (l *demoLife) waitWaiver(ctx context.Context) error {
	var id int64
	for _, rule := range []string{"production.capacity", "production.pipeline", "owners.few"} {
		var err error
		if id, err = l.open(ctx, rule, 0); err != nil {
			return err
		}
		if id != 0 {
			break
		}
	}
	if id == 0 {
		return nil
	}
	ends := l.clock.Now().AddDate(0, 0, 60)
	_, err := l.asked(ctx, "Oskar", "The team moves it when the new capacity is delivered in December.", "", &request.WaiverParams{Violation: id, Ends: &ends})
	return err
}

// waitName asks that a workspace be called as the naming rule wants it. The
// executor is Admin there.
func (l *demoLife) waitName(ctx context.Context) error {
	var space request.ID
	err := l.p.DB.Reader().QueryRow(ctx, `SELECT coalesce((SELECT i.guid FROM violation v JOIN workspace w ON w.ws = v.ws AND w.to_scan IS NULL JOIN ident i ON i.id = w.ws
		WHERE v.rule = 'naming.pattern' AND v.state = 'open' AND w.state = 'Active' AND w.kind = 'Workspace' AND w.users_known = 1
			AND EXISTS (SELECT 1 FROM access_grant g JOIN ident p ON p.id = g.principal WHERE g.object = w.ws AND g.to_scan IS NULL AND g.role = 'Admin' AND p.guid = $1)
		ORDER BY w.name LIKE 'FIN-%' AND w.name NOT GLOB '*[^ -~]*' DESC, w.name LIKE 'Finance%' DESC, w.name LIMIT 1), '')`, request.NewID(l.cloud.World().ExecutorApp().ID)).Scan(&space)
	if err != nil || space == "" {
		return err
	}
	_, err = l.asked(ctx, "Mia", "The name is from before the naming rule.", "", &request.WorkspaceEditParams{Workspace: space, Name: "FIN-Planning-TEST"})
	return err
}

func (l *demoLife) waitGuest(ctx context.Context) error {
	space, err := l.space(ctx, demoCash)
	if err != nil || space == "" {
		return err
	}
	until := l.clock.Now().AddDate(0, 0, 45)
	_, err = l.asked(ctx, "Mia", "Fabrikam checks the forecast with us until the quarter ends.", "",
		&request.AccessAddParams{Workspace: space, Members: []request.Member{{Who: l.person("Gina"), Right: "Contributor"}}, Until: &until})
	return err
}

// waitList asks for five workspaces in a list, as one pastes it.
func (l *demoLife) waitList(ctx context.Context) error {
	reader := l.p.DB.Reader()
	v, err := reader.ViewNow(ctx, l.tenant)
	if err != nil {
		return err
	}
	text := "kind,name,description,members\n"
	for _, name := range []string{"Leasing", "Payroll", "Travel", "Audit", "Insurance"} {
		text += fmt.Sprintf("workspace-create,FIN-%s-DEV,%s reports in development,Viewer=%s\n", name, name, l.people["Priya"].Address)
	}
	list, errs := request.ParseCSV([]byte(text), reader.RequestLookup(ctx, v))
	if len(errs) > 0 {
		l.p.log.Warn("the demo's past goes without a list", "fields", errs)
		return nil
	}
	list.CSV = text
	_, err = l.asked(ctx, "Mia", "The teams of Finance begin with Power BI next month.", "", list)
	return err
}

func (l *demoLife) waitRule(ctx context.Context) error {
	_, err := l.asked(ctx, "Nadia", "Ninety days report what is opened once a quarter; four months would not.", "",
		&request.RuleChangeParams{Rule: "content.stale-report", On: "yes", Parameters: `{"days":120}`})
	return err
}

func (l *demoLife) askedBack(ctx context.Context) error {
	space, err := l.space(ctx, demoTax)
	if err != nil || space == "" {
		return err
	}
	group, err := l.group(ctx, 1)
	if err != nil || group == "" {
		return err
	}
	_, err = l.asked(ctx, "Mia", "They want to look at it.", "All of them, or only those who file the report?",
		&request.AccessAddParams{Workspace: space, Members: []request.Member{{Who: group, Right: "Member"}}})
	return err
}
