package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"steward/internal/audit"
)

// Schema is a JSON Schema as the document holds it.
type Schema map[string]any

// Schemas of single values.
func text(says string) Schema { return described(Schema{"type": "string"}, says) }
func flag(says string) Schema { return described(Schema{"type": "boolean"}, says) }

func described(s Schema, says string) Schema {
	if says != "" {
		s["description"] = says
	}
	return s
}

// list is an array of something.
func list(of Schema) Schema { return Schema{"type": "array", "items": of} }

// ref is a schema of the document's components.
func ref(name string) Schema { return Schema{"$ref": "#/components/schemas/" + name} }

// object is an object that has these fields and no others; all are required
// but those named after.
func object(fields Schema, optional ...string) Schema {
	required := []string{}
	for name := range fields {
		if !slices.Contains(optional, name) {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	return Schema{"type": "object", "properties": fields, "required": required, "additionalProperties": false}
}

var (
	momentType = reflect.TypeFor[Moment]()
	rawType    = reflect.TypeFor[json.RawMessage]()
	dayType    = reflect.TypeFor[*time.Time]()
)

// schemaOf describes a Go value as encoding/json writes it. The says tag is the
// description, the enum tag the words with blanks between.
func schemaOf(t reflect.Type) Schema {
	switch t {
	case momentType:
		return Schema{"type": []string{"string", "null"}, "format": "date-time"}
	case rawType:
		return Schema{}
	case dayType:
		return Schema{"type": "string", "format": "date"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return Schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return Schema{"type": "integer"}
	case reflect.Slice:
		return list(schemaOf(t.Elem()))
	case reflect.Map:
		return Schema{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Pointer:
		return Schema{"anyOf": []Schema{schemaOf(t.Elem()), {"type": "null"}}}
	case reflect.Struct:
		return structOf(t)
	}
	return Schema{"type": "string"}
}

func structOf(t reflect.Type) Schema {
	fields, optional := Schema{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || name == "" || !f.IsExported() {
			continue
		}
		s := described(schemaOf(f.Type), f.Tag.Get("says"))
		if words := f.Tag.Get("enum"); words != "" {
			s["enum"] = strings.Fields(words)
		}
		fields[name] = s
		if strings.Contains(rest, "omitempty") || strings.Contains(rest, "omitzero") {
			optional = append(optional, name)
		}
	}
	return object(fields, optional...)
}

// cellSchema is how a cell of the column is written.
func cellSchema(c *audit.Column) Schema {
	says := strings.TrimSpace(c.Title + ". " + c.Help)
	switch c.Kind {
	case audit.Number, audit.Duration, audit.Bytes:
		if c.Unit != "" {
			says += " In " + c.Unit + "."
		}
		return described(Schema{"type": []string{"number", "null"}}, says)
	case audit.Bool:
		return described(Schema{"type": []string{"boolean", "null"}}, says)
	case audit.Date:
		return described(Schema{"type": []string{"string", "null"}, "format": "date-time"}, says)
	case audit.Day:
		return described(Schema{"type": []string{"string", "null"}, "format": "date"}, says)
	}
	return described(Schema{"type": []string{"string", "number", "null"}}, says)
}
