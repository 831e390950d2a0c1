package fulfil

import (
	"context"
	"errors"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/workflow"
)

// movesContent is the wait of an operation that goes on after its answer.
func movesContent(operation string) request.WaitKind {
	switch operation {
	case "Items_UpdateItemDefinition", "Items_CreateItem":
		return request.WaitOperation
	case "Imports_PostImportInGroup":
		return request.WaitImport
	}
	return request.WaitNone
}

// begun keeps the id under which a move of content is followed.
func begun(s db.RunStep, a act, w pbi.Written) (db.RunStep, bool) {
	kind := movesContent(a.call.Operation)
	if kind == request.WaitNone || w.OperationID == "" && kind == request.WaitImport {
		return s, false
	}
	s.Results, s.Made = map[string]string{followed[kind]: w.OperationID}, true
	return s, true
}

// followed names the result that holds the id of what is followed.
var followed = map[request.WaitKind]string{request.WaitOperation: "operation", request.WaitImport: "import"}

// startedImport looks for an import of a name that began after the intent.
// Those that other steps of the run began are known and are not it.
func (e *Engine) startedImport(ctx context.Context, j *job, arg map[string]string, since time.Time) (sight, error) {
	all, err := e.cfg.Executor.Imports(ctx, arg["workspace"])
	if err != nil || since.IsZero() {
		return sight{}, err
	}
	name := arg["name"]
	bare := name[:max(strings.LastIndexByte(name, '.'), 0)]
	others := map[string]bool{}
	for _, results := range j.results {
		others[results["import"]] = true
	}
	var found []string
	for _, im := range all {
		if !others[im.ID] && (im.Name == name || im.Name == bare) && !im.Created.Before(since.Add(-skew)) {
			found = append(found, im.ID)
		}
	}
	switch len(found) {
	case 0:
		return sight{}, nil
	case 1:
		return sight{one: true, id: found[0]}, nil
	}
	return sight{many: true, why: "More than one file of this name was imported since. Look at the content of the target."}, nil
}

// settleImport asks how far an import is.
func (e *Engine) settleImport(ctx context.Context, j *job, s db.RunStep, arg map[string]string) (workflow.Next, error) {
	im, err := e.cfg.Executor.ImportState(ctx, arg["workspace"], s.Results["import"])
	e.cfg.Hook("after poll " + s.ID)
	switch {
	case pbi.Missing(err):
		return e.pollLater(ctx, j, s, "The import was accepted, and is not told of yet.")
	case err != nil:
		return e.pollAgain(ctx, j, s, "How far the import is could not be read. "+fault.Sentence(err))
	case im.State == "Failed":
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, "Power BI could not publish the file ("+orNone(im.ErrorCode)+"). "+importRemedy(im.ErrorCode))
	case im.State != "Succeeded":
		return e.pollLater(ctx, j, s, "Power BI publishes the file.")
	}
	s.Results = map[string]string{"import": im.ID}
	if len(im.ModelIDs) > 0 {
		s.Results["model"] = strings.ToLower(im.ModelIDs[0])
	}
	if len(im.ReportIDs) > 0 {
		s.Results["report"] = strings.ToLower(im.ReportIDs[0])
	}
	return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
}

func orNone(code string) string {
	if code == "" {
		return "without a reason"
	}
	return code
}

func importRemedy(code string) string {
	switch code {
	case "RequestedFileIsEncryptedOrCorrupted":
		return "The file is no Power BI file, is protected by a label, or a network policy of the tenant keeps it out."
	case "DuplicatePackageFoundError":
		return "Something of this name came in meanwhile. Choose what should become of it."
	}
	return "Open the file in Power BI Desktop and publish it by hand once: Desktop says what is wrong with it."
}

// settleOperation asks how far a long-running operation of Fabric is. When the
// service no longer tells of it, the tenant itself is looked at.
func (e *Engine) settleOperation(ctx context.Context, j *job, s db.RunStep, a act) (workflow.Next, error) {
	over := pbi.LongRunning{Status: "Succeeded"}
	if id := s.Results["operation"]; id != "" {
		var err error
		over, err = e.cfg.Executor.Operation(ctx, id)
		e.cfg.Hook("after poll " + s.ID)
		if err != nil && !pbi.Missing(err) {
			return e.pollAgain(ctx, j, s, "How far it is could not be read. "+fault.Sentence(err))
		}
		if err != nil {
			over.Status = "Succeeded"
		}
	}
	switch {
	case over.Status == "Failed":
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, strings.TrimSpace("Microsoft Fabric could not do it ("+orNone(over.ErrorCode)+"). "+over.ErrorText))
	case !over.Over():
		return e.pollLater(ctx, j, s, "Microsoft Fabric works on it.")
	}
	found, err := e.look(ctx, j, a.look)
	switch {
	case err != nil:
		return e.pollAgain(ctx, j, s, "It has ended; what came of it could not be read. "+fault.Sentence(err))
	case !found.one:
		return e.pollLater(ctx, j, s, "It has ended, and the workspace does not show it yet.")
	}
	if found.id != "" {
		s.Results = map[string]string{"operation": s.Results["operation"], "id": found.id}
	}
	return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
}

// restores reports whether an undo puts a backup back: that is right whatever
// was done to the item since.
func (a act) restores() bool { return a.undo && movesContent(a.call.Operation) != request.WaitNone }

// expected are the facts that must hold before a step. When content may have
// come by an earlier try, its name tells nothing: the service refuses a second.
func expected(s db.RunStep, a act) []request.Observation {
	if s.Attempt == 1 || movesContent(a.call.Operation) == request.WaitNone {
		return a.step.Expects
	}
	var out []request.Observation
	for _, o := range a.step.Expects {
		if o.Kind != request.ItemNamed {
			out = append(out, o)
		}
	}
	return out
}

// unsendable reports an error that no later try mends, and that arose before
// anything was sent.
func unsendable(err error) bool {
	return errors.Is(err, errNothing) || err != nil && fault.Is(err, fault.Invalid) && pbi.CertaintyOf(err) == pbi.NotSent
}

// mappingNow is the hash of the mapping in force for a pair; empty for none.
func (e *Engine) mappingNow(ctx context.Context, key string) (string, error) {
	return e.cfg.DB.Reader().MappingHash(ctx, e.cfg.Tenant, key)
}
