package powerbi

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"steward/internal/sim/world"
)

// flags are what a scan was asked to include. Each really leaves its part out
// when off.
type flags struct {
	lineage, datasources, schema, expressions, users bool
}

// scanWorkspace is the head of a workspace; the collections of items follow it,
// written one by one because their keys are open-ended.
type scanWorkspace struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Description   string `json:"description,omitempty"`
	Type          string `json:"type"`
	State         string `json:"state"`
	Dedicated     bool   `json:"isOnDedicatedCapacity"`
	CapacityID    string `json:"capacityId,omitempty"`
	StorageFormat string `json:"defaultDatasetStorageFormat,omitempty"`
	Retrieval     string `json:"dataRetrievalState,omitempty"`
	DomainID      string `json:"domainId,omitempty"`
	// PreviewTags is a field that no definition has: clients must not mind.
	PreviewTags []string `json:"previewTags"`
}

// alwaysThere are the collections that a result has even when they are empty.
var alwaysThere = []world.ItemKind{world.KindReport, world.KindDashboard, world.KindModel, world.KindDataflow, world.KindDatamart}

// resultWriter streams one scan result and collects the datasources it names.
type resultWriter struct {
	world   *world.World
	at      time.Time
	flags   flags
	out     *bufio.Writer
	sources []string
	known   map[string]bool
}

// write streams the result for the ids, in their order.
func (w *resultWriter) write(ids []string) error {
	w.known = map[string]bool{}
	if _, err := w.out.WriteString(`{"workspaces":[`); err != nil {
		return fmt.Errorf("write a scan result: %w", err)
	}
	for i, id := range ids {
		if i > 0 {
			_ = w.out.WriteByte(',')
		}
		if err := w.workspace(id); err != nil {
			return err
		}
	}
	_ = w.out.WriteByte(']')
	if w.flags.datasources {
		good, bad := w.instances()
		w.member("datasourceInstances", good)
		w.member("misconfiguredDatasourceInstances", bad)
	}
	_, err := w.out.WriteString("}\n")
	if err != nil {
		return fmt.Errorf("write a scan result: %w", err)
	}
	return nil
}

func (w *resultWriter) workspace(id string) error {
	ws, ok := w.world.Workspace(id, w.at)
	if !ok {
		return w.raw(map[string]string{"id": strings.ToLower(id), "state": "Not Found"})
	}
	head := scanWorkspace{ID: ws.ID, Name: ws.Name, Description: ws.Description, Type: string(ws.Type), State: string(ws.State),
		Dedicated: ws.CapacityID != "", CapacityID: toldCapacity(ws), StorageFormat: ws.StorageFormat,
		Retrieval: ws.DataRetrievalState, DomainID: ws.DomainID, PreviewTags: []string{}}
	text, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("write workspace %s: %w", id, err)
	}
	if _, err := w.out.Write(text[:len(text)-1]); err != nil {
		return fmt.Errorf("write workspace %s: %w", id, err)
	}
	kinds, byKind := collect(ws)
	for _, k := range kinds {
		w.member(string(k), byKind[k].wire(w, ws))
	}
	if w.flags.users && ws.Grants != nil {
		w.member("users", wireGrants("", ws.Grants))
	}
	return w.out.WriteByte('}')
}

// items are the items of one kind.
type items []*world.Item

// collect sorts a workspace's items by kind, the standing kinds first.
func collect(ws *world.Workspace) ([]world.ItemKind, map[world.ItemKind]items) {
	kinds := append([]world.ItemKind(nil), alwaysThere...)
	byKind := map[world.ItemKind]items{}
	for _, k := range kinds {
		byKind[k] = items{}
	}
	for i := range ws.Items {
		it := &ws.Items[i]
		if _, ok := byKind[it.Kind]; !ok {
			kinds = append(kinds, it.Kind)
		}
		byKind[it.Kind] = append(byKind[it.Kind], it)
	}
	return kinds, byKind
}

func (all items) wire(w *resultWriter, ws *world.Workspace) []any {
	out := make([]any, 0, len(all))
	for _, it := range all {
		out = append(out, w.item(ws, it))
	}
	return out
}

