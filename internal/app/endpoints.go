package app

import (
	"strings"

	"steward/internal/config"
	"steward/internal/entra"
)

// Paths under which Microsoft serves the three APIs. A custom cloud may be
// given with or without them.
const (
	apiPath    = "/v1.0/myorg"
	fabricPath = "/v1"
	graphPath  = "/v1.0"
)

// graphResource names Microsoft Graph in token requests of a custom cloud on
// loopback, whose own address is nobody's audience.
const graphResource = "https://graph.microsoft.com"

// endpoints are the addresses of a tenant's cloud.
func endpoints(t config.Tenant) (entra.Endpoints, error) {
	if t.Cloud != "custom" {
		return entra.Cloud(t.Cloud)
	}
	e := t.Endpoints
	return entra.Endpoints{
		Authority: strings.TrimSuffix(e.Authority, "/"),
		Resource:  strings.TrimSuffix(strings.TrimSuffix(e.Resource, "/.default"), "/"),
		API:       ending(e.API, apiPath),
		Fabric:    ending(e.Fabric, fabricPath),
		Graph:     ending(e.Graph, graphPath),
	}, nil
}

// ending appends a path that is not there yet.
func ending(base, path string) string {
	base = strings.TrimSuffix(base, "/")
	if base == "" || strings.HasSuffix(base, path) {
		return base
	}
	return base + path
}

// graphScope is what to ask the token service for to call Microsoft Graph.
func graphScope(e entra.Endpoints) string {
	if strings.HasPrefix(e.Graph, "http://") {
		return graphResource + "/.default"
	}
	return e.GraphScope()
}
