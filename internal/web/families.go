package web

import "steward/web/templates/ui"

// family is a group of reports that look at the same thing from several sides.
// The first is the one in the rail; the others are its tabs.
type family struct {
	title   string
	reports []member
}

// member is a report and the short name of its tab.
type member struct{ report, tab string }

// families is every report that stands on its own, in the order of the rail.
var families = []family{
	{"Workspaces", []member{{"workspaces", "All"}, {"orphaned-workspaces", "Orphaned"}, {"workspace-admins", "Admins"}, {"usage-workspaces", "Use"}, {"domains", "Domains"}}},
	{"Items", []member{{"items", "All"}, {"usage-items", "Use"}, {"apps", "Apps"}, {"datasources", "Data sources"}, {"gateways", "Gateways"}}},
	{"Access", []member{{"access", "All"}, {"guest-access", "Guests"}, {"leaver-access", "Leavers"}, {"group-admins", "Groups as admins"}, {"roles", "Roles"}, {"links", "Shared with everybody"}, {"publish-to-web", "Published to the web"}, {"organisation-links", "Whole organisation"}}},
	{"People", []member{{"people", "All"}, {"guests", "Guests"}, {"leavers", "Leavers"}, {"groups", "Groups"}, {"service-principals", "Service principals"}}},
	{"Changes", []member{{"changes", "Changes"}}},
	{"Activity and use", []member{{"activity", "Activity"}, {"usage", "Use by day"}}},
	{"Unused", []member{{"unused", "Unused"}}},
	{"Refreshes", []member{{"refreshes", "Seven days"}, {"alerts", "Alerts"}, {"refresh-health", "Health"}, {"refresh-causes", "Causes"}, {"refresh-problems", "Problems"}, {"refresh-plans", "Plans"}, {"refresh-plan-runs", "Runs of plans"}}},
	{"Pipelines", []member{{"pipelines", "All"}, {"pipeline-stages", "Stages"}, {"pipeline-access", "Access"}, {"deployments", "Deployments"}, {"promotions", "Promotions"}, {"mappings", "Mappings"}, {"mapping-versions", "Changes of mappings"}}},
	{"Capacities", []member{{"capacities", "Capacities"}}},
	{"Settings", []member{{"settings-drift", "Drift"}, {"settings", "Now"}}},
	{"Violations", []member{{"violations", "All"}, {"violations-by-workspace", "By workspace"}, {"naming", "Naming"}, {"admin-count", "Number of admins"}, {"resolved-violations", "Resolved"}, {"violation-history", "Ever"}}},
	{"Scorecards", []member{{"scorecards", "Prefixes"}, {"department-scorecards", "Departments"}, {"domain-scorecards", "Domains"}, {"owner-scorecards", "Owners"}, {"owner-loop", "Owners' answers"}, {"outbox", "To be told"}, {"messages", "Messages"}, {"sent-reports", "Sent reports"}}},
	{"Policies", []member{{"policies", "Policies"}}},
	{"Waivers", []member{{"waivers", "Waivers"}}},
	{"Runs", []member{{"runs", "Runs"}}},
	{"Scans", []member{{"scans", "Scans"}}},
	{"Tokens", []member{{"tokens", "Tokens"}}},
}

// related are the tabs of a report's page and the entry of the rail that it
// belongs to.
func related(p place, report string) (tabs []ui.Tab, active string) {
	for _, f := range families {
		for _, m := range f.reports {
			if m.report != report {
				continue
			}
			for _, m := range f.reports {
				tabs = append(tabs, ui.Tab{Label: m.tab, Href: p.list(m.report), Active: m.report == report})
			}
			if len(tabs) == 1 {
				tabs = nil
			}
			return tabs, "/" + f.reports[0].report
		}
	}
	return nil, ""
}
