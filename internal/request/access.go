package request

import (
	"time"

	"steward/internal/tenant"
)

// Validate implements Params.
func (p *AccessAddParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	if len(p.Members) == 0 {
		e.add("members", "Name at least one person, group or application.")
	}
	e.checkMembers("members", p.Members)
	return e
}

// Refs implements Params.
func (p *AccessAddParams) Refs() Refs {
	return Refs{Workspaces: given(p.Workspace), Principals: whos(p.Members)}
}

// longestUntil bounds time-limited access: longer is for good.
const longestUntil = 366 * 24 * time.Hour

func (p *AccessAddParams) plan(b *builder) {
	w, ok := b.space("workspace", p.Workspace)
	if !ok || !b.rolesKnown("workspace", w) {
		return
	}
	b.title("Access to %s", w.Name)
	if p.Until != nil && (!p.Until.After(b.ctx.Now.Add(time.Hour)) || p.Until.After(b.ctx.Now.Add(longestUntil))) {
		b.fail("until", "The end must lie between an hour and a year from now.")
		return
	}
	t := existing(w)
	for i, m := range p.Members {
		field := indexed("members", i) + ".who"
		who, ok := b.somebody(field, m.Who)
		if !ok {
			continue
		}
		if has := roleOf(w, NewID(who.ID)); has != "" {
			b.fail(field, "%s is %s already. Ask for a change of access instead.", who.Name, has)
			continue
		}
		if b.isProduction(w) && rank(m.Right) > rank(string(tenant.RightViewer)) {
			b.risky("%s is productive and %s could change it.", w.Name, who.Name)
		}
		given := b.addRole(t, who, m.Right)
		if p.Until != nil {
			b.takeBack(t, who, m.Right, given, *p.Until)
		}
	}
}

// takeBack agrees now to the end of a role that is given until a day.
func (b *builder) takeBack(t target, who Principal, right, given string, due time.Time) {
	s := Step{
		ID: b.nextID(), Row: b.row, Wait: WaitNone, OnFailure: GoOn, Lock: t.lock, Needs: []string{given},
		Says: "Take the role " + right + " on " + t.name + " away from " + who.Name + " again",
		Call: t.dropCall(who), Look: t.look(who, ""),
		// Whoever renamed the workspace in the meantime has not prolonged the
		// access, so only the role itself is expected.
		Expects: []Observation{observe(Role, right, "workspace", string(NewID(t.space.ID)), "principal", string(NewID(who.ID)), "identifier", identifier(who))},
		Final:   "This is the end that was agreed. Longer access is another request.",
	}
	if right == string(tenant.RightAdmin) {
		s.Expects = append(s.Expects, observe(OtherAdmin, "yes", "workspace", string(NewID(t.space.ID)), "but", string(NewID(who.ID))))
	}
	b.plan.Later = append(b.plan.Later, LaterStep{Due: due.UTC().Truncate(time.Millisecond), Step: s})
}

// rolesKnown refuses to plan about roles that were not read.
func (b *builder) rolesKnown(field string, w Workspace) bool {
	if !w.UsersKnown {
		b.fail(field, "Who has a role on %s was not read, so nothing can be planned. Scan the tenant again.", w.Name)
	}
	return w.UsersKnown
}

// Validate implements Params.
func (p *AccessChangeParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	e.checkRequired("who", p.Who, "Choose somebody who has a role there.")
	e.checkRight("right", p.Right)
	return e
}

// Refs implements Params.
func (p *AccessChangeParams) Refs() Refs {
	return Refs{Workspaces: given(p.Workspace), Principals: given(p.Who)}
}

func (p *AccessChangeParams) plan(b *builder) {
	w, ok := b.space("workspace", p.Workspace)
	if !ok || !b.rolesKnown("workspace", w) {
		return
	}
	b.title("Change access to %s", w.Name)
	who, ok := b.somebody("who", p.Who)
	if !ok {
		return
	}
	from := roleOf(w, NewID(who.ID))
	switch {
	case from == "":
		b.fail("who", "%s has no role on %s. Ask for access instead.", who.Name, w.Name)
		return
	case from == p.Right:
		b.fail("right", "%s is %s already.", who.Name, from)
		return
	case NewID(who.ID) == b.estate.Executor:
		b.fail("who", "This is the portal's own application: without its role nothing more could be done here.")
		return
	}
	if b.isProduction(w) && rank(p.Right) > rank(from) {
		b.risky("%s is productive and %s could do more there.", w.Name, who.Name)
	}
	step := b.changeRole(existing(w), who, from, p.Right)
	if from == string(tenant.RightAdmin) {
		b.losesAdmin(w, step, "who", NewID(who.ID))
	}
}

// Validate implements Params.
func (p *AccessRemoveParams) Validate() (e FieldErrors) {
	if len(p.Rows) == 0 {
		e.add("rows", "Name at least one role to take away.")
	}
	if len(p.Rows) > maxRows {
		e.add("rows", "%d roles are too many for one request; at most %d.", len(p.Rows), maxRows)
		return e
	}
	seen := map[Holding]bool{}
	for i, r := range p.Rows {
		at := indexed("rows", i)
		e.checkRequired(at+".workspace", r.Workspace, "Choose a workspace.")
		e.checkRequired(at+".who", r.Who, "Choose somebody who has a role there.")
		r = Holding{NewID(string(r.Workspace)), NewID(string(r.Who))}
		if seen[r] && r.Who != "" {
			e.add(at+".who", "Named twice.")
		}
		seen[r] = true
	}
	return e
}

// Refs implements Params.
func (p *AccessRemoveParams) Refs() (r Refs) {
	for _, row := range p.Rows {
		r.Workspaces = append(r.Workspaces, NewID(string(row.Workspace)))
		r.Principals = append(r.Principals, NewID(string(row.Who)))
	}
	return r
}

func (p *AccessRemoveParams) plan(b *builder) {
	names := map[string]bool{}
	for i, r := range p.Rows {
		at := indexed("rows", i)
		w, ok := b.space(at+".workspace", r.Workspace)
		if !ok || !b.rolesKnown(at+".workspace", w) {
			continue
		}
		names[w.Name] = true
		b.remove(at+".who", w, NewID(string(r.Who)))
		b.title("Take access to %s away", w.Name)
	}
	if len(names) > 1 {
		b.title("Take access to %d workspaces away", len(names))
	}
}

// remove takes one role away. The holder may have left long ago: what counts
// is the role, not the person.
func (b *builder) remove(field string, w Workspace, id ID) {
	from := roleOf(w, id)
	if from == "" {
		b.fail(field, "There is no such role on %s any more.", w.Name)
		return
	}
	if id == b.estate.Executor {
		b.fail(field, "This is the portal's own application: without its role nothing more could be done here.")
		return
	}
	who, ok := b.estate.Principals[id]
	for _, g := range w.Users {
		if !ok && NewID(g.Principal.ID) == id {
			who = Principal{Principal: g.Principal}
		}
	}
	if who.Kind == tenant.PrincipalUser && who.Address == "" {
		who.Address = string(id) // the call takes the object id as well
	}
	step := b.dropRole(existing(w), who, from)
	if from == string(tenant.RightAdmin) {
		b.losesAdmin(w, step, field, id)
	}
}
