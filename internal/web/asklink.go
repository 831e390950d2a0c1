package web

import (
	"fmt"
	"net/url"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/request"
	"steward/internal/violation"
	"steward/web/templates/ui"
)

// newRequest is the route of every form for a request.
const newRequest = "/requests/new/:kind"

// ask is the address of the form for a kind of request, filled in: the names
// are those of the kind's parameters in package request. because is the
// violation that it would mend, empty for none.
func (p place) ask(kind request.Kind, because string, params ...ui.Param) string {
	params = append([]ui.Param{{Name: "tenant", Value: p.tenant}}, params...)
	if because != "" {
		params = append(params, ui.Param{Name: "because", Value: "violation:" + because})
	}
	return ui.With("/requests/new/"+url.PathEscape(string(kind)), params...)
}

// request is the link to a form, for whoever may ask; nothing for others, and
// nothing about a moment of the past.
func (a adviceCase) request(label string, kind request.Kind, params ...ui.Param) []ui.Link {
	if a.place.asOf != "" || !a.s.mayOpen(a.who)(newRequest) || !mayAsk(a.who, kind) {
		return nil
	}
	return []ui.Link{{Label: label, Href: a.place.ask(kind, a.rows[0].Get("violation").Text(), params...)}}
}

func param(name, value string) ui.Param { return ui.Param{Name: name, Value: value} }

func (a adviceCase) here() ui.Param { return param("workspace", a.id) }

func handOver(a adviceCase) []ui.Link {
	return a.request("Ask for an admin", request.AccessAdd, a.here(), param("members[0].right", "Admin"))
}

func letGo(a adviceCase) []ui.Link {
	var out []ui.Link
	if a.who.may(auth.AnswerAsOwner) && a.place.asOf == "" {
		out = append(out, ui.Link{Label: "Say whether it is kept", Href: "/mine/" + url.PathEscape(a.place.tenant) + "/" + url.PathEscape(a.id)})
	}
	out = append(out, a.request("Ask to archive it", request.WorkspaceArchive, a.here(), param("owner", a.owner))...)
	return append(out, a.request("Ask to delete it", request.WorkspaceDelete, a.here())...)
}

// mostRows bounds a form that a link fills in.
const mostRows = 50

func takeRoles(a adviceCase) []ui.Link {
	var rows []ui.Param
	for _, row := range a.rows {
		holder := row.Get("holder_id").Text()
		if i := len(rows) / 2; holder != "" && i < mostRows {
			rows = append(rows, param(fmt.Sprintf("rows[%d].workspace", i), a.id), param(fmt.Sprintf("rows[%d].who", i), holder))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return a.request("Ask to take "+ui.Plural(int64(len(rows)/2), "role", "roles")+" away", request.AccessRemove, rows...)
}

func fewerAdmins(a adviceCase) []ui.Link {
	return a.request("Ask for another role for one of them", request.AccessChange, a.here(), param("right", "Member"))
}

func groupsInstead(a adviceCase) []ui.Link {
	return a.request("Ask for a role for a group", request.AccessAdd, a.here(), param("members[0].right", "Contributor"))
}

func intoPipeline(a adviceCase) []ui.Link {
	var stages []ui.Param
	for i, id := range a.stages {
		if id != "" {
			stages = append(stages, param(fmt.Sprintf("stages[%d]", i), id))
		}
	}
	out := a.request("Ask for a pipeline with it", request.PipelineCreate, append([]ui.Param{param("name", a.name)}, stages...)...)
	return append(out, a.request("Ask for a stage of a pipeline", request.PipelineAssign, a.here())...)
}

func describe(a adviceCase) []ui.Link {
	return a.request("Ask for a description", request.WorkspaceEdit, a.here())
}

func rename(a adviceCase) []ui.Link {
	return a.request("Ask for another name", request.WorkspaceEdit, a.here(), param("name", a.name))
}

// decide leads to the triage of the findings: what mends them is done in the
// service, not by a request.
func decide(a adviceCase) []ui.Link {
	if a.place.asOf != "" || !a.who.may(auth.AssignViolation) {
		return nil
	}
	var ids []ui.Param
	for _, row := range a.rows {
		if state := violation.State(row.Text("state")); state.Standing() && len(ids) < mostRows {
			ids = append(ids, param("id", row.Get("violation").Text()))
		}
	}
	label := "Decide about " + ui.Plural(int64(len(ids)), "finding", "findings")
	return []ui.Link{{Label: label, Href: ui.With("/violations/triage", append([]ui.Param{{Name: "tenant", Value: a.place.tenant}}, ids...)...)}}
}

// mend are the requests that would mend one violation, for its own page.
func (s *Server) mend(who viewer, p place, row audit.Row) []ui.Link {
	for _, a := range advices {
		for _, rule := range a.rules {
			if rule == row.Text("rule") && row.Get("workspace_id").Text() != "" && row.Text("kind") != "item" {
				return a.do(adviceCase{s: s, who: who, place: p, id: row.Get("workspace_id").Text(), name: row.Text("workspace"), owner: row.Get("owner_id").Text(), rows: []audit.Row{row}})
			}
		}
	}
	return nil
}
