package api

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"steward/internal/buildinfo"
)

// about stands at the head of the document.
const about = `What the pages of Steward show, and every request that they ask for, as JSON.

A person makes a token at /me/tokens for a purpose: it reads, asks, scans or runs refresh plans, in the tenants chosen, until its day. Send it as ` + "`Authorization: Bearer stw_…`" + ` and nowhere else. A token never does more than its owner may at that moment, and it never decides: approvals are given by people, on pages.

Lists are pages: next is the cursor of the following one. Answers to GET carry an ETag; send it as If-None-Match and get 304 while nothing changed. Every refusal is problem+json (RFC 9457) with the sentence that a page would show; what is absent and what is not open to you look the same. 429 says in Retry-After how many seconds to wait.`

// refusals are the answers that any operation can give.
var refusals = map[int]string{
	401: "No token, or one that is not accepted.", 403: "It is not allowed: by a rule, or for who asks.", 404: "There is nothing here, or nothing that is open to you.",
	409: "It changed meanwhile, or something else is under way.", 413: "The body is larger than the portal takes.", 422: "It cannot be done as written; errors names the fields.",
	429: "Too many in a short time; Retry-After says when to come back.", 503: "Not available at the moment; try again.",
}

// openAPI writes the document of the table.
func (a *API) openAPI() ([]byte, error) {
	paths := map[string]map[string]any{}
	for _, o := range a.Table() {
		if paths[o.Path] == nil {
			paths[o.Path] = map[string]any{}
		}
		paths[o.Path][strings.ToLower(o.Method)] = o.document()
	}
	return json.MarshalIndent(map[string]any{
		"openapi":  "3.1.0",
		"info":     map[string]any{"title": "Steward", "version": buildinfo.Version(), "description": about},
		"servers":  []any{map[string]any{"url": a.PublicURL + Root}},
		"security": []any{map[string]any{"token": []string{}}},
		"paths":    paths,
		"components": map[string]any{
			"securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer", "description": "A token made at /me/tokens, or an access token of the sign-in provider for this application."}},
			"schemas":         map[string]any{"Page": pageHead(), "Problem": problemSchema(), "Request": schemaOf(reflect.TypeFor[requestBody]())},
			"responses":       problemResponses(),
		},
	}, "", " ")
}

// document is the operation as OpenAPI writes it.
func (o Operation) document() map[string]any {
	var words []string
	for _, g := range o.Grants() {
		words = append(words, string(g))
	}
	out := map[string]any{"operationId": o.ID, "tags": []string{o.Tag}, "summary": o.Summary,
		"description": strings.TrimSpace(o.About + " Needs a token with: " + strings.Join(words, " or ") + "."), "x-action": string(o.Action)}
	params := []any{}
	for _, p := range o.Params {
		where := "query"
		if strings.Contains(o.Path, "{"+p.Name+"}") {
			where = "path"
		}
		params = append(params, map[string]any{"name": p.Name, "in": where, "required": p.Required && where == "path" || p.Required, "description": p.Says, "schema": p.Schema})
	}
	if len(params) > 0 {
		out["parameters"] = params
	}
	if o.Body != nil {
		content := map[string]any{"application/json": map[string]any{"schema": o.Body}}
		if o.Form {
			content["multipart/form-data"] = map[string]any{"schema": Schema{"type": "object", "description": "The form's own fields by name, with kind, tenant, reason, submit and key; a file as file."}}
		}
		out["requestBody"] = map[string]any{"content": content}
	}
	answers := map[string]any{strconv.Itoa(o.Status): map[string]any{"description": o.Summary + ".", "content": map[string]any{"application/json": map[string]any{"schema": o.Answer}},
		"headers": map[string]any{"ETag": map[string]any{"description": "Of answers to GET.", "schema": text("")}}}}
	if o.Method == "GET" {
		answers["304"] = map[string]any{"description": "Nothing changed since the ETag that was sent."}
	}
	for status := range refusals {
		answers[strconv.Itoa(status)] = map[string]any{"$ref": "#/components/responses/E" + strconv.Itoa(status)}
	}
	out["responses"] = answers
	return out
}

func problemResponses() map[string]any {
	out := map[string]any{}
	for status, says := range refusals {
		out["E"+strconv.Itoa(status)] = map[string]any{"description": says, "content": map[string]any{"application/problem+json": map[string]any{"schema": ref("Problem")}}}
	}
	return out
}

func problemSchema() Schema {
	return object(Schema{"type": text(""), "title": text(""), "status": Schema{"type": "integer"}, "detail": text("What is wrong and what to do, as a page would say it."),
		"instance": text("The id of the HTTP request, for whoever runs the portal."), "field": text("The field at fault, where it is one."),
		"errors": list(schemaOf(reflect.TypeFor[errorBody]()))}, "field", "errors")
}

// pageHead is what every page of a report says beside its rows.
func pageHead() Schema {
	moment := schemaOf(momentType)
	gap := object(Schema{"what": text(""), "reason": text(""), "workspaces": Schema{"type": "integer"}}, "workspaces")
	return Schema{"type": "object", "required": []string{"report", "tenant", "as_of", "scan", "coverage", "columns", "rows", "total", "total_exact", "next", "prev"},
		"properties": Schema{"report": text(""), "title": text(""), "question": text(""), "tenant": text(""), "as_of": described(moment, "When the scan was published that is shown; null before the first."),
			"compared_with": moment, "scan": Schema{"type": "integer"}, "scope": text("What part of the tenant is open to you."), "sort": text(""), "desc": flag(""),
			"where":    Schema{"type": "object", "additionalProperties": list(text(""))},
			"coverage": object(Schema{"workspaces_meant": Schema{"type": "integer"}, "workspaces_seen": Schema{"type": "integer"}, "gaps": list(gap), "parts_not_whole": list(gap)}),
			"columns":  list(object(Schema{"key": text(""), "title": text(""), "kind": text(""), "unit": text(""), "null_means": text("")}, "unit", "null_means")),
			"rows":     Schema{"type": "array"}, "row_count": Schema{"type": "integer"},
			"first": Schema{"type": "integer", "description": "How many rows come before this page."}, "total": Schema{"type": "integer"},
			"total_exact": flag("False: there are at least so many."), "next": text("The cursor of the next page; empty at the end."), "prev": text("The cursor of the page before; empty at the beginning.")}}
}
