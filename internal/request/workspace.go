package request

import (
	"slices"
	"strings"

	"steward/internal/tenant"
)

// sharedCapacity is Microsoft's id for "no capacity".
const sharedCapacity ID = "00000000-0000-0000-0000-000000000000"

// Validate implements Params.
func (p *WorkspaceCreateParams) Validate() (e FieldErrors) {
	e.checkName("name", p.Name)
	e.checkText("description", p.Description, maxDescription)
	e.checkMembers("members", p.Members)
	return e
}

// Refs implements Params.
func (p *WorkspaceCreateParams) Refs() Refs {
	return Refs{Names: []string{p.Name}, Capacities: given(p.Capacity), Domains: given(p.Domain), Principals: whos(p.Members)}
}

func (p *WorkspaceCreateParams) plan(b *builder) {
	b.title("New workspace %s", p.Name)
	b.newSpace(newSpace{name: p.Name, description: p.Description, capacity: p.Capacity, domain: p.Domain, members: p.Members})
}

// newSpace is a workspace to be made; at prefixes the names of its fields.
type newSpace struct {
	at, nameField     string
	name, description string
	capacity, domain  ID
	members           []Member
	// everywhere are members besides, those of every environment.
	everywhere []wanted
}

// wanted is somebody who was found, and the right they are to get.
type wanted struct {
	who   Principal
	right string
}

// newSpace adds the steps of a new workspace and returns it for later steps.
// Only the workspace itself and its capacity take back the rest when they
// fail: each member's outcome stands alone.
func (b *builder) newSpace(n newSpace) target {
	if n.nameField == "" {
		n.nameField = n.at + "name"
	}
	b.freeName(n.nameField, n.name, "")
	fold := tenant.Fold(n.name)
	mark := marker(b.ctx.Request, b.nextID())
	body := map[string]Value{"displayName": Text(n.name), "description": Text(marked(n.description, mark))}
	domain := ""
	if n.domain != "" {
		d, ok := b.estate.Domains[NewID(string(n.domain))]
		if !ok {
			b.fail("domain", "The last scan knows no such domain. Choose one from the list.")
		}
		domain = d.Name
		body["domainId"] = IDText(n.domain)
	}
	b.place(n.name, domain)
	t := target{name: n.name, lock: "name/" + fold}
	gone := map[string]Value{"workspace": From(b.nextID(), "id")}
	id := b.add(Step{
		Says: "Create the workspace " + n.name, Lock: t.lock, Marker: mark, Results: map[string]string{"id": "/id"},
		Call:    Call{API: Fabric, Operation: "Workspaces_CreateWorkspace", Method: "POST", Path: "workspaces", Args: map[string]Value{}, Body: body},
		Look:    Look{Kind: LookWorkspaceMarked, Redo: true, Args: map[string]Value{"marker": Text(mark), "name": Text(n.name)}},
		Expects: []Observation{observe(NameFree, "free", "name", fold)},
		Undo: &Undo{Sentence: "Delete the new workspace, if nobody has put anything into it", Created: true,
			Call: Call{API: Fabric, Operation: "Workspaces_DeleteWorkspace", Method: "DELETE", Path: "workspaces/{workspace}", Args: gone},
			Look: Look{Kind: LookWorkspaceGone, Redo: true, Args: gone}},
		OnFailure: UndoAll,
	})
	t.id, t.needs = From(id, "id"), []string{id}
	if n.capacity != "" {
		if c, ok := b.capacity(n.at+"capacity", n.capacity); ok {
			t.needs = append(t.needs, b.moveTo(t, c, UndoAll))
		}
	}
	for i, m := range n.members {
		if who, ok := b.somebody(n.at+indexed("members", i)+".who", m.Who); ok {
			b.addRole(target{name: t.name, lock: t.lock, id: t.id, needs: []string{id}}, who, m.Right)
		}
	}
	for _, w := range n.everywhere {
		if !slices.ContainsFunc(n.members, func(own Member) bool { return NewID(string(own.Who)) == NewID(w.who.ID) }) {
			b.addRole(target{name: t.name, lock: t.lock, id: t.id, needs: []string{id}}, w.who, w.right)
		}
	}
	return t
}

// moveTo assigns a capacity; an empty one takes the workspace off.
func (b *builder) moveTo(t target, c tenant.Capacity, fails OnFailure) string {
	call := func(id ID) Call {
		return Call{API: PowerBI, Operation: "Groups_AssignToCapacity", Method: "POST", Path: "groups/{workspace}/AssignToCapacity",
			Args: map[string]Value{"workspace": t.id}, Body: map[string]Value{"capacityId": IDText(id)}}
	}
	look := func(id ID) Look {
		return Look{Kind: LookCapacity, Redo: true, Args: map[string]Value{"workspace": t.id, "capacity": IDText(id)}}
	}
	to, before := NewID(c.ID), sharedCapacity
	s := Step{Says: "Put " + t.name + " on the capacity " + c.Name, Lock: t.lock, Needs: t.needs, Wait: WaitCapacity, OnFailure: fails}
	if to == "" {
		to, s.Says = sharedCapacity, "Take "+t.name+" off its capacity"
	} else {
		s.Expects = []Observation{observe(CapacityState, "Active", "capacity", string(to))}
	}
	if t.space != nil {
		on := string(NewID(t.space.CapacityID))
		if on != "" {
			before = ID(on)
		}
		s.Expects = append(t.expects(observe(WorkspaceOnCapacity, on, "workspace", string(NewID(t.space.ID)))), s.Expects...)
	}
	s.Call, s.Look = call(to), look(to)
	s.Undo = &Undo{Sentence: "Put it back where it was", Call: call(before), Look: look(before)}
	return b.add(s)
}

