package web

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// advices are what could be done about a workspace, the weightiest first, and
// which rules' findings speak for it.
var advices = []struct {
	title string
	rules []string
	// answer says that its owner decides; request names the kind of request
	// that does it.
	answer  bool
	request string
}{
	{"Hand it over to somebody who can answer for it", []string{"owners.none", "owners.left", "owners.only-apps"}, false, "grant"},
	{"Archive it or let it go", []string{"content.stale-workspace", "content.empty"}, true, ""},
	{"Take rights from people who have left", []string{"leavers.role", "leavers.items"}, false, "revoke"},
	{"Have fewer admins", []string{"owners.many"}, false, "revoke"},
	{"Give rights to groups instead of people", []string{"owners.people-not-groups"}, false, "grant"},
	{"Name a second admin", []string{"owners.few"}, false, "grant"},
	{"Bring it into a deployment pipeline", []string{"production.pipeline", "naming.sibling-missing"}, false, ""},
	{"Label what is in it", []string{"content.labels", "content.label-endorsed"}, false, ""},
	{"Clean up what nobody uses", []string{"content.stale-report"}, true, ""},
}

// adviceEvidence is how many findings speak for an advice before "and more".
const adviceEvidence = 4

// workspaceViolations is the tab of a workspace with what stands against it and
// what could be done.
func (s *Server) workspaceViolations(c echo.Context) error {
	d, err := s.detail(c, aWorkspace)
	if err != nil {
		return err
	}
	all, err := s.run(c, d.q, "violations", audit.MaxLimit, "workspace", d.id)
	if err != nil {
		return err
	}
	req, page, err := s.subList(c, d, "violations", map[string]string{"workspace": d.id}, "workspace")
	if err != nil {
		return err
	}
	v := templates.AdvicePage{Page: s.workspaceFrame(c, d), List: s.listView(req, page)}
	v.Advice = s.recommendations(d.who, d.place, d.id, all.Rows)
	asked, err := audit.QuestionAbout(c.Request().Context(), s.Reader, d.q, d.id)
	if err != nil {
		return err
	}
	if asked != nil {
		v.Asked = nextText(asked) + ". " + asked.Says
		if d.who.may(auth.AnswerAsOwner) {
			v.Answer = ui.Link{Label: "Say whether it is kept", Href: "/mine/" + url.PathEscape(d.place.tenant) + "/" + url.PathEscape(d.id)}
		}
	}
	if len(page.Rows) == 0 && len(req.chips()) == 0 {
		v.List.Table.Empty = ui.Empty{Why: "Nothing stands against this workspace.", More: "That is what the rules in force say about what the last scan saw."}
	}
	return ok(c, templates.WorkspaceAdvice(v))
}

// recommendations turns the findings of a workspace into what could be done.
func (s *Server) recommendations(who viewer, p place, id string, rows []audit.Row) []templates.Advice {
	var out []templates.Advice
	for _, a := range advices {
		one := templates.Advice{Title: a.title}
		for _, rule := range a.rules {
			for _, row := range rows {
				if row.Text("rule") != rule || row.Text("state") == "false_positive" {
					continue
				}
				if len(one.Evidence) == adviceEvidence {
					one.More++
					continue
				}
				one.Evidence = append(one.Evidence, ui.Link{Label: row.Text("object") + ": " + row.Text("finding"), Href: p.thing(audit.ToViolation, row.Get("violation").Text())})
			}
		}
		if len(one.Evidence) == 0 {
			continue
		}
		switch {
		case a.answer && who.may(auth.AnswerAsOwner):
			one.Do = ui.Link{Label: "Say whether it is kept", Href: "/mine/" + url.PathEscape(p.tenant) + "/" + url.PathEscape(id)}
		case a.request != "" && s.mayOpen(who)("/requests/new"):
			one.Do = ui.Link{Label: "Make a request", Href: p.to("/requests/new")}
		}
		out = append(out, one)
	}
	return out
}
