package promotion

import (
	"maps"
	"slices"
	"strings"
)

// Line is one thing a mapping asks for, in words.
type Line struct {
	// Group is what it is about, Key the same in two versions that set the same
	// thing, What says the thing and Value what it is set to.
	Group, Key, What, Value string
}

// Lines are everything the mapping asks for, in one order.
func (m Mapping) Lines() []Line {
	m = m.Tidy()
	var out []Line
	add := func(group, key, what, value string) {
		out = append(out, Line{group, group + "\x00" + key, what, value})
	}
	yes := func(group, what string, on bool) {
		if on {
			add(group, what, what, "yes")
		}
	}
	yes("Owner", "Take the models over", m.TakeOver)
	for _, p := range m.Parameters {
		add("Parameter", p.Model+"\x00"+p.Name, p.Name+of(p.Model), p.Value)
	}
	for _, s := range m.Sources {
		add("Data source", s.key(), strings.TrimSpace(s.Type+" "+shown(s.From()))+of(s.Model), shown(s.To()))
	}
	for _, g := range m.Gateways {
		add("Gateway", g.Model, "Gateway"+of(g.Model), g.Gateway)
	}
	if s := m.Schedule; s.Days != "" {
		zone := s.Zone
		if zone == "" {
			zone = "UTC"
		}
		add("Refresh", "schedule", "Schedule", s.Days+" at "+s.Times+" "+zone)
	}
	yes("Refresh", "Refresh and wait", m.Refresh)
	for _, r := range m.Roles {
		add("Role", r.Who, r.Who, r.Right)
	}
	if m.Label != "" {
		add("Label", "", "Sensitivity label", m.Label)
	}
	yes("App", "Publish the app anew", m.UpdateApp)
	for _, s := range m.Smoke {
		expect := "answers"
		if s.Expect != "" {
			expect = "answers " + s.Expect
		}
		add("Query", s.Model+"\x00"+s.Query, s.Query+of(s.Model), expect)
	}
	return out
}

func of(model string) string {
	if model == "" {
		return ", every model"
	}
	return " of " + model
}

func shown(details map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(details)) {
		out = append(out, k+" "+details[k])
	}
	return strings.Join(out, ", ")
}

// Change is one difference between two versions; Before or After is empty for
// what is new or gone.
type Change struct{ Group, What, Before, After string }

// Says is the change in words.
func (c Change) Says() string {
	switch {
	case c.Before == "":
		return c.What + ": " + c.After
	case c.After == "":
		return c.What + ": no longer set (was " + c.Before + ")"
	}
	return c.What + ": from " + c.Before + " to " + c.After
}

// Differences are what changes from one version to another, in the order of
// their lines.
func Differences(before, after Mapping) []Change {
	old := map[string]Line{}
	for _, l := range before.Lines() {
		old[l.Key] = l
	}
	var out []Change
	for _, l := range after.Lines() {
		was, there := old[l.Key]
		delete(old, l.Key)
		if !there || was.Value != l.Value {
			out = append(out, Change{l.Group, l.What, was.Value, l.Value})
		}
	}
	for _, l := range before.Lines() {
		if _, gone := old[l.Key]; gone {
			out = append(out, Change{l.Group, l.What, l.Value, ""})
		}
	}
	return out
}