func (w *resultWriter) item(ws *world.Workspace, it *world.Item) any {
	switch {
	case it.Report != nil:
		return w.report(ws, it)
	case it.Dashboard != nil:
		return w.dashboard(ws, it)
	case it.Model != nil:
		return w.dataset(ws, it)
	case it.Dataflow != nil:
		return w.dataflow(ws, it)
	case it.Mart != nil:
		return w.mart(ws, it)
	}
	return w.fabric(ws, it)
}

// usersOf is nil when users were not asked for, or are not told for this item.
func (w *resultWriter) usersOf(ws *world.Workspace, it *world.Item) *[]user {
	if !w.flags.users || isAppCopy(it) {
		return nil
	}
	us := wireGrants(it.Kind, w.world.ItemAccess(ws, it))
	return &us
}

// use notes datasources for the list at the end and writes their usages when
// lineage was asked for.
func (w *resultWriter) use(ids []string) []usage {
	for _, id := range ids {
		if !w.known[id] {
			w.known[id] = true
			w.sources = append(w.sources, id)
		}
	}
	if !w.flags.lineage {
		return nil
	}
	return wireUsages(ids)
}

func (w *resultWriter) report(ws *world.Workspace, it *world.Item) scanReport {
	r := scanReport{ID: it.ID, Name: it.Name, Description: it.Description, DatasetID: it.Report.ModelID,
		DatasetWorkspaceID: it.Report.ModelWorkspaceID, ReportType: it.Report.Type, Created: zoneless(it.Created),
		Modified: zoneless(it.Modified), OriginalID: it.Report.OriginalID, Endorsement: wireEndorsement(it),
		Label: wireLabel(it.LabelID), Usages: w.use(it.Report.Datasources), Users: w.usersOf(ws, it)}
	r.CreatedBy, r.CreatedByID = by(it.CreatedBy)
	r.ModifiedBy, r.ModifiedByID = by(it.ModifiedBy)
	if it.Report.AppID != "" {
		r.AppID = &maybe{it.Report.AppID}
	} else if oneIn(it.ID, 23) {
		r.AppID = &maybe{} // null on an ordinary report, seen live
	}
	if w.flags.lineage {
		r.Relations = wireRelations(it.Relations)
	}
	return r
}

func (w *resultWriter) dashboard(ws *world.Workspace, it *world.Item) scanDashboard {
	d := scanDashboard{ID: it.ID, DisplayName: it.Name, IsReadOnly: it.Dashboard.ReadOnly, AppID: it.Dashboard.AppID,
		Classification: it.Dashboard.Classification, Label: wireLabel(it.LabelID), Users: w.usersOf(ws, it)}
	if w.flags.lineage {
		d.Tiles = []scanTile{}
		for _, t := range it.Dashboard.Tiles {
			d.Tiles = append(d.Tiles, scanTile{t.ID, t.Title, t.SubTitle, t.ReportID, t.ModelID, t.ModelWorkspaceID})
		}
	}
	return d
}

func (w *resultWriter) dataset(ws *world.Workspace, it *world.Item) scanDataset {
	m := it.Model
	d := scanDataset{ID: it.ID, Name: it.Name, Description: it.Description, Created: zoneless(it.Created),
		Provider: m.ContentProviderType, StorageMode: m.StorageMode, Identity: m.EffectiveIdentity,
		IdentityRoles: m.EffectiveRoles, Schedule: wireSchedule(m.Schedule), DirectQuery: wireDirectQuery(m.DirectQuery),
		Endorsement: wireEndorsement(it), Label: wireLabel(it.LabelID), Usages: w.use(m.Datasources),
		Misconfigured: w.use(m.Misconfigured), Users: w.usersOf(ws, it)}
	d.ConfiguredBy, d.ConfiguredByID = by(it.Configured)
	if w.flags.lineage {
		d.UpstreamDataflows = wireUpstream(world.UpstreamDataflow, m.Upstream)
		d.UpstreamDatasets = wireUpstream(world.UpstreamModel, m.Upstream)
		d.UpstreamDatamarts = wireUpstream(world.UpstreamMart, m.Upstream)
	}
	if w.flags.schema {
		d.fillSchema(m, w.flags.expressions)
	}
	return d
}

