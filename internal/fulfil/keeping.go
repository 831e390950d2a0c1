package fulfil

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/pbi"
	"steward/internal/request"
	"steward/internal/workflow"
)

// errNoFiles is what a run that moves content meets where nothing can be kept.
var errNoFiles = errors.New("no place to keep content is configured")

// keep does a step that reads content and keeps it beside the database. It
// changes nothing in the tenant, so it is simply done again after a crash.
func (e *Engine) keep(ctx context.Context, j *job, s db.RunStep, a act) (workflow.Next, error) {
	arg, err := args(a.call.Args, j.result)
	if err != nil {
		return workflow.Next{}, err
	}
	path, _, err := a.call.Render(j.result)
	if err != nil {
		return workflow.Next{}, err
	}
	if s, err = e.intend(ctx, j, s, pbi.Write{Operation: a.call.Operation, Method: a.call.Method, Path: path}); err != nil {
		return workflow.Next{}, err
	}
	why, err := e.differs(ctx, j, a.step.Expects)
	if err == nil && why != "" {
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, why+" Nothing was sent. Ask again, so that what is agreed to is what is there.")
	}
	sum, size := "", int64(0)
	if err == nil {
		e.cfg.Hook("before read " + s.ID)
		sum, size, err = e.fetch(ctx, a.call.Operation, arg)
		e.cfg.Hook("after read " + s.ID)
	}
	if errors.Is(err, pbi.ErrNoExport) {
		return workflow.Next{}, e.end(ctx, j, s, db.StepFailed, "Microsoft does not let one download this report, so it cannot go as a file: it came by a deployment pipeline, was bound to another model, or its model is in the large storage format. "+fault.Sentence(err))
	}
	if err != nil {
		_, next, err := e.unread(ctx, j, s, a, err)
		return next, err
	}
	s.Results, s.AnsweredAt, s.Digest = map[string]string{"file": sum}, e.cfg.Now(), sum
	s.Answered = fmt.Sprintf("%d bytes kept, SHA-256 %s", size, sum)
	return workflow.Next{}, e.end(ctx, j, s, db.StepDone, "")
}

// fetch reads content and keeps it.
func (e *Engine) fetch(ctx context.Context, operation string, arg map[string]string) (sum string, size int64, err error) {
	if e.cfg.Files == nil {
		return "", 0, errNoFiles
	}
	if operation == "Reports_ExportReportInGroup" {
		return e.cfg.Files.Put(func(w io.Writer) error {
			_, err := e.cfg.Executor.Export(ctx, arg["workspace"], arg["report"], w)
			return err
		})
	}
	parts, err := e.cfg.Executor.Definition(ctx, arg["workspace"], arg["item"])
	if err != nil {
		return "", 0, err
	}
	return e.cfg.Files.Put(func(w io.Writer) error { return json.NewEncoder(w).Encode(parts) })
}

// platform is the part of a definition that names the item itself: it does not
// go to another.
const platform = ".platform"

// binding is the part of a report's definition that says what it stands on.
const binding = "definition.pbir"

// definition reads a kept definition, without what names its own item.
func (e *Engine) definition(sum string) ([]pbi.Part, error) {
	if e.cfg.Files == nil {
		return nil, errNoFiles
	}
	f, _, err := e.cfg.Files.Open(sum)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var parts []pbi.Part
	if err := json.NewDecoder(f).Decode(&parts); err != nil {
		return nil, fmt.Errorf("kept definition %s: %w", sum, err)
	}
	return but(parts, platform), nil
}

func but(parts []pbi.Part, path string) []pbi.Part {
	return slices.DeleteFunc(parts, func(p pbi.Part) bool { return p.Path == path })
}

// send makes the write. What is too large for the plan is taken from where it
// is kept; the plan names it by its SHA-256.
func (e *Engine) send(ctx context.Context, j *job, a act, w pbi.Write) (pbi.Written, error) {
	switch a.call.Operation {
	case "Items_UpdateItemDefinition", "Items_CreateItem", "Imports_PostImportInGroup":
	default:
		return e.cfg.Executor.Send(ctx, w)
	}
	arg, err := args(a.call.Args, j.result)
	if err != nil {
		return pbi.Written{}, err
	}
	body, err := args(a.call.Body, j.result)
	if err != nil {
		return pbi.Written{}, err
	}
	if a.call.Operation == "Imports_PostImportInGroup" {
		return e.sendFile(ctx, arg, body)
	}
	parts, err := e.definition(body["definition"])
	if err != nil {
		return pbi.Written{}, errors.Join(errNothing, err)
	}
	if a.call.Operation == "Items_CreateItem" {
		return e.cfg.Executor.Send(ctx, pbi.CreateItem(arg["workspace"], body["type"], body["displayName"], "", parts))
	}
	return e.cfg.Executor.Send(ctx, pbi.UpdateDefinition(arg["workspace"], arg["item"], parts))
}

