package world

func (b *builder) model(it *istate, out *Item) {
	w, s, p := b.w, b.st.spec, it.plan
	k := w.itemKey(s, b.st.life, p)
	m := &Model{ContentProviderType: "PbixInImportMode", StorageMode: "Abf", Refreshable: true,
		EffectiveIdentity: k.sub(70).chance(0.1), InPlaceSharing: k.sub(71).chance(0.03)}
	if b.st.attrs.capacity >= 0 && b.ws.StorageFormat == "Large" {
		m.StorageMode = "PremiumFiles"
	}
	m.Datasources = []string{w.datasourceID(s.slot, k.sub(72).n(4))}
	if k.sub(73).chance(0.3) {
		m.Datasources = append(m.Datasources, w.datasourceID(s.slot, 4+k.sub(74).n(3)))
	}
	m.OnPremGateway = w.gatewayOf(s.slot, k.sub(72).n(4)) != ""
	m.Schema = w.schemaOf(k, b, s, p)
	m.EffectiveRoles = len(m.Schema.Roles) > 0
	m.Schedule = w.scheduleOf(s, k, b.st.attrs.capacity, false)
	out.SizeMB = int(k.sub(75).span(1, 40) * k.sub(76).span(1, 40))
	b.upstream(p, m)
	b.shape(p, m, out)
	out.Model = m
}

// upstream: models build on the dataflow beside them, or on the hub's.
func (b *builder) upstream(p itemPlan, m *Model) {
	w, s := b.w, b.st.spec
	hub := w.hubOf(s.slot)
	flow := Upstream{Kind: UpstreamDataflow}
	switch _, own := b.planOf(kFlow); {
	case own:
		flow.ItemID, flow.WorkspaceID = w.lastingID(s.slot, b.st.life.gen, kFlow), b.ws.ID
	case hub >= 0 && s.k.sub(77).chance(0.3):
		flow.ItemID, flow.WorkspaceID = w.lastingID(hub, 0, kFlow), w.workspaceID(hub, 0)
	}
	if flow.ItemID != "" {
		m.Upstream = append(m.Upstream, flow)
	}
	if p.special != chainedModel || hub < 0 {
		return
	}
	k := kModel
	if hub == s.slot { // a hub builds on its neighbour, the first one on itself
		if hub >= blockSize {
			hub -= blockSize
		} else {
			k = kModel + 1
		}
	}
	m.Upstream = append(m.Upstream, Upstream{Kind: UpstreamModel, ItemID: w.lastingID(hub, 0, k), WorkspaceID: w.workspaceID(hub, 0)})
	m.ContentProviderType = "PbixInCompositeMode"
}

// shape gives a model its special form.
func (b *builder) shape(p itemPlan, m *Model, out *Item) {
	w, s := b.w, b.st.spec
	switch p.special {
	case liveModel:
		m.ContentProviderType, m.Refreshable, m.Schedule = "PbixInLiveConnectionMode", false, nil
		m.Schema, m.SchemaError = nil, "Metadata of live connection models is not supported"
		m.Datasources = []string{w.datasourceID(s.slot, liveDatasource)}
	case directModel:
		m.ContentProviderType, m.StorageMode, m.Refreshable, m.Schedule = "PbixInDirectQueryMode", "DirectQuery", false, nil
		m.DirectQuery = &DirectQuerySchedule{FrequencyMinutes: 60, TimeZone: "UTC"}
		if s.slot%2 == 0 {
			m.DirectQuery = &DirectQuerySchedule{Days: []string{"Monday", "Thursday"}, Times: []string{"06:00"}, TimeZone: "W. Europe Standard Time"}
		}
	case foreignModel:
		m.ForeignID, m.Refreshable, m.Schedule = true, false, nil
		m.ContentProviderType, m.Schema = "UsageMetricsUserReport", nil
	case noSchema:
		m.Schema, m.SchemaMayBeStale = nil, false
		m.SchemaError = "Model was not refreshed since detailed metadata was switched on"
	case misconfigured:
		m.Misconfigured = []string{w.datasourceID(s.slot, badDatasource)}
		m.SchemaMayBeStale = true
	case fabricModel:
		m.ContentProviderType, m.Refreshable, m.Schedule = "Lakehouse", false, nil
		if i, ok := b.planOf(kFabric); ok {
			out.Relations = []Relation{{DependsOnID: w.itemID(s.slot, b.st.life.gen, i, 0), WorkspaceID: b.ws.ID, Type: "Artifact"}}
		}
	}
	if b.st.spec.class == classPersonal && p.k%2 == 1 {
		m.Schedule = nil
	}
}
