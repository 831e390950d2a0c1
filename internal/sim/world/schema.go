package world

import "strconv"

// Schemas are drawn from a few patterns made once: tables, columns and
// measures are shared between models and are only to be read. Roles belong to
// each model.

// pattern is one subject area of a model.
type pattern struct {
	fact    string
	columns []string
	measure string
	dims    []string
}

var patterns = []pattern{
	{"FactBudget", []string{"Amount", "CostCenterKey", "AccountKey", "DateKey", "Version"}, "Budget Amount", []string{"DimCostCenter", "DimAccount", "DimDate"}},
	{"FactSales", []string{"Revenue", "Quantity", "CustomerKey", "ProductKey", "DateKey"}, "Total Revenue", []string{"DimCustomer", "DimProduct", "DimDate"}},
	{"FactHeadcount", []string{"FTE", "EmployeeKey", "OrgKey", "DateKey", "Salary"}, "Headcount", []string{"DimEmployee", "DimOrganisation", "DimDate"}},
	{"FactShipment", []string{"Weight", "CarrierKey", "RouteKey", "DateKey", "Cost"}, "Shipping Cost", []string{"DimCarrier", "DimRoute", "DimDate"}},
	{"FactTicket", []string{"Duration", "AgentKey", "CustomerKey", "DateKey", "Priority"}, "Open Tickets", []string{"DimAgent", "DimCustomer", "DimDate"}},
	{"FactProduction", []string{"Pieces", "Scrap", "LineKey", "ShiftKey", "DateKey"}, "Yield %", []string{"DimLine", "DimShift", "DimDate"}},
	{"FactCampaign", []string{"Clicks", "Impressions", "CampaignKey", "ChannelKey", "DateKey"}, "Conversion Rate", []string{"DimCampaign", "DimChannel", "DimDate"}},
	{"Umsätze 2026", []string{"Betrag €", "Kunde", "Größe", "Datum", "Straße"}, "Umsatz 'netto'", []string{"Kunden", "Zeit"}},
}

var schemas = func() []Schema {
	var out []Schema
	for i, p := range patterns {
		for variant := range 3 {
			out = append(out, newSchema(p, i, variant))
		}
	}
	return out
}()

func newSchema(p pattern, n, variant int) Schema {
	fact := Table{Name: p.fact, StorageMode: "Import", SchemaName: "dbo",
		SourceExpression: "let\n    Source = " + p.fact + "_src,\n    Filtered = Table.SelectRows(Source, each [Active] = true)\nin\n    Filtered"}
	for i, c := range p.columns {
		fact.Columns = append(fact.Columns, Column{Name: c, DataType: []string{"Double", "Int64", "Int64", "DateTime", "String"}[i], ColumnType: "Data", Hidden: i == 1})
	}
	fact.Columns = append(fact.Columns, Column{Name: p.columns[0] + " k", DataType: "Double", ColumnType: "Calculated",
		Expression: "'" + p.fact + "'[" + p.columns[0] + "] / 1000"})
	fact.Measures = []Measure{
		{Name: p.measure, Expression: "SUM('" + p.fact + "'[" + p.columns[0] + "])", Description: "Main figure"},
		{Name: p.measure + " YTD", Expression: "TOTALYTD([" + p.measure + "], 'DimDate'[Date])"},
		{Name: "_helper", Expression: "CALCULATE([" + p.measure + "], ALL('" + p.fact + "'))", Hidden: true},
	}
	s := Schema{Tables: []Table{fact}}
	for _, d := range p.dims[:min(len(p.dims), 1+variant)] {
		s.Tables = append(s.Tables, Table{Name: d, StorageMode: "Import", Columns: []Column{
			{Name: "Key", DataType: "Int64", ColumnType: "Data", Hidden: true}, {Name: "Name", DataType: "String", ColumnType: "Data"},
			{Name: "RowNumber-2662979B-1795-4F74-8F37-6A1BA8059B61", DataType: "Int64", Hidden: true},
		}, SourceExpression: "let\n    Source = Sql.Database(Server, Database){[Schema=\"dbo\",Item=\"" + d + "\"]}[Data]\nin\n    Source"})
		s.Relationships = append(s.Relationships, Relationship{FromTable: p.fact, FromColumn: p.columns[2], ToTable: d, ToColumn: "Key", CrossFilter: "OneDirection"})
	}
	s.Expressions = []Expression{
		{Name: "Server", Description: "server name", Expression: `"sql-` + strconv.Itoa(n) + `.contoso.com" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`},
		{Name: "Database", Expression: `"DWH" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`},
		{Name: p.fact + "_src", Description: "shared query", Expression: "let\n    Source = Sql.Database(Server, Database),\n    Data = Source{[Schema=\"dbo\",Item=\"" + p.fact + "\"]}[Data]\nin\n    Data"},
	}
	return s
}

// patternOf is the subject of a model. Along a project's stages it is the same;
// what is not deployed yet has tables more. One model in ten has lost some since
// it was deployed, so that the next deployment would destroy data.
func (w *World) patternOf(k key, s spec, p itemPlan) Schema {
	if s.class != classProject {
		return pick(k.sub(80), schemas)
	}
	base := w.projectKey(s.project).sub2(tagItem, uint64(p.k)).sub(80)
	variant := max(base.sub(1).n(3)-s.stage, 0)
	if base.sub(2).chance(0.1) {
		variant = min(s.stage, 2)
	}
	return schemas[base.n(len(patterns))*3+variant]
}

// schemaOf is the inside of a model. Every eighth has row-level security, whose
// members include people who have left.
func (w *World) schemaOf(k key, b *builder, s spec, p itemPlan) *Schema {
	sc := w.patternOf(k, s, p)
	if k.sub(81).chance(0.12) || s.class == classHub {
		member := func(p *Principal) SecurityMember { return SecurityMember{Name: p.Identifier(), ID: p.ID, Kind: p.Kind} }
		group := b.principal(ref{kind: refGroup, a: uint32(w.teamGroup(s.dept, s.team))})
		role := SecurityRole{Name: "Own region", ModelPermission: "Read",
			Members: []SecurityMember{{Name: group.DisplayName, ID: group.ID, Kind: KindGroup}},
			Filters: []TableFilter{{Table: sc.Tables[0].Name, Expression: "[Region] = USERPRINCIPALNAME()"}}}
		if r, ok := w.colleague(s.dept, s.team, k.sub(82), b.st.life.created); ok {
			role.Members = append(role.Members, member(b.principal(r)))
		}
		sc.Roles = []SecurityRole{role, {Name: "All", ModelPermission: "Read"}}
	}
	return &sc
}
