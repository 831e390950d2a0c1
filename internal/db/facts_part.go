package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"

	"steward/internal/policy"
	"steward/internal/tenant"
)

// FactPart is the facts of up to factChunk workspaces and of everything in
// them. Its memory is used again for the next part: keep nothing of it.
type FactPart struct {
	spaces []policy.Workspace
	at     map[int64]int // workspace → index into spaces
	items  []policy.Item
	ofItem map[int64]int32 // item → index into items; the last one where kinds share an id
	extras []itemExtra
	rights []right
	// inRole lists, per workspace as spaces, who holds a role in it.
	inRole []map[int64]bool
	roles  map[string]string // each word once
	// usersKnown and rest are per workspace, as spaces.
	usersKnown []bool
	refreshes  []policy.Refresh
}

// itemExtra is what Item's facts are made from and rules do not read.
type itemExtra struct {
	ws             int
	usersKnown     bool
	schedule       *tenant.RefreshSchedule
	model, modelWS int64
}

type right struct {
	ws, object, principal int64
	role                  string
	profile               bool
}

// Load reads the facts of the workspaces, at most factChunk of them.
// Workspaces that the view does not show are left out.
func (f *Facts) Load(ctx context.Context, ids []int64, into *FactPart) error {
	p := into
	p.reset()
	for _, step := range []func(context.Context, []int64, *FactPart) error{
		f.loadSpaces, f.loadItems, f.loadRights, f.shareFacts, f.loadBadSources, f.loadUse, f.loadUnused, f.loadModels, f.loadRefreshes,
	} {
		if err := step(ctx, ids, p); err != nil {
			return classify(err)
		}
	}
	f.ownersFromItems(p)
	for i := range p.spaces {
		p.spaces[i].Derive()
		f.names.fill(&p.spaces[i])
		f.otherwiseOf(&p.spaces[i])
	}
	return nil
}

func (p *FactPart) reset() {
	clear(p.spaces)
	clear(p.items)
	clear(p.refreshes)
	p.spaces, p.items, p.extras, p.rights = p.spaces[:0], p.items[:0], p.extras[:0], p.rights[:0]
	p.usersKnown, p.refreshes = p.usersKnown[:0], p.refreshes[:0]
	if p.roles == nil {
		p.at, p.ofItem, p.roles = map[int64]int{}, map[int64]int32{}, map[string]string{}
	}
	clear(p.at)
	clear(p.ofItem)
}

func (f *Facts) loadSpaces(ctx context.Context, ids []int64, p *FactPart) error {
	in, args := inChunk(1, ids)
	err := f.rows(ctx, `SELECT w.ws, i.guid, w.name, w.kind, w.state, w.description, w.dedicated, w.capacity, w.domain, w.users_known, w.items
		FROM workspace w JOIN ident i ON i.id = w.ws WHERE w.ws `+in+` AND `+f.view.Visible("w"), func(rows *sql.Rows) error {
		var w policy.Workspace
		var capacity, domain sql.NullInt64
		var known bool
		if err := rows.Scan(&w.Num, &w.GUID, &w.Name, &w.Kind, &w.State, &w.Description, &w.Dedicated, &capacity, &domain, &known, &w.Items); err != nil {
			return err
		}
		if domain.Valid {
			w.Domain = f.domains[domain.Int64]
		}
		f.placed(&w, capacity)
		p.at[w.Num] = len(p.spaces)
		p.spaces = append(p.spaces, w)
		p.usersKnown = append(p.usersKnown, known)
		return nil
	}, args...)
	return err
}

// placed fills where a workspace is: its capacity and its stage.
func (f *Facts) placed(w *policy.Workspace, capacity sql.NullInt64) {
	switch c := f.capacities[capacity.Int64]; {
	case !w.Dedicated:
		w.CapacitySKU, w.CapacityState = policy.Known(""), policy.Known("")
	case capacity.Valid && c != nil && c.SKU != "":
		w.CapacitySKU, w.CapacityState = policy.Known(c.SKU), policy.Known(c.State)
	}
	if f.know.pipelines && w.Num != 0 {
		stage, ok := f.stages[w.Num]
		w.InPipeline, w.Stage = policy.Known(ok), policy.Known(stage)
	}
}

func (f *Facts) loadItems(ctx context.Context, ids []int64, p *FactPart) error {
	in, args := inChunk(1, ids)
	err := f.rows(ctx, `SELECT t.ws, t.item, t.kind, t.name, t.description, t.state, t.created, t.modified, t.created_by, t.configured_by,
			t.model, t.model_ws, t.endorsement, t.certified_by, t.label, t.storage_mode, t.refresh, t.roles, t.users_known, t.shares
		FROM item t WHERE t.ws `+in+` AND (t.app IS NULL OR t.original IS NULL) AND `+f.view.Visible("t"), func(rows *sql.Rows) error {
		return f.scanItem(rows, p)
	}, args...)
	if err != nil {
		return err
	}
	for i := range p.items { // pointers only now: spaces and items no longer move
		x := &p.extras[i]
		w := &p.spaces[x.ws]
		p.items[i].Workspace = w
		p.ofItem[p.items[i].Num] = int32(i)
		w.Reports += bit(p.items[i].Kind == tenant.ItemReport)
		w.Models += bit(p.items[i].Kind == tenant.ItemDataset)
		w.Unlabelled += bit(p.items[i].LabelID == "")
	}
	return nil
}

