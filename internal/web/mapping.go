package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/promotion"
	"steward/internal/request"
	"steward/internal/web/ask"
	"steward/web/templates"
	"steward/web/templates/ui"
)

var aMapping = subject{audit.ToMapping, "mappings", "mapping", "mapping"}

// mapping shows what the target of a promotion gets afterwards, as of a
// version, with all versions and their differences.
func (s *Server) mapping(c echo.Context) error {
	set, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || set <= 0 {
		return fault.New(fault.NotFound, "There is no mapping of this number.")
	}
	d, err := s.detail(c, aMapping)
	if err != nil {
		return err
	}
	all, err := s.Reader.MappingVersions(c.Request().Context(), d.q.View, set)
	if err != nil {
		return err
	}
	at, err := chosenVersion(c, all, d.row.Get("version").Int())
	if err != nil {
		return err
	}
	req, versions, err := s.subList(c, d, "mapping-versions", map[string]string{"mapping": d.id}, "target", "source", "pipeline", "stage")
	if err != nil {
		return err
	}
	v := templates.MappingPage{Page: d.page(s, c, d.row.Text("target"), "Mapping"), Versions: s.listView(req, versions), Facts: d.mappingFacts(all[at])}
	v.Crumbs = []ui.Link{{Label: d.place.tenant, Href: d.place.to("/")}, {Label: "Mappings", Href: d.place.list("mappings")}}
	v.Says = mappingSays(d, all[at], all[0])
	names, err := s.roleNames(c, d, all[at].Mapping)
	if err != nil {
		return err
	}
	v.Lines = mappingTable(all[at].Mapping, names)
	if at+1 < len(all) {
		v.Changes = changesTable(all[at+1].Mapping, all[at].Mapping, names)
	}
	offerRequests(&v.Page, d.who, d.place, offered{"Change this mapping", request.MappingChange, d.pairParams()})
	return ok(c, templates.Mapping(v))
}

// chosenVersion is the place in all, newest first, of the version that the
// address names, or of the one that counted then.
func chosenVersion(c echo.Context, all []db.MappingVersion, then int64) (int, error) {
	if n, err := strconv.ParseInt(c.QueryParam("version"), 10, 64); err == nil {
		then = n
	}
	at := slices.IndexFunc(all, func(v db.MappingVersion) bool { return v.Version == then })
	if at < 0 {
		return 0, fault.New(fault.NotFound, "This mapping has no such version.")
	}
	return at, nil
}

func mappingSays(d detail, shown, newest db.MappingVersion) string {
	from := d.row.Text("source")
	if !d.row.Get("source").Known() {
		from = "a workspace that is not open to you"
	}
	says := fmt.Sprintf("After content came from %s, this is set here: version %d, ", ui.NameText(from), shown.Version)
	if shown.Version == newest.Version {
		return says + "which is in force."
	}
	return says + fmt.Sprintf("which version %d has replaced.", newest.Version)
}

func (d detail) mappingFacts(v db.MappingVersion) []ui.Pair {
	facts := []ui.Pair{
		{Key: "Goes to", Value: d.row.Text("target"), Href: d.place.thing(audit.ToWorkspace, d.row.Get("target_id").Text())},
		{Key: "Comes from", Value: d.row.Text("source"), Href: d.place.thing(audit.ToWorkspace, d.row.Get("source_id").Text())},
	}
	if p := d.row.Get("pipeline"); p.Known() {
		facts = append(facts, ui.Pair{Key: "Pipeline", Value: d.row.Text("pipeline"), Href: d.place.thing(audit.ToPipeline, d.row.Get("pipeline_id").Text())},
			ui.Pair{Key: "From stage", Value: ui.Count(d.row.Get("stage").Int())})
	}
	return append(facts, ui.Pair{Key: "Version", Value: strconv.FormatInt(v.Version, 10)}, ui.Pair{Key: "Asked by", Value: v.Author.Name},
		ui.Pair{Key: "Since", Value: v.At.Format(clock)}, ui.Pair{Key: "Reason", Value: v.Reason},
		ui.Pair{Key: "Request", Value: "How it was agreed to", Href: "/requests/" + v.Request}, ui.Pair{Key: "SHA-256", Value: v.Hash, Copy: true})
}

// pairParams fill the form of a change.
func (d detail) pairParams() []ui.Param {
	if d.row.Get("pipeline").Known() {
		return []ui.Param{param("pipeline", d.row.Get("pipeline_id").Text()), param("stage", strconv.FormatInt(d.row.Get("stage").Int()-1, 10))}
	}
	return []ui.Param{param("source", d.row.Get("source_id").Text()), param("target", d.row.Get("target_id").Text())}
}

// roleNames finds the names behind the ids of a mapping's roles.
func (s *Server) roleNames(c echo.Context, d detail, m promotion.Mapping) (map[string]string, error) {
	names := map[string]string{}
	for _, r := range m.Roles {
		page, err := s.run(c, d.q, "people", 1, "principal", r.Who)
		if err != nil {
			return nil, err
		}
		if len(page.Rows) > 0 {
			names[r.Who] = page.Rows[0].Text("name")
		}
	}
	return names, nil
}

func mappingTable(m promotion.Mapping, names map[string]string) ui.Table {
	t := ui.Table{ID: "sets", Caption: "What is set", Columns: []ui.Column{{Label: "What"}, {Label: "Value"}, {Label: "Kind"}},
		Empty: ui.Empty{Why: "Nothing is set any more.", More: "This version takes the mapping out of use."}}
	for _, l := range m.Lines() {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: named(names, l.What)}, {Text: l.Value}, {Text: l.Group}}})
	}
	return t
}

func changesTable(before, after promotion.Mapping, names map[string]string) *ui.Table {
	t := &ui.Table{ID: "changes", Caption: "Differences", Columns: []ui.Column{{Label: "What"}, {Label: "Before"}, {Label: "Now"}, {Label: "Kind"}}}
	for _, ch := range promotion.Differences(before, after) {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: named(names, ch.What)}, {Text: ch.Before}, {Text: ch.After}, {Text: ch.Group}}})
	}
	return t
}

func named(names map[string]string, id string) string {
	if n, ok := names[id]; ok {
		return n
	}
	return id
}

// mappingInForce puts what holds now into the form of a change that only says
// which way it is for, and room for the parameters that somebody misses in it.
func (s *Server) mappingInForce(ctx context.Context, a *asking) error {
	p, ok := a.params.(*request.MappingParams)
	if !ok || !p.Mapping.Empty() {
		return nil
	}
	wanted := missingParameters(a.values)
	m, ok := a.estate.Mappings[p.Pair().Key()]
	if (!ok || m.Version == 0) && len(wanted) == 0 {
		return nil
	}
	p.Mapping = m.Mapping
	p.Parameters = append(slices.Clone(p.Parameters), wanted...)
	for k, v := range ask.Values(p) {
		a.values[k] = v
	}
	return s.loadEstate(ctx, a)
}
