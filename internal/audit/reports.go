package audit

import "strings"

// reports is every report, in the order of the menu.
var reports = build()

func build() []*Report {
	workspaces, items, access, people, links := workspaceList(), itemList(), accessList(), principalList(), wideLinks()
	refreshes, deployments := refreshList(), deploymentList()
	return append([]*Report{
		workspaces, orphanedWorkspaces(workspaces),
		items, lineageList(),
		access, groupAdmins(access), guestAccess(access), leaverAccess(access),
		people, guests(people), servicePrincipals(people), groups(people), leavers(people),
		workspaceAdmins(), roleList(),
		personAccess(),
		changeList(), historyList(),
		links, publicLinks(links), organisationLinks(links),
		activityLog(), usageDays(), usageItems(), usageWorkspaces(), unusedList(),
		refreshes, refreshProblems(refreshes), refreshHealth(), refreshCauses(), refreshRuns(), alertList(),
		pipelineList(), pipelineStages(), pipelineAccess(), stageDifferences(), deployments, promotions(deployments), deploymentSteps(), mappingList(), mappingVersions(), refreshPlanList(), planRunList(),
		capacityList(), domainList(), appList(), datasourceList(), gatewayList(),
		settingList(), settingsDrift(),
		requestList(), emergencyList(),
		scanList(), scanBatches(), scanParts(), scanGaps(),
		runList(), runSteps(),
		tokenList(),
	}, ruleReports()...)
}

func names() string {
	var out []string
	for _, r := range reports {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}
