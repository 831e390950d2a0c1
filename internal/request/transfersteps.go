package request

import (
	"slices"

	"steward/internal/promotion"
	"steward/internal/tenant"
)

// keep adds a step that reads what an item holds and keeps it: what later steps
// send, and the backup. Its result "file" is the SHA-256 of the bytes.
func (t *transfer) keep(in target, it promotion.Item, backup bool) string {
	says := "Read " + sayItem(it) + " of " + in.name
	if backup {
		says = "Back up " + sayItem(it) + " of " + in.name
	}
	args := map[string]Value{"workspace": in.id, "item": IDText(ID(it.ID))}
	call := Call{API: Fabric, Operation: "Items_GetItemDefinition", Method: "POST", Path: "workspaces/{workspace}/items/{item}/getDefinition", Args: args}
	if it.Paginated {
		call = exportCall(in.id, it)
	}
	return t.keepBy(says, in, call)
}

// keepFile is keep for a report with its model, as a .pbix.
func (t *transfer) keepFile(in target, it promotion.Item, backup bool) string {
	says := "Download " + sayItem(it) + " of " + in.name
	if backup {
		says = "Back up " + sayItem(it) + " of " + in.name + " with its model, as a file"
	}
	return t.keepBy(says, in, exportCall(in.id, it))
}

func exportCall(workspace Value, it promotion.Item) Call {
	return Call{API: PowerBI, Operation: "Reports_ExportReportInGroup", Method: "GET", Path: "groups/{workspace}/reports/{report}/Export",
		Args: map[string]Value{"workspace": workspace, "report": IDText(ID(it.ID))}}
}

func (t *transfer) keepBy(says string, in target, call Call) string {
	id := t.add(Step{Says: says, Lock: t.dst.lock, Call: call, Results: map[string]string{"file": "/sha256"},
		Look: Look{Kind: KeepContent, Args: map[string]Value{"workspace": in.id}, Redo: true}, Expects: t.stand(in), Final: onlyReads})
	t.kept = append(t.kept, id)
	return id
}

// stand are the facts that hold of a workspace whatever is moved.
func (t *transfer) stand(in target) []Observation {
	id := string(NewID(in.space.ID))
	return []Observation{observe(WorkspaceName, in.name, "workspace", id), observe(WorkspaceState, "Active", "workspace", id)}
}

// later adds a step that writes, once every backup is planned.
func (t *transfer) later(step func(needs []string)) {
	t.writes = append(t.writes, func() { step(slices.Clone(t.kept)) })
}

// planModel brings a model, and with a file the report of its name.
func (t *transfer) planModel(it promotion.Item) {
	if t.p.Way == ByFile {
		if report, ok := t.ownReport(it); ok {
			t.modelByFile(it, report)
			return
		}
	}
	file := t.keep(t.src, it, false)
	old, there := t.twin(it)
	if !there {
		t.later(func(needs []string) {
			id := t.create(it, file, needs)
			t.models[it.ID] = arrived{to: t.dst, model: From(id, "id"), name: it.Name, needs: []string{id}}
		})
		return
	}
	backup := t.keep(t.dst, old, true)
	t.later(func(needs []string) {
		id := t.replace(it, old, file, backup, needs)
		t.models[it.ID] = arrived{to: t.dst, model: IDText(ID(old.ID)), name: it.Name, before: &old, needs: []string{id}}
	})
}

// replace puts a definition over what a model holds.
func (t *transfer) replace(it, old promotion.Item, file, backup string, needs []string) string {
	return t.add(Step{Says: "Replace what is in " + sayItem(old) + " of " + t.dst.name, Lock: t.dst.lock, Needs: needs,
		Call: t.define(old, file), Look: t.same(old, file, false), Wait: WaitOperation, OnFailure: UndoAll,
		Expects: []Observation{t.named(it.Kind, it.Name, old.ID)},
		Undo:    t.restore(old, backup)})
}

// define writes the kept definition into an item of the target.
func (t *transfer) define(it promotion.Item, file string) Call {
	return Call{API: Fabric, Operation: "Items_UpdateItemDefinition", Method: "POST", Path: "workspaces/{workspace}/items/{item}/updateDefinition",
		Args: map[string]Value{"workspace": t.dst.id, "item": IDText(ID(it.ID))}, Body: map[string]Value{"definition": From(file, "file")}}
}

