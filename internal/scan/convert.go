package scan

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/pbi"
	"steward/internal/promotion"
	"steward/internal/tenant"
)

// convertWorkspace puts a workspace of a scan result into the portal's words.
// Nothing of it refers to the answer's memory.
func convertWorkspace(w *pbi.Workspace) *db.SeenWorkspace {
	s := &db.SeenWorkspace{
		Workspace: tenant.Workspace{
			ID: w.ID, Name: w.Name, Description: w.Description,
			Kind: tenant.NormalKind(w.Type), State: normalState(w.State),
			Dedicated: w.OnDedicatedCapacity, CapacityID: w.CapacityID, DomainID: w.DomainID,
			StorageFormat: w.StorageFormat,
			UsersKnown:    w.Users.Known(), Users: convertUsers(w.ID, w.Users),
		},
		// An answer without a single collection does not say that the
		// workspace is empty.
		ItemsKnown: len(w.Collections) > 0 && w.ItemsWithoutID == 0,
	}
	s.Items = make([]tenant.Item, 0, len(w.Items))
	for i := range w.Items {
		s.Items = append(s.Items, convertItem(w.ID, &w.Items[i]))
	}
	return s
}

// normalState gives the known states their usual spelling.
func normalState(wire string) tenant.WorkspaceState {
	for _, known := range []tenant.WorkspaceState{tenant.StateActive, tenant.StateDeleted, tenant.StateRemoving} {
		if strings.EqualFold(wire, string(known)) {
			return known
		}
	}
	if strings.EqualFold(wire, "Orphaned") {
		return tenant.StateActive // a workspace without an admin is active; that it has none is derived
	}
	return tenant.WorkspaceState(wire)
}

func convertUsers(object string, users pbi.Users) []tenant.Grant {
	if len(users.List) == 0 {
		return nil
	}
	out := make([]tenant.Grant, 0, len(users.List))
	for i := range users.List {
		u := &users.List[i]
		p := convertPrincipal(u)
		if p.ID == "" {
			continue // an entry that names nobody
		}
		out = append(out, tenant.Grant{ObjectID: object, Principal: p, Right: tenant.Right(u.Right), ProfileID: u.ProfileID})
	}
	return out
}

// convertPrincipal finds out who an entry of a users list is. The object id is
// the id where there is one; some answers have only an address.
func convertPrincipal(u *pbi.User) tenant.Principal {
	p := tenant.Principal{ID: u.GraphID, Kind: tenant.PrincipalKind(u.PrincipalType), Name: u.DisplayName}
	if p.Kind == tenant.PrincipalEveryone {
		p.ID = tenant.EveryoneID
		return p
	}
	for _, id := range []string{u.Identifier, u.Email, u.DisplayName} {
		if p.ID == "" {
			p.ID = strings.ToLower(id)
		}
	}
	if p.Kind == "" && strings.Contains(u.Identifier+u.Email, "@") {
		p.Kind = tenant.PrincipalUser
	}
	switch {
	case p.Kind == tenant.PrincipalUser && strings.Contains(u.Identifier, "@"):
		p.Address = u.Identifier // the user principal name; the mail address may be another
	case p.Kind != tenant.PrincipalApp:
		p.Address = u.Email
	}
	p.Guest = p.Kind == tenant.PrincipalUser && (strings.EqualFold(u.UserType, "Guest") || tenant.IsGuestAddress(p.Address))
	return p
}

// itemKinds are the portal's words for Power BI's own collections; those of
// Fabric keep their name.
var itemKinds = map[string]string{
	"reports": tenant.ItemReport, "dashboards": tenant.ItemDashboard, "datasets": tenant.ItemDataset,
	"dataflows": tenant.ItemDataflow, "datamarts": tenant.ItemDatamart, "warehouses": tenant.ItemWarehouse,
}

