package powerbi

import "steward/internal/sim/world"

// scanDataset is a semantic model in a scan result.
type scanDataset struct {
	ID                string         `json:"id"`
	Name              string         `json:"name"`
	Description       string         `json:"description,omitempty"`
	Tables            []table        `json:"tables,omitempty"`
	Relationships     []relationship `json:"relationships,omitempty"`
	ConfiguredBy      string         `json:"configuredBy,omitempty"`
	ConfiguredByID    string         `json:"configuredById,omitempty"`
	Created           string         `json:"createdDate,omitempty"`
	Provider          string         `json:"contentProviderType,omitempty"`
	StorageMode       string         `json:"targetStorageMode,omitempty"`
	Identity          bool           `json:"isEffectiveIdentityRequired"`
	IdentityRoles     bool           `json:"isEffectiveIdentityRolesRequired"`
	Schedule          *schedule      `json:"refreshSchedule,omitempty"`
	DirectQuery       *directQuery   `json:"directQueryRefreshSchedule,omitempty"`
	Endorsement       *endorsement   `json:"endorsementDetails,omitempty"`
	Expressions       []expression   `json:"expressions,omitempty"`
	Roles             []role         `json:"roles,omitempty"`
	UpstreamDataflows []upstream     `json:"upstreamDataflows,omitempty"`
	UpstreamDatasets  []upstream     `json:"upstreamDatasets,omitempty"`
	UpstreamDatamarts []upstream     `json:"upstreamDatamarts,omitempty"`
	Usages            []usage        `json:"datasourceUsages,omitempty"`
	Misconfigured     []usage        `json:"misconfiguredDatasourceUsages,omitempty"`
	SchemaError       string         `json:"schemaRetrievalError,omitempty"`
	SchemaStale       bool           `json:"schemaMayNotBeUpToDate,omitempty"`
	Label             *label         `json:"sensitivityLabel,omitempty"`
	Users             *[]user        `json:"users,omitempty"`
}

type table struct {
	Name        string    `json:"name"`
	Columns     []column  `json:"columns"`
	Measures    []measure `json:"measures"`
	IsHidden    bool      `json:"isHidden"`
	Description string    `json:"description,omitempty"`
	StorageMode string    `json:"storageMode,omitempty"`
	Source      []source  `json:"source,omitempty"`
}

type column struct {
	Name       string `json:"name"`
	DataType   string `json:"dataType"`
	IsHidden   bool   `json:"isHidden"`
	ColumnType string `json:"columnType,omitempty"`
	Expression string `json:"expression,omitempty"`
}

// measure keeps its expression empty when expressions are not told: the
// definition demands the key.
type measure struct {
	Name        string `json:"name"`
	Expression  string `json:"expression"`
	Description string `json:"description,omitempty"`
	IsHidden    bool   `json:"isHidden"`
}

type source struct {
	Expression string `json:"expression"`
	SchemaName string `json:"schemaName,omitempty"`
}

type relationship struct {
	FromTable   string `json:"fromTable"`
	FromColumn  string `json:"fromColumn"`
	ToTable     string `json:"toTable"`
	ToColumn    string `json:"toColumn"`
	CrossFilter string `json:"crossFilteringBehavior,omitempty"`
}

type expression struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Expression  string `json:"expression"`
}

// role is row-level security. Members and permissions are lists on the wire,
// although the definition forgot to say so.
type role struct {
	Name        string       `json:"name"`
	Permission  string       `json:"modelPermission"`
	Members     []roleMember `json:"members"`
	Permissions []roleFilter `json:"tablePermissions"`
}

type roleMember struct {
	Name     string `json:"memberName"`
	ID       string `json:"memberId"`
	Type     string `json:"memberType"`
	Provider string `json:"identityProvider"`
}

type roleFilter struct {
	Table  string `json:"name"`
	Filter string `json:"filterExpression"`
}

// fillSchema adds what the flag datasetSchema opens, and with exprs the queries
// behind it.
func (d *scanDataset) fillSchema(m *world.Model, exprs bool) {
	d.SchemaError, d.SchemaStale = m.SchemaError, m.SchemaMayBeStale
	if m.Schema == nil {
		return
	}
	for _, t := range m.Schema.Tables {
		d.Tables = append(d.Tables, wireTable(t, exprs))
	}
	for _, r := range m.Schema.Relationships {
		d.Relationships = append(d.Relationships, relationship{r.FromTable, r.FromColumn, r.ToTable, r.ToColumn, r.CrossFilter})
	}
	for _, r := range m.Schema.Roles {
		d.Roles = append(d.Roles, wireRole(r))
	}
	if !exprs {
		return
	}
	for _, e := range m.Schema.Expressions {
		d.Expressions = append(d.Expressions, expression{e.Name, e.Description, e.Expression})
	}
}

func wireTable(t world.Table, exprs bool) table {
	w := table{Name: t.Name, IsHidden: t.Hidden, Description: t.Description, StorageMode: t.StorageMode,
		Columns: []column{}, Measures: []measure{}}
	for _, c := range t.Columns {
		col := column{Name: c.Name, DataType: c.DataType, IsHidden: c.Hidden, ColumnType: c.ColumnType}
		if exprs {
			col.Expression = c.Expression
		}
		w.Columns = append(w.Columns, col)
	}
	for _, m := range t.Measures {
		me := measure{Name: m.Name, Description: m.Description, IsHidden: m.Hidden}
		if exprs {
			me.Expression = m.Expression
		}
		w.Measures = append(w.Measures, me)
	}
	if exprs && t.SourceExpression != "" {
		w.Source = []source{{t.SourceExpression, t.SchemaName}}
	}
	return w
}

func wireRole(r world.SecurityRole) role {
	w := role{Name: r.Name, Permission: r.ModelPermission, Members: []roleMember{}, Permissions: []roleFilter{}}
	for _, m := range r.Members {
		w.Members = append(w.Members, roleMember{m.Name, m.ID, string(m.Kind), "AzureAD"})
	}
	for _, f := range r.Filters {
		w.Permissions = append(w.Permissions, roleFilter{f.Table, f.Expression})
	}
	return w
}
