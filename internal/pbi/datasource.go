package pbi

// Datasource is a data source that items of the tenant use.
type Datasource struct {
	ID, Type string
	// GatewayID is empty for a cloud source.
	GatewayID string
	// Connection are the connection details by their names in lower case
	// (server, database, url, path, kind, account, domain, ...).
	Connection map[string]string
	// Misconfigured says that the source came in the misconfigured list.
	Misconfigured bool
	// Raw is the source as it came, valid until the sink returns.
	Raw []byte
}

func readDatasource(c *cursor) Datasource {
	var d Datasource
	c.blank()
	start := c.i
	c.object(func(key, _ string) {
		switch key {
		case "datasourceid":
			d.ID = c.id()
		case "datasourcetype":
			d.Type = c.word()
		case "gatewayid":
			d.GatewayID = c.id()
		case "connectiondetails":
			c.object(func(key, _ string) {
				if v := c.text(); v != "" {
					if d.Connection == nil {
						d.Connection = map[string]string{}
					}
					d.Connection[key] = v
				}
			})
		}
	})
	d.Raw = c.b[start:c.i]
	return d
}
