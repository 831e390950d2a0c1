package web

import (
	"slices"
	"sort"
	"strings"

	"steward/internal/audit"
	"steward/web/templates/ui"
)

// filters is the bar above a list: what is in force, and what there is.
func (r listRequest) filters() ui.FilterBar {
	bar := ui.FilterBar{Action: r.path, Clear: r.with(nil)}
	quick := r.quick()
	if quick != nil {
		bar.Query, bar.QueryHint = r.raw.Get("q"), quick.Label+" contains"
	}
	for _, k := range append(r.kept(), "sort") {
		if v := r.raw.Get(k); v != "" {
			bar.Keep = append(bar.Keep, ui.Param{Name: k, Value: v})
		}
	}
	for i := range r.report.Filters {
		f := &r.report.Filters[i]
		if _, fixed := r.fixed[f.Key]; fixed || slices.Contains(r.hidden, f.Key) {
			continue
		}
		if f.ByLink {
			// Set by a link between pages: kept, and shown as a chip.
			for _, v := range r.query.Where[f.Key] {
				bar.Keep = append(bar.Keep, ui.Param{Name: f.Key, Value: v})
			}
			continue
		}
		if f == quick {
			continue // the search box
		}
		bar.Filters = append(bar.Filters, r.filter(f))
	}
	bar.Chips = r.chips()
	if len(bar.Chips) == 0 {
		bar.Clear = ""
	}
	return bar
}

func (r listRequest) filter(f *audit.Filter) ui.Filter {
	out := ui.Filter{Name: f.Key, Label: f.Label, Hint: f.Help, Kind: ui.FilterText}
	if v := r.query.Where[f.Key]; len(v) > 0 {
		out.Value = v[0]
	}
	switch f.Kind {
	case audit.FilterChoice, audit.FilterID:
		out.Options = r.options(f)
		if len(out.Options) > 0 {
			out.Kind = ui.FilterChoice
		}
	case audit.FilterBool:
		out.Kind = ui.FilterBool
	case audit.FilterDate:
		out.Kind = ui.FilterDate
	}
	return out
}

func (r listRequest) options(f *audit.Filter) []ui.Option {
	if open, ok := r.choices[f.Key]; ok {
		return open
	}
	out := make([]ui.Option, 0, len(f.Choices))
	for _, c := range f.Choices {
		out = append(out, ui.Option{Value: c.Value, Label: c.Label})
	}
	return out
}

// chips shows every filter in force with a link that lifts it.
func (r listRequest) chips() []ui.Chip {
	var out []ui.Chip
	if q := r.raw.Get("q"); q != "" {
		out = append(out, ui.Chip{Label: r.quickLabel(), Value: q, Remove: r.change(map[string]string{"q": ""})})
	}
	keys := make([]string, 0, len(r.raw))
	for key := range r.raw {
		if !r.reserves(key) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	for _, key := range keys {
		label := key
		f := r.report.Filter(key)
		if f != nil {
			label = f.Label
		}
		if value := strings.Join(nonEmpty(r.raw[key]), ", "); value != "" {
			out = append(out, ui.Chip{Label: label, Value: r.said(f, value), Remove: r.change(map[string]string{key: ""})})
		}
	}
	return out
}

func (r listRequest) quickLabel() string {
	if f := r.quick(); f != nil {
		return f.Label + " contains"
	}
	return "Search"
}

// said is the label of a chosen value, where the filter has one.
func (r listRequest) said(f *audit.Filter, value string) string {
	if f == nil {
		return value
	}
	if name, ok := r.names[f.Key]; ok {
		return name
	}
	for _, o := range r.options(f) {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func nonEmpty(values []string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// empty says why a list has no rows and what to do about it.
func (r listRequest) empty(t audit.Truth) ui.Empty {
	switch {
	case t.Never() && t.Past:
		return ui.Empty{Why: "No scan had been published by then.", Do: ui.Action{Label: "Back to the latest scan", Href: r.change(map[string]string{"as_of": ""})}}
	case t.Never():
		return ui.Empty{Why: "This tenant has not been scanned yet.", Do: ui.Action{Label: "Go to the scans", Href: "/scans"}}
	case len(r.chips()) > 0:
		return ui.Empty{Why: "Nothing matches these filters.", Do: ui.Action{Label: "Clear filters", Href: r.with(nil)}}
	}
	if r.report.Compares {
		return ui.Empty{Why: "Nothing changed between the two.", More: "That is what both scans say; the line under the title tells how complete the later one was."}
	}
	return ui.Empty{Why: "The scan found none.", More: "The line under the title says how complete that scan was."}
}
