package content

import (
	"encoding/json"
	"strings"

	"steward/internal/sim/world"
)

// The tabular model's own format (model.bim), as far as the stand-in knows what
// is inside a model.
type bimFile struct {
	Name  string   `json:"name"`
	Mark  string   `json:"standInContent,omitempty"`
	Model bimModel `json:"model"`
}

type bimModel struct {
	Culture       string            `json:"culture,omitempty"`
	Tables        []bimTable        `json:"tables"`
	Relationships []bimRelationship `json:"relationships,omitempty"`
	Expressions   []bimExpression   `json:"expressions,omitempty"`
	Roles         []bimRole         `json:"roles,omitempty"`
}

type bimTable struct {
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	Hidden      bool           `json:"isHidden,omitempty"`
	Columns     []bimColumn    `json:"columns,omitempty"`
	Measures    []bimMeasure   `json:"measures,omitempty"`
	Partitions  []bimPartition `json:"partitions,omitempty"`
}

type bimColumn struct {
	Name       string `json:"name"`
	DataType   string `json:"dataType,omitempty"`
	Type       string `json:"type,omitempty"`
	Expression string `json:"expression,omitempty"`
	Hidden     bool   `json:"isHidden,omitempty"`
}

type bimMeasure struct {
	Name        string `json:"name"`
	Expression  string `json:"expression"`
	Description string `json:"description,omitempty"`
	Hidden      bool   `json:"isHidden,omitempty"`
}

type bimPartition struct {
	Name   string `json:"name"`
	Mode   string `json:"mode,omitempty"`
	Source struct {
		Type       string `json:"type"`
		Expression string `json:"expression,omitempty"`
		Schema     string `json:"schemaName,omitempty"`
	} `json:"source"`
}

type bimRelationship struct {
	FromTable   string `json:"fromTable"`
	FromColumn  string `json:"fromColumn"`
	ToTable     string `json:"toTable"`
	ToColumn    string `json:"toColumn"`
	CrossFilter string `json:"crossFilteringBehavior,omitempty"`
}

type bimExpression struct {
	Name        string `json:"name"`
	Kind        string `json:"kind"`
	Description string `json:"description,omitempty"`
	Expression  string `json:"expression"`
}

type bimRole struct {
	Name       string `json:"name"`
	Permission string `json:"modelPermission,omitempty"`
	// Members travel in the file although Microsoft's service drops them.
	Members []world.SecurityMember `json:"members,omitempty"`
	Filters []bimFilter            `json:"tablePermissions,omitempty"`
}

type bimFilter struct {
	Table      string `json:"name"`
	Expression string `json:"filterExpression"`
}

// bim writes a model's inside.
func bim(it *world.Item) string {
	f := bimFile{Name: it.Name, Mark: it.ContentMark(), Model: bimModel{Culture: "en-US", Tables: []bimTable{}}}
	if it.Model.Schema == nil {
		return encode(f)
	}
	for _, t := range it.Model.Schema.Tables {
		f.Model.Tables = append(f.Model.Tables, writeTable(t))
	}
	for _, r := range it.Model.Schema.Relationships {
		f.Model.Relationships = append(f.Model.Relationships, bimRelationship(r))
	}
	for _, e := range it.Model.Schema.Expressions {
		f.Model.Expressions = append(f.Model.Expressions, bimExpression{e.Name, "m", e.Description, e.Expression})
	}
	for _, r := range it.Model.Schema.Roles {
		role := bimRole{Name: r.Name, Permission: r.ModelPermission, Members: r.Members}
		for _, x := range r.Filters {
			role.Filters = append(role.Filters, bimFilter(x))
		}
		f.Model.Roles = append(f.Model.Roles, role)
	}
	return encode(f)
}

func writeTable(t world.Table) bimTable {
	out := bimTable{Name: t.Name, Description: t.Description, Hidden: t.Hidden}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, bimColumn{c.Name, c.DataType, c.ColumnType, c.Expression, c.Hidden})
	}
	for _, m := range t.Measures {
		out.Measures = append(out.Measures, bimMeasure{m.Name, m.Expression, m.Description, m.Hidden})
	}
	p := bimPartition{Name: t.Name, Mode: t.StorageMode}
	p.Source.Type, p.Source.Expression, p.Source.Schema = "m", t.SourceExpression, t.SchemaName
	out.Partitions = []bimPartition{p}
	return out
}

func readBIM(text []byte) (*world.Schema, string, error) {
	var f bimFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, "", err
	}
	s := &world.Schema{}
	for _, t := range f.Model.Tables {
		s.Tables = append(s.Tables, readTable(t))
	}
	for _, r := range f.Model.Relationships {
		s.Relationships = append(s.Relationships, world.Relationship(r))
	}
	for _, e := range f.Model.Expressions {
		s.Expressions = append(s.Expressions, world.Expression{Name: e.Name, Description: e.Description, Expression: e.Expression})
	}
	for _, r := range f.Model.Roles {
		role := world.SecurityRole{Name: r.Name, ModelPermission: r.Permission, Members: r.Members}
		for _, x := range r.Filters {
			role.Filters = append(role.Filters, world.TableFilter(x))
		}
		s.Roles = append(s.Roles, role)
	}
	return s, f.Mark, nil
}

func readTable(t bimTable) world.Table {
	out := world.Table{Name: t.Name, Description: t.Description, Hidden: t.Hidden}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, world.Column{Name: c.Name, DataType: c.DataType, ColumnType: c.Type, Expression: c.Expression, Hidden: c.Hidden})
	}
	for _, m := range t.Measures {
		out.Measures = append(out.Measures, world.Measure{Name: m.Name, Expression: m.Expression, Description: m.Description, Hidden: m.Hidden})
	}
	for _, p := range t.Partitions {
		out.StorageMode, out.SourceExpression, out.SchemaName = p.Mode, p.Source.Expression, p.Source.Schema
	}
	return out
}

// modelID finds the model in a report's connection string.
func modelID(connection string) string {
	for _, pair := range strings.Split(connection, ";") {
		if k, v, ok := strings.Cut(pair, "="); ok && strings.EqualFold(strings.TrimSpace(k), "semanticmodelid") {
			return strings.ToLower(strings.TrimSpace(v))
		}
	}
	return ""
}
