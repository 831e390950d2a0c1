package world

import "strconv"

// planOf finds the plan of another item of the same workspace.
func (b *builder) planOf(k int) (itemPlan, bool) {
	for _, p := range b.plan {
		if p.k == k {
			return p, true
		}
	}
	return itemPlan{}, false
}

// modelOf is the id of the model that an item shows and, if it lies in another
// workspace, that workspace.
func (b *builder) modelOf(p itemPlan) (model, workspace string) {
	w, s := b.w, b.st.spec
	if p.model < 0 {
		return "", ""
	}
	if p.far {
		hub := w.hubOf(s.slot)
		if hub != s.slot {
			return w.lastingID(hub, 0, p.model), w.workspaceID(hub, 0)
		}
	}
	m, ok := b.planOf(p.model)
	if !ok {
		return "", ""
	}
	return w.itemID(s.slot, b.st.life.gen, m, 0), ""
}

func (w *World) appID(slot int) string { return w.id(idApp, uint32(slot), 0) }

func (b *builder) report(it *istate, out *Item) {
	w, s, p := b.w, b.st.spec, it.plan
	r := &Report{Type: "PowerBIReport"}
	r.ModelID, r.ModelWorkspaceID = b.modelOf(p)
	switch p.special {
	case paginated:
		r.Type, r.ModelID, r.ModelWorkspaceID = "PaginatedReport", "", ""
		r.Datasources = []string{w.datasourceID(s.slot, 0)}
	case brokenRef:
		r.ModelID, r.ModelWorkspaceID = w.lastingID(s.slot, b.st.life.gen, kModel+15), ""
	case oddReport:
		r.Type = "OrgReport2026"
	case workbookReport:
		r.ModelID, r.ModelWorkspaceID = "", ""
	}
	if p.appCopy() {
		original := p
		original.k = p.original()
		r.AppID, r.OriginalID = w.appID(s.slot), w.itemID(s.slot, b.st.life.gen, original, it.gen)
	}
	out.Report = r
}

func (b *builder) dashboard(it *istate, out *Item) {
	w, st, p := b.w, b.st, it.plan
	d := &Dashboard{ReadOnly: p.appCopy(), Tiles: []Tile{}}
	if p.appCopy() {
		d.AppID = w.appID(st.spec.slot)
	}
	k := w.itemKey(st.spec, st.life, p)
	if k.sub(60).chance(0.05) {
		d.Classification = "HBI"
	}
	// Tiles are pinned from the reports that are there.
	for i := range st.items {
		src := &st.items[i]
		if src.plan.kind != KindReport || src.plan.appCopy() || src.plan.leaf || len(d.Tiles) == 5 {
			continue
		}
		t := Tile{ID: w.id(idTile, uint32(st.spec.slot), uint64(p.k)<<20|uint64(src.plan.k)<<8|uint64(it.gen&0xff)),
			Title:    w.itemName(st, src),
			ReportID: w.itemID(st.spec.slot, st.life.gen, src.plan, src.gen)}
		t.ModelID, t.ModelWorkspaceID = b.modelOf(src.plan)
		if src.plan.special != plain {
			t.ModelID, t.ModelWorkspaceID = "", ""
		}
		if len(d.Tiles) == 0 {
			t.SubTitle = "as of today"
		}
		d.Tiles = append(d.Tiles, t)
	}
	out.Dashboard = d
}

func (b *builder) dataflow(it *istate, out *Item) {
	w, s := b.w, b.st.spec
	k := w.itemKey(s, b.st.life, it.plan)
	d := &Dataflow{Generation: 1, Datasources: []string{w.datasourceID(s.slot, it.plan.k)}, Schedule: w.scheduleOf(s, k, b.st.attrs.capacity, true)}
	d.ModelURL = "https://contosobidata.dfs.core.windows.net/powerbi/" + b.ws.ID + "/" + out.ID + "/model.json"
	if it.plan.k > kFlow {
		d.Upstream = []Upstream{{Kind: UpstreamDataflow, ItemID: w.lastingID(s.slot, b.st.life.gen, kFlow), WorkspaceID: b.ws.ID}}
	}
	if k.sub(61).chance(0.06) {
		d.Misconfigured = []string{w.datasourceID(s.slot, badDatasource)}
	}
	out.Dataflow = d
}

func (b *builder) mart(it *istate, out *Item) {
	w, s := b.w, b.st.spec
	m := &Mart{Type: "Sql", Status: "Active", State: "Active", Datasources: []string{w.datasourceID(s.slot, 1)}}
	if it.plan.special == warehouseMart {
		m.Type = "Datawarehouse"
	}
	if s.k.sub(62).chance(0.1) {
		m.Status, m.SuspendedBatch = "Suspended", "b-"+strconv.Itoa(s.slot)
	}
	if _, ok := b.planOf(kFlow); ok {
		m.Upstream = []Upstream{{Kind: UpstreamDataflow, ItemID: w.lastingID(s.slot, b.st.life.gen, kFlow), WorkspaceID: b.ws.ID}}
	}
	out.Mart = m
}

func (b *builder) fabric(it *istate, out *Item) {
	w, s, p := b.w, b.st.spec, it.plan
	f := &Fabric{}
	out.State = "Active"
	base := "https://onelake.dfs.fabric.microsoft.com/" + b.ws.ID + "/" + out.ID
	switch p.kind {
	case KindLakehouse:
		f.Extended = map[string]string{"OneLakeTablesPath": base + "/Tables", "OneLakeFilesPath": base + "/Files",
			"DwProperties": `{"id":"` + w.lastingID(s.slot, b.st.life.gen, p.k+1) + `","connectionString":"contoso-` +
				strconv.Itoa(s.slot) + `.datawarehouse.fabric.microsoft.com","provisioningStatus":"Success"}`}
	case KindKQLDatabase:
		f.Extended = map[string]string{"QueryServiceUri": "https://trd-" + strconv.Itoa(s.slot) + ".z4.kusto.fabric.microsoft.com",
			"IngestionServiceUri": "https://ingest-trd-" + strconv.Itoa(s.slot) + ".z4.kusto.fabric.microsoft.com",
			"Region":              "West Europe", "KustoDatabaseType": "ReadWrite"}
	}
	// Everything hangs on the first Fabric item of the workspace.
	if p.k > kFabric {
		out.Relations = []Relation{{DependsOnID: w.lastingID(s.slot, b.st.life.gen, kFabric), WorkspaceID: b.ws.ID,
			Type: "Artifact", Usage: "ReadOnly"}}
	}
	if p.kind == KindDataPipeline {
		out.Relations = append(out.Relations, Relation{DependsOnID: w.datasourceID(s.slot, 0), WorkspaceID: b.ws.ID, Type: "Datasource",
			Settings: `{"retries":3}`})
	}
	out.Fabric = f
}
