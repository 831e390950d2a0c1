package world

// Datasource is a datasource instance that models and dataflows use.
type Datasource struct {
	ID            string
	Type          string            // Sql, File, Web, SharePointList, AnalysisServices, Extension…
	GatewayID     string            // "" = cloud, no gateway
	Connection    map[string]string // connectionDetails by wire key: server, database, url, path, …
	Misconfigured bool              // listed among the misconfigured ones
}
