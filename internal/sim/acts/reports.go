package acts

import (
	"strings"
	"time"

	"steward/internal/sim/content"
	"steward/internal/sim/world"
)

// CloneReport copies a report into its own or another workspace. Without a model
// the copy stands on the same one.
func (b *Book) CloneReport(a Actor, workspace, id, name, target, model string, t time.Time) (*world.Workspace, *world.Item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.item(a, workspace, id, world.RightContributor, t, isReport)
	if err != nil {
		return nil, nil, err
	}
	if strings.TrimSpace(name) == "" {
		return nil, nil, invalid("The name of the new report is required.")
	}
	to := ws
	if target != "" {
		if to, err = b.enter(a, target, world.RightContributor, t); err != nil {
			return nil, nil, err
		}
	}
	copied, rep := *it, *it.Report
	copied.Name, copied.Content = name, it.ContentMark()
	if rep.ModelID != "" && rep.ModelWorkspaceID == "" && to.ID != ws.ID {
		rep.ModelWorkspaceID = ws.ID
	}
	rep.AppID, rep.OriginalID = "", ""
	copied.Report = &rep
	if model != "" {
		if err := b.bind(a, to, &rep, model, t); err != nil {
			return nil, nil, err
		}
	}
	made, err := b.added(a, to, copied, "CopyReport", t)
	return to, made, err
}

// bind points a report at a model, on which the actor needs the right to build.
func (b *Book) bind(a Actor, ws *world.Workspace, rep *world.Report, model string, t time.Time) error {
	if rep.Type == "PaginatedReport" {
		return invalid("A paginated report has no semantic model.")
	}
	where, it, err := b.item(a, "", model, world.RightContributor, t, isModel)
	if err != nil {
		return err
	}
	rep.ModelID, rep.ModelWorkspaceID = it.ID, ""
	if where.ID != ws.ID {
		rep.ModelWorkspaceID = where.ID
	}
	return nil
}

// Rebind puts a report on another model. A rebound report cannot be downloaded
// any more.
func (b *Book) Rebind(a Actor, workspace, id, model string, t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.item(a, workspace, id, world.RightContributor, t, isReport)
	if err != nil {
		return err
	}
	rep := *it.Report
	if err := b.bind(a, ws, &rep, model, t); err != nil {
		return err
	}
	rep.Rebound = true
	_, err = b.edited(a, ws, it.ID, "EditReport", t, func(_ *world.Workspace, x *world.Item) {
		x.Content, x.Report = it.ContentMark(), &rep
	})
	return err
}

// UpdateReportContent replaces what is in a report with what is in another; id,
// name, rights and, in another workspace, the model stay the target's.
func (b *Book) UpdateReportContent(a Actor, workspace, id, source, sourceWorkspace string, t time.Time) (*world.Workspace, *world.Item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.item(a, workspace, id, world.RightContributor, t, isReport)
	if err != nil {
		return nil, nil, err
	}
	_, from, err := b.item(a, sourceWorkspace, source, world.RightContributor, t, isReport)
	if err != nil {
		return nil, nil, err
	}
	if from.Report.Type != it.Report.Type {
		return nil, nil, invalid("The two reports are of different types.")
	}
	now, err := b.edited(a, ws, it.ID, "EditReport", t, func(_ *world.Workspace, x *world.Item) { x.Content = from.ContentMark() })
	return ws, now, err
}

// Export is a report as a file: .rdl for a paginated one, else .pbix with its
// model, or bound to it when live is set.
func (b *Book) Export(a Actor, workspace, id string, live bool, t time.Time) (file []byte, name string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, it, err := b.item(a, workspace, id, world.RightContributor, t, isReport)
	if err != nil {
		return nil, "", err
	}
	if it.Report.Type == "PaginatedReport" {
		return content.RDL(stripped(it)), it.Name + ".rdl", nil
	}
	p := content.Package{Report: stripped(it)}
	model := ws.Item(it.Report.ModelID)
	if err := mayExport(ws, it, model); err != nil {
		return nil, "", err
	}
	if model != nil && !live {
		p.Model = stripped(model)
	}
	b.noteItem(a, "DownloadReport", ws, it, t)
	file, err = content.PBIX(p)
	return file, it.Name + ".pbix", err
}

// mayExport says why a report cannot be downloaded as a .pbix. Microsoft lists
// the cases without naming a code for them.
func mayExport(ws *world.Workspace, it, model *world.Item) error {
	no := func(why string) error { return refuse(400, "ExportReportNotSupported", why) }
	switch {
	case it.Report.OriginalID != "" || it.Report.AppID != "":
		return no("A report of an app cannot be downloaded.")
	case it.Deployed || model != nil && model.Deployed:
		return no("A report that was deployed by a deployment pipeline cannot be downloaded.")
	case it.Report.Rebound:
		return no("A live connected report that was bound to another semantic model cannot be downloaded.")
	case model != nil && model.Model.StorageMode == "PremiumFiles":
		return no("A report with a semantic model in the large storage format cannot be downloaded.")
	}
	return nil
}

// stripped is an item without what a file does not hold: rights, owner, schedule,
// endorsement, ids of pairs.
func stripped(it *world.Item) *world.Item {
	out := *it
	out.Content = it.ContentMark()
	out.Shares, out.CreatedBy, out.ModifiedBy, out.Configured, out.PublishedToWeb = nil, nil, nil, nil, nil
	out.Endorsement, out.CertifiedBy, out.PairID, out.LastAccessed = "", "", "", time.Time{}
	out.ID, out.WorkspaceID, out.Created, out.Modified, out.Deployed = "", "", time.Time{}, time.Time{}, false
	if it.Model != nil {
		m := *it.Model
		m.Schedule, m.GatewayID = nil, ""
		out.Model = &m
	}
	return &out
}