// same looks whether an item of the target holds what was kept; content leaves
// out what a report stands on.
func (t *transfer) same(it promotion.Item, file string, content bool) Look {
	return Look{Kind: LookDefinition, Redo: true, Args: map[string]Value{"workspace": t.dst.id, "item": IDText(ID(it.ID)), "file": From(file, "file"), "content": Truth(content)}}
}

// restore puts the backup of an item back, whatever was done to it since.
func (t *transfer) restore(it promotion.Item, backup string) *Undo {
	return &Undo{Sentence: "Put back what was in it, from the backup", Call: t.define(it, backup), Look: t.same(it, backup, false)}
}

// named is that the target's item of a kind and name is the one meant; empty
// for none.
func (t *transfer) named(kind, name, id string) Observation {
	return observe(ItemNamed, id, "workspace", string(NewID(t.dst.space.ID)), "kind", kind, "name", name)
}

func (t *transfer) lookNamed(it promotion.Item) Look {
	return Look{Kind: LookItemNamed, Args: map[string]Value{"workspace": t.dst.id, "kind": Text(it.Kind), "name": Text(it.Name)}}
}

// create makes a model of the target from a definition. The service refuses a
// second one of the name (ItemDisplayNameAlreadyInUse), so a lost reply is safe
// to send again.
func (t *transfer) create(it promotion.Item, file string, needs []string) string {
	look := t.lookNamed(it)
	look.Redo = true
	made := map[string]Value{"workspace": t.dst.id, "model": From(t.nextID(), "id")}
	return t.add(Step{Says: "Make " + sayItem(it) + " in " + t.dst.name, Lock: t.dst.lock, Needs: needs, Results: map[string]string{"id": "/id"},
		Call: Call{API: Fabric, Operation: "Items_CreateItem", Method: "POST", Path: "workspaces/{workspace}/items", Args: map[string]Value{"workspace": t.dst.id},
			Body: map[string]Value{"displayName": Text(it.Name), "type": Text("SemanticModel"), "definition": From(file, "file")}},
		Look: look, Wait: WaitOperation, OnFailure: UndoAll, Expects: []Observation{t.named(it.Kind, it.Name, "")},
		Undo: &Undo{Sentence: "Delete the new model", Created: true,
			Call: Call{API: PowerBI, Operation: "Datasets_DeleteDatasetInGroup", Method: "DELETE", Path: "groups/{workspace}/datasets/{model}", Args: made},
			Look: Look{Kind: LookItemGone, Redo: true, Args: map[string]Value{"workspace": t.dst.id, "kind": Text(it.Kind), "item": From(t.nextID(), "id")}}}})
}

// planReport brings a report.
func (t *transfer) planReport(it promotion.Item) {
	if t.p.Way == ByFile && t.cameByFile(it) {
		return
	}
	if it.Paginated {
		t.paginated(it)
		return
	}
	if it.Model != "" && !t.modelKnown(it) {
		t.fail("only", "The report %s stands on a semantic model that neither comes nor is in %s under its name. Leave nothing out that it needs.", it.Name, t.dst.name)
		return
	}
	file := t.keep(t.src, it, false)
	old, there := t.twin(it)
	if !there {
		t.later(func(needs []string) { t.clone(it, needs) })
		return
	}
	backup := t.keep(t.dst, old, true)
	t.later(func(needs []string) { t.overwrite(it, old, file, backup, needs) })
}

// modelKnown reports whether the target will have what a report stands on.
func (t *transfer) modelKnown(it promotion.Item) bool {
	model, here := t.from[it.Model]
	if !here {
		return true // in another workspace: it stays on that one
	}
	_, there := t.twin(model)
	return there || slices.ContainsFunc(t.ids(), func(id string) bool { return id == model.ID })
}

func (t *transfer) ids() (out []string) {
	names := t.names()
	for id, it := range t.from {
		if len(names) == 0 || it.Kind == tenant.ItemDataset || slices.Contains(names, it.Name) {
			out = append(out, id)
		}
	}
	return out
}

