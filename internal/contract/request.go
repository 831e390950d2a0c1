package contract

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// CheckRequest returns one line per breach of the definitions; none when the
// request fits, or when no document covers its path.
func CheckRequest(req *http.Request, body []byte) []string {
	path, ok := apiPath(req.URL)
	if !ok {
		return nil
	}
	r, pathParams, err := find(req, path)
	if err != nil {
		return []string{err.Error()}
	}
	if r == nil {
		return []string{fmt.Sprintf("%s %s: no such operation", req.Method, path)}
	}
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return []string{fmt.Sprintf("%s: query %q: %v", r.name(), req.URL.RawQuery, err)}
	}
	problems := r.checkParams(pathParams, query)
	problems = append(problems, r.checkRequestBody(req, body)...)
	for i := range problems {
		problems[i] = r.name() + ": " + problems[i]
	}
	sort.Strings(problems)
	return problems
}

func (r route) checkParams(path map[string]string, query url.Values) []string {
	var problems []string
	declared := map[string]bool{}
	for _, ref := range r.params {
		p := ref.Value
		values, given := query[p.Name]
		if p.In == openapi3.ParameterInPath {
			values, given = []string{path[p.Name]}, true
		} else if p.In != openapi3.ParameterInQuery {
			continue
		}
		declared[p.Name] = true
		if !given {
			// A call that goes on with a continuation token gives only that.
			if p.Required && !query.Has("continuationToken") {
				problems = append(problems, fmt.Sprintf("required parameter %s is missing", p.Name))
			}
			continue
		}
		if len(values) > 1 {
			problems = append(problems, fmt.Sprintf("parameter %s is given %d times", p.Name, len(values)))
		}
		if why := checkText(p.Schema, values[0]); why != "" && !r.deviates("request", p.Name, "format") {
			problems = append(problems, fmt.Sprintf("parameter %s = %q: %s", p.Name, values[0], why))
		}
	}
	for name := range query {
		if !declared[name] && !undeclaredParams[name] {
			problems = append(problems, fmt.Sprintf("parameter %s is not declared", name))
		}
	}
	return problems
}

// checkText checks a parameter's text against its schema; "" means it fits.
func checkText(ref *openapi3.SchemaRef, text string) string {
	if ref == nil || ref.Value == nil {
		return ""
	}
	s := ref.Value
	switch {
	case s.Type.Is("integer"):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return "is not an integer"
		}
		if s.Min != nil && float64(n) < *s.Min || s.Max != nil && float64(n) > *s.Max {
			return "is out of range"
		}
	case s.Type.Is("boolean"):
		if !slices.Contains([]string{"true", "false"}, strings.ToLower(text)) {
			return "is not true or false"
		}
	case s.Type.Is("string") && s.Format == "uuid" && !guid.MatchString(text):
		return "is not a GUID"
	case s.Type.Is("array") && s.Items != nil && s.Items.Value != nil:
		for _, one := range strings.Split(text, ",") {
			if why := checkText(s.Items, one); why != "" {
				return why
			}
		}
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(v any) bool { return fmt.Sprint(v) == text }) {
		return "is not one of the declared values"
	}
	return ""
}

// checkRequestBody is stricter than the check of answers: a field that the
// document does not declare is a mistake of ours.
func (r route) checkRequestBody(req *http.Request, body []byte) []string {
	declared := r.operation.RequestBody
	if declared == nil || declared.Value == nil {
		if len(body) > 0 && string(body) != "{}" {
			return []string{"a body is sent where none is declared"}
		}
		return nil
	}
	if len(body) == 0 {
		if declared.Value.Required {
			return []string{"the required body is missing"}
		}
		return nil
	}
	mediaType, _, _ := strings.Cut(req.Header.Get("Content-Type"), ";")
	if mediaType == "multipart/form-data" {
		return nil // a file, not JSON
	}
	if mediaType != "application/json" {
		return []string{fmt.Sprintf("body has content type %q", mediaType)}
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []string{fmt.Sprintf("body is not JSON: %v", err)}
	}
	schema := jsonSchema(declared.Value.Content)
	if schema == nil {
		return nil
	}
	problems := r.checkValue(schema, value, true)
	object, _ := value.(map[string]any)
	known := properties(schema.Value)
	for name := range object {
		if len(known) > 0 && !known[name] && !r.deviates("request", name, "undeclared") {
			problems = append(problems, fmt.Sprintf("body field %s is not declared", name))
		}
	}
	return problems
}

// properties returns the declared property names of an object schema, those of
// allOf included.
func properties(s *openapi3.Schema) map[string]bool {
	names := map[string]bool{}
	for name := range s.Properties {
		names[name] = true
	}
	for _, part := range s.AllOf {
		for name := range properties(part.Value) {
			names[name] = true
		}
	}
	return names
}

// jsonSchema returns the JSON schema among contents; nil when there is none.
func jsonSchema(content openapi3.Content) *openapi3.SchemaRef {
	for name, media := range content {
		if strings.Contains(name, "json") || name == "*/*" {
			return media.Schema
		}
	}
	return nil
}
