package request

import (
	"maps"
	"slices"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// Facts is what the rest of the tenant says about what a plan would make: the
// names that are taken, capacities, people.
type Facts interface {
	// Place fills what other objects decide about a workspace: names, siblings,
	// capacity (empty for none).
	Place(w *policy.Workspace, capacity ID)
	// Principal returns what is known of somebody, or nil.
	Principal(id ID) *policy.Principal
	// Number returns the number an id is kept under, 0 when it is new.
	Number(id ID) int64
}

// outcome is a workspace as it would be after some steps.
type outcome struct {
	id                ID // empty for a new one
	name, description string
	capacity          ID
	domain            string
	roles             map[ID]string
	rolesKnown        bool
	pipeline          bool
	gone, touched     bool
	items             int64
	order             int
}

// Project returns the facts of what the plan would make, for the rules: the
// workspaces it touches and the rights it gives, as they would be afterwards.
// It reads the calls themselves, not the form they came from.
func Project(p *Plan, e *Estate, f Facts) []policy.Object {
	return projection(p, e, f, p.Steps)
}

// ProjectNow returns the same workspaces as they are today, so that what a
// plan makes can be told from what stands anyway.
func ProjectNow(p *Plan, e *Estate, f Facts) []policy.Object {
	return projection(p, e, f, nil)
}

func projection(p *Plan, e *Estate, f Facts, steps []Step) []policy.Object {
	after := map[string]*outcome{}
	for _, s := range p.Steps {
		for _, v := range []Value{s.Call.Args["workspace"], s.Call.Body["workspaceId"]} {
			if w, ok := e.Workspaces[NewID(v.String())]; ok && after[v.String()] == nil {
				after[v.String()] = today(w, len(after))
			}
		}
	}
	for _, s := range steps {
		apply(after, s, e)
	}
	spaces := slices.Collect(maps.Values(after))
	slices.SortFunc(spaces, func(a, b *outcome) int { return a.order - b.order })
	var out []policy.Object
	for _, o := range spaces {
		if o.gone {
			continue
		}
		w := o.facts(e, f)
		out = append(out, w)
		for _, id := range slices.Sorted(maps.Keys(o.roles)) {
			if who := f.Principal(id); who != nil && (o.touched || o.id != "") {
				g := &policy.Grant{Planned: true, On: "workspace", Right: o.roles[id], Principal: who, Workspace: w, InRole: policy.Known(true), ObjectNum: w.Num}
				g.Derive()
				out = append(out, g)
			}
		}
	}
	return out
}

func today(w Workspace, order int) *outcome {
	o := &outcome{id: NewID(w.ID), name: w.Name, description: w.Description, capacity: NewID(w.CapacityID), domain: w.Domain,
		roles: map[ID]string{}, rolesKnown: w.UsersKnown, pipeline: w.Pipeline != "", items: w.ItemCount, order: order}
	for _, g := range w.Users {
		id := NewID(g.Principal.ID)
		o.roles[id] = roleOf(w, id)
	}
	return o
}

// apply changes the picture by one step.
func apply(after map[string]*outcome, s Step, e *Estate) {
	body := func(name string) string { return s.Call.Body[name].String() }
	o := after[s.Call.Args["workspace"].String()]
	switch s.Call.Operation {
	case "Workspaces_CreateWorkspace":
		domain := e.Domains[NewID(body("domainId"))]
		roles := map[ID]string{e.Executor: string(tenant.RightAdmin)}
		after[From(s.ID, "id").String()] = &outcome{name: body("displayName"), description: Unmarked(body("description")), domain: domain.Name,
			roles: roles, rolesKnown: true, touched: true, order: len(after)}
		return
	case "Pipelines_AssignWorkspace":
		if o = after[body("workspaceId")]; o != nil {
			o.pipeline = true
		}
	case "Groups_AddGroupUser", "Groups_UpdateGroupUser":
		o.roles[NewID(s.Look.Args["principal"].String())] = body("groupUserAccessRight")
	case "Groups_DeleteUserInGroup":
		delete(o.roles, NewID(s.Look.Args["principal"].String()))
	case "Groups_AssignToCapacity":
		if o.capacity = NewID(body("capacityId")); o.capacity == sharedCapacity {
			o.capacity = ""
		}
	case "Workspaces_UpdateWorkspace":
		o.name, o.description = body("displayName"), body("description")
	case "Workspaces_DeleteWorkspace":
		o.gone = true
	case "Workspaces_RestoreWorkspace":
		admin := s.Call.Body["newWorkspaceAdminPrincipal"].fields["id"]
		o.roles[NewID(admin.String())] = string(tenant.RightAdmin)
	}
	if o != nil {
		o.touched = true
	}
}

// facts turns the picture of a workspace into what rules read.
func (o *outcome) facts(e *Estate, f Facts) *policy.Workspace {
	w := &policy.Workspace{Name: o.name, Description: Unmarked(o.description), Kind: string(tenant.KindWorkspace), State: string(tenant.StateActive),
		Dedicated: o.capacity != "", Domain: o.domain, Items: o.items, GUID: string(o.id)}
	if o.id != "" {
		w.Num = f.Number(o.id)
	} else {
		w.SharedOutside = policy.Known(int64(0))
	}
	f.Place(w, o.capacity)
	w.Planned = true
	if o.pipeline || o.id == "" {
		w.InPipeline = policy.Known(o.pipeline)
	}
	if o.rolesKnown {
		o.people(w, e, f)
	}
	return w
}

// people counts who holds roles, as the scan's facts do.
func (o *outcome) people(w *policy.Workspace, e *Estate, f Facts) {
	var n, admins, adminUsers, adminGroups, adminApps, users, groups, apps, guests, writers int64
	var names []string
	crowd := newCrowd(e)
	for _, id := range slices.Sorted(maps.Keys(o.roles)) {
		admin, kind := o.roles[id] == string(tenant.RightAdmin), tenant.PrincipalApp // whoever is not known is ourselves
		who := f.Principal(id)
		if who != nil {
			kind = tenant.PrincipalKind(who.Kind)
		}
		n++
		bump(&admins, admin)
		switch kind {
		case tenant.PrincipalUser:
			users++
			bump(&adminUsers, admin)
			bump(&guests, who.Guest)
			bump(&writers, who.Guest && tenant.Right(o.roles[id]).CanWrite())
		case tenant.PrincipalGroup:
			groups++
			bump(&adminGroups, admin)
		default:
			apps++
			bump(&adminApps, admin)
		}
		if admin && who != nil {
			names = append(names, who.Name)
		}
		if admin && kind != tenant.PrincipalApp {
			crowd.join(id)
		}
	}
	w.RoleHolders, w.Admins, w.AdminNames = policy.Known(n), policy.Known(admins), policy.Known(names[:min(20, len(names))])
	w.AdminUsers, w.AdminGroups, w.AdminApps = policy.Known(adminUsers), policy.Known(adminGroups), policy.Known(adminApps)
	w.People, w.Groups, w.Apps = policy.Known(users), policy.Known(groups), policy.Known(apps)
	w.Guests, w.GuestWriters = policy.Known(guests), policy.Known(writers)
	w.AdminPeople = policy.KnownIf(int64(len(crowd.people)), crowd.known)
	w.AdminsAtWork = policy.KnownIf(crowd.atWork, crowd.known && crowd.accounts)
	if len(names) > 0 {
		w.OwnerCandidate = names[0]
	}
}

func bump(n *int64, by bool) {
	if by {
		*n++
	}
}

// crowd is a set of people behind principals.
type crowd struct {
	estate          *Estate
	people          map[ID]bool
	known, accounts bool
	atWork          int64
}

func newCrowd(e *Estate) *crowd {
	return &crowd{estate: e, people: map[ID]bool{}, known: true, accounts: true}
}

func (c *crowd) join(id ID) {
	p, ok := c.estate.Principals[id]
	if !ok || !p.PeopleKnown {
		c.known = false
		return
	}
	for _, person := range p.People {
		if c.people[person] {
			continue
		}
		c.people[person] = true
		one, ok := c.estate.Principals[person]
		if !ok || one.Directory == nil || !one.Directory.EnabledKnown && !one.Directory.Gone {
			c.accounts = false
			continue
		}
		bump(&c.atWork, !one.Directory.Gone && one.Directory.Enabled)
	}
}
