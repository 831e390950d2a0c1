package acts

import (
	"slices"
	"strings"
	"time"

	"steward/internal/sim/world"
)

// mostRoles is how many people and groups a workspace can have.
const mostRoles = 1000

// resolve finds who is named: a user by UPN or object id, a group by object id, a
// service principal by the object id of its enterprise application. An empty kind
// means any.
func (b *Book) resolve(kind, id string, t time.Time) (world.Principal, error) {
	if (kind == "" || kind == "User") && id != "" {
		if u, ok := b.world.User(id, t); ok {
			return u.Principal(), nil
		}
	}
	if kind == "" || kind == "Group" {
		if g, ok := b.world.Group(id, t); ok && sameID(g.ID, id) {
			return g.Principal(), nil
		}
	}
	if kind == "" || kind == "App" {
		if sp, ok := b.world.ServicePrincipal(id, t); ok && sameID(sp.ID, id) {
			return sp.Principal(), nil
		}
	}
	if kind != "" && kind != "User" && kind != "Group" && kind != "App" {
		return world.Principal{}, invalid("principalType must be User, Group or App.")
	}
	return world.Principal{}, refuse(400, "PrincipalNotFound", "The principal was not found in the directory.")
}

// mayGive reports whether somebody with a role may give or take another.
func mayGive(have, right string) bool {
	return have == world.RightAdmin || have == world.RightMember && rank[right] <= rank[world.RightMember]
}

// AddRole gives a right to somebody who has none of their own yet.
func (b *Book) AddRole(a Actor, workspace, kind, id, right string, t time.Time) (world.Grant, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightMember, t)
	if err != nil {
		return world.Grant{}, err
	}
	if rank[right] == 0 {
		return world.Grant{}, invalid("The access right must be Admin, Member, Contributor or Viewer.")
	}
	p, err := b.resolve(kind, id, t)
	switch {
	case err != nil:
		return world.Grant{}, err
	case !mayGive(b.Role(a.ObjectID, ws, t), right):
		return world.Grant{}, refuse(403, CodeForbidden, "")
	case at(ws.Grants, p.ID) >= 0:
		return world.Grant{}, &Refusal{Status: 400, Code: CodeHasRole, HeaderOnly: true}
	case len(ws.Grants) >= mostRoles:
		return world.Grant{}, invalid("A workspace can have 1,000 users and groups.")
	}
	g := world.Grant{Principal: p, Right: right, Since: t}
	return g, b.edit(a, ws, t, "AddGroupMembers", func(w *world.Workspace) { w.Grants = append(w.Grants, g) }, p, right)
}

// ChangeRole gives another right to somebody who has one.
func (b *Book) ChangeRole(a Actor, workspace, id, right string, t time.Time) (world.Grant, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, i, err := b.holder(a, workspace, id, t)
	if err != nil {
		return world.Grant{}, err
	}
	if rank[right] == 0 {
		return world.Grant{}, invalid("The access right must be Admin, Member, Contributor or Viewer.")
	}
	g := ws.Grants[i]
	have := b.Role(a.ObjectID, ws, t)
	if !mayGive(have, right) || !mayGive(have, g.Right) {
		return world.Grant{}, refuse(403, CodeForbidden, "")
	}
	g.Right, g.Since = right, t
	return g, b.edit(a, ws, t, "UpdateFolderAccess", func(w *world.Workspace) { w.Grants[i] = g }, g.Principal, right)
}

// RemoveRole takes somebody's right away. Microsoft's service lets the last
// administrator go, and so does this one.
func (b *Book) RemoveRole(a Actor, workspace, id string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, i, err := b.holder(a, workspace, id, t)
	if err != nil {
		return err
	}
	g := ws.Grants[i]
	if !mayGive(b.Role(a.ObjectID, ws, t), g.Right) && !sameID(g.Principal.ID, a.ObjectID) {
		return refuse(403, CodeForbidden, "")
	}
	return b.edit(a, ws, t, "DeleteGroupMembers", func(w *world.Workspace) { w.Grants = slices.Delete(w.Grants, i, i+1) },
		g.Principal, world.RightNone)
}

// holder finds whose grant is meant: by UPN or object id, even of somebody who
// has left the directory.
func (b *Book) holder(a Actor, workspace, id string, t time.Time) (*world.Workspace, int, error) {
	ws, err := b.enter(a, workspace, world.RightViewer, t)
	if err != nil {
		return nil, 0, err
	}
	if i := at(ws.Grants, id); i >= 0 {
		return ws, i, nil
	}
	return nil, 0, notFound()
}

func at(grants []world.Grant, id string) int {
	return slices.IndexFunc(grants, func(g world.Grant) bool {
		return sameID(g.Principal.ID, id) || g.Principal.UPN != "" && sameID(g.Principal.UPN, id) ||
			g.Principal.Email != "" && sameID(g.Principal.Email, id)
	})
}

func (b *Book) edit(a Actor, ws *world.Workspace, t time.Time, activity string, fn func(*world.Workspace), p world.Principal, right string) error {
	if err := b.world.Mutate(ws.ID, t, func(w *world.Workspace) error { fn(w); return nil }); err != nil {
		return notFound()
	}
	b.note(a, activity, t, func(e *world.Event) {
		inWorkspace(ws)(e)
		e.Extra = map[string]any{"FolderObjectId": ws.ID, "FolderDisplayName": ws.Name, "WorkspaceAccessList": []any{map[string]any{
			"WorkspaceId": ws.ID, "UserAccessList": []any{map[string]any{"GroupUserAccessRight": right,
				"Identifier": p.Identifier(), "PrincipalType": strings.TrimSpace(string(p.Kind))}}}}}
	})
	return nil
}
