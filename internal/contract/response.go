package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// CheckResponse returns one line per breach of the definitions in the answer
// to req; none when the answer fits, or when no document covers the path.
func CheckResponse(req *http.Request, status int, header http.Header, body []byte) []string {
	path, ok := apiPath(req.URL)
	if !ok {
		return nil
	}
	r, _, err := find(req, path)
	if err != nil {
		return []string{err.Error()}
	}
	if r == nil {
		if status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
			return nil // what an unknown operation deserves
		}
		return []string{fmt.Sprintf("%s %s: no such operation", req.Method, path)}
	}
	var problems []string
	if status >= 400 {
		problems = checkEnvelope(r.doc, status, header, body)
	} else {
		problems = r.checkResponseBody(status, header, body)
	}
	for i := range problems {
		problems[i] = fmt.Sprintf("%s (%d): %s", r.name(), status, problems[i])
	}
	sort.Strings(problems)
	return problems
}

func (r route) checkResponseBody(status int, header http.Header, body []byte) []string {
	declared := r.operation.Responses.Value(strconv.Itoa(status))
	if declared == nil || declared.Value == nil {
		if r.deviates("response", strconv.Itoa(status), "status") {
			return nil
		}
		return []string{"this status is not declared"}
	}
	schema := jsonSchema(declared.Value.Content)
	if schema == nil {
		return nil
	}
	if len(body) == 0 {
		if r.deviates("response", "", "empty") {
			return nil
		}
		return []string{"the declared body is missing"}
	}
	if ct := header.Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
		return []string{fmt.Sprintf("content type is %q", ct)}
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []string{fmt.Sprintf("body is not JSON: %v", err)}
	}
	return r.checkValue(schema, value, false)
}

// checkValue validates a decoded body and drops the known deviations.
func (r route) checkValue(schema *openapi3.SchemaRef, value any, request bool) []string {
	side, option := "response", openapi3.VisitAsResponse()
	if request {
		side, option = "request", openapi3.VisitAsRequest()
	}
	err := schema.Value.VisitJSON(value, openapi3.MultiErrors(), openapi3.EnableFormatValidation(), option)
	var problems []string
	for _, e := range schemaErrors(err) {
		field := place(e.JSONPointer())
		what := breach(e)
		if !request && what == "enum" && extensible(e.Schema) {
			continue // Microsoft marks the list of values as open
		}
		if r.deviates(side, field, what) {
			continue
		}
		problems = append(problems, fmt.Sprintf("%s: %s", field, e.Reason))
	}
	return problems
}

// schemaErrors flattens what the validator returns to its leaves.
func schemaErrors(err error) []*openapi3.SchemaError {
	if err == nil {
		return nil
	}
	var multi openapi3.MultiError
	if errors.As(err, &multi) {
		var out []*openapi3.SchemaError
		for _, e := range multi {
			out = append(out, schemaErrors(e)...)
		}
		return out
	}
	var leaf *openapi3.SchemaError
	if !errors.As(err, &leaf) {
		return []*openapi3.SchemaError{{Reason: err.Error()}}
	}
	var nested openapi3.MultiError
	if leaf.Origin != nil && (errors.As(leaf.Origin, &nested) || errors.As(leaf.Origin, new(*openapi3.SchemaError))) {
		return schemaErrors(leaf.Origin)
	}
	return []*openapi3.SchemaError{leaf}
}

// breach names the kind of an error as deviations.go does.
func breach(e *openapi3.SchemaError) string {
	text, _ := e.Value.(string)
	switch {
	case e.SchemaField == "nullable", e.Value == nil && e.SchemaField == "type":
		return "null"
	case e.SchemaField == "format" && zoneless.MatchString(text):
		return "zoneless"
	case e.SchemaField == "format" && usDate.MatchString(text):
		return "us date"
	default:
		return e.SchemaField
	}
}

// Two spellings of a date that the service uses beside RFC 3339.
var (
	zoneless = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$`)
	usDate   = regexp.MustCompile(`^\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M$`)
)

// place turns a JSON pointer into the notation of deviations.go: array indexes
// become [], so that one line covers every element.
func place(pointer []string) string {
	var b strings.Builder
	for _, p := range pointer {
		if _, err := strconv.Atoi(p); err == nil {
			b.WriteString("[]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(p)
	}
	return b.String()
}

// extensible reports Microsoft's mark that clients must expect more values
// than the listed ones: x-ms-enum for Power BI, a sentence in the description
// for Fabric.
func extensible(s *openapi3.Schema) bool {
	if s == nil {
		return false
	}
	mark, _ := s.Extensions["x-ms-enum"].(map[string]any)
	open, _ := mark["modelAsExtensible"].(bool)
	text, _ := mark["modelAsString"].(bool)
	return open || text || strings.Contains(s.Description, "may be added")
}