// modelOf is what a report stands on in the target; false for a report on a
// model of another workspace, which keeps it.
func (t *transfer) modelOf(it promotion.Item) (m arrived, ok bool) {
	if m, ok = t.models[it.Model]; ok {
		return m, true
	}
	model, here := t.from[it.Model]
	if !here {
		return m, false
	}
	old, there := t.twin(model)
	return arrived{to: t.dst, model: IDText(ID(old.ID)), name: old.Name, before: &old}, there
}

// clone makes a report in the target. Nothing keeps the service from making a
// second one, so a lost reply that cannot be found is a person's call.
func (t *transfer) clone(it promotion.Item, needs []string) {
	body := map[string]Value{"name": Text(it.Name), "targetWorkspaceId": t.dst.id}
	if m, ok := t.modelOf(it); ok {
		body["targetModelId"] = m.model
		needs = append(needs, m.needs...)
	}
	made := map[string]Value{"workspace": t.dst.id, "report": From(t.nextID(), "id")}
	t.add(Step{Says: "Copy " + sayItem(it) + " to " + t.dst.name, Lock: t.dst.lock, Needs: needs, Results: map[string]string{"id": "/id"},
		Call: Call{API: PowerBI, Operation: "Reports_CloneReportInGroup", Method: "POST", Path: "groups/{workspace}/reports/{report}/Clone",
			Args: map[string]Value{"workspace": t.src.id, "report": IDText(ID(it.ID))}, Body: body},
		Look: t.lookNamed(it), OnFailure: UndoAll, Expects: []Observation{t.named(it.Kind, it.Name, "")},
		Undo: &Undo{Sentence: "Delete the new report", Created: true,
			Call: Call{API: PowerBI, Operation: "Reports_DeleteReportInGroup", Method: "DELETE", Path: "groups/{workspace}/reports/{report}", Args: made},
			Look: Look{Kind: LookItemGone, Redo: true, Args: map[string]Value{"workspace": t.dst.id, "kind": Text(it.Kind), "item": made["report"]}}}})
}

// overwrite replaces what is in a report; its id, name and rights stay. A
// report that stands on another model than it should is bound anew.
func (t *transfer) overwrite(it, old promotion.Item, file, backup string, needs []string) {
	m, mapped := t.modelOf(it)
	if mapped {
		needs = append(needs, m.needs...)
	}
	args := map[string]Value{"workspace": t.dst.id, "report": IDText(ID(old.ID))}
	id := t.add(Step{Says: "Replace what is in " + sayItem(old) + " of " + t.dst.name, Lock: t.dst.lock, Needs: needs,
		Call: Call{API: PowerBI, Operation: "Reports_UpdateReportContentInGroup", Method: "POST", Path: "groups/{workspace}/reports/{report}/UpdateReportContent", Args: args,
			Body: map[string]Value{"sourceType": Text("ExistingReport"), "sourceReport": Object(map[string]Value{"sourceReportId": IDText(ID(it.ID)), "sourceWorkspaceId": t.src.id})}},
		Look: t.same(old, file, true), OnFailure: UndoAll, Expects: []Observation{t.named(it.Kind, it.Name, old.ID)}, Undo: t.restore(old, backup)})
	if !mapped || m.before != nil && m.before.ID == old.Model {
		return
	}
	rebind := func(model Value) (Call, Look) {
		return Call{API: PowerBI, Operation: "Reports_RebindReportInGroup", Method: "POST", Path: "groups/{workspace}/reports/{report}/Rebind", Args: args, Body: map[string]Value{"datasetId": model}},
			Look{Kind: LookReportModel, Redo: true, Args: map[string]Value{"workspace": t.dst.id, "report": args["report"], "model": model}}
	}
	s := Step{Says: "Put " + sayItem(old) + " of " + t.dst.name + " on the semantic model " + m.name, Lock: t.dst.lock, Needs: []string{id}, OnFailure: UndoAll}
	s.Call, s.Look = rebind(m.model)
	if old.Model != "" {
		s.Undo = &Undo{Sentence: "Put it back on its model"}
		s.Undo.Call, s.Undo.Look = rebind(IDText(ID(old.Model)))
	} else {
		s.Final = "What it stood on is not known, so it cannot be put back."
	}
	t.add(s)
}
