package request

import (
	"slices"
	"strings"

	"steward/internal/tenant"
)

// target is a workspace as steps refer to it: one that exists, or one that an
// earlier step makes.
type target struct {
	name, lock string
	id         Value
	// space is set when it exists.
	space *Workspace
	needs []string
}

func existing(w Workspace) target {
	return target{name: w.Name, lock: "workspace/" + string(NewID(w.ID)), id: IDText(ID(w.ID)), space: &w}
}

// roleOf is the role a principal holds itself on an existing workspace.
func roleOf(w Workspace, id ID) string {
	best := ""
	for _, g := range w.Users {
		if NewID(g.Principal.ID) == id && rank(string(g.Right)) > rank(best) {
			best = string(g.Right)
		}
	}
	return best
}

// expects are the facts that hold of an existing workspace whatever is done to
// it.
func (t target) expects(more ...Observation) []Observation {
	if t.space == nil {
		return nil
	}
	id := string(NewID(t.space.ID))
	return append([]Observation{
		observe(WorkspaceName, t.space.Name, "workspace", id),
		observe(WorkspaceState, string(t.space.State), "workspace", id),
	}, more...)
}

func (t target) observedRole(p Principal, right string) []Observation {
	if t.space == nil {
		return nil
	}
	return t.expects(observe(Role, right, "workspace", string(NewID(t.space.ID)), "principal", string(NewID(p.ID)), "identifier", identifier(p)))
}

// wordy is a Role look.
func (t target) look(p Principal, right string) Look {
	return Look{Kind: LookRole, Redo: true, Args: map[string]Value{
		"workspace": t.id, "principal": IDText(ID(p.ID)), "identifier": Text(identifier(p)), "right": Text(right)}}
}

func (t target) addCall(p Principal, right string) Call {
	return Call{API: PowerBI, Operation: "Groups_AddGroupUser", Method: "POST", Path: "groups/{workspace}/users",
		Args: map[string]Value{"workspace": t.id}, Body: userBody(p, right)}
}

func (t target) changeCall(p Principal, right string) Call {
	return Call{API: PowerBI, Operation: "Groups_UpdateGroupUser", Method: "PUT", Path: "groups/{workspace}/users",
		Args: map[string]Value{"workspace": t.id}, Body: userBody(p, right)}
}

func (t target) dropCall(p Principal) Call {
	return Call{API: PowerBI, Operation: "Groups_DeleteUserInGroup", Method: "DELETE", Path: "groups/{workspace}/users/{user}",
		Args: map[string]Value{"workspace": t.id, "user": Text(identifier(p))}}
}

func userBody(p Principal, right string) map[string]Value {
	return map[string]Value{"identifier": Text(identifier(p)), "principalType": Text(string(p.Kind)), "groupUserAccessRight": Text(right)}
}

// addRole gives a role to somebody who has none.
func (b *builder) addRole(t target, p Principal, right string) string {
	b.gain(p, right, t.name)
	if right == string(tenant.RightAdmin) {
		b.risky("Gives Admin on %s to %s.", t.name, p.Name)
	}
	return b.add(Step{
		Says: "Give " + p.Name + " the role " + right + " on " + t.name, Lock: t.lock, Needs: t.needs,
		Call: t.addCall(p, right), Look: t.look(p, right), Expects: t.observedRole(p, ""),
		Undo: &Undo{Sentence: "Take the role away again", Call: t.dropCall(p), Look: t.look(p, ""), Created: true},
	})
}

// changeRole gives another role to somebody who has one.
func (b *builder) changeRole(t target, p Principal, from, to string) string {
	if rank(to) > rank(from) {
		b.gain(p, to, t.name)
		if to == string(tenant.RightAdmin) {
			b.risky("Gives Admin on %s to %s.", t.name, p.Name)
		}
	}
	return b.add(Step{
		Says: "Make " + p.Name + " " + to + " on " + t.name + " instead of " + from, Lock: t.lock, Needs: t.needs,
		Call: t.changeCall(p, to), Look: t.look(p, to), Expects: t.observedRole(p, from),
		Undo: &Undo{Sentence: "Give " + p.Name + " the role " + from + " back", Call: t.changeCall(p, from), Look: t.look(p, from)},
	})
}

// dropRole takes a role away.
func (b *builder) dropRole(t target, p Principal, from string) string {
	return b.add(Step{
		Says: "Take the role " + from + " on " + t.name + " away from " + p.Name, Lock: t.lock, Needs: t.needs,
		Call: t.dropCall(p), Look: t.look(p, ""), Expects: t.observedRole(p, from),
		Undo: &Undo{Sentence: "Give " + p.Name + " the role " + from + " back", Call: t.addCall(p, from), Look: t.look(p, from)},
	})
}

// lossOfAdmin is one Admin who stops being one by the plan.
type lossOfAdmin struct {
	step, field string
	who         ID
}

// losesAdmin notes a loss; keepAdmins judges them together, because two rows
// could each take one of the last two.
func (b *builder) losesAdmin(w Workspace, step, field string, who ID) {
	if b.losses == nil {
		b.losses = map[ID][]lossOfAdmin{}
	}
	id := NewID(w.ID)
	b.losses[id] = append(b.losses[id], lossOfAdmin{step, b.prefix + field, who})
}

// keepAdmins refuses to leave a workspace without an Admin, and makes each
// step expect another one to be there still.
func (b *builder) keepAdmins() {
	for id, losses := range b.losses {
		w := b.estate.Workspaces[id]
		lost := make([]string, 0, len(losses))
		for _, l := range losses {
			lost = append(lost, string(l.who))
		}
		slices.Sort(lost)
		remains := slices.ContainsFunc(w.Users, func(g tenant.Grant) bool {
			return g.Right == tenant.RightAdmin && !slices.Contains(lost, string(NewID(g.Principal.ID)))
		})
		for _, l := range losses {
			if !remains {
				b.errs.add(l.field, "%s would have no Admin left. Make somebody else Admin first.", w.Name)
			}
			at := slices.IndexFunc(b.plan.Steps, func(s Step) bool { return s.ID == l.step })
			b.plan.Steps[at].Expects = append(b.plan.Steps[at].Expects,
				observe(OtherAdmin, "yes", "workspace", string(id), "but", strings.Join(slices.Compact(lost), ",")))
		}
	}
}
