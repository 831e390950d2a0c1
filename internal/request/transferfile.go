package request

import (
	"steward/internal/promotion"
	"steward/internal/tenant"
)

// ownReport is the report that a .pbix holds with a model: the one of its name
// that stands on it.
func (t *transfer) ownReport(model promotion.Item) (promotion.Item, bool) {
	for _, it := range t.estate.Content[t.srcID()] {
		if it.Kind == tenant.ItemReport && it.Model == model.ID && it.Name == model.Name && !it.Paginated {
			return it, true
		}
	}
	return promotion.Item{}, false
}

// cameByFile reports whether a report goes in the file of its model.
func (t *transfer) cameByFile(it promotion.Item) bool {
	model, here := t.from[it.Model]
	if !here || it.Paginated {
		return false
	}
	own, ok := t.ownReport(model)
	return ok && own.ID == it.ID
}

// modelByFile brings a model with its report as a .pbix. What is there is
// downloaded first: what cannot be downloaded cannot be put back.
func (t *transfer) modelByFile(model, report promotion.Item) {
	if why := t.notExported(report.ID); why != "" {
		t.fail("way", "The report %s of %s cannot go as a file: %s. Let the models go by definitions.", report.Name, t.src.name, why)
		return
	}
	name := model.Name + ".pbix"
	old, there := t.twin(model)
	if !there {
		file := t.keepFile(t.src, report, false)
		t.later(func(needs []string) {
			id := t.nextID()
			gone := Look{Kind: LookItemGone, Redo: true, Args: map[string]Value{"workspace": t.dst.id, "kind": Text(tenant.ItemDataset), "item": From(id, "model")}}
			t.upload(model, name, file, "Abort", needs, &Undo{Sentence: "Delete the new model with its report", Created: true,
				Call: Call{API: PowerBI, Operation: "Datasets_DeleteDatasetInGroup", Method: "DELETE", Path: "groups/{workspace}/datasets/{model}",
					Args: map[string]Value{"workspace": t.dst.id, "model": From(id, "model")}}, Look: gone},
				t.named(model.Kind, model.Name, ""))
			t.models[model.ID] = arrived{to: t.dst, model: From(id, "model"), name: model.Name, needs: []string{id}}
		})
		return
	}
	was, ok := t.twinReport(old, report)
	why := t.notExported(was.ID)
	if !ok {
		why = "no report of its name stands on it, with which it could be downloaded"
	}
	if why != "" {
		t.fail("way", "%s of %s cannot be backed up as a file: %s. Let the models go by definitions.", sayItem(old), t.dst.name, why)
		return
	}
	file, backup := t.keepFile(t.src, report, false), t.keepFile(t.dst, was, true)
	t.later(func(needs []string) {
		id := t.nextID()
		t.upload(model, name, file, "Overwrite", needs, &Undo{Sentence: "Put back what was in both, from the backup",
			Call: importCall(t.dst.id, name, "Overwrite", From(backup, "file")), Look: importLook(t.dst.id, name)},
			t.named(model.Kind, model.Name, old.ID))
		t.models[model.ID] = arrived{to: t.dst, model: IDText(ID(old.ID)), name: model.Name, before: &old, needs: []string{id}}
	})
}

func (t *transfer) twinReport(model, like promotion.Item) (promotion.Item, bool) {
	for _, it := range t.target {
		if it.Kind == tenant.ItemReport && it.Model == model.ID && it.Key() == like.Key() {
			return it, true
		}
	}
	return promotion.Item{}, false
}

// paginated brings a paginated report as an .rdl: it has no definition.
func (t *transfer) paginated(it promotion.Item) {
	name := it.Name + ".rdl"
	file := t.keep(t.src, it, false)
	old, there := t.twin(it)
	if !there {
		t.later(func(needs []string) {
			id := t.nextID()
			t.upload(it, name, file, "Abort", needs, &Undo{Sentence: "Delete the new report", Created: true,
				Call: Call{API: PowerBI, Operation: "Reports_DeleteReportInGroup", Method: "DELETE", Path: "groups/{workspace}/reports/{report}",
					Args: map[string]Value{"workspace": t.dst.id, "report": From(id, "report")}},
				Look: Look{Kind: LookItemGone, Redo: true, Args: map[string]Value{"workspace": t.dst.id, "kind": Text(it.Kind), "item": From(id, "report")}}},
				t.named(it.Kind, it.Name, ""))
		})
		return
	}
	backup := t.keep(t.dst, old, true)
	t.later(func(needs []string) {
		t.upload(it, name, file, "Overwrite", needs, &Undo{Sentence: "Put back what was in it, from the backup",
			Call: importCall(t.dst.id, name, "Overwrite", From(backup, "file")), Look: importLook(t.dst.id, name)},
			t.named(it.Kind, it.Name, old.ID))
	})
}

// upload imports a kept file. What is new is imported with Abort and what is
// there with Overwrite: in both cases a second one makes no second item, so a
// lost reply is safe to send again.
func (t *transfer) upload(it promotion.Item, name, file, conflict string, needs []string, undo *Undo, expects ...Observation) {
	t.add(Step{Says: "Import " + sayItem(it) + " into " + t.dst.name, Lock: t.dst.lock, Needs: needs, Results: map[string]string{"import": "/id"},
		Call: importCall(t.dst.id, name, conflict, From(file, "file")), Look: importLook(t.dst.id, name), Wait: WaitImport, OnFailure: UndoAll, Expects: expects, Undo: undo})
}

// importCall sends a kept file; the body's file is the SHA-256 of its bytes.
func importCall(workspace Value, name, conflict string, file Value) Call {
	return Call{API: PowerBI, Operation: "Imports_PostImportInGroup", Method: "POST", Path: "groups/{workspace}/imports", Args: map[string]Value{"workspace": workspace},
		Body: map[string]Value{"datasetDisplayName": Text(name), "nameConflict": Text(conflict), "file": file}}
}

// importLook finds an import of a name that began after it was intended.
func importLook(workspace Value, name string) Look {
	return Look{Kind: LookImport, Redo: true, Args: map[string]Value{"workspace": workspace, "name": Text(name)}}
}
