package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"steward/internal/audit"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/web/templates/ui"
)

// mender leads from what a pre-flight stops at to where it is mended.
type mender struct {
	who viewer
	at  place
	// form is the address of the promotion's form, for whoever may change it;
	// here says that the page is that form.
	form string
	here bool
	// open are the workspaces that the person may ask about; nil where they were
	// asked about before.
	open map[request.ID]request.Workspace
}

// hidden reports whether a pre-flight is about workspaces that the person may
// not ask about.
func (m mender) hidden(f request.Flight) bool {
	if m.open == nil {
		return false
	}
	for _, s := range []promotion.Side{f.Facts.Source, f.Facts.Target} {
		if _, ok := m.open[request.NewID(s.Stage.WorkspaceID)]; !ok {
			return true
		}
	}
	return false
}

// links are where a check is mended, the usual way first.
func (m mender) links(f request.Flight, c promotion.Check) (out []ui.Link) {
	if c.State != promotion.Fail {
		return nil
	}
	switch c.ID {
	case promotion.CheckCapacity:
		out = m.moves(f)
	case promotion.CheckWorkspaces:
		out = m.ask(out, "Assign a workspace", request.PipelineAssign, m.line(f)...)
	case promotion.CheckPairing:
		out = append(out, ui.Link{Label: "See both stages", Href: m.at.thing(audit.ToPipeline, f.Choice.Pipeline, "compare")})
		out = m.ask(out, "Take the workspace off its stage", request.PipelineUnassign, param("pipeline", f.Choice.Pipeline), param("stage", strconv.Itoa(f.Choice.To)))
	case promotion.CheckOperation, promotion.CheckRights:
		out = append(out, ui.Link{Label: "See the pipeline", Href: m.at.thing(audit.ToPipeline, f.Choice.Pipeline)})
	case promotion.CheckParameters, promotion.CheckGateway, promotion.CheckCredentials:
		out = m.ask(out, "Change the mapping set", request.MappingChange, append(m.line(f), missing(f)...)...)
	}
	if rule, ok := strings.CutPrefix(c.ID, "rule/"); ok {
		out = append(out, ui.Link{Label: "The rule", Href: "/policies/" + url.PathEscape(rule)})
	}
	return m.field(out, f, c)
}

// field adds the field of the form at which the check is mended.
func (m mender) field(out []ui.Link, f request.Flight, c promotion.Check) []ui.Link {
	label := "Where you allow it"
	name := request.FieldOf(f.Field, c)
	switch {
	case !m.here && m.form == "":
		return out
	case strings.HasSuffix(name, ".stage"):
		return out // another stage is another promotion
	case name == "accepted":
		label = "Accept it"
	case strings.HasPrefix(name, f.Field):
		label = "Choose what goes"
	}
	return append(out, ui.Link{Label: label, Href: m.form + "#f-" + name})
}

// moves are requests that move the workspaces off capacities that do not run.
func (m mender) moves(f request.Flight) (out []ui.Link) {
	for _, s := range []promotion.Side{f.Facts.Source, f.Facts.Target} {
		if s.Capacity.Known && (s.Capacity.Value == "" || s.CapacityState.Known && s.CapacityState.Value != "Active") {
			out = m.ask(out, "Move "+ui.NameText(s.Stage.WorkspaceName)+" to another capacity", request.WorkspaceCapacity, param("workspace", s.Stage.WorkspaceID))
		}
	}
	return out
}

// ask adds a request, for whoever may ask for it.
func (m mender) ask(out []ui.Link, label string, kind request.Kind, params ...ui.Param) []ui.Link {
	if !mayAsk(m.who, kind) {
		return out
	}
	return append(out, ui.Link{Label: label, Href: m.at.ask(kind, "", params...)})
}

// line names the way of a promotion.
func (m mender) line(f request.Flight) []ui.Param {
	return []ui.Param{param("pipeline", f.Choice.Pipeline), param("stage", strconv.Itoa(f.Choice.From))}
}

// missing are the parameters that the mapping set has to give a value.
func missing(f request.Flight) (out []ui.Param) {
	for _, p := range f.Facts.Unmapped(f.Choice) {
		out = append(out, param("missing", p.Model+"|"+p.Name))
	}
	return out
}

// missingParameters reads them out of an address.
func missingParameters(values url.Values) (out []promotion.ParameterMap) {
	for _, v := range values["missing"] {
		if i := strings.LastIndex(v, "|"); i > 0 {
			out = append(out, promotion.ParameterMap{Model: v[:i], Name: v[i+1:]})
		}
	}
	return slices.Clip(out)
}
