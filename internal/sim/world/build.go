package world

// builder puts names to a state.
type builder struct {
	w    *World
	st   *state
	t    moment
	ws   *Workspace
	who  map[ref]*Principal // each person is described once per workspace
	plan []itemPlan
}

// build makes the workspace of a state. A Deleted one has no roles to tell.
func (w *World) build(st *state, t moment) *Workspace {
	if st.life.deleted != 0 {
		t = st.life.deleted - 1
	}
	b := &builder{w: w, st: st, t: t, who: make(map[ref]*Principal, 16), plan: st.plans}
	b.ws = &Workspace{}
	b.head()
	b.grants()
	b.ws.Items = make([]Item, 0, len(st.items))
	for i := range st.items {
		b.ws.Items = append(b.ws.Items, b.item(&st.items[i]))
	}
	return b.ws
}

func (b *builder) head() {
	w, st, ws, s := b.w, b.st, b.ws, b.st.spec
	ws.ID, ws.Slot = w.workspaceID(s.slot, st.life.gen), s.slot
	ws.Name, ws.Description = w.workspaceName(st), w.describe(st)
	ws.Type, ws.State = w.typeOf(s), st.life.state
	ws.Created, ws.Modified, ws.Deleted = when(st.life.created), when(st.modified), when(st.life.deleted)
	ws.CapacityID = w.capacityID(st.attrs.capacity)
	ws.CapacityMovedAt = when(st.attrs.capacityMoved)
	if ws.CapacityID != "" {
		ws.StorageFormat = "Small"
		if s.k.sub(41).chance(0.2) {
			ws.StorageFormat = "Large"
		}
	}
	ws.DomainID = w.domainID(st.attrs.domain)
	if st.attrs.domain == 0 {
		ws.DefaultLabelID = w.labelID(labelConfidential)
	}
	if s.k.sub(42).chance(0.3) {
		ws.DataRetrievalState = "None"
	}
	ws.HasOwnSettings = s.k.sub(43).chance(0.05)
	if s.class == classHub && s.ordinal%3 == 0 {
		ws.LogAnalyticsID = w.id(idLogAnalytics, uint32(s.slot), 0)
	}
	if s.class == classProject {
		ws.PipelineID, ws.PipelineStage = w.pipelineOf(s, st.attrs.capacity)
		ws.Project, ws.Stage = w.projectName(s.project), stageNames[s.stage]
	}
	if st.attrs.git {
		ws.Git = w.gitOf(s)
	}
	ws.Department = departments[s.dept].code
	if s.class == classPersonal {
		ws.OwnerID = w.refID(st.life.owner)
	}
	ws.Oddity = string(s.twist)
	if s.class == classOdd && s.twist == twistName {
		ws.Oddity = oddCaseOf(s).note
	}
}

func (w *World) workspaceID(slot int, gen uint32) string {
	return w.id(idWorkspace, uint32(slot), uint64(gen))
}

func (w *World) typeOf(s spec) WorkspaceType {
	switch {
	case s.class == classPersonal:
		return TypePersonal
	case s.twist == twistClassic:
		return TypeClassic
	case s.twist == twistAdminType:
		return TypeAdmin
	case s.twist == twistUnknownType:
		return "PlanningWorkspace2026"
	}
	return TypeWorkspace
}

// principal describes somebody, once.
func (b *builder) principal(r ref) *Principal {
	if p, ok := b.who[r]; ok {
		return p
	}
	p := b.w.principal(r)
	b.who[r] = &p
	return &p
}

// own is a copy that the caller may keep and change.
func (b *builder) own(r ref) *Principal {
	p := *b.principal(r)
	return &p
}

func (b *builder) grants() {
	if b.st.life.state != StateActive || b.ws.Type == TypeAdmin {
		return
	}
	b.ws.Grants = make([]Grant, 0, len(b.st.seats))
	for _, s := range b.st.seats {
		if !s.present {
			continue
		}
		g := Grant{Principal: *b.principal(s.who), Right: s.right, Since: when(s.since)}
		if s.profile {
			g.Principal.ProfileID = b.w.id(idProfile, uint32(b.st.spec.slot), 0)
			g.Principal.ProfileName = "Customer 0042"
		}
		b.ws.Grants = append(b.ws.Grants, g)
	}
}

func (w *World) gitOf(s spec) *GitConnection {
	c := &GitConnection{Provider: "AzureDevOps", Organization: "contoso-bi", Project: departments[s.dept].name,
		Repository: w.projectName(s.project), Branch: "main", Directory: "/" + w.projectName(s.project)}
	switch s.project % 3 {
	case 1:
		return &GitConnection{Provider: "GitHub", Organization: "contoso", Repository: c.Repository, Branch: "develop", Directory: "/"}
	case 2:
		c.Provider, c.Project, c.CustomDomain = "GitHub", "", "contoso.ghe.com"
	}
	return c
}

// itemID is the id of an item of a base workspace.
func (w *World) itemID(slot int, wsGen uint32, p itemPlan, gen uint32) string {
	id := w.id(idItem, uint32(slot), uint64(wsGen&0xfff)<<26|uint64(p.k)<<16|uint64(gen&0xffff))
	if p.special == foreignModel {
		return foreignPrefix + id
	}
	return id
}

// foreignPrefix begins the ids of models that are no GUIDs.
const foreignPrefix = "sobe_wowvirtualserver-"

