package acts

import (
	"strconv"
	"strings"
	"time"

	"steward/internal/sim/content"
	"steward/internal/sim/world"
)

// The ways to deal with a name that is taken.
const (
	ConflictIgnore    = "Ignore"
	ConflictAbort     = "Abort"
	ConflictOverwrite = "Overwrite"
	ConflictCreateOr  = "CreateOrOverwrite"
	ConflictUnique    = "GenerateUniqueName"
)

// Upload is a file to import.
type Upload struct {
	// Name is the display name with its extension, File the bytes; Encrypted says
	// that the file could not be read as what its name promises.
	Name, Conflict string
	Package        content.Package
	Encrypted      bool
	SkipReport     bool
	// OverrideReport and OverrideModel let the file's labels replace the target's.
	OverrideReport, OverrideModel bool
}

// Import is a file on its way into a workspace.
type Import struct {
	ID, WorkspaceID, Name string
	Actor                 Actor
	Upload                Upload
	State                 string // Publishing, Succeeded, Failed
	Created, Updated, Due time.Time
	ErrorCode             string
	ReportID, ModelID     string
}

// PostImport checks an upload and begins to publish it.
func (b *Book) PostImport(a Actor, workspace string, u Upload, t time.Time) (*Import, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightContributor, t)
	if err != nil {
		return nil, err
	}
	name, ext := splitName(u.Name)
	switch {
	case ext != ".pbix" && ext != ".rdl":
		if ext == ".json" {
			return nil, refuse(400, "ALM_InvalidRequest_ServicePrincipalNotSupported", "A service principal cannot import a dataflow.")
		}
		return nil, invalid("datasetDisplayName must end in .pbix or .rdl.")
	case name == "":
		return nil, invalid("datasetDisplayName is required.")
	case ext == ".rdl" && u.Conflict != ConflictAbort && u.Conflict != ConflictOverwrite:
		return nil, invalid("nameConflict must be Abort or Overwrite for an .rdl file.")
	}
	if err := conflict(ws, name, u); err != nil {
		return nil, err
	}
	im := &Import{ID: b.world.NewID(), WorkspaceID: ws.ID, Name: name, Actor: a, Upload: u, State: "Publishing",
		Created: t, Updated: t, Due: t.Add(b.cfg.Times.Import)}
	b.imports[im.ID] = im
	b.note(a, "Import", t, inWorkspace(ws))
	b.settle(t)
	return im, nil
}

func splitName(full string) (name, ext string) {
	i := strings.LastIndexByte(full, '.')
	if i < 0 {
		return strings.TrimSpace(full), ""
	}
	return strings.TrimSpace(full[:i]), strings.ToLower(full[i:])
}

// same are the items of a name that an upload could replace: models, or the
// paginated reports for an .rdl.
func same(ws *world.Workspace, name string, u Upload) []*world.Item {
	var out []*world.Item
	_, ext := splitName(u.Name)
	for i := range ws.Items {
		it := &ws.Items[i]
		fits := it.Model != nil && u.Package.Model != nil || it.Report != nil && u.Package.Model == nil
		if ext == ".rdl" {
			fits = it.Report != nil && it.Report.Type == "PaginatedReport"
		}
		if fits && strings.EqualFold(it.Name, name) {
			out = append(out, it)
		}
	}
	return out
}

func conflict(ws *world.Workspace, name string, u Upload) error {
	n := len(same(ws, name, u))
	switch {
	case u.Encrypted:
		return nil // found out while it is published
	case u.Conflict == ConflictAbort && n > 0:
		return refuse(409, "DuplicatePackageFoundError", "")
	case u.Conflict == ConflictOverwrite && n == 0:
		return refuse(404, "DuplicatePackageNotFoundError", "")
	case (u.Conflict == ConflictOverwrite || u.Conflict == ConflictCreateOr) && n > 1:
		if u.Package.Model == nil {
			return refuse(409, "MoreThanOneDuplicateReportFoundError", "")
		}
		return refuse(409, "MoreThanOneDuplicatePackageFoundError", "")
	}
	return nil
}

// ImportOf finds an import of a workspace in which the actor may look.
func (b *Book) ImportOf(a Actor, workspace, id string, t time.Time) (*Import, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	im := b.imports[strings.ToLower(id)]
	if im == nil || workspace != "" && !sameID(im.WorkspaceID, workspace) {
		return nil, notFound()
	}
	if _, err := b.enter(a, im.WorkspaceID, world.RightViewer, t); err != nil {
		return nil, err
	}
	now := *im
	return &now, nil
}

// Imports are those of a workspace, the newest first.
func (b *Book) Imports(a Actor, workspace string, t time.Time) ([]*Import, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightViewer, t)
	if err != nil {
		return nil, err
	}
	out := []*Import{}
	for _, im := range b.imports {
		if im.WorkspaceID == ws.ID {
			now := *im
			out = append(out, &now)
		}
	}
	return out, nil
}

