package db

import (
	"context"
	"database/sql"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// groupPeople are the different users behind a group, nested groups followed.
// Unknown as soon as the members of one of them were not read.
type groupPeople struct {
	people map[int64]bool
	known  bool
}

// behind returns who is behind a group. Answers are kept: the same groups are
// admins of many workspaces.
func (f *Facts) behind(ctx context.Context, group int64) (*groupPeople, error) {
	if g := f.groups[group]; g != nil {
		return g, nil
	}
	g := &groupPeople{people: map[int64]bool{}, known: true}
	seen := map[int64]bool{group: true} // a group inside itself ends there
	for todo := []int64{group}; len(todo) > 0; todo = todo[1:] {
		if !f.knownUsers[todo[0]] {
			g.known = false
			break
		}
		err := f.rows(ctx, `SELECT m.member FROM group_member m WHERE m.grp = $1 AND `+f.view.Visible("m"), func(rows *sql.Rows) error {
			var member int64
			if err := rows.Scan(&member); err != nil {
				return err
			}
			switch p := f.principals[member]; {
			case p == nil:
			case p.Kind == string(tenant.PrincipalUser):
				g.people[member] = true
			case p.Kind == string(tenant.PrincipalGroup) && !seen[member]:
				seen[member] = true
				todo = append(todo, member)
			}
			return nil
		}, todo[0])
		if err != nil {
			return nil, err
		}
	}
	if len(f.groups) > 20_000 { // a tenant with more groups in admin roles reads some twice
		clear(f.groups)
	}
	f.groups[group] = g
	return g, nil
}

// adminFacts fills what rules may know of the holders of Admin.
func (f *Facts) adminFacts(ctx context.Context, w *policy.Workspace, admins []*policy.Principal) error {
	people := map[int64]bool{}
	known := true
	var users, groups, apps int64
	names := make([]string, 0, min(len(admins), 20))
	for _, p := range admins {
		if len(names) < 20 {
			names = append(names, p.Name)
		}
		switch p.Kind {
		case string(tenant.PrincipalGroup):
			groups++
			g, err := f.behind(ctx, p.Num)
			if err != nil {
				return err
			}
			known = known && g.known
			for id := range g.people {
				people[id] = true
			}
		case string(tenant.PrincipalApp):
			apps++
		case string(tenant.PrincipalEveryone):
			known = false
		default:
			users++
			people[p.Num] = true
		}
	}
	w.Admins, w.AdminNames = policy.Known(int64(len(admins))), policy.Known(names)
	w.AdminUsers, w.AdminGroups, w.AdminApps = policy.Known(users), policy.Known(groups), policy.Known(apps)
	w.AdminPeople = answer(int64(len(people)), known)
	f.adminsAtWork(w, people, known)
	f.owner(w, admins, people)
	return nil
}

func (f *Facts) adminsAtWork(w *policy.Workspace, people map[int64]bool, known bool) {
	var atWork int64
	for id := range people {
		p := f.principals[id]
		if p == nil || !p.Leaver.Known {
			known = false
			continue
		}
		atWork += bit(!p.Leaver.Value)
	}
	w.AdminsAtWork = answer(atWork, known)
}

// owner proposes who is asked about a workspace: an admin who is a person of
// our own and has not left; else somebody behind an admin group. The lowest
// number wins, so that the proposal does not wander.
func (f *Facts) owner(w *policy.Workspace, admins []*policy.Principal, people map[int64]bool) {
	var best *policy.Principal
	better := func(p *policy.Principal) {
		if askable(p) && (best == nil || p.Num < best.Num) {
			best = p
		}
	}
	for _, p := range admins {
		better(p)
	}
	if best == nil {
		for id := range people {
			better(f.principals[id])
		}
	}
	if best != nil {
		w.OwnerCandidate, w.OwnerNum = best.Name, best.Num
	}
}

// askable reports whether a principal is somebody one can ask: a person of our
// own who has not left.
func askable(p *policy.Principal) bool {
	return p != nil && p.Kind == string(tenant.PrincipalUser) && !p.Guest && !(p.Leaver.Known && p.Leaver.Value)
}

// ownersFromItems proposes, where no admin can be asked, whoever made most of
// what is in the workspace.
func (f *Facts) ownersFromItems(p *FactPart) {
	made := map[int]map[int64]int{}
	for i := range p.items {
		at, num := p.extras[i].ws, p.items[i].OwnerNum
		if num == 0 || p.spaces[at].OwnerNum != 0 {
			continue
		}
		if made[at] == nil {
			made[at] = map[int64]int{}
		}
		made[at][num]++
	}
	for at, counts := range made {
		var best int64
		for _, num := range sortedKeys(counts) {
			if best == 0 || counts[num] > counts[best] {
				best = num
			}
		}
		p.spaces[at].OwnerNum, p.spaces[at].OwnerCandidate = best, f.principals[best].Name
	}
}
