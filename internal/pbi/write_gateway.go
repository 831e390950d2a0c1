package pbi

import (
	"context"
	"strings"

	"steward/internal/upstream"
)

// Ordinary reads of parameters, sources and gateways; Microsoft states no limit.
var (
	OpParameters     = read("groups/{id}/datasets/{id}/parameters")
	OpSources        = read("groups/{id}/datasets/{id}/datasources")
	OpBound          = read("groups/{id}/datasets/{id}/Default.GetBoundGatewayDatasources")
	OpDiscover       = read("groups/{id}/datasets/{id}/Default.DiscoverGateways")
	OpGateways       = read("gateways")
	OpGatewaySources = read("gateways/{id}/datasources")
)

// Parameter is a query parameter of a model.
type Parameter struct {
	Name string
	// Type is Text, Number, Logical, Date, DateTime, ... Any and Binary cannot be
	// changed by UpdateParameters.
	Type, Value string
	Required    bool
}

// Parameters returns the query parameters of a model.
// GET groups/{id}/datasets/{id}/parameters.
func (x *Executor) Parameters(ctx context.Context, workspaceID, modelID string) ([]Parameter, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpParameters, groupPath(workspaceID, "datasets", modelID)+"/parameters", nil, readParameter, "value")
}

func readParameter(c *cursor) Parameter {
	var p Parameter
	c.object(func(key, _ string) {
		switch key {
		case "name":
			p.Name = c.text()
		case "type":
			p.Type = c.word()
		case "currentvalue":
			p.Value = c.text()
		case "isrequired":
			p.Required = c.boolean()
		}
	})
	return p
}

// Sources returns where a model gets its data. GatewayID is empty for a source in
// the cloud.
// GET groups/{id}/datasets/{id}/datasources.
func (x *Executor) Sources(ctx context.Context, workspaceID, modelID string) ([]Datasource, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpSources, groupPath(workspaceID, "datasets", modelID)+"/datasources", nil, readDatasource, "value")
}

// GatewaySource is a datasource of an on-premises gateway.
type GatewaySource struct {
	ID, GatewayID, Name, Type string
	// Credential is Basic, Windows, Anonymous, OAuth2, Key or SAS.
	Credential string
	// Connection has Microsoft's names in lower case: server, database, path, ...
	Connection map[string]string
}

// BoundSources returns the gateway's sources that a model is bound to; none when it
// is bound to no gateway.
// GET groups/{id}/datasets/{id}/Default.GetBoundGatewayDatasources.
func (x *Executor) BoundSources(ctx context.Context, workspaceID, modelID string) ([]GatewaySource, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpBound, groupPath(workspaceID, "datasets", modelID)+"/Default.GetBoundGatewayDatasources", nil, readGatewaySource, "value")
}

// GatewaySources returns the sources of a gateway that the executor administers.
// GET gateways/{id}/datasources.
func (x *Executor) GatewaySources(ctx context.Context, gatewayID string) ([]GatewaySource, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpGatewaySources, "gateways/"+upstream.Segment(gatewayID)+"/datasources", nil, readGatewaySource, "value")
}

// readGatewaySource reads a source; its connection is JSON in a string.
func readGatewaySource(c *cursor) GatewaySource {
	var s GatewaySource
	c.object(func(key, _ string) {
		switch key {
		case "id":
			s.ID = c.id()
		case "gatewayid":
			s.GatewayID = c.id()
		case "datasourcename":
			s.Name = c.text()
		case "datasourcetype":
			s.Type = c.word()
		case "credentialtype":
			s.Credential = c.word()
		case "connectiondetails":
			s.Connection = readConnection(c)
		}
	})
	return s
}

func readConnection(c *cursor) map[string]string {
	if c.kind() == '"' {
		text := c.text()
		if !valid([]byte(text)) {
			return nil
		}
		c = newCursor([]byte(text), nil)
	}
	out := map[string]string{}
	c.object(func(key, _ string) {
		if v := c.text(); v != "" {
			out[strings.ToLower(key)] = v
		}
	})
	return out
}

// Gateway is an on-premises gateway.
type Gateway struct {
	ID, Name string
	// Type is Resource, Personal, ...
	Type string
}

// Gateways returns the gateways that the executor administers.
// GET gateways.
func (x *Executor) Gateways(ctx context.Context) ([]Gateway, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpGateways, "gateways", nil, readGateway, "value")
}

// DiscoverGateways returns those that have every source that a model needs.
// GET groups/{id}/datasets/{id}/Default.DiscoverGateways.
func (x *Executor) DiscoverGateways(ctx context.Context, workspaceID, modelID string) ([]Gateway, error) {
	return wholeList(ctx, x.c, x.c.powerBI, OpDiscover, groupPath(workspaceID, "datasets", modelID)+"/Default.DiscoverGateways", nil, readGateway, "value")
}

func readGateway(c *cursor) Gateway {
	var g Gateway
	c.object(func(key, _ string) {
		switch key {
		case "id":
			g.ID = c.id()
		case "name":
			g.Name = c.text()
		case "type":
			g.Type = c.word()
		}
	})
	return g
}
