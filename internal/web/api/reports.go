package api

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
)

// reports are the index and every report of package audit.
func (a *API) reports() []Operation {
	out := []Operation{{Method: http.MethodGet, Path: "/reports", ID: "listReports", Tag: "Reports", Summary: "What reports there are, with their columns and filters",
		Action: auth.ViewOverview, Answer: object(Schema{"reports": list(schemaOf(reportType))}), Serve: a.reportIndex}}
	for _, r := range audit.Reports() {
		if !auth.ForPrograms(a.ActionOf(r.Name)) {
			continue
		}
		out = append(out, Operation{Method: http.MethodGet, Path: "/reports/" + r.Name, ID: camel("report-" + r.Name), Tag: "Reports", Summary: r.Title, About: r.Question,
			Action: a.ActionOf(r.Name), Params: reportParams(r), Answer: pageSchema(r), Serve: a.report(r)})
	}
	return out
}

// report answers a page of a report.
func (a *API) report(r *audit.Report) echo.HandlerFunc {
	return func(c echo.Context) error {
		q, err := a.Site.Query(c, r)
		if err != nil {
			return err
		}
		page, err := audit.Run(c.Request().Context(), a.Reader, r, q)
		if err != nil {
			return err
		}
		body, err := page.JSON(q)
		if err != nil {
			return err
		}
		for rel, cursor := range map[string]string{"next": page.Next, "prev": page.Prev} {
			if cursor == "" {
				continue
			}
			at := c.QueryParams()
			at.Set("cursor", cursor)
			c.Response().Header().Add("Link", "<"+c.Request().URL.Path+"?"+at.Encode()+`>; rel="`+rel+`"`)
		}
		return tagged(c, http.StatusOK, "application/json", body)
	}
}

// ofTenant are the parameters of whatever is about one tenant at one moment.
func ofTenant() []Param {
	return []Param{{Name: "tenant", Says: "The tenant's name; the first that you see when left out.", Schema: text("")}, asOf()}
}

func asOf() Param {
	return Param{Name: "as_of", Says: "A day (2026-11-21) or a moment (RFC 3339): what was known then. The last scan when left out.", Schema: text("")}
}

func reportParams(r *audit.Report) []Param {
	out := ofTenant()
	if r.Compares {
		out = append(out, Param{Name: "since", Says: "The earlier day or moment to compare with; a week before when left out.", Schema: text("")})
	}
	var sorts []string
	for _, c := range r.Columns {
		if c.Sortable {
			sorts = append(sorts, c.Key, "-"+c.Key)
		}
	}
	out = append(out,
		Param{Name: "sort", Says: "The column to order by, with - before it for the other way round.", Schema: Schema{"type": "string", "enum": sorts}},
		Param{Name: "limit", Says: "Rows of a page.", Schema: Schema{"type": "integer", "minimum": 1, "maximum": audit.MaxLimit, "default": audit.DefaultLimit}},
		Param{Name: "cursor", Says: "Where the page begins: next or prev of another one. Good for the same filters and order.", Schema: text("")})
	for i := range r.Filters {
		out = append(out, filterParam(&r.Filters[i]))
	}
	return out
}

func filterParam(f *audit.Filter) Param {
	one := Schema{"type": "string"}
	switch {
	case f.Kind == audit.FilterChoice && !f.Open && len(f.Choices) > 0:
		words := []string{}
		for _, ch := range f.Choices {
			words = append(words, ch.Value)
		}
		one["enum"] = words
	case f.Kind == audit.FilterNumber:
		one["pattern"] = "^-?[0-9]+$"
	}
	says := strings.TrimSpace(f.Label + ". " + f.Help)
	return Param{Name: f.Key, Says: says + " May be repeated: any of them.", Required: f.Required, Schema: list(one)}
}

// pageSchema is a page of a report.
func pageSchema(r *audit.Report) Schema {
	return Schema{"allOf": []Schema{ref("Page"), {"type": "object", "properties": Schema{"rows": list(rowSchema(r))}}}}
}

func rowSchema(r *audit.Report) Schema {
	row := Schema{}
	for i := range r.Columns {
		row[r.Columns[i].Key] = cellSchema(&r.Columns[i])
	}
	return object(row)
}

// camel makes a name of words with hyphens between.
func camel(words string) string {
	parts := strings.Split(words, "-")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}