func convertItem(ws string, w *pbi.Item) tenant.Item {
	it := tenant.Item{
		ID: w.ID, WorkspaceID: ws, Kind: w.Kind, Name: w.Name, Description: w.Description, State: first(w.State, w.Status),
		Created: w.Created, Modified: w.Modified,
		CreatedBy: first(w.CreatedByID, w.CreatedBy), ModifiedBy: first(w.ModifiedByID, w.ModifiedBy),
		ConfiguredBy: first(w.ConfiguredByID, w.ConfiguredBy),
		AppID:        w.AppID, OriginalID: w.OriginalID,
		Endorsement: w.Endorsement, CertifiedBy: w.CertifiedBy, LabelID: w.LabelID,
		StorageMode: w.StorageMode, ContentProvider: w.ContentProvider,
		Refresh: convertSchedule(w.RefreshSchedule), SchemaError: w.SchemaError, Tables: -1, Roles: -1,
		UsersKnown: w.Users.Known(), Users: convertUsers(w.ID, w.Users),
	}
	if kind, ok := itemKinds[w.Kind]; ok {
		it.Kind = kind
	}
	if it.Kind == tenant.ItemReport {
		it.ReportType = w.Type
	}
	if it.OriginalID == "" && it.AppID != "" && strings.HasPrefix(it.Name, "[App] ") {
		it.OriginalID = it.ID // a dashboard's copy does not say of what
	}
	if it.Refresh == nil {
		it.Refresh = convertSchedule(w.DirectQuerySchedule)
	}
	if w.TablesKnown && w.SchemaError == "" {
		it.Tables = len(w.Tables)
	}
	if w.RolesKnown {
		it.Roles = len(w.Roles)
	}
	it.Upstream = convertLineage(ws, w)
	it.Extra = convertExtra(&it, w)
	return it
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func convertSchedule(w *pbi.Schedule) *tenant.RefreshSchedule {
	if w == nil {
		return nil
	}
	return &tenant.RefreshSchedule{Enabled: w.Enabled, Days: w.Days, Times: w.Times, TimeZone: w.TimeZone,
		NotifyOption: w.NotifyOption, Frequency: w.Frequency}
}

// convertLineage lists what an item is made from, each thing once. The
// workspace is named only when it is another one.
func convertLineage(ws string, w *pbi.Item) []tenant.Edge {
	var edges []tenant.Edge
	add := func(kind tenant.EdgeKind, id, where string) {
		if where == ws {
			where = ""
		}
		e := tenant.Edge{UpstreamID: id, UpstreamWorkspaceID: where, Kind: kind}
		if id != "" && id != w.ID && !slices.Contains(edges, e) {
			edges = append(edges, e)
		}
	}
	add(tenant.EdgeReportModel, w.DatasetID, w.DatasetWorkspaceID)
	add(tenant.EdgeAppCopy, w.OriginalID, "")
	for _, t := range w.Tiles {
		add(tenant.EdgeTileReport, t.ReportID, "")
		add(tenant.EdgeTileModel, t.DatasetID, t.DatasetWorkspaceID)
	}
	for _, list := range [][]pbi.Upstream{w.UpstreamDataflows, w.UpstreamDatasets, w.UpstreamDatamarts} {
		for _, u := range list {
			add(tenant.EdgeUpstream, u.ID, u.WorkspaceID)
		}
	}
	for _, id := range w.DatasourceUsages {
		add(tenant.EdgeDatasource, id, "")
	}
	for _, id := range w.MisconfiguredDatasourceUsages {
		add(tenant.EdgeMissource, id, "")
	}
	for _, r := range w.Relations {
		add(tenant.EdgeRelation, r.ID, r.WorkspaceID)
	}
	return edges
}

// extra is what a page shows of an item beyond its columns.
type extra struct {
	Tables      []extraTable `json:"tables,omitempty"`
	Roles       []extraRole  `json:"roles,omitempty"`
	Expressions []string     `json:"expressions,omitempty"` // names only: M may hold secrets
	// Parameters are those of the shared queries that are parameters: their
	// values are open to every reader of the model.
	Parameters []extraParameter `json:"parameters,omitempty"`
	Tiles      []extraTile      `json:"tiles,omitempty"`
	CreatedBy  string           `json:"createdBy,omitempty"` // the name, where the column has the id
	ModifiedBy string           `json:"modifiedBy,omitempty"`
	ConfigBy   string           `json:"configuredBy,omitempty"`
	Type       string           `json:"type,omitempty"`
	ModelURL   string           `json:"modelUrl,omitempty"`
	Generation int              `json:"generation,omitempty"`
	ReadOnly   bool             `json:"readOnly,omitempty"`
	SchemaOld  bool             `json:"schemaMayBeOld,omitempty"`
	Identity   bool             `json:"effectiveIdentityRequired,omitempty"`
	Properties json.RawMessage  `json:"properties,omitempty"`
}

type extraTable struct {
	Name     string   `json:"name"`
	Hidden   bool     `json:"hidden,omitempty"`
	Storage  string   `json:"storage,omitempty"`
	Columns  []string `json:"columns,omitempty"`
	Measures []string `json:"measures,omitempty"`
	// Calculated are those of the columns that hold no data of their own.
	Calculated []string `json:"calculated,omitempty"`
}

// extraParameter is a query parameter; Value is null where it is not kept.
type extraParameter struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

type extraRole struct {
	Name    string   `json:"name"`
	Members []string `json:"members,omitempty"`
	Tables  []string `json:"tables,omitempty"`
}

type extraTile struct {
	Title   string `json:"title,omitempty"`
	Report  string `json:"report,omitempty"`
	Dataset string `json:"dataset,omitempty"`
}

// convertExtra returns the item's further facts as JSON, nil when there are
// none. Names of tables, columns and measures are kept, and the values of
// parameters; other expressions are in the archive.
func convertExtra(it *tenant.Item, w *pbi.Item) []byte {
	x := extra{ModelURL: w.ModelURL, Generation: w.Generation, ReadOnly: w.ReadOnly, SchemaOld: w.SchemaMayBeOld, Identity: w.IdentityRequired}
	if w.CreatedByID != "" {
		x.CreatedBy = w.CreatedBy
	}
	if w.ModifiedByID != "" {
		x.ModifiedBy = w.ModifiedBy
	}
	if w.ConfiguredByID != "" {
		x.ConfigBy = w.ConfiguredBy
	}
	if it.Kind != tenant.ItemReport {
		x.Type = w.Type
	}
	x.model(w)
	for _, e := range w.Expressions {
		x.Expressions = append(x.Expressions, e.Name)
		if p, known, is := promotion.ReadParameter(e.Name, e.Expression); known {
			x.Parameters = append(x.Parameters, extraParameter{Name: p.Name, Value: &p.Value})
		} else if is {
			x.Parameters = append(x.Parameters, extraParameter{Name: p.Name})
		}
	}
	for _, t := range w.Tiles {
		x.Tiles = append(x.Tiles, extraTile{Title: t.Title, Report: t.ReportID, Dataset: t.DatasetID})
	}
	x.Properties = canonical(w.ExtendedProperties)
	b, err := json.Marshal(x)
	if err != nil || string(b) == "{}" {
		return nil
	}
	return b
}

// model adds what a semantic model consists of.
func (x *extra) model(w *pbi.Item) {
	for _, t := range w.Tables {
		xt := extraTable{Name: t.Name, Hidden: t.Hidden, Storage: t.StorageMode}
		for _, c := range t.Columns {
			xt.Columns = append(xt.Columns, c.Name)
			if c.ColumnType == "Calculated" {
				xt.Calculated = append(xt.Calculated, c.Name)
			}
		}
		for _, m := range t.Measures {
			xt.Measures = append(xt.Measures, m.Name)
		}
		x.Tables = append(x.Tables, xt)
	}
	for _, r := range w.Roles {
		xr := extraRole{Name: r.Name}
		for _, m := range r.Members {
			xr.Members = append(xr.Members, m.Name)
		}
		for _, f := range r.Filters {
			xr.Tables = append(xr.Tables, f.Table)
		}
		x.Roles = append(x.Roles, xr)
	}
}

// canonical writes JSON with its keys in order, so that the same content has
// the same bytes; nil when it is not JSON.
func canonical(raw []byte) []byte {
	if raw == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

// convertDatasource keeps what a person recognises a source by. Credentials
// do not belong into connection details, but people put them there.
func convertDatasource(w *pbi.Datasource) tenant.Datasource {
	d := tenant.Datasource{ID: w.ID, Type: w.Type, GatewayID: w.GatewayID, Misconfigured: w.Misconfigured}
	details := map[string]string{}
	for k, v := range w.Connection {
		details[k] = withoutSecrets(v)
	}
	var parts []string
	for _, k := range []string{"server", "database", "url", "path", "sharepointsiteurl", "account", "domain", "kind",
		"emailaddress", "loginserver", "classinfo", "extensiondatasourcekind", "extensiondatasourcepath", "connectionstring"} {
		if v := details[k]; v != "" && len(parts) < 3 && !slices.Contains(parts, v) {
			parts = append(parts, v)
		}
	}
	d.Where = strings.Join(parts, " · ")
	if len(details) > 0 {
		d.Details, _ = json.Marshal(details) // a map of texts is always JSON
	}
	return d
}

// secretKeys mark the parts of a connection string that are not kept.
var secretKeys = []string{"password", "pwd", "secret", "token", "key", "sig", "signature", "credential"}

// withoutSecrets takes user names and passwords out of an address, and secret
// parts out of a connection string.
func withoutSecrets(v string) string {
	if u, err := url.Parse(v); err == nil && u.Host != "" {
		u.User = nil
		q := u.Query()
		for k := range q {
			if secretKey(k) {
				q.Set(k, "…")
			}
		}
		if len(q) > 0 {
			u.RawQuery = q.Encode()
		}
		return u.String()
	}
	if !strings.Contains(v, "=") {
		return v
	}
	parts := strings.Split(v, ";")
	for i, p := range parts {
		if k, _, ok := strings.Cut(p, "="); ok && secretKey(k) {
			parts[i] = k + "=…"
		}
	}
	return strings.Join(parts, ";")
}

func secretKey(k string) bool {
	k = strings.ToLower(k)
	return slices.ContainsFunc(secretKeys, func(s string) bool { return strings.Contains(k, s) })
}
