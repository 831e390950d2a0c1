package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"steward/internal/fault"
	"steward/internal/request"
	"steward/internal/web/ask"
)

// mostValues bounds the fields of a request, and mostDeep how deep they nest:
// no form is larger.
const (
	mostValues = 20_000
	mostDeep   = 8
)

// read takes a JSON body into a struct; what it does not know is refused, so
// that a misspelt field is not silently left out. An empty body is {}.
func read(c echo.Context, into any) error {
	if err := wantsType(c, echo.MIMEApplicationJSON); err != nil {
		return err
	}
	b, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return unreadable(err)
	}
	if len(bytes.TrimSpace(b)) == 0 {
		b = []byte("{}")
	}
	if !utf8.Valid(b) {
		return fault.New(fault.Invalid, "The body is not UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return unreadable(err)
	}
	if d.More() {
		return fault.New(fault.Invalid, "The body holds more than one JSON value. Send one object.")
	}
	return nil
}

func wantsType(c echo.Context, kind string) error {
	have, _, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if have == kind || have == "" && c.Request().ContentLength == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "Send the body as %s, and say so in the header Content-Type.", kind)
}

// unreadable says what is wrong with a body as far as the decoder tells.
func unreadable(err error) error {
	var big *http.MaxBytesError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &big):
		return err
	case errors.As(err, &syntax):
		return fault.Wrap(err, fault.Invalid, "The body is not JSON: something is wrong at byte %d.", syntax.Offset)
	case errors.As(err, &kind):
		return &fault.Error{Kind: fault.Invalid, Field: kind.Field, Sentence: "This field has a value of the wrong type.", Err: err}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name, uerr := strconv.Unquote(strings.TrimPrefix(err.Error(), "json: unknown field "))
		if uerr != nil {
			name = ""
		}
		return &fault.Error{Kind: fault.Invalid, Field: name, Sentence: "There is no such field here. The document at " + DocumentPath + " lists those there are.", Err: err}
	}
	return fault.Wrap(err, fault.Invalid, "The body is not one JSON object.")
}

// flat writes the fields of a request as the form's values: members[0].who.
// Names that the kind's form does not have are refused.
func flat(kind request.Kind, params json.RawMessage) (url.Values, error) {
	out := url.Values{}
	if len(bytes.TrimSpace(params)) == 0 {
		return out, nil
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(params))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, unreadable(err)
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, &fault.Error{Kind: fault.Invalid, Field: "params", Sentence: "The parameters are an object, with the form's fields by name."}
	}
	f := flattener{out: out, shape: request.New(kind)}
	for name, value := range fields {
		f.put(name, value, 0)
	}
	if f.err != nil {
		return nil, f.err
	}
	return out, nil
}

type flattener struct {
	out   url.Values
	shape request.Params
	err   error
}

func (f *flattener) put(name string, v any, deep int) {
	if f.err != nil {
		return
	}
	if len(f.out) > mostValues || deep > mostDeep {
		f.err = fault.New(fault.Invalid, "That is more than one request can hold. A list of many things is sent as CSV, with the kind bulk.")
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			f.put(name+"."+key, one, deep+1)
		}
	case []any:
		for i, one := range v {
			f.put(ask.Item(name, i), one, deep+1)
		}
	default:
		if !ask.Known(f.shape, name) {
			f.err = &fault.Error{Kind: fault.Invalid, Field: clip(name), Sentence: "This kind of request has no such field. GET " + Root + "/kinds/" + string(f.shape.Kind()) + " lists those there are."}
			return
		}
		f.out.Set(name, word(v))
	}
}

// word is a single value as a form sends it.
func word(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "yes"
		}
	}
	return ""
}

func clip(name string) string {
	const most = 100
	if r := []rune(name); len(r) > most {
		return string(r[:most]) + "…"
	}
	return name
}