// settleImports publishes the uploads that are due.
func (b *Book) settleImports(t time.Time) bool {
	changed := false
	for _, im := range b.imports {
		if im.State == "Publishing" && !t.Before(im.Due) {
			im.State, im.Updated = "Succeeded", im.Due
			if im.ErrorCode = b.publish(im, im.Due); im.ErrorCode != "" {
				im.State = "Failed"
			}
			im.Upload.Package = content.Package{} // it is in the workspace now
			changed = true
		}
	}
	return changed
}

// publish puts the file into the workspace; a code says why it could not.
func (b *Book) publish(im *Import, t time.Time) string {
	ws, ok := b.world.Workspace(im.WorkspaceID, t)
	u := im.Upload
	switch {
	case u.Encrypted:
		return "RequestedFileIsEncryptedOrCorrupted"
	case !ok || ws.State != world.StateActive:
		return "PowerBIFolderNotFound"
	case b.cfg.FailImports > 0:
		b.cfg.FailImports--
		return "ModelPublishFailed"
	}
	if err := conflict(ws, im.Name, u); err != nil {
		return "DuplicatePackageFoundError" // the name was taken meanwhile
	}
	name := im.Name
	if u.Conflict == ConflictUnique {
		name = uniqueName(ws, name)
	}
	var was []*world.Item
	if u.Conflict == ConflictOverwrite || u.Conflict == ConflictCreateOr {
		was = same(ws, name, u)
	}
	return b.place(im, ws, name, was, t)
}

func uniqueName(ws *world.Workspace, name string) string {
	try := name
	for n := 1; ; n++ {
		taken := false
		for i := range ws.Items {
			taken = taken || strings.EqualFold(ws.Items[i].Name, try)
		}
		if !taken {
			return try
		}
		try = name + " (" + strconv.Itoa(n) + ")"
	}
}

// place writes model and report, over those that were there.
func (b *Book) place(im *Import, ws *world.Workspace, name string, was []*world.Item, t time.Time) string {
	u := im.Upload
	if u.Package.Model != nil {
		old := pickKind(was, isModel)
		it, err := b.placeOne(im, ws, old, *u.Package.Model, name, u.OverrideModel, t)
		if err != nil {
			return "ModelPublishFailed"
		}
		im.ModelID = it.ID
	}
	if u.Package.Report == nil || u.SkipReport && u.Package.Model != nil {
		return ""
	}
	ws, _ = b.world.Workspace(ws.ID, t)
	rep := *u.Package.Report.Report
	if im.ModelID != "" {
		rep.ModelID, rep.ModelWorkspaceID = im.ModelID, ""
	} else if rep.ModelID != "" && ws.Item(rep.ModelID) == nil {
		if where, _, ok := b.world.Item(rep.ModelID, t); ok {
			rep.ModelWorkspaceID = where.ID
		}
	}
	rep.AppID, rep.OriginalID = "", ""
	it := *u.Package.Report
	it.Report = &rep
	old := pickKind(was, isReport)
	if im.ModelID != "" && len(was) > 0 {
		old = reportOn(ws, im.ModelID, name)
	}
	made, err := b.placeOne(im, ws, old, it, name, u.OverrideReport, t)
	if err != nil {
		return "ReportPublishFailed"
	}
	im.ReportID = made.ID
	return ""
}

func pickKind(list []*world.Item, fits func(*world.Item) bool) *world.Item {
	for _, it := range list {
		if fits(it) {
			return it
		}
	}
	return nil
}

// reportOn is the report of a name that stands on a model.
func reportOn(ws *world.Workspace, model, name string) *world.Item {
	for i := range ws.Items {
		if it := &ws.Items[i]; it.Report != nil && it.Report.ModelID == model && strings.EqualFold(it.Name, name) {
			return it
		}
	}
	return nil
}

// placeOne makes an item, or replaces what is in an old one.
func (b *Book) placeOne(im *Import, ws *world.Workspace, old *world.Item, it world.Item, name string, override bool, t time.Time) (*world.Item, error) {
	if old == nil {
		it.Name = name
		me := b.principal(im.Actor, t)
		if it.Model != nil {
			m := *it.Model
			m.Schedule, m.GatewayID, m.ForeignID = nil, "", false
			it.Model, it.Configured = &m, &me
		}
		return b.added(im.Actor, ws, it, map[bool]string{true: "CreateDataset", false: "CreateReport"}[it.Model != nil], t)
	}
	activity := map[bool]string{true: "EditDataset", false: "EditReport"}[it.Model != nil]
	return b.edited(im.Actor, ws, old.ID, activity, t, func(_ *world.Workspace, x *world.Item) {
		x.Content, x.Deployed = it.ContentMark(), false
		if override {
			x.LabelID = it.LabelID
		}
		if x.Report != nil {
			x.Report = it.Report
			return
		}
		m := *it.Model
		m.Schedule, m.GatewayID, m.ForeignID = x.Model.Schedule, x.Model.GatewayID, false
		x.Model = &m
	})
}
