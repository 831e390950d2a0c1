package web

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"steward/internal/audit"
	"steward/internal/auth"
	"steward/internal/web/api"
	"steward/internal/web/guard"
	"steward/web/static"
)

// route is one line of the table of routes: what it answers, the action it is
// for, and the handler. A route without an action breaks the tests.
type route struct {
	method, path string
	action       auth.Action
	handler      echo.HandlerFunc
}

// guarded is the line as package guard holds it. An address that ends in a
// format is a download, and needs the right to take data away as well.
func (r route) guarded() guard.Route {
	ext := strings.TrimPrefix(path.Ext(r.path), ".")
	file := slices.Contains(audit.Formats, audit.Format(ext)) || ledgerFormats[ext] != "" || ext == "zip"
	return bodyLimit(guard.Route{Method: r.method, Path: r.path, Action: r.action, Export: file})
}

// public are the routes that need no one to be signed in.
func (s *Server) public() []route {
	return []route{
		{http.MethodGet, static.Prefix + "*", "", echo.WrapHandler(static.Handler())},
		{http.MethodGet, "/signed-out", "", s.signedOut},
		{http.MethodGet, providerOut, "", s.signOutThere},
		{http.MethodGet, "/healthz", "", s.healthz},
		{http.MethodGet, "/readyz", "", s.readyz},
		{http.MethodGet, "/metrics", "", s.metrics},
		{http.MethodGet, api.DocumentPath, "", s.api.Document},
	}
}

// routes is the table. Order does not matter; addresses are those of the
// design, and a list's exports stand beside it with the same filters.
func (s *Server) routes() []route {
	table := slices.Concat(s.reading(), s.running(), s.ruling(), s.owning(), s.askingRoutes(), s.planning(), s.deciding(), s.emergencyRoutes())
	table = append(table, s.refreshing()...)
	for _, r := range audit.Reports() {
		table = append(table, s.reportRoutes(r)...)
	}
	table = append(table, route{http.MethodGet, "/api", auth.ViewHelp, s.aboutAPI})
	if s.api == nil {
		return table // tests of single pages
	}
	for _, o := range s.api.Table() {
		table = append(table, route{o.Method, o.Route(), o.Action, o.Serve})
	}
	return table
}

// reportRoutes are a report's page and its three exports. A page of its own
// (scans) takes the place of the plain list.
func (s *Server) reportRoutes(r *audit.Report) []route {
	action := actionFor(r.Name)
	var out []route
	if !ownPage[r.Name] {
		out = append(out, route{http.MethodGet, "/" + r.Name, action, s.listing(r, s.list)})
	}
	for _, f := range audit.Formats {
		out = append(out, route{http.MethodGet, "/" + r.Name + "." + string(f), action, s.export(r, f)})
	}
	return out
}

// ownPage names the reports whose page is more than the list.
var ownPage = map[string]bool{"changes": true, "scans": true, "violations": true, "policies": true, "runs": true, "refresh-health": true}

// reportActions says which action a report's page is for, where it is not
// "view workspaces".
var reportActions = map[string]auth.Action{
	"items":  auth.ViewItems,
	"access": auth.ViewAccess, "links": auth.ViewAccess,
	"people": auth.ViewPeople, "guests": auth.ViewPeople, "service-principals": auth.ViewPeople, "groups": auth.ViewPeople, "leavers": auth.ViewPeople,
	"changes":   auth.ViewChanges,
	"activity":  auth.ViewActivity,
	"unused":    auth.ViewUnused,
	"refreshes": auth.ViewRefreshes, "refresh-plans": auth.ViewRefreshes, "refresh-plan-runs": auth.ViewRefreshes, "refresh-problems": auth.ViewRefreshes, "refresh-health": auth.ViewRefreshes, "refresh-causes": auth.ViewRefreshes, "alerts": auth.ViewRefreshes, "refresh-runs": auth.ViewRefreshes,
	"pipelines": auth.ViewPipelines, "stage-differences": auth.ViewPipelines, "deployments": auth.ViewPipelines, "promotions": auth.ViewPipelines, "deployment-steps": auth.ViewPipelines, "mappings": auth.ViewPipelines, "mapping-versions": auth.ViewPipelines,
	"capacities":     auth.ViewCapacities,
	"apps":           auth.ViewApps,
	"settings-drift": auth.ViewSettings, "settings": auth.ViewSettings,
	"scans": auth.ViewScans, "scan-batches": auth.ViewScans, "scan-parts": auth.ViewScans, "scan-gaps": auth.ViewScans,
	"runs": auth.ViewRuns, "run-steps": auth.ViewRuns,
	"violations": auth.ViewViolations, "naming": auth.ViewViolations, "admin-count": auth.ViewViolations, "resolved-violations": auth.ViewViolations, "violation-history": auth.ViewViolations, "violations-by-workspace": auth.ViewViolations, "scorecards": auth.ViewViolations, "owner-scorecards": auth.ViewViolations, "domain-scorecards": auth.ViewViolations, "department-scorecards": auth.ViewViolations, "owner-loop": auth.ViewViolations, "outbox": auth.ViewViolations,
	"messages": auth.ViewNotices, "sent-reports": auth.ViewNotices,
	"tokens":   auth.ViewTokens,
	"requests": auth.ViewRequests, "emergencies": auth.ViewRequests,
	"policies": auth.ViewPolicies,
	"waivers":  auth.ViewWaivers,
}

func actionFor(report string) auth.Action {
	if a, ok := reportActions[report]; ok {
		return a
	}
	return auth.ViewWorkspaces
}

// actionOf is the action of the present request's route.
func (s *Server) actionOf(c echo.Context) auth.Action {
	return s.actions[c.Request().Method+" "+c.Path()]
}
