package web

import (
	"net/http"

	"steward/internal/auth"
)

// reading is the part of the table with the pages that only read what scans
// found.
func (s *Server) reading() []route {
	return []route{
		{http.MethodGet, "/", auth.ViewOverview, s.overview},
		{http.MethodGet, "/workspaces/:tenant/:id", auth.ViewWorkspaces, s.workspace},
		{http.MethodGet, "/workspaces/:tenant/:id/people", auth.ViewAccess, s.workspacePeople},
		{http.MethodGet, "/workspaces/:tenant/:id/items", auth.ViewItems, s.workspaceItems},
		{http.MethodGet, "/workspaces/:tenant/:id/shares", auth.ViewAccess, s.workspaceShares},
		{http.MethodGet, "/workspaces/:tenant/:id/history", auth.ViewWorkspaces, s.workspaceHistory},
		{http.MethodGet, "/items/:tenant/:id", auth.ViewItems, s.item},
		{http.MethodGet, "/items/:tenant/:id/access", auth.ViewAccess, s.itemAccess},
		{http.MethodGet, "/items/:tenant/:id/violations", auth.ViewViolations, s.itemViolations},
		{http.MethodGet, "/items/:tenant/:id/history", auth.ViewItems, s.itemHistory},
		{http.MethodGet, "/people/:tenant/:id", auth.ViewPeople, s.person},
		{http.MethodGet, "/people/:tenant/:id/access", auth.ViewPeople, s.personAccess},
		{http.MethodGet, "/pipelines/:tenant/:id", auth.ViewPipelines, s.pipeline},
		{http.MethodGet, "/pipelines/:tenant/:id/compare", auth.ViewPipelines, s.pipelineCompare},
		{http.MethodGet, "/pipelines/:tenant/:id/deployments", auth.ViewPipelines, s.pipelineDeployments},
		{http.MethodGet, "/pipelines/:tenant/:id/steps", auth.ViewPipelines, s.pipelineSteps},
		{http.MethodGet, "/mappings/:tenant/:id", auth.ViewPipelines, s.mapping},
		{http.MethodGet, "/changes", auth.ViewChanges, s.named("changes", s.changes)},
		{http.MethodGet, "/search", auth.ViewOverview, s.search},
		{http.MethodGet, "/reports", auth.ViewOverview, s.reportIndex},
	}
}