func (f *Facts) scanItem(rows *sql.Rows, p *FactPart) error {
	var it policy.Item
	var x itemExtra
	var ws int64
	var created, modified, model, modelWS sql.NullInt64
	var createdBy, configuredBy string
	var refresh sql.NullString
	var rowRoles, shares int64
	if err := rows.Scan(&ws, &it.Num, &it.Kind, &it.Name, &it.Description, &it.State, &created, &modified, &createdBy, &configuredBy,
		&model, &modelWS, &it.Endorsement, &it.CertifiedBy, &it.LabelID, &it.Mode, &refresh, &rowRoles, &x.usersKnown, &shares); err != nil {
		return err
	}
	at, ok := p.at[ws]
	if !ok {
		return nil
	}
	x.ws, x.model, x.modelWS = at, model.Int64, modelWS.Int64
	it.AgeDays, it.EditDays = f.ageOf(created), f.ageOf(modified)
	it.RowRoles = answer(rowRoles, rowRoles >= 0)
	it.Shares = answer(shares, x.usersKnown)
	it.HasModel = model.Valid
	it.ModelElsewhere = modelWS.Valid && modelWS.Int64 != ws
	public := f.links[it.Num]&linkPublic != 0
	it.PublishedWeb = answer(public, public || f.know.public)
	f.ownerFacts(&it, cmp.Or(configuredBy, createdBy))
	it.Derive()
	it.Usage.SeenDays = f.tenant.ActivityDays
	if refresh.Valid {
		var s tenant.RefreshSchedule
		if json.Unmarshal([]byte(refresh.String), &s) == nil {
			x.schedule = &s
		}
	}
	p.items = append(p.items, it)
	p.extras = append(p.extras, x)
	return nil
}

func (f *Facts) ageOf(ms sql.NullInt64) policy.Answer[int64] {
	return answer(f.daysSince(ms.Int64), ms.Valid)
}

func (f *Facts) ownerFacts(it *policy.Item, told string) {
	it.Owner = policy.Known(told)
	p := f.person(told)
	if p == nil {
		return
	}
	it.Owner = policy.Known(cmp.Or(p.Address, p.Name))
	it.OwnerGone = p.Leaver
	if askable(p) {
		it.OwnerNum = p.Num
	}
}

func (f *Facts) loadRights(ctx context.Context, ids []int64, p *FactPart) error {
	in, args := inChunk(1, ids)
	var role sql.RawBytes
	return f.rows(ctx, `SELECT g.ws, g.object, g.principal, g.role, g.profile <> '' FROM access_grant g WHERE g.ws `+in+` AND `+f.view.Visible("g"), func(rows *sql.Rows) error {
		var r right
		if err := rows.Scan(&r.ws, &r.object, &r.principal, &role, &r.profile); err != nil {
			return err
		}
		word, ok := p.roles[string(role)]
		if !ok {
			word = string(role)
			p.roles[word] = word
		}
		r.role = word
		p.rights = append(p.rights, r)
		return nil
	}, args...)
}

// Each calls fn with every object of the part and the place of its workspace
// among Spaces: workspaces, items, refreshes, then the rights on all of them.
// Objects of grants are used again: fn keeps none.
func (f *Facts) Each(p *FactPart, fn func(at int, o policy.Object)) {
	for i := range p.spaces {
		fn(i, &p.spaces[i])
	}
	for i := range p.items {
		fn(p.extras[i].ws, &p.items[i])
	}
	for i := range p.refreshes {
		r := &p.refreshes[i]
		fn(p.at[r.Item.Workspace.Num], r)
	}
	var g policy.Grant
	for _, r := range p.rights {
		at, ok := p.at[r.ws]
		who := f.principals[r.principal]
		if !ok || who == nil {
			continue
		}
		g = policy.Grant{On: "workspace", Right: r.role, Principal: who, Workspace: &p.spaces[at], Profile: r.profile, ObjectNum: r.object}
		if r.object != r.ws {
			i, ok := p.ofItem[r.object]
			if !ok {
				continue // a copy held by an app, or an item of another view
			}
			g.On, g.Item = "item", &p.items[i]
		}
		g.InRole = answer(p.inRole[at][r.principal], p.usersKnown[at])
		g.Derive()
		fn(at, &g)
	}
}

// Spaces returns the workspaces of the part.
func (p *FactPart) Spaces() []policy.Workspace { return p.spaces }

// HasItem reports whether the item is in the part.
func (p *FactPart) HasItem(item int64) bool { _, ok := p.ofItem[item]; return ok }

// noteRoles fills who holds a role in each workspace of the part.
func (p *FactPart) noteRoles() {
	for len(p.inRole) < len(p.spaces) {
		p.inRole = append(p.inRole, map[int64]bool{})
	}
	for _, holders := range p.inRole {
		clear(holders)
	}
	for _, r := range p.rights {
		if at, ok := p.at[r.ws]; ok && r.object == r.ws {
			p.inRole[at][r.principal] = true
		}
	}
}

// Holdings adds up what principals hold in the part, for the facts of
// principals when the whole tenant is judged.
func (p *FactPart) Holdings(into map[int64]Holding) {
	for _, r := range p.rights {
		h := into[r.principal]
		switch {
		case r.object != r.ws:
			h.Items++
		case r.role == string(tenant.RightAdmin):
			h.Roles++
			h.Admin++
		default:
			h.Roles++
		}
		into[r.principal] = h
	}
}

// Holding counts what one principal holds itself.
type Holding struct{ Roles, Admin, Items int64 }
