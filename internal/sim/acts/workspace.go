package acts

import (
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/sim/world"
)

// NewWorkspace is what a workspace can be given when it is made.
type NewWorkspace struct {
	Name, Description, CapacityID, DomainID string
}

// longestName is how many characters the name of a workspace may have.
const longestName = 256

// CreateWorkspace makes a workspace whose administrator is the actor.
func (b *Book) CreateWorkspace(a Actor, n NewWorkspace, t time.Time) (*world.Workspace, error) {
	if !a.MayCreate {
		return nil, &Refusal{Status: 401, Code: CodeSwitchOff, HeaderOnly: true}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.create(a, n, t)
}

func (b *Book) create(a Actor, n NewWorkspace, t time.Time) (*world.Workspace, error) {
	if err := b.nameFree(n.Name, "", t); err != nil {
		return nil, err
	}
	if err := b.capacityOpen(a, n.CapacityID, t); n.CapacityID != "" && err != nil {
		return nil, err
	}
	if n.CapacityID != "" && b.stopped(n.CapacityID, t) {
		return nil, refuse(400, "CapacityNotInActiveState", "The capacity is not active.")
	}
	if n.DomainID != "" && !b.hasDomain(n.DomainID, t) {
		return nil, invalid("The domain was not found.")
	}
	ws := world.Workspace{Name: n.Name, Description: n.Description, DomainID: strings.ToLower(n.DomainID),
		CapacityID: strings.ToLower(n.CapacityID), Grants: []world.Grant{{Principal: b.principal(a, t), Right: world.RightAdmin, Since: t}}}
	if ws.CapacityID != "" {
		ws.StorageFormat = "Small"
	}
	made, err := b.world.Create(t, ws)
	if err != nil {
		return nil, refuse(500, "UnknownError", err.Error())
	}
	b.names.add(made.Name, made.ID)
	b.note(a, "CreateFolder", t, inWorkspace(made))
	return made, nil
}

func (b *Book) hasDomain(id string, t time.Time) bool {
	for _, d := range b.world.Domains(t) {
		if sameID(d.ID, id) {
			return true
		}
	}
	return false
}

// nameIndex finds workspaces by name without building all of them each time. It
// is rebuilt once an hour of the stand-in's clock, because the seed's workspaces
// are made and renamed as time goes on.
type nameIndex struct {
	at  time.Time
	ids map[string][]string
}

func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func (x *nameIndex) add(name, id string) { x.ids[fold(name)] = append(x.ids[fold(name)], id) }

// nameFree refuses a name that cannot be, or that another workspace has.
func (b *Book) nameFree(name, except string, t time.Time) error {
	switch {
	case strings.TrimSpace(name) == "":
		return invalid("The name of a workspace must not be empty.")
	case utf8.RuneCountInString(name) > longestName:
		return invalid("The name of a workspace must not be longer than 256 characters.")
	case b.cfg.SameNames && b.names.ids != nil:
		return nil
	}
	if b.names.ids == nil || t.Sub(b.names.at).Abs() > time.Hour {
		b.names = nameIndex{t, map[string][]string{}}
		for ws := range b.world.All(t) {
			b.names.add(ws.Name, ws.ID)
		}
	}
	if b.cfg.SameNames {
		return nil
	}
	for _, id := range b.names.ids[fold(name)] {
		ws, ok := b.world.Workspace(id, t)
		if ok && ws.State == world.StateActive && ws.ID != except && fold(ws.Name) == fold(name) {
			return refuse(400, CodeNameTaken, "")
		}
	}
	return nil
}

// UpdateWorkspace changes what is not nil.
func (b *Book) UpdateWorkspace(a Actor, id string, name, description, format *string, t time.Time) (*world.Workspace, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, id, world.RightAdmin, t)
	if err != nil {
		return nil, err
	}
	if name != nil {
		if err := b.nameFree(*name, ws.ID, t); err != nil {
			return nil, err
		}
	}
	if format != nil && (ws.CapacityID == "" || *format != "Small" && *format != "Large") {
		return nil, invalid("The storage format must be Small or Large, and the workspace on a capacity.")
	}
	err = b.world.Mutate(ws.ID, t, func(w *world.Workspace) error {
		if name != nil {
			w.Name = *name
		}
		if description != nil {
			w.Description = *description
		}
		if format != nil {
			w.StorageFormat = *format
		}
		ws = w
		return nil
	})
	if err != nil {
		return nil, notFound()
	}
	b.names.add(ws.Name, ws.ID)
	b.note(a, "UpdateFolder", t, inWorkspace(ws))
	return ws, nil
}

// DeleteWorkspace puts a workspace into the Deleted state.
func (b *Book) DeleteWorkspace(a Actor, id string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, id, world.RightAdmin, t)
	if err != nil {
		return err
	}
	if ws.PipelineID != "" {
		return refuse(400, "WorkspaceAssignedToPipeline", "Unassign the workspace from its deployment pipeline first.")
	}
	if err := b.world.Mutate(ws.ID, t, func(w *world.Workspace) error {
		w.State, w.Deleted = world.StateDeleted, t
		return nil
	}); err != nil {
		return notFound()
	}
	b.note(a, "DeleteFolder", t, inWorkspace(ws))
	return nil
}

// Restore brings a deleted workspace back, with a new administrator.
func (b *Book) Restore(a Actor, id, name, adminID string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, ok := b.world.Workspace(id, t)
	if !ok || ws.State != world.StateDeleted || ws.Type == world.TypeClassic {
		return notFound()
	}
	admin, err := b.resolve("", adminID, t)
	if err != nil {
		return err
	}
	if name == "" {
		name = ws.Name
	}
	if err := b.nameFree(name, ws.ID, t); err != nil {
		return err
	}
	err = b.world.Mutate(ws.ID, t, func(w *world.Workspace) error {
		w.State, w.Deleted, w.Name = world.StateActive, time.Time{}, name
		if w.Type == world.TypePersonal {
			w.Type = world.TypeWorkspace
		}
		w.Grants = []world.Grant{{Principal: admin, Right: world.RightAdmin, Since: t}}
		return nil
	})
	if err != nil {
		return notFound()
	}
	b.names.add(name, ws.ID)
	b.note(a, "RestoreWorkspace", t, inWorkspace(ws))
	return nil
}