// Validate implements Params.
func (p *WorkspaceEditParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	if p.Name != "" {
		e.checkName("name", p.Name)
	}
	e.checkText("description", p.Description, maxDescription)
	if p.Clear && p.Description != "" {
		e.add("clear", "Either give a description or empty it.")
	}
	return e
}

// Refs implements Params.
func (p *WorkspaceEditParams) Refs() Refs {
	return Refs{Names: filled(p.Name), Workspaces: given(p.Workspace)}
}

func (p *WorkspaceEditParams) plan(b *builder) {
	w, ok := b.space("workspace", p.Workspace)
	if !ok {
		return
	}
	b.title("Rename or describe %s", w.Name)
	name, description := w.Name, w.Description
	if p.Name != "" {
		name = p.Name
	}
	if p.Description != "" || p.Clear {
		description = remark(p.Description, w.Description)
	}
	if name == w.Name && description == w.Description {
		b.fail("name", "Nothing would change: give another name or description.")
		return
	}
	if name != w.Name {
		b.freeName("name", name, NewID(w.ID))
		b.place(name, w.Domain)
	}
	b.rename(existing(w), name, description)
}

// remark keeps the marks of the old description, by which the portal knows
// what it made.
func remark(text, old string) string {
	for _, m := range MarkersIn(old) {
		text = marked(text, m)
	}
	return text
}

// rename changes name and description of an existing workspace.
func (b *builder) rename(t target, name, description string) string {
	w := t.space
	call := func(name, description string) Call {
		return Call{API: Fabric, Operation: "Workspaces_UpdateWorkspace", Method: "PATCH", Path: "workspaces/{workspace}",
			Args: map[string]Value{"workspace": t.id}, Body: map[string]Value{"displayName": Text(name), "description": Text(description)}}
	}
	look := func(name, description string) Look {
		return Look{Kind: LookWorkspaceText, Redo: true, Args: map[string]Value{"workspace": t.id, "name": Text(name), "description": Text(description)}}
	}
	says := "Describe " + w.Name + " anew"
	expects := t.expects(observe(WorkspaceDescription, w.Description, "workspace", string(NewID(w.ID))))
	if name != w.Name {
		says = "Rename " + w.Name + " to " + name
		if tenant.Fold(name) != tenant.Fold(w.Name) {
			expects = append(expects, observe(NameFree, "free", "name", tenant.Fold(name)))
		}
	}
	return b.add(Step{Says: says, Lock: t.lock, Needs: t.needs, Call: call(name, description), Look: look(name, description), Expects: expects,
		Undo: &Undo{Sentence: "Give it its old name and description back", Call: call(w.Name, w.Description), Look: look(w.Name, w.Description)}})
}

// Validate implements Params.
func (p *WorkspaceCapacityParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	return e
}

// Refs implements Params.
func (p *WorkspaceCapacityParams) Refs() Refs {
	return Refs{Workspaces: given(p.Workspace), Capacities: given(p.Capacity)}
}

func (p *WorkspaceCapacityParams) plan(b *builder) {
	w, ok := b.space("workspace", p.Workspace)
	if !ok {
		return
	}
	b.title("Move %s to another capacity", w.Name)
	if NewID(string(p.Capacity)) == NewID(w.CapacityID) {
		b.fail("capacity", "%s is there already.", w.Name)
		return
	}
	if b.isProduction(w) {
		b.risky("%s is productive, and not usable while it moves.", w.Name)
	}
	var c tenant.Capacity
	if p.Capacity != "" {
		if c, ok = b.capacity("capacity", p.Capacity); !ok {
			return
		}
	}
	b.moveTo(existing(w), c, GoOn)
}

func (b *builder) isProduction(w Workspace) bool {
	return production(w, len(b.estate.Pipelines[w.Pipeline].Stages))
}

func given(ids ...ID) []ID {
	var out []ID
	for _, id := range ids {
		if id != "" {
			out = append(out, NewID(string(id)))
		}
	}
	return out
}

func filled(names ...string) []string {
	var out []string
	for _, n := range names {
		if strings.TrimSpace(n) != "" {
			out = append(out, n)
		}
	}
	return out
}

func whos(members []Member) []ID {
	out := make([]ID, len(members))
	for i, m := range members {
		out[i] = NewID(string(m.Who))
	}
	return out
}
