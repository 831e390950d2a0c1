package web

import (
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/policy"
	"steward/internal/tenant"
	"steward/web/templates"
	"steward/web/templates/ui"
)

// advice is something that could be done about a workspace: which rules'
// findings speak for it, and where it is done.
type advice struct {
	title string
	rules []string
	do    func(a adviceCase) []ui.Link
}

// advices are what could be done, the weightiest first.
var advices = []advice{
	{"Hand it over to somebody who can answer for it", []string{"owners.none", "owners.left", "owners.only-apps"}, handOver},
	{"Archive it or let it go", []string{"content.stale-workspace", "content.empty"}, letGo},
	{"Take roles from people who have left", []string{"leavers.role"}, takeRoles},
	{"Take shares from people who have left", []string{"leavers.items"}, decide},
	{"Have fewer admins", []string{"owners.many"}, fewerAdmins},
	{"Give rights to groups instead of people", []string{"owners.people-not-groups"}, groupsInstead},
	{"Name a second admin", []string{"owners.few"}, handOver},
	{"Bring it into a deployment pipeline", []string{"production.pipeline", "naming.sibling-missing"}, intoPipeline},
	{"Say what it is for", []string{"owners.description"}, describe},
	{"Give it a name by the convention", []string{"naming.pattern", "naming.length", "naming.reserved", "naming.hidden-marks"}, rename},
	{"Label what is in it", []string{"content.labels", "content.label-endorsed"}, decide},
	{"Clean up what nobody uses", []string{"content.stale-report"}, decide},
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
	if v.Advice, err = s.recommendations(c, d, all.Rows); err != nil {
		return err
	}
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

// adviceCase is what an advice may look at to find where it is done.
type adviceCase struct {
	s     *Server
	who   viewer
	place place
	// id, name and owner are of the workspace; owner is whom its violations
	// propose to ask, empty when nobody.
	id, name, owner string
	// rows are the findings that speak for the advice.
	rows []audit.Row
	// stages are the workspaces of the same subject, DEV, TEST and PROD; empty
	// where there is none.
	stages []string
}

// recommendations turns the findings of a workspace into what could be done.
func (s *Server) recommendations(c echo.Context, d detail, rows []audit.Row) ([]templates.Advice, error) {
	var out []templates.Advice
	for _, a := range advices {
		of := adviceCase{s: s, who: d.who, place: d.place, id: d.id, name: d.row.Text("name"), rows: speakFor(a, rows)}
		if len(of.rows) == 0 {
			continue
		}
		of.owner = of.rows[0].Get("owner_id").Text()
		if a.rules[0] == "production.pipeline" {
			var err error
			if of.stages, err = s.sameSubject(c, d); err != nil {
				return nil, err
			}
		}
		one := templates.Advice{Title: a.title, Do: a.do(of)}
		for i, row := range of.rows {
			if i == adviceEvidence {
				one.More = int64(len(of.rows) - adviceEvidence)
				break
			}
			one.Evidence = append(one.Evidence, ui.Link{Label: row.Text("object") + ": " + row.Text("finding"), Href: d.place.thing(audit.ToViolation, row.Get("violation").Text())})
		}
		out = append(out, one)
	}
	return out, nil
}

// speakFor are the findings that speak for an advice: not those that somebody
// found to be no findings, or accepted.
func speakFor(a advice, rows []audit.Row) (out []audit.Row) {
	for _, rule := range a.rules {
		for _, row := range rows {
			if row.Text("rule") == rule && row.Text("state") != "false_positive" && row.Text("state") != "waived" {
				out = append(out, row)
			}
		}
	}
	return out
}

// sameSubject finds the workspaces whose names differ in the environment only,
// in the order of a pipeline.
func (s *Server) sameSubject(c echo.Context, d detail) ([]string, error) {
	stem, _ := policy.SplitFolded(tenant.Fold(d.row.Text("name")))
	stages := make([]string, 3)
	if stem == "" {
		return stages, nil
	}
	like, err := s.run(c, d.q, "workspaces", 50, "name", stem)
	if err != nil {
		return nil, err
	}
	for _, row := range like.Rows {
		other, env := policy.SplitFolded(tenant.Fold(row.Text("name")))
		if at := slices.Index([]string{"DEV", "TEST", "PROD"}, env); other == stem && at >= 0 && stages[at] == "" {
			stages[at] = row.Get("id").Text()
		}
	}
	return stages, nil
}
