package world

import (
	"maps"
	"strconv"
	"strings"
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
		return w.id(idGateway, uint32(slot/blockSize%gateways), 0)
	}
	return ""
}

// Datasource finds a datasource instance by id.
func (w *World) Datasource(id string, t time.Time) (Datasource, bool) {
	if d, ok := w.madeSource(id); ok {
		return d, true
	}
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

// madeSource is a datasource that callers made by pointing a model elsewhere.
func (w *World) madeSource(id string) (Datasource, bool) {
	w.o.mu.RLock()
	defer w.o.mu.RUnlock()
	d, ok := w.o.sources[strings.ToLower(id)]
	d.Connection = maps.Clone(d.Connection)
	return d, ok
}

// MakeDatasource adds a datasource instance, or finds the one that callers made
// before with the same type and connection.
func (w *World) MakeDatasource(d Datasource) Datasource {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	for _, old := range w.o.sources {
		if old.Type == d.Type && maps.Equal(old.Connection, d.Connection) {
			return old
		}
	}
	d.ID = w.NewID()
	w.o.sources[d.ID] = d
	return d
}

// gateways is how many on-premises gateways the tenant has.
const gateways = 4

// Gateway is an on-premises gateway.
type Gateway struct{ ID, Name string }

// Gateways are the tenant's on-premises gateways.
func (w *World) Gateways() []Gateway {
	out := make([]Gateway, gateways)
	for i := range out {
		out[i] = Gateway{w.id(idGateway, uint32(i), 0), "GW-" + []string{"AMS-01", "AMS-02", "BER-01", "LAB"}[i]}
	}
	return out
}

// GatewayDatasources are the datasources of a gateway at t, at most n.
func (w *World) GatewayDatasources(gateway string, t time.Time, n int) []Datasource {
	out := []Datasource{}
	for block := 0; block <= w.Slots(t)/blockSize && len(out) < n; block++ {
		for i := range datasourcesPerBlock {
			if d, ok := w.Datasource(w.datasourceID(block*blockSize, i), t); ok && d.GatewayID != "" && strings.EqualFold(d.GatewayID, gateway) && !d.Misconfigured {
				out = append(out, d)
			}
		}
	}
	return out
}
