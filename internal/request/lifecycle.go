package request

import (
	"slices"
	"strings"

	"steward/internal/tenant"
)

// Validate implements Params.
func (p *WorkspaceDeleteParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	return e
}

// Refs implements Params.
func (p *WorkspaceDeleteParams) Refs() Refs { return Refs{Workspaces: given(p.Workspace)} }

func (p *WorkspaceDeleteParams) plan(b *builder) {
	w, ok := b.space("workspace", p.Workspace)
	if !ok {
		return
	}
	b.title("Delete %s", w.Name)
	if strings.TrimSpace(p.Confirm) != w.Name {
		b.fail("confirm", "Type the name of the workspace, exactly as it is: it is gone for everybody afterwards.")
		return
	}
	if w.ItemCount > 0 {
		b.risky("Deletes %s with %d items.", w.Name, w.ItemCount)
	}
	if b.isProduction(w) {
		b.risky("%s is productive.", w.Name)
	}
	t := existing(w)
	if w.Pipeline != "" {
		// A workspace leaves its pipeline before it goes (api guide, section 8).
		t.needs = []string{b.unassign(b.estate.Pipelines[w.Pipeline], w.StageOrder, w)}
	}
	b.add(Step{
		Says: "Delete the workspace " + w.Name, Lock: t.lock, Needs: t.needs, Expects: t.expects(),
		Call: Call{API: Fabric, Operation: "Workspaces_DeleteWorkspace", Method: "DELETE", Path: "workspaces/{workspace}",
			Args: map[string]Value{"workspace": t.id}},
		Look:  Look{Kind: LookWorkspaceGone, Redo: true, Args: map[string]Value{"workspace": t.id}},
		Final: "A deleted workspace can be restored by another request while Microsoft keeps it (7 to 90 days, by tenant setting).",
	})
}

// Validate implements Params.
func (p *WorkspaceRestoreParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a deleted workspace.")
	e.checkRequired("admin", p.Admin, "Choose who will be its Admin.")
	if p.Name != "" {
		e.checkName("name", p.Name)
	}
	return e
}

// Refs implements Params.
func (p *WorkspaceRestoreParams) Refs() Refs {
	return Refs{Names: filled(p.Name), Workspaces: given(p.Workspace), Principals: given(p.Admin)}
}

func (p *WorkspaceRestoreParams) plan(b *builder) {
	w, ok := b.estate.Workspaces[NewID(string(p.Workspace))]
	if !ok || w.State != tenant.StateDeleted {
		b.fail("workspace", "The last scan knows no deleted workspace with this id.")
		return
	}
	admin, ok := b.somebody("admin", p.Admin)
	if !ok {
		return
	}
	name := w.Name
	if p.Name != "" {
		name = p.Name
	}
	b.title("Restore %s", w.Name)
	b.place(name, w.Domain)
	b.freeName("name", name, NewID(w.ID))
	b.gain(admin, string(tenant.RightAdmin), name)
	b.risky("Gives Admin on %s to %s.", name, admin.Name)
	kind := map[tenant.PrincipalKind]string{tenant.PrincipalUser: "User", tenant.PrincipalGroup: "Group", tenant.PrincipalApp: "ServicePrincipal"}[admin.Kind]
	t := existing(w)
	b.add(Step{
		Says: "Restore the workspace " + name + " with " + admin.Name + " as Admin", Lock: t.lock, Expects: t.expects(),
		Call: Call{API: Fabric, Operation: "Workspaces_RestoreWorkspace", Method: "POST", Path: "admin/workspaces/{workspace}/restore",
			Args: map[string]Value{"workspace": t.id}, Body: map[string]Value{
				"newWorkspaceName":           Text(name),
				"newWorkspaceAdminPrincipal": Object(map[string]Value{"id": IDText(ID(admin.ID)), "type": Text(kind)})}},
		Look: Look{Kind: LookWorkspaceBack, Redo: true, Args: map[string]Value{"workspace": t.id}},
		Undo: &Undo{Sentence: "Delete it again", Call: Call{API: Fabric, Operation: "Workspaces_DeleteWorkspace", Method: "DELETE",
			Path: "workspaces/{workspace}", Args: map[string]Value{"workspace": t.id}},
			Look: Look{Kind: LookWorkspaceGone, Redo: true, Args: map[string]Value{"workspace": t.id}}},
	})
}

// archivedMark ends the name of an archived workspace.
const archivedMark = " (archived)"

// Archives reports whether the plan gives a workspace this name to mark it as
// archived: the mark breaks naming rules on purpose.
func (p *Plan) Archives(name string) bool {
	return strings.HasSuffix(name, archivedMark) && slices.ContainsFunc(p.Steps, func(s Step) bool {
		return s.Call.Operation == "Workspaces_UpdateWorkspace" && s.Call.Body["displayName"].String() == name
	})
}

// Validate implements Params.
func (p *WorkspaceArchiveParams) Validate() (e FieldErrors) {
	e.checkRequired("workspace", p.Workspace, "Choose a workspace.")
	e.checkRequired("owner", p.Owner, "Choose who answers for it from now on.")
	return e
}

// Refs implements Params.
func (p *WorkspaceArchiveParams) Refs() Refs {
	return Refs{Workspaces: given(p.Workspace), Principals: given(p.Owner)}
}

func (p *WorkspaceArchiveParams) plan(b *builder) {
	w, ok := b.space("workspace", p.Workspace)
	if !ok {
		return
	}
	owner, ok := b.somebody("owner", p.Owner)
	if !ok {
		return
	}
	b.title("Archive %s", w.Name)
	if strings.HasSuffix(w.Name, archivedMark) {
		b.fail("workspace", "%s is archived already.", w.Name)
		return
	}
	if b.isProduction(w) {
		b.risky("%s is productive.", w.Name)
	}
	name := w.Name + archivedMark
	var e FieldErrors
	e.checkName("workspace", name)
	b.errs = append(b.errs, e.within(b.prefix)...)
	b.freeName("workspace", name, NewID(w.ID))
	b.place(name, w.Domain)
	b.archive(w, owner)
	description := remark(strings.TrimSpace(Unmarked(w.Description)+"\nArchived. Owner: "+owner.Name), w.Description)
	// The name comes last: the steps before expect the old one.
	b.rename(existing(w), name, description)
}

// archive makes the owner Admin and everybody else a viewer. Applications keep
// their role unless the portal knows which of them it is itself.
func (b *builder) archive(w Workspace, owner Principal) {
	t, own := existing(w), NewID(owner.ID)
	switch from := roleOf(w, own); from {
	case string(tenant.RightAdmin):
	case "":
		t.needs = []string{b.addRole(t, owner, string(tenant.RightAdmin))}
	default:
		t.needs = []string{b.changeRole(t, owner, from, string(tenant.RightAdmin))}
	}
	seen := map[ID]bool{own: true}
	for _, g := range w.Users {
		id := NewID(g.Principal.ID)
		isApp := g.Principal.Kind == tenant.PrincipalApp && (b.estate.Executor == "" || id == b.estate.Executor)
		if seen[id] || isApp || rank(roleOf(w, id)) <= rank(string(tenant.RightViewer)) {
			continue
		}
		seen[id] = true
		who, ok := b.estate.Principals[id]
		if !ok {
			who = Principal{Principal: g.Principal}
		}
		b.changeRole(t, who, roleOf(w, id), string(tenant.RightViewer))
	}
}