func (w *resultWriter) dataflow(ws *world.Workspace, it *world.Item) scanDataflow {
	f := it.Dataflow
	d := scanDataflow{ID: it.ID, Name: it.Name, Description: it.Description, Modified: zulu(it.Modified),
		Generation: f.Generation, ModelURL: f.ModelURL, Schedule: wireSchedule(f.Schedule), Endorsement: wireEndorsement(it),
		Usages: w.use(f.Datasources), Misconfigured: w.use(f.Misconfigured), Label: wireLabel(it.LabelID), Users: w.usersOf(ws, it)}
	d.ConfiguredBy, _ = by(it.Configured)
	d.ModifiedBy, _ = by(it.ModifiedBy)
	if w.flags.lineage {
		d.UpstreamDataflows = wireUpstream(world.UpstreamDataflow, f.Upstream)
		d.UpstreamDatamarts = wireUpstream(world.UpstreamMart, f.Upstream)
	}
	return d
}

func (w *resultWriter) mart(ws *world.Workspace, it *world.Item) scanMart {
	m := it.Mart
	d := scanMart{ID: it.ID, Name: it.Name, Description: it.Description, Type: m.Type, Modified: zulu(it.Modified),
		Status: m.Status, State: m.State, Suspended: m.SuspendedBatch, Endorsement: wireEndorsement(it),
		Label: wireLabel(it.LabelID), Usages: w.use(m.Datasources), Users: w.usersOf(ws, it)}
	d.ConfiguredBy, d.ConfiguredByID = by(it.Configured)
	d.ModifiedBy, d.ModifiedByID = by(it.ModifiedBy)
	if w.flags.lineage {
		d.UpstreamDataflows = wireUpstream(world.UpstreamDataflow, m.Upstream)
	}
	return d
}

func (w *resultWriter) fabric(ws *world.Workspace, it *world.Item) scanFabric {
	f := scanFabric{ID: it.ID, Name: it.Name, Description: it.Description, State: it.State, Created: zoneless(it.Created),
		Updated: zoneless(it.Modified), Endorsement: wireEndorsement(it), Label: wireLabel(it.LabelID), Users: w.usersOf(ws, it)}
	f.CreatedBy, f.CreatedByID = by(it.CreatedBy)
	f.ModifiedBy, f.ModifiedByID = by(it.ModifiedBy)
	if it.Fabric != nil {
		f.Extended = it.Fabric.Extended
	}
	if w.flags.lineage {
		f.Relations = wireRelations(it.Relations)
	}
	return f
}

// instances describes every datasource that the result has named.
func (w *resultWriter) instances() (good, bad []datasource) {
	good, bad = []datasource{}, []datasource{}
	for _, id := range w.sources {
		d, ok := w.world.Datasource(id, w.at)
		switch {
		case !ok:
		case d.Misconfigured:
			bad = append(bad, wireDatasource(d))
		default:
			good = append(good, wireDatasource(d))
		}
	}
	return good, bad
}

// member writes one more member of the object that is open. Errors are sticky in
// the writer and come out at its end.
func (w *resultWriter) member(key string, v any) {
	name, err := json.Marshal(key)
	if err != nil {
		return
	}
	_ = w.out.WriteByte(',')
	_, _ = w.out.Write(name)
	_ = w.out.WriteByte(':')
	_ = w.raw(v)
}

func (w *resultWriter) raw(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write a scan result: %w", err)
	}
	_, err = w.out.Write(text)
	if err != nil {
		return fmt.Errorf("write a scan result: %w", err)
	}
	return nil
}

// maybe is a text that is null on the wire when it is empty.
type maybe struct{ text string }

// MarshalJSON implements json.Marshaler.
func (m maybe) MarshalJSON() ([]byte, error) {
	if m.text == "" {
		return []byte("null"), nil
	}
	return json.Marshal(m.text)
}

// oneIn picks one object in n, always the same ones.
func oneIn(id string, n uint32) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return h.Sum32()%n == 0
}

// toldCapacity is the capacity of a workspace, in upper case. A few workspaces are
// on one and do not say on which, as seen live.
func toldCapacity(ws *world.Workspace) string {
	if ws.Department != "" && ws.Project == "" && oneIn(ws.ID, 17) {
		return ""
	}
	return upper(ws.CapacityID)
}
