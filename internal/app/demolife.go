package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/fulfil"
	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/sim"
	"steward/internal/violation"
)

// demoLife is what the demo's people decided in the past that the demo looks
// back on: through the desk, under its rules, at the clock of the past. What was
// agreed to is carried out by the portal's own engine.
type demoLife struct {
	p        *Portal
	desk     *desk.Rules
	tenant   string
	people   map[string]auth.Person // by given name
	cloud    *sim.Cloud
	clock    *sim.Clock
	executor *pbi.Executor
	acts     db.Acting
	engine   *fulfil.Engine
}

func newDemoLife(ctx context.Context, p *Portal, cloud *sim.Cloud) (*demoLife, error) {
	t := p.Tenants[0].Config
	l := &demoLife{p: p, desk: p.newRules(), tenant: t.Name, people: map[string]auth.Person{}, cloud: cloud, clock: cloud.Clock()}
	for _, d := range cloud.World().DemoPeople() {
		one := auth.Person{TenantID: t.TenantID, ObjectID: d.User.ID, Name: d.User.DisplayName, Address: d.User.Mail}
		for _, r := range d.Roles {
			one.Roles = append(one.Roles, auth.Role(r))
		}
		l.people[d.User.GivenName] = one
	}
	executor, log, err := p.newExecutor(ctx, t, nil)
	if err != nil {
		return nil, err
	}
	l.executor, l.acts = executor, db.Acting{DB: p.DB, Tenant: t.Name, Now: p.clock.now(), Log: log}
	l.engine, err = fulfil.New(fulfil.Config{Acting: l.acts, Files: p.files, Executor: executor, Orders: db.Orders{DB: p.DB, Rules: p.rulesHash}, Policies: p.rules.Set})
	return l, err
}

// as is one of the demo's people who looks after violations, by one at a desk.
func (l *demoLife) as(name string) desk.Decider { return desk.Decider{Person: l.people[name]} }
func (l *demoLife) by(name string) desk.By      { return desk.By{Person: l.people[name]} }

// after does what was decided so many days ago, after that day's scan. What the
// tenant does not have (it may be of another seed, or smaller) is left out.
func (l *demoLife) after(ctx context.Context, days int) error {
	acts := map[int]func(context.Context) error{
		55: l.tuneRules, 50: l.triageSome, 45: l.waiveSome, 40: l.falseAlarm, 25: l.keepOne, 20: l.makeSome, 15: l.giveSome, 11: l.letOneGo, 8: l.failOne, 4: l.loseOne, 1: l.lastDay,
	}
	act := acts[days]
	if act == nil {
		return nil
	}
	if err := act(ctx); err != nil {
		return fmt.Errorf("what was decided %d days ago: %w", days, err)
	}
	return nil
}

func (l *demoLife) tuneRules(ctx context.Context) error {
	_, err := l.asked(ctx, "Nadia", "The BI council agreed on five weeks without use as the time to ask the owner.", "Agreed.",
		&request.RuleChangeParams{Rule: "content.stale-workspace", On: "yes", Parameters: `{"days":35}`})
	return err
}

// open finds the n-th open violation of a rule, the oldest first; 0 for none.
func (l *demoLife) open(ctx context.Context, rule string, n int) (id int64, err error) {
	err = l.p.DB.Reader().QueryRow(ctx, `SELECT v.id FROM violation v WHERE v.rule = $1 AND v.state = 'open' ORDER BY v.id LIMIT 1 OFFSET $2`, rule, n).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func (l *demoLife) triageSome(ctx context.Context) error {
	for n := range 3 {
		id, err := l.open(ctx, "production.edited", 0)
		if err != nil || id == 0 {
			return err
		}
		if err := l.desk.Triage(ctx, l.as("Oskar"), []int64{id}, 0, violation.InProgress, "The team moves its edits into the pipeline this quarter."); err != nil {
			return err
		}
		if n == 0 {
			if err := l.desk.Comment(ctx, l.as("Priya"), id, "The month-end hotfix was agreed by phone; the next one goes through the pipeline."); err != nil {
				return err
			}
		}
	}
	return nil
}

// waiveSome asks for three waivers: one that has ended by now, one that soon
// will, and one that holds for long; and one that is rejected.
func (l *demoLife) waiveSome(ctx context.Context) error {
	for _, w := range []struct {
		rule, reason string
		n, days      int
		approve      bool
	}{
		{"owners.few", "The second admin starts at the beginning of next month.", 0, 30, true},
		{"guests.writer", "Fabrikam builds the budget model with us until the project ends.", 0, 52, true},
		{"production.pipeline", "The reporting package is replaced next spring; a pipeline would come too late.", 0, 200, true},
		{"sharing.organisation", "It is convenient that everybody can open it.", 0, 90, false},
	} {
		id, err := l.open(ctx, w.rule, w.n)
		if err != nil {
			return err
		}
		if id == 0 {
			continue
		}
		note := "Agreed, with an end."
		if !w.approve {
			note = "-Convenience is no reason: share it with those who need it."
		}
		ends := l.clock.Now().AddDate(0, 0, w.days)
		if _, err := l.asked(ctx, "Oskar", w.reason, note, &request.WaiverParams{Violation: id, Ends: &ends}); err != nil {
			return err
		}
	}
	return nil
}

func (l *demoLife) falseAlarm(ctx context.Context) error {
	id, err := l.open(ctx, "naming.look-alike", 0)
	if err != nil || id == 0 {
		return err
	}
	return l.desk.Triage(ctx, l.as("Oskar"), []int64{id}, 0, violation.FalsePositive, "Both names are meant: they belong to two legal entities.")
}

// answer lets the n-th owner who was asked say something.
func (l *demoLife) answer(ctx context.Context, n int, word, reason string) error {
	var workspace, owner, name string
	err := l.p.DB.Reader().QueryRow(ctx, `SELECT i.guid, q.owner, q.owner_name FROM owner_question q JOIN ident i ON i.id = q.ws
		WHERE q.closed IS NULL AND q.owner <> '' ORDER BY q.id LIMIT 1 OFFSET $1`, n).Scan(&workspace, &owner, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	d := desk.Decider{Person: auth.Person{TenantID: l.p.Tenants[0].Config.TenantID, ObjectID: owner, Name: name, Roles: []auth.Role{auth.Viewer}}}
	if err := l.desk.Answer(ctx, d, l.tenant, workspace, word, reason); err != nil && !fault.Is(err, fault.Denied) {
		return err // whoever is asked need not be an admin: who made most of it is asked, too
	}
	return nil
}

func (l *demoLife) keepOne(ctx context.Context) error {
	return l.answer(ctx, 0, desk.Keep, "It is opened for the annual report only, in January.")
}

func (l *demoLife) letOneGo(ctx context.Context) error {
	return l.answer(ctx, 1, desk.Remove, "The project ended in summer; nothing in it is needed.")
}
