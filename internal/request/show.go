package request

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// base is what a call's path is put behind.
var base = map[API]string{PowerBI: "/v1.0/myorg/", Fabric: "/v1/", House: "/"}

// ShownPath is the whole path of the call as it will be sent: texts escaped as
// in an address, what an earlier step answers in angle brackets, which no
// escaped text holds.
func (c Call) ShownPath() string {
	path := c.Path
	for name, v := range c.Args {
		text := v.String()
		if ref, ok := v.Ref(); ok {
			text = ref.shown()
		} else {
			text = url.PathEscape(text)
		}
		path = strings.ReplaceAll(path, "{"+name+"}", text)
	}
	return base[c.API] + path
}

// ShownBody is the call's JSON as it will be sent, line by line with sorted
// keys. A reference to an earlier step stands without quotes, so that no typed
// text can look like one. Empty when nothing is sent.
func (c Call) ShownBody() []string {
	if c.Body == nil {
		return nil
	}
	var b strings.Builder
	Object(c.Body).show(&b, "")
	return strings.Split(b.String(), "\n")
}

func (r Ref) shown() string { return "⟨" + r.Result + " from step " + r.Step + "⟩" }

func (v Value) show(b *strings.Builder, indent string) {
	inner := indent + "  "
	switch {
	case v.from != nil:
		b.WriteString(v.from.shown())
	case v.fields != nil:
		b.WriteString("{")
		for i, name := range slices.Sorted(maps.Keys(v.fields)) {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n" + inner + shownText(name) + ": ")
			v.fields[name].show(b, inner)
		}
		b.WriteString("\n" + indent + "}")
	case v.list != nil:
		b.WriteString("[")
		for i, one := range v.list {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n" + inner)
			one.show(b, inner)
		}
		if len(v.list) > 0 {
			b.WriteString("\n" + indent)
		}
		b.WriteString("]")
	case v.text != nil:
		b.WriteString(shownText(*v.text))
	default:
		b.WriteString(v.String())
	}
}

// shownText is a text in quotes with only the escapes that JSON needs: a page
// escapes for itself.
func shownText(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a text can always be written
	return strings.TrimSuffix(b.String(), "\n")
}