// lastingID is the id of an item that does not come and go, by its number.
func (w *World) lastingID(slot int, wsGen uint32, k int) string {
	return w.itemID(slot, wsGen, itemPlan{k: k}, 0)
}

func (b *builder) item(it *istate) Item {
	st, p := b.st, it.plan
	out := Item{ID: b.w.itemID(st.spec.slot, st.life.gen, p, it.gen), Kind: p.kind, WorkspaceID: b.ws.ID,
		Created: when(it.created), Modified: when(it.modified)}
	out.Name = b.w.itemName(st, it)
	b.people(it, &out)
	b.marks(it, &out)
	switch p.kind {
	case KindReport:
		b.report(it, &out)
	case KindDashboard:
		b.dashboard(it, &out)
	case KindModel:
		b.model(it, &out)
	case KindDataflow:
		b.dataflow(it, &out)
	case KindDatamart, KindWarehouse:
		b.mart(it, &out)
	default:
		b.fabric(it, &out)
	}
	if st.spec.class == classProject && !p.appCopy() {
		out.PairID = b.w.itemID(projectSlot(st.spec.project, 0), 0, p, it.gen)
	}
	return out
}

func (b *builder) people(it *istate, out *Item) {
	if it.plan.kind != KindDashboard {
		out.CreatedBy, out.ModifiedBy = b.own(it.creator), b.own(it.editor)
	}
	if it.plan.kind.owned() && it.owner.kind != refNobody {
		out.Configured = b.own(it.owner)
	}
	rights := itemRights(it.plan.kind)
	for _, s := range it.shares {
		g := Grant{Principal: *b.principal(s.who), Right: rights[s.right%len(rights)], Since: when(s.since), SharedBy: *b.principal(s.by)}
		out.Shares = append(out.Shares, g)
	}
	if it.embed != 0 {
		out.PublishedToWeb = &WebEmbed{Since: when(it.embed)}
		if it.label.chance(0.8) {
			out.PublishedToWeb.Sharer = b.own(it.editor)
		}
	}
	if !it.plan.appCopy() {
		s := b.st.spec
		out.LastAccessed = when(b.w.lastUse(s, b.w.useKey(s, b.st.life, it.plan, it.gen), it.plan.kind, it.created, b.t))
	}
}

// marks are label, endorsement and description.
func (b *builder) marks(it *istate, out *Item) {
	k, s := it.label, b.st.spec
	labelled, endorsed := 0.35, 0.06
	switch {
	case s.class == classHub:
		labelled, endorsed = 0.9, 0.7
	case s.stage == 2:
		labelled, endorsed = 0.6, 0.25
	case s.class == classPersonal || s.class == classSandbox:
		labelled, endorsed = 0.1, 0
	}
	if k.chance(labelled) {
		out.LabelID = b.w.labelID(pick(k.sub(1), []int{labelGeneral, labelGeneral, labelConfidential, labelConfidential, labelPublic, labelHighly, labelRetired}))
	}
	if x := k.sub(2); x.chance(endorsed) && it.plan.kind != KindDashboard {
		out.Endorsement = "Promoted"
		if x.sub(1).chance(0.4) {
			out.Endorsement, out.CertifiedBy = "Certified", b.principal(ref{kind: refFixed, a: fixedLead}).UPN
		}
	}
	if x := k.sub(3); x.chance(0.25) {
		out.Description = pick(x.sub(1), itemDescriptions)
	}
}

// ItemAccess lists everybody with access to an item: its own shares and what
// follows from the workspace's roles, in the wording of the item's kind. It is
// nil for "[App] " copies, for which the API tells nobody, and in workspaces
// that do not tell their roles.
func (w *World) ItemAccess(ws *Workspace, it *Item) []Grant {
	if ws.Grants == nil || it.Report != nil && it.Report.AppID != "" || it.Dashboard != nil && it.Dashboard.AppID != "" {
		return nil
	}
	out := make([]Grant, 0, len(ws.Grants)+len(it.Shares))
	for _, g := range ws.Grants {
		if right := inheritedRight(it.Kind, g.Right); right != "" {
			out = append(out, Grant{Principal: g.Principal, Right: right, Since: g.Since, Inherited: true})
		}
	}
next:
	for _, s := range it.Shares {
		for _, g := range out {
			if g.Principal.ID == s.Principal.ID && g.Principal.Kind == s.Principal.Kind {
				continue next // the API tells one entry per principal
			}
		}
		out = append(out, s)
	}
	return out
}

// itemRights are the rights that a share of an item may give (api-guide 2.2).
func itemRights(k ItemKind) []string {
	switch k {
	case KindModel:
		return []string{"Read", "ReadExplore", "ReadReshareExplore", "ReadWriteReshareExplore"}
	case KindReport, KindDashboard:
		return []string{"Read", "Read", "ReadReshare", "ReadWrite"}
	}
	return []string{"Read"}
}

// inheritedRight is what a workspace role means for an item.
func inheritedRight(k ItemKind, role string) string {
	switch role {
	case RightAdmin, RightMember:
		switch k {
		case KindModel:
			return "ReadWriteReshareExplore"
		case KindReport, KindDashboard, KindDataflow:
			return "Owner"
		}
		return "ReadWriteReshare"
	case RightContributor:
		if k == KindModel {
			return "ReadWriteExplore"
		}
		return "ReadWrite"
	case RightNone:
		return ""
	}
	return "Read"
}
