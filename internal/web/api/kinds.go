package api

import (
	"net/http"
	"reflect"

	"github.com/labstack/echo/v4"

	"steward/internal/auth"
	"steward/internal/desk"
	"steward/internal/request"
	"steward/internal/web/ask"
)

type kindBody struct {
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Asks  string `json:"asks" says:"What it does, in a sentence."`
	Group string `json:"group"`
	Href  string `json:"href"`
}

type fieldBody struct {
	Name     string      `json:"name" says:"As in params, with the numbers of list entries: members[0].who."`
	Label    string      `json:"label"`
	Hint     string      `json:"hint"`
	Look     string      `json:"look" says:"line, area, choice, yes, day or pick."`
	Of       string      `json:"of" says:"What is picked: by its id, or by a name or address that only one thing has."`
	Optional bool        `json:"optional"`
	Choices  [][2]string `json:"choices"`
}

type kindDetail struct {
	kindBody
	Fields []fieldBody `json:"fields"`
}

// kinds say what can be asked for, and with which fields.
func (a *API) kinds() []Operation {
	kind := Param{Name: "kind", Says: "The kind's name.", Required: true, Schema: kindNames()}
	field := schemaOf(reflect.TypeFor[fieldBody]())
	if f, ok := field["properties"].(Schema); ok {
		f["choices"] = list(list(text("")))
	}
	detail := schemaOf(reflect.TypeFor[kindBody]())
	if f, ok := detail["properties"].(Schema); ok {
		f["fields"] = list(field)
	}
	return []Operation{
		{Method: http.MethodGet, Path: "/kinds", ID: "listKinds", Tag: "Requests", Summary: "What one may ask for",
			Action: auth.BeginRequest, Answer: object(Schema{"kinds": list(schemaOf(reflect.TypeFor[kindBody]()))}), Serve: a.listKinds},
		{Method: http.MethodGet, Path: "/kinds/{kind}", ID: "getKind", Tag: "Requests", Summary: "The fields of one kind of request",
			Action: auth.BeginRequest, Params: []Param{kind}, Answer: detail, Serve: a.getKind},
	}
}

func kindNames() Schema {
	words := []string{}
	for _, k := range request.Kinds() {
		words = append(words, string(k.Kind))
	}
	return Schema{"type": "string", "enum": words}
}

func bodyOfKind(k request.About) kindBody {
	return kindBody{string(k.Kind), k.Title, k.Asks, k.Group, Root + "/kinds/" + string(k.Kind)}
}

func (a *API) listKinds(c echo.Context) error {
	out := []kindBody{}
	p := a.Site.By(c).Person
	for _, k := range request.Kinds() {
		if auth.May(p, desk.Asks(k.Kind), auth.Object{}) {
			out = append(out, bodyOfKind(k))
		}
	}
	return answer(c, http.StatusOK, map[string]any{"kinds": out})
}

func (a *API) getKind(c echo.Context) error {
	k, known := request.AboutKind(request.Kind(c.Param("kind")))
	if !known || !auth.May(a.Site.By(c).Person, desk.Asks(k.Kind), auth.Object{}) {
		return auth.Hidden()
	}
	out := kindDetail{kindBody: bodyOfKind(k), Fields: []fieldBody{}}
	for f := range ask.Fields(ask.Form(request.New(k.Kind))) {
		look := string(f.Look)
		if f.Look == ask.Line {
			look = "line"
		}
		out.Fields = append(out.Fields, fieldBody{f.Name, f.Label, f.Hint, look, string(f.Of), f.Optional, nonNil(f.Choices)})
	}
	return answer(c, http.StatusOK, out)
}

// paramsSchema is what the parameters of a kind look like.
func paramsSchema(k request.Kind) Schema {
	return paramsOf(reflect.TypeOf(request.New(k)).Elem())
}

// paramsOf is schemaOf for what is sent: nothing is required by its shape, the
// form says what is missing, and lists of a request's own making are left out.
func paramsOf(t reflect.Type) Schema {
	switch {
	case t == dayType:
		return Schema{"type": "string", "format": "date", "description": "A day: until its end, UTC."}
	case t.Kind() == reflect.Slice:
		return list(paramsOf(t.Elem()))
	case t.Kind() == reflect.Struct:
		fields := Schema{}
		for i := range t.NumField() {
			if f := t.Field(i); f.Tag.Get("json") != "" && f.Tag.Get("json") != "-" && f.Type != rowsType {
				fields[f.Tag.Get("json")] = paramsOf(f.Type)
			}
		}
		return Schema{"type": "object", "properties": fields, "additionalProperties": false}
	}
	switch t.Kind() {
	case reflect.Bool:
		return Schema{"type": []string{"boolean", "string"}, "description": "Or yes and no, as forms have it."}
	case reflect.Int64:
		return Schema{"type": []string{"integer", "string"}}
	default:
		return schemaOf(t)
	}
}

var rowsType = reflect.TypeFor[[]request.BulkRow]()
