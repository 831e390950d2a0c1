package contract

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed definitions/*.json.gz
var definitionFiles embed.FS

// document is one of Microsoft's definitions with the routes it declares.
type document struct {
	name   string // as named in messages
	file   string
	prefix string // what precedes the document's paths in a URL
	repair []repair
	once   sync.Once
	routes []route
	err    error
}

// The swagger writes /v1.0/myorg in its paths; the Fabric documents have it in
// basePath. Order matters: the admin document is the more specific one.
var documents = []*document{
	{name: "Power BI", file: "powerbi.json.gz", prefix: "", repair: powerBIRepairs},
	{name: "Fabric admin", file: "fabric-admin.json.gz", prefix: "/v1/admin"},
	{name: "Fabric platform", file: "fabric-platform.json.gz", prefix: "/v1"},
}

// load parses the document once and returns its routes.
func (d *document) load() ([]route, error) {
	d.once.Do(func() { d.routes, d.err = d.parse() })
	if d.err != nil {
		return nil, fmt.Errorf("definition %s: %w", d.file, d.err)
	}
	return d.routes, nil
}

func (d *document) parse() ([]route, error) {
	raw, err := readDefinition(d.file)
	if err != nil {
		return nil, err
	}
	if raw, err = repaired(raw, d.repair); err != nil {
		return nil, err
	}
	var v2 openapi2.T
	if err := json.Unmarshal(raw, &v2); err != nil {
		return nil, err
	}
	v3, err := openapi2conv.ToV3(&v2)
	if err != nil {
		return nil, err
	}
	if err := openapi3.NewLoader().ResolveRefsIn(v3, nil); err != nil {
		return nil, err
	}
	return routesOf(d, v3), nil
}

// readDefinition unpacks one embedded document. swagger.json starts with a
// UTF-8 byte order mark, which JSON does not allow.
func readDefinition(file string) ([]byte, error) {
	packed, err := definitionFiles.ReadFile("definitions/" + file)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	return bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), nil
}

// repair corrects a flaw of a document before it is parsed.
type repair struct {
	definition string
	reason     string
	apply      func(schema map[string]any)
}

// repaired applies the repairs to a swagger 2 document. x-ms-examples are
// dropped on the way: they are most of the file and are kept as samples.
func repaired(raw []byte, repairs []repair) ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	definitions, _ := doc["definitions"].(map[string]any)
	for _, r := range repairs {
		schema, ok := definitions[r.definition].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("repair of %s (%s): no such definition", r.definition, r.reason)
		}
		r.apply(schema)
	}
	paths, _ := doc["paths"].(map[string]any)
	for _, item := range paths {
		operations, _ := item.(map[string]any)
		for _, op := range operations {
			if o, ok := op.(map[string]any); ok {
				delete(o, "x-ms-examples")
			}
		}
	}
	return json.Marshal(doc)
}
