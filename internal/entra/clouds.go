package entra

import (
	"slices"
	"strings"

	"steward/internal/fault"
)

// Endpoints are the addresses of one Microsoft cloud.
type Endpoints struct {
	// Authority is the token service without the tenant.
	Authority string
	// Resource is Power BI's name in token requests; Scope derives from it.
	Resource string
	// API is the base of the Power BI REST API, with /v1.0/myorg.
	API string
	// Fabric is the base of the Fabric REST API, with /v1. Empty where
	// Microsoft documents none.
	Fabric string
	// Graph is the base of Microsoft Graph, with /v1.0.
	Graph string
	// App is where people open Power BI.
	App string
	// Hosts are the host names that a followed address may have besides the
	// bases' own; one with a leading dot stands for every host below it.
	// Power BI answers from regional hosts.
	Hosts []string
}

// Scope is what to ask the token service for to call Power BI (and Fabric,
// which takes the same token).
func (e Endpoints) Scope() string { return strings.TrimSuffix(e.Resource, "/") + "/.default" }

// GraphScope is what to ask the token service for to call Microsoft Graph.
func (e Endpoints) GraphScope() string { return strings.TrimSuffix(e.Graph, "/v1.0") + "/.default" }

// clouds as Microsoft documents them (Power BI for government, national
// clouds; Microsoft Graph national cloud deployments).
var clouds = map[string]Endpoints{
	"public": {
		Authority: "https://login.microsoftonline.com",
		Resource:  "https://analysis.windows.net/powerbi/api",
		API:       "https://api.powerbi.com/v1.0/myorg",
		Fabric:    "https://api.fabric.microsoft.com/v1",
		Graph:     "https://graph.microsoft.com/v1.0",
		App:       "https://app.powerbi.com",
		Hosts:     []string{".analysis.windows.net", "api.powerbi.com", "api.fabric.microsoft.com"},
	},
	"gcc": {
		Authority: "https://login.microsoftonline.com",
		Resource:  "https://analysis.usgovcloudapi.net/powerbi/api",
		API:       "https://api.powerbigov.us/v1.0/myorg",
		Graph:     "https://graph.microsoft.com/v1.0",
		App:       "https://app.powerbigov.us",
		Hosts:     []string{".analysis.usgovcloudapi.net", "api.powerbigov.us"},
	},
	"gcchigh": {
		Authority: "https://login.microsoftonline.us",
		Resource:  "https://high.analysis.usgovcloudapi.net/powerbi/api",
		API:       "https://api.high.powerbigov.us/v1.0/myorg",
		Graph:     "https://graph.microsoft.us/v1.0",
		App:       "https://app.high.powerbigov.us",
		Hosts:     []string{".high.analysis.usgovcloudapi.net", "api.high.powerbigov.us"},
	},
	"dod": {
		Authority: "https://login.microsoftonline.us",
		Resource:  "https://mil.analysis.usgovcloudapi.net/powerbi/api",
		API:       "https://api.mil.powerbigov.us/v1.0/myorg",
		Graph:     "https://dod-graph.microsoft.us/v1.0",
		App:       "https://app.mil.powerbigov.us",
		Hosts:     []string{".mil.analysis.usgovcloudapi.net", "api.mil.powerbigov.us"},
	},
	"china": {
		Authority: "https://login.chinacloudapi.cn",
		Resource:  "https://analysis.chinacloudapi.cn/powerbi/api",
		API:       "https://api.powerbi.cn/v1.0/myorg",
		Graph:     "https://microsoftgraph.chinacloudapi.cn/v1.0",
		App:       "https://app.powerbi.cn",
		Hosts:     []string{".analysis.chinacloudapi.cn", "api.powerbi.cn"},
	},
}

// CloudNames returns the names that Cloud knows, sorted.
func CloudNames() []string {
	names := make([]string, 0, len(clouds))
	for name := range clouds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Cloud returns the addresses of a Microsoft cloud by its name in the
// configuration. "custom" is not one of them: its addresses are configured.
func Cloud(name string) (Endpoints, error) {
	e, ok := clouds[name]
	if !ok {
		return Endpoints{}, fault.New(fault.Invalid, "There is no cloud %q: use one of %s, or custom with its own endpoints.", name, strings.Join(CloudNames(), ", "))
	}
	e.Hosts = slices.Clone(e.Hosts)
	return e, nil
}
