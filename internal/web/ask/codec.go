package ask

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"steward/internal/request"
)

// mostRows bounds the lists of a form; longer ones are what CSV is for.
const mostRows = 500

// dayForm is how a day is written in a form.
const dayForm = "2006-01-02"

var (
	timeType = reflect.TypeFor[*time.Time]()
	rowsType = reflect.TypeFor[[]request.BulkRow]()
)

// Bind fills parameters from a form or an address. Values that cannot be what
// they are for are refused and left out; the form keeps what was typed.
func Bind(p request.Params, v url.Values) request.FieldErrors {
	b := binder{values: v}
	b.into(reflect.ValueOf(p).Elem(), "")
	return b.errs
}

type binder struct {
	values url.Values
	errs   request.FieldErrors
}

// into fills one value, whose input is called name.
func (b *binder) into(v reflect.Value, name string) {
	if v.Type() == rowsType {
		return // made from the list, see request.ParseCSV
	}
	if v.Type() == timeType {
		b.day(v, name)
		return
	}
	text := strings.ReplaceAll(b.values.Get(name), "\r\n", "\n")
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(text != "" && text != "no")
	case reflect.Int64:
		b.number(v, name, text)
	case reflect.Slice:
		n := b.length(name)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			b.into(v.Index(i), Item(name, i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			b.into(v.Field(i), join(name, tag(v.Type().Field(i))))
		}
	default:
		panic(fmt.Sprintf("ask: no form can hold a %s", v.Type())) // only types of internal/request come here
	}
}

// day reads a day as its last moment, so that "until Friday" includes Friday.
func (b *binder) day(v reflect.Value, name string) {
	text := strings.TrimSpace(b.values.Get(name))
	if text == "" {
		return
	}
	at, err := time.Parse(dayForm, text)
	if err != nil {
		b.errs = append(b.errs, request.FieldError{Field: name, Sentence: "This is no day. Write it as 2026-12-31."})
		return
	}
	at = at.Add(24*time.Hour - time.Minute)
	v.Set(reflect.ValueOf(&at))
}

func (b *binder) number(v reflect.Value, name, text string) {
	if text == "" {
		return
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		b.errs = append(b.errs, request.FieldError{Field: name, Sentence: "Choose one of the list."})
		return
	}
	v.SetInt(n)
}

// length is how many entries of a list the form holds.
func (b *binder) length(name string) int {
	n := 0
	for key := range b.values {
		rest, ok := strings.CutPrefix(key, name+"[")
		if !ok {
			continue
		}
		digits, _, ok := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(digits); ok && err == nil && i >= 0 && i < mostRows {
			n = max(n, i+1)
		}
	}
	return n
}

// Values writes parameters as the values of a form.
func Values(p request.Params) url.Values {
	out := url.Values{}
	values(out, reflect.ValueOf(p).Elem(), "")
	return out
}

func values(out url.Values, v reflect.Value, name string) {
	if v.Type() == rowsType {
		return
	}
	if v.Type() == timeType {
		if at, ok := v.Interface().(*time.Time); ok && at != nil {
			out.Set(name, at.Format(dayForm))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		out.Set(name, v.String())
	case reflect.Bool:
		if v.Bool() {
			out.Set(name, "yes")
		}
	case reflect.Int64:
		out.Set(name, strconv.FormatInt(v.Int(), 10))
	case reflect.Slice:
		for i := range v.Len() {
			values(out, v.Index(i), Item(name, i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			values(out, v.Field(i), join(name, tag(v.Type().Field(i))))
		}
	default:
		panic(fmt.Sprintf("ask: no form can hold a %s", v.Type()))
	}
}

// Item is the name of an entry of a list.
func Item(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

func join(name, field string) string {
	if name == "" {
		return field
	}
	return name + "." + field
}

func tag(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// Known reports whether a form of these parameters can have an input of the
// name: members[3].who, whatever the lists hold now.
func Known(p request.Params, name string) bool {
	return known(reflect.TypeOf(p).Elem(), name)
}

// known follows the name, part by part, down the type.
func known(t reflect.Type, name string) bool {
	if name == "" {
		return t == timeType || t.Kind() == reflect.String || t.Kind() == reflect.Bool || t.Kind() == reflect.Int64
	}
	switch t.Kind() {
	case reflect.Struct:
		word := strings.TrimPrefix(name, ".")
		end := strings.IndexAny(word, ".[")
		if end < 0 {
			end = len(word)
		}
		for i := range t.NumField() {
			if f := t.Field(i); tag(f) == word[:end] && f.Type != rowsType {
				return known(f.Type, word[end:])
			}
		}
	case reflect.Slice:
		digits, rest, ok := strings.Cut(strings.TrimPrefix(name, "["), "]")
		i, err := strconv.Atoi(digits)
		return ok && name[0] == '[' && err == nil && i >= 0 && i < mostRows && known(t.Elem(), rest)
	default:
	}
	return false
}