// errNothing marks a failure before anything was sent.
var errNothing = errors.New("nothing was sent")

// sendFile imports a kept file, streamed from where it is kept.
func (e *Engine) sendFile(ctx context.Context, arg, body map[string]string) (pbi.Written, error) {
	if e.cfg.Files == nil {
		return pbi.Written{}, errors.Join(errNothing, errNoFiles)
	}
	f, size, err := e.cfg.Files.Open(body["file"])
	if err != nil {
		return pbi.Written{}, errors.Join(errNothing, err)
	}
	if err := f.Close(); err != nil {
		return pbi.Written{}, errors.Join(errNothing, err)
	}
	id, w, err := e.cfg.Executor.Import(ctx, pbi.ImportFile{WorkspaceID: arg["workspace"], Name: body["datasetDisplayName"], Conflict: pbi.Conflict(body["nameConflict"]),
		SkipReport: body["skipReport"] == "true", KeepLabels: true, Size: size, Open: func() (io.ReadCloser, error) {
			file, _, err := e.cfg.Files.Open(body["file"])
			return file, err
		}})
	w.OperationID = id
	return w, err
}

// lookContent looks for the effect of a step that moves content.
func (e *Engine) lookContent(ctx context.Context, kind request.LookKind, arg map[string]string) (sight, error) {
	switch kind {
	case request.LookItemNamed:
		ids, err := e.itemsNamed(ctx, arg)
		return sight{one: len(ids) == 1, many: len(ids) > 1, id: strings.Join(ids, ",")}, err
	case request.LookItemGone:
		there, err := e.items(ctx, arg["workspace"], arg["kind"])
		return yes(!slices.ContainsFunc(there, func(i itemNow) bool { return strings.EqualFold(i.id, arg["item"]) })), err
	case request.LookReportModel:
		there, err := e.items(ctx, arg["workspace"], "report")
		i := slices.IndexFunc(there, func(i itemNow) bool { return strings.EqualFold(i.id, arg["report"]) })
		return yes(i >= 0 && strings.EqualFold(there[i].model, arg["model"])), err
	case request.LookDefinition:
		return e.holds(ctx, arg)
	}
	return sight{}, fmt.Errorf("no way to look for %s", kind)
}

// holds compares what an item holds with what was kept.
func (e *Engine) holds(ctx context.Context, arg map[string]string) (sight, error) {
	want, err := e.definition(arg["file"])
	if err != nil {
		return sight{}, err
	}
	have, err := e.cfg.Executor.Definition(ctx, arg["workspace"], arg["item"])
	if err != nil {
		return sight{}, err
	}
	have = but(have, platform)
	if arg["content"] == "true" {
		want, have = but(want, binding), but(have, binding)
	}
	order := func(a, b pbi.Part) int { return strings.Compare(a.Path, b.Path) }
	slices.SortFunc(want, order)
	slices.SortFunc(have, order)
	return yes(slices.Equal(want, have)), nil
}

// itemNow is an item as the executor sees it.
type itemNow struct{ id, name, model string }

// items are a workspace's reports or models.
func (e *Engine) items(ctx context.Context, workspace, kind string) ([]itemNow, error) {
	var out []itemNow
	if kind == "dataset" {
		all, err := e.cfg.Executor.Models(ctx, workspace)
		for _, m := range all {
			out = append(out, itemNow{id: m.ID, name: m.Name})
		}
		return out, err
	}
	all, err := e.cfg.Executor.Reports(ctx, workspace)
	for _, r := range all {
		out = append(out, itemNow{id: r.ID, name: r.Name, model: r.DatasetID})
	}
	return out, err
}

func (e *Engine) itemsNamed(ctx context.Context, arg map[string]string) (ids []string, err error) {
	all, err := e.items(ctx, arg["workspace"], arg["kind"])
	for _, i := range all {
		if i.name == arg["name"] {
			ids = append(ids, strings.ToLower(i.id))
		}
	}
	return ids, err
}
