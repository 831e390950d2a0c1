package world

import (
	"strconv"
	"time"
)

// Datasource instances are numbered inside a block of workspaces: neighbours
// use the same servers.
const (
	datasourcesPerBlock = 9
	badDatasource       = 7 // nobody configured it
	liveDatasource      = 8
)

func (w *World) datasourceID(slot, n int) string {
	return w.id(idDatasource, uint32(slot/blockSize), uint64(n%datasourcesPerBlock))
}

// gatewayOf is the gateway of a datasource, "" for cloud sources.
func (w *World) gatewayOf(slot, n int) string {
	if n == 0 || n == 1 || n == badDatasource {
		return w.id(idGateway, uint32(slot/blockSize%4), 0)
	}
	return ""
}

// Datasource finds a datasource instance by id.
func (w *World) Datasource(id string, t time.Time) (Datasource, bool) {
	block, b, ok := w.parseKind(id, idDatasource)
	if !ok || b >= datasourcesPerBlock {
		return Datasource{}, false
	}
	slot, n := int(block)*blockSize, int(b)
	d := Datasource{ID: w.id(idDatasource, block, b), GatewayID: w.gatewayOf(slot, n)}
	dep := departments[int(block)%len(departments)].code
	nn := strconv.Itoa(int(block))
	c := map[string]string{}
	switch n {
	case 0:
		d.Type, c["server"], c["database"] = "Sql", "sql"+nn+".corp.contoso.com", dep+"_DWH"
	case 1:
		d.Type, c["path"] = "File", `\\fs01\`+dep+`\Planung\Budget größer 2026.xlsx`
	case 2:
		d.Type, c["url"] = "Web", "https://api.fabrikam.com/v2/"+dep+"?region=all&top=100"
	case 3:
		d.Type, c["sharePointSiteUrl"] = "SharePointList", "https://contoso.sharepoint.com/sites/"+dep
	case 4:
		d.Type, c["server"], c["database"] = "AzureSqlDatabase", "contoso-"+nn+".database.windows.net", "reporting"
	case 5:
		d.Type, c["account"], c["domain"] = "AzureDataLakeStorage", "contosolake", "dfs.core.windows.net"
	case 6:
		d.Type, c["extensionDataSourceKind"], c["extensionDataSourcePath"] = "Extension", "Snowflake", "contoso.snowflakecomputing.com;"+dep
	case badDatasource:
		d.Type, c["server"], c["database"], d.Misconfigured = "Sql", "old-sql-"+nn, "dbo.table", true
	default:
		d.Type, c["server"], c["database"] = "AnalysisServices", "asazure://westeurope.asazure.windows.net/contoso"+nn, "Cube"
	}
	d.Connection = c
	return d, true
}
