package contract

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// route is one operation of a document with its path cut into segments.
type route struct {
	doc       *document
	method    string
	segments  []string // a parameter is "{name}"
	operation *openapi3.Operation
	params    openapi3.Parameters // of the path item and of the operation
}

// name is what messages call the operation.
func (r route) name() string { return r.operation.OperationID }

func routesOf(d *document, doc *openapi3.T) []route {
	var out []route
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			out = append(out, route{
				doc:       d,
				method:    method,
				segments:  segments(d.prefix + path),
				operation: op,
				params:    append(append(openapi3.Parameters{}, item.Parameters...), op.Parameters...),
			})
		}
	}
	return out
}

func segments(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// apiPath cuts the part of a URL path that the definitions speak about, so
// that a stand-in may serve the APIs below any prefix. ok is false for calls
// that no document covers (Graph, the token endpoint).
func apiPath(u *url.URL) (path string, ok bool) {
	p := u.EscapedPath()
	for _, start := range []string{"/v1.0/myorg/", "/v1/"} {
		if i := strings.Index(p, start); i >= 0 {
			return strings.TrimSuffix(p[i:], "/"), true
		}
	}
	return "", false
}

// find returns the operation of a request and its path parameters, unescaped.
// A literal segment wins over a parameter, as in /capacities/refreshables
// beside /capacities/{capacityId}.
func find(req *http.Request, path string) (*route, map[string]string, error) {
	parts := segments(path)
	var best *route
	var bestParams map[string]string
	for _, d := range documents {
		routes, err := d.load()
		if err != nil {
			return nil, nil, err
		}
		for i := range routes {
			r := &routes[i]
			if r.method != req.Method {
				continue
			}
			params, ok := match(r.segments, parts)
			if ok && (best == nil || len(params) < len(bestParams)) {
				best, bestParams = r, params
			}
		}
	}
	return best, bestParams, nil
}

func match(pattern, parts []string) (map[string]string, bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	params := map[string]string{}
	for i, seg := range pattern {
		if strings.HasPrefix(seg, "{") {
			v, err := url.PathUnescape(parts[i])
			if err != nil || v == "" {
				return nil, false
			}
			params[strings.Trim(seg, "{}")] = v
			continue
		}
		if seg != parts[i] {
			return nil, false
		}
	}
	return params, true
}
