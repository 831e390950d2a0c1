package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// Form is a whole form in one column, with the errors summed up at the top.
type Form struct {
	Action string
	Params []Param
	Fields []Field
	Submit string
	// Back is where "Cancel" leads; empty leaves it out.
	Back string
	// Problem is an error that belongs to no single field.
	Problem string
}

// FieldKind is what a field looks like.
type FieldKind string

const (
	// TextField is one line. It is the zero value.
	TextField FieldKind = ""
	// TextArea is several lines.
	TextArea FieldKind = "textarea"
	// SelectField is one of many; RadioField one of a few, each with a hint.
	SelectField FieldKind = "select"
	RadioField  FieldKind = "radio"
	// CheckField is one yes or no; ChecksField any of a few.
	CheckField  FieldKind = "check"
	ChecksField FieldKind = "checks"
	// DateField is a day.
	DateField FieldKind = "date"
	// PersonField is a person or group by name or e-mail, with suggestions from
	// Lookup where scripts run.
	PersonField FieldKind = "person"
	// FixedField shows a value that cannot be changed here.
	FixedField FieldKind = "fixed"
)

// Field is one question. Nothing typed is lost: fill Value from the request.
type Field struct {
	Kind                     FieldKind
	Name, Label, Hint, Value string
	// Error says in words what to type; it is shown above the field.
	Error    string
	Optional bool
	Choices  []Choice
	// Lookup is an address that answers ?q= with a JSON list of {"value","label"}.
	Lookup string
	// Check is an address that answers ?value= with JSON {"ok", "text"}: live help
	// such as the verdict of a name rule. The server decides again on submit.
	Check string
	// Min and Max bound a date; Rows is the height of a text area.
	Min, Max string
	Rows     int
	// Mono sets ids and code.
	Mono bool
	// Named marks the input as one that other live help on the page is made of.
	Named bool
}

// Choice is one answer. Disabled ones say why in Hint.
type Choice struct {
	Value, Label, Hint string
	Chosen, Disabled   bool
}

func (f Field) id() string { return "f-" + f.Name }

// describedBy lists the elements that explain the field.
func (f Field) describedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, "e-"+f.Name)
	}
	if f.Hint != "" {
		ids = append(ids, "h-"+f.Name)
	}
	if f.Check != "" {
		ids = append(ids, "c-"+f.Name)
	}
	return strings.Join(ids, " ")
}

func (f Field) chosen(c Choice) bool {
	return c.Chosen || f.Kind != ChecksField && f.Value != "" && c.Value == f.Value
}

// grouped fields are several inputs under one question.
func (f Field) grouped() bool { return f.Kind == RadioField || f.Kind == ChecksField }

func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Named {
		a["data-named"] = ""
	}
	if f.Check != "" {
		a["data-check"] = Local(f.Check)
	}
	if f.Lookup != "" {
		a["data-lookup"] = Local(f.Lookup)
		a["list"] = "l-" + f.Name
		a["autocomplete"] = "off"
	}
	return a
}

// deceives reports whether the value holds characters that an input cannot show
// as marks. Line breaks in a text area are what they seem.
func (f Field) deceives() bool {
	v := f.Value
	if f.Kind == TextArea {
		v = strings.NewReplacer("\r", "", "\n", "", "\t", "").Replace(v)
	}
	return NameText(v) != v
}

func (f Field) rows() string {
	if f.Rows <= 0 {
		return "4"
	}
	return Count(int64(f.Rows))
}

func (f Form) failed() []Field {
	var out []Field
	for _, x := range f.Fields {
		if x.Error != "" {
			out = append(out, x)
		}
	}
	return out
}

// target is where the error summary leads for a field.
func (f Field) target() string {
	if f.grouped() {
		return "#" + f.id() + "-0"
	}
	return "#" + f.id()
}
